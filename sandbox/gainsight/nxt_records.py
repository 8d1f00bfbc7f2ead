"""How the records of a reply are laid out: looked-up names flat or nested, keys as asked or not."""

from json import dumps

from .spelling import variant


def _layout(fields, asked, setting):
    """For each field: (the object that its key goes into, or None, and the key)."""
    result = []
    for field, name in zip(fields, asked):
        name = {"canonical": field.name, "lower": field.name.lower(), "select": name}[
            setting.key_case]
        outer, dot, inner = name.partition(".")
        result.append((_key(outer) if dot else None, _key(inner if dot else name), _key(name)))
    return result


def _key(name):
    return dumps(name, ensure_ascii=False).encode() + b":"


def render(table, rows, fields, asked, style, setting):
    """JSON objects, comma between; `asked` are the names that the client used."""
    layout = _layout(fields, asked, setting)
    columns = [table.cells((field.name, style, setting.multi_select == "array"), rows)
               for field in fields]
    keys = [flat for _, _, flat in layout]
    some_nest = setting.lookups != "flat" and any(outer for outer, _, _ in layout)
    records = []
    for row, cells in zip(rows, zip(*columns)):
        if some_nest and (setting.lookups == "nested" or variant(row, 0) & 1):
            records.append(_nested(layout, cells, row))
        else:
            records.append(b",".join([key + cell for key, cell in zip(keys, cells)
                                      if cell is not None]))
    return b"{" + b"},{".join(records) + b"}" if records else b""


def _nested(layout, cells, row):
    parts, groups = [], {}
    for (outer, inner, _), cell in zip(layout, cells):
        if outer is None:
            if cell is not None:
                parts.append(inner + cell)
        else:
            group = groups.setdefault(outer, [])
            if cell is not None:
                group.append(inner + cell)
    for outer, group in groups.items():
        if group:
            parts.append(outer + b"{" + b",".join(group) + b"}")
        elif row % 3:
            # nothing looked up: an empty object, a null, or no key
            parts.append(outer + (b"{}", b"null")[row % 3 - 1])
    return b",".join(parts)
