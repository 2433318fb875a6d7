"""Writing a case in a real browser: the editor, the autosave, and text that must not get lost."""

import re

import pytest
from django.conf import settings as conf
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from policies.models import Revision
from sdgs.management.commands import load_sdgs
from tests.factories.cities import MembershipFactory
from tests.factories.policies import RevisionFactory

pytestmark = [pytest.mark.django_db(transaction=True)]
FAST = (
    "addEventListener('DOMContentLoaded', () => {}); const wait = setTimeout; window.setTimeout = (f, ms) => wait(f, ms / 10);"
)


@pytest.fixture
def draft(transactional_db):
    load_sdgs.load()
    member = MembershipFactory(approved=True)
    return RevisionFactory(case__city=member.city, author=member.user)


@pytest.fixture
def login(client, context, live_server):
    def login(user):
        client.force_login(user)
        value = client.cookies[conf.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": conf.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])

    return login


@pytest.fixture
def step(page, live_server, draft, login):
    """Opens a step of the draft as its author."""
    login(draft.author)
    page.add_init_script(FAST)  # the autosave's ten seconds in one

    def open_step(name):
        page.goto(live_server.url + reverse("edit_step", args=[draft.pk, name]))

    yield open_step
    # What the page sends when it is left has to arrive before the database is emptied.
    page.goto("about:blank")
    page.wait_for_timeout(300)


def copies(page):
    return page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('case-copy:'))")


def test_the_editor_saves_by_itself_without_complaints(page, draft, step, complaints):
    step("story")
    editor = page.get_by_role("textbox", name="Background and challenge")
    editor.click()
    page.keyboard.type("Buses stood in traffic.")
    expect(page.locator("[data-autosave-status]")).to_contain_text("Saved at")
    draft.refresh_from_db()
    assert (draft.challenge, draft.step_versions, draft.history.count()) == ("<p>Buses stood in traffic.</p>", {"story": 1}, 0)
    assert copies(page) == []
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url(re.compile("/action/$"))
    assert complaints == []


def test_text_of_a_lost_session_comes_back(page, draft, step, login):
    step("story")
    page.get_by_role("textbox", name="Planning").click()
    Session.objects.all().delete()
    page.keyboard.type("Asked every street.")
    expect(page.locator("[data-autosave-status]")).to_contain_text("You are logged out.")
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url(re.compile("/accounts/login/"))
    login(draft.author)
    step("story")
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_role("textbox", name="Planning")).to_have_text("Asked every street.")
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url(re.compile("/action/$"))
    draft.refresh_from_db()
    assert (draft.planning, copies(page)) == ("<p>Asked every street.</p>", [])


def test_text_survives_a_server_that_does_not_answer(page, draft, step):
    step("details")
    page.route("**/details/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.get_by_label("Implementing office").fill("Transport bureau")
    for _row in range(2):
        page.get_by_role("button", name="Add a row").click()
    page.locator("[name=partners-4-name]").fill("Bus company")
    expect(page.locator("[data-autosave-status]")).to_contain_text("No connection.")
    step("details")
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_label("Implementing office")).to_have_value("Transport bureau")
    expect(page.locator("[name=partners-4-name]")).to_have_value("Bus company")


def test_a_conflict_stops_the_autosave_and_shows_both_texts(page, draft, step):
    step("contact")
    Revision.objects.get(pk=draft.pk).edit(
        "contact", version=0, by=draft.author, now=timezone.now(), contact_office="Office of a colleague"
    )
    page.get_by_label("Office to contact").fill("My office")
    expect(page.locator("[data-autosave-status]")).to_contain_text("you see both texts")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two versions of Contact")
    expect(page.get_by_role("paragraph").filter(has_text="Office of a colleague").first).to_be_visible()
    page.get_by_role("button", name="Save my text").click()
    draft.refresh_from_db()
    assert (draft.contact_office, copies(page)) == ("My office", [])


def test_logging_out_removes_the_copies(page, live_server, draft, step):
    step("contact")
    page.route("**/contact/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.get_by_label("Office to contact").fill("My office")
    assert len(copies(page)) == 1
    page.goto(live_server.url + reverse("account_logout"))
    page.locator("main").get_by_role("button").click()
    page.wait_for_url(live_server.url + "/")
    assert copies(page) == []


def test_only_the_targets_of_the_goal_are_offered(page, step):
    step("goals")
    page.locator("[name=sdg_links-0-goal_id]").select_option("11")
    offered = page.locator("[name=sdg_links-0-target_id] optgroup:not([hidden])")
    assert offered.evaluate_all("groups => groups.map((group) => group.label.split('.')[0])") == ["11"]


@pytest.mark.parametrize("width", [360, 1280])
def test_the_steps_are_accessible(page, draft, step, width):
    from axe_playwright_python.sync_playwright import Axe

    page.set_viewport_size({"width": width, "height": 800})
    for name in ["basics", "goals", "story", "outcomes", "files"]:
        step(name)
        if name == "story":
            page.get_by_role("textbox", name="Financing").wait_for()
        found = Axe().run(page)
        assert [violation["id"] for violation in found.response["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_without_javascript(browser, live_server, draft, client):
    client.force_login(draft.author)
    value = client.cookies[conf.SESSION_COOKIE_NAME].value
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([{"name": conf.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + reverse("case_tasks", args=[draft.pk]))
    page.get_by_role("link", name="Describe the challenge.").click()
    page.get_by_label("Background and challenge").fill("Buses & trams.\n\nBoth were late.")
    page.get_by_role("button", name="Save and continue").click()
    page.goto(live_server.url + reverse("edit_step", args=[draft.pk, "goals"]))
    page.locator("[name=sdg_links-0-target_id]").select_option("11.2")
    page.get_by_role("button", name="Add a row").click()
    assert page.locator("[name$=goal_id]").count() == 4
    draft.refresh_from_db()
    assert draft.challenge == "<p>Buses &amp; trams.</p>\n\n<p>Both were late.</p>"
    assert [str(link) for link in draft.sdglinks.all()] == ["11.2"]
    context.close()
