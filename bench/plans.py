"""Plans and objectives of about 600 bytes each, all of them computed from their number.

Plans come in blocks.  Those of one block are those of any other but for its number, four digits
of every id and name, so one block is rendered, with marks for these digits, and that will do for
any number of plans.
"""

import hashlib
import json
from datetime import date, timedelta
from functools import lru_cache

COLUMNS = ("Gsid", "Name", "CompanyId", "CompanyName", "TypeId", "TypeName", "Status", "OwnerId",
           "OwnerName", "StartDate", "EndDate", "Comments", "CreatedDate", "ModifiedDate")

_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

BLOCK = 1800
COMPANIES_A_BLOCK = 200
OBJECTIVES_A_PLAN = 3

# What stands for the digits of a block's number, and in no other text.
_MARKS = "~^`|"

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


@lru_cache(maxsize=2 * BLOCK)
def _digest(prefix, index):
    return hashlib.md5(b"%s%d" % (prefix.encode(), index)).hexdigest()[:24].upper()


def _id(prefix, block, index):
    """36 characters, of which the last 8 say which it is."""
    return "%s%s%s%04d" % (prefix, _digest(prefix, index), block, index)


def _place(prefix, ident):
    """The block and the index that _id() made it from; None if it made no such id."""
    digits = ident[-8:]
    if not (len(digits) == 8 and digits.isdecimal()):
        return None
    block, index = digits[:4], int(digits[4:])
    return (int(block), index) if ident == _id(prefix, block, index) else None


def _time(minutes):
    day, minute = divmod(minutes, 1440)
    return "%sT%02d:%02d:%02d.000Z" % (_DAYS[day], minute // 60, minute % 60, minute % 59)


def _values(index):
    """Of the plan with this index in its block, the fields in order."""
    company, kind, owner = index % COMPANIES_A_BLOCK, index % len(_TYPES), index % 40
    return (
        _id("1P02", _MARKS, index),
        "%s %s %s%04d" % (_VERBS[index % 8], _THINGS[index // 8 % 6], _MARKS, index),
        _id("1P01", _MARKS, company),
        "Company %s%03d Inc." % (_MARKS, company),
        _id("1T01", "0000", kind),
        _TYPES[kind],
        _STATUS[index // 3 % 4],
        _id("1P08", "0000", owner),
        _OWNERS[owner % 4],
        _DAYS[index % 2500],
        _DAYS[index % 2500 + 90] if index % 10 else None,
        _NOTES[index // 5 % 4],
        _time(index * 7 % 3000000),
        _time(index * 11 % 3000000),
    )


class Block:
    """The plans of a block with these fields in this order, as runs of bytes.

    The end of every record gives way to tail, where there is one.  So many are kept with their
    numbers, of all fields 1 MB each.
    """

    def __init__(self, select, tail, kept):
        places = [COLUMNS.index(field) for field in select]
        out, self.starts = bytearray(), [0]
        for index in range(BLOCK):
            values = _values(index)
            record = _dump({COLUMNS[place]: values[place] for place in places}).encode()
            out += record[:-1] + tail if tail else record
            out += b","
            self.starts.append(len(out))
        self.marked = bytes(out)
        self.numbered = lru_cache(maxsize=kept)(self._numbered)

    @staticmethod
    def _digits(block):
        return bytes.maketrans(_MARKS.encode(), b"%04d" % block)

    def _numbered(self, block):
        return memoryview(self.marked.translate(self._digits(block)))

    def slices(self, first, last):
        """The rows from first to last, behind whom it ends: without the comma behind the last."""
        parts = []
        while first < last:
            block, index = divmod(first, BLOCK)
            count = min(last - first, BLOCK - index)
            end = self.starts[index + count]
            first += count
            parts.append(self.numbered(block)[self.starts[index]:end if first < last else end - 1])
        return parts

    def record(self, row):
        block, index = divmod(row, BLOCK)
        return (self.marked[self.starts[index]:self.starts[index + 1] - 1]
                .translate(self._digits(block)))


class Plans:
    """The plans 0 to count - 1 of a tenant."""

    def __init__(self, count):
        self.count = count

    @staticmethod
    def gsid(row):
        block, index = divmod(row, BLOCK)
        return _id("1P02", "%04d" % block, index)

    def rows_of_gsid(self, gsid):
        place = _place("1P02", gsid)
        return self._those_there([place[0] * BLOCK + place[1]] if place else [])

    def rows_of_company(self, company_id):
        place = _place("1P01", company_id)
        if place is None or place[1] >= COMPANIES_A_BLOCK:
            return []
        first = place[0] * BLOCK
        return self._those_there(range(first + place[1], first + BLOCK, COMPANIES_A_BLOCK))

    def rows_of_status(self, status):
        return [row for row in range(self.count) if _STATUS[row % BLOCK // 3 % 4] == status]

    def _those_there(self, rows):
        return [row for row in rows if row < self.count]

    def objectives(self, row):
        """The list of a plan's objectives as JSON."""
        block, index = divmod(row, BLOCK)
        listed = [{
            "Gsid": _id("1O0%d" % i, "%04d" % block, index),
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
