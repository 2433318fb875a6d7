"""The kinds of filter of the library. Each turns its value into one condition, which the list and the counts share."""

import re

from django import forms
from django.contrib.postgres.search import SearchQuery
from django.db.models import Q
from django_filters import Filter

from policies.models.case import SEARCH_CONFIG


class KnownValuesField(forms.MultipleChoiceField):
    """The values that exist, once each, in the order of the choices; the others are kept in `unknown`."""

    def clean(self, value):
        given = list(dict.fromkeys(value or []))
        known = [str(choice) for choice, _label in self.choices]
        self.unknown = [one for one in given if one and one not in known]
        return [one for one in known if one in given]


class AnyOf(Filter):
    """Cases with any of the values that were chosen; `lookup_expr` takes a list."""

    field_class = KnownValuesField

    def condition(self, values):
        return Q(**{f"{self.field_name}__{self.lookup_expr}": values})


class YearField(forms.IntegerField):
    def __init__(self, **kwargs):
        super().__init__(min_value=1950, max_value=2100, **kwargs)


class RanUntil(Filter):
    """Policies that ended in this year or later, or still run."""

    field_class = YearField

    def condition(self, year):
        return Q(end_year__gte=year) | Q(end_year=None)


class RanFrom(Filter):
    """Policies that began in this year or before."""

    field_class = YearField

    def condition(self, year):
        return Q(start_year__lte=year)


class Search(Filter):
    """Cases that have the words, as people type them to a search engine; the last word may be unfinished."""

    field_class = forms.CharField
    UNFINISHED = re.compile(r"^([^\"]*\s)?(\w{3,})$")

    @classmethod
    def query(cls, words):
        query = SearchQuery(words, config=SEARCH_CONFIG, search_type="websearch")
        if match := cls.UNFINISHED.match(words):
            before, last = match.groups(default="")
            begun = SearchQuery(f"'{last}':*", config=SEARCH_CONFIG, search_type="raw")
            if before.strip():
                begun &= SearchQuery(before, config=SEARCH_CONFIG, search_type="websearch")
            query |= begun
        return query

    def condition(self, words):
        return Q(search=self.query(words))


class SortField(forms.ChoiceField):
    default_error_messages = {"invalid_choice": "Choose one of the orders of the list."}


class Sort(Filter):
    field_class = SortField

    def condition(self, name):
        return None


class ViewField(forms.ChoiceField):
    default_error_messages = {"invalid_choice": "Choose list, map or table."}


class View(Filter):
    field_class = ViewField

    def condition(self, name):
        return None


class PageNumber(Filter):
    field_class = forms.IntegerField

    def condition(self, number):
        return None
