"""How many cases there are beside each value of each filter, by one statement."""

from typing import NamedTuple

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F


class Value(NamedTuple):
    """One value of a group: `count` cases if it were the only one chosen in its group."""

    name: str
    value: str
    label: str
    count: int
    chosen: bool
    inside: list = []

    @property
    def is_open(self):
        """Whether something inside is chosen, so that it must be seen."""
        return any(value.chosen for value in self.inside)


class Facet(NamedTuple):
    name: str
    label: str
    values: list

    @property
    def is_open(self):
        return any(value.chosen or value.is_open for value in self.values)


class Chip(NamedTuple):
    """A filter that is on, and the address of the list without it."""

    name: str
    label: str
    text: str
    url: str
    count: int = 0


# Where the values of a group stand in the row of a case; arrays give several.
VALUES = {
    "goal": "unnest(goals)",
    "target": "unnest(targets)",
    "region": "region",
    "country": "country",
    "city": "city_slug",
    "theme": "unnest(themes)",
    "status": "policy_status",
    "cost": "cost_band",
    "evidence": "evidence_level",
    "tag": "unnest(tag_slugs)",
}
COLUMNS = ["goals", "targets", "region", "country", "themes", "policy_status", "cost_band", "evidence_level", "tag_slugs"]


def count_values(cases, conditions):
    """Returns (total, {group: {value: count}}) for the queryset `cases` under `conditions`, {name of filter: Q}.

    A count is the number of cases if that value were the only one chosen in its group while every other
    condition stays; values without a case are left out. `total` is the number under all conditions.
    """
    flags = {f"in_{group}": conditions[group] for group in VALUES if group in conditions}
    rows = cases.filter(*(condition for name, condition in conditions.items() if name not in VALUES)).order_by()
    rows = rows.annotate(
        city_slug=F("city__slug"),
        **{flag: ExpressionWrapper(condition, BooleanField()) for flag, condition in flags.items()},
    )
    base, params = rows.values(*COLUMNS, "city_slug", *flags).query.sql_with_params()
    parts = [_group(group, flags) for group in VALUES] + [f"SELECT 'total', '', count(*) FROM base{_where(flags)}"]  # noqa: S608
    with connection.cursor() as cursor:
        # Only names from VALUES are put into the text; what people chose is in the parameters.
        cursor.execute(f"WITH base AS MATERIALIZED ({base}) {' UNION ALL '.join(parts)}", params)
        found = cursor.fetchall()
    counts = {group: {} for group in VALUES}
    for group, value, number in found:
        if group != "total" and value:
            counts[group][value] = number
    return next(number for group, _value, number in found if group == "total"), counts


def _group(group, flags):
    others = [flag for flag in flags if flag != f"in_{group}"]
    values = f"SELECT {VALUES[group]} AS value FROM base{_where(others)}"  # noqa: S608
    return f"SELECT '{group}' AS part, value::text, count(*) FROM ({values}) AS {group}_values GROUP BY value"  # noqa: S608


def _where(flags):
    return f" WHERE {' AND '.join(flags)}" if flags else ""
