"""Which fields the tenant knows, of which kind, and what a write may do with them.

A kind is one of text, date, time (a date-time), number, integer, boolean. These are the
document's fields, and the columns of the store; what they are called in the dialect nxt is in
nxt_fields.
"""

from typing import NamedTuple


class Field(NamedTuple):
    number: int             # place in its table; seeds how its values are spelled
    name: str               # as the API spells it
    kind: str
    writable: bool = False
    required: bool = False
    picklist: tuple = ()
    custom: bool = False
    filterable = True

    @property
    def blank_null(self):
        """May its null come as an empty string?"""
        return self.kind in ("date", "time") and not self.custom

    @property
    def folds(self):
        """May a tenant compare it without case? Ids and labels are compared exactly."""
        return (self.kind == "text" and not self.picklist
                and self.name.lower() not in ("gsid", "id") and not self.name.endswith("Id"))


def _table(*rows):
    return {row[0]: Field(number, *row) for number, row in enumerate(rows)}


PLAN = _table(
    ("Gsid", "text"),
    ("Name", "text", True, True),
    ("CompanyId", "text", True, True),
    ("CompanyName", "text"),
    ("TypeId", "text", True, True),
    ("TypeName", "text"),
    ("Status", "text", True, False, ("Active", "Completed", "Archived")),
    ("OwnerId", "text", True),
    ("OwnerName", "text"),
    ("StartDate", "date", True),
    ("EndDate", "date", True),
    ("Comments", "text", True),
    ("CreatedDate", "time"),
    ("ModifiedDate", "time"),
    ("Health__gc", "number", True, False, (), True),
    ("IsExec__gc", "boolean", True, False, (), True),
    ("RenewalDate__gc", "date", True, False, (), True),
    ("LastTouch__gc", "time", True, False, (), True),
    ("Segment__gc", "text", True, False, (), True),
    ("Score__gc", "integer", True, False, (), True),
)

OBJECTIVE = _table(
    ("Gsid", "text"),
    ("Name", "text", True, True),
    ("Description", "text", True),
    ("SuccessPlanId", "text"),
    ("Status", "text", True, False, ("Not Started", "In Progress", "Completed")),
    ("Priority", "text", True),
    ("DueDate", "date", True),
    ("CompletionPercentage", "number"),
    ("CreatedDate", "time"),
    ("ModifiedDate", "time"),
)

PLAN_TYPE = _table(("id", "text"), ("name", "text"))

# An identifier may be anything but empty.
IDS = ("CompanyId", "TypeId", "OwnerId")
