"""A cursor that is moved about, and what it has to give by its own rows in order."""

from .session import Answer


def _target(step, position, count):
    """(the places that a step gives, from 1, and where it leaves the cursor)"""
    _, kind, number = step
    if kind == "ABSOLUTE":
        return ([number], number) if 0 < number <= count else ([], min(number, count + 1))
    if kind == "BACKWARD":
        if number == 0:
            return ([position] if 0 < position <= count else []), position
        last = max(position - number, 1)
        places = list(range(position - 1, last - 1, -1))
        return places, (last if len(places) == number else 0)
    if kind == "FORWARD" and number == 0:
        return ([position] if 0 < position <= count else []), position
    last = count if kind == "ALL" else min(position + number, count)
    places = list(range(position + 1, last + 1))
    return places, (last if kind != "ALL" and len(places) == number else count + 1)


def _write(step):
    verb, kind, number = step
    return "%s %s FROM c" % (verb, kind if kind == "ALL" else "%s %d" % (kind, number))


def run(session, sql, how, steps):
    """Its rows, all together, as one Answer; what is wrong with the steps is an error."""
    hold = how.endswith("HOLD")
    declared = how if "CURSOR" in how else how + " CURSOR"
    made = session.run("BEGIN; DECLARE c %s FOR %s" % (declared, sql))
    given = [] if made.error else ([session.run("COMMIT")] if hold else [])
    failed = made if made.error else next((one for one in given if one.error), None)
    taken = []
    for step in steps if failed is None else ():
        answer = session.run(_write(step))
        if answer.error:
            failed = answer
            break
        taken.append((step, answer.rows))
    whole = None
    if failed is None:
        scroll = how.startswith("SCROLL")
        whole = session.run("MOVE ABSOLUTE 0 FROM c; FETCH ALL FROM c" if scroll else "FETCH ALL FROM c")
        if not scroll and not whole.error:
            if any(step[0] == "MOVE" for step, _ in taken):
                whole = Answer([("%d rows" % len(whole.rows),)])
            else:
                whole.rows = [row for _, rows in taken for row in rows] + whole.rows
        elif not whole.error:
            failed = _check(taken, whole.rows)
    session.run("CLOSE ALL" if hold and not made.error else "ROLLBACK")
    return failed or whole


def _check(taken, whole):
    position = 0
    for step, rows in taken:
        places, position = _target(step, position, len(whole))
        if step[0] == "FETCH" and rows != [whole[place - 1] for place in places]:
            return Answer(error="steps", message="%s is not rows %s of the cursor" % (_write(step), places[:9]))
    return None
