#!/usr/bin/python3
"""Asks gainsight_fdw, pgsql-http and Multicorn2 the same questions; see bench/peers/run.

usage: ask.py URL VERSIONS FIGURE
"""

import datetime
import os
import statistics
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import queries                      # noqa: E402
from figure import bars             # noqa: E402
from measure import Bench           # noqa: E402
from plans import Plans             # noqa: E402

PLANS = 20000
LATENCY = 50                            # ms
ROUNDS = 5
KEY = Plans.gsid(12345)

WAYS = ("gainsight_fdw", "pgsql-http", "Multicorn2")
SOURCES = ("gs.successplans", "plans_by_http()", "plans_by_python")
FILTERED = "plans_by_http('%s')"
CONDITION = ('{"where":{"conditions":[{"name":"%s","alias":"A","value":["%s"],"operator":"EQ"}],'
             '"expression":"A"}}')

# A question, and how it is asked of a source of plans.
QUESTIONS = (
    ("all plans, all columns", queries.q1("%s")),
    ("one plan by its key", "SELECT count(name) FROM %%s WHERE gsid = '%s'" % KEY),
    ("those of one status", "SELECT count(name) FROM %s WHERE status = 'Completed'"),
    ("LIMIT 10", "SELECT count(name) FROM (SELECT name FROM %s LIMIT 10) AS plans"),
    ("a join with 500 local keys", queries.JOIN.replace("gs.successplans", "%s")),
    ("count(*)", "SELECT count(*) FROM %s"),
)

# Of pgsql-http, with the condition written into the call by hand.
BY_HAND = (
    ("one plan by its key", QUESTIONS[1][1] % FILTERED % CONDITION % ("Gsid", KEY)),
    ("those of one status", QUESTIONS[2][1] % FILTERED % CONDITION % ("Status", "Completed")),
)

NOTES = """
gainsight_fdw asks for one page more than there are: pages overlap by a row, which is how it knows that
none was missed. Eight of them are on their way at once.

What pgsql-http cannot do: send two requests at once, stop at LIMIT, send a condition, a batch of keys or
a count that its caller has not written into the call. A repetition after a failure, a pause at a rate
limit, a bound on what is asked, and a look at whether rows moved from page to page meanwhile would have
to be written, too. The access key is within reach of whoever may call the function. An answer that
says no, with status 200, is read as no rows.

What Multicorn2 cannot do: send two requests at once, a batch of keys, or a count. A join reads all plans, or
asks once for each key. Conditions of the form `column operator constant` reach the class, which has to know
which of them may be sent (a tenant may fold case, a date may be a date-time remotely) and how; LIMIT
stops it behind a whole page. Of repetitions, rates, bounds and moved rows the same is true as above.
"""


def measure(bench, sql):
    """The answer, the requests and the ms."""
    bench.control("latency/%d" % LATENCY)
    start = bench.statement(sql)[0]
    return bench.answer, bench.control("latency/0"), start


class Peers(Bench):
    def statement(self, sql):
        self.answer = None
        return super().statement(sql)

    def run(self, sql, parameters=None):
        self.answer = super().run(sql, parameters)
        return self.answer


def ask(bench, statements):
    """For each statement its requests and the median of its ms; all have to agree."""
    figures = [[] for _ in statements]
    for _ in range(ROUNDS):
        answers = []
        for sql, figure in zip(statements, figures):
            answer, requests, took = measure(bench, sql)
            answers.append(answer)
            figure.append((requests, took))
        if len(set(answers)) > 1:
            sys.exit("ask.py: the answers differ: %s" % answers)
    return [(one[0][0], statistics.median(took for _, took in one)) for one in figures]


def cell(figure):
    return "%d, %.0f ms" % figure


def main():
    url, versions_file, figure = sys.argv[1:]
    bench = Peers(None, url, ROUNDS)
    bench.set_plans(PLANS)
    bench.set_up(1000, 8, os.path.join("peers", "setup.sql"))
    with open(versions_file, encoding="utf-8") as file:
        versions = file.read().splitlines()
    print("# The same questions, asked in other ways\n\n%s, by `PEERS=folder make bench`: %s, PostgreSQL %s."
          " A tenant of %d plans that answers in %d ms, page size 1000: the requests, and the median of %d"
          " times. pgsql-http and Multicorn2 by about the least code that does it (`bench/peers`), which"
          " believes every answer.\n"
          % (datetime.date.today(), "; ".join(versions), bench.run("SHOW server_version")[0].split()[0],
             PLANS, LATENCY, ROUNDS))
    print("| | %s |\n|---|---|---|---|" % " | ".join(WAYS))
    rows = []
    for question, sql in QUESTIONS:
        figures = ask(bench, [sql % source for source in SOURCES])
        print("| %s | %s |" % (question, " | ".join(map(cell, figures))), flush=True)
        rows.append((question, [requests for requests, _ in figures]))
    for question, sql in BY_HAND:
        print("| %s, written into the call by hand | | %s | |" % (question, cell(ask(bench, [sql])[0])))
    print("\n![requests](%s)" % os.path.basename(figure))
    print(NOTES.rstrip())
    bars(figure, "Requests, %s plans (a logarithmic scale)" % format(PLANS, ","), WAYS, rows)


if __name__ == "__main__":
    main()
