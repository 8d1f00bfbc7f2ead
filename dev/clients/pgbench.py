"""pgbench: a script that reads and updates plans, in each of its query modes."""

import re
import shutil
import tempfile

from tap import asked, ctl, done, dump, ok, run, same, skip_all, sql

CLIENTS, TRANSACTIONS = 3, 8

# Each client has plans of its own.  In simple mode a variable is put into the text as it is,
# in the others it is a parameter.
SCRIPT = r"""
\set n :client_id * 100 + :number
SELECT count(*) AS found FROM gs.successplans
  WHERE gsid = (SELECT gsid FROM local.numbered WHERE n = :n) \gset
BEGIN;
UPDATE gs.successplans SET comments = 'pgbench ' || :n::int + :found::int, start_date = '2027-02-03'
  WHERE gsid = (SELECT gsid FROM local.numbered WHERE n = :n);
COMMIT;
\set number :number + 1
"""


def bench(mode):
    with tempfile.NamedTemporaryFile("w", suffix=".pgbench") as file:
        file.write(SCRIPT)
        file.flush()
        status, out, errors = run(
            "pgbench", "-n", "-M", mode, "-c", str(CLIENTS), "-t", str(TRANSACTIONS),
            "-D", "number=0", "-f", file.name)
    total = CLIENTS * TRANSACTIONS
    same((status, re.findall(r"actually processed: (\d+/\d+)|failed transactions: (\d+)", out)),
         (0, [("%d/%d" % (total, total), ""), ("", "0")]),
         "-M %s: all transactions, none failed" % mode)
    same(errors.count("ERROR"), 0, "-M %s: no error" % mode)
    sent = asked()
    reads = sent.pop("GET /successplans/*", 0)
    same(sent, {"PUT /successplans/*": total}, "-M %s: a PUT for each, and no search" % mode)
    # What was read a second ago, on a slow machine, is read again before it is changed.
    ok(2 * total <= reads <= 3 * total, "-M %s: a GET to read, and one to update by" % mode, reads)


def changes(mode):
    numbers = {gsid: int(n) for n, gsid in sql("SELECT n, gsid FROM local.numbered")}
    expected = [row if row[0] not in numbers else
                (*row[:9], "2027-02-03", row[10], "pgbench %d" % (numbers[row[0]] + 1), row[12])
                for row in TRUTH]
    same(sorted(row[:13] for row in dump("successplans")), sorted(row[:13] for row in expected),
         "-M %s: these plans are changed, and nothing else" % mode)


if not shutil.which("pgbench"):
    skip_all("there is no pgbench")
sql("CREATE TABLE local.numbered AS SELECT n / %(t)d * 100 + n %% %(t)d AS n, gsid"
    " FROM (SELECT row_number() OVER (ORDER BY gsid) - 1 AS n, gsid FROM local.successplans"
    " WHERE gsid ~ '^1P02[0-9A-Z]{32}$') AS p WHERE n < %(t)d * %(c)d"
    % {"t": TRANSACTIONS, "c": CLIENTS})
TRUTH = dump("successplans")
for MODE in ("simple", "extended", "prepared"):
    ctl("reset")
    bench(MODE)
    changes(MODE)
done()
