"""Two people press a button at the same moment, on the real database: it is done once, with one line of history."""

import threading
import uuid

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from policies.admin.moderation import state
from policies.models import PolicyCase, Revision
from tests.factories.accounts import UserFactory
from tests.factories.cities import MembershipFactory
from tests.factories.policies import RevisionFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("db")]


def at_once(*requests):
    """Send (user, address, data) at the same moment, each from a browser of its own. Returns the statuses, sorted."""
    start, statuses = threading.Barrier(len(requests)), []
    browsers = [Client() for _ in requests]
    for browser, (user, _address, _data) in zip(browsers, requests, strict=True):
        browser.force_login(user)

    def run(browser, address, data):
        try:
            start.wait()
            statuses.append(browser.post(address, data).status_code)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=[browser, address, data])
        for browser, (_user, address, data) in zip(browsers, requests, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(statuses)


@pytest.fixture
def official():
    return MembershipFactory(approved=True, coordinator=True).user


def of_city(user, **state):
    return RevisionFactory(case__city=user.memberships.get().city, author=user, **state)


def moves(thing):
    return [move.after for move in thing.history.all()]


def test_begin_twice_with_one_key(official):
    data = {"city": official.memberships.get().city_id, "key": uuid.uuid4()}
    assert at_once(*[(official, reverse("share_case"), data)] * 4) == [302] * 4
    assert (PolicyCase.objects.count(), Revision.objects.count()) == (1, 1)


def test_submit_twice(official):
    revision = of_city(official, complete=True)
    statuses = at_once(*[(official, reverse("submit_case", args=[revision.pk]), {})] * 3)
    assert (statuses, moves(revision), len(mail.outbox)) == ([302, 403, 403], ["submitted"], 1)


def test_revise_twice(official):
    case = of_city(official, published=True).case
    assert at_once(*[(official, reverse("revise_case", args=[case.slug]), {})] * 4) == [302] * 4
    assert list(case.revisions.values_list("number", "status").order_by("number")) == [(1, "published"), (2, "draft")]


def test_two_moderators_decide(official):
    revision = of_city(official, submitted=True)
    address = reverse("admin:policies_revision_review", args=[revision.pk])
    decisions = [{"decision": name, "note": "Because", "seen": state(revision)} for name in ("publish", "reject", "return")]
    statuses = at_once(*((UserFactory(moderator=True), address, data) for data in decisions))
    revision.refresh_from_db()
    assert (statuses, moves(revision), len(mail.outbox)) == ([302, 409, 409], ["submitted", revision.status], 1)


def test_withdraw_a_case_twice_while_an_edit_is_published(official):
    case = of_city(official, published=True).case
    edit = case.revise(by=official, now=case.published_at)
    edit.submit(by=official, now=case.published_at)
    withdraw = (official, reverse("withdraw_case", args=[case.slug]), {"reason": "Out of date"})
    case.refresh_from_db()
    edit.case = case
    publish = (
        UserFactory(moderator=True),
        reverse("admin:policies_revision_review", args=[edit.pk]),
        {"decision": "publish", "seen": state(edit)},
    )
    at_once(withdraw, withdraw, publish)
    case.refresh_from_db()
    edit.refresh_from_db()
    assert (case.status, case.revisions.published_editions().count()) == ("withdrawn", 1 + (edit.status == "published"))
    assert moves(case) == ["published", "withdrawn"]  # a page opened before doesn't bring a withdrawn case back


def test_withdraw_a_draft_while_it_is_sent(official):
    revision = of_city(official, complete=True)
    withdraw = (official, reverse("withdraw_draft", args=[revision.pk]), {"reason": "Begun twice"})
    at_once(withdraw, withdraw, (official, reverse("submit_case", args=[revision.pk]), {}))
    revision.refresh_from_db()
    assert moves(revision) == [revision.status]
