from django.core.management import call_command

from cities.management.commands.load_cities import load, rows
from cities.models import City, Cluster, ClusterMembership, Organisation, city_slug
from tests.factories.cities import CityFactory

TABLES = [City, Organisation, Cluster, ClusterMembership]


def everything():
    return {table: list(table.objects.order_by("pk").values()) for table in TABLES}


def test_members_organisations_and_clusters(db, capsys):
    call_command("load_cities")
    assert capsys.readouterr().out == "105 member cities, 53 organisations, 3 clusters.\n"
    suwon = City.objects.get(slug="suwon")
    assert (suwon.name, suwon.country.code, suwon.get_region_display()) == ("Suwon", "KR", "East and North-East Asia")
    assert (suwon.membership, suwon.population, str(suwon.latitude)) == ("full", 1234582, "37.29110")
    leads = ClusterMembership.objects.filter(is_lead=True).values_list("cluster__slug", "city__slug")
    assert sorted(leads) == [
        ("climate-change", "jakarta"),
        ("disaster", "makati"),
        ("sdgs", "kuala-lumpur"),
        ("sdgs", "seoul"),
        ("sdgs", "yokohama"),
    ]


def test_no_two_members_share_a_slug():
    slugs = [city_slug(row["name"]) for row in rows("members.csv")]
    assert len(set(slugs)) == len(slugs) == 105
    assert "islamabad" in slugs
    assert "dehiwala-mount-lavinia" in slugs


def test_an_organisation_without_region_is_of_the_rest_of_the_world(db):
    load()
    names = Organisation.objects.filter(region="rest-of-the-world").values_list("name", flat=True)
    assert list(names) == [
        "Centre for Asia Pacific Initiatives-University of Victoria",
        "Institute for Transportation & Development Policy",
    ]


def test_loading_twice_changes_nothing_and_keeps_what_staff_wrote(db):
    load()
    City.objects.filter(slug="suwon").update(name="Suwon-si", population=1)
    Cluster.objects.filter(slug="sdgs").update(description="Ours")
    ClusterMembership.objects.filter(city__slug="seoul").delete()
    Organisation.objects.filter(slug="snu").update(name="Seoul National University")
    before = everything()
    load()
    assert everything() == before


def test_a_city_that_is_there_under_another_slug_is_not_added_again(db):
    CityFactory(name="SUWON", slug="suwon-city", country="KR")
    load()
    assert City.objects.filter(country="KR", name__iexact="suwon").count() == 1
    assert City.objects.count() == 105
