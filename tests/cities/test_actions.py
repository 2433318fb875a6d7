import re
import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from cities import actions
from cities.models import Invitation, Membership, Role
from tests.factories.accounts import UserFactory
from tests.factories.cities import NOW, CityFactory, MembershipFactory
from workflow.models import MoveNotAllowed

ASK = {"role": Role.CONTRIBUTOR, "position": "Officer", "reason": "I work there.", "now": NOW}


@pytest.fixture
def coordinator(db):
    return MembershipFactory(approved=True, coordinator=True, city__name="Suwon", user__display_name="Kim")


@pytest.fixture
def invite(coordinator, mailoutbox, django_capture_on_commit_callbacks):
    def invite(email, *, role=Role.CONTRIBUTOR, now=NOW):
        """The key in the letter of a new invitation."""
        with django_capture_on_commit_callbacks(execute=True):
            actions.invite_colleague(city=coordinator.city, email=email, role=role, by=coordinator.user, now=now)
        return re.search(r"/invitations/(\w+)/", mailoutbox[-1].body)[1]

    return invite


def accept(key, user, now=NOW):
    return actions.accept_invitation(key=key, by=user, now=now, position="Clerk")


def test_asking_makes_a_waiting_membership_once(db):
    city, user = CityFactory(), UserFactory()
    membership = actions.ask_membership(city=city, by=user, **ASK)
    assert (membership.status, membership.requested_at, membership.history.count()) == ("requested", NOW, 0)
    with pytest.raises(actions.AlreadyAsked):
        actions.ask_membership(city=city, by=user, **ASK)
    assert Membership.objects.get() == membership


def test_one_may_ask_again_after_a_no(db):
    before = MembershipFactory(declined=True)
    actions.ask_membership(city=before.city, by=before.user, **ASK)
    assert sorted(before.user.memberships.values_list("status", flat=True)) == ["declined", "requested"]


def test_a_letter_only_leaves_with_the_decision(db, mailoutbox, django_capture_on_commit_callbacks):
    membership = MembershipFactory(declined=True)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(MoveNotAllowed):
        actions.approve_membership(membership, by=None, now=NOW)
    assert mailoutbox == []


def test_the_key_is_in_the_letter_only(invite):
    key = invite("new@example.org")
    invitation = Invitation.objects.get()
    assert invitation.key_hash == Invitation.hash_key(key) != key
    assert key not in str(Invitation.objects.values().get())
    assert (len(key), invitation.expires_at) == (40, NOW + timedelta(days=14))


def test_accepting_makes_an_approved_membership_with_history(invite, coordinator):
    user = UserFactory(email="new@example.org")
    membership = accept(invite("NEW@example.org", role=Role.COORDINATOR), user)
    assert (membership.city, membership.user, membership.role) == (coordinator.city, user, "coordinator")
    assert (membership.status, membership.position) == ("approved", "Clerk")
    assert list(membership.history.values_list("before", "after", "by", "at")) == [
        ("requested", "approved", coordinator.user.pk, NOW)
    ]
    invitation = Invitation.objects.get()
    assert (invitation.accepted_by, invitation.accepted_at) == (user, NOW)


def test_a_request_that_waits_is_the_one_approved(invite, coordinator):
    waiting = MembershipFactory(city=coordinator.city, user__email="new@example.org", position="Mayor")
    accept(invite("new@example.org", role=Role.COORDINATOR), waiting.user)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.role, waiting.position) == ("approved", "coordinator", "Mayor")
    assert waiting.user.memberships.count() == 1


def test_a_colleague_who_speaks_for_the_city_keeps_role_and_membership(invite, coordinator):
    before = MembershipFactory(approved=True, city=coordinator.city, user__email="new@example.org")
    assert accept(invite("new@example.org", role=Role.COORDINATOR), before.user) == before
    before.refresh_from_db()
    assert (before.role, before.history.count()) == ("contributor", 1)


def test_a_key_works_once(invite):
    key, user = invite("new@example.org"), UserFactory(email="new@example.org")
    accept(key, user).end(by=user, now=NOW)
    with pytest.raises(actions.InvitationClosed):
        accept(key, user)
    assert user.memberships.get().status == "ended"


def test_only_a_verified_address_counts(invite):
    key = invite("new@example.org")
    for user in [
        UserFactory(email="other@example.org"),
        UserFactory(email="new@example.org", verified=False),
    ]:
        with pytest.raises(PermissionDenied):
            accept(key, user)
        assert user.memberships.count() == 0
    assert Invitation.objects.open(NOW).count() == 1


def test_fourteen_days(invite):
    key, user = invite("new@example.org"), UserFactory(email="new@example.org")
    with pytest.raises(actions.InvitationClosed):
        accept(key, user, now=NOW + timedelta(days=14))
    assert accept(key, user, now=NOW + timedelta(days=14, seconds=-1)).status == "approved"


@pytest.mark.parametrize("closing", ["withdrawn", "inviter left", "inviter is contributor", "inviter is locked", "no such key"])
def test_invitations_that_are_closed(invite, coordinator, closing):
    key, user = invite("new@example.org"), UserFactory(email="new@example.org")
    if closing == "withdrawn":
        Invitation.objects.get().withdraw(now=NOW)
    elif closing == "inviter left":
        coordinator.end(by=coordinator.user, now=NOW)
    elif closing == "inviter is contributor":
        Membership.objects.filter(pk=coordinator.pk).update(role=Role.CONTRIBUTOR)
    elif closing == "inviter is locked":
        type(coordinator.user).objects.filter(pk=coordinator.user_id).update(is_active=False)
    else:
        key = "x" * 40
    with pytest.raises(actions.InvitationClosed):
        accept(key, user)
    assert user.memberships.count() == 0


def test_an_address_is_invited_once_at_a_time(invite):
    first = invite("new@example.org")
    with pytest.raises(actions.AlreadyInvited):
        invite("New@Example.org")
    later = NOW + timedelta(days=15)
    second = invite("new@example.org", now=later)
    user = UserFactory(email="new@example.org")
    with pytest.raises(actions.InvitationClosed):
        accept(first, user, now=later)
    assert accept(second, user, now=later).status == "approved"


def test_withdrawing_what_was_accepted_changes_nothing(invite):
    accept(invite("new@example.org"), UserFactory(email="new@example.org"))
    Invitation.objects.get().withdraw(now=NOW)
    assert Invitation.objects.get().withdrawn_at is None


def race(*calls):
    """What each of `calls`, run at once in threads of their own, returned or raised."""
    start, outcomes = threading.Barrier(len(calls)), []

    def run(call):
        start.wait()
        try:
            outcomes.append(call())
        except Exception as error:
            outcomes.append(type(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_accepting_in_parallel_gives_one_membership(coordinator, mailoutbox):
    user = UserFactory(email="new@example.org")
    actions.invite_colleague(city=coordinator.city, email=user.email, role="contributor", by=coordinator.user, now=NOW)
    key = re.search(r"/invitations/(\w+)/", mailoutbox[-1].body)[1]
    outcomes = race(*[lambda: accept(key, user)] * 4)
    membership = user.memberships.get()
    assert (membership.status, membership.history.count()) == ("approved", 1)
    assert sorted(outcomes, key=str) == sorted([membership, *[actions.InvitationClosed] * 3], key=str)


@pytest.mark.django_db(transaction=True)
def test_asking_in_parallel_leaves_one_request():
    city, user = CityFactory(), UserFactory()
    outcomes = race(*[lambda: actions.ask_membership(city=city, by=user, **ASK)] * 4)
    assert outcomes.count(actions.AlreadyAsked) == 3
    assert user.memberships.get() in outcomes


@pytest.mark.django_db(transaction=True)
def test_inviting_in_parallel_leaves_one_invitation(coordinator, mailoutbox):
    fields = {"city": coordinator.city, "email": "new@example.org", "role": "contributor", "by": coordinator.user, "now": NOW}
    outcomes = race(*[lambda: actions.invite_colleague(**fields)] * 3)
    assert outcomes.count(actions.AlreadyInvited) == 2
    assert len(mailoutbox) == Invitation.objects.count() == 1
