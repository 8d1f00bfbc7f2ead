"""Figures as SVG: one of lines over a logarithmic scale, one of bars along one."""

import math
from html import escape

_COLOURS = ("#1b6ca8", "#d1662b", "#6b8e23")
_GRID, _INK = "#dddddd", "#333333"


class _Picture:
    def __init__(self, width, height, title):
        self.parts = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d"'
                      ' font-family="sans-serif" font-size="12" fill="%s">' % (width, height, _INK),
                      '<rect width="%d" height="%d" fill="white"/>' % (width, height)]
        self.text(20, 24, title, size=14)

    def text(self, x, y, words, anchor="start", size=12, colour=_INK):
        self.parts.append('<text x="%.1f" y="%.1f" text-anchor="%s" font-size="%d" fill="%s">%s</text>'
                          % (x, y, anchor, size, colour, escape(words)))

    def line(self, points, colour=_GRID, width=1):
        self.parts.append('<polyline points="%s" fill="none" stroke="%s" stroke-width="%d"/>'
                          % (" ".join("%.1f,%.1f" % point for point in points), colour, width))

    def bar(self, x, y, width, height, colour):
        self.parts.append('<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>'
                          % (x, y, width, height, colour))

    def save(self, path):
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(self.parts + ["</svg>"]) + "\n")


def _step(top):
    """A round number, for some five lines of a scale that ends at top."""
    unit = 10 ** math.floor(math.log10(top / 5))
    return next(unit * n for n in (1, 2, 5, 10) if unit * n * 5 >= top)


def lines(path, title, xs, series):
    """For each of series a name and its values at xs, which are drawn by their logarithms."""
    left, right, top, bottom = 60, 560, 45, 265
    most = 1.15 * max(value for _, values in series for value in values)
    low, high = math.log10(xs[0]), math.log10(xs[-1])
    picture = _Picture(720, 300, title)

    def place(x, value):
        return (left + (right - left) * (math.log10(x) - low) / (high - low),
                bottom - (bottom - top) * value / most)

    step = _step(most)
    for n in range(int(most / step) + 1):
        y = place(xs[0], n * step)[1]
        picture.line([(left, y), (right, y)])
        picture.text(left - 8, y + 4, "%g" % (n * step), "end")
    for x in xs:
        picture.text(place(x, 0)[0], bottom + 20, format(x, ","), "middle")
    label = 0
    for colour, (name, values) in sorted(zip(_COLOURS, series), key=lambda one: -one[1][1][-1]):
        points = [place(*pair) for pair in zip(xs, values)]
        picture.line(points, colour, 2)
        for x, y in points:
            picture.bar(x - 3, y - 3, 6, 6, colour)
        # no name on another one
        label = max(label + 15, points[-1][1] + 4)
        picture.text(right + 12, label, name, colour=colour)
    picture.save(path)


def bars(path, title, names, rows):
    """For each of rows its label and a number for each of names, 1 at least or None."""
    left, right, y = 250, 640, 70
    most = math.log10(max(number for _, numbers in rows for number in numbers if number))
    picture = _Picture(720, 75 + len(rows) * (16 * len(names) + 12), title)
    for i, (colour, name) in enumerate(zip(_COLOURS, names)):
        picture.bar(20 + i * 180, 36, 12, 12, colour)
        picture.text(38 + i * 180, 47, name)
    for label, numbers in rows:
        picture.text(left - 10, y + 8 * len(names) + 2, label, "end")
        for colour, number in zip(_COLOURS, numbers):
            # one is seen, too
            length = 4 + (right - left - 4) * math.log10(number) / most if number else 0
            picture.bar(left, y, length, 13, colour)
            picture.text(left + length + 6, y + 11, format(number, ",") if number else "\u2013")
            y += 16
        y += 12
    picture.save(path)
