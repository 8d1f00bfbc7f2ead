"""A foreign table beside each table of a database, in a schema that statements can look in first.

What a twin shows is copied from its table when a statement is about to read it. So whatever a
script does to its tables it does to plain ones.
"""

import io
import json
import re

from .tenants import Table

SCHEMA = "twins"

# How a type's values are compared by the tenant; of another they are not, and nothing is sent.
_NUMBERS = {"smallint", "integer", "bigint", "numeric"}
_READ = dict.fromkeys(_NUMBERS, lambda text: __import__("decimal").Decimal(text))
_READ.update(text=str, boolean=lambda text: text == "t")
_JSON_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")

_VISIBLE = """
SELECT c.oid, c.relname, c.relkind, c.relpersistence, c.relispartition,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
       CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END,
       ARRAY(SELECT i.inhparent::text FROM pg_inherits i WHERE i.inhrelid = c.oid
             ORDER BY i.inhseqno),
       ARRAY(SELECT i.inhrelid::text FROM pg_inherits i WHERE i.inhparent = c.oid
             ORDER BY i.inhrelid),
       CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) END
FROM pg_class c
WHERE c.relkind IN ('r', 'p', 'v') AND c.oid >= 16384
  AND (c.relnamespace = pg_my_temp_schema() OR c.relnamespace = 'public'::regnamespace AND
       NOT EXISTS (SELECT FROM pg_class t
                   WHERE t.relnamespace = pg_my_temp_schema() AND t.relname = c.relname))
"""
_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       CASE WHEN a.attcollation NOT IN (0, t.typcollation) THEN
         (SELECT format(' COLLATE %%I.%%I', n.nspname, c.collname)
          FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
          WHERE c.oid = a.attcollation) ELSE '' END
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""


class Relation:
    def __init__(self, row):
        (self.oid, self.name, self.kind, self.persistence, _, self.key, self.bound,
         parents, children, self.definition) = row
        self.oid = int(self.oid)
        self.parents = [int(one) for one in parents.strip("{}").split(",") if one]
        self.children = [int(one) for one in children.strip("{}").split(",") if one]


def quote(name):
    return '"%s"' % name.replace('"', '""')


def words(text):
    return set(re.findall(r"[a-z_][\w$]*", text.lower())) | set(re.findall(r'"([^"]+)"', text))


class Twins:
    def __init__(self, session, tenants, dialect):
        self.session, self.tenants, self.dialect = session, tenants, dialect
        self.dirty, self.everything = set(), True
        self.shown = {}                 # oid: what was copied
        self.relations = {}
        session.must("CREATE EXTENSION gainsight_fdw")
        session.must("CREATE SCHEMA " + SCHEMA)

    def touched(self, statement):
        """A statement has been run that may have changed what tables hold."""
        # by way of children, triggers, rules and functions it may be any
        self.everything |= not re.match(r"(set|reset|show|analyze)\b", statement, re.I)
        self.relations = {}

    def _load(self):
        if not self.relations:
            self.relations = {relation.oid: relation for relation in
                              map(Relation, self.session.must(_VISIBLE))}
        return self.relations

    def prepare(self, statement):
        """Bring up to date what it names; how many tables that are foreign then."""
        relations = self._load()
        self._drop_orphans({one.name for one in relations.values()})
        named, found = words(statement), set()
        todo = [one for one in relations.values() if one.name in named]
        while todo:
            relation = todo.pop()
            if relation.oid in found:
                continue
            found.add(relation.oid)
            near = relation.parents + relation.children
            todo += [relations[oid] for oid in near if oid in relations]
            if relation.kind == "v":
                inside = words(relation.definition)
                todo += [one for one in relations.values() if one.name in inside]
        for relation in sorted((relations[oid] for oid in found), key=self._depth):
            self._bring(relation)
        self.dirty -= {relations[oid].name for oid in found}
        if self.everything:
            self.everything = False
            self.dirty |= {one.name for one in relations.values()} - named
        return sum(relations[oid].kind == "r" for oid in found)

    def _drop_orphans(self, names):
        for name, kind in self.session.must(
                "SELECT relname, CASE relkind WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'v' THEN 'VIEW'"
                " ELSE 'TABLE' END FROM pg_class WHERE relkind IN ('f', 'p', 'v')"
                " AND relnamespace = '%s'::regnamespace" % SCHEMA):
            if name not in names:
                self.session.run("DROP %s IF EXISTS %s.%s CASCADE" % (kind, SCHEMA, quote(name)))

    def _depth(self, relation):
        if relation.kind == "v":
            return (1, relation.oid)
        depth = 0
        while relation.parents and relation.parents[0] in self.relations:
            relation = self.relations[relation.parents[0]]
            depth += 1
        return (0, depth)

    def _bring(self, relation):
        name = "%s.%s" % (SCHEMA, quote(relation.name))
        run = self.session.must
        exists = run("SELECT to_regclass('%s')::oid" % name.replace("'", "''"))[0][0]
        fresh = relation.oid in self.shown and self.shown[relation.oid][0] == exists
        if exists and fresh and relation.name not in self.dirty and not self.everything:
            return
        shape = (run(_COLUMNS.replace("%s", str(relation.oid)).replace("%%", "%")), relation.kind,
                 relation.bound, relation.key, relation.parents, relation.children, relation.definition)
        if not exists or not fresh or shape != self.shown[relation.oid][1]:
            self._make(relation, name, shape[0])
            exists = run("SELECT to_regclass('%s')::oid" % name.replace("'", "''"))[0][0]
            self.shown[relation.oid] = (exists, shape, None)
        if relation.kind == "r":
            self._fill(relation, name, exists, shape)

    def _make(self, relation, name, columns):
        run = self.session.must
        for kind in ("FOREIGN TABLE", "TABLE", "VIEW"):
            self.session.run("DROP %s IF EXISTS %s CASCADE" % (kind, name))
        if relation.kind == "v":
            run("SET search_path = public; SELECT 1")
            definition = run("SELECT pg_get_viewdef(%d)" % relation.oid)[0][0]
            run("SET search_path = %s, pg_temp, public; CREATE VIEW %s AS %s"
                % (SCHEMA, name, definition))
            return
        server = "t%d" % relation.oid
        option = lambda column: " OPTIONS (field %s, pushdown '%s')" % (
            "'" + field(column[0]).replace("'", "''") + "'",
            "true" if column[1] in _READ else "false")
        listed = ", ".join("%s %s%s%s%s" % (quote(column[0]), column[1],
                                            option(column) if relation.kind == "r" else "",
                                            column[3], " NOT NULL" if column[2] == "t" else "")
                           for column in columns)
        if relation.kind == "p":
            run("CREATE TABLE %s (%s) PARTITION BY %s" % (name, listed, relation.key))
        else:
            self._serve(server)
            run("CREATE FOREIGN TABLE %s (%s) SERVER %s OPTIONS (resource 'successplans')"
                % (name, listed, server))
        for parent in relation.parents:
            if parent not in self.relations:
                continue
            above = "%s.%s" % (SCHEMA, quote(self.relations[parent].name))
            if relation.bound:
                run("ALTER TABLE %s ATTACH PARTITION %s %s" % (above, name, relation.bound))
            else:
                run("ALTER FOREIGN TABLE %s INHERIT %s" % (name, above))

    def _serve(self, server):
        if self.session.must("SELECT 1 FROM pg_foreign_server WHERE srvname = '%s'" % server):
            return
        self.session.must("""CREATE SERVER %s FOREIGN DATA WRAPPER gainsight_fdw
            OPTIONS (base_url '%s', dialect '%s', rate_limit '0', max_requests '0');
            CREATE USER MAPPING FOR CURRENT_USER SERVER %s OPTIONS (access_key 'k')"""
                          % (server, self.tenants.url(server), self.dialect, server))

    def _fill(self, relation, name, exists, shape):
        out = io.StringIO()
        columns = shape[0]
        listed = ", ".join(quote(column[0]) for column in columns)
        self.session.cursor.copy_expert("COPY (SELECT %s FROM ONLY %s) TO STDOUT" % (
            listed, "%s.%s" % ("pg_temp" if relation.persistence == "t" else "public",
                               quote(relation.name))), out)
        text = out.getvalue()
        if self.shown[relation.oid][2] == text:
            return
        self.shown[relation.oid] = (exists, shape, text)
        rows = [line.split("\t") for line in text.split("\n")[:-1]]
        values, cells = {}, {}
        for place, column in enumerate(columns):
            texts = [unescape(row[place]) for row in rows]
            read = _READ.get(column[1])
            values[field(column[0])] = [
                None if one is None or one == "NaN" else read(one) for one in texts] if read else []
            cells[field(column[0])] = [cell(column[1], one) for one in texts]
        self.tenants.tables["t%d" % relation.oid] = Table(len(rows), values, cells)
        self.session.must("ANALYZE " + name)


def field(column):
    return column + "__gc"


_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def unescape(text):
    """Of COPY's text format."""
    if text == "\\N":
        return None
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), text, flags=re.S)


def cell(kind, text):
    if text is None:
        return "null"
    if kind == "boolean":
        return "true" if text == "t" else "false"
    if kind in ("json", "jsonb") or (kind.split("(")[0] in _NUMBERS and _JSON_NUMBER.fullmatch(text)):
        return text
    return json.dumps(text)
