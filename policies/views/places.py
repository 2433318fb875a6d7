"""Cases by where they belong: goals, targets and cities."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from cities.models import City
from policies.charts import totals
from policies.models import PolicyCase
from sdgs.models import Goal, Target

NEWEST = 6
LEADING = 5


@login_not_required
def goal_list(request):
    coverage = PolicyCase.objects.visible_to(request.user).published().count_by_goal_and_region()
    counts = totals(coverage)
    context = {"tiles": [(goal, counts[goal.number]) for goal in Goal.objects.all()], "coverage": coverage}
    return TemplateResponse(request, "policies/goal_list.html", context)


@login_not_required
def goal(request, number):
    goal = get_object_or_404(Goal, number=number)
    cases = PolicyCase.objects.visible_to(request.user).published().about_goal(number)
    coverage = cases.count_by_goal_and_region() | cases.count_by_target_and_region()
    counts = totals(coverage)
    context = {
        "goal": goal,
        "targets": [(target, counts[target.code]) for target in goal.targets.all()],
        "total": counts[number],
        "coverage": coverage,
        "newest": cases.with_card()[:NEWEST],
        "leading": cases.leading_cities()[:LEADING],
    }
    return TemplateResponse(request, "policies/goal.html", context)


@login_not_required
def target(request, number, code):
    target = get_object_or_404(Target.objects.select_related("goal"), goal=number, code=code)
    cases = PolicyCase.objects.visible_to(request.user).published().about_target(code)
    context = {"target": target, "goal": target.goal, "cases": cases.with_card()[:NEWEST], "total": cases.count()}
    return TemplateResponse(request, "policies/target.html", context)


@login_not_required
def city(request, slug):
    city = get_object_or_404(City.objects.visible_to(request.user), slug=slug)
    public = PolicyCase.objects.visible_to(request.user).published()
    cases = public.of_city(city)
    counts = cases.count_by_goal()
    context = {
        "city": city,
        "clusters": city.clustermembership_set.select_related("cluster"),
        "cases": cases.by_main_goal().with_card(),
        "counts": counts,
        "region_counts": public.of_region(city.region).count_by_goal(),
        "by_goal": [(goal, counts[goal.number]) for goal in Goal.objects.all() if goal.number in counts],
        "speakers": city.memberships.active().count_by_role(),
    }
    return TemplateResponse(request, "policies/city.html", context)
