"""What EXPLAIN says that a statement will ask for."""

import json
import re

REQUEST_COST = 1000                     # the option's default
RECURSIONS = 10                         # as many as core takes a recursive query to have


def estimated(session, statement):
    """Estimated Requests, as often as the planner takes each node to run; None without any."""
    answer = session.run("EXPLAIN (VERBOSE, FORMAT JSON) " + statement)
    if answer.error:
        return None
    given = answer.rows[0][0]
    plan = (json.loads(given) if isinstance(given, str) else given)[0]["Plan"]
    return _requests(plan, 1) if "Estimated Requests" in json.dumps(plan) else None


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


def _requests(plan, recursions):
    total = plan.get("Estimated Requests", 0)
    # count(*): what stands below runs only where totalCount settles nothing
    if "Gainsight Count" in plan:
        return total
    children = plan.get("Plans", ())
    outer = next((one for one in children if one.get("Parent Relationship") == "Outer"), None)
    for below in filter(_asks, children):
        again = RECURSIONS if plan["Node Type"] == "Recursive Union" and below is not outer \
            else recursions
        total += _loops(plan, below, outer, recursions) * _requests(below, again)
    return total
