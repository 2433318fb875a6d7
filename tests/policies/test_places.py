import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from cities.models import Cluster, ClusterMembership
from sdgs.models import Goal, Target
from tests.factories.accounts import UserFactory
from tests.factories.cities import CityFactory, MembershipFactory
from tests.factories.policies import RevisionFactory

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def words(response):
    blocks = re.sub(r"<(?!/?(a|b|span|time|ins|del)\b)", " <", response.content.decode())
    return re.sub(r"\s+", " ", unescape(strip_tags(blocks)))


def cards(response):
    """The titles of the case cards on the page, in order."""
    return [unescape(title) for title in re.findall(r"<h\d><a [^>]+>([^<]+)</a></h\d>", response.content.decode())]


def publish(title, links, days=0, **values):
    return RevisionFactory(published=True, title=title, links=links, created_at=NOW + timedelta(days=days), **values).case


@pytest.fixture
def canary(db):
    """A city with one public case, and one in each state that must not show; and those who may see more elsewhere."""
    city = CityFactory(name="Suwon", slug="suwon")
    official = UserFactory(display_name="Official Name", email="official-person@city.example")
    moderator = UserFactory(moderator=True)
    MembershipFactory(city=city, user=official, approved=True, coordinator=True, decided_by=moderator)
    common = {"links": ["11.2", "13.1"], "case__city": city, "author": official}
    publish("Open case", days=1, **common)
    RevisionFactory(complete=True, title="Draft case", **common)
    RevisionFactory(submitted=True, title="Waiting case", **common)
    publish("Withdrawn case", days=2, **common).withdraw(by=official, now=NOW, note="Old.")
    return [None, UserFactory(), official, moderator]


@pytest.mark.parametrize("url", ["/goals/11/", "/goals/11/11.2/", "/cities/suwon/"])
def test_pages_show_public_cases_only(client, canary, url):
    for user in canary:
        if user:
            client.force_login(user)
        response = client.get(url)
        assert cards(response) == ["Open case"]
        assert [title for title in ["Draft case", "Waiting case", "Withdrawn case"] if title in words(response)] == []
        assert set(re.findall(r"(\d+) cases?\b", words(response))) == {"1"}


def test_goals_count_public_cases_only(client, canary):
    for user in canary:
        if user:
            client.force_login(user)
        counts = re.findall(r'href="/goals/(\d+)/".*?(\d+) cases?</span>', client.get("/goals/").content.decode(), re.DOTALL)
        assert counts == [(str(n), "1" if n in (11, 13) else "0") for n in range(1, 18)]


def test_a_goal(client, db):
    first, second = CityFactory(name="Galle", slug="galle"), CityFactory(name="Hanoi", slug="hanoi")
    publish("Buses", ["11.2", "11.6"], days=1, case__city=first)
    publish("Trams", ["11.2"], days=2, case__city=first)
    publish("Parks", [11], days=3, case__city=second)
    publish("Clinics", ["3.8"], days=4, case__city=second)
    response = client.get("/goals/11/")
    text = words(response)
    assert cards(response) == ["Parks", "Trams", "Buses"]
    assert Goal.objects.get(number=11).description in text
    assert '<a href="/policies/?goal=11">3 cases about this goal</a>' in response.content.decode()
    targets = re.findall(r"(11\.\w+) [^0-9]+? (no case yet|\d cases?)", text[text.index("Its 10 targets") :])
    assert targets == [
        ("11.1", "no case yet"), ("11.2", "2 cases"), ("11.3", "no case yet"), ("11.4", "no case yet"), ("11.5", "no case yet"),
        ("11.6", "1 case"), ("11.7", "no case yet"), ("11.a", "no case yet"), ("11.b", "no case yet"), ("11.c", "no case yet"),
    ]  # fmt: skip
    leading = re.findall(r'<a href="/policies/\?goal=11&amp;city=(\w+)">(\d) cases?</a>', response.content.decode())
    assert leading == [("galle", "2"), ("hanoi", "1")]


def test_a_goal_without_a_case_invites_one(client, db):
    assert "No case about this goal yet" in words(client.get("/goals/9/"))
    response = client.get("/goals/9/9.1/")
    assert "No case about this target yet" in words(response)
    assert '<a class="button-secondary" href="/goals/9/">See the whole goal</a>' in response.content.decode()


def test_a_target(client, db):
    publish("Buses", ["11.2"], days=1)
    publish("Trams", ["11.2"], days=2)
    publish("Parks", ["11.7"], days=3)
    response = client.get("/goals/11/11.2/")
    assert cards(response) == ["Trams", "Buses"]
    assert f"Target {Target.objects.get(code='11.2')}" in words(response)
    assert '<a href="/policies/?target=11.2">2 cases about this target</a>' in response.content.decode()


@pytest.mark.parametrize(("model", "pk", "url"), [(Goal, 11, "/goals/11/"), (Target, "11.2", "/goals/11/11.2/")])
def test_the_official_wording_stands_once_it_is_there(client, db, model, pk, url):
    thing = model.objects.get(pk=pk)
    assert f'<a href="{thing.iri}"' in client.get(url).content.decode()
    thing.official = {"en": {"description": "The very words of the United Nations."}}
    thing.save()
    html = client.get(url).content.decode()
    assert "<p>The very words of the United Nations.</p>" in html
    assert f'<a href="{thing.iri}"' in html


@pytest.mark.parametrize(
    "url",
    ["/goals/0/", "/goals/18/", "/goals/99999999999999999999999/", "/goals/x/", "/goals/11/12.1/", "/goals/11/11.99/",
     "/goals/11/11.A/", "/goals/11/%00/", "/cities/atlantis/", "/cities/%00/"],
)  # fmt: skip
def test_unknown_places(client, db, url):
    assert client.get(url).status_code == 404


def test_a_city(client, db):
    city = CityFactory(
        name="Suwon", slug="suwon", member=True, population=1234582, population_year=2020, area_km2="121.05",
        latitude="-37.29110", longitude="-127.00890",
    )  # fmt: skip
    for slot, (name, is_lead) in enumerate([("Climate", False), ("Disaster", True)], 1):
        cluster = Cluster.objects.create(name=name, slug=name.lower())
        ClusterMembership.objects.create(cluster=cluster, city=city, slot=slot, is_lead=is_lead)
    publish("Waste", ["12.5"], days=1, case__city=city)
    publish("Clinics", ["3.8", "12.5"], days=2, case__city=city)
    publish("Elsewhere", ["3.8"], days=3)
    response = client.get("/cities/suwon/")
    text = words(response)
    for part in [
        "Suwon Country South Korea Region East and North-East Asia Population 1,234,582 (2020) Area 121.05 km²",
        "Network Full member Clusters Disaster (lead) Climate Position 37.29° south, 127.01° west",
        "Nobody speaks for this city here yet.",
    ]:
        assert part in text
    assert cards(response) == ["Clinics", "Waste"]
    goals = re.findall(
        r'<a class="target-chip goal-\d+" href="/policies/\?city=suwon&amp;goal=(\d+)">.*?: (\d)</a>', response.content.decode()
    )
    assert goals == [("3", "1"), ("12", "2")]


def test_who_speaks_for_a_city_by_role_never_by_name(client, db):
    city, secretary = CityFactory(slug="suwon"), UserFactory()
    person = UserFactory(display_name="Jiwoo Coordinator", email="jiwoo@city.example")
    MembershipFactory(city=city, user=person, approved=True, coordinator=True, decided_by=secretary, position="Head of roads")
    for state in ["approved", "approved", "requested", "declined", "ended"]:
        MembershipFactory(city=city, decided_by=secretary, **{state: True})
    MembershipFactory(city=city, user=UserFactory(is_active=False), approved=True, decided_by=secretary)
    assert person.memberships.get().position == "Head of roads"
    html = client.get("/cities/suwon/").content.decode()
    assert re.findall(r"<li>(\d \w+)</li>", html) == ["1 coordinator", "2 contributors"]
    assert [secret for secret in ["Jiwoo", "jiwoo@", "Head of roads"] if secret in html] == []
    assert 'href="/cities/membership/ask/?city=suwon"' in html


@pytest.mark.parametrize("url", ["/goals/", "/goals/11/", "/goals/11/11.2/", "/cities/suwon/"])
def test_queries_do_not_grow_with_the_cases(client, db, url):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    city = CityFactory(slug="suwon")
    publish("One", ["11.2"], case__city=city)
    one = queries()
    publish("Two", ["11.2", "3.8"], case__city=city)
    publish("Three", ["11.2", "13.1"], case__city=city)
    assert queries() == one
    assert one <= 7
