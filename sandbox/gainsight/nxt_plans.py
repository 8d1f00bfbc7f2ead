"""POST and PUT /v2/successPlan/: plans made and changed, up to 50 a request.

A record that is refused is named among the failures of a reply that is otherwise a success; the
others are carried out.
"""

import datetime
import json
import zoneinfo

from . import bodies, fields, filters, nxt_generate, values
from .nxt_dates import instant
from .replies import envelope, refusal
from .values import EPOCH_DAY, Refused

MOST_RECORDS = 50
REQUIRED = ("Name", "CompanyId", "OwnerId", "SuccessPlanType")

# The field of a record: the store's column. Type and status go by name, the rest by id or value.
COLUMNS = {
    "Name": "Name", "CompanyId": "CompanyId", "OwnerId": "OwnerId", "SuccessPlanType": "TypeId",
    "status": "Status", "StartDate": "StartDate", "DueDate": "EndDate", "ActionPlan": "Comments",
    **{name: name for name, field in fields.PLAN.items() if field.custom},
}
# What describe calls them, where that is another name.
DESCRIBED = {"SuccessPlanType": "SuccessPlanTypeId", "status": "StatusId"}
UPDATEABLE = frozenset(DESCRIBED.get(name, name) for name in COLUMNS)


def required_fields(setting):
    """What describe calls the fields that a plan cannot be without."""
    return {DESCRIBED.get(name, name) for name in (*REQUIRED, *setting.mandatory_fields)}


def create(tenant, body, setting):
    return _each(body, setting, lambda record: _create(tenant, record, setting))


def update(tenant, body, setting):
    return _each(body, setting, lambda record: _update(tenant, record, setting))


def _each(body, setting, carry_out):
    records = _records(body, setting)
    success, failure = [], []
    for reference, record in records:
        try:
            success.append({reference: carry_out(record)})
        except Refused as error:
            failure.append({reference: "%s: %s" % (error.code or "COCKPIT_9701", error.desc)})
    return _answer(success, failure, setting.write_answer)


def _answer(success, failure, manner):
    outcome = {"success": success, "failure": failure}
    if manner == "sparse":
        outcome = {name: listed for name, listed in outcome.items() if listed}
    if manner == "merged":
        outcome = {name: [{key: value for one in listed for key, value in one.items()}]
                   if listed else [] for name, listed in outcome.items()}
    if manner == "error_code" and failure:
        return refusal(200, "COCKPIT_9700", "Some records were not processed", data=outcome)
    return envelope(json.dumps(outcome, ensure_ascii=False).encode())


def _records(body, setting):
    """[(referenceId, the other fields)]"""
    filters.expect_object(body, "the body", ("requests",), setting.strict)
    listed = body.get("requests")
    if not isinstance(listed, list) or not listed:
        raise Refused("requests is not a list with records in it")
    if len(listed) > MOST_RECORDS:
        raise Refused("%d records are more than %d" % (len(listed), MOST_RECORDS))
    result = {}
    for item in listed:
        filters.expect_object(item, "a request", ("record",), setting.strict)
        record = item.get("record")
        if not isinstance(record, dict):
            raise Refused("a record is not an object")
        reference = record.get("referenceId")
        if not isinstance(reference, str) or not reference or reference in result:
            raise Refused("referenceId %s is not a text of its own" % values.show(reference))
        result[reference] = {name: value for name, value in record.items() if name != "referenceId"}
    return result.items()


def _create(tenant, record, setting):
    missing = [name for name in (*REQUIRED, *setting.mandatory_fields)
               if record.get(name) in (None, "")]
    if missing:
        raise _missing(missing)
    row = tenant.create_plan(_columns(tenant, record, setting))
    tenant.journal.count("plans_created")
    return tenant.plans.values["Gsid"][row]


def _update(tenant, record, setting):
    gsid = record.pop("Gsid", None)
    row = tenant.plans.row_of.get(gsid) if isinstance(gsid, str) else None
    if row is None:
        raise Refused("there is no success plan %s" % values.show(gsid), "COCKPIT_9702")
    kept = (*REQUIRED, *setting.mandatory_fields)
    # Name has to be there, the others only must not be emptied.
    missing = [name for name in kept if (name in record or name == "Name")
               and record.get(name) in (None, "")]
    if missing:
        raise _missing(missing)
    record = {**setting.put_resets, **record}
    if setting.put == "replace":
        record = {**{name: None for name in COLUMNS if name not in kept}, **record}
    changes = _columns(tenant, record, setting)
    tenant.change_plan(row, changes)
    if changes.get("Status") in nxt_generate.CLOSED and setting.close_cascades:
        tenant.objectives.close(row, tenant.plans.values["ModifiedDate"][row])
    tenant.journal.count("plans_updated")
    return gsid


def _missing(names):
    return Refused("Missing mandatory fields in the request: " + ", ".join(names), "COCKPIT_9700")


def _columns(tenant, record, setting):
    """{column of the store: true value}"""
    result = {}
    for name, value in record.items():
        if name in COLUMNS:
            read = _READ.get(name, _plain)
            result[COLUMNS[name]] = None if value is None else read(tenant, name, value)
        elif setting.strict:
            raise Refused("there is no field %s to write" % values.show(name), "P_5005")
    return result


# How a value is read: from the tenant, the field's name and what is sent to the true value.

def _plain(_, name, value):
    return bodies.parse_field(fields.PLAN[COLUMNS[name]], value)


def _type(tenant, _, value):
    for ident, known in tenant.types.items():
        if known == value:
            return ident
    raise Refused("there is no plan type %s" % values.show(value), "COCKPIT_9703")


def _status(_, __, value):
    if value not in nxt_generate.LISTS[nxt_generate.PLAN_STATUS]:
        raise Refused("there is no status %s" % values.show(value), "COCKPIT_9704")
    return value


def _record_of(name):
    def read(tenant, field, value):
        ident = _plain(tenant, field, value)
        if not tenant.world.holds(name, ident):
            raise Refused("%s: there is no %s %s" % (field, name, values.show(ident)),
                          "COCKPIT_9705")
        return ident
    return read


def _day(tenant, name, value):
    day, setting = _plain(tenant, name, value), tenant.switches
    return day if setting.write_dates == "day" else _day_there(day, setting.due_zone)


def _moment(tenant, name, value):
    """A date-time, or the moment that stands for a day."""
    if not isinstance(value, str) or len(value) != len("2026-05-15"):
        return _plain(tenant, name, value)
    day, setting = values.parse_date(value), tenant.switches
    if setting.write_dates == "day":
        return instant(day, setting.due_zone, setting.due_hour)
    return instant(day, "UTC", 0)


_READ = {"SuccessPlanType": _type, "status": _status, "CompanyId": _record_of("company"),
         "OwnerId": _record_of("gsuser"), "StartDate": _day, "DueDate": _day,
         **{name: _moment for name, field in fields.PLAN.items()
            if field.custom and field.kind == "time"}}


def _day_there(day, zone):
    """The local day at midnight UTC of a day: the one before, west of UTC, where there is one."""
    midnight = datetime.datetime.fromtimestamp((day - EPOCH_DAY) * 86400, datetime.timezone.utc)
    try:
        return midnight.astimezone(zoneinfo.ZoneInfo(zone)).date().toordinal()
    except OverflowError:
        return day
