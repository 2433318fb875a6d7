"""The public directory of the network."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.template.response import TemplateResponse

from cities.filters import CityFilter, OrganisationFilter
from cities.models import City, Organisation

PAGE = 36


@login_not_required
def city_list(request):
    cities = City.objects.visible_to(request.user)
    return _directory(request, "cities/city_list.html", CityFilter(request.GET, cities.with_row()))


@login_not_required
def organisation_list(request):
    organisations = Organisation.objects.visible_to(request.user)
    return _directory(request, "cities/organisation_list.html", OrganisationFilter(request.GET, organisations))


def _directory(request, template, selection):
    if selection.unknown:
        values = ", ".join(f"“{value[:40]}”" for value in selection.unknown[:5])
        messages.warning(request, f"These values are not known and were left out: {values}.")
    page = Paginator(selection.qs, PAGE).get_page(request.GET.get("page"))
    counts = {
        "city_count": City.objects.visible_to(request.user).count(),
        "organisation_count": Organisation.objects.visible_to(request.user).count(),
    }
    context = {"selection": selection, "page": page, "canonical_query": selection.canonical_query(page.number), **counts}
    return TemplateResponse(request, template, context)
