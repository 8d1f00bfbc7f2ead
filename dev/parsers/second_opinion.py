#!/usr/bin/env python3
"""second_opinion.py: the parsers against Python's own json and datetime.

usage: second_opinion.py LIBRARY KEPT FOUND

LIBRARY is opinion.c with the parsers.  KEPT and FOUND have a folder json and a
folder datetext each: the texts that are kept, and those that fuzzing has come
to.  Both sides read all of these, and generated ones, the same each time.  What
both take must be the same value, and they may disagree about taking it only
where it is said here.  Of those that are kept, the ones called refused-... must
be refused and the others taken.  The last line is `N passed, N failed`, where
each folder counts as one, and so does each kind of generated texts.
"""

import ctypes
import datetime
import json
import os
import random
import re
import sys

MAX_DEPTH = 64
GENERATED = 20000
SHOWN = 20


class Number(str):
    """A number is its spelling: no digit may be lost."""


class Library:
    def __init__(self, path):
        library = ctypes.CDLL(path)
        self._json = library.opinion_json
        self._json.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int,
                               ctypes.POINTER(ctypes.c_char_p)]
        self._json.restype = ctypes.c_char_p
        self._date = library.opinion_datetext
        self._date.argtypes = [ctypes.c_char_p, ctypes.c_bool, ctypes.POINTER(ctypes.c_int64)]
        self._date.restype = ctypes.c_bool

    def json(self, body, spelling):
        why = ctypes.c_char_p()
        printed = self._json(body, len(body), spelling, ctypes.byref(why))
        return printed, why.value

    def moment(self, text, is_number):
        moment = ctypes.c_int64()
        taken = self._date(text, is_number, ctypes.byref(moment))
        return moment.value if taken else None


# JSON

def refuse(constant):
    raise ValueError(f"{constant} is no JSON")


def load(text, strict):
    return json.loads(text, strict=strict, parse_int=Number, parse_float=Number,
                      parse_constant=refuse, object_pairs_hook=lambda pairs: ("object", pairs))


def forgiving(text):
    """What is let pass: a mark of the byte order, and (not strict) control characters in strings."""
    return text.removeprefix("\ufeff")


def pythons(text):
    """The value, or ValueError; and is it as the standard wants it?"""
    try:
        return load(text, strict=True), True
    except ValueError:
        if "\0" in text:
            raise
        return load(forgiving(text), strict=False), False


def depth(value):
    if isinstance(value, tuple):
        return 1 + max((depth(member) for _, member in value[1]), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


def readable(value):
    """With U+FFFD for half a surrogate pair; but \\u0000 is in no readable text."""
    if isinstance(value, tuple):
        return "object", [(readable(key), readable(member)) for key, member in value[1]]
    if isinstance(value, list):
        return [readable(member) for member in value]
    if isinstance(value, str) and not isinstance(value, Number) and "\0" not in value:
        return re.sub("[\ud800-\udfff]", "\ufffd", value)
    return value


def as_it_is(value):
    return value


def must_take(value):
    """Python takes what no reply needs."""
    return depth(value) <= MAX_DEPTH


def compare_json(body, printed, why, wanted):
    try:
        value, standard = pythons(body.decode())
    except (ValueError, RecursionError) as error:
        return f"taken as {printed}, but Python says: {error}" if printed else None
    if printed is None:
        return f"refused: {why}" if standard and must_take(value) else None
    value = wanted(value)
    return None if value == load(printed.decode(), strict=True) else f"taken as {printed}"


def judge_json(library, body):
    """Was it taken, and what is wrong with that, if anything?"""
    complaint = None
    for spelling, wanted in enumerate((as_it_is, readable, as_it_is)):
        printed, why = library.json(body, spelling)
        complaint = complaint or compare_json(body, printed, why, wanted)
    return printed is not None, complaint


def any_text(rng):
    halves = rng.choice(["", "", "", "\ud83d\ude00"])
    characters = 'a"\\/\n\t\0\x01\x1f\x7f é€😀\u2028' + halves
    return "".join(rng.choice(characters) for _ in range(rng.randrange(6)))


def any_value(rng, levels):
    kind = rng.randrange(8 if levels else 6)
    if kind == 0:
        return rng.choice([None, True, False])
    if kind == 1:
        return rng.randrange(-10 ** rng.randrange(1, 40), 10 ** rng.randrange(1, 40))
    if kind == 2:
        return rng.uniform(-1, 1) * 10 ** rng.randrange(-30, 30)
    if kind < 6:
        return any_text(rng)
    members = [any_value(rng, levels - 1) for _ in range(rng.randrange(5))]
    return members if kind == 6 else {any_text(rng): member for member in members}


def generated_json(rng):
    for _ in range(GENERATED):
        yield json.dumps(any_value(rng, 4), ensure_ascii=rng.random() < 0.5,
                         indent=rng.choice([None, 1])).encode(errors="backslashreplace")


def record(rng, keys):
    """Often like the one before it, for of those only the first is parsed; often not quite."""
    members = [(key, any_value(rng, rng.random() < 0.05)) for key in keys]
    kind = rng.randrange(12)
    if kind == 0:
        rng.shuffle(members)
    elif kind == 1:
        members = members[rng.randrange(len(members) + 1):]
    elif kind == 2:
        members += members[:1]
    elif kind == 3:
        return json.dumps(any_value(rng, 2))
    blank = rng.choice(["", "", " ", "\n"])
    return "{" + ",".join(
        f"{blank}{json.dumps(key, ensure_ascii=kind < 6)}:{blank}{json.dumps(value)}{blank}"
        for key, value in members) + "}"


def records(rng, levels):
    keys = [rng.choice(["Gsid", "Name", "a", "", "null", any_text(rng)])
            for _ in range(rng.randrange(1, 5))]
    members = [record(rng, keys) for _ in range(rng.randrange(1, 7))]
    if levels and rng.random() < 0.3:
        at = rng.randrange(len(members) + 1)
        members.insert(at, rng.choice(["%s", '{"a":%s}', '{"a":1,"b":%s}', '{"b":%s,"a":2}'])
                       % records(rng, levels - 1))
    return "[" + rng.choice([",", ", ", ",\n"]).join(members) + "]"


def spoilt(rng, text):
    """Without some of it, or with some of it twice."""
    start = rng.randrange(len(text))
    end = min(len(text), start + rng.choice([1, 1, 2, rng.randrange(1, 30)]))
    kind = rng.randrange(3)
    if kind == 0:
        return text[:start] + text[end:]
    if kind == 1:
        return text[:end] + text[start:]
    return text[:start] + rng.choice('{}[],:"1\\n ') + text[start + rng.randrange(2):]


def generated_records(rng):
    for _ in range(GENERATED):
        text = records(rng, 2)
        while text and rng.random() < 0.4:
            text = spoilt(rng, text)
        yield text.encode(errors="backslashreplace")


# Dates

ISO = re.compile(rb"(\d{4})-(\d\d)-(\d\d)"
                 rb"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?"
                 rb"(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)?)?")
# not said to be a number, so it has to look like milliseconds
EPOCH = re.compile(rb"-?\d{11,15}(?:\.\d+)?")
POSTGRES_EPOCH = datetime.datetime(2000, 1, 1)
UNIX_EPOCH = datetime.datetime(1970, 1, 1)
# what a timestamp can hold, in microseconds since 2000
LOWEST, HIGHEST = -211813488000000000, 9223371331200000000 - 1
MICROSECOND = datetime.timedelta(microseconds=1)


def iso_moment(found):
    date = [int(part) for part in found.group(1, 2, 3)]
    hour, minute, second = (int(part or 0) for part in found.group(4, 5, 6))
    fraction = (found.group(7) or b"").ljust(7, b"0")
    micros = int(fraction[:6]) + (fraction[6:7] >= b"5")
    zone_hour, zone_minute = (int(part or 0) for part in found.group(9, 10))
    if minute > 59 or second > 60 or zone_hour > 15 or zone_minute > 59:
        raise ValueError("no time")
    if hour > 24 or hour == 24 and (minute or second or micros):
        raise ValueError("no hour")
    # as a difference, for the moment itself may lie outside of Python's years
    since = datetime.datetime(*date) - POSTGRES_EPOCH
    since += datetime.timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micros)
    zone = datetime.timedelta(hours=zone_hour, minutes=zone_minute)
    return (since + zone if found.group(8) == b"-" else since - zone) // MICROSECOND


def number(text):
    """The number that JSON's text is, in any of its spellings."""
    value = load(text.decode("latin-1"), strict=True)
    if not isinstance(value, Number) or value != text.decode("latin-1"):
        raise ValueError("no number")
    return float(value)


def pythons_moment(text, is_number):
    found = ISO.fullmatch(text)
    if found and not is_number:
        return iso_moment(found)
    if not is_number and not EPOCH.fullmatch(text):
        raise ValueError("neither date nor milliseconds")
    milliseconds = number(text)
    if abs(milliseconds) >= 1e15:
        raise ValueError("out of range")
    moment = int(milliseconds) * 1000 - (POSTGRES_EPOCH - UNIX_EPOCH) // MICROSECOND
    if not LOWEST <= moment <= HIGHEST:
        raise ValueError("out of range")
    return moment


def judge_date(library, text):
    text = text.split(b"\0")[0]
    taken, complaint = False, None
    for is_number in (False, True):
        ours = library.moment(text, is_number)
        try:
            pythons_one = pythons_moment(text, is_number)
        except (ValueError, RecursionError):
            pythons_one = None
        taken = taken or ours is not None
        if ours != pythons_one:
            complaint = f"{ours}, Python says {pythons_one} (number: {is_number})"
    return taken, complaint


def generated_dates(rng):
    for _ in range(GENERATED):
        text = (f"{rng.randrange(10000):04}-{rng.randrange(14):02}-{rng.randrange(33):02}"
                f"{rng.choice('T ')}{rng.randrange(26):02}:{rng.randrange(61):02}"
                f":{rng.randrange(62):02}.{rng.randrange(10 ** 8)}"
                f"{rng.choice('+-')}{rng.randrange(17):02}:{rng.randrange(61):02}")
        text = text[:rng.choice([10, 16, 19, 21, len(text) - 6, len(text) - 3, len(text)])]
        if rng.random() < 0.3:
            at = rng.randrange(len(text))
            text = text[:at] + rng.choice("0 :.-TZ+9x") + text[at + rng.randrange(2):]
        yield text.encode()


def generated_moments(rng):
    """Milliseconds in the spellings of a number, some of them spoilt."""
    for _ in range(GENERATED):
        milliseconds = rng.choice([-1, 1]) * rng.randrange(10 ** rng.randrange(1, 17))
        fraction = rng.choice(["", "", ".", ".0", f".{rng.randrange(10 ** 6)}"])
        exponent = rng.choice(["", "", rng.choice("eE") + rng.choice(["", "+", "-"]) +
                               str(rng.randrange(15))])
        text = f"{milliseconds}{fraction}{exponent}"
        if rng.random() < 0.3:
            at = rng.randrange(len(text))
            text = text[:at] + rng.choice("0 .eE+-9x") + text[at + rng.randrange(2):]
        yield text.encode()


def files(folder):
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            yield name, file.read()


def unnamed(texts):
    return ((None, text) for text in texts)


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, what, judge, texts, named=False):
        """texts are pairs of name and text; named: the name says what is expected."""
        bad = count = 0
        for name, text in texts:
            count += 1
            taken, complaint = judge(text)
            if named and taken == name.startswith("refused-"):
                complaint = f"{name} was {'taken' if taken else 'refused'}"
            if complaint:
                bad += 1
                if bad <= SHOWN:
                    print(f"{text!r}: {complaint}")
        if bad or not count:
            self.failed += 1
            print(f"FAILED {what}: {bad} of {count}")
        else:
            self.passed += 1
            print(f"ok {what}: {count}")


def main():
    library, kept, found = sys.argv[1:]
    library = Library(library)
    tally = Tally()
    for kind, judge, generators in (("json", judge_json, (generated_json, generated_records)),
                                    ("datetext", judge_date, (generated_dates, generated_moments))):
        def judged(text, judge=judge):
            return judge(library, text)

        tally.check(f"second opinion on {kind}, kept", judged,
                    files(os.path.join(kept, kind)), named=True)
        tally.check(f"second opinion on {kind}, found", judged, files(os.path.join(found, kind)))
        for generate in generators:
            tally.check(f"second opinion on {kind}, {generate.__name__.replace('_', ' ')}", judged,
                        unnamed(generate(random.Random(1))))
    print(f"{tally.passed} passed, {tally.failed} failed")
    return tally.failed > 0


if __name__ == "__main__":
    sys.exit(main())
