"""Plans for Multicorn2: about the least that does it."""

import json
import urllib.request

from multicorn import ForeignDataWrapper

PAGE = 1000


class Plans(ForeignDataWrapper):
    def __init__(self, options, columns):
        super().__init__(options, columns)
        self.options = options
        self.fields = {name: column.options["field"] for name, column in columns.items()}

    def execute(self, quals, columns, sortkeys=None, limit=None, offset=None):
        asked = {"limit": PAGE, "offset": 0}
        equal = [qual for qual in quals if qual.operator == "="]
        if equal:
            asked["where"] = {
                "conditions": [{"name": self.fields[qual.field_name], "alias": chr(65 + i),
                                "operator": "EQ", "value": [qual.value]}
                               for i, qual in enumerate(equal)],
                "expression": " AND ".join(chr(65 + i) for i in range(len(equal)))}
        while True:
            request = urllib.request.Request(
                self.options["url"] + "/successplans/search", json.dumps(asked).encode(),
                {"accessKey": self.options["key"], "Content-Type": "application/json"})
            with urllib.request.urlopen(request) as reply:
                data = json.load(reply)["data"]
            for record in data["records"]:
                yield {column: record.get(self.fields[column]) for column in columns}
            asked["offset"] += PAGE
            if asked["offset"] >= data["totalCount"]:
                return
