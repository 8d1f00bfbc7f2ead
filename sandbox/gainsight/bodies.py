"""What a client sends, read and checked: JSON objects, records, single values."""

import json
from decimal import Decimal

from . import values
from .fields import IDS
from .values import Refused


def _pairs(pairs):
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        raise Refused("key %s is there twice"
                      % values.show(next(name for name in names if names.count(name) > 1)))
    return result


def _constant(word):
    raise Refused("%s is not JSON" % word)


def parse_body(body):
    """A JSON object; numbers keep their digits."""
    try:
        text = body.decode()
        parsed = json.loads(text, parse_float=Decimal, object_pairs_hook=_pairs,
                            parse_constant=_constant)
        if "\\u" in text:
            json.dumps(parsed, ensure_ascii=False, default=str).encode()    # lone surrogates
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise Refused("the body is not UTF-8 JSON: %s" % str(error)[:100]) from None
    if not isinstance(parsed, dict):
        raise Refused("the body is not a JSON object")
    return parsed


def parse_record(body, table, strict):
    """{field: true value} of a create or an update."""
    record = {}
    for name, value in body.items():
        field = table.get(name)
        if field is None:
            if not strict:
                continue
            raise Refused("there is no field %s" % values.show(name), "GSOBJ_1002")
        if not field.writable:
            raise Refused("field %s is read-only" % name, "GSOBJ_1002")
        record[name] = parse_field(field, value)
    for name, field in table.items():
        if field.required and record.get(name) is None:
            raise Refused("field %s is required" % name, "GSOBJ_1007")
    return record


def parse_field(field, value):
    if value is None:
        return None
    try:
        truth = values.PARSE_BACK[field.kind](value) if field.custom \
            else values.PARSE[field.kind](value)
    except Refused as error:
        raise Refused("field %s: %s" % (field.name, error.desc), error.code) from None
    if field.picklist and truth not in field.picklist:
        raise Refused("field %s: %s is none of %s" % (
            field.name, values.show(value), ", ".join(field.picklist)), "GSOBJ_1012")
    if field.name in IDS and truth == "":
        raise Refused("field %s: an id cannot be empty" % field.name, "GSOBJ_1004")
    return truth
