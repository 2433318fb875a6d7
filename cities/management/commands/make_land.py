"""Draws static/map/land.svg, the land under every map, from Natural Earth.

npm pack world-atlas && tar xzf world-atlas-*.tgz
manage.py make_land package/land-50m.json
"""

import json
from itertools import accumulate, pairwise
from math import hypot
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from cities.maps import UNITS

LAND = Path(settings.BASE_DIR) / "static" / "map" / "land.svg"
FINE, COARSE = 0.12, 0.5  # degrees by which the coast may be off: where the members are, and elsewhere
SMALLEST = 0.6  # islands elsewhere that are narrower are left out
SOUTH = -60  # Antarctica is left out


def is_near(point):
    """Whether `point` is in Asia or the Pacific, where the coast is drawn finely."""
    longitude, latitude = point
    return (longitude > 60 or longitude < -150) and -50 < latitude < 55


def rings(topology):
    """The closed lines around the land in a TopoJSON `topology`, each a list of (longitude, latitude)."""
    (x_scale, y_scale), (west, south) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        xs, ys = (list(accumulate(steps)) for steps in zip(*arc, strict=True))
        arcs.append([(x * x_scale + west, y * y_scale + south) for x, y in zip(xs, ys, strict=True)])
    for shape in topology["objects"]["land"]["geometries"]:
        for ring in (ring for polygon in shape["arcs"] for ring in polygon):
            points = []
            for number in ring:
                # ~number stands for the arc drawn backwards; arcs share the points at which they meet.
                line = arcs[number] if number >= 0 else arcs[~number][::-1]
                points += line[1:] if points else line
            yield points


def simplified(points):
    """Those of `points` that are needed to be nowhere further off than allowed (Douglas and Peucker)."""
    kept, parts = {0, len(points) - 1}, [(0, len(points) - 1)]
    while parts:
        first, last = parts.pop()
        (x1, y1), (x2, y2) = points[first], points[last]
        length = hypot(x2 - x1, y2 - y1)
        worst, furthest = 1, None
        for number in range(first + 1, last):
            x, y = points[number]
            off = abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length if length else hypot(x - x1, y - y1)
            off /= FINE if is_near((x, y)) else COARSE
            if off > worst:
                worst, furthest = off, number
        if furthest:
            kept.add(furthest)
            parts += [(first, furthest), (furthest, last)]
    return [points[number] for number in sorted(kept)]


def drawn(points):
    """The path of one ring in whole units, relative from point to point; empty if nothing is left of it."""
    units = [(round(longitude * UNITS), round(-latitude * UNITS)) for longitude, latitude in simplified(points)]
    units = [unit for unit, before in zip(units, [None, *units], strict=False) if unit != before]
    if len(units) < 4:
        return ""
    steps = [(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise(units)][:-1]  # z closes it
    numbers = "".join(f"{number:+d}" for step in steps for number in step)
    return f"M{units[0][0]},{units[0][1]}l{numbers.removeprefix('+').replace('+', ' ')}z"


def is_wanted(points):
    longitudes, latitudes = zip(*points, strict=True)
    size = max(max(longitudes) - min(longitudes), max(latitudes) - min(latitudes))
    return max(latitudes) > SOUTH and (size > SMALLEST or is_near(points[0]))


class Command(BaseCommand):
    help = "Draw the land of the maps from the TopoJSON of the npm package world-atlas."

    def add_arguments(self, parser):
        parser.add_argument("topojson", type=Path, help="land-50m.json of the unpacked package")

    def handle(self, *args, topojson, **options):
        paths = [drawn(points) for points in rings(json.loads(topojson.read_text())) if is_wanted(points)]
        frame = f"{-180 * UNITS} {-90 * UNITS} {360 * UNITS} {150 * UNITS}"
        about = "Land by Natural Earth (naturalearthdata.com), public domain. Made by manage.py make_land."
        LAND.write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{frame}"><desc>{about}</desc>'
            f'<path id="land" d="{"".join(paths)}"/></svg>\n'
        )
        self.stdout.write(f"{LAND.name}: {sum(map(bool, paths))} pieces of land, {LAND.stat().st_size:,} bytes")
