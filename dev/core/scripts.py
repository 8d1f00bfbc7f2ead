"""psql scripts, statement by statement."""

import re

_TOKEN = re.compile(r"""
    (?P<comment>--[^\n]*)
  | (?P<block>/\*)
  | (?P<string>(?:\b[eE]'(?:[^'\\]|\\.|'')*')|'(?:[^']|'')*'|"(?:[^"]|"")*")
  | (?P<dollar>\$(?:[A-Za-z_]\w*)?\$)
  | (?P<variable>(?<!:):(?:'\w+'|"\w+"|[A-Za-z_]\w*))
  | (?P<meta>\\[^\n]*)
  | (?P<open>\()
  | (?P<close>\))
  | (?P<atomic>\bBEGIN\s+ATOMIC\b)
  | (?P<case>\bCASE\b)
  | (?P<end>\bEND\b)
  | (?P<semicolon>;)
  | (?P<word>\w+|\s+|.)
""", re.VERBOSE | re.DOTALL | re.IGNORECASE)


def _after_comment(text, at):
    """Where a comment ends that may hold others."""
    depth = 0
    for mark in re.compile(r"/\*|\*/").finditer(text, at):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(text)


class Script:
    """Iterates over (statement, data of a COPY or None)."""

    def __init__(self, text, variables):
        self.text, self.variables, self.at = text, variables, 0
        self.skipping = False

    def _meta(self, line):
        words = line.split()
        if words[0] in ("\\if", "\\elif"):
            self.skipping = True        # what the expected platforms do without
        elif words[0] in ("\\else", "\\endif"):
            self.skipping = False
        elif words[0] == "\\set" and len(words) > 1:
            parts = re.findall(r"'((?:[^']|'')*)'|(\S+)", " ".join(words[2:]))
            self.variables[words[1]] = "".join(
                self.variables.get(bare[1:], bare) if bare.startswith(":") else quoted or bare
                for quoted, bare in parts)

    def _variable(self, token):
        name = token[1:].strip("'\"")
        if name not in self.variables:
            return token
        value = self.variables[name]
        return "'%s'" % value.replace("'", "''") if token[1] == "'" else value

    def _copy_data(self):
        end = re.compile(r"^\\\.\n?", re.MULTILINE).search(self.text, self.at)
        line_end = self.text.find("\n", self.at) + 1
        if not end:
            return None
        data = self.text[line_end:end.start()]
        self.at = end.end()
        return data

    def __iter__(self):
        parts, depth = [], 0
        while self.at < len(self.text):
            token = _TOKEN.match(self.text, self.at)
            kind, word = token.lastgroup, token.group()
            self.at = token.end()
            if kind == "comment":
                continue
            if kind == "block":
                self.at = _after_comment(self.text, token.start())
                continue
            if kind == "dollar":
                end = self.text.find(word, self.at)
                self.at = len(self.text) if end < 0 else end + len(word)
                word = self.text[token.start():self.at]
            if kind == "meta":
                self._meta(word)
                # it ends or sends what stands before it, which then is not ours to run
                parts = []
                depth = 0
                continue
            if kind == "variable":
                word = self._variable(word)
            depth += {"open": 1, "close": -1, "atomic": 1}.get(kind, 0)
            if depth > 0 and kind in ("case", "end") and any(
                    re.match(r"BEGIN\s+ATOMIC", part, re.I) for part in parts):
                depth += 1 if kind == "case" else -1
            if kind != "semicolon" or depth > 0:
                parts.append(word)
                continue
            statement, parts, depth = "".join(parts).strip(), [], 0
            data = None
            if re.match(r"copy\b.*\bfrom\s+stdin\b", statement, re.I | re.S):
                data = self._copy_data()
            if statement and not self.skipping:
                yield statement, data
