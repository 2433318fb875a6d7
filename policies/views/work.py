from django.core.paginator import Paginator
from django.template.response import TemplateResponse

from policies.models import PolicyCase, Revision

CASES_A_PAGE = 25


def my_work(request):
    """What waits for whom since when, and the cases of one's cities."""
    user = request.user
    mine = Revision.objects.visible_to(user).worked_on_by(user).select_related("case__city", "author", "edited_by")
    at_work = list(mine.open().order_by("-edited_at", "-pk"))
    cases = PolicyCase.objects.visible_to(user).of_team(user).once_public().with_card()
    context = {
        "for_you": [revision for revision in at_work if revision.is_editable],
        "for_secretariat": [revision for revision in at_work if not revision.is_editable],
        "not_accepted": mine.not_accepted().order_by("-decided_at")[:10],
        "memberships": user.memberships.waiting().select_related("city"),
        "may_share": user.memberships.active().exists() or user.memberships.waiting().exists(),
        "page": Paginator(cases, CASES_A_PAGE).get_page(request.GET.get("page")),
        "at_work": {revision.case_id for revision in at_work},
    }
    return TemplateResponse(request, "policies/my_work.html", context)
