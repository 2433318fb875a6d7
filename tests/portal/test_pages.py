"""What the pages about the site say has to be true for this code."""

import re

import pytest
from django.urls import reverse

from tests.factories.policies import RevisionFactory


@pytest.mark.parametrize("name", ["about", "accessibility", "privacy"])
def test_the_footer_leads_to_it_and_it_says_whom_to_write_to(client, db, settings, name):
    settings.DEFAULT_FROM_EMAIL = "The portal <desk@city.example>"
    footer = client.get(reverse("case_list")).text.partition('<footer class="site-footer">')[2]
    assert f'href="{reverse(name)}"' in footer
    assert '<a href="mailto:desk@city.example">desk@city.example</a>' in client.get(reverse(name)).text


def test_who_only_reads_gets_no_cookie(client, db):
    case = RevisionFactory(published=True, links=["11.2"]).case
    addresses = [reverse(name) for name in ("home", "about", "privacy", "case_list", "goal_list", "city_list")]
    for address in [*addresses, case.get_absolute_url(), case.city.get_absolute_url(), "/goals/11/", "/goals/11/11.2/"]:
        assert client.get(address).cookies.keys() == set(), address


def test_the_cookies_are_those_that_the_page_on_privacy_names(client, db, settings):
    page = client.get(reverse("privacy")).text
    named = re.findall(r"<dt>(\w+)</dt>", page)
    assert named == [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "messages"]
    assert f"for {settings.SESSION_COOKIE_AGE // 86400} days at most" in page
    assert client.get(reverse("account_login")).cookies.keys() == {"csrftoken"}


def test_a_server_of_map_pictures_is_named(client, db, settings):
    assert "no fonts or maps of somebody else" in client.get(reverse("privacy")).text
    settings.MAP_TILES_HOSTS = ["https://tiles.example.org"]
    assert "the ground of the maps comes from https://tiles.example.org, which sees" in client.get(reverse("privacy")).text
