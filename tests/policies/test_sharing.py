"""Writing a case, from the author's side."""

import re
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from cities.models import City
from policies import actions
from policies.forms import STEP, STEPS
from policies.models import FieldComment, PolicyCase, Revision
from tests.factories.accounts import UserFactory
from tests.factories.cities import CityFactory, MembershipFactory
from tests.factories.policies import FundingShareFactory, OutcomeFactory, PartnerFactory, RevisionFactory

pytestmark = pytest.mark.usefixtures("db")
NOW = timezone.now()


@pytest.fixture
def official():
    return MembershipFactory(approved=True).user


@pytest.fixture
def revision(official):
    """A draft of the official's city."""
    return RevisionFactory(case__city=city_of(official), author=official)


@pytest.fixture
def writer(client, official):
    client.force_login(official)
    return client


def city_of(user):
    return City.objects.get(memberships__user=user)


def step_url(revision, step):
    return reverse("edit_step", args=[revision.pk, step])


def sent(form, **changes):
    """What a browser sends of an unbound `form`, with `changes` by name; None takes a name away."""
    data = {}
    parts = [form, *form.answers, *getattr(form, "all_stored", [])]
    for rows in form.rows.values():
        parts += [rows.management_form, *rows]
    for part in parts:
        data |= {
            field.html_name: field.value() for field in part if field.value() not in (None, "") and field.value() is not False
        }
    return {name: value for name, value in (data | changes).items() if value is not None}


def post_step(client, revision, step, *, autosave=False, **changes):
    fresh = Revision.objects.with_parts().get(pk=revision.pk)
    data = sent(STEP[step](revision=fresh, user=fresh.author), **changes)
    return client.post(step_url(revision, step), data, headers={"X-Autosave": "1"} if autosave else {})


class TestShareCase:
    def test_somebody_without_a_city_is_led_to_ask_for_one(self, client):
        client.force_login(UserFactory())
        assert f'href="{reverse("ask_membership")}"' in client.get(reverse("share_case")).content.decode()
        client.post(reverse("share_case"), {"city": CityFactory().pk, "key": uuid.uuid4()})
        assert PolicyCase.objects.count() == 0

    def test_begins_a_draft_of_ones_city(self, writer, official):
        response = writer.post(reverse("share_case"), {"city": city_of(official).pk, "key": uuid.uuid4()})
        revision = Revision.objects.get()
        assert (response.status_code, response["Location"]) == (302, reverse("case_tasks", args=[revision.pk]))
        assert (revision.status, revision.author, revision.case.city) == ("draft", official, city_of(official))

    def test_a_form_sent_twice_begins_one_case(self, writer, official):
        page = writer.get(reverse("share_case")).content.decode()
        data = {"city": city_of(official).pk, "key": re.search(r'name="key" value="([^"]+)"', page)[1]}
        places = {writer.post(reverse("share_case"), data)["Location"] for _ in range(2)}
        assert (len(places), Revision.objects.count()) == (1, 1)
        other_page = writer.get(reverse("share_case")).content.decode()
        writer.post(reverse("share_case"), data | {"key": re.search(r'name="key" value="([^"]+)"', other_page)[1]})
        assert Revision.objects.count() == 2

    def test_of_no_city_but_ones_own(self, writer):
        response = writer.post(reverse("share_case"), {"city": CityFactory().pk, "key": uuid.uuid4()})
        assert (response.status_code, PolicyCase.objects.count()) == (200, 0)


class TestTasks:
    def test_names_what_is_missing_with_a_link_to_the_field(self, writer, revision):
        page = writer.get(reverse("case_tasks", args=[revision.pk])).content.decode()
        links = re.findall(r'href="([^"]+#part-[^"]+)"', page)
        assert links == [
            *(
                f"{step_url(revision, 'basics')}#part-{name}"
                for name in ["title", "summary", "policy_status", "start_year", "themes"]
            ),
            f"{step_url(revision, 'goals')}#part-sdg_links",
            f"{step_url(revision, 'story')}#part-challenge",
            f"{step_url(revision, 'action')}#part-implementation",
            f"{step_url(revision, 'action')}#part-evaluation",
            f"{step_url(revision, 'contact')}#part-contact_office",
            f"{step_url(revision, 'contact')}#part-contact_email",
        ]
        for link in links:
            address, _, anchor = link.partition("#")
            assert f'id="{anchor}"' in writer.get(address).content.decode()

    def test_a_complete_draft_can_be_sent(self, writer, official):
        revision = RevisionFactory(complete=True, case__city=city_of(official), author=official)
        assert (
            reverse("submit_case", args=[revision.pk]) in writer.get(reverse("case_tasks", args=[revision.pk])).content.decode()
        )
        writer.post(reverse("submit_case", args=[revision.pk]))
        revision.refresh_from_db()
        assert (revision.status, revision.submitted_by) == ("submitted", official)

    def test_an_incomplete_draft_can_not(self, writer, revision):
        response = writer.post(reverse("submit_case", args=[revision.pk]), follow=True)
        revision.refresh_from_db()
        assert revision.status == "draft"
        assert "Give the case a title." in response.content.decode()

    def test_shows_comments_with_a_link_to_the_field(self, writer, official):
        revision = RevisionFactory(returned=True, case__city=city_of(official), author=official)
        FieldComment.objects.create(revision=revision, field="challenge", text="How many people?", at=NOW)
        page = writer.get(reverse("case_tasks", args=[revision.pk])).content.decode()
        assert "How many people?" in page
        assert f'href="{step_url(revision, "story")}#part-challenge"' in page

    def test_comments_stay_with_the_secretariat_until_it_decides(self, writer, official):
        revision = RevisionFactory(submitted=True, case__city=city_of(official), author=official)
        moderator, tasks = UserFactory(moderator=True), reverse("case_tasks", args=[revision.pk])
        later = timezone.now()
        actions.write_comments(revision, by=moderator, now=later, comments={"challenge": "How many people?"})

        def seen():
            pages = [writer.get(tasks)]
            if revision.is_editable:
                pages.append(writer.get(step_url(revision, "story")))
            return ["How many people?" in page.content.decode() for page in pages]

        assert seen() == [False]
        writer.post(reverse("recall_case", args=[revision.pk]))
        revision.refresh_from_db()
        assert seen() == [False, False]
        comment = revision.comments.get()
        post_step(writer, revision, "story", **{f"comment-{comment.pk}-answer": "About 4,000."})
        comment.refresh_from_db()
        assert comment.answer == ""
        writer.post(reverse("submit_case", args=[revision.pk]))
        revision.refresh_from_db()
        actions.return_revision(revision, by=moderator, now=timezone.now())
        assert seen() == [True, True]

    def test_comments_of_the_last_round_stay_visible_in_the_next(self, writer, official):
        revision = RevisionFactory(returned=True, case__city=city_of(official), author=official)
        moderator = UserFactory(moderator=True)
        FieldComment.objects.create(revision=revision, field="challenge", text="Sent", by=moderator, at=revision.decided_at)
        revision.submit(by=official, now=timezone.now())
        actions.write_comments(revision, by=moderator, now=timezone.now(), comments={"challenge": "Not sent"})
        page = writer.get(reverse("case_tasks", args=[revision.pk])).content.decode()
        assert re.findall(r"<p>((?:Not s|S)ent)</p>", page) == ["Sent"]

    def test_constant_queries(self, writer, official, django_assert_num_queries):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        counts = []
        for rows in (1, 3):
            revision = RevisionFactory(complete=True, case__city=city_of(official), author=official)
            for n in range(rows):
                OutcomeFactory(revision=revision)
                PartnerFactory(revision=revision)
                FieldComment.objects.create(revision=revision, field="challenge", text=f"Why {n}?", at=NOW, by=UserFactory())
            with CaptureQueriesContext(
                connection,
            ) as queries:
                writer.get(reverse("case_tasks", args=[revision.pk]))
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestSteps:
    @pytest.mark.parametrize("step", [step.slug for step in STEPS])
    def test_opens_and_takes_back_what_it_shows(self, writer, official, step):
        revision = RevisionFactory(complete=True, case__city=city_of(official), author=official, labels=["bus"])
        for factory in (OutcomeFactory, PartnerFactory, FundingShareFactory):
            factory(revision=revision)
        assert writer.get(step_url(revision, step)).status_code == 200
        response = post_step(writer, revision, step)
        revision.refresh_from_db()
        assert (response.status_code, revision.step_versions) == (302, {})

    def test_stores_and_goes_on_to_the_next_step(self, writer, revision):
        response = post_step(writer, revision, "basics", title="Lanes for buses", start_year="2019", themes=["transport"])
        revision.refresh_from_db()
        assert response["Location"] == f"{step_url(revision, 'goals')}?saved={revision.pk}-basics"
        assert (revision.title, revision.start_year, revision.themes) == ("Lanes for buses", 2019, ["transport"])
        assert revision.step_versions == {"basics": 1}

    def test_an_invalid_step_comes_back_with_all_that_was_typed(self, writer, revision):
        response = post_step(
            writer, revision, "basics", title="Lanes for buses", start_year="2019", end_year="2015", summary="Typed with care"
        )
        page = response.content.decode()
        revision.refresh_from_db()
        assert (revision.title, revision.start_year) == ("", None)
        assert "The end year is before the start year, 2019." in page
        assert 'value="Lanes for buses"' in page
        assert "Typed with care" in page

    def test_rows_come_back_too(self, writer, revision):
        response = post_step(
            writer,
            revision,
            "cost",
            **{"funding-0-source": "own_budget", "funding-0-share": "70", "funding-1-source": "donor", "funding-1-share": "40"},
        )
        page = response.content.decode()
        assert "The shares add up to 110 %." in page
        assert 'value="70"' in page
        assert 'value="40"' in page
        assert revision.fundingshares.count() == 0

    def test_more_rows_without_javascript(self, writer, revision):
        response = post_step(writer, revision, "details", **{"partners-0-name": "Bus company", "more": "partners"})
        assert [partner.name for partner in revision.partners.all()] == ["Bus company"]
        page = writer.get(response["Location"].partition("#")[0]).content.decode()
        assert re.findall(r'name="partners-(\d)-name"', page) == ["0", "1", "2", "3"]

    def test_a_form_sent_twice_is_stored_once(self, writer, revision):
        data = sent(STEP["basics"](revision=revision, user=revision.author), title="Lanes")
        for _ in range(2):
            assert writer.post(step_url(revision, "basics"), data).status_code == 302
        revision.refresh_from_db()
        assert revision.step_versions == {"basics": 1}

    def test_script_in_rich_text_and_title_does_no_harm(self, writer, revision):
        post_step(
            writer, revision, "story", challenge='<p onclick="x()">Traffic<script>alert(1)</script></p><img src=x onerror=y>'
        )
        post_step(writer, revision, "basics", title="<script>alert(2)</script>")
        revision.refresh_from_db()
        assert revision.challenge == "<p>Traffic</p>"
        page = writer.get(reverse("preview", args=[revision.pk])).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(2)&lt;/script&gt;" in page

    def test_plain_text_gets_paragraphs(self, writer, revision):
        post_step(writer, revision, "story", planning="First & foremost.\n\nThen more.")
        revision.refresh_from_db()
        assert revision.planning == "<p>First &amp; foremost.</p>\n\n<p>Then more.</p>"

    def test_the_answer_to_a_comment_is_stored_with_the_step(self, writer, official):
        revision = RevisionFactory(returned=True, case__city=city_of(official), author=official)
        comment = FieldComment.objects.create(revision=revision, field="challenge", text="How many?", at=NOW)
        post_step(writer, revision, "story", **{f"comment-{comment.pk}-answer": "About 4,000."})
        comment.refresh_from_db()
        assert (comment.answer, comment.answered_by) == ("About 4,000.", official)

    def test_the_city_can_be_changed_while_the_case_was_never_public(self, writer, official, revision):
        other = MembershipFactory(approved=True, user=official).city
        post_step(writer, revision, "basics", city=str(CityFactory().pk))
        assert PolicyCase.objects.get().city != other
        post_step(writer, revision, "basics", city=str(other.pk))
        assert PolicyCase.objects.get().city == other

    def test_the_city_of_a_public_case_stays(self, writer, official):
        public = RevisionFactory(published=True, case__city=city_of(official), author=official)
        MembershipFactory(approved=True, user=official)
        edit = public.case.revise(by=official, now=NOW)
        assert 'name="city"' not in writer.get(step_url(edit, "basics")).content.decode()


class TestConflict:
    def test_the_later_save_sees_both_texts_and_loses_neither(self, writer, client, revision):
        old = sent(STEP["basics"](revision=revision, user=revision.author), title="Bus lanes of the north")
        post_step(writer, revision, "basics", title="Bus lanes of the south", summary="By a colleague")
        response = writer.post(step_url(revision, "basics"), old)
        page = response.content.decode()
        revision.refresh_from_db()
        assert (response.status_code, revision.title) == (409, "Bus lanes of the south")
        assert "Bus lanes of the south" in page
        assert 'value="Bus lanes of the north"' in page
        assert "<del>south</del>" in page
        assert re.search(r'name="version" value="(\d+)"', page)[1] == "1"
        writer.post(step_url(revision, "basics"), old | {"version": "1"})
        revision.refresh_from_db()
        assert (revision.title, revision.step_versions) == ("Bus lanes of the north", {"basics": 2})

    def test_rows_are_compared_as_well(self, writer, revision):
        old = sent(STEP["details"](revision=revision, user=revision.author), **{"partners-0-name": "Mine"})
        post_step(writer, revision, "details", **{"partners-0-name": "Theirs"})
        response = writer.post(step_url(revision, "details"), old)
        page = response.content.decode()
        assert (response.status_code, [row.name for row in revision.partners.all()]) == (409, ["Theirs"])
        assert "<del>Theirs</del>" in page
        assert 'value="Mine"' in page

    def test_another_step_is_no_conflict(self, writer, revision):
        old = sent(STEP["contact"](revision=revision, user=revision.author), contact_office="Bureau")
        post_step(writer, revision, "basics", title="Lanes")
        assert writer.post(step_url(revision, "contact"), old).status_code == 302

    def test_a_text_sent_for_review_in_the_meantime_keeps_what_was_typed_on_the_page(self, writer, official):
        revision = RevisionFactory(complete=True, case__city=city_of(official), author=official)
        data = sent(STEP["basics"](revision=revision, user=official), title="Typed too late")
        revision.submit(by=official, now=NOW)
        response = writer.post(step_url(revision, "basics"), data)
        assert (response.status_code, "Typed too late" in response.content.decode()) == (409, True)
        revision.refresh_from_db()
        assert revision.title != "Typed too late"


class TestAutosave:
    def test_answers_the_version_and_what_is_missing(self, writer, revision):
        response = post_step(writer, revision, "contact", autosave=True, contact_office="Bureau")
        data = response.json()
        assert (data["version"], data["missing"]) == (1, ["Give an e-mail address to contact."])
        assert revision.history.count() == 0
        revision.refresh_from_db()
        assert revision.contact_office == "Bureau"

    def test_refuses_what_is_invalid(self, writer, revision):
        response = post_step(writer, revision, "basics", autosave=True, start_year="soon")
        assert (response.status_code, response.json()["errors"]) == (
            422,
            ["Start year: Give a year in four digits, for example 2021."],
        )

    def test_tells_of_a_conflict(self, writer, revision):
        post_step(writer, revision, "contact", contact_office="Bureau")
        response = post_step(writer, revision, "contact", autosave=True, version="0", contact_office="Office")
        assert (response.status_code, response.json()) == (409, {"conflict": True, "editable": True})

    def test_a_lost_session_leads_to_the_login_and_back(self, client, revision):
        url = step_url(revision, "basics")
        response = client.post(url, {"title": "Lanes"}, headers={"X-Autosave": "1"})
        assert (response.status_code, response["Location"]) == (302, f"{reverse('account_login')}?next={url}")


class TestWho:
    def test_a_stranger_finds_nothing(self, client, revision):
        client.force_login(UserFactory())
        MembershipFactory(approved=True, user=UserFactory())
        for name in ("case_tasks", "preview"):
            assert client.get(reverse(name, args=[revision.pk])).status_code == 404
        for name in ("submit_case", "recall_case", "withdraw_draft"):
            assert client.post(reverse(name, args=[revision.pk])).status_code == 404
        response = client.post(step_url(revision, "basics"), {"version": 0, "title": "Taken over"})
        revision.refresh_from_db()
        assert (response.status_code, revision.title) == (404, "")

    def test_a_colleague_of_the_city_may_write(self, client, revision):
        client.force_login(MembershipFactory(approved=True, city=revision.case.city).user)
        assert post_step(client, revision, "basics", title="Ours").status_code == 302

    def test_a_member_still_waiting_may_draft_but_not_send(self, client):
        waiting = MembershipFactory()
        client.force_login(waiting.user)
        client.post(reverse("share_case"), {"city": waiting.city.pk, "key": uuid.uuid4()})
        draft = Revision.objects.get()
        assert post_step(client, draft, "basics", title="Begun early").status_code == 302
        complete = RevisionFactory(complete=True, case__city=waiting.city, author=waiting.user)
        page = client.get(reverse("case_tasks", args=[complete.pk])).content.decode()
        assert reverse("submit_case", args=[complete.pk]) not in page
        assert client.post(reverse("submit_case", args=[complete.pk])).status_code == 403
        waiting.approve(by=None, now=NOW)
        assert client.post(reverse("submit_case", args=[complete.pk])).status_code == 302

    def test_a_member_still_waiting_does_not_see_drafts_of_others(self, client, revision):
        client.force_login(MembershipFactory(city=revision.case.city).user)
        assert client.get(reverse("case_tasks", args=[revision.pk])).status_code == 404

    def test_nobody_edits_a_text_under_review(self, writer, official):
        revision = RevisionFactory(submitted=True, case__city=city_of(official), author=official)
        assert writer.get(step_url(revision, "basics")).status_code == 403
        writer.post(reverse("recall_case", args=[revision.pk]))
        assert writer.get(step_url(revision, "basics")).status_code == 200

    def test_a_preview_is_not_for_search_engines(self, writer, revision):
        response = writer.get(reverse("preview", args=[revision.pk]))
        assert response["X-Robots-Tag"] == "noindex"
        assert '<meta name="robots" content="noindex">' in response.content.decode()


class TestEnds:
    def test_a_draft_is_withdrawn_with_a_reason(self, writer, revision):
        url = reverse("withdraw_draft", args=[revision.pk])
        assert writer.post(url, {"reason": " "}).status_code == 200
        revision.refresh_from_db()
        assert revision.status == "draft"
        writer.post(url, {"reason": "Begun twice"})
        revision.refresh_from_db()
        assert (revision.status, revision.history.get().note) == ("withdrawn", "Begun twice")
        assert writer.post(url, {"reason": "Again"}).status_code == 403

    def test_a_public_case_is_revised_once_and_stays_as_it_is(self, writer, official):
        public = RevisionFactory(published=True, case__city=city_of(official), author=official)
        url = reverse("revise_case", args=[public.case.slug])
        assert writer.get(url).status_code == 200
        places = {writer.post(url)["Location"] for _ in range(2)}
        edit = public.case.open_revision
        assert places == {reverse("case_tasks", args=[edit.pk])}
        post_step(writer, edit, "basics", title="Changed")
        assert PolicyCase.objects.get().title == public.title

    def test_a_public_case_is_withdrawn_with_a_reason(self, writer, official):
        public = RevisionFactory(published=True, case__city=city_of(official), author=official)
        writer.post(reverse("withdraw_case", args=[public.case.slug]), {"reason": "Out of date"})
        case = PolicyCase.objects.get()
        assert (case.status, case.withdrawn_reason) == ("withdrawn", "Out of date")

    @pytest.mark.parametrize("name", ["revise_case", "withdraw_case"])
    def test_not_by_others(self, client, name):
        public = RevisionFactory(published=True)
        client.force_login(MembershipFactory(approved=True).user)
        assert client.post(reverse(name, args=[public.case.slug]), {"reason": "Mine"}).status_code == 403
        assert PolicyCase.objects.get().status == "published"
