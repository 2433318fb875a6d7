"""The front page of the admin site: what waits, for whom, and that others don't see it."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from policies.models import PolicyCase, Revision
from portal.today import panels, recent_history
from tests.factories.accounts import UserFactory
from tests.factories.cities import CityFactory, MembershipFactory
from tests.factories.policies import RevisionFactory, bring

pytestmark = pytest.mark.usefixtures("db")
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PAGE = "/admin/"


def ago(days):
    return NOW - timedelta(days=days)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def moderator():
    return UserFactory(moderator=True, display_name="Mina")


def panel(user, slug):
    return {panel.slug: panel for panel in panels(user, NOW)}[slug]


def lines(user, slug):
    """The rows of a panel as lists of words."""
    return [[row.words, *map(str, row.cells.values())] for row in panel(user, slug).rows]


def failed(task_path, days):
    now = ago(days)
    return DBTaskResult.objects.create(
        task_path=task_path,
        args_kwargs={"args": ["secret"], "kwargs": {}},
        status="FAILED",
        enqueued_at=now,
        finished_at=now,
        run_after=now,
        backend_name="default",
        exception_class_path="",
        traceback="secret",
        priority=0,
        queue_name="default",
    )


def returned(title, *, returned_days, edited_days=None, **fields):
    revision = RevisionFactory(complete=True, title=title, created_at=ago(60), **fields)
    bring(revision, "returned", now=ago(returned_days))
    if edited_days is not None:
        revision.edit("basics", version=0, by=revision.author, now=ago(edited_days))
    return revision


def published(title, *, days, **fields):
    return RevisionFactory(published=True, title=title, created_at=ago(days), **fields).case


def test_the_queue_is_oldest_first_with_age_and_holder(moderator):
    otto = UserFactory(moderator=True, display_name="Otto")
    for title, days, holder in [("Young", 1, None), ("Old", 20, otto), ("Middle", 5, moderator)]:
        edition = RevisionFactory(submitted=True, title=title, created_at=ago(days), case__city__name=f"{title} city")
        if holder:
            edition.claim(by=holder, now=ago(10 if holder == otto else 1))
    returned("Returned", returned_days=1)
    assert lines(moderator, "queue") == [
        ["Old", "Old city", "20 days", "Nobody: Otto took it 10 days ago"],
        ["Middle", "Middle city", "5 days", "Mina, since 20 Nov, 09:00"],
        ["Young", "Young city", "1 day", "Nobody yet"],
    ]


def test_a_long_queue_is_cut_at_ten_and_counted_in_full(client, moderator):
    for days in range(11):
        RevisionFactory(submitted=True, title=f"Case {days}", created_at=ago(days))
    queue = panel(moderator, "queue")
    assert (queue.number, [row.words for row in queue.rows]) == (11, [f"Case {days}" for days in range(10, 0, -1)])
    client.force_login(moderator)
    section = re.search(r'id="today-queue".*?</section>', client.get(PAGE).content.decode(), re.DOTALL)[0]
    assert re.findall(r'<a href="([^"]+)">See all 11<', section) == ["/admin/policies/revision/"]
    assert [row.address for row in queue.rows] == re.findall(r'<th scope="row"><a href="([^"]+)"', section)
    assert client.get(queue.rows[0].address).context["subtitle"] == "Case 10"


def test_membership_requests_that_wait(moderator):
    suwon = CityFactory(name="Suwon")
    for name, days in [("Young", 1), ("Old", 9)]:
        MembershipFactory(user__display_name=name, city=suwon, position="Planner", requested_at=ago(days))
    MembershipFactory(approved=True)
    MembershipFactory(user__is_active=False)
    assert lines(moderator, "memberships") == [["Old", "Suwon", "9 days", "Planner"], ["Young", "Suwon", "1 day", "Planner"]]


def test_returned_texts_count_as_left_after_fourteen_days_without_an_edit(moderator):
    author = UserFactory(display_name="Ahn")
    returned("Left", returned_days=14, author=author, case__city__name="Suwon")
    returned("Left long ago", returned_days=30, edited_days=15, author=author, case__city__name="Jeju")
    returned("Fresh", returned_days=13)
    returned("At work", returned_days=30, edited_days=13)
    bring(returned("Sent again", returned_days=30), "submitted", now=ago(20))
    assert lines(moderator, "left") == [
        ["Left long ago", "Jeju", "30 days ago", "Ahn"],
        ["Left", "Suwon", "14 days ago", "Ahn"],
    ]


def test_published_cases_not_confirmed_for_a_year(client, moderator):
    published("Fresh", days=364)
    published("Old", days=365, case__city__name="Suwon")
    published("Older", days=500, case__city__name="Jeju")
    PolicyCase.objects.get(pk=published("Confirmed", days=600).pk).verify(now=ago(3))
    published("Gone", days=700).withdraw(by=moderator, now=ago(1), note="Not true any more.")
    assert lines(moderator, "old") == [["Older", "Jeju", "9 Jul 2025"], ["Old", "Suwon", "21 Nov 2025"]]
    client.force_login(moderator)
    found = client.get(panel(moderator, "old").address).context["cl"].result_list
    assert sorted(case.title for case in found) == ["Old", "Older"]


def test_members_for_which_nobody_speaks(client, moderator):
    for name in "ABCDEF":
        CityFactory(member=True, name=f"City {name}")
    MembershipFactory(approved=True, city__member=True, city__name="City 0")
    CityFactory(name="City 1")
    cities = panel(moderator, "cities")
    assert (cities.number, [row.words for row in cities.rows]) == (6, [f"City {name}" for name in "ABCDE"])
    client.force_login(moderator)
    assert client.get(cities.address).context["cl"].result_count == 6


def test_failed_tasks_are_counted_for_superusers_and_not_shown(client, moderator):
    superuser = UserFactory(superuser=True)
    for days in (3, 1):
        failed("accounts.tasks.send_letter", days)
    failed("pictures.tasks.process_picture", 2)
    DBTaskResult.objects.filter(task_path__startswith="pictures").update(status="SUCCESSFUL")
    assert lines(superuser, "tasks") == [["accounts.tasks.send_letter", "2", "20 Nov 2026, 09:00"]]
    assert panel(superuser, "tasks").number == 2
    pages = {}
    for user in (superuser, moderator):
        client.force_login(user)
        pages[user] = client.get(PAGE).content.decode()
    assert ["send_letter" in page for page in pages.values()] == [True, False]
    assert "secret" not in pages[superuser]


def test_the_history_merges_all_kinds_newest_first(client, moderator):
    edition = RevisionFactory(complete=True, title="Buses", created_at=ago(9), case__city__name="Suwon")
    bring(edition, "submitted", now=ago(8)).publish(by=moderator, now=ago(7))
    membership = MembershipFactory(user__display_name="Ahn", city=edition.case.city, requested_at=ago(9))
    membership.approve(by=moderator, now=ago(6))
    update = edition.case.revise(by=edition.author, now=ago(5))
    bring(update, "submitted", now=ago(4)).publish(by=moderator, now=ago(3))
    update.case.withdraw(by=moderator, now=ago(2), note="Not true any more.")
    edition_page, update_page = (f"/admin/policies/revision/{row.pk}/review/" for row in (edition, update))
    told = [
        (str(move.subject), move.words, (NOW - move.at).days, move.address.replace(str(membership.pk), "1"))
        for move in recent_history(moderator)
    ]
    case_page = f"/admin/policies/policycase/{edition.case_id}/change/"
    assert [line[:3] for line in told] == [
        ("Buses", "The case was withdrawn", 2),
        ("Buses", "Published", 3),
        ("Buses", "Sent for review", 4),
        ("Ahn for Suwon", "Approved", 6),
        ("Buses", "Published", 7),
        ("Buses", "Sent for review", 8),
    ]
    addresses = [move.address for move in recent_history(moderator)]
    membership_page = f"/admin/cities/membership/{membership.pk}/change/"
    assert addresses == [case_page, update_page, update_page, membership_page, edition_page, edition_page]
    client.force_login(moderator)
    assert [client.get(address).status_code for address in addresses] == [200] * 6


def test_the_history_has_fifteen_lines(moderator):
    for days in range(1, 11):
        RevisionFactory(submitted=True, created_at=ago(days))
        MembershipFactory(approved=True, requested_at=ago(days))
    assert [(NOW - move.at).days for move in recent_history(moderator)] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8]


EVERYTHING = ["queue", "memberships", "left", "old", "cities"]


@pytest.mark.parametrize(
    ("traits", "rights", "expected"),
    [
        ({"staff": True}, [], []),
        ({"staff": True}, ["view_city"], ["cities"]),
        ({"staff": True}, ["view_membership"], ["memberships"]),
        ({"moderator": True}, [], EVERYTHING),
        ({"superuser": True}, [], [*EVERYTHING, "tasks"]),
    ],
)
def test_each_sees_what_they_may(client, traits, rights, expected):
    RevisionFactory(submitted=True, title="Waiting text", created_at=ago(2))
    returned("Left text", returned_days=20)
    published("Old case", days=400)
    MembershipFactory(user__display_name="Applicant", city__name="Asked city", requested_at=ago(3))
    MembershipFactory(approved=True, user__display_name="Member", city__name="Spoken city", requested_at=ago(3))
    CityFactory(member=True, name="Silent city")
    failed("accounts.tasks.send_letter", 1)
    user = UserFactory(**traits)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)
    html = client.get(PAGE).content.decode()
    assert re.findall(r'id="today-(\w+)"', html) == expected
    words = ["Waiting text", "Left text", "Old case", "Applicant", "Member for", "Silent city", "send_letter"]
    moderates, members = "queue" in expected, "memberships" in expected
    shown = [moderates, moderates, moderates, members, members, "cities" in expected, "tasks" in expected]
    assert [word in html for word in words] == shown
    assert ("No part of the work here is yours yet." in html) == (expected == [])


def test_a_moderator_without_the_rights_of_the_group_sees_the_cases_only(moderator):
    moderator.groups.get().permissions.clear()
    MembershipFactory(approved=True)
    assert [panel.slug for panel in panels(moderator, NOW)] == ["queue", "left", "old"]
    assert recent_history(moderator) == []


def test_nothing_waits(client):
    client.force_login(UserFactory(superuser=True))
    html = client.get(PAGE).content.decode()
    assert re.findall(r'class="review-empty">(.*?)<', html) == [
        "No policy case waits for review.",
        "Nobody waits to speak for a city.",
        "Every author of a returned text is at work on it.",
        "Every public case was confirmed as true within a year.",
        "Somebody speaks for every member of the network.",
        "No background task failed.",
    ]
    assert re.findall(r"<strong>(\d+)</strong>", html) == ["0"] * 6
    assert "today-waits" not in html
    assert "What happened last" not in html


def test_what_people_write_is_shown_as_they_wrote_it(client, moderator):
    RevisionFactory(submitted=True, title="<b>Bold</b> & fast", created_at=ago(2))
    client.force_login(moderator)
    html = client.get(PAGE).content.decode()
    assert "<b>Bold</b>" not in html
    assert re.findall(r">([^<]*Bold[^<]*)</a>", unescape(html.replace("&lt;", "("))) == ["(b>Bold(/b> & fast"] * 2


def test_constant_number_of_queries(client):
    superuser = UserFactory(superuser=True)
    client.force_login(superuser)

    def fill():
        edition = RevisionFactory(submitted=True, created_at=ago(2))
        edition.claim(by=UserFactory(moderator=True), now=ago(1))
        returned("Left", returned_days=20)
        published("Old", days=400).withdraw(by=UserFactory(), now=ago(1), note="Not true.")
        published("Old", days=400)
        MembershipFactory(requested_at=ago(3))
        MembershipFactory(approved=True, requested_at=ago(3), decided_by=UserFactory())
        CityFactory(member=True)
        failed("accounts.tasks.send_letter", 1)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            rows = [row for panel in client.get(PAGE).context["panels"] for row in panel.rows]
        return len(queries), len(rows)

    fill()
    (one, rows), _ = cost(), (fill(), fill())
    assert (cost(), rows) == ((one, 16), 6)


def test_the_rest_of_the_site_is_below_in_our_words(client, moderator):
    client.force_login(moderator)
    html = client.get(PAGE).content.decode()
    assert re.findall(r'id="policies-\w+">\s*<a href="([^"]+)">([^<]+)</a>', html) == [
        ("/admin/policies/policycase/", "Policy cases"),
        ("/admin/policies/revision/", "Review queue"),
    ]
    assert Revision._meta.verbose_name == "edition"
    client.force_login(UserFactory(superuser=True))
    assert re.findall(r'class="section"[^>]*>([^<]+)<', client.get(PAGE).content.decode()) == [
        "Cities and the network",
        "Groups of staff",
        "People",
        "Policy cases",
        "Sustainable Development Goals",
        "Tags of policy cases",
    ]
