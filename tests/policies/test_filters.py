import gzip
import random
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cities.models import Region
from policies.filters import CaseFilter
from policies.filters.facets import VALUES
from policies.models import CostBand, Evidence, PolicyStatus, Theme
from tests.factories.accounts import UserFactory
from tests.factories.cities import CityFactory, MembershipFactory
from tests.factories.policies import OutcomeFactory, RevisionFactory

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
COUNT = re.compile(
    r'name="(?P<name>\w+)" value="(?P<value>[^"]+)" id="[^"]+"( checked)?>[^<]+<span class="count">(?P<count>[\d,]+)</span>'
)
ALREADY = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]  # the world of the fixture is only read


def find(query="", user=None):
    return CaseFilter(QueryDict(query), user=user or AnonymousUser())


def titles(found):
    return [case.title for case in found.qs]


def publish(evidence="", now=NOW, **values):
    """A published case with the catalogue values given."""
    revision = RevisionFactory(complete=True, created_at=now, **values)
    if evidence:
        OutcomeFactory(revision=revision, evidence=evidence)
    revision.submit(by=revision.author, now=now)
    return revision.publish(by=UserFactory(), now=now).case


@pytest.fixture
def three(db):
    """Cases that differ in everything one can filter on."""
    seoul = CityFactory(name="Seoul", slug="seoul", country="KR", region=Region.EAST)
    galle = CityFactory(name="Galle", slug="galle", country="LK", region=Region.SOUTH)
    hanoi = CityFactory(name="Hanoi", slug="hanoi", country="VN", region=Region.SOUTH_EAST)
    publish(
        title="Buses", case__city=seoul, links=["11.2", 13], themes=["transport"], policy_status="running", start_year=2015,
        total_usd=50_000, labels=["bus"], evidence="claimed", now=NOW,
    )  # fmt: skip
    publish(
        title="Canals", case__city=galle, links=["6.3", "11.6"], themes=["water", "environment"], policy_status="completed",
        start_year=2010, end_year=2012, total_usd=5_000_000, labels=["water quality"], evidence="measured",
        now=NOW + timedelta(days=1),
    )  # fmt: skip
    publish(
        title="Air", case__city=hanoi, links=["11.6"], themes=["environment"], policy_status="pilot", start_year=2020,
        labels=["air", "bus"], now=NOW + timedelta(days=2),
    )  # fmt: skip


FILTERS = [
    ("", {"Buses", "Canals", "Air"}),
    ("goal=11", {"Buses", "Canals", "Air"}),
    ("goal=6", {"Canals"}),
    ("goal=6&goal=13", {"Buses", "Canals"}),
    ("target=11.6", {"Canals", "Air"}),
    ("target=11.6&goal=6", {"Canals"}),
    ("target=11.6&goal=13", set()),
    ("region=south-south-west-asia", {"Canals"}),
    ("country=KR&country=VN", {"Buses", "Air"}),
    ("city=hanoi", {"Air"}),
    ("theme=environment", {"Canals", "Air"}),
    ("theme=environment&theme=transport", {"Buses", "Canals", "Air"}),
    ("status=pilot&status=running", {"Buses", "Air"}),
    ("cost=under-100k", {"Buses"}),
    ("cost=under-10m&cost=under-100k", {"Buses", "Canals"}),
    ("evidence=measured", {"Canals"}),
    ("tag=bus", {"Buses", "Air"}),
    ("tag=bus&country=VN", {"Air"}),
    ("from=2013", {"Buses", "Air"}),
    ("from=2012", {"Buses", "Canals", "Air"}),
    ("to=2015", {"Buses", "Canals"}),
    ("from=2011&to=2011", {"Canals"}),
    ("from=2013&to=2014", set()),
    ("from=2016&to=2019", {"Buses"}),
    ("q=canals", {"Canals"}),
    ("q=canals&goal=13", set()),
]


def test_filters(three):
    found = {query: find(query) for query, _expected in FILTERS}
    assert [(query, set(titles(one)), one.total, one.problems) for query, one in found.items()] == [
        (query, expected, len(expected), []) for query, expected in FILTERS
    ]


ORDERS = [
    ("", ["Air", "Canals", "Buses"]),
    ("sort=newest", ["Air", "Canals", "Buses"]),
    ("sort=oldest", ["Buses", "Canals", "Air"]),
    ("sort=title", ["Air", "Buses", "Canals"]),
    ("sort=relevance", ["Air", "Canals", "Buses"]),
]


def test_orders(three):
    assert [(query, titles(find(query))) for query, _expected in ORDERS] == ORDERS


def test_order_by_confirmation(three):
    first, second, third = find("sort=oldest").qs
    second.verify(now=NOW + timedelta(days=9))
    first.verify(now=NOW + timedelta(days=8))
    assert titles(find("sort=verified")) == [second.title, first.title, third.title]


# Search


@pytest.fixture
def words(db):
    publish(title="Cleaning the canals", summary="Mud was dug out.", now=NOW)
    publish(title="Streets", summary="Lamps, and canals beside them.", now=NOW + timedelta(days=1))
    publish(title="Markets", summary="Stalls.", challenge="<p>Stalls stood along the canals.</p>", now=NOW + timedelta(days=2))
    publish(title="Café economy in Đà Nẵng", summary="Small shops.", now=NOW + timedelta(days=3))


SEARCHES = [
    ("canal", ["Cleaning the canals", "Streets", "Markets"]),
    ("CANALS", ["Cleaning the canals", "Streets", "Markets"]),
    ("canals lamp", ["Streets"]),
    ("canals -lamp", ["Cleaning the canals", "Markets"]),
    ('"dug out"', ["Cleaning the canals"]),
    ('"mud dug"', []),
    ("cafe", ["Café economy in Đà Nẵng"]),
    ("café", ["Café economy in Đà Nẵng"]),
    ("da nang", ["Café economy in Đà Nẵng"]),
    ("economi", ["Café economy in Đà Nẵng"]),
    ("eco", ["Café economy in Đà Nẵng"]),
    ("small sho", ["Café economy in Đà Nẵng"]),
    ("large sho", []),
    ("lamps or dug", ["Streets", "Cleaning the canals"]),
    ("the", []),
    ("?!&|<>:*'\\", []),
]


def test_search(words):
    assert [(typed, titles(find(urlencode({"q": typed})))) for typed, _expected in SEARCHES] == SEARCHES


def test_search_does_not_know_the_contact(db):
    case = publish(title="Parks", contact_office="Xylophone bureau", contact_email="zebra@city.example", office="Park office")
    assert (case.live.contact_office, case.live.contact_email) == ("Xylophone bureau", "zebra@city.example")
    assert [titles(find(f"q={word}")) for word in ["xylophone", "zebra", "zebra@city.example", "park"]] == [
        [],
        [],
        [],
        ["Parks"],
    ]


# What is not understood


PROBLEMS = [
    ("goal=99", ["Goal “99” is not known here, so it was left out."]),
    ("goal=99&goal=11", ["Goal “99” is not known here, so it was left out."]),
    ("target=11.99", ["Target “11.99” is not known here, so it was left out."]),
    ("region=mars", ["Region “mars” is not known here, so it was left out."]),
    ("country=XX", ["Country “XX” is not known here, so it was left out."]),
    ("city=atlantis", ["City “atlantis” is not known here, so it was left out."]),
    ("city=%00", ["City “�” is not known here, so it was left out."]),
    ("theme=<script>", ["Theme “<script>” is not known here, so it was left out."]),
    ("tag=nope", ["Tag “nope” is not known here, so it was left out."]),
    ("tag=a%00b", ["Tag “a�b” is not known here, so it was left out."]),
    ("tag=" + "x" * 50, ["Tag “" + "x" * 40 + "…” is not known here, so it was left out."]),
    ("from=abc", ["From year “abc” was left out. Enter a whole number."]),
    ("to=3000", ["To year “3000” was left out. Ensure this value is less than or equal to 2100."]),
    ("from=2020&to=2019&goal=99", [
        "Goal “99” is not known here, so it was left out.",
        "The last year is before the first year, so the last year was left out.",
    ]),
    ("sort=price", ["Order “price” was left out. Choose one of the orders of the list."]),
    ("page=x", ["Page “x” was left out. Enter a whole number."]),
    ("page=0", ["Page “0” was left out. Ensure this value is greater than or equal to 1."]),
    ("q=a%00b", ["Search words “a�b” was left out. Null characters are not allowed."]),
    ("utm_source=letter&goal=&from=&q=+&sort=&page=", []),
]  # fmt: skip


def test_unknown_values_are_named_and_ignored(three):
    assert [(query, find(query).problems) for query, _problems in PROBLEMS] == PROBLEMS
    everything = {query: len(titles(find(query))) for query, _problems in PROBLEMS if "from=2020" not in query}
    assert set(everything.values()) == {3}


def test_at_most_five_unknown_values_are_named(three):
    found = find("&".join(f"tag=nope{n}" for n in range(9)))
    assert found.problems[-1] == "4 more values are not known here, so they were left out."
    assert len(found.problems) == 6


def test_problems_are_escaped_on_the_page(client, three):
    page = client.get(reverse("case_list"), {"theme": "<script>alert(1)</script>"}).content.decode()
    assert "Theme “&lt;script&gt;alert(1)&lt;/script&gt;” is not known here" in page
    assert "<script>alert" not in page


def test_a_tag_of_a_draft_is_unknown(three):
    RevisionFactory(complete=True, labels=["secret-plan"])
    assert find("tag=secret-plan").problems == ["Tag “secret-plan” is not known here, so it was left out."]


def test_pages(db, monkeypatch):
    monkeypatch.setattr("policies.filters.cases.PAGE", 2)
    city = CityFactory()
    for n in range(5):
        publish(title=f"Case {n}", case__city=city, now=NOW + timedelta(days=n))
    pages = {
        page: [case.title for case in find(f"page={page}").results] for page in ["", "1", "3", "4", "99999999999999999999", "x"]
    }
    first, last = ["Case 4", "Case 3"], ["Case 0"]
    assert pages == {"": first, "1": first, "3": last, "4": last, "99999999999999999999": last, "x": first}
    assert find("page=9").canonical == "/policies/?page=3"


@settings(max_examples=40, deadline=None, suppress_health_check=ALREADY)
@given(st.lists(st.tuples(st.sampled_from([*CaseFilter.base_filters, "other"]), st.binary(max_size=12)), max_size=8))
def test_random_bytes_are_answered(client, three, pairs):
    response = client.get(reverse("case_list"), QUERY_STRING=urlencode(pairs))
    assert response.status_code == 200


# The counts


@pytest.fixture
def world(db):
    """Thirty cases with random values, the same each time."""
    dice = random.Random(11)
    places = [("KR", Region.EAST), ("JP", Region.EAST), ("KR", Region.EAST), ("LK", Region.SOUTH), ("VN", Region.SOUTH_EAST)]
    cities = [CityFactory(country=country, region=region) for country, region in places]
    targets = ["1.1", "6.3", "11.2", "11.6", "11.a", "13.1", "16.9"]
    for n in range(30):
        start = dice.randint(2008, 2024)
        publish(
            title=f"{dice.choice(['Bus', 'Water', 'Air'])} {n}",
            case__city=dice.choice(cities),
            links=dice.sample(targets, dice.randint(1, 3)) + dice.sample([4, 5], dice.randint(0, 1)),
            themes=dice.sample(Theme.values[:5], dice.randint(1, 3)),
            policy_status=dice.choice(PolicyStatus.values),
            start_year=start,
            end_year=dice.choice([None, start + 2]),
            total_usd=dice.choice([None, 10_000, 500_000, 200_000_000]),
            labels=dice.sample(["bus", "water", "air", "youth", "budget"], dice.randint(0, 3)),
            evidence=dice.choice(["", *Evidence.values]),
        )
    RevisionFactory(complete=True, title="A draft about buses", case__city=cities[0], links=["11.2"], labels=["bus"])
    return {
        "goal": ["1", "6", "11", "13", "4", "17"],
        "target": [*targets, "3.1"],
        "region": Region.values[:4],
        "country": ["KR", "JP", "LK", "VN", "FR"],
        "city": [city.slug for city in cities],
        "theme": Theme.values[:6],
        "status": PolicyStatus.values,
        "cost": CostBand.values,
        "evidence": Evidence.values,
        "tag": ["bus", "water", "air", "youth"],
        "q": ["bus", "water", "bus or air", "lanes"],
        "from": ["2010", "2016"],
        "to": ["2017", "2022"],
    }


@st.composite
def queries(draw, world):
    """A query string with a few random filters."""
    pairs = []
    for name in draw(st.lists(st.sampled_from(list(world)), max_size=4, unique=True)):
        many = 3 if name in VALUES else 1
        pairs += [
            (name, value) for value in draw(st.lists(st.sampled_from(world[name]), min_size=1, max_size=many, unique=True))
        ]
    return pairs


def only(pairs, name, value):
    """The same filters with `value` as the only one of its group."""
    return urlencode([pair for pair in pairs if pair[0] != name] + [(name, value)])


@settings(max_examples=25, deadline=None, suppress_health_check=ALREADY)
@given(st.data())
def test_counts_are_what_one_gets_after_the_click(world, data):
    pairs = data.draw(queries(world))
    found = find(urlencode(pairs))
    assert found.total == found.qs.count()
    values = [(group, value) for group in VALUES for value in world[group]]
    some = data.draw(st.lists(st.sampled_from(values), min_size=6, max_size=12, unique=True))
    after = {(group, value): find(only(pairs, group, value)).qs.count() for group, value in some}
    assert {(group, value): found.counts[group].get(value, 0) for group, value in some} == after


@settings(max_examples=12, deadline=None, suppress_health_check=ALREADY)
@given(st.data())
def test_counts_on_the_page_are_what_the_page_shows_after_the_click(client, world, data):
    pairs = data.draw(queries(world))
    page = client.get(reverse("case_list"), QUERY_STRING=urlencode(pairs)).content.decode()
    shown = [(match["name"], match["value"], int(match["count"])) for match in COUNT.finditer(page)]
    assert {(name, value) for name, value in pairs if name in VALUES} <= {(name, value) for name, value, _count in shown}
    for name, value, count in data.draw(st.lists(st.sampled_from(shown), max_size=4)) if shown else []:
        after = client.get(reverse("case_list"), QUERY_STRING=only(pairs, name, value)).content.decode()
        total = re.search(r'id="total"[^>]*>(\d+|No) policy case', after)[1]
        assert (name, value, count) == (name, value, 0 if total == "No" else int(total))


@settings(max_examples=25, deadline=None, suppress_health_check=ALREADY)
@given(st.data())
def test_ways_out_lead_to_what_they_say(world, data):
    pairs = data.draw(queries(world))
    found = find(urlencode(pairs))
    ways = {way.name: way.count for way in found.ways_out}
    each = {name: find(urlencode([pair for pair in pairs if pair[0] != name])).qs.count() for name in found.conditions}
    assert ways == {name: count for name, count in each.items() if count}
    assert {way.url: way.count for way in found.ways_out} == {
        way.url: find(way.url.partition("?")[2]).qs.count() for way in found.ways_out
    }


def test_a_chosen_value_without_a_case_stays_to_be_removed(three):
    found = find("goal=17&city=galle&theme=housing")
    shown = {(value.name, value.value, value.count) for facet in found.facets for value in facet.values if value.chosen}
    assert shown == {("goal", "17", 0), ("city", "galle", 0), ("theme", "housing", 0)}


def test_targets_stand_inside_their_goal(three):
    tree = {value.value: [inside.value for inside in value.inside] for value in find().facets[0].values}
    assert tree == {"6": ["6.3"], "11": ["11.2", "11.6"], "13": []}


def test_a_goal_is_shown_for_its_chosen_target(three):
    goal = find("target=3.1").facets[0].values[0]
    assert (goal.value, goal.count, goal.is_open) == ("3", 0, True)
    assert [(target.value, target.chosen) for target in goal.inside] == [("3.1", True)]


# Addresses


def test_one_address_for_one_list(three):
    assert find("theme=water&goal=13&goal=6&goal=13&q=+canals+&sort=&page=1&x=y").canonical == (
        "/policies/?goal=13&goal=6&q=canals&theme=water"
    )
    assert find("sort=newest").canonical == "/policies/"
    assert find("sort=title").canonical == "/policies/?sort=title"


def test_chips_remove_one_thing(three):
    chips = [(chip.label, chip.text, chip.url) for chip in find("goal=6&goal=11&q=canals&from=2011&page=1").chips]
    assert chips == [
        ("Search words", "canals", "/policies/?from=2011&goal=11&goal=6"),
        ("Goal", "6 Clean Water and Sanitation", "/policies/?from=2011&goal=11&q=canals"),
        ("Goal", "11 Sustainable Cities and Communities", "/policies/?from=2011&goal=6&q=canals"),
        ("From year", "2011", "/policies/?goal=11&goal=6&q=canals"),
    ]


def test_htmx_is_told_the_address_of_the_list(client, three):
    response = client.get("/policies/?q=&goal=6&from=&to=&sort=newest", headers={"HX-Request": "true"})
    assert response["HX-Push-Url"] == "/policies/?goal=6"


def test_the_page_names_its_address(client, three, settings):
    settings.SITE_URL = "https://portal.example.org"
    page = client.get("/policies/?theme=water&goal=6").content.decode()
    assert '<link rel="canonical" href="https://portal.example.org/policies/?goal=6&amp;theme=water">' in page


def test_an_empty_list_says_what_to_drop(client, three):
    page = client.get("/policies/?city=galle&theme=transport").content.decode()
    assert "No policy case with these filters" in page
    assert '<a href="/policies/?theme=transport">without “City”: 1 case</a>' in page
    assert '<a href="/policies/?city=galle">without “Theme”: 1 case</a>' in page


# Cost


def test_queries_do_not_grow_with_the_cases(client, db):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get("/policies/?goal=11&tag=bus&q=case").status_code == 200
        return len(captured)

    publish(title="Case 1", labels=["bus"])
    one = queries()
    publish(title="Case 2", labels=["bus", "tram"])
    publish(title="Case 3", labels=["bus"], links=["11.6", "13.1"])
    assert (queries(), find("goal=11&tag=bus&q=case").total) == (one, 3)
    assert one <= 9


def test_the_page_is_light(client, world):
    page = client.get("/policies/").content
    assert len(gzip.compress(page)) < 20_000


# Leaks


def test_what_is_not_public_is_found_by_nobody(client, db):
    city = CityFactory(name="Canary city", slug="canary-city")
    official, stranger, moderator = UserFactory(), UserFactory(), UserFactory(moderator=True)
    MembershipFactory(city=city, user=official, approved=True, decided_by=moderator)
    MembershipFactory(user=stranger, approved=True, decided_by=moderator)
    publish(title="Open canary", case__city=city, links=["11.2"], labels=["bird"])
    RevisionFactory(complete=True, title="Draft canary", case__city=city, links=["11.2"], labels=["bird"], author=official)
    RevisionFactory(submitted=True, title="Waiting canary", case__city=city, links=["11.2"], labels=["bird"], author=official)
    gone = publish(title="Withdrawn canary", case__city=city, links=["11.2"], labels=["bird"])
    gone.withdraw(by=official, now=NOW, note="Out of date")
    assert gone.title == "Withdrawn canary"  # its catalogue is still filled, so it could leak

    for user in [None, stranger, official, moderator]:
        if user:
            client.force_login(user)
        for query in [
            "",
            "q=canary",
            "q=withdrawn+or+draft+or+waiting+or+open",
            "city=canary-city&goal=11&target=11.2&tag=bird",
        ]:
            found = find(query, user)
            assert titles(found) == ["Open canary"]
            assert {count for counts in found.counts.values() for count in counts.values()} == {1}
            page = client.get(f"/policies/?{query}").content.decode()
            assert re.findall(r"\w+ canary(?=</a>)", page) == ["Open canary"]
