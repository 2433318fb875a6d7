"""A case on paper: a brief of two to four pages, with its address and the day of access."""

import re
from datetime import date

import pytest

from policies.models.revision import STORY
from tests.factories.policies import (
    DocumentFactory,
    FundingShareFactory,
    OutcomeFactory,
    PartnerFactory,
    PictureFactory,
    RevisionFactory,
    bring,
)


def case_of(words):
    """A published case with something in every part, each section of the story with that share of the suggested words."""
    sentence = "The city counts how many people use the buses, and says so. "
    story = {name: f"<p>{sentence * round(words * suggested / 12)}</p>" for name, _heading, suggested in STORY}
    revision = RevisionFactory(complete=True, links=["11.2", "11.6", "13.1"], labels=["bus"], office="Roads", **story)
    for year in (2021, 2022, 2023):
        OutcomeFactory(revision=revision, baseline_value=400, baseline_year=2018, latest_year=year)
        PartnerFactory(revision=revision)
    FundingShareFactory(revision=revision)
    DocumentFactory(revision=revision)
    PictureFactory.create_batch(2, revision=revision)
    return bring(revision, "published").case


@pytest.mark.parametrize(("words", "pages"), [(0.5, {2, 3}), (1, {3, 4})])
def test_a_case_prints_as_a_brief(page, live_server, db, complaints, words, pages):
    address = f"{live_server.url}{case_of(words).get_absolute_url()}"
    page.goto(address)
    pdf = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) in pages
    today = date.today()  # noqa: DTZ011 - the browser's own day, as on its clock
    imprint = f"Urban SDG Knowledge Platform. {address} Read on {today.day} {today:%B %Y}."
    assert page.locator(".imprint").text_content() == imprint
    assert complaints == []


def test_paper_has_no_menus_and_no_dark_ground(page, live_server, db):
    case = case_of(0.5)
    page.emulate_media(color_scheme="dark")
    page.goto(f"{live_server.url}{case.get_absolute_url()}")
    assert not page.locator(".imprint").is_visible()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)" != dark
    hidden = [".site-header", ".site-footer", ".contents", ".chips"]
    assert [part for part in [".imprint", ".glance", *hidden] if page.locator(part).is_visible()] == [".imprint", ".glance"]
    document = page.locator("#files li", has_text="report.pdf")
    assert f"{live_server.url}/files/documents/" in document.inner_text()
