"""What the dialect nxt shows beside plans and objectives: made from ids alone, so that it joins
with them and needs no store.
"""

import hashlib
import json
import random
import zlib
from decimal import Decimal

from . import generate
from .values import EPOCH_DAY

CLOSED = ("Completed", "Archived")      # statuses, of plans and of calls to action
PLAN_STATUS, CTA_STATUS, PRIORITY = "SUCCESS_PLAN_STATUS", "CTA_STATUS", "CTA_PRIORITY"

# Lists of the tenant, category by category; the plans' types come from the store.
LISTS = {
    PLAN_STATUS: ("Draft", "Active", "Completed", "Archived", "On Hold \u2013 waiting"),
    CTA_STATUS: ("New", "Not Started", "In Progress", "Completed", "Closed Lost"),
    PRIORITY: tuple(dict.fromkeys(name for name in generate.PRIORITY if name is not None)),
    "CTA_TYPE": ("Risk", "Opportunity", "Lifecycle", "Objective", "Activity"),
    "CTA_REASON": ("Usage \"drop\"", "Sponsor left", "", "Billing", "Other"),
    "SUCCESS_PLAN_TYPES": ("not these",),
    "INDUSTRY": ("Software", "Fishing & Aquaculture", "B\u00e4ckerei", "Retail"),
    "STAGE": ("New Customer", "Kicked Off", "Launched", "Will Churn"),
    "REGION": ("EMEA", "APAC", "Nordics; Baltics", "LATAM"),
}


def item(category, name):
    """The Gsid of a list's item; None for none."""
    return None if name is None else generate.new_id("1I00", zlib.crc32(
        ("%s %s" % (category, name)).encode()), 0)


def draw(ident, name):
    """A number that depends on a record's id and a field's name alone."""
    return zlib.crc32(("%s %s" % (name, ident)).encode())


def picklist(types, category):
    """The rows of all lists: {field: values}. Retired and deleted types have living ones' names."""
    rows = [(ident, name, category, True, False) for ident, name in types.items()]
    names = list(types.values())[:3] or ["Onboarding"]
    rows += [(item("retired", name), name, category, False, False) for name in names]
    rows += [(item("deleted", name), name, category, True, True) for name in names]
    for listed, labels in LISTS.items():
        rows += [(item(listed, label), label, listed, True, False) for label in labels]
    # Types do not lie together in a real one.
    random.Random(1).shuffle(rows)
    columns = zip(*rows)
    return dict(zip(("Gsid", "Name", "Category", "IsActive", "Deleted"), map(list, columns)))


_CTA_NAMES = ("Call the sponsor", "Renewal at risk", "Usage is down", "Say \"thanks\"", "NPS: 3")


def plain_cta(row, seed):
    """A call to action that belongs to no plan, as {column of the store: value}."""
    made = generate.new_id("1S01", row, seed)
    number = zlib.crc32(made.encode())
    created = (generate.START_2020 + number % 1500) * generate.DAY
    return {"Gsid": made, "Name": _CTA_NAMES[number % len(_CTA_NAMES)],
            "Description": None if number & 64 else "<p>not of a plan</p>", "SuccessPlanId": None,
            "Status": LISTS[CTA_STATUS][number % 5], "Priority": "High",
            "DueDate": EPOCH_DAY + generate.START_2020 + number % generate.DAYS_2020_2027,
            "CompletionPercentage": None, "CreatedDate": created, "ModifiedDate": created}


def day(number):
    return None if number % 9 == 0 else (EPOCH_DAY + generate.START_2020
                                         + number // 9 % generate.DAYS_2020_2027)


def time(number):
    return None if number % 11 == 0 else ((generate.START_2020 + number % 2000) * generate.DAY
                                          + number % 86_400_000 * 1000)


def amount(number):
    return None if number % 10 == 0 else Decimal(number % 10**8).scaleb(-2)


def whole(number):
    return None if number % 12 == 0 else Decimal(number % 5000)


def share(number):
    return None if number % 7 == 0 else Decimal(number % 10_000).scaleb(-2)


def flag(number):
    return (True, False, False, None)[number & 3]


def text(number):
    return generate.AWKWARD_TEXTS[number % len(generate.AWKWARD_TEXTS)] if number & 3 else None


def rich_text(number):
    return None if number % 5 == 0 else "<p>%s</p>" % generate.AWKWARD_TEXTS[number % 20]


def url(number):
    return None if number % 6 == 0 else "https://example.com/%d?a=1&b=%%20#x" % (number % 1000)


def email(number):
    return None if number % 13 == 0 else "someone+%d@example.com" % (number % 1000)


def salesforce_id(number):
    return None if number % 3 == 0 else "001%s" % hashlib.md5(b"%d" % number).hexdigest()[:15]


def one_of(category):
    """Items of a list, by their Gsids."""
    labels = LISTS[category]
    return lambda number: None if number % 8 == 0 else item(category, labels[number % len(labels)])


def some_of(category):
    """Some items of a list: a tuple of Gsids, of which none at all is a null."""
    def choose(number):
        chosen = tuple(item(category, label) for place, label in enumerate(LISTS[category])
                       if number >> place & 1)
        return chosen or None
    return choose


def structure(number):
    return None if number % 4 == 0 else json.dumps(
        {"n": number % 100, "of": [1, "two", None, {"three": "\u00fc \"3\""}]}, ensure_ascii=False)
