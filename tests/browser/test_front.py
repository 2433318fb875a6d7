import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.factories.policies import RevisionFactory


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_home_is_accessible_and_fits(page, live_server, db, complaints, theme, width):
    RevisionFactory(published=True, links=["11.2", 13])
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=theme)
    page.goto(live_server.url)
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert complaints == []


def test_the_menu_of_a_narrow_screen_opens_without_javascript(browser, live_server, db):
    page = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 700}).new_page()
    page.goto(live_server.url)
    goals = page.get_by_role("navigation", name="Main").get_by_role("link", name="Goals")
    assert not goals.is_visible()
    page.get_by_role("button", name="Menu").click()
    goals.click()
    assert page.locator("h1").inner_text() == page.title().split(" - ")[0]
    page.context.close()
