"""The queue and the review page: who may do what in which state, and what happens then."""

import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from policies.admin.moderation import state
from policies.models import FieldComment, InternalNote, Revision
from tests.factories.accounts import UserFactory
from tests.factories.cities import MembershipFactory
from tests.factories.policies import (
    DocumentFactory,
    OutcomeFactory,
    PartnerFactory,
    PictureFactory,
    RevisionFactory,
    SDGLinkFactory,
    WebLinkFactory,
    bring,
)

pytestmark = pytest.mark.usefixtures("db")
QUEUE = "/admin/policies/revision/"
STATES = list(Revision.Status.values)
DECISIONS = {"publish": "published", "return": "returned", "reject": "rejected"}
ROLES = ["anonymous", "author", "official", "staff", "moderator", "moderator_author", "superuser", "superuser_author"]


def edition(status, **fields):
    """An edition in any state, brought there by the verbs."""
    revision = RevisionFactory(complete=True, created_at=timezone.now() - timedelta(days=3), **fields)
    now, other = timezone.now() - timedelta(days=2), UserFactory()
    if status in {"submitted", "returned", "published"}:
        bring(revision, status, now=now)
    elif status == "rejected":
        bring(revision, "submitted", now=now).reject(by=other, now=now, note="Not a policy.")
    elif status == "superseded":
        bring(revision, "published", now=now)
        update = revision.case.revise(by=other, now=now)
        bring(update, "published", now=now)
    elif status == "withdrawn":
        revision.withdraw(by=revision.author, now=now, note="No time.")
    revision.refresh_from_db()
    assert revision.status == status
    return revision


def person(role, revision):
    """The user of that role, None for anonymous; an "author" wrote `revision`."""
    if role == "anonymous":
        return None
    if role == "official":
        user = UserFactory()
        MembershipFactory(user=user, city=revision.case.city, approved=True)
        return user
    traits = {"staff": {"staff": True}, "moderator": {"moderator": True}, "superuser": {"superuser": True}}
    user = UserFactory(**traits.get(role.split("_")[0], {}))
    if role.endswith("author"):
        Revision.objects.filter(pk=revision.pk).update(author=user)
        revision.refresh_from_db()
    return user


def page(revision):
    return reverse("admin:policies_revision_review", args=[revision.pk])


def decide(client, revision, decision, *, seen=None, **typed):
    data = {"decision": decision, "seen": state(revision) if seen is None else seen, "note": "Because.", **typed}
    return client.post(page(revision), data)


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def moderator(client):
    user = UserFactory(moderator=True, display_name="Mina")
    client.force_login(user)
    return user


# Who may decide


@pytest.mark.parametrize("status", STATES)
def test_each_decision_by_each_role_in_this_state(client, status):
    for role in ROLES:
        revision = edition(status)
        client.logout()
        if user := person(role, revision):
            client.force_login(user)
        allowed = role in {"moderator", "superuser"} and status == "submitted"
        drawn = re.findall(r'name="decision" value="(publish|return|reject)"', client.get(page(revision)).content.decode())
        assert (role, drawn) == (role, list(DECISIONS) if allowed else [])
        for decision, target in DECISIONS.items():
            response = decide(client, revision, decision)
            revision.refresh_from_db()
            refused = 302 if role in {"anonymous", "author", "official"} else 403
            expected = (target, 302) if allowed else (status, refused)
            assert (role, decision, revision.status, response.status_code) == (role, decision, *expected)
            revision = edition(status) if allowed else revision


@pytest.mark.parametrize("hand", ["author", "edited_by", "submitted_by"])
@pytest.mark.parametrize("trait", ["moderator", "superuser"])
def test_nobody_reviews_what_they_had_a_hand_in_not_even_through_the_verbs(client, hand, trait):
    user, revision = UserFactory(**{trait: True}), edition("submitted")
    client.force_login(user)
    assert 'value="publish"' in client.get(page(revision)).content.decode()

    Revision.objects.filter(pk=revision.pk).update(**{hand: user})
    InternalNote.objects.create(revision=revision, text="Canary.", at=timezone.now())
    revision.refresh_from_db()
    html = client.get(page(revision)).content.decode()
    assert re.findall(r'name="decision"|Canary|name="internal"|name="comment_\w+"', html) == []
    assert [decide(client, revision, name, comment_title="x").status_code for name in ["save", *DECISIONS]] == [403] * 4
    assert client.post(f"{QUEUE}{revision.pk}/claim/").status_code == 403
    for verb in (revision.publish, revision.send_back, revision.reject):
        with pytest.raises(PermissionDenied):
            verb(by=user, now=timezone.now(), note="x")
    with pytest.raises(PermissionDenied):
        revision.claim(by=user, now=timezone.now())
    revision.refresh_from_db()
    assert (revision.status, revision.assignee, revision.comments.count()) == ("submitted", None, 0)


@pytest.mark.parametrize("role", ["anonymous", "author", "official", "staff"])
def test_others_see_neither_queue_nor_page(client, role):
    revision = edition("published")
    if user := person(role, revision):
        client.force_login(user)
    expected = 403 if role == "staff" else 302
    addresses = [QUEUE, page(revision), f"{QUEUE}{revision.pk}/change/"]
    assert [client.get(address).status_code for address in addresses] == [expected] * 3
    assert [client.post(f"{QUEUE}{revision.pk}/{verb}/").status_code for verb in ("claim", "release")] == [expected] * 2


def test_group_membership_alone_lets_staff_in_and_nothing_can_be_edited(client, moderator):
    revision = edition("submitted")
    moderator.groups.get().permissions.clear()
    assert client.get(f"{QUEUE}{revision.pk}/change/").headers["location"] == page(revision)
    assert client.get(page(revision)).context["title"] == "Review"
    assert [client.get(f"{QUEUE}add/").status_code, client.get(f"{QUEUE}{revision.pk}/delete/").status_code] == [403, 403]
    assert client.get(f"{QUEUE}999999/review/").status_code == 404


# The queue


def rows(response):
    return [revision.title for revision in response.context["cl"].result_list]


def test_the_queue_is_what_waits_oldest_first(client, moderator):
    now, other = timezone.now(), UserFactory(moderator=True, display_name="Otto")
    for title, days in [("Young", 1), ("Old", 20), ("Middle", 5)]:
        RevisionFactory(submitted=True, title=title, created_at=now - timedelta(days=days))
    RevisionFactory(returned=True, title="Returned")
    RevisionFactory(published=True, title="Public")
    Revision.objects.get(title="Old").claim(by=moderator, now=now)
    Revision.objects.get(title="Young").claim(by=other, now=now)

    html = client.get(QUEUE).content.decode()
    assert rows(client.get(QUEUE)) == ["Old", "Middle", "Young"]
    assert re.findall(r'field-waits">(.*?)<', html) == ["20 days", "5 days", "1 day"]
    assert [re.sub(", since.*", "", who) for who in re.findall(r'field-holder">(.*?)<', html)] == ["Mina", "Nobody yet", "Otto"]
    assert re.findall(r">(Claim|Release)<", html) == ["Release", "Claim"]
    assert rows(client.get(QUEUE, {"queue": "mine"})) == ["Old"]
    assert rows(client.get(QUEUE, {"queue": "unassigned"})) == ["Middle"]
    assert rows(client.get(QUEUE, {"queue": "returned"})) == ["Returned"]
    assert sorted(rows(client.get(QUEUE, {"queue": "all"}))) == ["Middle", "Old", "Public", "Returned", "Young"]
    assert rows(client.get(QUEUE, {"q": "Middle"})) == ["Middle"]


def test_the_queue_and_the_page_cost_the_same_with_more_rows(client, moderator):
    def fill(number):
        revision = edition("submitted")
        for position in range(1, number + 1):
            PartnerFactory(revision=revision)
            WebLinkFactory(revision=revision)
            OutcomeFactory(revision=revision, target_id=f"11.{position}")
            DocumentFactory(revision=revision)
            PictureFactory(revision=revision)
            if position > 1:
                SDGLinkFactory(revision=revision, position=position, goal_id=11, target_id=f"11.{position + 2}")
            by = UserFactory(moderator=True)
            FieldComment.objects.create(revision=revision, field="title", text="x", by=by, at=timezone.now())
            InternalNote.objects.create(revision=revision, text="x", by=by, at=timezone.now())
        return revision

    def cost(address):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    one = fill(1)
    first = cost(QUEUE), cost(page(one))
    fill(1)
    three = fill(3)
    assert (cost(QUEUE), cost(page(three))) == first


# Claims


def test_claim_and_release(client, moderator):
    revision = edition("submitted")
    client.post(f"{QUEUE}{revision.pk}/claim/")
    revision.refresh_from_db()
    assert (revision.assignee, client.get(f"{QUEUE}{revision.pk}/claim/").status_code) == (moderator, 405)
    client.post(f"{QUEUE}{revision.pk}/release/")
    revision.refresh_from_db()
    assert (revision.assignee, revision.claimed_at) == (None, None)


def test_a_claim_of_another_is_shown_and_ends_after_seven_days(client, moderator):
    revision, other = edition("submitted"), UserFactory(moderator=True, display_name="Otto")
    now = timezone.now()
    revision.claim(by=other, now=now - timedelta(days=6, hours=23))
    assert said(client.post(f"{QUEUE}{revision.pk}/claim/")) == ["Otto took this review before you."]
    html = client.get(page(revision)).content.decode()
    assert re.findall(r"(Otto is reviewing this)|>(Claim|Release)<", html) == [("Otto is reviewing this", "")]
    client.post(f"{QUEUE}{revision.pk}/release/")
    revision.refresh_from_db()
    assert revision.assignee == other

    revision.claim(by=other, now=now - timedelta(days=7, hours=1))
    assert "Otto took it 7 days ago" in client.get(QUEUE).content.decode()
    assert said(client.post(f"{QUEUE}{revision.pk}/claim/")) == ["The review is yours for 7 days."]
    revision.refresh_from_db()
    assert revision.assignee == moderator


def test_what_no_longer_waits_can_not_be_claimed(client, moderator):
    revision = edition("returned")
    response = client.post(f"{QUEUE}{revision.pk}/claim/")
    assert (response.status_code, said(response)) == (302, [f"“{revision}” does not wait for review any more."])


# The page


def test_a_first_edition_shows_every_field_escaped(client, moderator):
    revision = RevisionFactory(submitted=True, title="<script>alert(1)</script>", labels=["<b>bus</b>"])
    PartnerFactory(revision=revision, name="<img src=x onerror=alert(1)>")
    response = client.get(page(revision))
    html = response.content.decode()
    assert re.findall(r"<script>alert|<img src=x|<b>bus", html) == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert [field for section in response.context["sections"] for field in section.unchanged] == []
    assert "First edition" in html


def test_an_update_shows_what_changed_beside_what_is_public(client, moderator):
    revision = edition("published", title="Slow buses", challenge="<p>Buses are slow.</p>")
    update = revision.case.revise(by=UserFactory(), now=timezone.now())
    Revision.objects.filter(pk=update.pk).update(title="Fast buses", challenge="<p>Buses are <em>very</em> slow.</p>")
    update.refresh_from_db()
    SDGLinkFactory(revision=update, position=2, goal_id=13)
    PartnerFactory(revision=update, name="Bus company")
    bring(update, "submitted")

    response = client.get(page(update))
    fields = {field.name: field for section in response.context["sections"] for field in section.changed}
    assert {name: str(field.diff) for name, field in fields.items()} == {
        "title": "<del>Slow</del> <ins>Fast</ins> buses",
        "sdg_links": str(fields["sdg_links"].old) + "<ins>\n13. " + update.sdglinks.last().goal.name + "</ins>",
        "challenge": "Buses are <ins>very</ins> slow.",
        "partners": "<ins>Bus company</ins>",
    }
    html = response.content.decode()
    assert "<p>Buses are slow.</p>" in html
    assert "Update of edition 1" in html
    assert 'name="comment_challenge"' in html


def test_checks_name_what_a_moderator_should_look_at(client, moderator):
    revision = RevisionFactory(
        submitted=True, title="Buses that come on time", summary="Buses come on time.", themes=["transport", "energy", "water"]
    )
    twin = RevisionFactory(published=True, title="Buses which come on time", case__city=revision.case.city)
    RevisionFactory(published=True, title="Buses that come on time")  # another city
    RevisionFactory(published=True, title="Composting at home", case__city=revision.case.city)
    PictureFactory(revision=revision, alt="")
    revision.refresh_from_db()
    assert client.get(page(revision)).context["hints"] == [
        ("pictures", "Describe each picture and confirm that it may be published."),
        ("title", f"The same city has a case with a very similar title: {twin.title} (published)."),
        ("summary", "The summary only repeats the title."),
        ("themes", "All three themes are used. Does each one fit?"),
        ("outcomes", "There is no outcome with a number."),
    ]


def test_files_can_be_fetched_and_pictures_seen(client, moderator):
    revision = edition("submitted")
    document, picture = DocumentFactory(revision=revision), PictureFactory(revision=revision, alt="A bus")
    html = client.get(page(revision)).content.decode()
    assert f'href="{document.get_absolute_url()}"' in html
    assert f'<img src="{picture.image.url}" alt="A bus"' in html


def test_earlier_comments_stand_with_the_answers(client, moderator):
    revision = edition("returned")
    FieldComment.objects.create(
        revision=revision, field="summary", text="Shorter?", by=moderator, at=timezone.now(), answer="Done <now>.",
        answered_by=revision.author, answered_at=timezone.now(),
    )  # fmt: skip
    html = client.get(page(revision)).content.decode()
    assert ("Shorter?" in html, "Done &lt;now&gt;." in html) == (True, True)


# Decisions


def test_save_keeps_comments_and_the_internal_note(client, moderator):
    revision = edition("submitted")
    response = decide(client, revision, "save", comment_title="Too long", comment_summary=" ", internal="Ask Otto")
    assert response.headers["location"] == page(revision)
    assert list(revision.comments.values_list("field", "text", "by")) == [("title", "Too long", moderator.pk)]
    assert list(revision.internal_notes.values_list("text", "by")) == [("Ask Otto", moderator.pk)]
    revision.refresh_from_db()
    assert revision.status == "submitted"


def delete(client, revision, comment, **typed):
    return client.post(f"{QUEUE}{revision.pk}/comments/{comment.pk}/delete/", {"seen": state(revision), **typed})


def test_a_comment_that_the_author_has_not_seen_can_be_deleted_by_who_wrote_it(client, moderator):
    revision, other = edition("submitted"), UserFactory(moderator=True)
    now = timezone.now()
    mine, theirs = (revision.comments.create(field="title", text=f"Of {by}", by=by, at=now) for by in (moderator, other))
    button = re.compile(r'formaction="(\S+/comments/\d+/delete/)"')
    address = f"{QUEUE}{revision.pk}/comments/{mine.pk}/delete/"
    assert button.findall(client.get(page(revision)).content.decode()) == [address]
    assert client.get(address).status_code == 405
    assert delete(client, revision, theirs).status_code == 403
    answer = delete(client, revision, mine, comment_summary="Half a thought", note="Dear author", decision="")
    assert said(answer) == ["The comment is deleted. The author never saw it."]
    assert list(revision.comments.all()) == [theirs]
    form = answer.context["form"]
    assert [form[name].value() for name in ("comment_summary", "note", "seen")] == [
        "Half a thought",
        "Dear author",
        state(revision),
    ]
    assert (form.errors, answer.content.decode().count("Half a thought")) == ({}, 1)
    assert said(delete(client, revision, mine)) == ["Nothing was done: the comment was sent to the author, or is gone already."]


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_comment_that_was_sent_stays(client, moderator, decision):
    revision = edition("submitted")
    decide(client, revision, decision, comment_title="How fast?")
    comment = revision.comments.get()
    assert "/delete/" not in client.get(page(revision)).content.decode()
    assert said(delete(client, revision, comment)) == [
        "Nothing was done: the comment was sent to the author, or is gone already."
    ]
    assert list(revision.comments.all()) == [comment]


def test_after_a_return_only_newer_comments_can_be_deleted(client, moderator):
    revision = edition("submitted")
    decide(client, revision, "return", comment_title="How fast?")
    revision.refresh_from_db()
    revision.submit(by=revision.author, now=timezone.now())
    decide(client, revision, "save", comment_title="And how often?")
    old, new = revision.comments.all()
    html = client.get(page(revision)).content.decode()
    assert re.findall(r"comments/(\d+)/delete/", html) == [str(new.pk)]
    assert html.count("not sent yet") == 1
    delete(client, revision, old)
    delete(client, revision, new)
    assert list(revision.comments.all()) == [old]


def test_a_decision_takes_the_comments_with_it(client, moderator):
    revision = edition("submitted")
    response = decide(client, revision, "return", note="Nearly.", comment_title="Too long")
    revision.refresh_from_db()
    assert (revision.status, revision.history.last().note, revision.decided_by) == ("returned", "Nearly.", moderator)
    assert list(revision.comments.values_list("field", "text")) == [("title", "Too long")]
    assert response.headers["location"] == QUEUE


@pytest.mark.parametrize("decision", ["reject", "return"])
def test_without_a_reason_nothing_happens_and_nothing_typed_is_lost(client, moderator, decision):
    revision = edition("submitted")
    response = decide(client, revision, decision, note=" ", internal="Note <1>")
    revision.refresh_from_db()
    assert (response.status_code, revision.status, revision.internal_notes.count()) == (200, "submitted", 0)
    assert list(response.context["form"].errors) == ["note"]
    assert len(re.findall(r'<a href="#id_note">To the author: Write ', response.content.decode())) == 1
    assert "Note &lt;1&gt;</textarea>" in response.content.decode()


def test_a_saved_comment_is_enough_to_return(client, moderator):
    revision = edition("submitted")
    decide(client, revision, "save", comment_title="Too long")
    decide(client, revision, "return", note="")
    revision.refresh_from_db()
    assert revision.status == "returned"


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_double_click_is_one_decision_and_no_error(client, moderator, decision):
    revision = edition("submitted")
    seen = state(revision)
    decide(client, revision, decision, seen=seen)
    second = decide(client, revision, decision, seen=seen, comment_title="again")
    assert (second.status_code, said(second)[-1]) == (302, "You decided this already. It was done once.")
    assert (revision.history.filter(after=DECISIONS[decision]).count(), revision.comments.count()) == (1, 0)


def test_a_decision_of_somebody_else_is_told_and_keeps_what_was_typed(client, moderator):
    revision, other = edition("submitted"), UserFactory(moderator=True, display_name="Otto")
    seen = state(revision)
    revision.reject(by=other, now=timezone.now(), note="No.")
    response = decide(client, revision, "publish", seen=seen, comment_title="My <precious> words")
    html = response.content.decode()
    revision.refresh_from_db()
    assert (response.status_code, revision.status, revision.comments.count()) == (409, "rejected", 0)
    assert re.match(
        r"Nothing was done: it is now “not accepted” \(Otto, .*\)\. What you typed is still below\.", said(response)[0]
    )
    assert "My &lt;precious&gt; words</textarea>" in html
    assert 'value="publish"' not in html


def test_a_newer_text_is_read_before_it_is_published(client, moderator):
    revision = edition("submitted")
    seen = state(revision)
    revision.recall(by=revision.author, now=timezone.now())
    revision.submit(by=revision.author, now=timezone.now())
    response = decide(client, revision, "publish", seen=seen)
    revision.refresh_from_db()
    assert (response.status_code, revision.status) == (409, "submitted")
    assert "the author sent a newer text" in said(response)[0]
    fresh = re.search(r'name="seen" value="([^"]+)"', response.content.decode())[1]
    assert decide(client, revision, "publish", seen=fresh.replace("&#x2B;", "+")).status_code == 302


def test_internal_notes_are_possible_in_every_state_comments_are_not(client, moderator):
    revision = edition("returned")
    assert decide(client, revision, "save", internal="Later").status_code == 302
    assert decide(client, revision, "save", comment_title="Late").status_code == 403
    assert (revision.internal_notes.count(), revision.comments.count()) == (1, 0)


@pytest.mark.parametrize("typed", [{"decision": "own"}, {"decision": ""}, {"comment_title": "x" * 2001}, {"note": "x" * 2001}])
def test_nonsense_is_refused_politely(client, moderator, typed):
    revision = edition("submitted")
    response = client.post(page(revision), {"decision": "publish", "seen": state(revision), **typed})
    revision.refresh_from_db()
    assert (response.status_code, revision.status) == (200, "submitted")
