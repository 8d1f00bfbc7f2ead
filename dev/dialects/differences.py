"""What the chapters may show otherwise in the dialect nxt, and why; and those that are left out."""

_WRITES = "writes"
_FIELDS = "its tables name the document's fields"

LEFT_OUT = {
    # chapters of one dialect
    "nxt": "is about nxt", "nxt_requests": "is about nxt", "nxt_refresh": "is about nxt",
    "nxt_insert": "is about nxt", "nxt_update": "is about nxt", "nxt_conflicts": "is about nxt",
    "nxt_write_at": "is about nxt", "trust_order": "is about nxt",
    "objects": "is about nxt", "check": "finds out about both",
    "options": "options, not rows", "upgrade": "what the extension is made of, not rows", "import": "what IMPORT makes, not rows",
    "discover": "what IMPORT finds, not rows", "monitor": "the check-up and the numbers of requests",
    "names": _FIELDS, "misfits": _FIELDS, "on_error": _FIELDS,
    "counts_by_status": "a tenant that counts",
    "rounds": "round trips of a tenant that counts; nxt_requests has those of one that does not",
    # chapters that write: plans without an owner, of companies that are none, to a tenant that makes them anew
    "insert": _WRITES, "beforehand": _WRITES, "update": _WRITES,
    "conflicts": _WRITES, "own_writes": _WRITES, "merge": _WRITES, "whole_rows": _WRITES,
    "cursors": _WRITES, "write_failure": _WRITES, "dry_run": _WRITES, "write_at": _WRITES,
}

# Where nobody counts there is no number to be right or wrong, and what was found is near enough.
_UNCOUNTED = "nothing is counted"
_OBJECTIVES = "objectives are a search, not a list of each plan"
_REPLY = "a reply, or a fault, of the document's routes"
_NO_TYPES = "where there are no plan types, those that plans have, with a WARNING"
_HINT = "a refusal has a hint of its own"
_SHORTER = "lists are shorter, so that a walk is less"

# A write is refused there, which is no difference to be named: of what is only read, or of a plan without an owner.
REFUSED = "cannot (insert into|update) foreign table|does not allow inserts|null value in column \"owner_id\"|no column for the field OwnerId"

# chapter: {how a statement, or its last line, begins: (how often its output differs, why)}
DIFFERENT = {
    "objectives": {
        "SELECT success_plan_id, name FROM gs.objectives WHERE success_plan_id = ": (6, _REPLY),
        "SELECT * FROM local.error_of('SELECT count(*) FROM gs.objectives')": (3, _OBJECTIVES),
        "SELECT name FROM gs.objectives WHERE gsid = :'added'": (1, _WRITES),
        "EXECUTE one(:'added')": (1, _WRITES),
        "SELECT * FROM gs.owned WHERE success_plan_id = 'x'": (1, _REPLY),
    },
    "types": {
        "SELECT * FROM local.dates ORDER BY gsid": (1, _REPLY),
        "SELECT * FROM local.elsewhere ORDER BY gsid": (1, _REPLY),
        "SELECT * FROM gs.dates": (1, _REPLY),
        "SELECT * FROM local.error_of('SELECT end_date FROM gs.dates')": (5, _REPLY),
        "SELECT * FROM local.error_of($$SELECT status FROM gs.objectives": (1, _REPLY),
        "SELECT * FROM local.error_of('SELECT name FROM gs.plan_types')": (1, _REPLY),
    },
    "odd_text": {
        "IMPORT FOREIGN SCHEMA gainsight LIMIT TO (successplans)": (1, "discovers fields"),
        "SELECT attname, attfdwoptions FROM pg_attribute": (1, "discovers fields"),
        "SELECT * FROM local.error_of($$UPDATE gs.segments SET name = 'renamed'": (1, _REPLY),
    },
    "plan_types": {"SELECT count(*) FROM gs.plan_types": (1, _NO_TYPES)},
    "envelopes": {
        "SELECT * FROM local.all_equal": (5, _NO_TYPES),
        "SELECT id FROM gs.plan_types": (1, _NO_TYPES),
        "SELECT name FROM gs.successplans WHERE gsid = '1P02A'": (2, _REPLY),
        "SELECT gsid FROM gs.objectives WHERE success_plan_id = 'x'": (1, _REPLY),
        "SELECT gsid FROM gs.successplans WHERE gsid = 'x'": (1, "a plan that is not there is no object that is not there"),
        "SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans')": (1, _HINT),
        "SELECT * FROM local.error_of($$SELECT gsid FROM gs.successplans WHERE gsid = 'x'$$)": (1, _HINT),
        "SELECT * FROM local.error_of('SELECT id FROM gs.plan_types')": (2, _HINT),
        "SELECT * FROM local.error_of('SELECT * FROM gs.plan_types')": (1, _REPLY),
    },
    "oauth": {
        "SELECT * FROM local.error_of('SELECT count(name) FROM gs.": (2, _REPLY),
        "SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = 'u' WHERE name = 'c'$$)": (1, _WRITES),
    },
    "paging": {
        "SELECT local.compare('successplans')": (1, _UNCOUNTED),
        "SELECT * FROM local.error_of($$SELECT name FROM gs.successplans WHERE gsid = '1P02A'$$)": (1, _REPLY),
    },
    "filters": {"WHERE line ~ '^(Gainsight Expression|rows)'": (1, "what is sent, not rows")},
    "numbers": {"WHERE one.column_name = 'arr' AND other.column_name = 'score'": (1, "what is sent, not rows")},
    "counts": {"SELECT count(*) FROM gs.successplans": (1, _UNCOUNTED)},
    "analyze": {
        "SELECT reltuples FROM pg_class WHERE oid = 'gs.successplans'": (1, _UNCOUNTED),
        "FROM pg_class, local.objectives WHERE": (1, _OBJECTIVES),
        "SELECT reltuples, relpages FROM pg_class WHERE oid = 'gs.objectives'": (1, _OBJECTIVES),
    },
    "analyze_children": {
        "\t   count(*) FILTER (WHERE line ~ '/objectives') >= 14 AS lists": (1, _OBJECTIVES),
        "FROM local.numbered JOIN local.asked ON line ~ '/objectives'": (1, _OBJECTIVES),
    },
    "joins": {
        "SELECT local.compare_queries('SELECT gsid, company_id, comments, end_date FROM gs.successplans'": (1, _WRITES),
        "SELECT local.compare_queries('TABLE local.copied'": (1, _WRITES),
        "SELECT local.compare_queries('SELECT name, company_id FROM gs.successplans'": (1, _WRITES),
        "UPDATE gs.successplans AS p SET company_id = m.next FROM local.moves": (1, "a company that the tenant has not"),
        "SELECT * FROM local.error_of('SELECT count(p.gsid) FROM local.account AS a JOIN": (1, "shorter lists, so more requests"),
        "\tLEFT JOIN local.office AS o ON o.n = r.head LEFT JOIN gs.successplans": (1, _SHORTER),
        "WHERE line ~ 'Filter|Key|Conditions'": (1, _SHORTER),
        "SELECT bool_or(line ~ 'BindJoin') AS bound FROM local.explain('SELECT a.day": (1, _SHORTER),
        "SELECT * FROM local.error_of('SELECT count(gsid) FROM (SELECT p.gsid FROM local.account": (1, _SHORTER),
    },
    "walk_instead": {
        "SELECT local.walked('SELECT s.n, (SELECT count(*) FROM gs.successplans AS p": (1, _UNCOUNTED),
        "SELECT local.walked('SELECT t.n, o.gsid FROM": (2, _OBJECTIVES),
    },
    "tenants": {
        "SELECT tenant, name FROM gs.plans WHERE company_id = '1P01ACME'": (1, _WRITES),
        "SELECT name, count(*) FROM gs.plans WHERE company_id = '1P01ACME'": (1, _WRITES),
        "SELECT name, status FROM gs.north WHERE company_id = '1P01ACME'": (1, _WRITES),
        "SELECT count(*), count(*) FILTER (WHERE name = ": (2, _WRITES),
        "SELECT count(*) FROM gs.local": (1, _WRITES),
    },
    "refresh": {
        "FROM local.progress": (1, _UNCOUNTED),
        "CALL gainsight_fdw_refresh('gs.successplans', 'local.small'": (2, _REPLY),
        "SELECT count(*) BETWEEN 300 AND 2200 AS some FROM local.small": (1, _REPLY),
        "SELECT count(*) FROM local.small": (1, _REPLY),
        "\\i sql/include/truth.psql": (2, _UNCOUNTED),
        "SELECT local.compare_queries('TABLE local.their_objectives'": (1, _OBJECTIVES),
        "CALL gainsight_fdw_refresh('gs.objectives', 'local.their_objectives')": (1, _OBJECTIVES),
        "CALL gainsight_fdw_refresh('gs.plan_types', 'local.a', full => true)": (1, _REPLY),
    },
}
