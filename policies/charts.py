"""The geometry of our charts: pure functions and rows, no database.

Across the page everything is in per cent of the width, so that a chart fits a telephone and a desk while its letters keep
their size; down the page it is in pixels. Numbers leave as text, so that no template writes them in a reader's own digits.
"""

import textwrap
from collections import Counter
from typing import NamedTuple

from django.urls import reverse
from django.utils.http import urlencode

SHADES = 5
ROW = 30  # pixels from one row of a heat map to the next


def per_cent(value):
    """`value` as a length for SVG: 16.666 gives "16.67%"."""
    return f"{round(float(value), 2):g}%"


# Heat maps


class Head(NamedTuple):
    """What a row or a column counts. `mark` is the short sign of it, in the colour of `goal` if there is one; `query` is
    what it asks of the list of cases."""

    key: object
    name: str
    query: dict
    mark: str = ""
    goal: int | None = None
    url: str = ""

    @property
    def full_name(self):
        return f"{self.mark} {self.name}".strip()

    @property
    def short_name(self):
        """The name, short enough to stand beside a row."""
        return textwrap.shorten(self.name, 40, placeholder=" …")

    @property
    def lines(self):
        """The name in lines that are narrow enough to stand above a column."""
        return textwrap.wrap(self.name, 10, break_long_words=False, break_on_hyphens=False)


class Cell(NamedTuple):
    row: Head
    column: Head
    count: int
    shade: int
    x: str
    width: str
    middle: str

    @property
    def url(self):
        """The list of the cases that are counted here."""
        return f"{reverse('case_list')}?{urlencode(self.row.query | self.column.query)}"


class Row(NamedTuple):
    head: Head
    y: int
    cells: list


class HeatMap(NamedTuple):
    rows: list
    columns: list  # (Head, x of its middle)
    height: int

    @property
    def cells(self):
        return [cell for row in self.rows for cell in row.cells]

    @property
    def most(self):
        """The cell with most cases."""
        return max(self.cells, key=lambda cell: cell.count)

    @property
    def empty(self):
        """How many cells have no case."""
        return sum(not cell.count for cell in self.cells)

    @property
    def legend(self):
        return legend(self.most.count)


def heat_map(rows, columns, counts):
    """The HeatMap of `counts`, {(key of row, key of column): number}, for lists of Head."""
    most = max((counts.get((row.key, column.key), 0) for row in rows for column in columns), default=0)
    slots = list(zip(columns, slots_across(len(columns)), strict=True))
    drawn = []
    for place, row in enumerate(rows):
        numbers = [counts.get((row.key, column.key), 0) for column in columns]
        cells = [Cell(row, column, n, shade(n, most), *slot) for n, (column, slot) in zip(numbers, slots, strict=True)]
        drawn.append(Row(row, place * ROW, cells))
    return HeatMap(drawn, [(column, middle) for column, (_x, _width, middle) in slots], len(rows) * ROW)


def totals(counts):
    """{(row, column): number} as {row: number}; 0 for a row that is not there."""
    sums = Counter()
    for (row, _column), number in counts.items():
        sums[row] += number
    return sums


def slots_across(number):
    """(x, width, middle) of `number` cells beside each other, with room between them."""
    step = 100 / number
    return [(per_cent(step * n), per_cent(step * 0.97), per_cent(step * (n + 0.485))) for n in range(number)]


def shade(count, most):
    """0 for nothing, else the step from 1 to SHADES in which `count` lies when `most` is the largest."""
    return -(-count * SHADES // most) if count else 0


def legend(most):
    """(shade, first, last) of the counts of each step; steps into which no whole number falls are left out."""
    steps = [(step, most * (step - 1) // SHADES + 1, most * step // SHADES) for step in range(1, SHADES + 1)]
    return [(step, first, last) for step, first, last in steps if first <= last]


# Outcomes: from the baseline to the latest value

MARGIN = 3  # per cent of the width left free at each end, for the marks


class Point(NamedTuple):
    x: str
    anchor: str  # of the words at the mark, so that they stay inside


class Change(NamedTuple):
    """An outcome drawn: `start` is None without a baseline; `zero` is where 0 lies; `direction` is 1, 0 or -1."""

    zero: Point
    start: Point | None
    end: Point
    direction: int


def change_of(baseline, latest):
    """The Change from `baseline` (a number or None) to `latest`, on a scale that always has 0 in it."""
    known = [value for value in (baseline, latest) if value is not None]
    low, high = min(0, *known), max(0, *known)
    start = None if baseline is None else point(baseline, low, high)
    direction = 0 if baseline is None else (latest > baseline) - (latest < baseline)
    return Change(point(0, low, high), start, point(latest, low, high), direction)


def point(value, low, high):
    """Where `value` lies on a scale from `low` to `high`."""
    share = float(value - low) / float(high - low) if high > low else 0
    anchor = "start" if share < 0.35 else "end" if share > 0.65 else "middle"
    return Point(per_cent(MARGIN + share * (100 - 2 * MARGIN)), anchor)


def growth(baseline, latest):
    """The change in per cent of the baseline; None where that says nothing: no baseline, 0, or a value below 0."""
    return (latest - baseline) * 100 / baseline if baseline is not None and baseline > 0 and latest >= 0 else None


# Shares of a whole


class Share(NamedTuple):
    key: str
    label: str
    share: int
    x: str
    width: str
    middle: str

    @property
    def has_room(self):
        """Whether the number can stand inside the bar, on a telephone too."""
        return float(self.width.removesuffix("%")) >= 14


def shares_of(parts, rest):
    """The Shares of `parts`, (key, label, per cent) each, in a bar; what is missing to 100 is called `rest`, (key, label)."""
    total = sum(part for _key, _label, part in parts)
    parts = [*parts, (*rest, 100 - total)] if total < 100 else parts
    whole, shares, before = max(100, total), [], 0
    for key, label, part in parts:
        x, width = 100 * before / whole, 100 * part / whole
        shares.append(Share(key, label, part, per_cent(x), per_cent(width), per_cent(x + width / 2)))
        before += part
    return shares
