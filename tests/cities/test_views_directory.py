import re

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cities.filters import CityFilter
from cities.management.commands.load_cities import load
from cities.models import City, ClusterMembership
from tests.factories.accounts import UserFactory
from tests.factories.cities import CityFactory, ClusterFactory, MembershipFactory, OrganisationFactory


def names(response):
    return [city.name for city in response.context["page"]]


def facets(response):
    return {
        facet["name"]: {value["code"]: value["count"] for value in facet["values"]}
        for facet in response.context["selection"].facets()
    }


@pytest.fixture
def four(db):
    """Four cities, and one cluster with two of them."""
    cluster = ClusterFactory(name="Disaster", slug="disaster")
    suwon = CityFactory(name="Suwon", slug="suwon", country="KR", member=True)
    makati = CityFactory(name="Makati", slug="makati", country="PH", region="south-east-asia", member=True)
    CityFactory(name="Đà Nẵng", slug="da-nang", country="VN", region="south-east-asia", member=True)
    CityFactory(name="Malmö", slug="malmo", country="SE", region="rest-of-the-world")
    for city in [suwon, makati]:
        ClusterMembership.objects.create(cluster=cluster, city=city)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Makati", "Malmö", "Suwon", "Đà Nẵng"]),
        ("region=south-east-asia", ["Makati", "Đà Nẵng"]),
        ("region=south-east-asia&region=rest-of-the-world", ["Makati", "Malmö", "Đà Nẵng"]),
        ("country=KR&country=PH", ["Makati", "Suwon"]),
        ("country=KR&region=south-east-asia", []),
        ("membership=none", ["Malmö"]),
        ("cluster=disaster", ["Makati", "Suwon"]),
        ("cluster=disaster&country=PH", ["Makati"]),
        ("q=da nang", ["Đà Nẵng"]),
        ("q=MALMÖ", ["Malmö"]),
        ("q=malm%C3%B5", ["Malmö"]),
        ("q=ma&membership=full", ["Makati"]),
        ("q=%25", []),
        ("q=%00", ["Makati", "Malmö", "Suwon", "Đà Nẵng"]),
        ("page=7", ["Makati", "Malmö", "Suwon", "Đà Nẵng"]),
        ("page=x", ["Makati", "Malmö", "Suwon", "Đà Nẵng"]),
    ],
)
def test_values_are_or_within_a_filter_and_and_between(four, client, query, expected):
    response = client.get(f"/cities/?{query}")
    assert names(response) == expected
    assert response.context["selection"].unknown == []
    number = "1 city" if len(expected) == 1 else f"{len(expected)} cities"
    assert f"<h2>{number}</h2>" in response.content.decode()


def test_unknown_values_are_named_and_left_out(four, client):
    response = client.get("/cities/?region=atlantis&region=south-east-asia&country=kr&cluster=<b>&membership=")
    assert names(response) == ["Makati", "Đà Nẵng"]
    assert [str(message) for message in response.context["messages"]] == [
        "These values are not known and were left out: “atlantis”, “kr”, “”, “<b>”."
    ]
    assert "“&lt;b&gt;”" in response.content.decode()


def test_a_country_in_which_there_is_no_city_is_not_offered(four, client):
    response = client.get("/cities/?country=JP")
    assert response.context["selection"].unknown == ["JP"]
    assert sorted(facets(response)["country"]) == ["KR", "PH", "SE", "VN"]


def test_counts_and_what_is_on(four, client):
    response = client.get("/cities/?cluster=disaster&country=PH")
    assert facets(response) == {
        "region": {"south-east-asia": 1},
        "country": {"KR": 1, "PH": 1},
        "membership": {"full": 1},
        "cluster": {"disaster": 1},
    }
    assert response.context["selection"].chips() == [
        {"label": "Philippines", "query": "cluster=disaster"},
        {"label": "Disaster", "query": "country=PH"},
    ]


CHOICES = {
    "region": ["south-east-asia", "east-north-east-asia", "south-south-west-asia"],
    "country": ["KR", "PH", "NP", "ID"],
    "membership": ["full", "none"],
    "cluster": ["sdgs", "disaster"],
}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries({name: st.lists(st.sampled_from(values), unique=True) for name, values in CHOICES.items()}))
def test_a_count_is_what_one_gets_after_the_click(db, chosen):
    if not City.objects.exists():
        load()
        ClusterMembership.objects.bulk_create(
            ClusterMembership(cluster_id=lead.cluster_id, city=city, slot=2)
            for lead, city in zip(
                ClusterMembership.objects.all(), City.objects.exclude(clustermembership__isnull=False), strict=False
            )
        )
    data = QueryDict(mutable=True)
    for name, values in chosen.items():
        data.setlist(name, values)
    for facet in CityFilter(data, City.objects.all()).facets():
        for value in facet["values"]:
            click = data.copy()
            click.setlist(facet["name"], [value["code"]])
            assert CityFilter(click, City.objects.all()).qs.count() == value["count"]


def test_clear_all_is_offered_only_when_something_is_on(four, client):
    assert "Clear all" not in client.get("/cities/?page=1").content.decode()
    assert "Clear all" in client.get("/cities/?q=a").content.decode()
    assert "Clear all" in client.get("/cities/?country=KR").content.decode()


def test_pages_keep_the_filters(db, client):
    load()
    response = client.get("/cities/?membership=full&q=a&page=2")
    page = response.context["page"]
    assert (page.number, len(page), page.paginator.count) == (2, 36, City.objects.filter(name__icontains="a").count())
    assert "?membership=full&amp;q=a&amp;page=1" in response.content.decode()
    assert sorted(
        names(client.get("/cities/")) + names(client.get("/cities/?page=2")) + names(client.get("/cities/?page=3"))
    ) == (sorted(City.objects.values_list("name", flat=True)))


def test_nothing_matches(four, client):
    page = client.get("/cities/?q=zzz").content.decode()
    assert "No city matches" in page
    assert '<a class="button-secondary" href="/cities/">Show all cities</a>' in page


def test_organisations(db, client):
    CityFactory()
    OrganisationFactory(name="Ação Cidade")
    OrganisationFactory(name="Think City", region="south-east-asia", website="https://think.example")
    response = client.get("/organisations/?q=acao")
    assert names(response) == ["Ação Cidade"]
    tabs = re.findall(r'<a class="chip"[^>]*>(\w+) <span class="count">(\d+)</span>', response.content.decode())
    assert tabs == [("Cities", "1"), ("Organisations", "2")]
    assert '<a href="https://think.example" rel="noopener">Think City</a>' in client.get("/organisations/").content.decode()
    assert names(client.get("/organisations/?region=south-east-asia")) == ["Think City"]


@pytest.mark.parametrize("url", ["city_list", "organisation_list"])
def test_constant_number_of_queries(db, client, url):
    def add():
        cluster = ClusterFactory()
        ClusterMembership.objects.create(cluster=cluster, city=CityFactory())
        OrganisationFactory()

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse(url))
        return len(captured)

    add()
    with_one = queries()
    add()
    add()
    assert queries() == with_one


def test_no_address_and_no_name_of_a_person_on_public_pages(db, client):
    user = UserFactory(email="kim@secret.example", display_name="Kim Secret")
    city = MembershipFactory(user=user, approved=True, coordinator=True, city__name="Suwon", city__slug="suwon").city
    client.force_login(user)
    team = client.get(reverse("city_team", args=[city.slug])).content.decode()
    assert "Kim Secret" in team  # there is something to leak
    client.logout()
    for path in ["/cities/", "/organisations/", "/cities/suwon/"]:
        page = client.get(path).content.decode()
        assert re.findall(r"kim@secret|Kim Secret", page) == [], path
