import re

import pytest
from django.urls import reverse

from portal.guide import Pair
from portal.templatetags.pages import initials
from tests.factories.policies import PictureFactory, RevisionFactory, bring


@pytest.fixture
def development(settings):
    settings.DEBUG = True


def test_the_guide_is_for_development_only(client, db, settings):
    assert client.get(reverse("styleguide")).status_code == 404
    settings.DEBUG = True
    assert client.get(reverse("styleguide")).status_code == 200


def test_the_guide_shows_every_component(client, db, settings, development):
    revision = RevisionFactory(complete=True)
    PictureFactory(revision=revision)
    bring(revision, "published")
    shown = {template.name for template in client.get(reverse("styleguide")).templates}
    templates = settings.BASE_DIR / "templates"
    components = {str(file.relative_to(templates)) for file in templates.glob("components/**/*.html")}
    assert components - shown == set()


def test_the_guide_needs_no_case_in_the_database(client, db, development):
    page = client.get(reverse("styleguide")).text
    assert page.count('<article class="card">') == 1
    assert "No case in this database has a picture" in page


@pytest.mark.parametrize(
    ("reader", "sees"), [("", ["Log in"]), ("official", ["Profile"]), ("staff", ["Profile", "Admin site"])]
)
def test_the_header_is_shown_as_each_reader_sees_it(client, db, development, reader, sees):
    page = client.get(reverse("styleguide"), {"as": reader}).text
    header = page.partition('<header class="site-header">')[2].partition("</header>")[0]
    assert re.findall(r">(Log in|Profile|Admin site)<", header) == sees


def test_every_colour_reads_on_its_ground_in_both_themes(client, db, development):
    themes = dict(client.get(reverse("styleguide")).context["colours"])
    assert {name: len(pairs) for name, pairs in themes.items()} == {"Light": 17, "Dark": 17, "Goals, in both themes": 17}
    assert [(name, p.name, p.contrast) for name, pairs in themes.items() for p in pairs if p.contrast < p.least] == []
    assert themes["Light"][0].text != themes["Dark"][0].text


@pytest.mark.parametrize(
    ("text", "ground", "contrast"), [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#ff0000", "#ff0000", 1)]
)
def test_contrast_is_that_of_wcag(text, ground, contrast):
    assert round(Pair("", text, ground).contrast, 2) == contrast
    assert Pair("", ground, text).contrast == Pair("", text, ground).contrast


@pytest.mark.parametrize(
    ("name", "letters"), [("Ana Reyes", "AR"), ("ana maria de la cruz", "AC"), ("김민서", "김"), ("Cher", "C"), ("", "")]
)
def test_initials_stand_for_a_person(name, letters):
    assert initials(name) == letters
