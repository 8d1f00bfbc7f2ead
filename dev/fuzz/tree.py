"""SQL as trees, so that a query that shows a difference can be made smaller."""

SETS = 7        # how often a prepared statement is executed at most


def quote(text):
    return "'" + text.replace("'", "''") + "'"


def _element(text):
    if text is None:
        return "NULL"
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')


def literal(raw):
    """An SQL literal without its type."""
    if raw is None:
        return "NULL"
    if isinstance(raw, list):
        return quote("{%s}" % ",".join(map(_element, raw)))
    return quote(raw)


class Context:
    """How a tree is to be written: over which schema, with which parameters."""

    def __init__(self, schema, prepared=False):
        self.schema = schema
        self.prepared = prepared
        self.parameters = []


class Node:
    """Pieces of text and other nodes; `sort` tells what can stand for what."""

    def __init__(self, sort, *parts):
        self.sort = sort
        self.parts = list(parts)

    def write(self, context):
        return "".join([part if isinstance(part, str) else part.write(context)
                        for part in self.parts])

    def children(self):
        return [(index, part) for index, part in enumerate(self.parts)
                if not isinstance(part, str)]


class Many(Node):
    """A list of which members can be dropped, down to `least`."""

    def __init__(self, sort, head, separator, tail, members, least=1):
        super().__init__(sort, *members)
        self.head, self.separator, self.tail, self.least = head, separator, tail, least

    def write(self, context):
        return self.head + self.separator.join([part.write(context) for part in self.parts]) \
            + self.tail


class Table(Node):
    def __init__(self, name):
        super().__init__("table")
        self.name = name

    def write(self, context):
        return "%s.%s" % (context.schema, self.name)


class Constant(Node):
    """A value: `raw` is text, None or a list of these.  `how` it comes into the query:

    plain: a literal of unknown type; typed; param: of a prepared statement, which takes
    `raws` in turn; stable, volatile: from a function; init: from a subquery; made: an
    array constructor.
    """

    def __init__(self, sort, raw, sql_type, how="typed", raws=()):
        super().__init__(sort)
        self.raw, self.sql_type, self.how, self.raws = raw, sql_type, how, list(raws)

    def typed(self):
        if self.how == "made" and self.raw:
            return "ARRAY[%s]::%s" % (", ".join(map(literal, self.raw)), self.sql_type)
        return "%s::%s" % (literal(self.raw), self.sql_type)

    def write(self, context):
        if self.how == "param" and context.prepared:
            context.parameters.append(self)
            return "$%d" % len(context.parameters)
        if self.how == "plain":
            return literal(self.raw)
        typed = self.typed()
        if self.how == "stable":
            return "t.fixed(%s)" % typed
        if self.how == "volatile":
            return "t.moving(%s)" % typed
        if self.how == "init":
            # A cast, for `= ANY ((SELECT ...))` would be a subquery of rows.
            return "(SELECT %s)%s" % (typed, "::" + self.sql_type if self.sql_type[-1] == "]" else "")
        return typed

    def simpler(self):
        """Changes, each as (apply, undo)."""
        if self.how not in ("plain", "typed"):
            before = self.how
            yield (lambda: setattr(self, "how", "typed"), lambda: setattr(self, "how", before))
        if isinstance(self.raw, list) and len(self.raw) > 1:
            whole = self.raw
            size = len(whole) // 2
            while size:
                for at in range(0, len(whole), size):
                    rest = whole[:at] + whole[at + size:]
                    yield (lambda rest=rest: setattr(self, "raw", rest),
                           lambda: setattr(self, "raw", whole))
                if size == 1 or len(whole) > 20:
                    break
                size //= 2


def TRUE():
    return Node("bool", "true")


def _inside(node, sort):
    """Nodes below this one of the same sort, the nearest first."""
    level = [child for _, child in node.children()]
    while level:
        yield from (child for child in level if child.sort == sort)
        level = [below for child in level for _, below in child.children()]


def _drops(node):
    """Ways to drop members of a list: large pieces first."""
    whole = node.parts
    size = len(whole) // 2
    while size:
        for at in range(0, len(whole), size):
            rest = whole[:at] + whole[at + size:]
            if len(rest) >= node.least:
                yield (lambda rest=rest: setattr(node, "parts", rest),
                       lambda: setattr(node, "parts", whole))
        size //= 2


def _replacements(parent, index):
    old = parent.parts[index]

    def put(new):
        parent.parts[index] = new

    if old.sort == "bool" and not (isinstance(old, Node) and old.parts == ["true"]):
        yield (lambda: put(TRUE()), lambda: put(old))
    if old.sort not in ("table", "list", "fixed"):
        for inner in _inside(old, old.sort):
            yield (lambda inner=inner: put(inner), lambda: put(old))


def changes(node):
    """Every simplification of the tree under `node`, as (apply, undo)."""
    if isinstance(node, Many):
        yield from _drops(node)
    if isinstance(node, Constant):
        yield from node.simpler()
    for index, child in node.children():
        if index >= len(node.parts) or node.parts[index] is not child:
            continue
        yield from _replacements(node, index)
        yield from changes(child)


def shrink(root, differs, budget):
    """Make `root` as small as it gets while differs() holds; at most `budget` trials."""
    again = True
    while again and budget > 0:
        again = False
        for apply, undo in changes(root):
            if budget <= 0:
                break
            budget -= 1
            apply()
            if differs():
                again = True
                break
            undo()
    return root
