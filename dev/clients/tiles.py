"""The tiles of tiles.sql, and what each is to answer and may ask."""

import datetime
import os
import re

from tap import ctl, ok, requests, same

_TYPES = {"date": datetime.date.fromisoformat, "timestamptz": datetime.datetime.fromisoformat,
          "integer": int, "text": str}


class Tile:
    """One: its name, most requests, SQL with $1 and so on, and the values of these."""

    def __init__(self, heading, statement):
        self.name, most, parameters = [part.strip() for part in heading.split("|")]
        self.most, self.statement = int(most), statement
        self.values = []
        for parameter in parameters.split(","):
            kind, _, value = parameter.strip().partition(" ")
            self.values.append(_TYPES[kind](value))

    def sql(self, schema, placeholder):
        """With what the client writes for a parameter, each of its own, and the values for them."""
        values = [self.values[int(number) - 1] for number in re.findall(r"\$(\d)", self.statement)]
        return re.sub(r"\$\d", placeholder, self.statement.replace("TABLES", schema)), values


def tiles():
    with open(os.path.join(os.path.dirname(__file__), "tiles.sql"), encoding="utf-8") as file:
        return [Tile(*found) for found in re.findall(r"^-- ([^\n]*\|[^\n]*)\n(.*?);$", file.read(), re.M | re.S)]


def dashboard(how, rows, placeholder="%s", times=1):
    """All of them by rows(sql, values): a generic plan takes over when a statement is executed often."""
    found = tiles()
    same(len(found), 10, "%s: ten tiles" % how)
    for tile in found:
        expected = rows(*tile.sql("local", placeholder))
        ctl("clear")
        got = [rows(*tile.sql("gs", placeholder)) for _ in range(times)]
        sent = sum(map(int, requests().values()))
        wrong = next((one for one in got if sorted(map(repr, one)) != sorted(map(repr, expected))), None)
        ok(expected and wrong is None and sent <= tile.most * times,
           "%s: %s: %d rows, by at most %d requests" % (how, tile.name, len(expected), tile.most),
           "%d requests in %d\n%r\n%r" % (sent, times, wrong, expected))
