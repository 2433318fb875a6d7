"""Who gets which answer at each address of cases and cities, in each state of the text. A new address must be added."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cities.models import Invitation
from policies.models import Revision
from tests.factories.accounts import UserFactory
from tests.factories.cities import MembershipFactory
from tests.factories.policies import DocumentFactory, OutcomeFactory, PictureFactory, RevisionFactory, bring

from .addresses import patterns

ROLES = ["anonymous", "newcomer", "author", "contributor", "coordinator", "neighbour", "moderator", "superuser"]
STATES = ["draft", "submitted", "returned", "rejected", "published", "edit", "earlier", "gone", "withdrawn"]

# The author's membership still waits; the neighbour coordinates another city. `edit` is a draft beside the public text,
# `earlier` an edition that was replaced, `gone` the edition of a withdrawn case, `withdrawn` a draft that was given up.
# `login` leads to the login. A superuser is asked by Django for no rule; then the verbs refuse (409), or nothing changes.
TABLE = """
accept_invitation   get  login 403   403   403   403   403   403   403 | any
ask_membership      get  login 200   200   200   200   200   200   200 | any
ask_membership      post login 200   200   200   200   200   200   200 | any
case                get  404   404   404   404   404   404   404   404 | draft submitted returned rejected withdrawn
case                get  410   410   410   410   410   410   410   410 | gone
case                get  200   200   200   200   200   200   200   200 | published edit earlier
case_card_picture   get  404   404   404   404   404   404   404   404 | draft submitted returned rejected withdrawn
case_card_picture   get  410   410   410   410   410   410   410   410 | gone
case_card_picture   get  200   200   200   200   200   200   200   200 | published edit earlier
case_list           get  200   200   200   200   200   200   200   200 | any
case_tasks          get  login 404   200   200   200   404   403   200 | draft submitted returned rejected edit gone withdrawn
case_tasks          get  login 403   200   200   200   403   403   200 | published earlier
case_versions       get  404   404   404   404   404   404   404   404 | draft submitted returned rejected withdrawn
case_versions       get  410   410   410   410   410   410   410   410 | gone
case_versions       get  200   200   200   200   200   200   200   200 | published edit earlier
city                get  200   200   200   200   200   200   200   200 | any
city_list           get  200   200   200   200   200   200   200   200 | any
city_team           get  login 404   404   200   200   404   404   404 | any
document            get  404   404   200   200   200   404   200   200 | draft submitted returned rejected edit gone withdrawn
document            get  200   200   200   200   200   200   200   200 | published earlier
edit_step           get  login 404   200   200   200   404   403   200 | draft returned edit
edit_step           get  login 403   403   403   403   403   403   200 | published earlier
edit_step           get  login 404   403   403   403   404   403   200 | submitted rejected gone withdrawn
edit_step           post login 404   302   302   302   404   403   302 | draft returned edit
edit_step           post login 403   409   409   409   403   403   409 | published earlier
edit_step           post login 404   409   409   409   404   403   409 | submitted rejected gone withdrawn
edition             get  404   404   404   404   404   404   404   404 | draft submitted returned rejected edit withdrawn
edition             get  410   410   410   410   410   410   410   410 | gone
edition             get  200   200   200   200   200   200   200   200 | published earlier
end_membership      get  login 404   404   200   200   404   200   200 | any
end_membership      post login 404   404   302   302   404   302   302 | any
goal                get  200   200   200   200   200   200   200   200 | any
goal_list           get  200   200   200   200   200   200   200   200 | any
invite_colleague    get  login 404   404   403   200   404   404   404 | any
invite_colleague    post login 404   404   403   200   404   404   404 | any
my_memberships      get  login 200   200   200   200   200   200   200 | any
my_work             get  login 200   200   200   200   200   200   200 | any
organisation_list   get  200   200   200   200   200   200   200   200 | any
picture_file        get  404   404   200   200   200   404   200   200 | draft submitted returned rejected edit gone withdrawn
picture_file        get  200   200   200   200   200   200   200   200 | published earlier
rendition           get  404   404   200   200   200   404   200   200 | draft submitted returned rejected edit gone withdrawn
rendition           get  200   200   200   200   200   200   200   200 | published earlier
preview             get  login 404   200   200   200   404   200   200 | draft submitted returned rejected edit gone withdrawn
preview             get  login 200   200   200   200   200   200   200 | published earlier
recall_case         post login 404   403   403   403   404   403   403 | draft returned rejected edit gone withdrawn
recall_case         post login 403   403   403   403   403   403   403 | published earlier
recall_case         post login 404   403   302   302   404   403   302 | submitted
revise_case         post login 404   404   404   404   404   404   404 | draft submitted returned rejected withdrawn
revise_case         post login 404   403   403   403   404   403   302 | gone
revise_case         post login 403   403   302   302   403   403   302 | published edit earlier
share_case          get  login 200   200   200   200   200   200   200 | any
share_case          post login 200   200   200   200   200   200   200 | any
submit_case         post login 404   403   302   302   404   403   302 | draft returned edit
submit_case         post login 403   403   403   403   403   403   403 | published earlier
submit_case         post login 404   403   403   403   404   403   403 | submitted rejected gone withdrawn
target              get  200   200   200   200   200   200   200   200 | any
withdraw_case       post login 404   404   404   404   404   404   404 | draft submitted returned rejected withdrawn
withdraw_case       post login 404   403   403   403   404   403   403 | gone
withdraw_case       post login 403   403   302   302   403   302   302 | published edit earlier
withdraw_draft      post login 404   302   302   302   404   403   302 | draft returned edit
withdraw_draft      post login 403   403   403   403   403   403   403 | published earlier
withdraw_draft      post login 404   403   403   403   404   403   403 | submitted rejected gone withdrawn
withdraw_invitation post login 404   404   404   302   404   404   404 | any
"""
OURS = {
    name: pattern
    for name, pattern in patterns()
    if re.match(r"(policies|cities)\.", pattern.callback.__module__) and not name.startswith("admin:")
}


def in_state(state, city, author):
    """An edition of a case of `city` in this state, with a file and a picture."""
    reached = {"submitted": "submitted", "returned": "returned", "rejected": "submitted", "draft": "", "withdrawn": ""}
    revision = RevisionFactory(complete=True, case__city=city, author=author)
    DocumentFactory(revision=revision)
    PictureFactory(revision=revision, image__width=700, image__height=70)
    OutcomeFactory(revision=revision)
    if status := reached.get(state, "published"):
        bring(revision, status)
    now, other = timezone.now(), UserFactory()
    case = revision.case
    case.refresh_from_db()
    if state == "rejected":
        revision.reject(by=other, now=now, note="Not a policy")
    if state == "withdrawn":
        revision.withdraw(by=author, now=now, note="Begun twice")
    if state in {"edit", "earlier"}:
        edit = case.revise(by=author, now=now)
        if state == "earlier":
            bring(edit, "published")
        else:
            PictureFactory(revision=edit, position=9, image__width=700, image__height=70)
            revision = edit
    if state == "gone":
        case.withdraw(by=author, now=now, note="Out of date")
    revision.refresh_from_db()
    return Revision.objects.get(pk=revision.pk)


def short(response):
    """The status; `login` for the way to the login, `302` for any other redirect."""
    if response.streaming:
        b"".join(response)
    to_login = response.status_code == 302 and "/login/" in response["Location"]
    return "login" if to_login else str(response.status_code)


@pytest.fixture
def people(db):
    """The members of one city, and the others."""
    coordinator = MembershipFactory(approved=True, coordinator=True)
    city = coordinator.city
    return {
        "anonymous": None,
        "newcomer": UserFactory(),
        "author": MembershipFactory(city=city).user,
        "contributor": MembershipFactory(approved=True, city=city).user,
        "coordinator": coordinator.user,
        "neighbour": MembershipFactory(approved=True, coordinator=True).user,
        "moderator": UserFactory(moderator=True),
        "superuser": UserFactory(superuser=True),
    }


def expected(state):
    """{(name, method): answers} of TABLE for this state; what depends on no state stands with the draft."""
    rows = [(line.partition("|")[0].split(), line.partition("|")[2].split()) for line in TABLE.strip().splitlines()]
    return {
        (name, method): row for (name, method, *row), states in rows if state in states or (states, state) == (["any"], "draft")
    }


def places(people, revision):
    """The address of each name in the table, for what belongs to `revision`."""
    member = people["contributor"].memberships.get()
    invitation = Invitation.objects.get_or_create(
        city=member.city, invited_by=people["coordinator"], email="guest@city.example", key_hash=Invitation.hash_key("k"),
        defaults={"invited_at": timezone.now(), "expires_at": timezone.now() + timedelta(days=1)},
    )[0]  # fmt: skip
    picture = revision.pictures.last().image
    pk = {"document": revision.documents.last(), "end_membership": member, "withdraw_invitation": invitation}
    for name, pattern in OURS.items():
        parts = {
            "pk": pk.get(name, revision).pk, "number": 11 if name in {"goal", "target"} else revision.number, "key": "k",
            "slug": member.city.slug if name in {"city", "city_team", "invite_colleague"} else revision.case.slug or "none",
            "name": picture.name, "step": "contact", "code": "11.2",
        }  # fmt: skip
        yield name, reverse(name, kwargs={part: parts[part] for part in pattern.pattern.regex.groupindex})
    yield "rendition", reverse("picture_file", args=[next(iter(picture.get_picture_files_list())).name])


def test_every_address_stands_in_the_table():
    assert {line.split()[0] for line in TABLE.strip().splitlines()} - {"rendition"} == set(OURS)


@pytest.mark.parametrize("state", STATES)
def test_each_role_gets_the_answer_of_the_table(people, state):
    revision = in_state(state, people["contributor"].memberships.get().city, people["author"])
    urls = dict(places(people, revision))
    answers = {key: [] for key in expected(state)}
    for user in people.values():
        client = Client()
        if user:
            client.force_login(user)
        for (name, method), row in answers.items():
            with transaction.atomic():
                data = {"reason": "It is over", "note": "It is over", "version": 0} if method == "post" else {}
                row.append(short(getattr(client, method)(urls[name], data)))
                transaction.set_rollback(True)
    assert answers == expected(state)
