"""Cases in the admin site: who comes in, what staff does with many at once, and what the history says."""

import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from policies.models import PolicyCase
from tests.factories.accounts import UserFactory
from tests.factories.policies import CaseFactory, RevisionFactory, bring

pytestmark = pytest.mark.usefixtures("db")
CASES = "/admin/policies/policycase/"


@pytest.fixture
def moderator(client):
    user = UserFactory(moderator=True, display_name="Mina")
    client.force_login(user)
    return user


def published(**fields):
    return PolicyCase.objects.get(pk=RevisionFactory(published=True, **fields).case_id)


def act(client, action, *cases, **data):
    return client.post(CASES, {"action": action, "_selected_action": [case.pk for case in cases], **data})


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.mark.parametrize(("traits", "expected"), [(None, 302), ({}, 302), ({"staff": True}, 403)])
def test_only_moderators_come_in(client, traits, expected):
    case = published()
    if traits is not None:
        client.force_login(UserFactory(**traits))
    addresses = [CASES, f"{CASES}{case.pk}/change/", f"{CASES}{case.pk}/compare/1/1/"]
    assert [client.get(address).status_code for address in addresses] == [expected] * 3
    posts = [act(client, "feature", case)] + [
        client.post(f"{CASES}{case.pk}/{verb}/", {"slug": "new"}) for verb in ("rename", "restore")
    ]
    case.refresh_from_db()
    assert ([response.status_code for response in posts], case.is_featured) == ([expected] * 3, False)


@pytest.mark.parametrize("trait", ["moderator", "superuser"])
def test_nothing_is_added_edited_or_deleted(client, trait):
    client.force_login(UserFactory(**{trait: True}))
    case = published()
    assert [client.get(f"{CASES}add/").status_code, client.get(f"{CASES}{case.pk}/delete/").status_code] == [403, 403]
    html = client.get(CASES).content.decode()
    assert re.findall(r'<option value="(\w+)"', html) == ["feature", "unfeature", "verify", "withdraw"]
    client.post(f"{CASES}{case.pk}/change/", {"status": "withdrawn", "is_featured": "on"})
    case.refresh_from_db()
    assert (case.status, case.is_featured) == ("published", False)


def test_the_list_costs_the_same_with_more_rows_and_names_drafts(client, moderator):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            html = client.get(CASES).content.decode()
        return len(queries), re.findall(r'field-name"><a[^>]*>(.*?)</a>', html)

    RevisionFactory(submitted=True, title="First draft")
    one, names = cost()
    assert names == ["First draft"]
    published(title="Public")
    RevisionFactory(title="Second draft")
    three, names = cost()
    assert (three, sorted(names)) == (one, ["First draft", "Public", "Second draft"])


@pytest.mark.parametrize(
    ("query", "found"),
    [({"q": "Bus"}, ["Bus"]), ({"status__exact": "unpublished"}, ["Draft"]), ({"is_featured__exact": "1"}, [])],
)
def test_search_and_filters(client, moderator, query, found):
    published(title="Bus")
    published(title="Tram")
    RevisionFactory(title="Draft")
    result = client.get(CASES, query).context["cl"].result_list
    assert [case.title or case.working_title for case in result] == found


def test_feature_and_verify_say_of_each_row_whether_it_was_done(client, moderator):
    one, two = published(title="Bus"), RevisionFactory(title="Draft").case
    PolicyCase.objects.filter(pk=one.pk).update(verified_on="2020-01-01")
    assert said(act(client, "feature", one, two)) == ["Bus: featured.", "Draft: nothing done, the case is not published."]
    assert said(act(client, "verify", one, two))[-2:] == [
        "Bus: verified today.",
        "Draft: nothing done, the case is not published.",
    ]
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.is_featured, one.verified_on, two.is_featured, two.verified_on) == (True, timezone.now().date(), False, None)
    act(client, "unfeature", one)
    one.refresh_from_db()
    assert one.is_featured is False


def test_withdraw_shows_what_will_happen_and_asks_why(client, moderator):
    one, two = published(title="Bus <b>"), RevisionFactory(title="Draft").case
    response = act(client, "withdraw", one, two)
    html = re.sub(r"\s+", " ", response.content.decode())
    one.refresh_from_db()
    assert (response.status_code, one.status) == (200, "published")
    assert "<strong>Bus &lt;b&gt;</strong>: leaves the lists" in html
    assert "<strong>Draft</strong>: nothing happens, it is not published yet." in html
    assert sorted(re.findall(r'name="_selected_action" value="(\d+)"', html), key=int) == [str(one.pk), str(two.pk)]

    empty = act(client, "withdraw", one, reason=" ")
    one.refresh_from_db()
    assert (empty.status_code, one.status, "reason" in empty.context["form"].errors) == (200, "published", True)


def test_withdraw_with_a_reason(client, moderator, commits_at_once):
    author = UserFactory(email="ana@city.example")
    one, two = published(title="Bus", author=author), RevisionFactory(title="Draft").case
    mail.outbox.clear()
    response = act(client, "withdraw", one, two, reason="The city asked.")
    one.refresh_from_db()
    two.refresh_from_db()
    assert said(response) == ["Bus: withdrawn.", "Draft: nothing done, the case is not published."]
    assert (one.status, one.withdrawn_reason, two.status) == ("withdrawn", "The city asked.", "unpublished")
    assert [(letter.to, letter.subject) for letter in mail.outbox] == [(["ana@city.example"], 'Withdrawn: "Bus"')]
    assert list(one.history.values_list("after", "by"))[-1] == ("withdrawn", moderator.pk)


def test_restore_brings_back_only_what_was_withdrawn(client, moderator):
    case = published()
    address = f"{CASES}{case.pk}/restore/"
    assert said(client.post(address)) == ["Nothing done: the case is not withdrawn."]
    case.withdraw(by=moderator, now=timezone.now(), note="Mistake")
    assert said(client.post(address))[-1] == "The case is public again."
    case.refresh_from_db()
    assert (case.status, client.get(address).status_code) == ("published", 405)

    never = RevisionFactory()
    never.withdraw(by=never.author, now=timezone.now(), note="No time")
    assert client.post(f"{CASES}{never.case_id}/restore/").status_code == 403


def test_rename_gives_a_new_address_and_keeps_the_old_one(client, moderator):
    case, other = published(title="Bus"), published(title="Tram")
    old = case.slug
    for slug, words in [
        (old, "This is the address already."),
        (other.slug, "Another case has, or had, this address. Choose another one."),
        ("not a slug", "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."),
    ]:
        response = client.post(f"{CASES}{case.pk}/rename/", {"slug": slug})
        assert response.context["rename_form"].errors == {"slug": [words]}
    client.post(f"{CASES}{case.pk}/rename/", {"slug": "Bus-Lanes"})
    case.refresh_from_db()
    assert (case.slug, list(case.past_slugs.values_list("slug", flat=True))) == ("bus-lanes", [old])
    client.post(f"{CASES}{other.pk}/rename/", {"slug": old})
    other.refresh_from_db()
    assert other.slug != old
    assert client.post(f"{CASES}{CaseFactory().pk}/rename/", {"slug": "x"}).status_code == 403


def test_the_page_tells_the_whole_history_with_the_editions(client, moderator):
    start = timezone.now() - timedelta(days=10)
    revision = RevisionFactory(complete=True, title="Bus", created_at=start, author=UserFactory(display_name="Ana"))
    revision.submit(by=revision.author, now=start)
    revision.send_back(by=moderator, now=start + timedelta(days=1), note="More <numbers>")
    revision.submit(by=revision.author, now=start + timedelta(days=2))
    revision.publish(by=moderator, now=start + timedelta(days=3))
    update = revision.case.revise(by=revision.author, now=start + timedelta(days=4))
    update.title = "Bus lanes"
    update.save()
    bring(update, "published", now=start + timedelta(days=5))

    html = client.get(f"{CASES}{revision.case_id}/change/").content.decode()
    lines = [
        re.sub(r"<[^>]+>|\s+", " ", line) for line in re.findall(r"<li>(.*?)</li>", html.split("review-history")[1], re.DOTALL)
    ]
    assert [re.sub(r"\s+", " ", line).strip().split(",")[0] for line in lines] == [
        "Edition 1 : Sent for review",
        "Edition 1 : Returned with comments",
        "Edition 1 : Sent for review",
        "Edition 1 : Published",
        "The case became public",
        "Edition 2 : Sent for review",
        "Edition 1 : Replaced by a newer edition",
        "Edition 2 : Published",
    ]
    assert "More &lt;numbers&gt;" in html
    compare = f"{CASES}{revision.case_id}/compare/1/2/"
    assert compare in html
    assert "Bus <ins>lanes</ins>" in client.get(compare).content.decode()
    assert client.get(f"{CASES}{revision.case_id}/compare/1/9/").status_code == 404
