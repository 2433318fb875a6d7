"""The map of cases in a real browser: by keyboard, with filters, with nothing from elsewhere."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories.cities import CityFactory
from tests.factories.policies import RevisionFactory


@pytest.fixture
def cases(transactional_db, db):
    galle = CityFactory(name="Galle", slug="galle", country="LK", latitude="6.05", longitude="80.21")
    daejeon = CityFactory(name="Daejeon", slug="daejeon", latitude="36.35", longitude="127.38")
    seoul = CityFactory(name="Seoul", slug="seoul", latitude="37.57", longitude="126.98")
    for title, city, link in [
        ("Buses", galle, "11.2"), ("Canals", galle, "6.3"), ("Air", daejeon, "11.6"), ("Trees", seoul, "15.1")
    ]:  # fmt: skip
        RevisionFactory(published=True, title=title, case__city=city, links=[link])


def markers(page):
    return page.locator(".map-marker button")


def test_the_map_by_keyboard_and_with_filters(live_server, page, complaints, cases):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server.url}/policies/?view=map")
    expect(markers(page)).to_have_count(2)
    labels = [marker.get_attribute("aria-label") for marker in markers(page).all()]
    assert labels == ["Galle, 2 cases", "2 cities, 2 cases: Daejeon, Seoul"]
    expect(page.locator(".map-live path.map-land")).to_have_count(2)

    # One city: a card with its links, and back again.
    page.get_by_role("button", name="Galle, 2 cases").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup").get_by_role("link", name="Galle")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Galle, 2 cases")).to_be_focused()

    # Two cities: a closer look, until they stand apart.
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Daejeon, 1 case")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup").get_by_role("link", name="1 case")).to_have_attribute(
        "href", "/policies/?city=daejeon"
    )
    page.keyboard.press("Escape")

    page.get_by_role("checkbox", name=re.compile("^11 Sustainable")).check()
    expect(page.locator("#total")).to_have_text("2 policy cases with these filters")
    assert page.url == f"{live_server.url}/policies/?goal=11&view=map"
    expect(markers(page)).to_have_count(2)
    assert sorted(marker.get_attribute("aria-label") for marker in markers(page).all()) == ["Daejeon, 1 case", "Galle, 1 case"]

    page.get_by_role("link", name="Table").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.go_back()
    expect(markers(page)).to_have_count(2)
    page.go_back()
    expect(page.locator("#total")).to_have_text("4 policy cases")
    expect(page.locator(".map-live")).to_have_count(1)
    expect(page.get_by_role("button", name="Galle, 2 cases")).to_be_visible()

    assert [url for url in asked if not url.startswith((live_server.url, "data:"))] == []
    assert complaints == []


def test_the_map_without_javascript(live_server, browser, cases):
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{live_server.url}/policies/?view=map")
    expect(page.get_by_role("img", name=re.compile("Map of the cities"))).to_be_visible()
    expect(page.locator(".map-dot")).to_have_count(3)
    page.locator("[data-city=Galle]").get_by_role("link", name="2 cases").click()
    expect(page.locator("#total")).to_have_text("2 policy cases with these filters")
    page.close()
