import json
import re

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import personal_data
from accounts.actions import delete_account
from policies.models import FieldComment, InternalNote, PolicyCase, Revision
from policies.personal_data import export
from tests.factories.accounts import UserFactory
from tests.factories.cities import NOW, MembershipFactory
from tests.factories.policies import DocumentFactory, OutcomeFactory, RevisionFactory


def test_export_has_what_the_person_wrote_and_nothing_of_others(db):
    user = UserFactory()
    revision = RevisionFactory(author=user, complete=True, title="Buses for all", labels=["bus"])
    OutcomeFactory(revision=revision, measured="Passengers a day")
    DocumentFactory(revision=revision)
    RevisionFactory(title="Secret draft of somebody else")
    moderator = UserFactory()
    FieldComment.objects.create(
        revision=revision, field="title", text="Their comment", by=moderator, at=NOW,
        answer="My answer", answered_by=user, answered_at=NOW,
    )  # fmt: skip
    InternalNote.objects.create(revision=revision, text="A note of the moderators", by=moderator, at=NOW)

    data = personal_data.export(user)["policies"]
    (edition,) = data["editions"]
    assert edition["text"]["title"] == "Buses for all"
    assert (edition["tags"], [row["measured"] for row in edition["outcomes"]]) == (["bus"], ["Passengers a day"])
    assert [row["name"] for row in edition["documents"]] == ["report.pdf"]
    assert data["comments"] == [{"field": "title", "answer": "My answer", "answered_at": NOW}]
    assert data["internal_notes"] == []
    text = json.dumps(data, cls=DjangoJSONEncoder)
    for secret in ("Secret draft", "Their comment", "A note of the moderators"):
        assert secret not in text
    assert personal_data.export(moderator)["policies"]["internal_notes"][0]["text"] == "A note of the moderators"


def test_export_takes_as_many_queries_for_three_editions_as_for_one(db):
    user, queries = UserFactory(), []
    for more in (1, 2):
        RevisionFactory.create_batch(more, author=user, submitted=True, labels=["bus"])
        with CaptureQueriesContext(connection) as captured:
            editions = export(user)["editions"]
        queries.append((len(editions), len(captured)))
    assert queries == [(1, queries[0][1]), (3, queries[0][1])]


def test_a_published_case_outlives_its_author(db):
    user = UserFactory()
    revision = RevisionFactory(author=user, published=True, title="Buses for all", links=["11.2", 13])
    before = Revision.objects.values(*Revision.TEXT_FIELDS).get(), PolicyCase.objects.values().get()
    delete_account(user=user)
    assert (Revision.objects.values(*Revision.TEXT_FIELDS).get(), PolicyCase.objects.values().get()) == before
    revision.refresh_from_db()
    assert (revision.author, revision.edited_by, revision.submitted_by) == (None, None, None)
    assert revision.history.first().by is None
    assert list(revision.sdglinks.values_list("goal", flat=True)) == [11, 13]


def test_a_draft_stays_with_the_city_and_its_author_is_told(db):
    user = UserFactory()
    draft = RevisionFactory(author=user, complete=True)
    colleague = MembershipFactory(city=draft.case.city, approved=True).user
    assert personal_data.warnings(user) == ["You have 1 unfinished draft. Colleagues of your city can go on with it."]
    delete_account(user=user)
    draft.refresh_from_db()
    assert list(Revision.objects.visible_to(colleague)) == [draft]
    assert colleague.has_perm("policies.edit_revision", draft)


def test_the_public_page_stays_as_it_was_when_its_author_leaves(db, client):
    user = UserFactory(display_name="Mina Park")
    revision = RevisionFactory(author=user, published=True)
    before = page_of(client, revision)
    delete_account(user=user)
    assert page_of(client, revision).replace("Former user", "Mina Park") == before
    assert revision.title in before


def page_of(client, revision):
    html = client.get(revision.case.get_absolute_url()).content.decode()
    return re.sub(r'nonce="[^"]*"', "", html)


def test_an_own_address_given_as_contact_goes_too(db):
    user = UserFactory(email="mina@example.org")
    mine = RevisionFactory(author=user, published=True, contact_email="Mina@example.org")
    other = RevisionFactory(author=user, published=True, contact_email="office@example.org")
    delete_account(user=user)
    contacts = Revision.objects.filter(pk__in=[mine.pk, other.pk]).order_by("pk").values_list("contact_email", flat=True)
    assert list(contacts) == ["", "office@example.org"]
