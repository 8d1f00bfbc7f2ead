"""Random queries around the conditions; one maker for each form."""

from .predicates import Predicates
from .tree import Constant, Many, Node, Table
from .world import NARROWED, TABLES, VARIED

_JOINS = (("gsid", "gsid"), ("company_id", "company_id"), ("company_id", "company_id"),
          ("type_id", "type_id"), ("status", "status"), ("segment", "word"), ("start_date", "day"),
          ("created_date", "moment"), ("health", "amount"), ("score", "score"), ("is_exec", "flag"),
          ("name", "pattern"), ("end_date", "moment"), ("created_date", "day"))


class Case:
    """`how` the answers must agree: rows, in order, limit, or cursor."""

    def __init__(self, form, statement, how="rows", limit=None, settings=(), executions=0):
        self.form, self.statement, self.how, self.limit = form, statement, how, limit
        self.settings, self.executions = list(settings), executions
        self.simple = None              # (table, condition), where that may show it as well
        self.steps = None               # of a cursor, see cursors.py


class Queries:
    def __init__(self, rng, narrow, without=(), bind=False, nxt=False):
        self.rng, self.narrow, self.without, self.bind, self.nxt = rng, narrow, without, bind, nxt

    def case(self):
        forms = [(name, weight) for name, weight in _FORMS + _NXT_FORMS * self.nxt if name not in self.without]
        form = self.rng.choices([name for name, _ in forms], [weight for _, weight in forms])[0]
        made = getattr(self, "_" + form)()
        made.form = form
        return made

    # Parts

    def table(self, wide=True):
        rng = self.rng
        draw = rng.random()
        if not wide:
            return "g" if draw < 0.3 else "p"
        if draw < 0.45:
            return "p"
        if draw < 0.5:
            return "g"
        if draw < 0.65 and self.narrow:
            return rng.choice(NARROWED)
        if self.nxt and rng.random() < 0.3:
            return rng.choice(("objectives", "objectives", "c"))        # of which a search finds any there
        return "v" if draw < 0.8 and "twins" not in self.without else rng.choice(VARIED[1:])

    def predicates(self, name, alias="a", **more):
        return Predicates(self.rng, TABLES[name], alias, without=self.without,
                          stays=name == "objectives" and not self.nxt, **more)

    def listed(self, name, alias="a"):
        rng = self.rng
        draw = rng.random()
        if draw < 0.08:
            return "%s.*" % alias
        if draw < 0.12:
            return "%s" % alias
        if draw < 0.15:
            return "1"
        names = rng.sample([column.name for column in TABLES[name]], rng.randrange(
            min(4, len(TABLES[name]))))
        key = "id" if name == "plan_types" else "gsid"
        return ", ".join("%s.%s" % (alias, one) for one in [key] + names)

    def _where(self, name, form, listed=None, tail="", **more):
        condition = self.predicates(name, **more).tree()
        statement = Node("statement", "SELECT %s FROM " % (listed or self.listed(name)),
                         Table(name), " a WHERE ", condition, tail)
        made = Case(form, statement)
        made.simple = (name, condition)
        return made

    # Forms

    def _simple(self):
        return self._where(self.table(), "simple")

    def _aggregate(self):
        rng, name = self.rng, self.table()
        # Of equal values any may stand for the others, so these are left out: 0 and 0.0.
        columns = [column for column in TABLES[name]
                   if column.sort not in ("loose", "float", "citext", "char")
                   and column.sql_type != "numeric"]
        picked = [rng.choice(columns).name for _ in range(3)]
        ordered = ["a." + column.name for column in columns if column.sort not in ("bool", "enum")]
        ordered += ["trim_scale(a.%s)" % column.name for column in TABLES[name]
                    if column.sql_type == "numeric"]
        draw = rng.random()
        if draw < 0.08:
            return Case("aggregate", Node("statement", "SELECT count(*) FROM ", Table(name), " a"))
        if draw < 0.2:
            return self._by_status()
        if draw < 0.35:
            return self._where(name, "aggregate", "count(*)")
        if draw < 0.65:
            return self._where(name, "aggregate", "count(*), count(a.%s), min(%s), max(%s)"
                               % (picked[0], rng.choice(ordered), rng.choice(ordered)))
        if draw < 0.75:
            return self._where(name, "aggregate", "DISTINCT a.%s, a.%s" % tuple(picked[:2]))
        if draw < 0.8:
            return self._where(name, "aggregate", "count(DISTINCT a.%s)" % picked[0])
        having = rng.choice(("", " HAVING count(*) > 1", " HAVING min(a.gsid) IS NOT NULL"))
        return self._where(name, "aggregate", "a.%s, count(*), count(a.%s)" % tuple(picked[:2]),
                           " GROUP BY a.%s%s" % (picked[0], having))

    def _by_status(self):
        """With trust_filters it is the tenant that counts, most often where all have a documented status."""
        rng, name = self.rng, self.rng.choice("pg")
        arms = []
        if rng.random() < 0.7:
            arms.append(Node("bool", "a.status IN ('Active', 'Completed', 'Archived')"))
        if rng.random() < 0.5:
            arms.append(self.predicates(name).tree(rng.choice((0, 0, 1))))
        condition = Many("bool", "(", " AND ", ")", arms or [Node("bool", "true")])
        listed = rng.choice(("a.status, count(*)", "count(*), a.status", "count(*)", "a.status", "a.status, count(1) + 1"))
        having = rng.choice(("", "", " HAVING count(*) > 10", " HAVING count(*) % 2 = 0 AND a.status < 'B'"))
        made = Case("aggregate", Node("statement", "SELECT %s FROM " % listed, Table(name), " a WHERE ", condition,
                                      " GROUP BY a.status" + having))
        made.simple = (name, condition)
        return made

    def _limit(self):
        rng, name = self.rng, self.table()
        made = self._where(name, "limit")
        if rng.random() < 0.15:
            made = Case("limit", Node("statement", "SELECT %s FROM " % self.listed(name),
                                      Table(name), " a"))
        limit = (rng.choice((0, 1, 1, 2, 3, 5, 10, 50, 199, 200, 201, 5000)),
                 rng.choice((0, 0, 0, 1, 5, 100, 300)))
        if rng.random() < 0.4:
            columns = [column.name for column in TABLES[name] if column.sort != "loose"]
            made.statement.parts.append(" ORDER BY a.%s%s%s, a.gsid LIMIT %d OFFSET %d" % (
                rng.choice(columns), rng.choice(("", " DESC")),
                rng.choice(("", " NULLS FIRST", " NULLS LAST")), *limit))
            made.how = "order"
        else:
            made.how, made.limit = "limit", limit
        return made

    def _prepared(self):
        rng = self.rng
        name = self.table()
        made = self._where(name, "prepared", parameters=rng.choice((0.3, 0.7, 1.0)))
        generic = rng.random() < 0.6
        made.settings = ["plan_cache_mode = %s" % ("force_generic_plan" if generic else "auto")]
        made.executions = rng.choice((2, 3, 4)) if generic else rng.choice((2, 7))
        return made

    def _tools(self):
        """One condition as tools write it, or little beside it: whatever is lost for it shows."""
        rng = self.rng
        name = rng.choice(("p", "p", "p", "g", "v") + ("objectives", "c") * self.nxt)
        predicates = self.predicates(name, parameters=rng.choice((0, 0, 1)))
        predicates.tame = True
        column = rng.choice([one for one in TABLES[name] if one.sort in ("date", "tstz") and not one.stays])
        maker = rng.choices(("_near", "_year", "_difference"), (7, 2, 1))[0]
        condition = getattr(predicates, maker)(column)
        before, after = rng.choice((("", ""),) * 6 + (
            ("coalesce(", ", false)"), ("CASE WHEN ", " THEN 1 ELSE 0 END = 1"), ("((", ") IS TRUE)"),
            ("NOT coalesce(NOT (", "), true)")))
        condition = Node("bool", before, condition, after)
        if rng.random() < 0.2:
            condition = Many("bool", "(", rng.choice((" AND ", " OR ")), ")", [condition, predicates.leaf()])
        made = Case("tools", Node("statement", "SELECT %s FROM " % self.listed(name), Table(name), " a WHERE ",
                                  condition))
        made.simple = (name, condition)
        if predicates.parameters:
            made.settings, made.executions = ["plan_cache_mode = force_generic_plan"], rng.choice((2, 4))
        return made

    def _joined(self, name):
        rng = self.rng
        predicates = self.predicates(name, outer=("k", TABLES["k"]))
        moments = [column for column in TABLES[name] if column.sort in ("date", "tstz")]
        if moments and rng.random() < 0.2:
            # both sides as tools write them
            left, right, _ = predicates.wrapped(rng.choice(moments))
            return Node("bool", left, " = ", right)
        pairs = [(one, other) for one, other in _JOINS
                 if any(column.name == one for column in TABLES[name])]
        one, other = rng.choice(pairs)
        if one == "name":
            return Node("bool", "a.name LIKE k.pattern")
        operator = "=" if rng.random() < 0.85 or one in ("gsid", "company_id") else \
            rng.choice(("<", ">=", "<>"))
        if rng.random() < 0.5:
            return Node("bool", "a.%s %s k.%s" % (one, operator, other))
        operator = {"<": ">", ">=": "<="}.get(operator, operator)
        return Node("bool", "k.%s %s a.%s" % (other, operator, one))

    def _join(self):
        rng, name = self.rng, self.table(False)
        kind = rng.choice(("JOIN", "JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"))
        on = self._joined(name)
        if kind == "FULL JOIN":
            on = Node("bool", "a.company_id = k.company_id")
        elif rng.random() < 0.5:
            on = Many("bool", "(", " AND ", ")", [on, self.predicates(
                name, outer=("k", TABLES["k"])).tree(rng.choice((0, 0, 1)))])
        where = Node("bool", "true")
        if rng.random() < 0.5:
            where = self.predicates(name).tree(rng.choice((0, 1)))
        if rng.random() < 0.3:
            where = Many("bool", "(", " AND ", ")", [where, Node(
                "bool", "k.id < %d" % rng.randrange(10))])
        return Case("join", Node("statement", "SELECT k.id, %s FROM l.k %s " % (
            self.listed(name), kind), Table(name), " a ON ", on, " WHERE ", where))

    def _semi(self):
        rng, name = self.rng, self.table(False)
        on = self._joined(name)
        condition = self.predicates(name, outer=("k", TABLES["k"])).tree(rng.choice((0, 1)))
        draw = rng.random()
        if draw < 0.35:
            word = rng.choice(("EXISTS", "NOT EXISTS"))
            return Case("semi", Node("statement", "SELECT k.id FROM l.k WHERE %s (SELECT FROM " % word,
                                     Table(name), " a WHERE ", on, " AND ", condition, ")"))
        if draw < 0.6:
            word = rng.choice(("EXISTS", "NOT EXISTS"))
            return Case("semi", Node("statement", "SELECT %s FROM " % self.listed(name),
                                     Table(name), " a WHERE ", self.predicates(name).tree(1),
                                     " AND %s (SELECT FROM l.k WHERE " % word, on, ")"))
        one, other = rng.choice(_JOINS[:6])
        if not any(column.name == one for column in TABLES[name]):
            one, other = "company_id", "company_id"
        word = rng.choice(("IN", "IN", "NOT IN"))
        if draw < 0.85:
            return Case("semi", Node("statement", "SELECT %s FROM " % self.listed(name),
                                     Table(name), " a WHERE a.%s %s (SELECT k.%s FROM l.k WHERE "
                                     "k.id <> %d) AND " % (one, word, other, rng.randrange(12)),
                                     self.predicates(name).tree(rng.choice((0, 1)))))
        return Case("semi", Node("statement", "SELECT k.id FROM l.k WHERE k.%s %s (SELECT a.%s FROM "
                                 % (other, word, one), Table(name), " a WHERE ", condition, ")"))

    def _lateral(self):
        rng, name = self.rng, self.table(False)
        on = self._joined(name)
        condition = self.predicates(name, outer=("k", TABLES["k"])).tree(rng.choice((0, 1)))
        draw = rng.random()
        if draw < 0.4:
            word = rng.choice(("CROSS", "LEFT"))
            return Case("lateral", Node(
                "statement", "SELECT k.id, x.* FROM l.k %s JOIN LATERAL (SELECT a.gsid, a.name FROM "
                % word, Table(name), " a WHERE ", on, " AND ", condition,
                " ORDER BY a.gsid LIMIT %d) x%s" % (rng.choice((1, 3, 20)),
                                                     " ON true" if word == "LEFT" else "")))
        if draw < 0.8:
            return Case("lateral", Node(
                "statement", "SELECT k.id, (SELECT count(*) FROM ", Table(name), " a WHERE ", on,
                " AND ", condition, ") FROM l.k"))
        # The inner side is read again for each outer row.
        return Case("lateral", Node(
            "statement", "SELECT k.id, %s FROM l.k, " % self.listed(name), Table(name),
            " a WHERE k.id < 4 AND ", self.predicates(name).tree(1)),
            settings=["enable_material = off"])

    def _union(self):
        rng = self.rng
        first, second = self.table(False), self.table()
        arms = []
        for name in (first, second):
            arms.append(Node("arm", "SELECT a.gsid FROM ", Table(name), " a WHERE ",
                             self.predicates(name).tree(rng.choice((0, 1, 2)))))
        word = rng.choice((" UNION ALL ",) * 4 + (" UNION ", " EXCEPT ", " INTERSECT "))
        made = Case("union", Node("statement", arms[0], word, arms[1]))
        if rng.random() < 0.3:
            made.how, made.limit = "limit", (rng.choice((1, 5, 50)), 0)
        return made

    def _nested(self):
        rng, name = self.rng, self.table()
        inner = self.predicates(name).tree()
        outer = self.predicates(name).tree(rng.choice((0, 1)))
        draw = rng.random()
        if draw < 0.4:
            tail = rng.choice((" OFFSET 0", "", " ORDER BY gsid"))
            return Case("nested", Node(
                "statement", "SELECT a.gsid FROM (SELECT * FROM ", Table(name), " a WHERE ", inner,
                tail + ") a WHERE ", outer))
        if draw < 0.7:
            word = rng.choice(("", "MATERIALIZED ", "NOT MATERIALIZED "))
            return Case("nested", Node(
                "statement", "WITH a AS %s(SELECT * FROM " % word, Table(name), " a WHERE ", inner,
                ") SELECT a.gsid FROM a WHERE ", outer, " AND (SELECT count(*) FROM a) > 0"))
        return Case("nested", Node(
            "statement", "SELECT x.gsid, count(*) OVER () FROM ", Table(name), " x WHERE x.gsid IN "
            "(SELECT a.gsid FROM ", Table(name), " a WHERE ", inner, ")"),
            settings=["enable_nestloop = off"])

    def _cursor(self):
        made = self._where(self.table(), "cursor")
        made.how = "cursor"
        return made

    def _some_gsids(self, most=4):
        rng = self.rng
        pool = TABLES["p"][0].values
        made = [rng.choice(pool) for _ in range(rng.randrange(1, most))]
        return Constant("value:text[]", made, "text[]", rng.choice(("typed", "init", "stable")))

    def _objectives(self):
        rng = self.rng
        listed = self.listed("objectives", "o")
        predicates = self.predicates("objectives", "o")
        draw = rng.random()
        if draw < 0.02:
            return Case("objectives", Node("statement", "SELECT %s FROM " % listed,
                                           Table("objectives"), " o WHERE ", predicates.tree()))
        if draw < 0.35:
            key = rng.choice(TABLES["p"][0].values + ["", "nowhere", ".", "..", "search"])
            return Case("objectives", Node(
                "statement", "SELECT %s FROM " % listed, Table("objectives"),
                " o WHERE o.success_plan_id = ",
                Constant("value:text", key, "text", rng.choice(("typed", "init", "stable"))),
                " AND ", predicates.tree(rng.choice((0, 1, 2)))))
        if draw < 0.55:
            return Case("objectives", Node(
                "statement", "SELECT %s FROM " % listed, Table("objectives"),
                " o WHERE o.success_plan_id = ANY (", self._some_gsids(), ") AND ",
                predicates.tree(rng.choice((0, 1, 2)))))
        if draw < 0.8:
            return Case("objectives", Node(
                "statement", "SELECT a.name, %s FROM " % listed, Table("p"), " a %s "
                % rng.choice(("JOIN", "LEFT JOIN")), Table("objectives"),
                " o ON o.success_plan_id = a.gsid AND ", predicates.leaf(),
                " WHERE a.gsid = ANY (", self._some_gsids(), ")"),
                settings=["enable_hashjoin = off", "enable_mergejoin = off"])
        return Case("objectives", Node(
            "statement", "SELECT k.id, %s FROM l.k %s " % (listed, rng.choice(("JOIN", "LEFT JOIN"))),
            Table("objectives"), " o ON o.success_plan_id = k.gsid AND ", predicates.leaf()),
            settings=["enable_hashjoin = off", "enable_mergejoin = off"])

    def _companies(self):
        rng = self.rng
        one, other = rng.choice((("gsid", "company_id"), ("gsid", "company_id"), ("csm", "owner_id"),
                                 ("name", "company_name"), ("renewal_date", "start_date")))
        return Case("companies", Node(
            "statement", "SELECT c.name, %s FROM " % self.listed("p"), Table("c"), " c %s "
            % rng.choice(("JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN")), Table("p"),
            " a ON a.%s = c.%s AND " % (other, one), self.predicates("p").tree(rng.choice((0, 1))), " WHERE ",
            self.predicates("c", "c").tree(rng.choice((0, 1, 2)))))

    def _types(self):
        rng = self.rng
        condition = self.predicates("plan_types", "t").tree(rng.choice((0, 1, 2)))
        draw = rng.random()
        if draw < 0.5:
            return Case("types", Node("statement", "SELECT t.id, t.name FROM ", Table("plan_types"),
                                      " t WHERE ", condition))
        if draw < 0.75:
            return Case("types", Node("statement", "SELECT k.id, t.name FROM l.k %s "
                                      % rng.choice(("JOIN", "LEFT JOIN")), Table("plan_types"),
                                      " t ON t.id = k.type_id AND ", condition))
        return Case("types", Node("statement", "SELECT t.name, a.gsid FROM ", Table("plan_types"),
                                  " t JOIN ", Table("p"), " a ON a.type_id = t.id WHERE ", condition,
                                  " AND ", self.predicates("p").tree(1)))


_FORMS = (("tools", 22), ("simple", 48), ("aggregate", 8), ("limit", 7), ("prepared", 9), ("join", 6),
          ("semi", 5), ("lateral", 2.5), ("union", 3), ("nested", 4), ("cursor", 2),
          ("objectives", 1.5), ("types", 1.5))
_NXT_FORMS = (("companies", 4),)
