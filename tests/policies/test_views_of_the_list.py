"""The list of cases as a list, a map and a table: the same cases by the same address."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from policies.filters import CaseFilter
from tests.factories.cities import CityFactory
from tests.factories.policies import RevisionFactory

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
CITY = re.compile(r'data-city="([^"]+)".*?>([\d,]+) cases?</a>')


def find(query=""):
    return CaseFilter(QueryDict(query), user=AnonymousUser())


def get(client, query=""):
    return client.get(f"/policies/?{query}").text


@pytest.fixture
def cases(db):
    galle = CityFactory(name="Galle", slug="galle", country="LK", region="south-south-west-asia")
    hanoi = CityFactory(name="Hanoi", slug="hanoi", country="VN", region="south-east-asia")
    seoul = CityFactory(name="Seoul", slug="seoul")
    for n, (title, city, links) in enumerate(
        [("Buses", galle, ["11.2"]), ("Canals", galle, ["6.3"]), ("Air", hanoi, ["11.6", 3])]
    ):
        RevisionFactory(published=True, title=title, case__city=city, links=links, created_at=NOW + timedelta(days=n))
    RevisionFactory(submitted=True, title="Not public yet", case__city=seoul)


QUERIES = [
    ("", {"Galle": "2", "Hanoi": "1"}, ["Air", "Canals", "Buses"]),
    ("goal=11", {"Galle": "1", "Hanoi": "1"}, ["Air", "Buses"]),
    ("city=galle&sort=oldest", {"Galle": "2"}, ["Buses", "Canals"]),
    ("q=air&country=VN", {"Hanoi": "1"}, ["Air"]),
]


@pytest.mark.parametrize(("query", "cities", "titles"), QUERIES)
def test_all_views_show_the_same_cases(client, cases, query, cities, titles):
    assert [case.title for case in find(query).results] == titles
    assert dict(CITY.findall(get(client, f"{query}&view=map"))) == cities
    assert re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)<', get(client, f"{query}&view=table")) == titles
    facets = [re.findall(r'class="count">(\d+)<', get(client, f"{query}&view={view}")) for view in ("list", "map", "table")]
    assert facets[0] == facets[1] == facets[2] != []


def test_the_map_has_a_dot_a_city_and_links_to_its_cases(client, cases):
    page = get(client, "goal=11&goal=6&view=map")
    assert page.count('class="map-dot"') == 2
    assert '<a href="/policies/?city=galle&amp;goal=11&amp;goal=6">2 cases</a>' in page


def test_the_views_keep_the_filters_and_say_which_is_on(client, cases):
    found = find("goal=11&sort=title&page=2&view=table")
    assert found.views == [
        ("list", "List", "/policies/?goal=11&sort=title"),
        ("map", "Map", "/policies/?goal=11&sort=title&view=map"),
        ("table", "Table", "/policies/?goal=11&sort=title&view=table"),
    ]
    assert re.findall(r'aria-current="true">(\w+)<', get(client, "view=table")) == ["Table"]
    assert re.findall(r'aria-current="true">(\w+)<', get(client)) == ["List"]


def test_the_filters_keep_the_view(client, cases):
    found = find("goal=11&country=VN&view=map")
    assert [chip.url for chip in found.chips] == ["/policies/?country=VN&view=map", "/policies/?goal=11&view=map"]
    assert (found.cleared, find("goal=11").cleared) == ("/policies/?view=map", "/policies/")
    assert '<input type="hidden" name="view" value="map">' in get(client, "view=map")
    assert 'name="view"' not in get(client)


def test_a_map_has_one_address_and_no_pages(cases, monkeypatch):
    monkeypatch.setattr("policies.filters.cases.PAGE", 1)
    assert find("page=2&view=map").canonical == "/policies/?view=map"
    assert find("page=2&view=table").canonical == "/policies/?view=table&page=2"


def test_an_unknown_view_is_named_and_ignored(client, cases):
    found = find("view=globe")
    assert (found.problems, found.shown_as) == (["View “globe” was left out. Choose list, map or table."], "list")
    assert found.canonical == "/policies/"


def test_leaflet_is_loaded_by_the_map_only(client, cases):
    assert [get(client, f"view={view}").count("leaflet.js") for view in ("list", "table", "map")] == [0, 0, 1]


@pytest.mark.parametrize("view", ["map", "table"])
def test_an_empty_view_says_what_to_drop(client, cases, view):
    page = get(client, f"city=galle&goal=3&view={view}")
    assert f'<a href="/policies/?goal=3&amp;view={view}">without “City”: 1 case</a>' in page
    assert ('class="map"' in page, "<table" in page) == (False, False)


@pytest.mark.parametrize("view", ["map", "table"])
def test_queries_do_not_grow_with_the_cases(client, cases, view):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            get(client, f"view={view}")
        return len(captured)

    before = queries()
    for _ in range(3):
        RevisionFactory(published=True)
    assert queries() == before
