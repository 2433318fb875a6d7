"""Who may do what: every role against every step, in every state of the membership concerned."""

import pytest
import rules
from django.contrib.auth.models import AnonymousUser

from cities.models import Membership
from tests.factories.accounts import UserFactory
from tests.factories.cities import CityFactory, MembershipFactory

ROLES = ["stranger", "asker", "contributor", "coordinator", "former coordinator", "coordinator elsewhere", "moderator", "admin"]
STATES = Membership.Status.values


def person(role, city):
    match role:
        case "stranger":
            return UserFactory()
        case "asker":
            return MembershipFactory(city=city, coordinator=True).user
        case "contributor":
            return MembershipFactory(city=city, approved=True).user
        case "coordinator":
            return MembershipFactory(city=city, approved=True, coordinator=True).user
        case "former coordinator":
            return MembershipFactory(city=city, ended=True, coordinator=True).user
        case "coordinator elsewhere":
            return MembershipFactory(approved=True, coordinator=True).user
        case "moderator":
            return UserFactory(moderator=True)
        case "admin":
            return UserFactory(superuser=True)


def test_managing_a_team(db):
    city = CityFactory()
    assert [role for role in ROLES if person(role, city).has_perm("cities.manage_team", city)] == ["coordinator", "admin"]


ALLOWED = {
    ("end", "approved"): ["coordinator", "moderator", "admin"],
    ("approve", "requested"): ["moderator", "admin"],
    ("decline", "requested"): ["moderator", "admin"],
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", ["approve", "decline", "end"])
def test_the_membership_of_somebody_else(db, verb, state):
    city = CityFactory()
    membership = MembershipFactory(city=city, **{state: True})
    # Asked of the rules: to a superuser `has_perm` always says yes, also when there is nothing to decide.
    may = [role for role in ROLES if rules.has_perm(f"cities.{verb}_membership", person(role, city), membership)]
    assert may == ALLOWED.get((verb, state), [])


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", ["approve", "decline", "end"])
@pytest.mark.parametrize("role", ["moderator", "superuser"])
def test_ones_own_membership(db, role, verb, state):
    user = UserFactory(**{role: True})
    membership = MembershipFactory(user=user, **{state: True})
    may = rules.has_perm(f"cities.{verb}_membership", user, membership)
    assert may is (verb == "end" and state in ("requested", "approved"))


@pytest.mark.parametrize("model", ["city", "organisation", "cluster"])
def test_rooms_of_the_admin_site(db, model):
    staff, moderator = UserFactory(staff=True), UserFactory(moderator=True)
    assert [a for a in ["view", "add", "change", "delete"] if moderator.has_perm(f"cities.{a}_{model}")] == [
        "view",
        "add",
        "change",
    ]
    assert [a for a in ["view", "add", "change", "delete"] if staff.has_perm(f"cities.{a}_{model}")] == []


def test_somebody_who_is_not_logged_in(db):
    membership = MembershipFactory(approved=True)
    for permission in ["approve_membership", "decline_membership", "change_city"]:
        assert AnonymousUser().has_perm(f"cities.{permission}", membership) is False
    assert list(Membership.objects.visible_to(AnonymousUser())) == []


def test_memberships_that_one_sees(db):
    city = CityFactory()
    seen = {role: person(role, city) for role in ROLES}
    here = {membership.user: membership for membership in Membership.objects.filter(city=city)}
    for role, user in seen.items():
        expected = set(Membership.objects.filter(user=user))
        if role in ("contributor", "coordinator"):
            expected = set(here.values())
        if role in ("moderator", "admin"):
            expected = set(Membership.objects.all())
        assert set(Membership.objects.visible_to(user)) == expected, role
