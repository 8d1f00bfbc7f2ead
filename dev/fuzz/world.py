"""The tables on both sides, the values in them, and the modes of the tenant."""

from decimal import Decimal

from .edges import FAR, Edges
from .habits import ANY, NXT_MODES, NXT_SIZES, NXT_SLOW, any_habits, field_of, is_nxt
from .tree import quote

# name: (switches of the tenant, options of the server); the first four are the main ones.
# Beside them there is each of `ctl neutral` that a read can tell.
MODES = {
    "sql": ((), {}),
    "fold": (("text_fold=true",), {}),
    "nulls": (("keep_nulls=true",), {}),
    "ignore": (("ignore_filters=true",), {}),
    "fold+nulls": (("text_fold=true", "keep_nulls=true"), {}),
    "instants": (("date_instants=true",), {}),
    "instants+nulls": (("date_instants=true", "keep_nulls=true"), {}),
    "doubles": (("doubles=true",), {}),
    "cap": (("page_cap=30",), {}),
    "cap+absent": (("page_cap=7", "total_count=absent"), {}),
    "absent": (("total_count=absent",), {}),
    "page": (("total_count=page",), {}),
    "total-double": (("total_as=double",), {"trust_filters": "true"}),
    "bare": (("bare_arrays=true",), {}),
    "null": (("data_null_when_empty=true",), {}),
    "no-data": (("no_data=result_false",), {}),
    "no-data-400": (("no_data=gsobj_1011",), {}),
    "epoch": (("epoch_dates=true",), {}),
    "document": (("date_style=document",), {}),
    "lower": (("key_case=lower",), {}),
    "drop": (("drop_nulls=true",), {}),
    "all-fields": (("ignore_select=true",), {}),
    "html": (("wrong_content_type=true",), {}),
    "gzip": (("gzip=true",), {}),
    "lenient": (("strict=false",), {}),
    "not-found": (("not_found_style=object_not_found",), {}),
    "operators": ((), {"operators": None}),
    "in3": (("max_in=3",), {"in_list_size": "3"}),
    "page2": ((), {"page_size": "2"}),
    "page7": ((), {"page_size": "7"}),
    "page50": ((), {"page_size": "50"}),
    "page7+in3": (("total_count=absent",), {"page_size": "7", "in_list_size": "3"}),
    "estimate": ((), {"use_remote_estimate": "true"}),
    "one": ((), {"max_connections": "1", "compression": "false"}),
    "trust": ((), {"trust_filters": "true"}),
    "trust+fold": (("text_fold=true",), {"trust_filters": "true"}),
    "trust+doubles": (("doubles=true",), {"trust_filters": "true", "in_list_size": "3"}),
    "trust+nulls": (("keep_nulls=true",), {"trust_filters": "true"}),
    "trust+page7": ((), {"trust_filters": "true", "page_size": "7"}),
    **NXT_MODES,
}
SLOW = {"page2": 10, "page7": 4, "trust+page7": 4, "cap+absent": 4, "page7+in3": 4, "in3": 2, **NXT_SLOW}
OPERATORS = ("EQ", "NE", "LT", "GT", "LTE", "GTE", "IN", "CONTAINS", "STARTS_WITH", "ENDS_WITH",
             "IS_NULL", "IS_NOT_NULL")


_STAY = ("seg40", "ends_tz", "ends_text", "made_day", "made0", "health4", "exec_text", "tenant",
         "regions__gc", "ticker__gc", "summary")


class Column:
    def __init__(self, table, name, sort, sql_type, declared=None, field=None, options=""):
        self.table, self.name, self.sort, self.sql_type = table, name, sort, sql_type
        self.declared = declared or sql_type
        self.field, self.options = field, options
        self.values = []
        # No condition on it is sent, whatever it is.
        self.stays = sort in ("loose", "char", "citext", "float", "ts") or name in _STAY \
            or name.endswith("_off") or table == "plan_types"


def _columns(table, text):
    """Lines of: name | sort | type of its constants | declaration | field | more options."""
    columns = []
    for line in text.strip().splitlines():
        name, sort, sql_type, declared, field, options = [
            part.strip() for part in (line + "|||||").split("|")][:6]
        columns.append(Column(table, name, sort, sql_type, declared, field, options))
    return columns


DOCUMENTED = """
gsid|text|text
name|text|text
company_id|text|text
company_name|text|text
type_id|text|text
type_name|text|text
status|text|text
owner_id|text|text
owner_name|text|text
start_date|date|date
end_date|date|date
comments|text|text
created_date|tstz|timestamptz
modified_date|tstz|timestamptz
"""

CUSTOM = """
health|num|numeric||Health__gc|pushdown 'true'
is_exec|bool|boolean||IsExec__gc|pushdown 'true'
renewal|date|date||RenewalDate__gc|pushdown 'true'
last_touch|tstz|timestamptz||LastTouch__gc|pushdown 'true'
segment|text|text||Segment__gc|pushdown 'true'
score|num|bigint||Score__gc|pushdown 'true'
"""

# Other names, types and collations; some of these must stay local.
VARIANTS = """
gsid|text|varchar||Gsid
title|text|text|text COLLATE "C"|Name
label|text|text|text COLLATE t.german|Name
loose|loose|text|text COLLATE t.loose|Name
state|enum|t.state||Status
tier|enum|t.tier||Segment__gc|pushdown 'true'
seg|text|varchar||Segment__gc|pushdown 'true'
seg_dom|text|text|t.words|Segment__gc|pushdown 'true'
seg40|text|varchar|varchar(40)|Segment__gc|pushdown 'true'
kind|char|text|char(60)|TypeName
company|text|text|t.words|CompanyName
company_ref|text|text|t.ids|CompanyId
status_off|text|text||Status|pushdown 'false'
remark|text|text||Comments
note|citext|text|t.note|Comments
starts|date|date|t.day|StartDate
ends_ts|ts|timestamp||EndDate
ends_tz|tstz|timestamptz||EndDate
ends_text|text|text||EndDate
made_day|date|date||CreatedDate
made_ts|ts|timestamp||CreatedDate
made0|tstz|timestamptz|timestamptz(0)|CreatedDate
changed|tstz|timestamptz|t.moment|ModifiedDate
touch_ts|ts|timestamp||LastTouch__gc|pushdown 'true'
touch|tstz|timestamptz|t.moment|LastTouch__gc|pushdown 'true'
renew|date|date|t.day|RenewalDate__gc|pushdown 'true'
renew_off|date|date||RenewalDate__gc
health_f|float|float8||Health__gc|pushdown 'true'
health4|num|numeric|numeric(40,4)|Health__gc|pushdown 'true'
health_d|num|numeric|t.amount|Health__gc|pushdown 'true'
exec|bool|boolean|t.flag|IsExec__gc|pushdown 'true'
exec_text|text|text||IsExec__gc
points|num|numeric||Score__gc|pushdown 'true'
points_off|num|bigint||Score__gc
tenant|text|text|||constant 'acme'
"""

# Integers that are too narrow for the values of every second set of data.
NARROW = """
gsid|text|text||Gsid
status|text|text||Status
start_date|date|date
"""

OBJECTIVES = """
gsid|text|text
name|text|text
description|text|text
success_plan_id|text|text
status|text|text
priority|text|text
due_date|date|date
completion_percentage|num|numeric
created_date|tstz|timestamptz
modified_date|tstz|timestamptz
"""

# Of any object in nxt, as IMPORT makes it.
COMPANIES = """
gsid|text|text||Gsid
name|text|text||Name
parent_company_id|text|text||ParentCompanyId
parent_company_name|text|text||ParentCompanyId__gr.Name
csm|text|text||Csm
csm_name|text|text||Csm__gr.Name
industry|text|text||Industry
stage|text|text||Stage
regions__gc|text|text||Regions__gc
arr|num|numeric||Arr
employees|num|numeric||Employees
discount__gc|num|numeric||Discount__gc
isstrategic__gc|bool|boolean||IsStrategic__gc
renewal_date|date|date||RenewalDate
original_contract_date|date|date||OriginalContractDate
lastactivity__gc|tstz|timestamptz||LastActivity__gc
website|text|text||Website
billingaddress__gc|text|text||BillingAddress__gc
ticker__gc|text|text||Ticker__gc
summary|text|text||Summary
sfdc_account_id|text|text||SfdcAccountId
created_date|tstz|timestamptz||CreatedDate
modified_date|tstz|timestamptz||ModifiedDate
"""

OTHER = """
id|num|integer
gsid|text|text
company_id|text|text
type_id|text|text
status|text|text
word|text|text
pattern|text|text
day|date|date
moment|tstz|timestamptz
amount|num|numeric
score|num|bigint
flag|bool|boolean
"""



def _apart(columns):
    """Tables v1, v2 ... with the columns shared out so that none has a field twice."""
    tables = {}
    for column in columns[1:]:
        number = 1
        while any(one.field == column.field for one in tables.get("v%d" % number, ())):
            number += 1
        name = "v%d" % number
        if name not in tables:
            tables[name] = [Column(name, "gsid", "text", "varchar", field="Gsid")]
        tables[name].append(Column(name, column.name, column.sort, column.sql_type,
                                   column.declared, column.field, column.options))
    return tables


TABLES = {
    "p": _columns("p", DOCUMENTED + CUSTOM.strip()),
    "g": _columns("g", DOCUMENTED),
    "v": _columns("v", VARIANTS),
    **_apart(_columns("v", VARIANTS)),
    "n1": _columns("n1", NARROW + "score2|num|smallint||Score__gc|pushdown 'true'"),
    "n2": _columns("n2", NARROW + "score4|num|integer||Score__gc|pushdown 'true'"),
    "n3": _columns("n3", NARROW + "score8|num|bigint|t.whole|Score__gc|pushdown 'true'"),
    "objectives": _columns("objectives", OBJECTIVES),
    "plan_types": _columns("plan_types", "id|text|text\nname|text|text"),
    "c": _columns("c", COMPANIES),
    "k": _columns("k", OTHER),
}
VARIED = [name for name in TABLES if name[0] == "v"]
NARROWED = [name for name in TABLES if name[0] == "n"]
RESOURCE = {"objectives": "objectives", "plan_types": "plan_types"}

_TYPES = """
CREATE SCHEMA t;
CREATE TYPE t.state AS ENUM ('Archived', 'Draft', 'Active', 'Completed');
CREATE TYPE t.tier AS ENUM ('smb ', 'SMB', 'Public "Sector"', 'Enterprise', 'Mid-Market');
CREATE DOMAIN t.words AS text;
CREATE DOMAIN t.ids AS varchar;
CREATE DOMAIN t.day AS date;
CREATE DOMAIN t.moment AS timestamptz;
CREATE DOMAIN t.amount AS numeric;
CREATE DOMAIN t.whole AS bigint;
CREATE DOMAIN t.flag AS boolean;
CREATE FUNCTION t.fixed(anyelement) RETURNS anyelement LANGUAGE plpgsql STABLE AS
  'BEGIN RETURN $1; END';
CREATE FUNCTION t.moving(anyelement) RETURNS anyelement LANGUAGE plpgsql VOLATILE AS
  'BEGIN RETURN $1; END';
"""


def declare(column, server=()):
    """A column of a foreign table, where the server has these options."""
    options = []
    field = field_of(column, dict(server))
    if field:
        options.append("field '%s'" % field)
    if column.options:
        options.append(column.options)
    sql_type, _, collation = column.declared.partition(" COLLATE ")
    return "%s %s%s%s" % (column.name, sql_type,
                          " OPTIONS (%s)" % ", ".join(options) if options else "",
                          " COLLATE " + collation if collation else "")


class World:
    """A database of its own with the tables of both sides; filled by load()."""

    epoch = 1000            # cases on one set of data
    epochs = {"nxt-any": 50}
    wanted = OPERATORS + ("AND", "OR", "(")
    modes, slow = MODES, SLOW
    errors = 0.05           # so many cases may fail on both sides

    def vary(self, rng, settings):
        """Nothing of the servers changes within a mode."""

    def __init__(self, session, tenant, plans, without=()):
        self.session, self.tenant, self.plans, self.without = session, tenant, plans, without
        self.narrow = False
        self._edges = Edges(None, zones=FAR)

    def queries(self, rng, bind):
        # queries.py needs the tables above
        from .queries import Queries
        return Queries(rng, self.narrow, self.without, bind, is_nxt(self.options))

    def create(self):
        run = self.session.must
        run("CREATE EXTENSION gainsight_fdw")
        run(_TYPES)
        # Without ICU, or without contrib, plain ones have to do.
        if self.session.run("CREATE COLLATION t.loose (provider = icu, locale = "
                            "'und-u-ks-level2', deterministic = false)").error:
            run('CREATE COLLATION t.loose FROM "C"')
        if self.session.run("CREATE COLLATION t.german (provider = icu, locale = 'de')").error:
            run('CREATE COLLATION t.german FROM "C"')
        if self.session.run("CREATE EXTENSION citext").error:
            run("CREATE DOMAIN t.note AS text")
        else:
            run("CREATE DOMAIN t.note AS citext")

    def serve(self, switches, options, rng):
        """A server with these options, and the foreign tables of it; switches for load()."""
        run = self.session.must
        switches, options = any_habits(rng) if switches is ANY else (switches, options)
        self.switches = list(switches)
        options = dict(options, base_url=self.tenant.url, rate_limit="0", max_requests="0")
        if options.get("operators", "") is None:
            chosen = sorted(rng.sample(OPERATORS, rng.randrange(1, len(OPERATORS))))
            self.switches.append("operators=[%s]" % ",".join('"%s"' % one for one in chosen))
            options["operators"] = ",".join(chosen)
        self.options = options
        run("DROP SCHEMA IF EXISTS f CASCADE; DROP SCHEMA IF EXISTS gs CASCADE;"
            "DROP SERVER IF EXISTS fuzz CASCADE")
        run("CREATE SERVER fuzz FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (%s)"
            % ", ".join("%s %s" % (name, quote(value)) for name, value in options.items()))
        run("CREATE USER MAPPING FOR CURRENT_USER SERVER fuzz OPTIONS (access_key %s)"
            % quote(self.tenant.key))
        run("CREATE SCHEMA f; CREATE SCHEMA gs")
        run("IMPORT FOREIGN SCHEMA gainsight FROM SERVER fuzz INTO gs")
        if is_nxt(options):
            run("IMPORT FOREIGN SCHEMA objects LIMIT TO (company) FROM SERVER fuzz INTO f;"
                "ALTER FOREIGN TABLE f.company RENAME TO c")
        for name, columns in TABLES.items():
            if name in ("k", "c"):
                continue
            if name in RESOURCE or name == "g":
                run("ALTER FOREIGN TABLE gs.%s SET SCHEMA f" % RESOURCE.get(name, "successplans"))
                if name == "g":
                    run("ALTER FOREIGN TABLE f.successplans RENAME TO g")
                continue
            run("CREATE FOREIGN TABLE f.%s (%s) SERVER fuzz OPTIONS (resource 'successplans')"
                % (name, ", ".join(declare(column, options) for column in columns)))

    def load(self, mode, seed, narrow, analyzed, rng):
        """New contents on both sides."""
        run = self.session.must
        self.narrow = narrow
        self.tenant("reset", *NXT_SIZES.get(mode, ("plans=%d" % self.plans,)), "seed=%d" % seed)
        if narrow:
            self._change_scores(lambda score: abs(score) > 32767)
        if "exponents" in self.without:
            self._change_scores(lambda score: score and score % 10 == 0)
        if "doubles=true" in self.switches:
            self._near_numbers(rng)
        if is_nxt(self.options):
            self._draft(rng)
        self._edges.rng = rng
        gsids = [row[0].replace("\\\\", "\\") for row in self._rows()]
        self._edges.spread(self.tenant, rng.sample(gsids, len(gsids) // 3))
        # A reset has put the switches back.
        if self.switches:
            self.tenant("set", *self.switches)
        run("DROP SCHEMA IF EXISTS l CASCADE; CREATE SCHEMA l; SET timezone = 'UTC';"
            "SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'")
        copied = [("p", ("successplans", "--custom")), ("g", ("successplans",)),
                  ("objectives", ("objectives",)), ("plan_types", ("plan_types",))]
        if is_nxt(self.options):
            copied.append(("c", ("company", *(column.field for column in TABLES["c"]))))
        for name, dump in copied:
            run("CREATE TABLE l.%s (%s)" % (name, ", ".join(
                "%s %s" % (column.name, column.declared) for column in TABLES[name])))
            self.session.copy("l." + name, self.tenant("dump", *dump))
            self._same(name)
        # What these types make of a field's spelling is not in the dump.
        for name in VARIED + (NARROWED if narrow else []):
            run("CREATE TABLE l.%s (%s)" % (name, ", ".join(
                "%s %s" % (column.name, column.declared) for column in TABLES[name])))
            run("INSERT INTO l.%s SELECT * FROM f.%s" % (name, name))
        for name, columns in TABLES.items():
            if name == "k" or name in NARROWED and not narrow or name == "c" and not is_nxt(self.options):
                continue
            for column in columns:
                column.values = [row[0] for row in run(
                    "SELECT DISTINCT %s::text FROM l.%s WHERE %s IS NOT NULL ORDER BY 1"
                    % (column.name, name, column.name))]
        self._other(rng)
        run("ANALYZE")              # of what is local
        if analyzed:
            run("ANALYZE %s" % ", ".join("f." + name for name in ("p", "g", "v", "v1", "objectives")))

    def _rows(self):
        return [line.split("\t")
                for line in self.tenant("dump", "successplans", "--custom").splitlines()]

    def _near_numbers(self, rng):
        """Records that are one to who compares doubles."""
        rows = [row for row in self._rows() if row[-6] != "\\N"]
        for row, other in zip(rng.sample(rows, len(rows) // 3), rng.choices(rows, k=len(rows))):
            near = Decimal(other[-6]) + Decimal(rng.choice((1, -1))).scaleb(-25)
            self.tenant("touch", row[0].replace("\\\\", "\\"), "Health__gc=%s" % format(near, "f"))

    def _draft(self, rng):
        """A status that the document has not."""
        rows = self._rows()
        for row in rng.sample(rows, len(rows) // 10):
            self.tenant("touch", row[0].replace("\\\\", "\\"), "Status=Draft")

    def _change_scores(self, unfit):
        for row in self._rows():
            if row[-1] != "\\N" and unfit(int(row[-1])):
                self.tenant("touch", row[0].replace("\\\\", "\\"),
                            "Score__gc=%d" % (32767 if int(row[-1]) > 0 else -32768))

    def _same(self, name):
        count = self.session.must(
            "SELECT (SELECT count(*) FROM (SELECT * FROM f.{0} EXCEPT ALL SELECT * FROM l.{0}) a),"
            "(SELECT count(*) FROM (SELECT * FROM l.{0} EXCEPT ALL SELECT * FROM f.{0}) a)"
            .format(name))[0]
        if count != ("0", "0"):
            raise SystemExit("fuzz: f.%s is not the dump: %s extra rows, %s missing"
                             % (name, *count))

    def _other(self, rng):
        """A small local table whose values are mostly those of the plans."""
        columns = TABLES["k"]
        source = {"word": "segment", "day": "start_date", "moment": "created_date",
                  "amount": "health", "flag": "is_exec"}
        plans = {column.name: column for column in TABLES["p"]}
        rows = []
        for number in range(10):
            row = [str(number)]
            for column in columns[1:]:
                if column.name == "pattern":
                    name = rng.choice(plans["name"].values).replace("\\", "")
                    at = rng.randrange(len(name) + 1)
                    row.append(rng.choice((name[:at] + "%", "%" + name[at:], name, "%", "", None,
                                           "%" + name[2:5] + "%", name[:at] + "_%")))
                    continue
                pool = plans[source.get(column.name, column.name)].values
                row.append(None if rng.random() < 0.1 or not pool else rng.choice(pool))
            rows.append(row)
        run = self.session.must
        run("CREATE TABLE l.k (%s)" % ", ".join(
            "%s %s" % (column.name, column.declared) for column in columns))
        run("INSERT INTO l.k VALUES %s" % ", ".join(
            "(%s)" % ", ".join("NULL" if one is None else quote(one) for one in row)
            for row in rows))
        for place, column in enumerate(columns):
            column.values = [row[place] for row in rows if row[place] is not None]

    def check_switches(self):
        """A mode whose switches were not on has shown nothing."""
        there = self.tenant("set").replace('"', "").replace(" ", "").splitlines()
        for switch in self.switches:
            if switch.replace('"', "") not in there:
                raise SystemExit("fuzz: %s is not on" % switch)

    def sabotage(self, kind):
        """Make the local copy wrong in one place: differences must be found."""
        run = self.session.must
        for name in ["p", "g", *VARIED, *(NARROWED if self.narrow else ())]:
            row = "gsid = (SELECT min(gsid) FROM l.%s)" % name
            if kind == "row":
                run("DELETE FROM l.%s WHERE %s" % (name, row))
            elif kind == "twice":
                run("INSERT INTO l.%s SELECT * FROM l.%s WHERE %s" % (name, name, row))
            else:
                column = TABLES[name][-1]
                run("UPDATE l.%s SET %s = (SELECT min(%s) FROM l.%s) WHERE %s"
                    % (name, column.name, column.name, name, row.replace("min", "max")))
