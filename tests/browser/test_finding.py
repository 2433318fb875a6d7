"""Finding a case in a real browser, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories.cities import CityFactory
from tests.factories.policies import RevisionFactory


@pytest.fixture
def cases(transactional_db, db):
    city = CityFactory(name="Galle", slug="galle", country="LK", region="south-south-west-asia")
    RevisionFactory(published=True, title="Buses", links=["11.2", "13.1"], labels=["bus"], case__city=city)
    RevisionFactory(published=True, title="Canals", links=["6.3"], themes=["water"])
    RevisionFactory(published=True, title="Air", links=["11.6", "3.9"], themes=["environment"])


def shown(page):
    return sorted(page.locator("#browse article.card h3").all_inner_texts())


def test_filters_swap_in_place(live_server, page, complaints, cases):
    page.goto(f"{live_server.url}/policies/")
    expect(page.get_by_role("button", name="Apply the filters")).to_be_hidden()
    box = page.get_by_role("checkbox", name=re.compile("^11 Sustainable"))
    box.check()
    expect(page.locator("#total")).to_have_text("2 policy cases with these filters")
    expect(page.locator("#announce")).to_have_text("2 policy cases with these filters")
    expect(box).to_be_focused()
    assert page.url == f"{live_server.url}/policies/?goal=11"
    assert shown(page) == ["Air", "Buses"]

    page.get_by_text("Targets of goal 11").click()
    page.get_by_role("checkbox", name=re.compile("^11.2")).check()
    expect(page.locator("#total")).to_have_text("1 policy case with these filters")
    assert page.url == f"{live_server.url}/policies/?goal=11&target=11.2"

    page.get_by_role("link", name=re.compile("Remove Goal: 11")).click()
    expect(page.locator(".chip")).to_have_count(1)
    expect(page.locator("#total")).to_be_focused()
    assert page.url == f"{live_server.url}/policies/?target=11.2"

    page.go_back()
    expect(page.locator(".chip")).to_have_count(3)
    expect(page.get_by_role("checkbox", name=re.compile("^11 Sustainable"))).to_be_checked()
    page.go_back()
    page.go_back()
    expect(page.locator("#total")).to_have_text("3 policy cases")
    assert complaints == []


def test_a_group_that_was_opened_stays_open(live_server, page, cases):
    page.goto(f"{live_server.url}/policies/")
    page.locator("#facet-theme > summary").click()
    page.locator("#facet-city > summary").click()
    page.get_by_role("checkbox", name=re.compile("^Transport")).check()
    expect(page.locator("#total")).to_have_text("1 policy case with these filters")
    expect(page.locator("#facet-city")).to_have_attribute("open", "")


def test_search_words_are_found_by_enter(live_server, page, complaints, cases):
    page.goto(f"{live_server.url}/policies/")
    page.get_by_label("Search words").fill("cana")
    page.keyboard.press("Enter")
    expect(page.locator("#total")).to_have_text("1 policy case with these filters")
    assert page.url == f"{live_server.url}/policies/?q=cana"
    page.get_by_role("link", name="Canals").click()
    expect(page.locator("h1")).to_have_text("Canals")
    assert complaints == []


@pytest.mark.parametrize("width", [360, 1280])
def test_without_javascript(live_server, browser, cases, width):
    context = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(f"{live_server.url}/policies/")
    if width == 360:
        page.get_by_text("Filters", exact=True).click()
    page.get_by_role("checkbox", name=re.compile("^11 Sustainable")).check()
    page.get_by_role("button", name="Apply the filters").click()
    expect(page.locator("#total")).to_have_text("2 policy cases with these filters")
    page.get_by_role("link", name=re.compile("Remove Goal: 11")).click()
    expect(page.locator("#total")).to_have_text("3 policy cases")
    assert page.url == f"{live_server.url}/policies/"
    context.close()
