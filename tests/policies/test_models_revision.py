"""The states of an edition and of its case, and what the database keeps by itself."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from policies.models import EditConflict, NotReady, PolicyCase, Revision
from tests.factories.accounts import UserFactory
from tests.factories.policies import OutcomeFactory, PictureFactory, RevisionFactory
from workflow.models import MoveNotAllowed

Status = Revision.Status
NOW = timezone.now()
pytestmark = pytest.mark.usefixtures("db")

ALLOWED = {
    (Status.DRAFT, Status.SUBMITTED),
    (Status.DRAFT, Status.WITHDRAWN),
    (Status.SUBMITTED, Status.DRAFT),
    (Status.SUBMITTED, Status.RETURNED),
    (Status.SUBMITTED, Status.PUBLISHED),
    (Status.SUBMITTED, Status.REJECTED),
    (Status.RETURNED, Status.SUBMITTED),
    (Status.RETURNED, Status.WITHDRAWN),
    (Status.PUBLISHED, Status.SUPERSEDED),
}


@pytest.mark.parametrize("before", Status.values)
def test_every_pair_of_statuses(before):
    reached = set()
    for target in Status.values:
        revision = RevisionFactory(status=before, submitted_at=NOW, decided_at=NOW)
        try:
            revision.move(target, by=revision.author, now=NOW, note="because")
        except MoveNotAllowed:
            assert revision.history.count() == 0
            continue
        reached.add((Status(before), Status(target)))
        revision.refresh_from_db()
        line = revision.history.get()
        assert (revision.status, line.before, line.after, line.by, line.note) == (
            target,
            before,
            target,
            revision.author,
            "because",
        )
    assert reached == {pair for pair in ALLOWED if pair[0] == before}


REQUIRED = {
    "title": {"title": ""},
    "summary": {"summary": ""},
    "policy_status": {"policy_status": ""},
    "start_year": {"start_year": None},
    "themes": {"themes": []},
    "sdg_links": {"links": []},
    "challenge": {"challenge": ""},
    "implementation": {"implementation": ""},
    "evaluation": {"evaluation": ""},
    "contact_office": {"contact_office": ""},
    "contact_email": {"contact_email": ""},
}


@pytest.mark.parametrize("field", REQUIRED)
def test_submit_names_what_is_missing(field):
    revision = RevisionFactory(complete=True, **REQUIRED[field])
    with pytest.raises(NotReady) as raised:
        revision.submit(by=revision.author, now=NOW)
    assert list(raised.value.missing) == [field]
    revision.refresh_from_db()
    assert (revision.status, revision.submitted_at) == (Status.DRAFT, None)


def test_an_empty_draft_lacks_everything_that_is_required():
    assert list(RevisionFactory().missing()) == list(REQUIRED)


def test_an_outcome_stands_for_the_evaluation():
    revision = RevisionFactory(complete=True, evaluation="")
    OutcomeFactory(revision=revision)
    assert revision.missing() == {}


@pytest.mark.parametrize("flaw", [{"alt": ""}, {"consent": False}])
def test_a_picture_needs_a_description_and_consent(flaw):
    revision = RevisionFactory(complete=True)
    PictureFactory(revision=revision)
    assert revision.missing() == {}
    PictureFactory(revision=revision, **flaw)
    assert list(revision.missing()) == ["pictures"]


@pytest.mark.parametrize("role", ["author", "edited_by", "submitted_by"])
@pytest.mark.parametrize("verb", ["publish", "send_back", "reject"])
def test_nobody_reviews_their_own(role, verb):
    hand = UserFactory(superuser=True)
    revision = RevisionFactory(submitted=True)
    Revision.objects.filter(pk=revision.pk).update(**{role: hand})
    revision.refresh_from_db()
    with pytest.raises(PermissionDenied):
        getattr(revision, verb)(by=hand, now=NOW, note="mine")
    revision.refresh_from_db()
    assert revision.status == Status.SUBMITTED
    getattr(revision, verb)(by=UserFactory(superuser=True), now=NOW, note="another's")


def test_of_two_saves_of_one_step_the_later_is_refused():
    revision = RevisionFactory()
    mine, yours = Revision.objects.get(pk=revision.pk), Revision.objects.get(pk=revision.pk)
    mine.edit("basics", version=0, by=revision.author, now=NOW, title="Mine")
    with pytest.raises(EditConflict) as raised:
        yours.edit("basics", version=0, by=revision.author, now=NOW, title="Yours")
    assert raised.value.revision.title == "Mine"
    yours.edit("story", version=0, by=revision.author, now=NOW, challenge="<p>Another step.</p>")
    revision.refresh_from_db()
    assert (revision.title, revision.challenge) == ("Mine", "<p>Another step.</p>")
    assert revision.step_versions == {"basics": 1, "story": 1}


def test_a_submitted_text_can_not_be_edited():
    revision = RevisionFactory(submitted=True)
    with pytest.raises(MoveNotAllowed):
        revision.edit("basics", version=0, by=revision.author, now=NOW, title="Later")


def test_publishing_points_the_case_at_the_new_edition_and_keeps_the_old_one():
    first = RevisionFactory(published=True, title="Lanes for buses")
    case = PolicyCase.objects.get(pk=first.case_id)
    assert (case.status, case.live, case.title) == ("published", first, "Lanes for buses")
    second = case.revise(by=first.author, now=NOW)
    assert second == case.revise(by=first.author, now=NOW)
    assert [str(link) for link in second.sdglinks.all()] == ["11.2"]
    second.edit("basics", version=0, by=first.author, now=NOW, title="Lanes and stops")
    case.refresh_from_db()
    assert (case.title, case.live) == ("Lanes for buses", first)
    second.submit(by=first.author, now=NOW)
    second.publish(by=UserFactory(), now=NOW)
    case.refresh_from_db()
    first.refresh_from_db()
    assert (case.title, case.live, first.status) == ("Lanes and stops", second, Status.SUPERSEDED)
    assert (first.title, case.slug.startswith("lanes-for-buses")) == ("Lanes for buses", True)


@pytest.mark.parametrize("superseded", [False, True])
def test_the_database_keeps_a_public_edition_as_it_is(superseded):
    revision = RevisionFactory(published=True)
    if superseded:
        revision.move(Status.SUPERSEDED, by=None, now=NOW)
    for change in (
        lambda: Revision.objects.filter(pk=revision.pk).update(title="Other"),
        lambda: Revision.objects.filter(pk=revision.pk).update(status="draft"),
        lambda: revision.sdglinks.update(contribution="Other"),
        lambda: revision.sdglinks.all().delete(),
        lambda: OutcomeFactory(revision=revision),
    ):
        with pytest.raises(IntegrityError, match="can not change"), transaction.atomic():
            change()


def test_withdrawing_the_draft_of_a_case_that_was_never_public_withdraws_the_case():
    revision = RevisionFactory()
    revision.withdraw(by=revision.author, now=NOW, note="Begun twice")
    case = PolicyCase.objects.get(pk=revision.case_id)
    assert (revision.status, case.status, case.withdrawn_reason) == ("withdrawn", "withdrawn", "Begun twice")


def test_withdrawing_the_edit_of_a_public_case_leaves_it_public():
    public = RevisionFactory(published=True)
    edit = public.case.revise(by=public.author, now=NOW)
    edit.withdraw(by=public.author, now=NOW, note="Not needed")
    case = PolicyCase.objects.get(pk=public.case_id)
    assert (edit.status, case.status, case.live) == ("withdrawn", "published", public)


def test_a_case_has_one_edition_at_work():
    revision = RevisionFactory()
    with pytest.raises(IntegrityError, match="revision_one_open"):
        RevisionFactory(case=revision.case)
