"""Where cities stand on the map, and the land under them."""

import gzip
import json
import re

import pytest
from django.core.management import call_command
from django.template.loader import render_to_string

from cities.management.commands import make_land
from cities.maps import UNITS, dot, frame
from cities.templatetags.maps import city_locator, city_map
from tests.factories.cities import CityFactory

SEOUL, APIA, LISBON, LIMA = ("37.5", "127"), ("-13.8", "-171.8"), ("38.7", "-9.1"), ("-12", "-77")


def build(place, cases=None):
    city = CityFactory.build(latitude=float(place[0]), longitude=float(place[1]))
    if cases is not None:
        city.cases_here = cases
    return city


def draw(context):
    return render_to_string("components/map.html", context)


def test_the_pacific_is_in_one_piece():
    degrees = [(d.x / UNITS, d.y / UNITS) for d in map(dot, map(build, [SEOUL, APIA, LISBON, LIMA]))]
    assert degrees == [(127, -37.5), (188.2, 13.8), (-9.1, -38.7), (283, 12)]


def test_a_dot_grows_with_the_cases_up_to_a_limit():
    assert [dot(build(SEOUL, cases)).size for cases in (0, 1, 4, 9, 36, 500)] == [7, 10, 13, 16, 25, 25]


@pytest.mark.parametrize("places", [[], [SEOUL], [SEOUL, APIA], [SEOUL, ("37.6", "127.1")], [LISBON, LIMA, APIA]])
def test_the_frame_holds_all_with_a_margin(places):
    dots = [dot(build(place)) for place in places]
    left, top, width, height = frame(dots, 30)
    assert (width / height, width >= 30 * UNITS) == (pytest.approx(1.5, rel=0.01), True)
    for d in dots:
        assert left + 3.9 * UNITS <= d.x <= left + width - 3.9 * UNITS
        assert top + 3.9 * UNITS <= d.y <= top + height - 3.9 * UNITS


def test_a_drawing_says_what_it_is_and_has_a_dot_a_city():
    drawing = draw(city_map([build(SEOUL, 4), build(APIA, 1)], "Two <cities>"))
    assert 'role="img" aria-label="Two &lt;cities&gt;"' in drawing
    assert re.findall(r'd="M([^"]+)h0" stroke-width="(\d+)"', drawing) == [("1270.0,-375.0", "13"), ("1882.0,138.0", "10")]
    assert re.findall(r'(style|data-land|data-tiles)="', drawing) == []


def test_a_locator_has_one_dot_in_its_middle():
    context = city_locator(build(SEOUL))
    left, top, width, height = context["frame"]
    assert [(d.x, d.y) for d in context["dots"]] == [(left + width / 2, top + height / 2)]


def test_tiles_are_named_only_when_there_is_a_server_for_them(settings):
    assert "data-tiles" not in draw(city_map([], "Map", live=True))
    settings.MAP_TILES_URL, settings.MAP_TILES_ATTRIBUTION = "https://tiles.example/{z}/{x}/{y}.png", "© Somebody"
    drawing = draw(city_map([], "Map", live=True))
    assert 'data-tiles="https://tiles.example/{z}/{x}/{y}.png" data-attribution="© Somebody"' in drawing


# The land


def test_the_land_is_light(settings):
    land = (settings.BASE_DIR / "static/map/land.svg").read_bytes()
    assert len(gzip.compress(land)) < 10_000


def test_land_is_drawn_from_topojson(tmp_path, monkeypatch):
    """A square near Asia, of two arcs one of which runs backwards, with a needless point; an islet elsewhere; the far south."""
    topology = {
        "transform": {"scale": [0.5, 0.5], "translate": [-180, -90]},
        "arcs": [
            [[600, 200], [10, 0], [10, 0], [0, 20]],  # along the south, up the east
            [[600, 200], [0, 20], [20, 0]],  # up the west, along the north
            [[200, 200], [1, 0], [0, 1], [-1, -1]],
            [[600, 2], [20, 0], [0, 20], [-20, -20]],
        ],
        "objects": {"land": {"geometries": [{"arcs": [[[0, -2]], [[2]], [[3]]]}]}},
    }
    (tmp_path / "land.json").write_text(json.dumps(topology))
    monkeypatch.setattr(make_land, "LAND", tmp_path / "land.svg")
    call_command("make_land", tmp_path / "land.json")
    path = re.findall(r' d="([^"]*)"', (tmp_path / "land.svg").read_text())
    assert path == ["M1200,-100l100 0 0-100-100 0z"]
