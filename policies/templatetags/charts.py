"""Charts of cases and their numbers: drawn here, with the same numbers as a table behind."""

import re

from django import template
from django.template.defaultfilters import pluralize
from django.urls import reverse

from cities.models import Region
from policies.charts import Head, change_of, growth, heat_map, shares_of
from policies.models import Evidence
from policies.templatetags.reading import number
from sdgs.templatetags.goals import names

register = template.Library()

PER_CENT = re.compile(r"%|per ?cent\b", re.IGNORECASE)
LONGEST = 18  # characters of a number with its unit that fit at a mark on a telephone; longer units stand above only


def goal_heads():
    return [Head(n, name, {"goal": n}, str(n), n, reverse("goal", args=[n])) for n, name in names().items()]


def region_heads():
    return [Head(region.value, region.label, {"region": region.value}) for region in Region]


@register.inclusion_tag("components/charts/heat_map.html")
def goals_by_regions(counts):
    """How many cases there are about each goal from each region; `counts` is that of `count_by_goal_and_region`."""
    chart = heat_map(goal_heads(), region_heads(), counts)
    return {"chart": chart, "id": "coverage", "title": "Policy cases by goal and region", "corner": "Goal"}


@register.inclusion_tag("components/charts/heat_map.html")
def targets_by_regions(goal, targets, counts):
    """The same for one goal as a whole and for each of its `targets`, pairs of a Target and something."""
    number = goal.number
    whole = Head(number, "The whole goal", {"goal": number}, str(number), number)
    rows = [Head(t.code, t.title, {"target": t.code}, t.code, number, t.get_absolute_url()) for t, _count in targets]
    chart = heat_map([whole, *rows], region_heads(), counts)
    title = f"Policy cases about goal {number} by target and region"
    return {"chart": chart, "id": "coverage", "title": title, "corner": "Goal and targets"}


@register.inclusion_tag("components/charts/heat_map.html")
def city_beside_region(city, counts, region_counts):
    """The goals of a city's cases as one row, those of its region as the next."""
    rows = [
        Head("city", "This city", {"city": city.slug}),
        Head("region", "Its region", {"region": city.region}),
    ]
    numbers = {("city", goal): n for goal, n in counts.items()} | {("region", goal): n for goal, n in region_counts.items()}
    chart = heat_map(rows, goal_heads(), numbers)
    title = f"Policy cases of {city} and of {city.get_region_display()} by goal"
    return {"chart": chart, "id": "coverage", "title": title, "corner": "Cases of", "strip": True}


@register.inclusion_tag("components/charts/change.html")
def outcome_chart(outcome):
    """One outcome from its baseline to its latest value, on a scale that has 0 in it."""
    longest = max(len(number(outcome.baseline_value)), len(number(outcome.latest_value)))
    return {
        "chart": change_of(outcome.baseline_value, outcome.latest_value),
        "outcome": outcome,
        "id": f"change-{outcome.pk}",
        "unit": outcome.unit if longest + len(outcome.unit) <= LONGEST else "",
    }


@register.filter
def change_in_words(outcome):
    """How far the value moved: "Fell by 35 %"; in percentage points if the unit is per cent; empty without a baseline."""
    before, after = outcome.baseline_value, outcome.latest_value
    if before is None:
        return ""
    if after == before:
        return "No change"
    verb, difference = "Rose" if after > before else "Fell", abs(after - before)
    if PER_CENT.match(outcome.unit.strip()):
        return f"{verb} by {number(difference)} percentage point{pluralize(difference)}"
    share = growth(before, after)
    return (
        f"{verb} by {number(difference)} {outcome.unit}"
        if share is None
        else f"{verb} by {rounded(abs(share))}\N{NO-BREAK SPACE}%"
    )


def rounded(share):
    """A share in per cent in as many digits as one can use: 0.4, 9.6, 35, 1,200; never 0 when something changed."""
    if share >= 10:
        return number(round(share))
    return number(round(share, 1)) if share >= 0.05 else "less than 0.1"


@register.inclusion_tag("components/charts/evidence.html")
def evidence_mark(level):
    """How an outcome is known: one, two or three full dots, and the word."""
    strength = list(Evidence).index(level) + 1
    return {"dots": [(6 + 12 * n, n < strength) for n in range(len(Evidence))], "label": Evidence(level).label}


@register.inclusion_tag("components/charts/shares.html")
def funding_chart(shares):
    """Who paid, as one bar of 100 %."""
    parts = [(row.source.replace("_", "-"), row.get_source_display(), row.share) for row in shares]
    return {"shares": shares_of(parts, ("not-stated", "Not stated")), "id": "funding", "title": "Who paid"}
