import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.policies import RevisionFactory, bring


@pytest.fixture
def update(transactional_db):
    """An update that waits for review: its title changed."""
    public = RevisionFactory(published=True, title="Slow buses")
    update = public.case.revise(by=UserFactory(), now=timezone.now())
    update.title = "Fast buses"
    update.save()
    return bring(update, "submitted")


def test_a_moderator_claims_comments_and_returns(page, live_server, settings, db, update, complaints):
    settings.STAFF_MFA_REQUIRED = False
    moderator = UserFactory(moderator=True)
    page.goto(f"{live_server.url}/admin/policies/revision/")
    page.fill("[name=login]", moderator.email)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("button", name="Claim").click()

    assert page.locator("#field-title .diff").inner_html() == "<del>Slow</del> <ins>Fast</ins> buses"
    for theme, width in [("light", 1280), ("dark", 360)]:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 800})
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert [rule["id"] for rule in Axe().run(page).response["violations"]] == []

    page.get_by_label("Comment on: Title").fill("How fast?")
    page.get_by_role("button", name="Reject").click()
    assert page.get_by_role("link", name="To the author: Write the reason.").is_visible()
    assert page.get_by_label("Comment on: Title").input_value() == "How fast?"
    page.get_by_role("button", name="Return with comments").click()
    assert page.locator(".messagelist").inner_text() == "“Fast buses”: returned with comments."
    assert list(update.comments.values_list("field", "text")) == [("title", "How fast?")]
    assert complaints == []
