"""Plans and objectives of about 600 bytes each, all of them computed from their number."""

import hashlib
import json
from datetime import date, timedelta
from functools import lru_cache

COLUMNS = ("Gsid", "Name", "CompanyId", "CompanyName", "TypeId", "TypeName", "Status", "OwnerId",
           "OwnerName", "StartDate", "EndDate", "Comments", "CreatedDate", "ModifiedDate")

_INDEX = {field: i for i, field in enumerate(COLUMNS)}
_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

PLANS_A_COMPANY = 9
OBJECTIVES_A_PLAN = 3

_DAYS = [(date(2020, 1, 1) + timedelta(days=day)).isoformat() for day in range(4000)]
_VERBS = ("Onboard", "Expand", "Renew", "Adopt", "Stabilise", "Review", "Launch", "Train")
_THINGS = ("analytics", "billing", "the new console", "EMEA sites", "support desk", "data export")
_STATUS = ("Active", "Active", "Completed", "Archived")
_TYPES = ("Onboarding", "Adoption", "Renewal", "Expansion", "Recovery", "EBR")
_OWNERS = ("Ada Lovelace", "Bj\u00f6rn Smith-Jones", "Chlo\u00e9 O'Neill", "Dmitri N\u00fa\u00f1ez")
_NOTES = ("Next step: review the adoption of the console with the customer and the two new teams, then agree on a date.",
          "They asked for \"single sign-on\" before the renewal; see the notes of the last call, which are long.",
          "Waiting for the security questionnaire \u2013 procurement answers within two weeks, legal after that.",
          "Kick-off is done.\nOpen: data export, training of the second team, invoice address, a date for the review.")


@lru_cache(maxsize=200000)
def _id(prefix, number):
    """36 characters, of which the last 8 say which it is."""
    digest = hashlib.md5(b"%s%d" % (prefix.encode(), number)).hexdigest()
    return "%s%s%08d" % (prefix, digest[:24].upper(), number)


def _number(prefix, ident):
    """What _id() was made from; None if it made no such id."""
    digits = ident[-8:]
    number = int(digits) if digits.isdecimal() else -1
    return number if ident == _id(prefix, number) else None


def _time(minutes):
    day, minute = divmod(minutes, 1440)
    return "%sT%02d:%02d:%02d.000Z" % (_DAYS[day], minute // 60, minute % 60, minute % 59)


class Plans:
    """The plans 0 to count - 1 of a tenant."""

    def __init__(self, count):
        self.count = count
        self.companies = (count + PLANS_A_COMPANY - 1) // PLANS_A_COMPANY

    def gsid(self, row):
        return _id("1P02", row)

    def company_id(self, row):
        return _id("1P01", row % self.companies)

    def row_of(self, gsid):
        row = _number("1P02", gsid)
        return row if row is not None and row < self.count else None

    def rows_of_company(self, company_id):
        company = _number("1P01", company_id)
        if company is None or company >= self.companies:
            return []
        return range(company, self.count, self.companies)

    def values(self, row):
        company, kind, owner = row % self.companies, row % len(_TYPES), row % 40
        return (
            self.gsid(row),
            "%s %s %d" % (_VERBS[row % 8], _THINGS[row // 8 % 6], row),
            self.company_id(row),
            "Company %d Inc." % company,
            _id("1T01", kind),
            _TYPES[kind],
            _STATUS[row // 3 % 4],
            _id("1P08", owner),
            _OWNERS[owner % 4],
            _DAYS[row % 2500],
            _DAYS[row % 2500 + 90] if row % 10 else None,
            _NOTES[row // 5 % 4],
            _time(row * 7 % 3000000),
            _time(row * 11 % 3000000),
        )

    def render(self, row, select):
        """One record as JSON, with these fields in this order."""
        values = self.values(row)
        record = {field: values[_INDEX[field]] for field in select}
        return _dump(record).encode()

    def objectives(self, row):
        """The list of a plan's objectives as JSON."""
        listed = [{
            "Gsid": _id("1O02", row * OBJECTIVES_A_PLAN + i),
            "Name": "%s %s" % (_VERBS[i], _THINGS[row % 6]),
            "Description": _NOTES[(row + i) % 4],
            "SuccessPlanId": self.gsid(row),
            "Status": "In Progress",
            "Priority": "High",
            "DueDate": _DAYS[row % 2500],
            "CompletionPercentage": 12.5 * i,
            "CreatedDate": _time(row),
            "ModifiedDate": _time(row + i),
        } for i in range(OBJECTIVES_A_PLAN)]
        return _dump(listed).encode()
