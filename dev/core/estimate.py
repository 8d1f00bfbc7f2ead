"""What EXPLAIN says that a statement will ask for, and what it may ask for at most."""

import json
import math
import re

REQUEST_COST = 1000                     # the option's default
RECURSIONS = 10                         # as many as core takes a recursive query to have
PAGE_SIZE = 1000                        # the option's default


def estimated(session, statement):
    """Estimated Requests, as often as the planner takes each node to run, and twice the pages of
    what is scanned, and 2 for each scan, which is the most that may be sent; None without any."""
    answer = session.run("EXPLAIN (VERBOSE, FORMAT JSON) " + statement)
    if answer.error:
        return None, None
    given = answer.rows[0][0]
    plan = (json.loads(given) if isinstance(given, str) else given)[0]["Plan"]
    if "Estimated Requests" not in json.dumps(plan):
        return None, None
    most = {}
    for schema, name, rows in session.must(
            "SELECT relnamespace::regnamespace::text, relname, reltuples FROM pg_class WHERE relkind = 'f'"):
        most[schema.strip('"'), name] = 2 * max(1, math.ceil((float(rows) - 1) / (PAGE_SIZE - 1))) + 2
    return _requests(plan, 1, most), sum(_scans(plan, most))


def _scans(plan, most):
    """What each scan of the plan may send at most."""
    if "Estimated Requests" in plan:
        yield most.get((plan.get("Schema"), plan.get("Relation Name")), 2)
    for below in plan.get("Plans", ()):
        yield from _scans(below, most)


def _aliases(plan):
    found = {plan["Alias"]} if "Alias" in plan else set()
    for below in plan.get("Plans", ()):
        found |= _aliases(below)
    return found


def _depends(plan, aliases):
    """Does it ask by what a plan outside gives, which may be called $0?"""
    own = " ".join(map(str, [plan.get(key, "") for key in (
        "Gainsight Conditions", "Gainsight Request", "Index Cond")]))
    names = [match[0] or match[1] for match in re.findall(r'"([^"]+)"\.|\b(\w+)\.', own)]
    return "$" in own or bool(aliases & set(names)) or any(
        _depends(below, aliases) for below in plan.get("Plans", ()))


def _asks(plan):
    return "Estimated Requests" in plan or any(map(_asks, plan.get("Plans", ())))


def _loops(plan, below, outer, recursions):
    """How often the planner takes a node to ask anew below another one."""
    if plan["Node Type"] == "Nested Loop" and below is not outer:
        if below["Node Type"] == "Memoize":
            # how many values there are is in the costs alone
            inside = below["Plans"][0]
            return max(1, (plan["Total Cost"] - outer["Total Cost"]) / inside["Total Cost"])
        return max(1, outer["Plan Rows"]) * recursions if _depends(below, _aliases(outer)) else 1
    if below.get("Parent Relationship") == "SubPlan" and _depends(below, set()):
        # and so is how many rows a condition with a subplan is looked at for
        rest = plan["Total Cost"] - REQUEST_COST * plan.get("Estimated Requests", 0) - sum(
            one["Total Cost"] for one in plan["Plans"]
            if one.get("Parent Relationship") not in ("SubPlan", "InitPlan"))
        every = sum(one["Total Cost"] for one in plan["Plans"]
                    if one.get("Parent Relationship") == "SubPlan")
        return max(1, rest / max(every, 1))
    return 1


def _requests(plan, recursions, most):
    """Lookups are no more than the walk that they would be replaced by, and that walk."""
    total = plan.get("Estimated Requests", 0)
    # count(*): what stands below runs only where totalCount settles nothing
    if "Gainsight Count" in plan:
        return total
    children = plan.get("Plans", ())
    outer = next((one for one in children if one.get("Parent Relationship") == "Outer"), None)
    for below in filter(_asks, children):
        again = RECURSIONS if plan["Node Type"] == "Recursive Union" and below is not outer \
            else recursions
        total += min(_loops(plan, below, outer, recursions) * _requests(below, again, most),
                     sum(_scans(below, most)))
    return total
