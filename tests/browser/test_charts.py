"""Charts in a real browser: nothing is cut off, nothing lies over something else, every field can be hit."""

import pytest

from sdgs.models import Target
from tests.factories.accounts import UserFactory
from tests.factories.policies import OutcomeFactory, RevisionFactory

BOXES = "elements => elements.map(element => element.getBoundingClientRect().toJSON())"


def boxes(page, selector):
    return [box for box in page.locator(selector).evaluate_all(BOXES) if box["width"]]


@pytest.fixture
def case(transactional_db):
    """A case about the targets with the longest names, with numbers as long as they may be."""
    longest = sorted(Target.objects.values_list("code", "title"), key=lambda target: -len(target[1]))[:6]
    revision = RevisionFactory(complete=True, links=[code for code, _title in longest])
    for unit, before, after in [("cubic metres", "-450000000000.1234", "500000000000.9999"), ("million USD", 40, "61.25")]:
        OutcomeFactory(revision=revision, unit=unit, baseline_value=before, baseline_year=2015, latest_value=after)
    revision.submit(by=revision.author, now=revision.edited_at)
    return revision.publish(by=UserFactory(), now=revision.edited_at).case


def at_each_width(page, url):
    page.goto(url)
    for width in (320, 800, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        yield width


def test_charts_have_room(live_server, page, case):
    city = case.city.get_absolute_url()
    for path in ["/", "/goals/", f"/goals/{case.primary_goal}/", city]:
        for width in at_each_width(page, live_server.url + path):
            cells = boxes(page, ".heat-cells a, .heat-cells .shade-0")
            assert [cell for cell in cells if cell["width"] < 24 or cell["height"] < 24] == []
            first = min(cell["left"] for cell in cells)
            assert [name for name in boxes(page, ".heat-name") if name["right"] > first] == []
            assert path == city or max(cell["right"] for cell in cells) <= width
    for width in at_each_width(page, live_server.url + case.get_absolute_url()):
        words = boxes(page, ".change text")
        assert len(words) == 4
        assert [word for word in words if word["left"] < 0 or word["right"] > width] == []
