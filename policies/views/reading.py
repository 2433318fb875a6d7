"""The public library: finding cases, and reading one."""

from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import condition

from policies.cards import case_card
from policies.comparison import public_changes
from policies.filters import CaseFilter
from policies.forms.reading import CompareForm
from policies.models import PastSlug, PolicyCase
from sdgs.models import Goal

from .files import HOUR

RELATED = 3


def public_case(view):
    """Gives the view the published case behind `slug`, for everybody.

    A past address redirects for ever; a withdrawn case that was once public answers 410 with the reason.
    """

    @login_not_required
    @wraps(view)
    def wrapper(request, slug, **kwargs):
        if case := PolicyCase.objects.visible_to(request.user).published().with_card().filter(slug=slug).first():
            return view(request, case, **kwargs)
        if past := PastSlug.objects.select_related("case").filter(slug=slug).first():
            return redirect(request.resolver_match.view_name, slug=past.case.slug, **kwargs, permanent=True)
        gone = get_object_or_404(PolicyCase.objects.gone().with_card(), slug=slug)
        return TemplateResponse(request, "policies/gone.html", {"case": gone}, status=410)

    return wrapper


def _card_tag(request, case):
    return f'"{case.pk}-{case.published_at:%Y%m%d%H%M%S%f}"'


@login_not_required
def case_list(request):
    found = CaseFilter(request.GET, user=request.user)
    response = TemplateResponse(request, "policies/case_list.html", {"found": found})
    if request.htmx:
        response["HX-Push-Url"] = found.canonical
    return response


@public_case
def case(request, case):
    editions = case.revisions.published_editions()
    context = {
        "case": case,
        "revision": editions.with_parts().get(pk=case.live_id),
        "editions": editions.count(),
        "related": PolicyCase.objects.visible_to(request.user).published().related_to(case).with_card()[:RELATED],
    }
    return TemplateResponse(request, "policies/case.html", context)


@public_case
@condition(etag_func=_card_tag, last_modified_func=lambda request, case: case.published_at)
def case_card_picture(request, case):
    goals = Goal.objects.in_bulk(case.goals)
    main_first = sorted(case.goals, key=lambda number: number != case.primary_goal)
    picture = case_card(case, [goals[number] for number in main_first], site_name=settings.SITE_NAME)
    return HttpResponse(picture, content_type="image/png", headers={"Cache-Control": f"public, max-age={HOUR}"})


@public_case
def edition(request, case, number):
    revision = get_object_or_404(case.revisions.published_editions().with_parts(), number=number)
    return TemplateResponse(request, "policies/edition.html", {"case": case, "revision": revision})


@public_case
def case_versions(request, case):
    editions = case.revisions.published_editions().with_parts().order_by("-number")
    form = CompareForm(request.GET, editions)
    context = {"case": case, "editions": editions, "form": form}
    if form.is_valid():
        old, new = form.chosen
        context |= {"old": old, "new": new, "changes": public_changes(old, new)}
    return TemplateResponse(request, "policies/case_versions.html", context)
