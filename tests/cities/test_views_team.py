"""Asking, the team, invitations: as people do it."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cities.models import Invitation, Membership
from tests.factories.accounts import UserFactory
from tests.factories.cities import CityFactory, MembershipFactory


@pytest.fixture(autouse=True)
def _letters(db, commits_at_once):
    pass


@pytest.fixture
def suwon(db):
    return CityFactory(name="Suwon", slug="suwon", country="KR")


@pytest.fixture
def coordinator(suwon):
    return MembershipFactory(city=suwon, approved=True, coordinator=True, user__display_name="Kim").user


@pytest.fixture
def as_(client):
    def as_(user):
        client.force_login(user)
        return client

    return as_


def main_of(response):
    """The part of the page that is its own, without the tokens that change."""
    page = response.content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r'value="\w{64}"|/invitations/\w+/', "", main)


def said(response):
    return [str(message) for message in response.context["messages"]]


ASK = {"city": "suwon", "role": "contributor", "position": "Officer", "reason": "See suwon.example/staff"}


# Asking


def test_ask_for_a_city(suwon, as_):
    CityFactory(name="Galle", country="LK", slug="galle")
    CityFactory(name="Busan", country="KR", slug="busan")
    user = UserFactory(position="Clerk")
    page = as_(user).get("/cities/membership/ask/?city=suwon").content.decode()
    select = re.search(r"<select.*?</select>", page, re.DOTALL)[0]
    assert re.findall(r'label="([^"]+)"|value="([\w-]+)"', select) == [
        ("South Korea", ""),
        ("", "busan"),
        ("", "suwon"),
        ("Sri Lanka", ""),
        ("", "galle"),
    ]
    assert re.findall(r'<option value="([\w-]+)" selected', select) == ["suwon"]
    assert 'value="Clerk"' in page
    response = as_(user).post("/cities/membership/ask/", ASK, follow=True)
    assert said(response) == ["You asked to speak for Suwon. The secretariat will answer by e-mail."]
    assert list(Membership.objects.values_list("city__slug", "user", "role", "position", "reason", "status")) == [
        ("suwon", user.pk, "contributor", "Officer", "See suwon.example/staff", "requested")
    ]


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ("requested", "You have already asked to speak for Suwon. The secretariat will answer by e-mail."),
        ("approved", "You already speak for Suwon."),
    ],
)
def test_ask_twice(suwon, as_, state, error):
    user = MembershipFactory(city=suwon, **{state: True}).user
    response = as_(user).post("/cities/membership/ask/", ASK)
    assert response.context["form"].errors == {"city": [error]}
    assert user.memberships.count() == 1
    assert 'value="Officer"' in response.content.decode()  # what was typed stays


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("city", "", "Choose a city."),
        ("city", "atlantis", "Choose a city from the list."),
        ("city", "su\0won", "Null characters are not allowed."),
        ("role", "mayor", "Select a valid choice. mayor is not one of the available choices."),
        ("position", "", "This field is required."),
        ("position", "x" * 151, "Ensure this value has at most 150 characters (it has 151)."),
        ("reason", " ", "This field is required."),
        ("reason", "a\0b", "Null characters are not allowed."),
    ],
)
def test_a_request_that_is_not_complete(suwon, as_, field, value, error):
    response = as_(UserFactory()).post("/cities/membership/ask/", ASK | {field: value})
    assert response.context["form"].errors == {field: [error]}
    assert Membership.objects.count() == 0


def test_nobody_can_approve_themselves_by_the_form(suwon, as_):
    user = UserFactory()
    as_(user).post("/cities/membership/ask/", ASK | {"status": "approved", "user": "1"})
    assert user.memberships.get().status == "requested"


def test_my_memberships(as_):
    user = UserFactory()
    for state in ["requested", "approved", "declined", "ended"]:
        MembershipFactory(user=user, city__name=f"{state} city", city__slug=state, **{state: True})
    MembershipFactory(city__name="Not mine")
    page = as_(user).get("/my/memberships/").content.decode()
    assert sorted(re.findall(r"<b>(\w+) city</b>", page)) == ["approved", "declined", "ended", "requested"]
    assert "Reason: We could not confirm this." in page
    assert "Not mine" not in page
    links = re.findall(r'href="(/cities/[^"]+)"', page[page.index("task-list") :])
    open_ones = [user.memberships.get(status=state).pk for state in ("requested", "approved")]
    expected = [f"/cities/membership/{pk}/end/" for pk in open_ones] + ["/cities/approved/team/", "/cities/membership/ask/"]
    assert sorted(link for link in links if link != "/cities/") == sorted(expected)


def test_leave(suwon, as_):
    membership = MembershipFactory(city=suwon, approved=True)
    url = f"/cities/membership/{membership.pk}/end/"
    assert "<h1>Leave Suwon?</h1>" in as_(membership.user).get(url).content.decode()
    membership.refresh_from_db()
    assert membership.status == "approved"  # asking changes nothing
    response = as_(membership.user).post(url, follow=True)
    assert said(response) == ["You do not speak for Suwon any more."]
    membership.refresh_from_db()
    assert (membership.status, membership.history.last().by) == ("ended", membership.user)
    assert as_(membership.user).post(url).status_code == 403


# The team


def status_of(client, method, url, data=None):
    return getattr(client, method)(url, data or {}).status_code


ROLES = ["anonymous", "stranger", "asker", "contributor", "coordinator", "coordinator elsewhere", "former coordinator"]


@pytest.mark.parametrize("role", ROLES)
def test_who_may_do_what(suwon, client, role):
    """Every role against every step with the team of a city; a colleague and an invitation are there to lose."""
    boss = MembershipFactory(city=suwon, approved=True, coordinator=True).user
    colleague = MembershipFactory(city=suwon, approved=True)
    invitation = invitation_of(boss, suwon)
    if role != "anonymous":
        client.force_login(person(role, suwon))
    steps = {
        "see": ("get", reverse("city_team", args=["suwon"])),
        "invite form": ("get", reverse("invite_colleague", args=["suwon"])),
        "invite": ("post", reverse("invite_colleague", args=["suwon"])),
        "withdraw": ("post", reverse("withdraw_invitation", args=[invitation.pk])),
        "remove form": ("get", reverse("end_membership", args=[colleague.pk])),
        "remove": ("post", reverse("end_membership", args=[colleague.pk])),
    }
    data = {"email": "new@example.org", "role": "contributor", "note": "Left the city"}
    answers = [status_of(client, method, url, data) for method, url in steps.values()]
    assert answers == {
        "anonymous": [302] * 6,
        "contributor": [200, 403, 403, 404, 403, 403],
        "coordinator": [200, 200, 302, 302, 200, 302],
    }.get(role, [404] * 6)
    colleague.refresh_from_db()
    invitation.refresh_from_db()
    done = (colleague.status == "ended", invitation.withdrawn_at is not None, Invitation.objects.count() == 2)
    assert done == ((True, True, True) if role == "coordinator" else (False, False, False))


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
        case "coordinator elsewhere":
            return MembershipFactory(approved=True, coordinator=True).user
        case "former coordinator":
            return MembershipFactory(city=city, ended=True, coordinator=True).user


def invitation_of(user, city, email="invited@example.org"):
    now = timezone.now()
    return Invitation.objects.create(
        city=city, email=email, key_hash=email, invited_by=user, invited_at=now, expires_at=now + timedelta(days=14)
    )


def test_the_team_as_a_contributor_sees_it(suwon, as_, coordinator):
    invitation_of(coordinator, suwon)
    MembershipFactory(city=suwon, approved=True, user__display_name="Ahn", user__email="ahn@secret.example")
    MembershipFactory(city=suwon, ended=True, user__display_name="Gone")
    MembershipFactory(city=suwon, user__display_name="Asks")
    me = MembershipFactory(city=suwon, approved=True, user__display_name="Zhou").user
    page = as_(me).get("/cities/suwon/team/").content.decode()
    assert re.findall(r"<div><b>(\w+)</b>", re.sub(r"\s*\n\s*", "", page)) == ["Kim", "Ahn", "Zhou"]
    assert [word for word in ["secret.example", "invited@", "Invite a colleague", ">Remove<"] if word in page] == []


def test_the_team_as_a_coordinator_sees_it(suwon, as_, coordinator):
    invitation_of(coordinator, suwon)
    invitation_of(coordinator, suwon, "old@example.org").withdraw(now=coordinator.date_joined)
    ahn = MembershipFactory(city=suwon, approved=True, user__display_name="Ahn", user__email="ahn@secret.example")
    page = as_(coordinator).get("/cities/suwon/team/").content.decode()
    assert re.findall(r"<b>(\S+@\S+)</b>", page) == ["invited@example.org"]
    assert f"/cities/membership/{ahn.pk}/end/" in page
    assert "ahn@secret.example" not in page


def test_remove_a_colleague(suwon, as_, coordinator, mailoutbox):
    ahn = MembershipFactory(city=suwon, approved=True, user__display_name="Ahn", user__email="ahn@example.org")
    url = f"/cities/membership/{ahn.pk}/end/"
    assert "<h1>Remove Ahn from Suwon?</h1>" in as_(coordinator).get(url).content.decode()
    response = as_(coordinator).post(url, {"note": " "})
    assert response.context["form"].errors == {"note": ["This field is required."]}
    response = as_(coordinator).post(url, {"note": "Left the city"}, follow=True)
    assert said(response) == ["Ahn does not speak for Suwon any more."]
    assert [(letter.to, letter.subject) for letter in mailoutbox] == [
        (["ahn@example.org"], "You do not speak for Suwon any more")
    ]


def test_constant_number_of_queries(suwon, as_, coordinator):
    def queries(url):
        with CaptureQueriesContext(connection) as captured:
            as_(coordinator).get(url)
        return len(captured)

    as_(coordinator).get("/my/memberships/")
    before = {url: queries(url) for url in ["/cities/membership/ask/", "/my/memberships/"]}
    for _ in range(3):
        MembershipFactory(city=suwon, approved=True)
        MembershipFactory(user=coordinator, declined=True)
        CityFactory()
    assert {url: queries(url) for url in before} == before


# Invitations


@pytest.fixture
def invite(as_, suwon, coordinator, mailoutbox):
    def invite(email="new@example.org"):
        """The address of the page in the letter."""
        mailoutbox.clear()
        as_(coordinator).post("/cities/suwon/team/invite/", {"email": email, "role": "contributor"}, follow=True)
        return re.search(r"/invitations/\w+/", mailoutbox[0].body)[0]

    return invite


def test_inviting_says_nothing_about_an_account(suwon, as_, coordinator):
    UserFactory(email="known@example.org", display_name="Known Person")
    MembershipFactory(city=suwon, approved=True, user__email="colleague@example.org")
    pages = []
    for email in ["known@example.org", "nobody@example.org", "colleague@example.org"]:
        response = as_(coordinator).post("/cities/suwon/team/invite/", {"email": email, "role": "contributor"}, follow=True)
        assert said(response) == [f"The invitation to {email} is on its way."]
        as_(coordinator).post(reverse("withdraw_invitation", args=[Invitation.objects.order_by("pk").last().pk]), follow=True)
        pages.append(main_of(response).replace(email, ""))
    assert pages[0] == pages[1] == pages[2]


def test_inviting_the_same_address_twice(invite, as_, coordinator):
    invite()
    response = as_(coordinator).post("/cities/suwon/team/invite/", {"email": "NEW@example.org", "role": "contributor"})
    assert response.context["form"].errors == {
        "email": ["This address is already invited. Withdraw that invitation to send a new one."]
    }


def test_the_link_asks_for_login_first(invite, client):
    link = invite()
    client.logout()
    assert client.get(link).url == f"/accounts/login/?next={link}"


def test_accept(invite, as_, suwon):
    link, user = invite("New@Example.org"), UserFactory(email="new@example.org", position="Clerk")
    page = as_(user).get(link).content.decode()
    assert "<h1>Speak for Suwon</h1>" in page
    assert 'value="Clerk"' in page
    assert user.memberships.count() == 0
    assert said(as_(user).post(link, {"position": "Clerk"}, follow=True)) == ["Welcome. You speak for Suwon now."]
    assert list(user.memberships.values_list("city", "role", "position", "status")) == [
        (suwon.pk, "contributor", "Clerk", "approved")
    ]
    # the link again, by the same person and by another one
    assert said(as_(user).get(link, follow=True)) == ["You have accepted this invitation. You speak for Suwon."]
    response = as_(UserFactory()).get(link)
    assert (response.status_code, "Suwon" in response.content.decode()) == (410, False)


def test_with_another_address(invite, as_, suwon):
    link, other = invite("new@example.org"), UserFactory(email="other@example.org")
    for method in ["get", "post"]:
        response = getattr(as_(other), method)(link, {"position": "Clerk"})
        page = response.content.decode()
        assert response.status_code == 403
        assert "<h1>This invitation is for another address</h1>" in page
        assert "You are logged in as other@example.org." in page
        assert "new@example.org" not in page
    assert other.memberships.count() == 0


def test_links_that_do_not_work_are_told_apart_by_nobody(invite, as_, coordinator):
    user = UserFactory(email="new@example.org")
    links = ["/invitations/nonsense/", "/invitations/" + "x" * 40 + "/"]
    links.append(invite())
    as_(coordinator).post(reverse("withdraw_invitation", args=[Invitation.objects.get().pk]), follow=True)
    answers = [as_(user).get(link) for link in links]
    old = invite()
    with time_machine.travel(timedelta(days=15) + Invitation.objects.get(withdrawn_at=None).invited_at):
        answers.append(as_(user).get(old))
    pages = {main_of(answer) for answer in answers}
    assert [answer.status_code for answer in answers] == [410] * 4
    assert len(pages) == 1
    assert "<h1>This invitation does not work any more</h1>" in pages.pop()


def test_withdrawing_needs_a_post(invite, as_, coordinator):
    invite()
    assert as_(coordinator).get(reverse("withdraw_invitation", args=[Invitation.objects.get().pk])).status_code == 405
