"""The objects of the dialect nxt: their fields, of which type, and where the values come from.

A source is a column of the store, or a function from the object's Rows to a list of values. A
dotted field beside the lookup that it goes through is the store's own: what the other object says
is not asked then.
"""

from typing import Any, NamedTuple

from . import nxt_generate as make
from .nxt_dates import instant

# The kind (as in fields) of a described type; what is not here is text.
_KINDS = {"BOOLEAN": "boolean", "NUMBER": "number", "CURRENCY": "number", "PERCENTAGE": "number",
          "DATE": "date", "DATETIME": "time", "MULTISELECTDROPDOWNLIST": "multi", "JSON": "json",
          "AUTONUMBER": "number"}
_UNFILTERABLE = ("RICHTEXTAREA", "JSON")


class Field(NamedTuple):
    number: int                 # seeds how its values are spelled
    name: str
    type: str
    source: Any = None
    target: str = None          # the object that a lookup leads to
    category: str = None        # the list that a picklist takes its options from
    said: dict = {}             # what its description says otherwise than others'
    custom = True               # of a DATE: it is spelled as a date
    picklist = ()

    @property
    def kind(self):
        return _KINDS.get(self.type, "text")

    @property
    def filterable(self):
        return self.type not in _UNFILTERABLE and self.said.get("filterable", True)

    @property
    def blank_null(self):
        return self.type in ("GSID", "LOOKUP", "DATE", "DATETIME")

    @property
    def folds(self):
        return self.kind == "text" and self.type not in ("GSID", "LOOKUP", "PICKLIST", "SFDCID")


class Object(NamedTuple):
    label: str
    fields: dict                # {name: Field}, as described
    dotted: dict                # {name: Field}, of looked-up names that are the store's


def _object(label, *rows):
    table = {row[0]: Field(number, *row) for number, row in enumerate(rows)}
    return Object(label, {name: field for name, field in table.items() if "." not in name},
                  {name: field for name, field in table.items() if "." in name})


# Sources

def _due(column):
    """Days of the store as the instants that stand for them."""
    def source(rows):
        setting = rows.setting
        return [instant(day, setting.due_zone, setting.due_hour) for day in rows.base[column]]
    return source


def _item(category, column):
    return lambda rows: [make.item(category, name) for name in rows.base[column]]


def _of(column, function):
    return lambda rows: [function(value) for value in rows.base[column]]


def _drawn(name, function):
    """Values that depend on the record's id alone."""
    return lambda rows: [function(make.draw(ident, name)) for ident in rows.base["Gsid"]]


def _one_row_of(name, target):
    """Ids of another object's rows, and nulls among them."""
    def source(rows):
        there = rows.world.rows(target).base["Gsid"]
        drawn = [make.draw(ident, name) for ident in rows.base["Gsid"]]
        return [there[number % len(there)] if number % 6 and there else None for number in drawn]
    return source


def _field(name, kind, function, *more):
    return (name, kind, _drawn(name, function), *more)


CTA_GROUP = _object(
    "Success Plan",
    ("Gsid", "GSID", "Gsid"),
    ("Name", "STRING", "Name"),
    ("CompanyId", "LOOKUP", "CompanyId", "company"),
    ("CompanyId__gr.Name", "STRING", "CompanyName"),
    ("SuccessPlanTypeId", "LOOKUP", "TypeId", "da_picklist"),
    ("SuccessPlanTypeId__gr.Name", "STRING", "TypeName"),
    ("StatusId", "LOOKUP", _item(make.PLAN_STATUS, "Status"), "da_picklist"),
    ("StatusId__gr.Name", "STRING", "Status"),
    ("OwnerId", "LOOKUP", "OwnerId", "gsuser"),
    ("OwnerId__gr.Name", "STRING", "OwnerName"),
    ("StartDate", "DATETIME", _due("StartDate")),
    ("DueDate", "DATETIME", _due("EndDate")),
    ("ActionPlan", "RICHTEXTAREA", "Comments"),
    _field("Description", "RICHTEXTAREA", make.rich_text),
    _field("Highlights", "RICHTEXTAREA", make.rich_text),
    ("CreatedDate", "DATETIME", "CreatedDate"),
    ("ModifiedDate", "DATETIME", "ModifiedDate"),
    ("IsClosed", "BOOLEAN", _of("Status", lambda status: status in make.CLOSED)),
    _field("PercentComplete", "NUMBER", make.share),
    ("EntityType", "STRING", lambda rows: ["Company"] * len(rows.order)),
    ("RelationshipId", "LOOKUP", lambda rows: [None] * len(rows.order), "relationship"),
    ("OriginalDueDate", "DATETIME", _due("EndDate")),
    _field("ActiveDate", "DATETIME", make.time),
    _field("ClosedDate", "DATETIME", make.time),
    ("TotalObjectiveCount", "NUMBER", lambda rows: rows.base["objectives"]),
    _field("OpenObjectiveCount", "NUMBER", make.whole),
    _field("ClosedWonObjectiveCount", "NUMBER", make.whole),
    _field("ClosedLostObjectiveCount", "NUMBER", make.whole),
    _field("OpenTaskCount", "NUMBER", make.whole),
    _field("ClosedTaskCount", "NUMBER", make.whole),
    ("Health__gc", "NUMBER", "Health__gc"),
    ("IsExec__gc", "BOOLEAN", "IsExec__gc"),
    ("RenewalDate__gc", "DATE", "RenewalDate__gc"),
    ("LastTouch__gc", "DATETIME", "LastTouch__gc"),
    ("Segment__gc", "STRING", "Segment__gc"),
    ("Score__gc", "NUMBER", "Score__gc"),
)

CALL_TO_ACTION = _object(
    "Call To Action",
    ("Gsid", "GSID", "Gsid"),
    ("Name", "STRING", "Name"),
    ("Comments", "RICHTEXTAREA", "Description"),
    ("CtaGroupId", "LOOKUP", "SuccessPlanId", "cta_group"),
    ("StatusId", "LOOKUP", _item(make.CTA_STATUS, "Status"), "da_picklist"),
    ("StatusId__gr.Name", "STRING", "Status"),
    ("PriorityId", "LOOKUP", _item(make.PRIORITY, "Priority"), "da_picklist"),
    ("PriorityId__gr.Name", "STRING", "Priority"),
    # any type can be in a plan
    _field("TypeId", "LOOKUP", make.one_of("CTA_TYPE"), "da_picklist"),
    _field("ReasonId", "LOOKUP", make.one_of("CTA_REASON"), "da_picklist"),
    ("CompanyId", "LOOKUP", _one_row_of("CompanyId", "company"), "company"),
    ("OwnerId", "LOOKUP", _one_row_of("OwnerId", "gsuser"), "gsuser"),
    ("DueDate", "DATETIME", _due("DueDate")),
    ("PercentComplete", "NUMBER", "CompletionPercentage"),
    ("IsClosed", "BOOLEAN", _of("Status", lambda status: status in make.CLOSED)),
    ("CreatedDate", "DATETIME", "CreatedDate"),
    ("ModifiedDate", "DATETIME", "ModifiedDate"),
)

DA_PICKLIST = _object(
    "Picklist Item",
    ("Gsid", "GSID", "Gsid"),
    ("Name", "STRING", "Name"),
    ("Category", "STRING", "Category"),
    ("IsActive", "BOOLEAN", "IsActive"),
    ("Deleted", "BOOLEAN", "Deleted"),
    ("EntityType", "STRING", lambda rows: ["Company"] * len(rows.order)),
    _field("DisplayOrder", "NUMBER", make.whole),
)

COMPANY = _object(
    "Company",
    ("Gsid", "GSID", "Gsid"),
    ("Name", "STRING", "Name"),
    ("ParentCompanyId", "LOOKUP", _one_row_of("ParentCompanyId", "company"), "company"),
    ("Csm", "LOOKUP", _one_row_of("Csm", "gsuser"), "gsuser"),
    _field("Industry", "PICKLIST", make.one_of("INDUSTRY"), None, "INDUSTRY"),
    _field("Stage", "PICKLIST", make.one_of("STAGE"), None, "STAGE"),
    _field("Regions__gc", "MULTISELECTDROPDOWNLIST", make.some_of("REGION"), None, "REGION"),
    _field("Arr", "CURRENCY", make.amount),
    _field("Employees", "NUMBER", make.whole, None, None, {"decimalPlaces": 0}),
    _field("Discount__gc", "PERCENTAGE", make.share),
    _field("IsStrategic__gc", "BOOLEAN", make.flag),
    _field("RenewalDate", "DATE", make.day),
    _field("OriginalContractDate", "DATE", make.day),
    _field("LastActivity__gc", "DATETIME", make.time),
    _field("Website", "URL", make.url),
    _field("BillingAddress__gc", "STRING", make.text),
    _field("Ticker__gc", "STRING", make.text, None, None, {"filterable": False}),
    _field("Summary", "RICHTEXTAREA", make.rich_text),
    _field("SfdcAccountId", "SFDCID", make.salesforce_id),
    ("CreatedDate", "DATETIME", _drawn("CreatedDate", lambda n: make.time(n * 11 + 1))),
    ("ModifiedDate", "DATETIME", _drawn("ModifiedDate", lambda n: make.time(n * 11 + 1))),
)

GSUSER = _object(
    "User",
    ("Gsid", "GSID", "Gsid"),
    ("Name", "STRING", "Name"),
    ("Email", "EMAIL", _drawn("Email", make.email)),
    ("Manager", "LOOKUP", _one_row_of("Manager", "gsuser"), "gsuser"),
    _field("IsActiveUser", "BOOLEAN", make.flag),
    _field("Title", "STRING", make.text),
    _field("LastLogin", "DATETIME", make.time),
    ("ModifiedDate", "DATETIME", _drawn("ModifiedDate", lambda n: make.time(n * 11 + 1))),
)

RELATIONSHIP = _object(
    "Relationship",
    ("Gsid", "GSID", "Gsid"),
    ("Name", "STRING", "Name"),
)

# Names that only a foe would give, types that nobody knows, and a description of 100 kB and more.
ODDITIES = _object(
    "Oddities \"and\" 'others'\n",
    ("Gsid", "GSID", "Gsid"),
    _field("select", "STRING", make.text),
    _field("ctid", "STRING", make.text),
    _field("tableoid__gc", "NUMBER", make.whole),
    _field("We\"ird__gc", "STRING", make.text),
    _field("It's; DROP TABLE x--__gc", "STRING", make.text),
    _field("Back\\slash \u00dcn\u00efc\u00f6de \u540d__gc", "STRING", make.text),
    _field("FooBar__gc", "STRING", make.text),
    _field("Foo_Bar__gc", "NUMBER", make.whole),
    _field("foo bar__gc", "BOOLEAN", make.flag),
    ("OwnerId", "LOOKUP", _one_row_of("OwnerId", "gsuser"), "gsuser"),
    _field("OwnerName", "STRING", make.text),
    _field("Owner_Id__gc", "STRING", make.text),
    _field("x" * 80 + "A__gc", "STRING", make.text),
    _field("x" * 80 + "B__gc", "STRING", make.text),
    _field("\u540d" * 40 + "__gc", "STRING", make.text),
    _field("1st__gc", "DATE", make.day),
    _field("__gc", "DATETIME", make.time),
    _field("Structure__gc", "JSON", make.structure),
    _field("Unknown__gc", "GEOLOCATION", make.text),
    _field("Number__gc", "AUTONUMBER", make.whole),
    _field("Nothing__gc", None, make.text),
    _field("NoMeta__gc", "STRING", make.text, None, None, {"meta": None}),
    _field("Lost__gc", "LOOKUP", make.salesforce_id, "no_such_object"),
    _field("Options__gc", "PICKLIST", make.one_of("CTA_REASON")),
    _field("Several__gc", "MULTISELECTDROPDOWNLIST", make.some_of("REGION"), None, "REGION"),
    *(_field("Measure%03d__gc" % number, "NUMBER", make.amount) for number in range(170)),
)

OBJECTS = {"cta_group": CTA_GROUP, "call_to_action": CALL_TO_ACTION, "da_picklist": DA_PICKLIST,
           "company": COMPANY, "gsuser": GSUSER, "relationship": RELATIONSHIP,
           "oddities__gc": ODDITIES}
