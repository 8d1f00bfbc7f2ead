"""Random conditions on the columns of one table."""

from . import values
from .tree import Constant, Many, Node, literal

_COMPARE = ("=", "=", "=", "<>", "!=", "<", "<=", ">", ">=", ">=", "<")
# functions without arguments, of which it is not compared what they give
_CALLS = {"text": "version()", "date": "now()", "timestamp with time zone": "now()",
          "timestamptz": "now()", "numeric": "random()::numeric", "bigint": "random()"}
_FLAGS = ("IS TRUE", "IS NOT TRUE", "IS FALSE", "IS NOT FALSE", "IS UNKNOWN", "IS NOT UNKNOWN")
_ZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia")

_IDS = ("gsid", "id", "company_id", "company_ref", "type_id", "owner_id", "success_plan_id")

# By sort: the types of constants that a column is compared with.
_OTHER_TYPES = {
    "text": ("text", "text", "text", "varchar", "name", "bpchar", "t.words"),
    "loose": ("text",), "char": ("bpchar", "text"), "citext": ("text", "t.note"),
    "num": ("numeric", "bigint", "integer", "smallint", "float8"),
    "float": ("float8", "numeric", "integer"),
    "date": ("date", "date", "timestamptz", "timestamp", "t.day"),
    "tstz": ("timestamptz", "timestamptz", "date", "timestamp", "t.moment"),
    "ts": ("timestamp", "timestamptz", "date"),
    "bool": ("boolean",),
}
_ARRAY_TYPES = {
    "text": ("text", "varchar"), "loose": ("text",), "char": ("bpchar",), "citext": ("text",),
    "num": ("numeric", "bigint", "integer"), "float": ("float8",),
    "date": ("date", "date", "timestamptz"), "tstz": ("timestamptz", "timestamptz", "date"),
    "ts": ("timestamp",), "bool": ("boolean",),
}


class Predicates:
    """`columns` of the relation `alias`; `outer` are (alias, columns) of others to compare with.

    Where all `stays`, no condition on them is sent.
    """

    def __init__(self, rng, columns, alias, outer=None, parameters=0.0, without=(), stays=False):
        self.rng, self.columns, self.alias, self.stays = rng, columns, alias, stays
        self.outer, self.parameters, self.without = outer, parameters, without
        # Every other one is plain enough for most of it to be sent.
        self.tame = rng.random() < 0.6

    # Trees

    def tree(self, depth=None):
        rng = self.rng
        if depth is None:
            if rng.random() < 0.02 and "many" not in self.without:
                return self._many()
            depth = rng.choices((0, 1, 2, 3, 4), (30, 30, 22, 12, 6))[0]
        draw = rng.random()
        if depth == 0:
            return self.leaf()
        if draw < (0.06 if self.tame else 0.16):
            return Node("bool", "NOT (", self.tree(depth - 1), ")")
        if draw < 0.2 and not self.tame and "tests" not in self.without:
            return Node("bool", "(", self.tree(depth - 1), ") ", rng.choice(_FLAGS))
        if draw < 0.22 and not self.tame and "tests" not in self.without:
            return Node("bool", "(", self.tree(depth - 1), ") ",
                        rng.choice(("=", "<>", "IS DISTINCT FROM", "IS NOT DISTINCT FROM")),
                        " ", rng.choice(("true", "false")))
        word = " AND " if rng.random() < 0.55 else " OR "
        count = rng.choice((2, 2, 2, 3, 3, 4))
        return Many("bool", "(", word, ")", [self.tree(rng.randrange(depth))
                                             for _ in range(count)])

    def _many(self):
        """More conditions than a search may have."""
        rng = self.rng
        if rng.random() < 0.4:
            word = rng.choice((" AND ", " OR "))
            return Many("bool", "(", word, ")", [self.leaf() for _ in range(rng.randrange(20, 45))])
        self.tame = True
        return Many("bool", "(", " AND ", ")", [self._mostly_true()
                                                for _ in range(rng.randrange(20, 45))])

    def _mostly_true(self):
        rng = self.rng
        column = rng.choice([one for one in self.columns if not one.stays] or self.columns)
        if column.sort in ("date", "ts", "tstz"):
            return Node("bool", self.name(column), rng.choice((" >= ", " > ")),
                        "'20%02d-0%d-01'" % (rng.randrange(14, 22), rng.randrange(1, 10)))
        if column.sort == "bool" or rng.random() < 0.1:
            return Node("bool", self.name(column), " IS NOT NULL")
        if column.sort in ("num", "float"):
            return Node("bool", self.name(column), rng.choice((" > ", " >= ", " <> ")),
                        "%d" % rng.randrange(-900, 50))
        if column.sort == "text" and column.name not in _IDS:
            return Node("bool", self.name(column), " LIKE '%%%s%%'" % rng.choice("eainot "))
        return Node("bool", self.name(column), " <> ", self.constant(column, column.sql_type))

    def leaf(self):
        for _ in range(20):
            column = self.column()
            if self.tame and (self.stays or column.stays) and self.rng.random() < 0.9:
                continue
            kinds = (_TAME if self.tame else _LEAVES)[column.sort]
            kind = self.rng.choices(kinds[0], kinds[1])[0]
            if kind in self.without or kind + ":" + column.sort in self.without:
                continue
            made = getattr(self, "_" + kind)(column)
            if made is not None:
                return made
        return Node("bool", "true")

    # Parts

    def column(self, sort=None):
        chosen = [column for column in self.columns if sort is None or column.sort == sort]
        return self.rng.choice(chosen) if chosen else None

    def name(self, column, alias=None):
        return Node(column.sort, "%s.%s" % (alias or self.alias, column.name))

    def side(self, column):
        """The column, mostly itself."""
        name, rng = self.name(column), self.rng
        if self.tame or rng.random() < 0.8 or "casts" in self.without:
            return name
        zone = rng.choice(_ZONES)
        wrap = rng.choice({
            "text": ("%s::text", "%s::varchar", '(%s COLLATE "C")', "(%s COLLATE t.german)",
                     "%s::bpchar", "lower(%s)", "upper(%s)", "btrim(%s)", "coalesce(%s, '')",
                     "nullif(%s, '')", "(%s || '')", "%s::char(7)", "%s::varchar(9)", "%s::name",
                     "substr(%s, 1, 4)", "(%s COLLATE t.loose)"),
            "loose": ("%s::text", '(%s COLLATE "C")', "%s::varchar"),
            "enum": ("%s",), "char": ("%s::text",), "citext": ("%s::text", "%s::varchar"),
            "num": ("%s::numeric", "%s::float8", "(%s + 1)", "(- %s)", "abs(%s)", "(%s * 2)",
                    "coalesce(%s, 0)", "round(%s)", "%s::numeric(60,2)"),
            "float": ("%s::numeric", "(- %s)"),
            "date": ("%s::timestamptz", "%s::timestamp", "(%s + 1)", "(%s - interval '1 day')",
                     "date_trunc('month', %s)", "coalesce(%s, '2024-01-01')", "%s::date"),
            "tstz": ("%s::date", "%s::timestamp", "(%s AT TIME ZONE '" + zone + "')",
                     "date_trunc('day', %s)", "(%s + interval '1 hour')", "%s::timestamptz(0)",
                     "date_trunc('day', %s, '" + zone + "')"),
            "ts": ("%s::date", "%s::timestamptz", "(%s AT TIME ZONE '" + zone + "')"),
            "bool": ("(NOT %s)", "coalesce(%s, false)"),
        }[column.sort])
        if "loose" in wrap and "loose" in self.without:
            return name
        before, after = wrap.split("%s")
        return Node(column.sort, before, name, after)

    def operator(self, column):
        if not self.tame or self.rng.random() < 0.1:
            return self.rng.choice(_COMPARE)
        if column.sort in ("date", "tstz"):
            return self.rng.choice(("=", "<", "<=", ">", ">="))
        if column.sort == "num":
            return self.rng.choice(("=", "<>", "<", "<=", ">", ">="))
        return self.rng.choice(("=", "<>") if column.name in _IDS or column.sort == "bool" else ("=",))

    def draw(self, column, sql_type):
        rng, sort = self.rng, column.sort
        if sort in ("text", "loose", "char", "citext"):
            if "ids" in self.without and column.name in _IDS:
                return rng.choice(column.values or ["1P02"])
            return values.text(rng, column.values)
        if sort == "enum":
            return rng.choice(column.values or ["Active"])
        if sort in ("num", "float"):
            for _ in range(30):
                raw = values.number(rng, column.values)
                if "scales" in self.without:
                    raw = values.plain_number(raw)
                if values.fits(raw, sql_type):
                    return raw
            return "7"
        if sort == "bool":
            return rng.choice(("t", "f"))
        base = sql_type
        if base in ("date", "t.day"):
            raw = values.day(rng, column.values)
            return raw
        return values.moment(rng, () if sort == "date" else column.values,
                             column.values if sort == "date" else ())

    def constant(self, column, sql_type=None, plain=True):
        """A value to compare this column with."""
        rng = self.rng
        if self.outer and rng.random() < 0.3:
            alias, columns = self.outer
            fitting = [one for one in columns if one.sort == column.sort]
            if fitting:
                return self.name(rng.choice(fitting), alias)
        if sql_type is None:
            types = _OTHER_TYPES.get(column.sort)
            plainly = types is None or rng.random() < (0.8 if self.tame else 0.5)
            sql_type = column.sql_type if plainly else rng.choice(types)
        return self._constant(column, sql_type, lambda: self.draw(column, sql_type), plain)

    def _constant(self, column, sql_type, draw, plain=True, null=0.02):
        rng = self.rng

        def one():
            return None if rng.random() < null else draw()

        hows, weights = ("typed", "stable", "init", "volatile"), (80, 7, 6, 2)
        if plain and sql_type == column.sql_type and rng.random() < 0.5:
            how = "plain"
        else:
            how = rng.choices(hows, weights)[0]
        if rng.random() < self.parameters:
            null = max(null, 0.06)
            return Constant("value:" + sql_type, one(), sql_type, "param",
                            [one() for _ in range(8)])
        return Constant("value:" + sql_type, one(), sql_type, how)

    def _array(self, column):
        rng = self.rng
        types = _ARRAY_TYPES.get(column.sort, (column.sql_type,))
        sql_type = column.sql_type if rng.random() < 0.6 else rng.choice(types)

        def draw():
            return values.array(rng, lambda: self.draw(column, sql_type))

        made = self._constant(column, sql_type + "[]", draw, plain=False, null=0.03)
        if made.how == "typed" and rng.random() < 0.5:
            made.how = "made"
        return made

    def _moving(self, column):
        """An expression of the time of day, or of a local table."""
        rng = self.rng
        if column.sort == "date" and rng.random() < 0.5:
            return Node("value:date", "(current_date - %d)" % rng.randrange(-200, 2500))
        if column.sort in ("date", "tstz", "ts") and rng.random() < 0.6:
            return Node("value:timestamptz", "(now() - interval '%d hours')"
                        % rng.randrange(-2000, 60000))
        fitting = {"text": "company_id", "num": "amount", "date": "day", "tstz": "moment"}
        local = fitting.get(column.sort)
        if local is None:
            return self.constant(column)
        return Node("value", "(SELECT %s(%s) FROM l.k)" % (rng.choice(("max", "min")), local))

    # Leaves

    def _compare(self, column):
        rng = self.rng
        left = self.side(column)
        operator = self.operator(column)
        right = self._moving(column) if rng.random() < 0.07 and not self.outer \
            else self.constant(column)
        if rng.random() < 0.25:
            left, right = right, left
        if isinstance(left, Constant) and left.how == "plain":
            left.how = "typed"
        return Node("bool", left, " ", operator, " ", right)

    def _columns(self, column):
        other = self.column(column.sort)
        return Node("bool", self.side(column), " ", self.rng.choice(_COMPARE), " ",
                    self.side(other))

    def _in(self, column):
        rng = self.rng
        size = rng.choices((1, 2, 3, 6, 12, 99, 100, 101, 250),
                           (2, 5, 5, 4, 2, .2, .2, .2, .2))[0]
        listed = []
        plain = rng.random() < 0.7
        for _ in range(size):
            one = self.constant(column, column.sql_type)
            if isinstance(one, Constant) and plain and one.how != "param":
                one.how = "plain"
            listed.append(one)
        return Node("bool", self.side(column), rng.choice((" IN ", " IN ", " IN ", " NOT IN ")),
                    Many("list", "(", ", ", ")", listed))

    def _any(self, column):
        rng = self.rng
        word = rng.choices(("= ANY", "<> ALL", "<> ANY", "= ALL", "> ANY", "<= ALL", "< ANY"),
                           (12, 5, 1, 1, 1, 1, 1))[0]
        return Node("bool", self.side(column), " ", word, " (", self._array(column), ")")

    def _null(self, column):
        word = self.rng.choice((" IS NULL", " IS NOT NULL"))
        if self.tame:
            word = " IS NULL" if column.sort == "text" else " IS NOT NULL"
        return Node("bool", self.side(column), word)

    def _distinct(self, column):
        return Node("bool", self.side(column), self.rng.choice(
            (" IS DISTINCT FROM ", " IS NOT DISTINCT FROM ")), self.constant(column))

    def _between(self, column):
        low, high = self.constant(column), self.constant(column)
        word = self.rng.choice((" BETWEEN ", " BETWEEN ", " BETWEEN SYMMETRIC ", " NOT BETWEEN ",
                                " NOT BETWEEN SYMMETRIC "))
        return Node("bool", "(", self.side(column), word, low, " AND ", high, ")")

    def _row(self, column):
        rng = self.rng
        other = self.column()
        if column.sort == "loose" or other.sort == "loose":
            return None
        left = Node("row", "(", self.name(column), ", ", self.name(other), ")")

        def right():
            return Node("row", "(", self.constant(column, column.sql_type), ", ",
                        self.constant(other, other.sql_type), ")")

        if rng.random() < 0.3:
            return Node("bool", left, rng.choice((" IN ", " NOT IN ")),
                        Many("list", "(", ", ", ")", [right() for _ in range(rng.randrange(1, 4))]))
        return Node("bool", left, " ", rng.choice(_COMPARE), " ", right())

    def _coalesce(self, column):
        return Node("bool", "coalesce(", self.name(column), ", ",
                    self.constant(column, column.sql_type), ") ", self.rng.choice(_COMPARE), " ",
                    self.constant(column, column.sql_type))

    def _case(self, column):
        return Node("bool", "CASE WHEN ", self.leaf(), " THEN ", self.leaf(), " ELSE ",
                    self.rng.choice(("true", "false", "NULL")), " END")

    def _like(self, column):
        rng = self.rng
        weights = (20, 1, 1, 0) if self.tame else (8, 3, 2, 1)
        word = rng.choices(("LIKE", "NOT LIKE", "ILIKE", "NOT ILIKE"), weights)[0]
        made = self._constant(column, "text", lambda: values.pattern(rng, column.values), null=0.01)
        tail = ""
        if made.how in ("typed", "plain") and made.raw is not None and rng.random() < 0.12:
            escape = rng.choice(("!", "", "x", "\\", "\u00e9"))
            tail = " ESCAPE '%s'" % escape
            if rng.random() < 0.7 and len(escape) == 1:
                made.raw = made.raw.replace("\\", escape)
        return Node("bool", self.side(column), " ", word, " ", made, tail)

    def _prefix(self, column):
        rng = self.rng
        whole = self._constant(column, "text", lambda: values.text(rng, column.values), plain=False)
        if whole.raw and rng.random() < 0.7:
            whole.raw = whole.raw[:rng.randrange(len(whole.raw) + 1)]
        if column.sql_type != "text" and column.sort != "text":
            return None
        draw = rng.random()
        if draw < 0.45:
            return Node("bool", self.name(column), " ^@ ", whole)
        if draw < 0.9:
            return Node("bool", "starts_with(", self.name(column), ", ", whole, ")")
        return Node("bool", whole, " ^@ ", self.name(column))

    def _reverse_like(self, column):
        """The column as the pattern; a broken one would be an error that depends on order."""
        return Node("bool", self.constant(column, "text", plain=False), " LIKE replace(",
                    self.name(column), r", '\', '')")

    def _regex(self, column):
        rng = self.rng
        word = "".join(one for one in values.text(rng, column.values) if one.isalnum())
        at = rng.randrange(len(word) + 1)
        found = rng.choice((word, "^" + word[:at], word[at:] + "$", ".", "^$", "[A-C]", word[:1]))
        return Node("bool", self.name(column), " ", rng.choice(("~", "~*", "!~", "!~*")), " ",
                    Constant("value:text", found, "text"))

    def _length(self, column):
        return Node("bool", "length(", self.name(column), ") ", self.rng.choice(_COMPARE),
                    " %d" % self.rng.choice((0, 1, 3, 6, 9, 20, 36)))

    # What tools write around a column

    def wrapped(self, column, depth=None):
        """(an expression near the column, the same of a value of its, the type of both)"""
        rng = self.rng
        at = {"date": "date", "tstz": "timestamptz"}[column.sort]
        made, same = self.name(column), self._known(column, at)
        if rng.random() < 0.1:
            made = Node("moment", "coalesce(", made, ", ", self._known(column, at), ")")
        for _ in range(rng.choice((1, 1, 1, 2, 2, 3)) if depth is None else depth):
            # the first step takes most of what there is to lose
            if rng.random() < 0.15:
                pieces, at = self._own_step(at)
                made, same = (Node("moment", *[piece or one for piece in pieces]) for one in (made, same))
                continue
            before, after, at = self._step(at)
            made, same = Node("moment", before, made, after), Node("moment", before, same, after)
        return made, same, at

    def _known(self, column, at):
        """A value of the column's, in this millennium: constant, parameter, or another table's."""
        rng = self.rng
        if self.outer and rng.random() < 0.5:
            alias, columns = self.outer
            fitting = [one for one in columns if one.sort == column.sort]
            if fitting:
                return self.name(rng.choice(fitting), alias)

        def draw():
            raw = self.draw(column, at)
            return raw if raw and raw[:4].isdigit() and "1900" < raw < "9" else "2024-02-29"

        how = "param" if rng.random() < self.parameters else "typed"
        return Constant("value:" + at, draw(), at, how, [draw() for _ in range(8)] if how == "param" else ())

    def _own_step(self, at):
        """An interval that is made of a part of the moment itself: (pieces, None for it; the type)."""
        rng = self.rng
        part = rng.choice(("dow", "isodow", "day", "hour", "minute", "month")) if at != "date" else \
            rng.choice(("dow", "isodow", "day", "doy"))
        size = rng.choice(("1 day", "5 minutes", "1 month", "-1 hour", "1 week"))
        amount = rng.choice((
            ("extract(%s FROM " % part, ")"), ("(-extract(%s FROM " % part, "))"),
            ("floor(extract(%s FROM " % part, ") / 5)"),
            ("((7 + CAST(extract(%s FROM " % part, ") AS bigint) - 2) %% 7)".replace("%%", "%")),
            ("mod(extract(%s FROM " % part, "), 7)")))
        plus = rng.choice(" + | - ".split("|"))
        if rng.random() < 0.5:
            return ("(", None, plus + "interval '%s' * " % size + amount[0], None, amount[1] + ")"), \
                "timestamp" if at == "date" else at
        return ("(", None, plus + amount[0], None, amount[1] + " * interval '%s')" % size), \
            "timestamp" if at == "date" else at

    def _step(self, at):
        rng = self.rng
        zone = rng.choice(_ZONES + ("Australia/Lord_Howe", "Europe/London", "EST5EDT", "no zone", "UTC"))
        unit = rng.choice(("second", "hour", "day", "day", "week", "month", "month", "quarter", "year",
                           "MONTH", "decade", "century", "millennium", "mon", "yr", "weeks", "D"))
        span = rng.choice(("1 day", "-1 day", "1 month", "-13 months", "1 year 2 days", "36 hours",
                           "1 mon -31 days", "-90 minutes", "1 month -1 day 1 hour", "2000 years", "0"))
        plus = rng.choice("+-")
        if at == "date":
            return rng.choice((
                ("", "::timestamp", "timestamp"), ("", "::timestamptz", "timestamptz"),
                ("(", " %s %d)" % (plus, rng.choice((0, 1, 7, 31, 400))), "date"),
                ("(", " %s interval '%s')" % (plus, span), "timestamp"),
                ("date_trunc('%s', " % unit, ")", "timestamptz")))
        if at == "timestamptz":
            return rng.choice((
                ("", "::date", "date"), ("date(", ")", "date"), ("", "::timestamp", "timestamp"),
                ("date_trunc('%s', " % unit, ")", at),
                ("date_trunc('%s', " % unit, ", '%s')" % zone.replace("no zone", "UTC"), at),
                ("(", " AT TIME ZONE '%s')" % zone.replace("no zone", "UTC"), "timestamp"),
                ("(", " AT TIME ZONE interval '%s')" % rng.choice(("-08:00", "05:30", "14:00")), "timestamp"),
                ("(", " %s interval '%s')" % (plus, span), at), ("", "::timestamptz(0)", at)))
        return rng.choice((
            ("", "::date", "date"), ("", "::timestamptz", "timestamptz"),
            ("date_trunc('%s', " % unit, ")", at),
            ("(", " AT TIME ZONE '%s')" % zone.replace("no zone", "UTC"), "timestamptz"),
            ("(", " %s interval '%s')" % (plus, span), at)))

    def _near(self, column):
        rng = self.rng
        left, same, at = self.wrapped(column)
        other = at if rng.random() < 0.7 else rng.choice(("date", "timestamp", "timestamptz"))
        draw = rng.random()
        if draw < 0.1:
            word = rng.choice((" BETWEEN ", " NOT BETWEEN ", " BETWEEN SYMMETRIC "))
            return Node("bool", "(", left, word, self.constant(column, other, plain=False), " AND ",
                        self.constant(column, other, plain=False), ")")
        if draw < 0.2:
            return Node("bool", left, " = ANY (", self._constant(
                column, at + "[]",
                lambda: values.array(rng, lambda: self.draw(column, at)), plain=False, null=0.03), ")")
        right = self._moving(column) if draw < 0.26 and not self.outer \
            else self.constant(column, other, plain=False)
        if rng.random() < 0.6:
            right = same
        if draw > 0.85:
            left, right = right, left
        return Node("bool", left, " ", rng.choice(("=", "=", "=", "<", "<=", ">", ">=", "<>")), " ", right)

    def _year(self, column):
        rng = self.rng
        left, same, _ = self.wrapped(column, rng.choice((0, 0, 0, 1)))
        if rng.random() < 0.6:
            cast = rng.choice(("%s", "%s::integer", "%s::bigint", "%s::float8", "trunc(%s)", "floor(%s)",
                               "CAST(trunc(%s) AS integer)", "round(%s, -1)", "trunc(%s, 2)"))
            part = rng.choice(("year", "year", "YEAR", "isoyear", "epoch", "decade", "month"))
            before, after = ("(" + cast + ")").replace("%s", "extract(%s FROM |)" % part).split("|")
            other = Node("number", before, same, after)
            if rng.random() < 0.4:
                other = Node("number", rng.choice(("2024", "2023", "2021", "0", "9999", "-3", "2024.5", "1709164800", "1e30")))
            return Node("bool", before, left, after, rng.choice((" = ", " = ", " < ", " <= ", " > ", " >= ")), other)
        form, length = rng.choice((("YYYY", 4), ("YYYY-MM", 7), ("YYYY-MM-DD", 10), ("YYYY-DDD", 8), ("MM", 2),
                                   ("yyyy-mm-dd HH24:MI", 16), ("YYYY-MM-DDD", 11), ("YYYYMM", 6), ("YYYY-IW", 7)))
        if rng.random() < 0.6:
            return Node("bool", "to_char(", left, ", '%s') = to_char(" % form, same, ", '%s')" % form)
        known = [one[:16] for one in column.values if one and one[:4].isdigit()] or ["2024-02-29"]
        text = rng.choice(known)[:length] if rng.random() < 0.9 else \
            rng.choice(("", "2024-1", "2024-13", "20240101", "9999-12-31", "10000"))
        return Node("bool", "to_char(", left, ", '%s')" % form, rng.choice((" = ", " = ", " > ")),
                    Constant("value:text", text, "text"))

    def _difference(self, column):
        """Of dates in days, of moments as an interval."""
        rng = self.rng
        at = {"date": "date", "tstz": "timestamptz"}[column.sort]
        sides = [self.name(column), self._known(column, at)][::rng.choice((1, -1))]
        if at == "date":
            limit = "%d" % rng.choice((0, 1, -1, 30, -400, 5000, 2147483647))
        else:
            limit = "interval '%s'" % rng.choice(("0", "1 day", "-30 days", "1 mon -2 days", "90 minutes", "-1 year", "1 year 1 sec"))
        operator = rng.choice((" = ", " < ", " <= ", " > ", " >= "))
        if rng.random() < 0.3:
            return Node("bool", limit, operator, "(", sides[0], " - ", sides[1], ")")
        return Node("bool", "(", sides[0], " - ", sides[1], ")", operator, limit)

    def _range(self, column):
        rng = self.rng
        kind, element = {"date": ("daterange", "date"), "tstz": ("tstzrange", "timestamptz"),
                         "num": ("numrange", "numeric")}[column.sort]
        name = self.name(column) if column.sort != "num" else Node("num", self.name(column), "::numeric")
        low, high = self.draw(column, element), self.draw(column, element)
        bounds = Node("range", "%s(least(" % kind, Constant("value:" + element, low, element), ", ",
                      Constant("value:" + element, high, element), "), ",
                      rng.choice(("NULL", "greatest(%s, %s)" % tuple(
                          "%s::%s" % (literal(one), element) for one in (low, high)))),
                      ", '%s')" % rng.choice(("[]", "[)", "()", "(]")))
        if rng.random() < 0.5:
            return Node("bool", name, " <@ ", bounds)
        return Node("bool", bounds, " @> ", name)

    def _truth(self, column):
        """CASE, coalesce and nullif of columns and conditions, one in another."""
        rng = self.rng
        draw = rng.random()
        constant = lambda: self.constant(column, column.sql_type, plain=False)      # noqa: E731
        operator = " %s " % rng.choice(("=", "=", "=", "<>", ">=", "<"))
        if draw < 0.25:
            return Node("bool", self.value(column, 2), operator, constant())
        if draw < 0.35:
            return Node("bool", self.value(column, 2), " IN (", constant(), ", ", constant(), ")")
        if draw < 0.45:
            return Node("bool", "nullif(", self.value(column, 1), ", ", constant(), ")", operator, constant())
        if draw < 0.6:
            return Node("bool", "(", self.value(column, 1), " IS NOT DISTINCT FROM ", constant(), ")")
        if draw < 0.75:
            kind = rng.choice(("1", "'a'::text", "true"))
            other = {"1": "0", "'a'::text": "'b'", "true": "false"}[kind]
            last = rng.choice((" ELSE " + other, "", " ELSE " + kind))
            return Node("bool", "(CASE WHEN ", self.tree(rng.choice((0, 0, 1))), " THEN " + kind + " WHEN ",
                        self.leaf(), " THEN %s" % rng.choice((kind, other)), last, " END = %s)" % kind)
        if draw < 0.82 and column.sort != "loose":
            return Node("bool", "CASE ", self.name(column), " WHEN ", constant(), " THEN 1 WHEN ", constant(),
                        " THEN 2 ELSE 0 END = %s" % rng.choice("0123"))
        if draw < 0.88:
            return Node("bool", rng.choice(("NOT coalesce(", "coalesce(")), self.tree(rng.choice((0, 1))), ", ",
                        rng.choice(("false", "false", "true")), ")")
        if draw < 0.92:
            return Node("bool", "NOT CASE WHEN ", self.leaf(), " THEN ", self.leaf(), " ELSE ",
                        rng.choice(("true", "false", "NULL")), " END")
        if draw < 0.94:
            call = _CALLS.get(column.sql_type) if rng.random() < 0.3 else None
            compared = (rng.choice((" = ", " < ", " <> ")), call, ")") if call else (")",)
            return Node("bool", "(", self.value(column, 1), *compared,
                        rng.choice((" IS NULL", " IS NOT NULL")))
        return Node("bool", "((", self.tree(rng.choice((0, 1))), ") ",
                    rng.choice(("IS TRUE", "IS TRUE", "IS FALSE", "= true", "= false", "IS NOT FALSE", "IS NOT TRUE",
                                "IS UNKNOWN", "IS NOT UNKNOWN", "IS NULL")), ")")

    def value(self, column, depth):
        """The column, or what may be it."""
        rng = self.rng
        if depth == 0 or rng.random() < 0.15:
            return self.name(column)
        inner = lambda: self.value(column, depth - 1)       # noqa: E731
        constant = lambda: self.constant(column, column.sql_type, plain=False)      # noqa: E731
        draw = rng.random()
        if draw < 0.45:
            return Node(column.sort, "coalesce(", inner(), ", ", constant(), ")")
        if draw < 0.55:
            return Node(column.sort, "coalesce(", constant(), ", ", inner(), ")")
        if draw < 0.75:
            return Node(column.sort, "nullif(", inner(), ", ", constant(), ")")
        return Node(column.sort, "CASE WHEN ", self.leaf(), " THEN ", inner(), " ELSE ",
                    rng.choice((inner, constant))(), " END")

    def _optional(self, column):
        """A filter that a parameter, or what stands for it, switches off."""
        rng = self.rng
        switch = Constant("value:text", rng.choice(("", "", "all", "x", None)), "text",
                          "param" if rng.random() < self.parameters else "typed", ["", "x", None, "all"])
        asked = Node("bool", switch, rng.choice((" = ''", " IS NULL", " <> 'x'", " = 'all'")))
        if rng.random() < 0.7:
            return Many("bool", "(", " OR ", ")", [asked, self.leaf()][::rng.choice((1, 1, -1))])
        return Many("bool", "(", " OR ", ")", [Many("bool", "(", " AND ", ")", [asked, self.leaf()]),
                                               self.leaf()])

    def _part(self, column):
        rng = self.rng
        name = self.name(column)
        whole = self._constant(column, "text", lambda: values.text(rng, column.values), plain=False)
        draw = rng.random()
        if draw < 0.5:
            size = rng.choice((0, 1, 2, 3, 5, -1, -3, 100))
            before, after = rng.choice((
                ("left(", ", %d)" % size), ("substr(", ", %d, %d)" % (rng.choice((1, 1, 1, 0, 2)), abs(size))),
                ("substr(ltrim(", "), 1, %d)" % abs(size)), ("right(", ", %d)" % size), ("left(coalesce(", ", 'no'), %d)" % size),
                ("substr(", ", %d)" % max(0, size)), ("split_part(", ", ' ', %d)" % (rng.choice((1, 1, 2)))),
                ("substring(", " FROM 1 FOR %d)" % abs(size)), ("", "::varchar(%d)" % max(1, size))))
            if whole.raw is not None and rng.random() < 0.8:
                whole.raw = whole.raw[:max(0, size)]
            if rng.random() < 0.2:
                return Node("bool", before, name, after, " IN (", whole, ", 'Re', 'x')")
            return Node("bool", before, name, after, rng.choice((" = ", " = ", " = ", " <> ")), whole)
        if draw < 0.75:
            if whole.raw and rng.random() < 0.7:
                at = rng.randrange(len(whole.raw))
                whole.raw = whole.raw[at:at + rng.randrange(5)]
            tail = rng.choice((" > 0", " >= 1", " = 1", " = 0", " < 1", " <> 0", " > -1", " > 2"))
            if rng.random() < 0.5:
                return Node("bool", "strpos(", name, ", ", whole, ")" + tail)
            return Node("bool", "position(", whole, " IN ", name, ")" + tail)
        before, after = rng.choice((("btrim(", ")"), ("ltrim(", ")"), ("rtrim(", ")"), ("trim(", ")"),
                                    ("btrim(", ", 'aeR ')"), ("ltrim(", ", '1P0')"), ("rtrim(", ", 'le')")))
        return Node("bool", before, name, after, rng.choice((" = ", " = ", " <> ")), whole)

    def _collate(self, column):
        other = self.rng.choice(('"C"', '"C"', "t.german", "t.loose", '"default"'))
        if other == "t.loose" and "loose" in self.without:
            return None
        return Node("bool", self.name(column), " ", self.rng.choice(_COMPARE), " (",
                    self.constant(column, "text", plain=False), " COLLATE %s)" % other)

    def _modulo(self, column):
        return Node("bool", "(", self.name(column), " % 2) = ", self.rng.choice(("0", "1")))

    def _flag(self, column):
        draw = self.rng.random()
        if draw < 0.4:
            return self.side(column)
        if draw < 0.6:
            return Node("bool", "NOT ", self.side(column))
        return Node("bool", self.side(column), " ", self.rng.choice(_FLAGS))

    def _extract(self, column):
        return Node("bool", "extract(%s FROM " % self.rng.choice(("year", "month", "dow")),
                    self.name(column), ") ", self.rng.choice(_COMPARE), " ",
                    self.rng.choice(("1", "2", "4", "2023", "2024")))

    def _as_text(self, column):
        return Node("bool", self.name(column), "::text ", self.rng.choice(("=", "<", "LIKE", "<>")),
                    " ", Constant("value:text", values.text(self.rng, column.values), "text"))

    def _overlaps(self, column):
        other = self.column(column.sort)
        return Node("bool", "(", self.name(column), ", ", self.name(other), ") OVERLAPS (",
                    self.constant(column, column.sql_type, plain=False), ", ",
                    self.constant(column, column.sql_type, plain=False), ")")


_COMMON = {"compare": 30, "in": 8, "any": 8, "null": 6, "distinct": 4, "between": 4, "row": 2,
           "coalesce": 2, "case": 1, "columns": 3, "truth": 8, "optional": 4}
_TEXT = dict(_COMMON, like=18, prefix=6, regex=3, length=1, collate=3, reverse_like=1, part=12)


def _weights(**more):
    chosen = dict(_COMMON, **more)
    return list(chosen), list(chosen.values())


_LEAVES = {
    "text": (list(_TEXT), list(_TEXT.values())),
    "loose": _weights(length=1),
    "char": _weights(like=4, length=1),
    "citext": _weights(like=6, regex=1),
    "enum": _weights(as_text=4),
    "num": _weights(modulo=1, as_text=1, range=3),
    "float": _weights(),
    "date": _weights(extract=1, as_text=1, overlaps=1, compare=40, between=8, near=40, year=10, difference=5, range=3),
    "tstz": _weights(extract=1, as_text=1, overlaps=1, compare=40, between=8, near=40, year=10, difference=5, range=3),
    "ts": _weights(extract=1),
    "bool": _weights(flag=40),
}

_SENT = ("compare", "in", "any", "null", "between", "like", "prefix", "flag", "near", "year", "truth",
         "optional", "part", "range", "difference")
_TAME = {sort: tuple(zip(*[(kind, weight) for kind, weight in zip(*kinds) if kind in _SENT]))
         for sort, kinds in _LEAVES.items()}
