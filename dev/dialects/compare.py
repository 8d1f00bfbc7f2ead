"""Do two runs of a chapter show the same, but for what each dialect spells in its own way?"""

import re

_PLAN = re.compile(r" *(QUERY PLAN|explain|explain_analyze|plan) *$")
_ASKED = re.compile(r"\\! sandbox/ctl (requests|counters|log)\b")
_REQUEST = re.compile(r"\b(GET|POST|PUT) /[^\s\"]+")
_SAID = re.compile(r"(Gainsight (Request|Select|Conditions|Expression)|Estimated Requests( of All Loops)?|Requests): [^|]*|"
                   r", with more carried")
_COUNT = re.compile(r"\(\d+ rows?\)|---")


def blocks(script, printed):
    """(line of the script, what was printed before the next one) pairs; None if these are not its lines."""
    script = [line for line in script if line]
    found = []
    for line in printed:
        if len(found) < len(script) and line == script[len(found)]:
            found.append((line, []))
        elif found:
            found[-1][1].append(line)
    return found if len(found) == len(script) else None


def is_plain(output):
    """Is nothing in it that depends on the dialect?"""
    return not _PLAN.match(output[0]) and not _SAID.search("\n".join(output)) if output else True


def shown(statement, output):
    """What of an output does not depend on the dialect: nothing of a plan, or of what was asked."""
    if _ASKED.match(statement) or output and _PLAN.match(output[0]):
        return []
    lines = [re.sub(r"[-+]{3,}", "---", re.sub(r" +", " ", _REQUEST.sub("REQUEST", _SAID.sub("", line)))).strip()
             for line in output]
    rows = [line for line in lines if line and not _COUNT.fullmatch(line)]
    # of rows without columns only their number is shown
    return rows or lines


def differences(script, expected, got):
    """(statement, as expected, as it is) of each output that differs; None if they cannot be compared."""
    sides = blocks(script, expected), blocks(script, got)
    if None in sides:
        return None
    return [(statement, shown(statement, one), shown(statement, other))
            for (statement, one), (_, other) in zip(*sides) if shown(statement, one) != shown(statement, other)]
