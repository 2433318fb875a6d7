"""Where cities stand on the map: longitude to the right, latitude upwards, the Pacific in one piece."""

from typing import NamedTuple

UNITS = 10  # of the drawing in a degree; `make_land` draws the land in them
SEAM = -30  # degrees east at which the map begins and ends: between Africa and America
MARGIN = 4  # degrees around the outermost cities
SHAPE = 1.5  # width of a map to its height


class Dot(NamedTuple):
    """A city in units of the drawing, and how many pixels wide it is drawn."""

    x: float
    y: float
    size: int


def dot(city):
    """The dot of `city`, larger with its `cases_here` if it has that."""
    longitude = float(city.longitude) + (360 if city.longitude < SEAM else 0)
    size = 7 + 3 * min(getattr(city, "cases_here", 1), 36) ** 0.5
    return Dot(round(longitude * UNITS, 1), round(-float(city.latitude) * UNITS, 1), round(size))


def frame(dots, degrees):
    """The view box (left, top, width, height) that shows all `dots`, at least `degrees` wide; all of Asia if there is none."""
    xs, ys = [d.x for d in dots] or [60 * UNITS, 150 * UNITS], [d.y for d in dots] or [-50 * UNITS, 10 * UNITS]
    margin = 2 * MARGIN * UNITS
    width = max(max(xs) - min(xs) + margin, (max(ys) - min(ys) + margin) * SHAPE, degrees * UNITS)
    height = width / SHAPE
    left, top = (max(xs) + min(xs) - width) / 2, (max(ys) + min(ys) - height) / 2
    return round(left), round(top), round(width), round(height)
