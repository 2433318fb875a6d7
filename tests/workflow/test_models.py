"""Stateful.move, tried on the smallest model that has it."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from cities.models import Membership
from tests.factories.accounts import UserFactory
from tests.factories.cities import NOW, MembershipFactory
from workflow.models import MoveNotAllowed

PAIRS = [(before, after) for before in Membership.Status.values for after in Membership.Status.values]
LATER = NOW + timedelta(days=1)


def as_rows(membership):
    return list(membership.history.values_list("before", "after", "by", "at", "note"))


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_every_pair_of_statuses(db, before, after):
    membership, staff = MembershipFactory(**{before: True}), UserFactory()
    rows = as_rows(membership)
    allowed = after in Membership.MOVES[before]
    assert membership.may_become(after) is allowed
    if allowed:
        assert membership.move(after, by=staff, now=LATER, note="So be it.") is membership
        rows.append((before, after, staff.pk, LATER, "So be it."))
    else:
        with pytest.raises(MoveNotAllowed, match=f"^membership {membership.pk} can't go from {before} to {after}$"):
            membership.move(after, by=staff, now=LATER)
    membership = Membership.objects.get()
    assert (membership.status, as_rows(membership)) == (after if allowed else before, rows)


def test_the_table_of_a_membership():
    assert {(before, after) for before, after in PAIRS if after in Membership.MOVES[before]} == {
        ("requested", "approved"),
        ("requested", "declined"),
        ("requested", "ended"),
        ("approved", "ended"),
    }


def test_other_fields_move_along_and_nothing_else_is_written(db):
    membership = MembershipFactory(position="Officer")
    Membership.objects.update(reason="Edited elsewhere.")
    membership.position = "Not saved"
    membership.move("approved", by=None, now=NOW, role="coordinator")
    membership.refresh_from_db()
    assert (membership.role, membership.position, membership.reason) == ("coordinator", "Officer", "Edited elsewhere.")


def test_a_stale_object_is_refused_and_stays_as_it_was(db):
    stale = MembershipFactory()
    Membership.objects.get().decline(by=None, now=NOW, note="No")
    with pytest.raises(MoveNotAllowed):
        stale.move("approved", by=None, now=NOW, role="coordinator")
    assert (stale.status, stale.role) == ("requested", "contributor")
    fresh = Membership.objects.get()
    assert (fresh.status, fresh.role, fresh.history.count()) == ("declined", "contributor", 1)


def test_a_history_outlives_the_person_who_made_it(db):
    staff = UserFactory()
    membership = MembershipFactory(approved=True, decided_by=staff)
    staff.delete()
    assert as_rows(membership) == [("requested", "approved", None, NOW, "")]
    assert str(membership.history.get()) == "requested → approved"


@pytest.mark.django_db(transaction=True)
def test_of_two_racing_decisions_one_wins():
    for _ in range(5):
        membership = MembershipFactory()
        start, outcomes = threading.Barrier(2), []

        def decide(target, pk=membership.pk, start=start, outcomes=outcomes):
            mine = Membership.objects.get(pk=pk)
            start.wait()
            try:
                mine.move(target, by=None, now=NOW)
                outcomes.append(target)
            except MoveNotAllowed:
                outcomes.append("refused")
            finally:
                connection.close()

        threads = [threading.Thread(target=decide, args=[target]) for target in ("approved", "declined")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        winner = next(outcome for outcome in outcomes if outcome != "refused")
        assert sorted(outcomes) == sorted([winner, "refused"])
        membership.refresh_from_db()
        assert membership.status == winner
        assert [row[:2] for row in as_rows(membership)] == [("requested", winner)]
