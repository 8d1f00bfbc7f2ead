"""The `where` of a search: checked strictly, then evaluated over columns as SQL would.

A checked filter is a tree: a Condition, or ("AND" | "OR", [trees]). What fields there are and how
the dialect at hand speaks of them says a Grammar; what rows there are, a table of columns.
"""

import re
from typing import Callable, NamedTuple

from . import store, switches, values
from .values import Refused

MOST_CONDITIONS = 26
_DEEPEST = 100

_ONE_VALUE = ("EQ", "NE", "LT", "GT", "LTE", "GTE", "CONTAINS", "STARTS_WITH", "ENDS_WITH")
_TEXT_ONLY = ("CONTAINS", "STARTS_WITH", "ENDS_WITH")
_NULL_TESTS = ("IS_NULL", "IS_NOT_NULL")
_MULTI_ONLY = ("INCLUDES", "EXCLUDES")
_ORDERED = ("EQ", "NE", "IN", "LT", "GT", "LTE", "GTE", "BTW") + _NULL_TESTS
# The operators of a kind of field.
_FITS = {
    "text": _ORDERED + _TEXT_ONLY, "date": _ORDERED, "time": _ORDERED, "number": _ORDERED,
    "integer": _ORDERED, "boolean": ("EQ", "NE", "IN") + _NULL_TESTS,
    "multi": _MULTI_ONLY + _NULL_TESTS, "json": _NULL_TESTS,
}


class Grammar(NamedTuple):
    """What a dialect's filters may say."""
    field: Callable         # a name's field, or None
    no_field: Callable      # the Refused for a name that has none
    parse: dict             # kind: from a JSON value to a true one
    flat: bool = False      # AND of all or OR of all, no parentheses


class Condition(NamedTuple):
    field: str
    operator: str
    values: tuple       # true values


# What stands for a condition that was taken out of its expression.
_GONE = ("GONE", ())


def expect_object(value, what, known, strict):
    if not isinstance(value, dict):
        raise Refused("%s is not an object" % what)
    for key in value:
        if strict and key not in known:
            raise Refused("%s has the unknown key %s" % (what, values.show(key)))


def check(where, setting, grammar):
    """The tree of a `where`, None where nothing of it is left; Refused says what is wrong."""
    expect_object(where, "where", ("conditions", "expression"), setting.strict)
    listed = where.get("conditions")
    if not isinstance(listed, list) or not listed:
        raise Refused("where.conditions is not a list with conditions in it")
    if len(listed) > MOST_CONDITIONS:
        raise Refused("%d conditions are more than %d" % (len(listed), MOST_CONDITIONS))
    conditions = {}
    for item in listed:
        expect_object(item, "a condition", ("name", "alias", "value", "operator"), setting.strict)
        alias = item.get("alias")
        if not isinstance(alias, str) or not re.fullmatch("[A-Z]", alias):
            if not setting.strict:
                continue            # a lenient tenant drops it silently
            raise Refused("condition alias %s is not one of A to Z" % values.show(alias))
        if alias in conditions:
            raise Refused("alias %s is used twice" % alias)
        conditions[alias] = _condition(item, setting, grammar)
    expression = where.get("expression")
    if not isinstance(expression, str):
        raise Refused("where.expression is not a string")
    if grammar.flat and ("(" in expression or {"AND", "OR"} <= set(expression.split())):
        raise Refused("expression %s is neither AND of all nor OR of all" % values.show(expression))
    tree, used = Parser(expression, conditions).parse()
    for alias in conditions:
        if setting.strict and alias not in used:
            raise Refused("alias %s is not in the expression %s" % (alias, values.show(expression)))
    return tree


def _condition(item, setting, grammar):
    """A Condition; None for one that holds for every row, as the tenant does not look at its
    operator; _GONE for one that a lenient tenant takes out of the expression."""
    field = grammar.field(item["name"]) if isinstance(item.get("name"), str) else None
    if field is None or not field.filterable:
        if not setting.strict:
            return _GONE
        if field is None:
            raise grammar.no_field("filter", item.get("name"))
        raise Refused("field %s cannot be filtered" % field.name)
    operator, given = item.get("operator"), item.get("value")
    if operator in setting.ignore_operators:
        return None
    what = "%s %s" % (field.name, operator)
    if operator not in switches.OPERATORS:
        raise Refused("there is no operator %s" % values.show(operator))
    if operator not in setting.operators:
        raise Refused("operator %s is not supported here" % operator)
    if operator in _MULTI_ONLY and field.kind != "multi":
        raise Refused("%s: this field is no multi-select picklist" % what)
    if operator not in _FITS[field.kind]:
        raise Refused("%s: the operator does not fit a %s" % (what, field.kind))
    if not isinstance(given, list):
        raise Refused("%s: value is not an array" % what)
    _count(what, operator, given, setting)
    parse = grammar.parse[field.kind]
    try:
        truth = tuple(parse(value) for value in given)
    except Refused as error:
        raise Refused("%s: %s" % (what, error.desc), error.code) from None
    if operator in _TEXT_ONLY and truth[0] == "":
        raise Refused("%s: empty text" % what)
    if setting.strict and operator == "IN" and len(set(truth)) < len(truth):
        raise Refused("%s: a value is listed twice" % what)
    return Condition(field.name, operator, truth)


def _count(what, operator, given, setting):
    if operator in _NULL_TESTS:
        if given:
            raise Refused("%s: a null test takes []" % what)
    elif not given:
        raise Refused("%s: value is empty" % what)
    elif operator in _ONE_VALUE and len(given) != 1:
        raise Refused("%s: takes one value, not %d" % (what, len(given)))
    elif operator == "BTW" and len(given) != 2:
        raise Refused("%s: takes two values, not %d" % (what, len(given)))
    elif len(given) > setting.max_in:
        raise Refused("%s: %d values are more than %d" % (what, len(given), setting.max_in))


class Parser:
    """`A AND (B OR C)`: AND binds tighter than OR; there is no NOT."""

    def __init__(self, text, conditions):
        self.text, self.conditions, self.used = text, conditions, set()
        if len(text) > 10_000:
            raise Refused("the expression is too long")
        self.tokens = re.findall(r"[A-Za-z0-9_]+|\S", text)
        self.depth = 0

    def parse(self):
        tree = self._or()
        if self.tokens:
            self._bad("%s is not expected" % values.show(self.tokens[0]))
        return None if tree is _GONE else tree, self.used

    def _bad(self, why):
        raise Refused("expression %s: %s" % (values.show(self.text), why))

    def _or(self):
        return self._list("OR", self._and)

    def _and(self):
        return self._list("AND", self._one)

    def _list(self, word, part):
        arms = [part()]
        while self.tokens and self.tokens[0] == word:
            self.tokens.pop(0)
            arms.append(part())
        arms = [arm for arm in arms if arm is not _GONE]
        if not arms:
            return _GONE
        if any(arm is None for arm in arms):
            # It holds for every row.
            arms = [arm for arm in arms if arm is not None] if word == "AND" else []
        return (word, arms) if len(arms) > 1 else arms[0] if arms else None

    def _one(self):
        token = self.tokens.pop(0) if self.tokens else self._bad("it ends too early")
        if token == "(":
            self.depth += 1
            if self.depth > _DEEPEST:
                self._bad("too many parentheses")
            tree = self._or()
            if not self.tokens or self.tokens.pop(0) != ")":
                self._bad("a parenthesis is not closed")
            self.depth -= 1
            return tree
        if token.upper() == "NOT":
            self._bad("there is no NOT")
        if not re.fullmatch("[A-Z]", token):
            self._bad("%s is not expected" % values.show(token))
        if token not in self.conditions:
            self._bad("there is no condition with alias %s" % token)
        self.used.add(token)
        return self.conditions[token]


def evaluate(tree, table, setting, rows=None):
    """The rows, of `rows` and in their order, that the tree holds for."""
    if rows is None:
        rows = table.order
    if tree is None:
        return rows
    if isinstance(tree, Condition):
        return _rows(tree, table, setting, rows)
    word, arms = tree
    if word == "OR":
        either = set()
        for arm in arms:
            either.update(evaluate(arm, table, setting, rows))
        return [row for row in rows if row in either]
    # What an index answers goes first, and leaves little for the rest.
    for arm in sorted(arms, key=lambda arm: not _indexed(arm, table, setting)):
        rows = evaluate(arm, table, setting, rows)
    return rows


def _indexed(tree, table, setting):
    if not isinstance(tree, Condition) or tree.operator not in ("EQ", "IN"):
        return False
    field = table.field(tree.field)
    return table.ascending and field.kind == "text" and not (setting.text_fold and field.folds)


def _rows(condition, table, setting, rows):
    name, operator, wanted = condition
    if rows is table.order and _indexed(condition, table, setting):
        return table.with_value(name, set(wanted))
    field = table.field(name)
    column = table.column(name, setting.text_fold)
    if setting.text_fold and field.folds:
        wanted = tuple(store.fold(value) for value in wanted)
    if setting.date_instants and field.kind == "date":
        column = table.instants(name)
        wanted = tuple(day * 86400 for day in wanted)
    if setting.doubles and field.kind in ("number", "integer"):
        column = [None if value is None else float(value) for value in column]
        wanted = tuple(map(float, wanted))
    if operator in _NULL_TESTS and setting.null_tests == "blank":
        column = table.with_blanks(name)
    as_set = operator == "IN" or operator in _MULTI_ONLY
    chosen = _SELECT[operator](column, rows, *((set(wanted),) if as_set else wanted))
    if setting.keep_nulls and operator in ("NE", "GT", "GTE"):
        kept = set(chosen)
        return [row for row in rows if row in kept or column[row] is None]
    return chosen


_SELECT = {
    "EQ": lambda c, rows, v: [r for r in rows if c[r] == v],
    "IN": lambda c, rows, v: [r for r in rows if c[r] in v],
    "NE": lambda c, rows, v: [r for r in rows if (x := c[r]) is not None and x != v],
    "LT": lambda c, rows, v: [r for r in rows if (x := c[r]) is not None and x < v],
    "GT": lambda c, rows, v: [r for r in rows if (x := c[r]) is not None and x > v],
    "LTE": lambda c, rows, v: [r for r in rows if (x := c[r]) is not None and x <= v],
    "GTE": lambda c, rows, v: [r for r in rows if (x := c[r]) is not None and x >= v],
    "BTW": lambda c, rows, v, w: [r for r in rows if (x := c[r]) is not None and v <= x <= w],
    "CONTAINS": lambda c, rows, v: [r for r in rows if (x := c[r]) is not None and v in x],
    "STARTS_WITH": lambda c, rows, v: [r for r in rows
                                       if (x := c[r]) is not None and x.startswith(v)],
    "ENDS_WITH": lambda c, rows, v: [r for r in rows if (x := c[r]) is not None and x.endswith(v)],
    "INCLUDES": lambda c, rows, v: [r for r in rows if (x := c[r]) is not None and v & set(x)],
    "EXCLUDES": lambda c, rows, v: [r for r in rows if (x := c[r]) is not None and not v & set(x)],
    "IS_NULL": lambda c, rows: [r for r in rows if c[r] is None],
    "IS_NOT_NULL": lambda c, rows: [r for r in rows if c[r] is not None],
}
