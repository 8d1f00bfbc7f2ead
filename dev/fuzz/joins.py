"""Random joins over two tenants: any tree of them, with subqueries that depend on the rows above.

Each relation brings columns by sort: what may be compared with what.  A condition may use
the relations beside it and those of the queries around it.
"""

from .queries import Case
from .tree import Constant, Many, Node, Table

_PLAN = {"gsid": "gsid", "company_id": "company", "type_id": "type", "status": "status",
         "start_date": "day", "created_date": "moment", "score": "score", "segment": "word"}
_LOCAL = {"gsid": "gsid", "company_id": "company", "type_id": "type", "status": "status",
          "day": "day", "moment": "moment", "score": "score", "word": "word", "id": "number", "x": "number",
          "flag": "flag"}
_OBJECTIVE = {"gsid": "objective", "success_plan_id": "gsid", "status": "state", "due_date": "day"}

# name: (columns, is it local, how often)
_RELATIONS = {
    "p_a": (_PLAN, False, 6), "p_b": (_PLAN, False, 3), "every": (dict(_PLAN, tenant="tenant"), False, 4),
    "o_a": (_OBJECTIVE, False, 2), "o_b": (_OBJECTIVE, False, 1),
    "types": ({"id": "type", "name": "name"}, False, 1),
    "k": (_LOCAL, True, 5), "m": (_LOCAL, True, 5),
}
_JOINS = ("JOIN", "JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN")
_TYPES = {"day": "date", "moment": "timestamptz", "score": "bigint", "number": "integer", "flag": "boolean"}

# What tools write around a column, here on both sides.
_AROUND = {
    "day": ("date_trunc('month', {0})", "date_trunc('week', {0})", "extract(year FROM {0})", "to_char({0}, 'YYYY-MM')",
            "({0} + 1)", "coalesce({0}, '2024-01-01')", "{0}::timestamp"),
    "moment": ("{0}::date", "date_trunc('day', {0})", "date_trunc('hour', {0}, 'Asia/Kolkata')",
               "to_char({0}, 'YYYY-MM-DD')", "({0} AT TIME ZONE 'America/New_York')::date",
               "date_trunc('week', {0} + interval '1 day')", "({0} - extract(dow FROM {0}) * interval '1 day')::date"),
    "word": ("coalesce({0}, '')", "left({0}, 3)", "nullif({0}, '')", "btrim({0})"),
    "status": ("coalesce({0}, 'none')", "CASE WHEN {0} = 'Active' THEN 'open' ELSE {0} END"),
}

# What is made of another's row: what fails for some, or where the values are extreme; and what never does.
_RISKY = {
    "status": ("(10 / {0}.x)::text", "substr({0}.status, 1, {0}.x - 1)"),
    "company": ("split_part({0}.company_id, ' ', {0}.x)", "left({0}.company_id, 100 / {0}.x)"),
    "gsid": ("nullif({0}.gsid, (1 / {0}.x)::text)",),
    "day": ("{0}.day + 2147483647 * ({0}.x - 1)", "{0}.day - 2147483647 / {0}.x"),
    "score": ("{0}.score * {0}.x", "{0}.score + 9223372036854775800", "9007199254740993 / {0}.x"),
    "word": ("nullif({0}.word, 'x' || 1 / {0}.x)",),
}
_SAFE = {
    "status": ("CASE WHEN {0}.x <> 0 THEN (10 / {0}.x)::text ELSE {0}.status END", "initcap(lower({0}.status))"),
    "company": ("coalesce({0}.company_id, 'C')", "lower(upper({0}.company_id))", "upper(lower({0}.company_id))"),
    "gsid": ("{0}.gsid || left({0}.word, 0)", "({0}.gsid || '')"),
    "day": ("{0}.day + 1", "{0}.day - {0}.x"),
    "score": ("{0}.score % 500", "{0}.score + 0.0000000000000000001", "9007199254740993 - {0}.x"),
    "word": ("{0}.word || ''",),
}


class Scope:
    """A relation that a condition may use: its name, its columns by sort, is it a local table."""

    def __init__(self, alias, columns, local):
        self.alias, self.columns, self.local = alias, columns, local

    def of(self, sort):
        return ["%s.%s" % (self.alias, name) for name, one in self.columns.items() if one == sort]


class Joins:
    def __init__(self, rng, estate):
        self.rng, self.pools = rng, estate.pools
        self.names = 0
        self.parameters = 0.0
        self.above = None       # a relation whose row is fixed, where it is sure what core tests first

    def case(self):
        rng = self.rng
        self.parameters = rng.choice((0, 0, 0.5))
        # the fewer, the more of what core and we do with one
        self.size = rng.choice((1, 2, 2, 3))
        form = rng.choice(("rows", "rows", "rows", "scalar", "scalar", "scalar", "grouped", "window",
                           "limit", "set", "with"))
        case = Case(form, getattr(self, "_" + form)(), "order" if form == "limit" else "rows")
        if self.parameters:
            case.executions = rng.choice((1, 2, 3))
            case.settings = ["plan_cache_mode = force_generic_plan" if rng.random() < 0.7 else
                             "plan_cache_mode = auto"]
        elif form != "limit" and rng.random() < 0.25:
            case.how = "cursor"
            case.steps = self._steps()
        return case

    # Relations

    def _alias(self):
        self.names += 1
        return "r%d" % self.names

    def _relation(self, outer, depth, local=None):
        """(node, Scope) of any relation, or of one that is local, or is not."""
        rng = self.rng
        names = [name for name in _RELATIONS if local in (None, _RELATIONS[name][1])]
        name = rng.choices(names, [_RELATIONS[name][2] for name in names])[0]
        columns, local, _ = _RELATIONS[name]
        alias = self._alias()
        table = Node("fixed", "l." + name) if local else Table(name)
        if local or rng.random() < (0.4 if outer else 0.75):
            return Node("fixed", table, " " + alias), Scope(alias, columns, local)
        inner = Scope(alias, columns, local)
        twin = {"p_a": "p_b", "p_b": "p_a", "o_a": "o_b", "o_b": "o_a"}.get(name)
        if twin and rng.random() < 0.4:
            listed = ", ".join(columns)
            where = self._where([inner], outer, depth)
            return Node("fixed", "(SELECT %s FROM " % listed, table, " UNION ALL SELECT %s FROM " % listed,
                        Table(twin), " %s WHERE " % alias, where, ") " + alias), inner
        tail = rng.choice(("", "", " OFFSET 0"))
        return Node("fixed", "(SELECT * FROM ", table, " %s WHERE " % alias,
                    self._where([inner], outer, depth), tail + ") " + alias), inner

    def _from(self, outer, depth, size=None):
        """(node, scopes) of a tree of joins."""
        rng = self.rng
        # what a bind join is made of: rows with keys, and below them what depends on the rows above
        keys = rng.random() < 0.4
        node, scope = self._relation(outer, depth, True if keys else None)
        scopes = [scope]
        if keys and size != 0:
            node, more = self._joined(node, scopes, outer, depth, False)
            scopes = scopes + [more]
            size = (size or 1) - 1
        for _ in range(size if size is not None else rng.randrange(self.size + 1)):
            if rng.random() < 0.15:
                node, more = self._lateral(node, scopes, outer, depth)
            else:
                node, more = self._joined(node, scopes, outer, depth)
            scopes = scopes + [more]
        return node, scopes

    def _joined(self, node, scopes, outer, depth, local=None):
        rng = self.rng
        kind = rng.choice(_JOINS)
        other, more = self._relation(outer, depth, local)
        on = [self._equality([more], scopes) or Node("bool", "true")]
        if kind == "FULL JOIN":
            # of other conditions core can make no full join
            if on[0].parts == ["true"]:
                kind = "LEFT JOIN"
        elif rng.random() < 0.5:
            on.append(self._condition([more], scopes + outer, depth))
        return Node("fixed", "(", node, " %s " % kind, other, " ON ",
                    Many("bool", "", " AND ", "", on), ")"), more

    def _lateral(self, node, scopes, outer, depth):
        rng = self.rng
        inner, below = self._relation(scopes + outer, depth)
        alias = self._alias()
        tail = ""
        if rng.random() < 0.4:
            tail = " ORDER BY %s LIMIT %d" % (", ".join("%s.%s" % (below.alias, name) for name in below.columns),
                                              rng.choice((1, 2, 5)))
        where = Many("bool", "", " AND ", "", [
            self._equality([below], scopes) or Node("bool", "true"),
            self._condition([below], scopes + outer, depth)])
        kind = rng.choice(("CROSS JOIN", "LEFT JOIN"))
        return Node("fixed", "(", node, " %s LATERAL (SELECT %s FROM " % (kind, ", ".join(
            "%s.%s" % (below.alias, name) for name in below.columns)), inner, " WHERE ", where,
            "%s) %s%s)" % (tail, alias, " ON true" if kind[0] == "L" else "")), \
            Scope(alias, below.columns, below.local)

    # Conditions

    def _where(self, scopes, outer, depth):
        rng = self.rng
        conditions = [self._condition(scopes, outer, depth) for _ in range(rng.choice((1, 1, 2, 3)))]
        if outer and rng.random() < 0.5:
            conditions.append(self._equality(scopes, outer) or Node("bool", "true"))
        if rng.random() < 0.3:
            conditions.insert(0, self._one_time(outer))
        return Many("bool", "", " AND ", "", conditions)

    def _condition(self, scopes, outer, depth):
        rng = self.rng
        draw = rng.random()
        if depth > 0 and draw < 0.12:
            return self._subquery(scopes, outer, depth - 1)
        if draw < 0.34:
            return Many("bool", "(", rng.choice((" OR ", " OR ", " AND ")), ")", [
                self._condition(scopes, outer, 0) for _ in range(rng.choice((2, 2, 3)))])
        if draw < 0.4:
            return Node("bool", "NOT (", self._condition(scopes, outer, 0), ")")
        if draw < 0.55:
            return self._equality(scopes, scopes + outer) or Node("bool", "true")
        if draw < 0.7:
            return self._computed(scopes, scopes + outer) or Node("bool", "true")
        return self._plain(scopes)

    def _equality(self, scopes, others):
        """A column of one with a column of another, NULL if there are none."""
        rng = self.rng
        one = rng.choice(scopes)
        sorts = [sort for sort in ("gsid", "company", "company", "type", "status", "day", "moment", "score", "word")
                 if one.of(sort)]
        rng.shuffle(sorts)
        for sort in sorts:
            fitting = [column for other in others if other is not one for column in other.of(sort)]
            if fitting:
                around = rng.choice(_AROUND[sort]) if sort in _AROUND and rng.random() < 0.4 else "{0}"
                operator = rng.choice(("=",) * 12 + ("<", ">=")) if sort in ("day", "moment", "score") else "="
                return Node("bool", "%s %s %s" % (around.format(rng.choice(one.of(sort))), operator,
                                                  around.format(rng.choice(fitting))))
        return None

    def _computed(self, scopes, others):
        """A column with what is made of another's row."""
        rng = self.rng
        one = rng.choice(scopes)
        made = _RISKY if self.above else _SAFE
        local = [self.above] if self.above else [other for other in others if "x" in other.columns]
        sorts = [sort for sort in made if one.of(sort)]
        if not local or not sorts or one.local:
            return None
        sort = rng.choice(sorts)
        operator = rng.choice(("=", "=", "<", ">")) if sort in ("day", "score") else "="
        return Node("bool", "%s %s %s" % (rng.choice(one.of(sort)), operator,
                                          rng.choice(made[sort]).format(rng.choice(local).alias)))

    def _one_time(self, outer):
        rng = self.rng
        flags = [other.alias for other in outer if "flag" in other.columns]
        if flags and rng.random() < 0.8:
            return Node("bool", rng.choice(("%s.flag", "NOT %s.flag", "%s.x > 1", "%s.flag IS NOT FALSE"))
                        % rng.choice(flags))
        return Constant("bool", rng.choice(("t", "t", "f")), "boolean",
                        "param" if rng.random() < self.parameters else "stable", ("t", "f", None, "t"))

    def _plain(self, scopes):
        rng = self.rng
        one = rng.choice(scopes)
        sorts = [sort for sort in self.pools if one.of(sort)]
        if not sorts or rng.random() < 0.1:
            column = "%s.%s" % (one.alias, rng.choice(list(one.columns)))
            return Node("bool", column + rng.choice((" IS NULL", " IS NOT NULL", " IS NOT NULL")))
        sort = rng.choice(sorts)
        column = rng.choice(one.of(sort))
        if sort in _AROUND and rng.random() < 0.3:
            around = rng.choice(_AROUND[sort]).split("{0}")
            value = self._value(sort)
            return Node("bool", column.join(around), rng.choice((" = ", " = ", " >= ", " < ")), around[0],
                        *[part for rest in around[1:] for part in (value, rest)])
        if rng.random() < 0.35:
            return Node("bool", column + rng.choice((" = ANY (", " = ANY (", " <> ALL ("),),
                        self._value(sort, rng.choice((1, 2, 3, 12))), ")")
        operator = rng.choice(("=", "=", "<>")) if sort not in ("day", "moment", "score") else \
            rng.choice(("=", "<", ">=", ">"))
        return Node("bool", "%s %s " % (column, operator), self._value(sort))

    def _value(self, sort, several=0):
        rng = self.rng
        kind = _TYPES.get(sort, "text") + ("[]" if several else "")

        def draw():
            if several:
                return [rng.choice(self.pools[sort] + [None]) for _ in range(several)]
            return rng.choice(self.pools[sort]) if rng.random() < 0.97 else None

        if rng.random() < self.parameters:
            return Constant("value:" + kind, draw(), kind, "param", [draw() for _ in range(3)])
        return Constant("value:" + kind, draw(), kind, rng.choice(("typed", "typed", "stable", "init")))

    def _subquery(self, scopes, outer, depth):
        """EXISTS, IN, or a comparison with what a subquery counts."""
        rng = self.rng
        node, inner = self._from(scopes + outer, depth, rng.choice((0, 0, 1)))
        where = self._where(inner, scopes + outer, depth)
        draw = rng.random()
        if draw < 0.45:
            return Node("bool", rng.choice(("EXISTS", "NOT EXISTS")) + " (SELECT FROM ", node, " WHERE ",
                        where, ")")
        if draw < 0.8:
            one, other = rng.choice(scopes), rng.choice(inner)
            for sort in ("company", "gsid", "status", "type", "day"):
                if one.of(sort) and other.of(sort):
                    return Node("bool", one.of(sort)[0] + rng.choice((" IN", " IN", " NOT IN")) +
                                " (SELECT %s FROM " % other.of(sort)[0], node, " WHERE ", where, ")")
        return Node("bool", "(SELECT count(*) FROM ", node, " WHERE ", where,
                    ") %s %d" % (rng.choice((">", "=", "<")), rng.choice((0, 1, 3))))

    # Forms

    def _listed(self, scopes):
        rng = self.rng
        listed = []
        for scope in scopes:
            key = "gsid" if "gsid" in scope.columns else "id"
            listed += ["%s.%s" % (scope.alias, name)
                       for name in [key] + rng.sample(list(scope.columns), rng.choice((0, 1, 2)))]
        return list(dict.fromkeys(listed))

    def _rows(self):
        node, scopes = self._from([], 1)
        return Node("statement", "SELECT %s FROM " % ", ".join(self._listed(scopes)), node, " WHERE ",
                    self._where(scopes, [], 1))

    def _scalar(self):
        """Subqueries with whole joins in them, once for each row of a local table."""
        rng = self.rng
        scope = Scope(self._alias(), _LOCAL, True)
        parts = ["SELECT %s.id" % scope.alias]
        for _ in range(rng.choice((1, 1, 2))):
            size = rng.choice((0, 0, 1, 1, 2))
            if size == 0:
                # a scan by itself, so the order of its conditions is core's
                node, only = self._relation([], 0, False)
                inner, self.above = [only], scope
            else:
                node, inner = self._from([scope], 1, size)
            column = rng.choice([one for one in self._listed(inner) if not one.endswith(".flag")])
            parts += [", (SELECT %s FROM " % rng.choice(("count(%s)", "count(*)", "min(%s)", "max(%s)")
                                                        ).replace("%s", column),
                      node, " WHERE ", self._where(inner, [scope], 0 if self.above else 1), ")"]
            self.above = None
        return Node("statement", *parts, " FROM l.%s %s" % (rng.choice("kkm"), scope.alias))

    def _grouped(self):
        rng = self.rng
        node, scopes = self._from([], 1)
        listed = self._listed(scopes)
        group, other = rng.choice(listed), rng.choice(listed)
        if rng.random() < 0.3:
            return Node("statement", "SELECT DISTINCT %s, %s FROM " % (group, other), node, " WHERE ",
                        self._where(scopes, [], 1))
        return Node("statement", "SELECT %s, count(*), count(%s), max(%s) FROM " % (group, other, listed[0]), node,
                    " WHERE ", self._where(scopes, [], 1), " GROUP BY " + group)

    def _window(self):
        rng = self.rng
        node, scopes = self._from([], 1)
        listed = self._listed(scopes)
        return Node("statement", "SELECT %s, count(*) OVER (PARTITION BY %s), rank() OVER (ORDER BY %s) FROM "
                    % (", ".join(listed), rng.choice(listed), ", ".join(listed)), node, " WHERE ",
                    self._where(scopes, [], 1))

    def _limit(self):
        rng = self.rng
        statement = self._rows()
        count = statement.parts[0].count(",") + 1
        statement.parts.append(" ORDER BY %s LIMIT %d OFFSET %d" % (
            ", ".join("%d" % (at + 1) for at in range(count)), rng.choice((0, 1, 3, 20)),
            rng.choice((0, 0, 2))))
        return statement

    def _set(self):
        rng = self.rng
        arms = []
        for _ in range(2):
            node, scopes = self._from([], 1, rng.choice((0, 1)))
            arms.append(Node("arm", "SELECT %s::text, %s::text FROM " % tuple(
                (self._listed(scopes) * 2)[:2]), node, " WHERE ", self._where(scopes, [], 1)))
        return Node("statement", arms[0], rng.choice((" UNION ALL ", " UNION ", " EXCEPT ", " INTERSECT ")),
                    arms[1])

    def _with(self):
        rng = self.rng
        alias = self._alias()
        node, scope = self._relation([], 1)
        where = self._where([scope], [], 1)
        given = Scope(alias, scope.columns, scope.local)
        again = Scope(self._alias(), scope.columns, scope.local)
        other, more = self._relation([], 1)
        on = self._equality([more], [given]) or Node("bool", "true")
        return Node("statement", "WITH w AS %s(SELECT %s FROM " % (
            rng.choice(("", "MATERIALIZED ", "NOT MATERIALIZED ")),
            ", ".join("%s.%s" % (scope.alias, name) for name in scope.columns)), node, " WHERE ", where,
            ") SELECT %s FROM w %s %s " % (", ".join(self._listed([given, more])), alias,
                                           rng.choice(("JOIN", "LEFT JOIN"))),
            other, " ON ", on, " WHERE EXISTS (SELECT FROM w %s WHERE " % again.alias,
            self._equality([again], [given]) or Node("bool", "true"), ")")

    def _steps(self):
        rng = self.rng
        scroll = rng.random() < 0.7
        steps = []
        for _ in range(rng.randrange(3, 9)):
            kind = rng.choice(("FORWARD",) * 3 + (("BACKWARD", "ABSOLUTE", "ALL") if scroll else ()))
            steps.append((rng.choice(("FETCH", "FETCH", "MOVE")), kind, rng.choice((0, 1, 2, 5, 30) if scroll else (1, 2, 5, 30))))
        return (rng.choice(("SCROLL", "SCROLL", "SCROLL CURSOR WITH HOLD") if scroll else
                           ("NO SCROLL", "", "INSENSITIVE")), steps)
