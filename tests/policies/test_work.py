"""My work: what waits for whom, since when."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.factories.accounts import UserFactory
from tests.factories.cities import MembershipFactory
from tests.factories.policies import RevisionFactory

pytestmark = pytest.mark.usefixtures("db")
URL = "/my/work/"


@pytest.fixture
def member():
    return MembershipFactory(approved=True)


def lists(client):
    """Heading of each part of the page -> the titles in it."""
    page = client.get(URL).content.decode()
    found = {}
    for section in re.findall(r"<section.*?</section>", page, re.DOTALL):
        heading = re.search(r"<h2[^>]*>(.*?)</h2>", section)[1]
        found[heading] = re.findall(r"<li>\s*<div>\s*(?:<a[^>]*>)?([^<\n]+)", section)
    return found


def test_sorts_what_waits_for_whom(client, member):
    client.force_login(member.user)
    make = {"case__city": member.city, "author": member.user}
    RevisionFactory(complete=True, title="A draft", **make)
    RevisionFactory(returned=True, title="A returned one", **make)
    RevisionFactory(submitted=True, title="A sent one", **make)
    RevisionFactory(published=True, title="A public one", **make)
    rejected = RevisionFactory(submitted=True, title="A refused one", **make)
    rejected.reject(by=UserFactory(), now=timezone.now(), note="Not a policy")
    RevisionFactory(complete=True, title="Of a colleague", case__city=member.city)
    assert lists(client) == {
        "Waits for you": ["Of a colleague", "A returned one", "A draft"],
        "Waits for the secretariat": ["A sent one"],
        "Cases of your cities": ["A public one"],
        "Not accepted": ["A refused one"],
    }


def test_nothing_of_other_cities_is_listed(client, member):
    RevisionFactory(complete=True, title="Secret")
    RevisionFactory(published=True, title="Theirs")
    client.force_login(member.user)
    assert lists(client) == {}
    client.force_login(UserFactory(moderator=True))  # sees the drafts, but in the admin site
    assert lists(client) == {}


def test_somebody_without_a_city_is_led_to_ask(client):
    client.force_login(UserFactory())
    page = client.get(URL).content.decode()
    assert f'href="{reverse("ask_membership")}">Ask to speak for a city' in page


def test_somebody_without_a_case_is_led_to_share_one(client, member):
    client.force_login(member.user)
    assert "Share the first policy of your city." in client.get(URL).content.decode()


def test_a_membership_that_waits_is_named(client):
    waiting = MembershipFactory()
    client.force_login(waiting.user)
    assert f"whether you speak for {waiting.city}" in client.get(URL).content.decode()


def test_constant_queries(client, member):
    client.force_login(member.user)
    counts = []
    for rows in (1, 2):  # 1, then 3 of each
        for _ in range(rows):
            for state in ("complete", "submitted", "published"):
                RevisionFactory(**{state: True}, case__city=member.city)
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_only_for_who_is_logged_in(client):
    assert client.get(URL)["Location"] == f"{reverse('account_login')}?next={URL}"
