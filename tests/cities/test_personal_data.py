from datetime import timedelta

from accounts import personal_data
from accounts.actions import delete_account
from cities.models import Invitation, Membership
from tests.factories.accounts import UserFactory
from tests.factories.cities import NOW, CityFactory, MembershipFactory


def invite(city, by, email, **fields):
    return Invitation.objects.create(
        city=city, invited_by=by, email=email, key_hash=email, invited_at=NOW, expires_at=NOW + timedelta(days=7), **fields
    )


def test_export_has_own_memberships_and_invitations_only(db):
    user, colleague = UserFactory(email="mina@example.org"), UserFactory()
    own = MembershipFactory(user=user, approved=True, position="Officer")
    MembershipFactory(user=colleague, city=own.city, approved=True, position="Secret position")
    invite(own.city, user, "new@example.org")
    invite(own.city, colleague, "Mina@example.org", accepted_at=NOW, accepted_by=user)
    invite(own.city, colleague, "stranger@example.org")
    data = personal_data.export(user)["cities"]
    assert [(row["city"], row["position"], row["status"]) for row in data["memberships"]] == [
        (own.city.name, "Officer", "approved")
    ]
    assert [move["status"] for move in data["memberships"][0]["history"]] == ["approved"]
    assert [(row["to"], row["from_you"]) for row in data["invitations"]] == [
        ("new@example.org", True),
        ("Mina@example.org", False),
    ]


def test_the_last_coordinator_is_told_before_leaving(db):
    user = UserFactory()
    alone = MembershipFactory(user=user, approved=True, coordinator=True)
    shared = MembershipFactory(user=user, approved=True, coordinator=True)
    MembershipFactory(city=shared.city, approved=True, coordinator=True)
    MembershipFactory(city=alone.city, approved=True)
    MembershipFactory(user=user, city=CityFactory(), approved=True)
    assert personal_data.warnings(user) == [
        f"You are the last coordinator of {alone.city}. Ask a colleague or the secretariat to take over first."
    ]


def test_who_leaves_leaves_no_membership_and_no_invitation_with_their_address(db):
    user, colleague = UserFactory(email="mina@example.org"), UserFactory()
    city = MembershipFactory(user=user, approved=True).city
    other = MembershipFactory(user=colleague, city=city, approved=True)
    invite(city, user, "new@example.org")
    invite(city, colleague, "Mina@example.org")
    kept = invite(city, colleague, "stranger@example.org")
    delete_account(user=user)
    assert list(Membership.objects.all()) == [other]
    assert list(Invitation.objects.all()) == [kept]
