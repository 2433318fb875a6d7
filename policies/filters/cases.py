"""Finding cases: what the address of the list may say, and what it means."""

from functools import cached_property, reduce
from operator import and_

from django.contrib.postgres.search import SearchRank
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.db.models.functions import Lower
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django_countries import countries
from django_filters import FilterSet
from taggit.models import Tag

from cities.models import City, Region
from policies.models import CostBand, Evidence, PolicyCase, PolicyStatus, Theme
from sdgs.models import Goal, Target

from .facets import Chip, Facet, Value, count_values
from .fields import AnyOf, PageNumber, RanFrom, RanUntil, Search, Sort, View

SORTS = {
    "relevance": "Best match",
    "newest": "Newest",
    "oldest": "Oldest",
    "title": "Title",
    "verified": "Last confirmed as true",
}
ORDERS = {
    "newest": ["-published_at", "-pk"],
    "oldest": ["published_at", "pk"],
    "title": [Lower("title"), "pk"],
    "verified": [F("verified_on").desc(nulls_last=True), "-pk"],
}
VIEWS = {"list": "List", "map": "Map", "table": "Table"}
PAGE = 20
TOP_TAGS = 15
MOST_NAMED = 5  # unknown values named in messages
LONGEST_NAMED = 40  # characters of each


class CaseFilter(FilterSet):
    """The published cases that `user` may see, as the query string `data` asks for them.

    `qs` is the sorted list and `total` its length; `facets` are the values to choose from with their counts,
    `chips` what is on, `problems` what was not understood and left out, `ways_out` what to drop when nothing was found.
    """

    q = Search(label="Search words", max_length=200)
    goal = AnyOf("goals", "overlap", label="Goal")
    target = AnyOf("targets", "overlap", label="Target")
    region = AnyOf("region", "in", label="Region")
    country = AnyOf("country", "in", label="Country")
    city = AnyOf("city__slug", "in", label="City")
    theme = AnyOf("themes", "overlap", label="Theme")
    status = AnyOf("policy_status", "in", label="Status")
    cost = AnyOf("cost_band", "in", label="Cost in US dollars")
    evidence = AnyOf("evidence_level", "in", label="Evidence")
    tag = AnyOf("tag_slugs", "overlap", label="Tag")
    sort = Sort(label="Order", choices=list(SORTS.items()))
    view = View(label="View", choices=list(VIEWS.items()))
    page = PageNumber(label="Page", min_value=1)

    def __init__(self, data, *, user):
        super().__init__(QueryDict() if data is None else data, PolicyCase.objects.visible_to(user).published())
        for name, names in self.names.items():
            self.filters[name].extra["choices"] = list(names.items())

    @classmethod
    def get_filters(cls):
        # "from" can't be the name of an attribute.
        return super().get_filters() | {"from": RanUntil(label="From year"), "to": RanFrom(label="To year")}

    @cached_property
    def names(self):
        """For each filter of known values: value -> what it is called."""
        return {
            "goal": {str(number): name for number, name in Goal.objects.values_list("number", "name")},
            "target": dict(Target.objects.values_list("code", "title")),
            "region": dict(Region.choices),
            "country": dict(countries),
            "city": dict(City.objects.order_by(Lower("name"), "pk").values_list("slug", "name")),
            "theme": dict(Theme.choices),
            "status": dict(PolicyStatus.choices),
            "cost": dict(CostBand.choices),
            "evidence": dict(Evidence.choices),
            "tag": tag_names(self.queryset.tags_in_use(self.data.getlist("tag"))),
        }

    # What was asked

    @cached_property
    def chosen(self):
        """Name of filter -> what was understood; filters that are off are left out."""
        self.form.errors  # noqa: B018 - validates
        chosen = {name: value for name, value in self.form.cleaned_data.items() if value not in (None, "", [])}
        if self.years_crossed:
            del chosen["to"]
        if chosen.get("view") == "map":  # it shows all at once
            chosen.pop("page", None)
        return chosen

    @cached_property
    def years_crossed(self):
        first, last = (self.form.cleaned_data.get(name) for name in ("from", "to"))
        return bool(first and last and first > last)

    @cached_property
    def conditions(self):
        """Name of filter -> Q; the list, the counts and the ways out are all made of these."""
        conditions = {name: self.filters[name].condition(value) for name, value in self.chosen.items()}
        return {name: condition for name, condition in conditions.items() if condition is not None}

    @property
    def default_order(self):
        return "relevance" if "q" in self.chosen else "newest"

    @property
    def order(self):
        """The name of the order in use."""
        order = self.chosen.get("sort", self.default_order)
        return self.default_order if order == "relevance" else order

    @property
    def orders(self):
        """(name, label) of the orders to choose from."""
        return [(name, label) for name, label in SORTS.items() if name != "relevance" or "q" in self.chosen]

    @property
    def shown_as(self):
        """The name of the view in use: list, map or table."""
        return self.chosen.get("view", "list")

    @property
    def views(self):
        """(name, label, address) of the views of this list."""
        return [(name, label, self.url(view="" if name == "list" else name)) for name, label in VIEWS.items()]

    @property
    def problems(self):
        """What was not understood and left out, in words."""
        errors, fields = self.form.errors, self.form.fields
        unknown = [(field.label, value) for field in fields.values() for value in getattr(field, "unknown", [])]
        problems = [f"{label} “{named(value)}” is not known here, so it was left out." for label, value in unknown[:MOST_NAMED]]
        if len(unknown) > MOST_NAMED:
            problems.append(f"{len(unknown) - MOST_NAMED} more values are not known here, so they were left out.")
        for name, messages in errors.items():
            problems.append(f"{fields[name].label} “{named(self.data.get(name))}” was left out. {messages[0]}")
        if self.years_crossed:
            problems.append("The last year is before the first year, so the last year was left out.")
        return problems

    # What was found

    def filter_queryset(self, queryset):
        found = queryset.filter(*self.conditions.values())
        if self.order != "relevance":
            return found.order_by(*ORDERS[self.order])
        rank = SearchRank(F("search"), Search.query(self.chosen["q"]), cover_density=True)
        return found.order_by(rank.desc(), *ORDERS["newest"])

    @cached_property
    def _counted(self):
        return count_values(self.queryset, self.conditions)

    @property
    def total(self):
        return self._counted[0]

    @property
    def counts(self):
        """Group -> value -> number of cases, see count_values."""
        return self._counted[1]

    @cached_property
    def results(self):
        """The page that was asked for; the last one when there are fewer."""
        paginator = Paginator(self.qs.with_card(), PAGE)
        paginator.count = self.total
        return paginator.get_page(self.chosen.get("page", 1))

    @cached_property
    def cities(self):
        """The cities of what was found, with their number of cases as `cases_here`; most cases first."""
        return list(self.qs.leading_cities())

    @property
    def places(self):
        """(city, address of the list of its cases among what was found)."""
        return [(city, self.url(city=city.slug, view="")) for city in self.cities]

    @property
    def ways_out(self):
        """When nothing was found: the filters that can be dropped alone, as chips with the number of cases then."""
        drops = {
            name: Count("pk", filter=reduce(and_, (q for other, q in self.conditions.items() if other != name), Q(pk__gt=0)))
            for name in self.conditions
        }
        counts = self.queryset.aggregate(**{f"without_{name}": count for name, count in drops.items()})
        found = [Chip(name, self.filters[name].label, "", self.url(drop=name), counts[f"without_{name}"]) for name in drops]
        return sorted((chip for chip in found if chip.count), key=lambda chip: -chip.count)

    # What is shown of it

    @cached_property
    def parameters(self):
        """(name, value) of all that is on except the page, sorted: the one address of this list."""
        pairs = [(name, value) for name in self.conditions for value in as_list(self.chosen[name])]
        if self.order != self.default_order:
            pairs.append(("sort", self.order))
        if self.shown_as != "list":
            pairs.append(("view", self.shown_as))
        return sorted((name, str(value)) for name, value in pairs)

    @property
    def query(self):
        """The query string without the page."""
        return urlencode(self.parameters)

    def url(self, drop=None, value=None, **more):
        """The address of this list without the filter `drop` (or one `value` of it), from its first page.

        `more` takes the place of what there is under the same names; empty values are left out.
        """
        pairs = [(name, one) for name, one in self.parameters if name != drop or (value is not None and one != value)]
        pairs = [pair for pair in pairs if pair[0] not in more] + [pair for pair in more.items() if pair[1]]
        query = urlencode(sorted(pairs, key=lambda pair: (pair[0] == "page", pair)))
        return reverse("case_list") + (f"?{query}" if query else "")

    @property
    def canonical(self):
        return self.url(page=self.results.number) if self.results.number > 1 else self.url()

    @property
    def is_worth_indexing(self):
        """Whether search engines may list this list: as a list with cases, no search words and at most two filters."""
        return self.shown_as == "list" and self.total > 0 and "q" not in self.chosen and len(self.parameters) <= 2

    @property
    def cleared(self):
        """The address of all cases, in the same view."""
        return reverse("case_list") + ("" if self.shown_as == "list" else f"?view={self.shown_as}")

    @cached_property
    def chips(self):
        """One for each thing that is on, with the address of the list without it."""
        return [
            Chip(name, self.filters[name].label, self._called(name, str(value)), self.url(drop=name, value=str(value)))
            for name in self.conditions
            for value in as_list(self.chosen[name])
        ]

    def _called(self, name, value):
        label = self.names.get(name, {}).get(value, value)
        return f"{value} {label}" if name in ("goal", "target") else label

    @cached_property
    def facets(self):
        """The groups of values to choose from: those with cases, and those that are chosen."""
        goals, targets = self._values("goal"), self._values("target")
        goals = self._nested(goals, targets, lambda target: target.value.partition(".")[0])
        cities = sorted(self._values("city"), key=lambda city: city.label.lower())
        countries = sorted(self._values("country"), key=lambda country: country.label)
        groups = {"goal": goals, "region": self._values("region"), "country": countries, "city": cities}
        groups |= {name: self._values(name) for name in ("theme", "status", "cost", "evidence")} | {"tag": self._tags()}
        return [Facet(name, self.filters[name].label, values) for name, values in groups.items() if values]

    def _values(self, name):
        counts, chosen = self.counts[name], self.chosen.get(name, [])
        return [
            Value(name, value, self._called(name, value), counts.get(value, 0), value in chosen)
            for value in self.names[name]
            if value in counts or value in chosen
        ]

    def _nested(self, outer, inner, key):
        """The values of `outer` with those of `inner` that belong to them; an outer one without cases is added for them."""
        inside = {}
        for value in inner:
            inside.setdefault(key(value), []).append(value)
        shown = {value.value: value for value in outer}
        return [
            shown.get(number, Value("goal", number, self._called("goal", number), 0, False))._replace(
                inside=inside.get(number, [])
            )
            for number in self.names["goal"]
            if number in shown or number in inside
        ]

    def _tags(self):
        """The tags with most cases, and those that are chosen."""
        counts, chosen = self.counts["tag"], self.chosen.get("tag", [])
        top = sorted(counts, key=lambda slug: (-counts[slug], slug))[:TOP_TAGS]
        shown = [*top, *(slug for slug in chosen if slug not in top)]
        names = tag_names(shown)
        return [Value("tag", slug, names.get(slug, slug), counts.get(slug, 0), slug in chosen) for slug in shown]


def tag_names(slugs):
    """Slug -> name of the tags `slugs`."""
    return dict(Tag.objects.filter(slug__in=slugs).order_by("name").values_list("slug", "name")) if slugs else {}


def as_list(value):
    return value if isinstance(value, list) else [value]


def named(text):
    """What somebody typed, short enough and printable, to name it in a message."""
    text = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text or "")
    return text if len(text) <= LONGEST_NAMED else text[:LONGEST_NAMED] + "…"
