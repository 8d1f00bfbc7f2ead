#!/usr/bin/python3
"""Does a row of many take longer, or more memory, than one of few?

usage: growth.py PEER URL ROUNDS FIGURE PLANS...

In every round Q1 is asked of each number of plans, and right before it the raw C client, so that
what else the machine does meanwhile is shared by all of them.
"""

import statistics
import sys

import queries
from figure import lines
from measure import Bench

PAGE_SIZE = 1000
CONNECTIONS = 8

# Blocks that the server keeps: as many as these pages are in, and fewer than the fewest plans are.
BLOCKS_KEPT = 5

# Of few rows so many statements are measured in a round as take as long as these.
ROWS_A_ROUND = 400000


def a_row(bench):
    """Medians of what a row takes, in us: the raw client, a statement, its processor time."""
    figures = []
    for _ in range(max(1, ROWS_A_ROUND // bench.plans)):
        raw = bench.raw("search", CONNECTIONS, bench.plans, PAGE_SIZE)[0]
        figures.append((raw, *bench.statement(queries.Q1)))
    return [statistics.median(column) * 1000 / bench.plans for column in zip(*figures)]


def memory(bench):
    """The most that Q1 makes a fresh backend hold beyond what it had held, in bytes."""
    bench.new_session()
    before = bench.peak()
    bench.run(queries.Q1)
    return (bench.peak() - before) * 1024


def main():
    bench = Bench(sys.argv[1], sys.argv[2], 1)
    rounds, figure, sizes = int(sys.argv[3]), sys.argv[4], [int(plans) for plans in sys.argv[5:]]
    bench.set_up(PAGE_SIZE, CONNECTIONS)
    bench.control("kept/%d" % BLOCKS_KEPT)
    times = {plans: [] for plans in sizes}
    bytes_held = {}
    for plans in sizes:
        bench.set_plans(plans)
        bytes_held[plans] = memory(bench)
    for _ in range(rounds):
        for plans in sizes:
            bench.set_plans(plans)
            times[plans].append(a_row(bench))
    least = sizes[0]
    print("\nGrowth: Q1, page size %d, 0 ms, max_connections %d; raw client: %d in flight. Medians of"
          " %d rounds through all sizes. Memory is the peak of a backend above that before Q1 (VmHWM)."
          % (PAGE_SIZE, CONNECTIONS, CONNECTIONS, rounds))
    print("\n| plans | raw C client, \u00b5s a row | gainsight_fdw, \u00b5s a row | of that processor"
          " | a row, to that of %d | memory, MB | bytes for each plan more than %d |"
          "\n|---|---|---|---|---|---|---|" % (least, least))
    for plans in sizes:
        medians = [statistics.median(column) for column in zip(*times[plans])]
        ratio = statistics.median(row[1] / first[1] for row, first in zip(times[plans], times[least]))
        print("| %d | %.2f | %.2f | %.2f | %.2f | %.1f | %s |"
              % (plans, *medians, ratio, bytes_held[plans] / 2 ** 20,
                 "" if plans == least else
                 "%.0f" % ((bytes_held[plans] - bytes_held[least]) / (plans - least))))
    lines(figure, "Q1: \u00b5s a row, over the number of plans", sizes, [
        (name, [statistics.median(row[i] for row in times[plans]) for plans in sizes])
        for i, name in ((1, "gainsight_fdw"), (0, "raw C client"))])


if __name__ == "__main__":
    main()
