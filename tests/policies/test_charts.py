"""Charts: their geometry, and that what they count is what a reader finds behind them."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.utils.html import strip_tags
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.charts import change_of, growth, heat_map, legend, shade, shares_of, slots_across, totals
from policies.models import FundingSource, Outcome, PolicyCase
from policies.templatetags.charts import (
    change_in_words,
    funding_chart,
    goal_heads,
    goals_by_regions,
    outcome_chart,
    region_heads,
)
from tests.factories.accounts import UserFactory
from tests.factories.cities import CityFactory
from tests.factories.policies import FundingShareFactory, OutcomeFactory, RevisionFactory

VALUES = st.decimals(min_value=-(10**11), max_value=10**11, places=4)


def of(length):
    """A length in per cent as a number."""
    return float(length.removesuffix("%"))


# Geometry


def test_cells_share_the_width():
    assert slots_across(2) == [("0%", "48.5%", "24.25%"), ("50%", "48.5%", "74.25%")]


@settings(deadline=None)
@given(st.integers(1, 40))
def test_cells_lie_in_the_box_and_beside_each_other(number):
    edges = [(of(x), of(x) + of(width)) for x, width, _middle in slots_across(number)]
    assert all(0 <= left < right <= 100 for left, right in edges)
    assert all(before[1] < after[0] for before, after in pairwise(edges))


@pytest.mark.parametrize(
    ("most", "steps"),
    [
        (1, [(5, 1, 1)]),
        (3, [(2, 1, 1), (4, 2, 2), (5, 3, 3)]),
        (5, [(1, 1, 1), (2, 2, 2), (3, 3, 3), (4, 4, 4), (5, 5, 5)]),
        (12, [(1, 1, 2), (2, 3, 4), (3, 5, 7), (4, 8, 9), (5, 10, 12)]),
    ],
)
def test_legend(most, steps):
    assert legend(most) == steps


@settings(deadline=None)
@given(st.integers(1, 200))
def test_the_legend_says_the_shade_of_each_count(most):
    said = {count: step for step, first, last in legend(most) for count in range(first, last + 1)}
    assert said == {count: shade(count, most) for count in range(1, most + 1)}
    assert (shade(0, most), shade(most, most)) == (0, 5)


def test_a_heat_map_has_a_cell_for_each_pair():
    chart = heat_map(goal_heads(), region_heads(), {(11, "pacific"): 4, (3, "south-east-asia"): 1, (99, "pacific"): 50})
    assert (len(chart.rows), len(chart.columns), len(chart.cells), chart.empty, chart.height) == (17, 6, 102, 100, 510)
    assert (chart.most.row.key, chart.most.column.key, chart.most.count) == (11, "pacific", 4)
    assert chart.most.url == "/policies/?goal=11&region=pacific"
    assert [(row.y, cell.x, cell.shade) for row in chart.rows for cell in row.cells if cell.count] == [
        (60, "33.33%", 2),
        (300, "50%", 5),
    ]


def test_totals():
    sums = totals({(11, "pacific"): 4, (11, "south-east-asia"): 1, (3, "pacific"): 2})
    assert (sums[11], sums[3], sums[4]) == (5, 2, 0)


@pytest.mark.parametrize(
    ("baseline", "latest", "zero", "start", "end", "direction"),
    [
        (20, 100, "3%", "21.8%", "97%", 1),
        (100, 20, "3%", "97%", "21.8%", -1),
        (0, 8, "3%", "3%", "97%", 1),
        (-10, 10, "50%", "3%", "97%", 1),
        (-40, -10, "97%", "3%", "73.5%", 1),
        (7, 7, "3%", "97%", "97%", 0),
        (0, 0, "3%", "3%", "3%", 0),
    ],
)
def test_a_change_on_a_scale_with_zero(baseline, latest, zero, start, end, direction):
    chart = change_of(baseline, latest)
    assert (chart.zero.x, chart.start.x, chart.end.x, chart.direction) == (zero, start, end, direction)


def test_without_a_baseline_only_the_latest_value_is_drawn():
    chart = change_of(None, Decimal("12.5"))
    assert (chart.start, chart.end.x, chart.direction) == (None, "97%", 0)


@settings(deadline=None)
@given(st.none() | VALUES, VALUES)
def test_marks_lie_in_the_box_and_in_the_order_of_their_values(baseline, latest):
    chart = change_of(baseline, latest)
    points = {0: chart.zero, latest: chart.end} | ({} if baseline is None else {baseline: chart.start})
    places = [of(points[value].x) for value in sorted(points)]
    assert all(3 <= place <= 97 for place in places)
    assert places == sorted(places)
    for point in points.values():
        assert point.anchor == ("start" if of(point.x) < 35.9 else "end" if of(point.x) > 64.1 else "middle")


@settings(deadline=None)
@given(st.lists(st.integers(1, 100), min_size=1, max_size=7))
def test_shares_fill_the_bar(parts):
    shares = shares_of([(str(n), str(n), part) for n, part in enumerate(parts)], ("rest", "Not stated"))
    assert shares[0].x == "0%"
    assert all(abs(of(a.x) + of(a.width) - of(b.x)) < 0.02 for a, b in pairwise(shares))
    assert abs(of(shares[-1].x) + of(shares[-1].width) - 100) < 0.02
    assert [share.share for share in shares if share.key == "rest"] == [100 - sum(parts)] * (sum(parts) < 100)


def test_shares_and_what_is_not_stated():
    shares = shares_of([("a", "A", 60), ("b", "B", 10)], ("rest", "Not stated"))
    assert [(s.label, s.share, s.x, s.width, s.has_room) for s in shares] == [
        ("A", 60, "0%", "60%", True),
        ("B", 10, "60%", "10%", False),
        ("Not stated", 30, "70%", "30%", True),
    ]


# Words


@pytest.mark.parametrize(
    ("baseline", "latest", "unit", "words"),
    [
        ("13.5", "18", "km/h", "Rose by 33\xa0%"),
        ("48", "31", "days", "Fell by 35\xa0%"),
        ("1", "1300", "trees", "Rose by 129,900\xa0%"),
        ("1000", "1004", "trees", "Rose by 0.4\xa0%"),
        ("100000", "100001", "trees", "Rose by less than 0.1\xa0%"),
        ("48", "31", "%", "Fell by 17 percentage points"),
        ("48", "49", "per cent of homes", "Rose by 1 percentage point"),
        ("48", "96", "percentile", "Rose by 100\xa0%"),
        ("0", "12", "shops", "Rose by 12 shops"),
        ("-2", "1.5", "million USD", "Rose by 3.5 million USD"),
        ("4", "-1", "degrees", "Fell by 5 degrees"),
        ("7", "7.0000", "shops", "No change"),
        (None, "7", "shops", ""),
    ],
)
def test_a_change_in_words(baseline, latest, unit, words):
    before = None if baseline is None else Decimal(baseline)
    assert change_in_words(Outcome(baseline_value=before, latest_value=Decimal(latest), unit=unit)) == words


@settings(deadline=None)
@given(VALUES, VALUES)
def test_growth_makes_the_latest_value_of_the_baseline(baseline, latest):
    share = growth(baseline, latest)
    assert (share is None) == (baseline <= 0 or latest < 0)
    if share is not None:
        assert abs(baseline * (1 + share / 100) - latest) <= Decimal("0.01")


# What they count


@pytest.fixture
def world(db):
    """Cases in three regions, and some that must not be counted."""
    east, south, pacific = (CityFactory(region=region) for region in ("east-north-east-asia", "south-east-asia", "pacific"))
    for city, links in [(east, ["11.2", "11.6", "13.1"]), (east, ["11.2"]), (south, [11, "3.8"]), (pacific, ["13.1"])]:
        RevisionFactory(published=True, case__city=city, links=links)
    author = RevisionFactory(complete=True, case__city=pacific, links=["11.2"]).author
    RevisionFactory(submitted=True, case__city=pacific, links=["11.2"], author=author)
    RevisionFactory(published=True, case__city=pacific, links=["1.1"]).case.withdraw(
        by=author, now=datetime(2026, 5, 4, tzinfo=UTC), note="Out of date"
    )
    return east, author


def public(user=None):
    return PolicyCase.objects.visible_to(user or AnonymousUser()).published()


def test_counts_by_place_are_of_public_cases_only(world, django_assert_num_queries):
    _city, author = world
    with django_assert_num_queries(1):
        counts = public().count_by_goal_and_region()
    assert counts == {
        (3, "south-east-asia"): 1,
        (11, "east-north-east-asia"): 2,
        (11, "south-east-asia"): 1,
        (13, "east-north-east-asia"): 1,
        (13, "pacific"): 1,
    }
    assert public(author).count_by_goal_and_region() == counts
    assert public(UserFactory(moderator=True)).count_by_goal_and_region() == counts
    with django_assert_num_queries(1):
        assert public().about_goal(11).count_by_target_and_region() == {
            ("11.2", "east-north-east-asia"): 2,
            ("11.6", "east-north-east-asia"): 1,
            ("13.1", "east-north-east-asia"): 1,
            ("3.8", "south-east-asia"): 1,
        }


def linked(html):
    """(address, number) of each cell with cases in the drawing, and of each in the table."""
    drawing, table = html.split('<details class="chart-table">')[:2]
    cells = re.findall(
        r'<a href="(/policies/[^"]+)" class="shade-\d"><title>[^<]*: (\d+) cases?</title>.*?>(\d+)</text>', drawing
    )
    assert all(said == seen for _url, said, seen in cells)
    rows = re.findall(r'<td><a href="(/policies/[^"]+)" aria-label="[^"]+">(\d+)</a>', table.split("</details>")[0])
    return [(unescape(url), int(said)) for url, said, _seen in cells], [(unescape(url), int(n)) for url, n in rows]


@pytest.mark.parametrize(
    ("path", "cells"),
    [("/", 5), ("/goals/", 5), ("/goals/11/", 4), ("/goals/13/", 4), ("city", 4)],
)
def test_each_cell_counts_what_the_list_behind_it_shows(client, world, path, cells):
    city, author = world
    path = city.get_absolute_url() if path == "city" else path
    for user in (None, author):
        if user:
            client.force_login(user)
        drawn, in_table = linked(client.get(path).text)
        assert len(drawn) == cells
        assert drawn == in_table
        assert [(url, client.get(url).context["found"].total) for url, _count in drawn] == drawn


def test_empty_fields_say_so(client, world):
    html = client.get("/goals/").text
    assert html.count(": no case yet</title>") == html.count('<td><span class="muted">no case yet</span></td>') == 97
    assert "97 of 102 fields have no case yet." in html


@pytest.mark.parametrize("path", ["/", "/goals/", "/goals/9/", "city"])
def test_without_a_case_there_is_no_map(client, db, path):
    path = CityFactory().get_absolute_url() if path == "city" else path
    assert "heat-map" not in client.get(path).text


# The drawings


def text_of(html):
    return re.sub(r"[ \n]+", " ", unescape(strip_tags(html.replace("<", " <"))))


@pytest.fixture
def case(db):
    revision = RevisionFactory(complete=True, links=["11.2"])
    OutcomeFactory(revision=revision, measured="Waiting", unit="days", baseline_value="48", baseline_year=2015, latest_value=31,
                   latest_year=2020, evidence="evaluated")  # fmt: skip
    OutcomeFactory(revision=revision, measured="Trees & shrubs", unit="trees of the city forest", latest_value=1300)
    FundingShareFactory(revision=revision, source="own_budget", share=60)
    FundingShareFactory(revision=revision, source="user_fees", share=15)
    revision.submit(by=revision.author, now=revision.edited_at)
    return revision.publish(by=UserFactory(), now=revision.edited_at).case


def test_a_case_draws_its_outcomes(client, case):
    html = client.get(case.get_absolute_url()).text
    first, second = re.findall(r'<svg class="change".*?</text>\s*</svg>', html, re.DOTALL)
    assert "From 48 days in 2015 to 31 days in 2020." in first
    assert 'd="M-2 0L12 -8V8Z"' in first
    assert re.findall(r"<text[^>]*>([^<]+)</text>", first) == ["48 days (2015)", "31 days (2020)"]
    assert "1,300 trees of the city forest in 2023; the value before is not known." in second
    assert ("<path" in second, re.findall(r"<text[^>]*>([^<]+)</text>", second)) == (False, ["1,300 (2023)"])
    assert "Waiting 48 days (2015) 31 days (2020) Fell by 35\xa0% Independently evaluated" in text_of(html)
    assert "Trees & shrubs Not known 1,300 trees of the city forest (2023) Not known Claimed" in text_of(html)


def test_a_case_draws_who_paid(client, case):
    html = client.get(case.get_absolute_url()).text
    bar = unescape(re.search(r'<svg class="shares-bar".*?</svg>', html, re.DOTALL)[0])
    assert re.findall(r'<rect class="share-([\w-]+)" x="([\d.]+%)" width="([\d.]+%)"', bar) == [
        ("own-budget", "0%", "60%"),
        ("user-fees", "60%", "15%"),
        ("not-stated", "75%", "25%"),
    ]
    assert "Own budget 60\xa0%, User fees 15\xa0%, Not stated 25\xa0%" in bar
    assert "Own budget 60\xa0% User fees 15\xa0% Not stated 25\xa0%" in text_of(html)


def test_every_picture_has_a_title_and_ids_are_unique(client, case):
    for path in ["/", "/goals/", "/goals/11/", case.city.get_absolute_url(), case.get_absolute_url()]:
        html = client.get(path).text
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert sorted(ids) == sorted(set(ids))
        for title, desc in re.findall(r'<svg [^>]*role="(?:img|group)" aria-labelledby="(\S+) (\S+)">', html):
            assert re.search(rf'<title id="{title}">[^<]+</title>\s*<desc id="{desc}">[^<]+</desc>', html)
        bare = re.findall(r"<svg class=\"(?:heat-map|change|shares-bar)\"(?![^>]*aria-labelledby)", html)
        assert bare == []


def test_words_of_a_city_are_escaped():
    outcome = Outcome(pk=1, measured="<b>Trees</b>", unit="<i>", latest_value=3, latest_year=2020)
    html = render_to_string("components/charts/change.html", outcome_chart(outcome))
    assert ("<b>" in html, "<i>" in html, "&lt;b&gt;Trees" in html) == (False, False, True)


# Colours


CSS = (Path(__file__).parents[2] / "static/css/charts.css").read_text()
THEMES = dict(zip(["light", "dark"], CSS.split("@layer components")[0].split("@media"), strict=True))


def luminance(colour):
    digits = colour * 2 if len(colour) == 3 else colour
    channels = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_numbers_read_on_every_shade_and_share(theme):
    colours = dict(re.findall(r"--([\w-]+): #(\w+);", THEMES[theme]))
    sources = [source.replace("_", "-") for source in FundingSource.values]
    assert sorted(name for name in colours if name.startswith("share-")) == sorted(f"share-{source}" for source in sources)
    pairs = {f"shade-{n}": "on-light-shade" if n < 4 else "on-strong-shade" for n in range(1, 6)}
    pairs |= {f"share-{source}": "on-share" for source in sources}
    assert [name for name, words in pairs.items() if contrast(colours[name], colours[words]) < 4.5] == []


def test_every_source_of_money_has_its_colour():
    shares = [type("Row", (), {"source": s, "get_source_display": lambda: "x", "share": 1}) for s in FundingSource.values]
    classes = [share.key for share in funding_chart(shares)["shares"]]
    assert [name for name in classes if f"rect.share-{name} {{" not in CSS] == []


def test_the_map_names_each_goal_and_region():
    chart = goals_by_regions({(1, "pacific"): 1})["chart"]
    assert [head.full_name for head, _x in chart.columns][2:4] == ["South-East Asia", "Pacific"]
    assert chart.rows[10].head.full_name == "11 Sustainable Cities and Communities"
