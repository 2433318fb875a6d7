import contextlib
import re
from datetime import UTC, datetime

import pytest
from django.core import mail
from django.db import transaction

from accounts.emails import one_line, post, reachable
from accounts.models import User
from cities.models import Membership
from policies import actions
from policies.models import FieldComment
from tests.factories.accounts import UserFactory
from tests.factories.cities import MembershipFactory
from tests.factories.policies import RevisionFactory

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)


@pytest.fixture
def moderator(db):
    return UserFactory(moderator=True, email="canary.moderator@staff.example", display_name="Mina Moderator")


@pytest.fixture
def author(db):
    return UserFactory(email="ana@city.example", display_name="Ana")


@pytest.fixture
def draft(author):
    return RevisionFactory(
        complete=True, author=author, title="Buses <b>&\nfast", contact_email="canary.contact@city.example", created_at=NOW
    )


@pytest.fixture
def send(django_capture_on_commit_callbacks):
    """Calls a verb as its own transaction; returns the letters that left."""

    def call(verb, *args, **kwargs):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            verb(*args, **kwargs)
        return sorted(mail.outbox, key=lambda letter: letter.to)

    return call


def everything(letter):
    return letter.subject + letter.body + letter.alternatives[0][0]


def test_submit_answers_the_author_and_the_colleague_who_sent_it(draft, author, send):
    colleague = UserFactory(email="ben@city.example")
    letters = send(actions.submit_revision, draft, by=colleague, now=NOW)
    assert [(letter.to, letter.subject) for letter in letters] == [
        (["ana@city.example"], 'We received "Buses <b>& fast"'),
        (["ben@city.example"], 'We received "Buses <b>& fast"'),
    ]


def test_submit_by_the_author_is_one_letter(draft, author, send):
    assert [letter.to for letter in send(actions.submit_revision, draft, by=author, now=NOW)] == [["ana@city.example"]]


def test_returned_brings_the_new_comments_in_the_order_of_the_form(draft, author, moderator, send):
    send(actions.submit_revision, draft, by=author, now=NOW)
    comments = {"failures": "What went <i>wrong</i>?", "summary": "Shorter, please."}
    actions.write_comments(draft, by=moderator, now=NOW, comments=comments, internal="canary internal")
    [letter] = send(actions.return_revision, draft, by=moderator, now=NOW, note="Almost there.")

    assert (letter.to, letter.subject) == (["ana@city.example"], 'Please mend: "Buses <b>& fast"')
    html = letter.alternatives[0][0]
    assert re.findall(r"<h2><a href=\"[^\"]+/policies/drafts/\d+/\w+/\">(.*?)</a></h2>", html) == [
        "Summary",
        "What did not work",
    ]
    assert "What went <i>wrong</i>?" in letter.body
    assert "What went &lt;i&gt;wrong&lt;/i&gt;?" in html
    assert "Almost there." in letter.body
    assert "Almost there." in html
    assert "canary" not in everything(letter)
    assert "Mina" not in everything(letter)

    send(actions.submit_revision, draft, by=author, now=LATER)
    actions.write_comments(draft, by=moderator, now=LATER, comments={"title": "One more thing."})
    [second] = send(actions.return_revision, draft, by=moderator, now=LATER)
    assert re.findall(r"(Shorter, please\.|One more thing\.)", second.body) == ["One more thing."]


def test_published_links_the_public_page(draft, author, moderator, send, settings):
    send(actions.submit_revision, draft, by=author, now=NOW)
    [letter] = send(actions.publish_revision, draft, by=moderator, now=NOW)
    draft.case.refresh_from_db()
    assert letter.subject == 'Published: "Buses <b>& fast"'
    assert f"\n{settings.SITE_URL}/policies/{draft.case.slug}/\n" in letter.body
    assert re.findall(r'href="([^"]+/policies/[^"]+)"', letter.alternatives[0][0]) == [
        f"{settings.SITE_URL}/policies/{draft.case.slug}/"
    ]


def test_rejected_says_why(draft, author, moderator, send):
    send(actions.submit_revision, draft, by=author, now=NOW)
    [letter] = send(actions.reject_revision, draft, by=moderator, now=NOW, note="It is an advertisement: http://evil.example")
    assert letter.subject == 'Not accepted: "Buses <b>& fast"'
    assert "It is an advertisement" in letter.body
    assert 'href="http://evil.example' not in letter.alternatives[0][0]


def test_withdrawn_by_staff_is_told_by_the_city_itself_is_not(moderator, author, send):
    case = RevisionFactory(published=True, author=author).case
    case.refresh_from_db()
    [letter] = send(actions.withdraw_case, case, by=moderator, now=NOW, note="Two cities asked.")
    assert (letter.to, letter.subject) == (["ana@city.example"], f'Withdrawn: "{case.title}"')
    assert "Two cities asked." in letter.body

    colleague = UserFactory()
    other = RevisionFactory(published=True, author=author).case
    MembershipFactory(city=other.city, user=colleague, approved=True, decided_by=moderator)
    other.refresh_from_db()
    assert send(actions.withdraw_case, other, by=colleague, now=NOW, note="It ended.") == []


def test_no_letter_holds_anybody_elses_address(draft, author, moderator, send):
    letters = send(actions.submit_revision, draft, by=author, now=NOW)
    letters += send(actions.return_revision, draft, by=moderator, now=NOW, note="More.")
    letters += send(actions.submit_revision, draft, by=author, now=LATER)
    letters += send(actions.publish_revision, draft, by=moderator, now=LATER)
    assert len(letters) == 4
    assert [address for letter in letters for address in re.findall(r"[\w.]+@[\w.]+", everything(letter))] == []


@pytest.mark.parametrize("state", [{"verified": False}, {"verified": None}, {"is_active": False}])
def test_who_can_not_be_reached_gets_nothing(state, db, send):
    author = UserFactory(**state)
    draft = RevisionFactory(complete=True, author=author)
    assert send(actions.submit_revision, draft, by=author, now=NOW) == []
    assert list(reachable(User.objects.all())) == []


def test_nothing_leaves_when_the_transaction_is_rolled_back(draft, author, send):
    def submit_and_fail():
        with contextlib.suppress(ZeroDivisionError), transaction.atomic():
            actions.submit_revision(draft, by=author, now=NOW)
            raise ZeroDivisionError

    assert send(submit_and_fail) == []
    draft.refresh_from_db()
    assert draft.status == "draft"
    assert len(send(actions.submit_revision, draft, by=author, now=NOW)) == 1


@pytest.mark.parametrize("nasty", ["a\nBcc: x@evil.example", "a\r\nb", "a\rb", "a\u2028b", "a\x00b", "a\x1bb", "  a \t b  "])
def test_a_subject_is_one_line(nasty):
    line = one_line(nasty)
    assert (line.splitlines(), line.isprintable()) == ([line], True)


@pytest.mark.parametrize("to", ["a@x.example\nBcc: b@x.example", "a@x.example, b@x.example"])
@pytest.mark.django_db
def test_an_address_that_would_be_two_sends_nothing(to, author, django_capture_on_commit_callbacks):
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        post("policies/emails/rejected", to=to, user=author, title="A", city="B", note="C", tasks="D")
    assert mail.outbox == []


def test_comments_of_unknown_fields_still_arrive(draft, author, moderator, send):
    send(actions.submit_revision, draft, by=author, now=NOW)
    FieldComment.objects.create(revision=draft, field="former_field", text="Still here.", by=moderator, at=NOW)
    [letter] = send(actions.return_revision, draft, by=moderator, now=NOW)
    assert "former_field\nStill here." in letter.body


def test_plain_letters_are_not_html(draft, author, moderator, send):
    [letter] = send(actions.submit_revision, draft, by=author, now=NOW)
    assert ("&lt;" in letter.body, "Buses <b>& fast" in letter.body) == (False, True)
    assert "<b>& fast" not in letter.alternatives[0][0]
    assert Membership.objects.count() == 0
