"""Plans, plan types and objectives from a seed: plain ones, with awkward ones among them."""

import hashlib
import random
import zlib
from datetime import date
from decimal import Decimal

from .values import EPOCH_DAY

DAY = 86_400_000_000
START_2020 = 18262              # days from 1970 to 2020-01-01
DAYS_2020_2027 = 2922

AWKWARD_IDS = (
    "1P02/slash/ID", "1P02 blank ID", "1P02%2FID", "1P02'quote\"ID", "1P02\u00dcnicode\u540dID",
    "1P02?q=1#frag", "1P02+plus+ID", "config", "search", "1P02\\back&amp;", "1P02;semi:ID",
)

AWKWARD_TEXTS = (
    "", "Renewal", "renewal", "RENEWAL ", "Renewal ", " renewal", "  leading and trailing  ",
    "O'Brien's \"quoted\" plan", "back\\slash \\n not a newline", "two\nlines", "tab\tbetween",
    "carriage\r\nreturn", "100% done", "50%_off_", "under_score", "%", "_", "\\", "'", "\"",
    "caf\u00e9", "cafe\u0301", "CAF\u00c9", "Stra\u00dfe", "STRASSE", "\u0130stanbul",
    "\u03bf\u03b4\u03bf\u03c2",
    "emoji \U0001f680\U0001f469\u200d\U0001f4bb", "\u65e5\u672c\u8a9e\u306e\u8a08\u753b",
    "\u202eright to left", "\u00a0nbsp\u00a0", "bell\u0007", "a/b//c", "null", "NULL", "\\N",
    "{,\"Gsid\":\"fake\"}", "},{", "<b>&amp;</b>", "trailing backslash\\", "\u007f", "\ufeffbom",
)

STATUS = ("Active",) * 10 + ("Completed",) * 5 + ("Archived",) * 3 + (None,) * 2
OBJECTIVE_STATUS = ("Not Started", "In Progress", "Completed", None)
PRIORITY = ("High", "Medium", "Low", "high", "", "P\u20101", None, "Low ")
SEGMENTS = ("Enterprise", "Mid-Market", "SMB", "smb ", "Public \"Sector\"", "", None, None)

_VERBS = ("Onboard", "Expand", "Renew", "Adopt", "Stabilise", "Review", "Launch", "Train")
_THINGS = ("analytics", "billing", "the new console", "EMEA sites", "support desk",
           "data export", "single sign-on", "mobile app", "quarterly value", "api usage")
_FIRST = ("Ada", "Bj\u00f6rn", "Chlo\u00e9", "Dmitri", "Eve", "Fatima", "Gus", "Hana")
_LAST = ("Lovelace", "O'Neill", "N\u00fa\u00f1ez", "Smith-Jones", "van der Berg")
_COMPANY = ("Acme", "O'Brien & S\u00f6hne", "Globex", "Initech \"West\"", "Umbrella", "Hooli",
            "Stark\\Wayne", "\u682a\u5f0f\u4f1a\u793e", "Soylent 100%", "Vandelay_Import")
_KIND = ("Inc", "GmbH", "Ltd", "SA", "plc", "LLC")

_ALPHANUMERIC = (b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" * 8)[:256]


def _id(prefix, random_bytes):
    return prefix + random_bytes.translate(_ALPHANUMERIC).decode()


def lookup(ident, first, second):
    """A name that depends on the id alone; None for no id."""
    if ident is None:
        return None
    number = zlib.crc32(ident.encode())
    return "%s %s" % (first[number % len(first)], second[number // 97 % len(second)])


def company_name(ident):
    return lookup(ident, _COMPANY, _KIND)


def owner_name(ident):
    return lookup(ident, _FIRST, _LAST)


def plan_types(count, seed):
    """{id: name}; one of them is awkward."""
    rng = random.Random("types %d" % seed)
    names = ("Onboarding", "Adoption \"R&D\"\n100% \u00e9t\u00e9 ", "Renewal", "Expansion",
             "Recovery", "EBR")
    return {_id("1T01", rng.randbytes(32)): names[i] if i < len(names) else "Type %d" % i
            for i in range(count)}


def _dates(rng):
    edges = (
        (1, 1, 1), (9999, 12, 31), (2024, 2, 29), (2020, 2, 29), (2000, 2, 29), (1900, 3, 1),
        (1970, 1, 1), (1969, 12, 31), (2023, 12, 31), (2024, 1, 1), (2025, 2, 28), (2026, 4, 30))
    pool = [EPOCH_DAY + START_2020 + rng.randrange(DAYS_2020_2027) for _ in range(880)]
    return pool + [date(*edge).toordinal() for edge in edges] + [None] * 108


def _times(rng, count, first_day, days, nulls):
    """Date-times of which many tie at whole seconds, and some are finer."""
    second = 1_000_000
    pool = [(first_day * 86400 + rng.randrange(days * 86400)) * second
            for _ in range(max(1, min(count // 20, 5000)))]
    edges = [0, -second, 951782400 * second, 946684799_999999, 4102444799_000000] if nulls else []
    result = []
    for draw in (rng.random() for _ in range(count)):
        if draw < 0.5:
            time = pool[int(draw * 2 * len(pool))]
        else:
            time = (first_day * 86400 + int((draw - 0.5) * 2 * days * 86400)) * second
            # One draw gives all: its digits further right are as random as the first.
            tenth = int(draw * 1e9) % 10
            if tenth < 3:
                time += int(draw * 1e12) % 1000 * 1000
            elif tenth == 3:
                time += int(draw * 1e12) % 1_000_000
            elif nulls and tenth == 4:
                time = edges[int(draw * 1e7) % 5] if draw < 0.55 else None if draw < 0.6 else time
        result.append(time)
    return result


def _comments(rng, count):
    pool = []
    for i in range(1600):
        text = "Next step: %s %s with %s %s, then %s %s before the review; see note %d." % (
            rng.choice(_VERBS).lower(), rng.choice(_THINGS), rng.choice(_FIRST), rng.choice(_LAST),
            rng.choice(_VERBS).lower(), rng.choice(_THINGS), i)
        if i % 8 == 0:
            text += " " + rng.choice(AWKWARD_TEXTS)
        pool.append(text)
    pool += AWKWARD_TEXTS * 3 + ("",) * 30 + (None,) * 200
    comments = rng.choices(pool, k=count)
    if count >= 1000:
        for i in range(0, count, 1500):
            comments[i] = "long \u00fc 'text' \"%d\" \\ \n" % i * 200 + "end"
    return comments


def plan_columns(count, types, seed):
    """{field: values} of `count` plans; `types` is what plan_types gave."""
    rng = random.Random("plans %d" % seed)
    letters = rng.randbytes(32 * count).translate(_ALPHANUMERIC).decode()
    gsids = ["1P02" + letters[i:i + 32] for i in range(0, 32 * count, 32)]
    if count >= 20:
        for i, ident in enumerate(AWKWARD_IDS):
            gsids[i * count // len(AWKWARD_IDS) + 1] = ident

    bases = ["%s %s" % (verb, thing) for verb in _VERBS for thing in _THINGS]
    bases = bases * 8 + list(AWKWARD_TEXTS[1:]) * 2
    plain = len(_VERBS) * len(_THINGS) * 7
    names = [bases[pick] + " %d" % i if pick < plain else bases[pick]
             for i, pick in enumerate(rng.choices(range(len(bases)), k=count))]

    companies = [_id("1P01", rng.randbytes(32)) for _ in range(count // 9 + 1)]
    company_names = [company_name(ident) for ident in companies]
    # At most nine plans a company, spread over the whole tenant.
    seats = list(range(count))
    rng.shuffle(seats)

    type_ids = list(types) or [_id("1T01", rng.randbytes(32))]
    plan_type = rng.choices(type_ids, k=count)
    type_name = {ident: types.get(ident) for ident in type_ids}
    owners = [_id("1P08", rng.randbytes(32)) for _ in range(40)] + [None, None]
    plan_owner = rng.choices(owners, k=count)
    owner_names = {ident: owner_name(ident) for ident in owners}

    numbers = [Decimal(rng.randrange(10**6)).scaleb(-rng.randrange(1, 5)) for _ in range(900)]
    numbers += [Decimal(text) for text in (
        "33.333333333333333333", "0", "-0.5", "12.50", "100", "998765.00000000000",
        "12345678901234567890.123456789", "0.000000000001", "-1000", "0.0")] * 4
    scores = [Decimal(rng.randrange(-50, 1000)) for _ in range(300)]
    scores += [Decimal(10), Decimal(2) ** 53 + 1, Decimal(-(2 ** 63)), Decimal(1000)] * 4

    return {
        "Gsid": gsids,
        "Name": names,
        "CompanyId": [companies[seat // 9] for seat in seats],
        "CompanyName": [company_names[seat // 9] for seat in seats],
        "TypeId": plan_type,
        "TypeName": [type_name[ident] for ident in plan_type],
        "Status": rng.choices(STATUS, k=count),
        "OwnerId": plan_owner,
        "OwnerName": [owner_names[ident] for ident in plan_owner],
        "StartDate": rng.choices(_dates(rng), k=count),
        "EndDate": rng.choices(_dates(rng), k=count),
        "Comments": _comments(rng, count),
        "CreatedDate": _times(rng, count, START_2020, 1500, nulls=True),
        "ModifiedDate": _times(rng, count, START_2020 + 1613, 730, nulls=False),
        "Health__gc": rng.choices(numbers + [None] * 100, k=count),
        "IsExec__gc": rng.choices((True, False, False, None), k=count),
        "RenewalDate__gc": rng.choices(_dates(rng), k=count),
        "LastTouch__gc": _times(rng, count, START_2020 + 1000, 1200, nulls=True),
        "Segment__gc": rng.choices(SEGMENTS, k=count),
        "Score__gc": rng.choices(scores + [None] * 30, k=count),
    }


def new_id(prefix, number, seed):
    """The Gsid of a record that is made while the tenant runs."""
    return _id(prefix, hashlib.blake2b(b"%s %d %d" % (prefix.encode(), number, seed),
                                       digest_size=32).digest())


_PERCENTAGES = tuple(Decimal(text) for text in (
    "0", "100", "33.333333333333333333", "12.50", "66.67", "10", "99.9", "50", "75.0", "5"))
_TITLES = tuple("%s %s" % (verb, thing) for verb in _VERBS for thing in _THINGS) + AWKWARD_TEXTS[1:]
_DESCRIPTIONS = AWKWARD_TEXTS + _TITLES + (None,) * 20


def objectives(plan, gsid, most, seed):
    """The objectives that the plan in row `plan` began with: from none to 2 * `most`."""
    draw = hashlib.blake2b(b"%d %d" % (seed, plan), digest_size=8).digest()
    result = []
    for i in range(int.from_bytes(draw, "big") % (2 * most + 1)):
        one = hashlib.blake2b(b"%d %d %d" % (seed, plan, i), digest_size=56).digest()
        a, b, c = (int.from_bytes(one[at:at + 8], "big") for at in (32, 40, 48))
        created = (START_2020 + a % 1500) * DAY + b % 86400 * 1_000_000
        result.append((
            _id("1O02", one[:32]),
            _TITLES[a % len(_TITLES)],
            _DESCRIPTIONS[b % len(_DESCRIPTIONS)],
            gsid,
            OBJECTIVE_STATUS[c & 3],
            PRIORITY[c >> 2 & 7],
            EPOCH_DAY + START_2020 + (c >> 5) % DAYS_2020_2027 if c >> 20 & 7 else None,
            _PERCENTAGES[a >> 40 & 15] if a >> 40 & 15 < len(_PERCENTAGES) else None,
            created,
            created + (c >> 30) % 10_000_000 * 1000,
        ))
    return result
