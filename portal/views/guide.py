"""The living style guide: every component in every state, drawn by the templates that the pages use."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, QueryDict
from django.template.response import TemplateResponse

from policies.filters import CaseFilter
from policies.models import PolicyCase
from portal import guide


@login_not_required
def styleguide(request):
    """The guide, in development only. `?as=official` or `?as=staff` shows the header as such a person sees it."""
    if not settings.DEBUG:
        raise Http404
    wrong = guide.SampleForm({"story": "Buses stood in traffic.", "scale": "city"}, auto_id="wrong_%s")
    context = {
        "user": guide.people().get(request.GET.get("as"), AnonymousUser()),
        "people": guide.people(),
        "colours": guide.colours(),
        "form": guide.SampleForm(),
        "wrong": wrong,
        "found": CaseFilter(QueryDict("goal=11"), user=AnonymousUser()),
        "made_case": guide.case(),
        "pictured_case": PolicyCase.objects.published().with_card().exclude(lead=None).first(),
        "glance": guide.glance(),
        "outcomes": guide.outcomes(),
        "coverage": guide.coverage(),
        "history": guide.history(),
        "page": guide.page(),
        "target": guide.target(),
    }
    return TemplateResponse(request, "portal/styleguide.html", context)
