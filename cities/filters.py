import django_filters
from django import forms
from django.db.models import Count
from django.utils.http import urlencode
from django_countries import countries

from .models import City, Cluster, NetworkMembership, Organisation, Region


def country_choices():
    codes = City.objects.order_by().values_list("country", flat=True).distinct()
    return sorted(((code, countries.name(code)) for code in codes), key=lambda choice: choice[1])


def cluster_choices():
    return list(Cluster.objects.values_list("slug", "name"))


class Directory(django_filters.FilterSet):
    """Facets whose values are OR within one and AND between them; values that are not known are left out."""

    q = django_filters.CharFilter(
        field_name="name", lookup_expr="unaccent__icontains", label="Name", widget=forms.TextInput(attrs={"type": "search"})
    )

    def __init__(self, data, queryset):
        super().__init__(data, queryset=queryset)
        self.data, self.unknown = data.copy(), []
        for name in self.facet_names:
            known = {str(value) for value, _label in self.form.fields[name].choices}
            values = list(dict.fromkeys(data.getlist(name)))
            self.unknown += [value for value in values if value not in known]
            self.data.setlist(name, [value for value in values if value in known])
        # The search is the only field left that can be wrong: by characters that no database takes.
        search = "".join(character for character in self.data.pop("q", [""])[-1] if character.isprintable()).strip()
        if search:
            self.data["q"] = search[:100]
        self.form.data = self.data
        self.form.full_clean()

    @property
    def facet_names(self):
        return [name for name, one in self.filters.items() if isinstance(one, django_filters.MultipleChoiceFilter)]

    def narrowed(self, *, without=None):
        """The rows that match, all facets applied but the one named."""
        queryset = self.queryset.all()
        for name, value in self.form.cleaned_data.items():
            if name != without:
                queryset = self.filters[name].filter(queryset, value)
        return queryset

    def filter_queryset(self, queryset):
        return self.narrowed()

    def facets(self):
        """For each facet its name, label, and of each value that occurs: code, label, chosen, rows after choosing it alone."""
        facets = []
        for name in self.facet_names:
            field, chosen = self.filters[name].field_name, self.form.cleaned_data[name]
            rows = self.narrowed(without=name).order_by().values_list(field).annotate(Count("pk", distinct=True))
            counts = {str(value): count for value, count in rows}
            values = [
                {"code": code, "label": label, "chosen": code in chosen, "count": counts.get(code, 0)}
                for code, label in self.form.fields[name].choices
            ]
            shown = [value for value in values if value["count"] or value["chosen"]]
            facets.append({"name": name, "label": self.filters[name].label, "values": shown, "open": bool(chosen)})
        return facets

    def chips(self):
        """What is on: label of the value, and the query string without it."""
        chips = []
        for name in self.facet_names:
            labels = dict(self.form.fields[name].choices)
            for code in self.form.cleaned_data[name]:
                rest = self.data.copy()
                rest.pop("page", None)
                rest.setlist(name, [value for value in rest.getlist(name) if value != code])
                chips.append({"label": labels[code], "query": rest.urlencode()})
        return chips

    @property
    def is_worth_indexing(self):
        """Whether search engines may list this selection: no search words and at most two filters."""
        return "q" not in self.data and len(self.chips()) <= 2

    def canonical_query(self, page):
        """The query string of page number `page` of this selection: the same however it was asked for."""
        pairs = [(name, value) for name in ["q", *self.facet_names] for value in self.data.getlist(name)]
        pairs = sorted(pairs) + ([("page", page)] if page > 1 else [])
        return f"?{urlencode(pairs)}" if pairs else ""

    def query(self):
        """The query string of this selection, without the page."""
        data = self.data.copy()
        data.pop("page", None)
        return data.urlencode()


class CityFilter(Directory):
    region = django_filters.MultipleChoiceFilter(choices=Region.choices, label="Region")
    country = django_filters.MultipleChoiceFilter(choices=country_choices, label="Country")
    membership = django_filters.MultipleChoiceFilter(choices=NetworkMembership.choices, label="Network membership")
    cluster = django_filters.MultipleChoiceFilter(field_name="clusters__slug", choices=cluster_choices, label="Cluster")

    class Meta:
        model = City
        fields = []


class OrganisationFilter(Directory):
    region = django_filters.MultipleChoiceFilter(choices=Region.choices, label="Region")
    membership = django_filters.MultipleChoiceFilter(choices=NetworkMembership.choices, label="Network membership")

    class Meta:
        model = Organisation
        fields = []
