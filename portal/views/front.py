import csv
from email.utils import parseaddr
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.templatetags.static import static

from cities.models import City
from policies.charts import totals
from policies.models import PolicyCase
from sdgs.models import Goal

PLATFORMS = Path(__file__).resolve().parent.parent / "data" / "platforms.csv"
NEWEST = 6


@cache
def platforms():
    """Rows of the other knowledge platforms that help local governments."""
    with PLATFORMS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def contact_email():
    """Where people reach the secretariat."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


@login_not_required
def home(request):
    cases = PolicyCase.objects.visible_to(request.user).published()
    coverage = cases.count_by_goal_and_region()
    counts = totals(coverage)
    context = {
        "goals": [(goal, counts[goal.number]) for goal in Goal.objects.all()],
        "case_count": cases.count(),
        "city_count": City.objects.visible_to(request.user).count(),
        "coverage": coverage,
        "cities": cases.leading_cities(),
        "newest": cases.with_card()[:NEWEST],
    }
    return TemplateResponse(request, "portal/home.html", context)


@login_not_required
def about(request):
    return TemplateResponse(request, "portal/about.html", {"platforms": platforms(), "contact_email": contact_email()})


@login_not_required
def accessibility(request):
    return TemplateResponse(request, "portal/accessibility.html", {"contact_email": contact_email()})


@login_not_required
def privacy(request):
    context = {
        "contact_email": contact_email(),
        "session_days": settings.SESSION_COOKIE_AGE // (24 * 3600),
        "tile_hosts": settings.MAP_TILES_HOSTS,
    }
    return TemplateResponse(request, "portal/privacy.html", context)


@login_not_required
def favicon(request):
    """For browsers that ask for it without reading the page."""
    return redirect(static("img/mark.svg"), permanent=True)
