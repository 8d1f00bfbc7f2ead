"""The true contents as text for COPY, in the order of the foreign tables' columns."""

from .fields import OBJECTIVE, PLAN
from .nxt_fields import OBJECTS
from .values import copy_column

_CHUNK = 4000


def _text(table, columns):
    shown = [copy_column(field.kind, column) for field, column in zip(table, columns)]
    return "".join(["\t".join(row) + "\n" for row in zip(*shown)]).encode()


def _plans(tenant, custom):
    table = [field for field in PLAN.values() if custom or not field.custom]
    with tenant.lock:
        plans, order = tenant.plans, list(tenant.plans.order)
    for at in range(0, len(order), _CHUNK):
        rows = order[at:at + _CHUNK]
        yield _text(table, [map(plans.values[field.name].__getitem__, rows) for field in table])


def _objectives(tenant, custom):
    with tenant.lock:
        plans, objectives, order = tenant.plans, tenant.objectives, list(tenant.plans.order)
    gsids = plans.values["Gsid"]
    for at in range(0, len(order), _CHUNK):
        listed = [one for row in order[at:at + _CHUNK] for one in objectives.of(row, gsids[row])]
        if listed:
            yield _text(OBJECTIVE.values(), zip(*listed))


def _plan_types(tenant, custom):
    names = [copy_column("text", column) for column in (tenant.types, tenant.types.values())]
    text = "".join("\t".join(row) + "\n" for row in zip(*names))
    if text:
        yield text.encode()


def object_rows(tenant, name, asked):
    """An object of the dialect nxt; which fields, looked-up ones too, may be asked for."""
    with tenant.lock:
        rows = tenant.world.rows(name)
        table = [rows.field(one) for one in asked or OBJECTS[name].fields]
        if None in table:
            raise ValueError("%s has no field %s" % (name, asked[table.index(None)]))
        columns = [rows.values[field.name] for field in table]
    if columns[0]:
        yield _text(table, columns)


TABLES = {"successplans": _plans, "objectives": _objectives, "plan_types": _plan_types}
