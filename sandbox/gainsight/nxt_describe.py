"""GET /v1/meta/services/objects/{object}/describe: an object's fields and their types."""

import json

from . import nxt_generate, nxt_plans, values
from .nxt_fields import OBJECTS
from .replies import envelope, no_object

_LENGTHS = {"STRING": 255, "RICHTEXTAREA": 131072, "GSID": 36, "LOOKUP": 36, "EMAIL": 80,
            "URL": 1024}
# What every field has and nobody here needs: it makes descriptions as long as they are.
_BALLAST = {
    "accessible": True, "mappings": {}, "searchable": False, "internal": False,
    "permissionRestricted": False, "autoSync": False, "currencyIsoCodeFieldName": None,
    "dependency": {"controllingFieldName": None, "controlledFieldNames": [], "configured": False},
    "formatOptions": {"numericalSummarization": None, "aggregation": "NONE"},
    "skipValidations": [], "supportedOperators": None, "defaultSortOrder": "asc",
}


def describe(name, setting):
    if name not in OBJECTS:
        raise no_object("there is no object %s" % values.show(name))
    told = OBJECTS[name]
    required = nxt_plans.required_fields(setting) if name == "cta_group" else ("Name",)
    data = [{"objectName": name, "label": told.label, "objectType": "STANDARD",
             "fields": [_field(field, _writable(name, field), field.name in required)
                        for field in told.fields.values()]}]
    return envelope(json.dumps(data).encode())


def _writable(name, field):
    if name == "cta_group":
        return field.name in nxt_plans.UPDATEABLE
    return field.name not in ("Gsid", "CreatedDate", "ModifiedDate")


def _field(field, writable, required):
    said = {"fieldName": field.name, "label": _label(field), "dataType": field.type,
            "options": _options(field), "meta": _meta(field, writable, required),
            "dependentPicklistInfo": None, "defaultValue": None, "description": None,
            "fieldGroupType": None}
    said.update((key, value) for key, value in field.said.items() if key in said)
    if field.type is None:
        del said["dataType"]
    return said


def _label(field):
    """Labels are for people: blanks, quotes, and the same one twice."""
    return field.name.removesuffix("__gc").replace("_", " ").replace("Id", "")[:60]


def _options(field):
    labels = nxt_generate.LISTS.get(field.category, ())
    return [{"value": nxt_generate.item(field.category, label), "label": label,
             "active": place != len(labels) - 1, "displayOrder": place + 1}
            for place, label in enumerate(labels)]


def _meta(field, writable, required):
    rich = field.type == "RICHTEXTAREA"
    meta = {
        "filterable": field.filterable, "sortable": field.filterable, "groupable": not rich,
        "createable": writable, "updateable": writable,
        "required": required, "nillable": not required and field.name != "Gsid",
        "readOnly": not writable, "hidden": False, "richText": rich, "formulaField": False,
        "hasLookup": field.target is not None, "length": _LENGTHS.get(field.type, 0),
        "decimalPlaces": 2 if field.kind == "number" else 0,
        "lookupDetail": None, "encrypted": False, "dbName": field.name,
        "sourceType": "CUSTOM" if field.name.endswith("__gc") else "SYSTEM", **_BALLAST,
    }
    if field.target:
        meta["lookupDetail"] = {
            "lookupName": field.name + "__gr", "fieldName": field.name,
            "lookupObjects": [{"objectName": field.target, "fieldName": "Gsid",
                               "label": field.target}]}
    meta.update((key, value) for key, value in field.said.items() if key in meta)
    return meta
