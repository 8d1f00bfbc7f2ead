"""What EXPLAIN says that a statement will ask for."""

import json
import re

REQUEST_COST = 1000                     # the option's default


def estimated(session, statement):
    """Estimated Requests, as often as the planner takes each node to run; None without any."""
    answer = session.run("EXPLAIN (VERBOSE, FORMAT JSON) " + statement)
    if answer.error:
        return None
    given = answer.rows[0][0]
    plan = (json.loads(given) if isinstance(given, str) else given)[0]["Plan"]
    found = []
    _walk(plan, 1, found)
    if not found:
        return None
    # How often these run is in the costs alone.
    if re.search("SubPlan|Memoize|Recursive Union", json.dumps(plan)):
        return plan["Total Cost"] // REQUEST_COST
    return sum(found)


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


def _walk(plan, loops, found):
    if "Estimated Requests" in plan:
        found.append(plan["Estimated Requests"] * loops)
    # count(*): what stands below runs only where totalCount settles nothing
    if "Gainsight Count" in plan:
        return
    children = plan.get("Plans", ())
    outer = next((one for one in children if one.get("Parent Relationship") == "Outer"), None)
    for below in children:
        times = loops
        if plan["Node Type"] == "Nested Loop" and below is not outer and \
                _depends(below, _aliases(outer)):
            times = loops * max(1, outer["Plan Rows"])
        _walk(below, times, found)
