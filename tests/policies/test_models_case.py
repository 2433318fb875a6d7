import pytest

from policies.models import PastSlug
from tests.factories.cities import CityFactory
from tests.factories.policies import RevisionFactory


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Bus lanes on six roads", "bus-lanes-on-six-roads-suwon"),
        ("Bus lanes in Suwon", "bus-lanes-in-suwon"),
        ("버스 전용 차로", "suwon"),
    ],
)
def test_the_address_has_the_title_and_the_city_once(db, title, slug):
    city = CityFactory(name="Suwon", slug="suwon-si")
    assert RevisionFactory(case__city=city, title=title, published=True).case.slug == slug


def test_an_address_is_given_once_also_after_it_was_left(db):
    city = CityFactory(name="Suwon", slug="suwon-si")
    first, second, third = (RevisionFactory(case__city=city, title="Bus lanes", published=False) for _ in range(3))
    assert {first.case.slug, second.case.slug, third.case.slug} == {None}
    one = RevisionFactory(case__city=city, title="Bus lanes", published=True).case
    one.rename("lanes")
    assert list(PastSlug.objects.values_list("slug", flat=True)) == ["bus-lanes-suwon"]
    assert RevisionFactory(case__city=city, title="Bus lanes", published=True).case.slug == "bus-lanes-suwon-2"
