"""Cases in the admin site: their list, their history, and what staff does with many at once."""

from itertools import pairwise

import rules
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from cities.models import Region
from policies import actions
from policies.comparison import compare
from policies.forms.review import RenameForm, WithdrawForm
from policies.models import PolicyCase, Revision
from workflow.models import MoveNotAllowed

from .base import ModeratedAdmin
from .history import case_history


class ConfirmedFilter(admin.SimpleListFilter):
    title = "last confirmed as true"
    parameter_name = "confirmed"

    def lookups(self, request, model_admin):
        return [("old", "Not for a year")]

    def queryset(self, request, queryset):
        return queryset.to_confirm(timezone.now()) if self.value() == "old" else queryset


@admin.register(PolicyCase)
class PolicyCaseAdmin(ModeratedAdmin):
    list_display = ["name", "city", "status", "goal_numbers", "is_featured", "verified_on", "published_at"]
    list_filter = ["status", ConfirmedFilter, "is_featured", "region", "policy_status", "is_demonstration"]
    list_select_related = ["city"]
    search_fields = ["title", "city__name", "slug"]
    ordering = ["-published_at", "-pk"]
    actions = ["feature", "unfeature", "verify", "withdraw"]

    def get_queryset(self, request):
        return PolicyCase.objects.visible_to(request.user).with_working_title()

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/compare/<int:old>/<int:new>/", view(self.compare), name="policies_policycase_compare"),
            path("<int:pk>/rename/", view(require_POST(self.rename)), name="policies_policycase_rename"),
            path("<int:pk>/restore/", view(require_POST(self.restore)), name="policies_policycase_restore"),
            *super().get_urls(),
        ]

    @admin.display(description="Case", ordering="title")
    def name(self, case):
        return case.title or case.working_title or case

    @admin.display(description="Goals")
    def goal_numbers(self, case):
        return ", ".join(map(str, case.goals))

    # Many at once

    @admin.action(description="Feature")
    def feature(self, request, queryset):
        self._tell(request, queryset, lambda case: case.feature(True), "featured")

    @admin.action(description="Stop featuring")
    def unfeature(self, request, queryset):
        self._tell(request, queryset, lambda case: case.feature(False), "not featured any more")

    @admin.action(description="Mark as verified today")
    def verify(self, request, queryset):
        now = timezone.now()
        self._tell(request, queryset, lambda case: case.verify(now=now), "verified today")

    @admin.action(description="Withdraw")
    def withdraw(self, request, queryset):
        form = WithdrawForm(request.POST if "reason" in request.POST else None)
        if form.is_valid():
            now, reason = timezone.now(), form.cleaned_data["reason"]
            self._tell(request, queryset, lambda case: withdraw(case, by=request.user, now=now, note=reason), "withdrawn")
            return None
        context = {
            **self._context(request, "Withdraw cases"),
            "form": form,
            "cases": queryset.order_by("pk").prefetch_related("revisions"),
        }
        return TemplateResponse(request, "admin/policies/policycase/withdraw.html", context)

    def _tell(self, request, cases, verb, done):
        """Do `verb` to each case, and say of each whether it was done."""
        for case in cases.order_by("pk"):
            if verb(case):
                messages.success(request, f"{self.name(case)}: {done}.")
            else:
                messages.warning(request, f"{self.name(case)}: nothing done, the case is not published.")

    # One case

    def change_view(self, request, object_id, form_url="", extra_context=None):
        case = self._case(request, object_id)
        return self._case_page(request, case, RenameForm(case=case))

    def rename(self, request, pk):
        case = self._case(request, pk)
        form = RenameForm(request.POST, case=case)
        if not case.slug:
            raise PermissionDenied
        if not form.is_valid():
            return self._case_page(request, case, form)
        case.rename(form.cleaned_data["slug"])
        messages.success(request, "The case has a new address. The old one leads there.")
        return redirect("admin:policies_policycase_change", pk)

    def restore(self, request, pk):
        case = self._case(request, pk)
        if not case.live:
            raise PermissionDenied
        try:
            case.restore(by=request.user, now=timezone.now())
        except MoveNotAllowed:
            messages.warning(request, "Nothing done: the case is not withdrawn.")
        else:
            messages.success(request, "The case is public again.")
        return redirect("admin:policies_policycase_change", pk)

    def compare(self, request, pk, old, new):
        """Two editions of a case, by their numbers."""
        case = self._case(request, pk)
        editions = Revision.objects.visible_to(request.user).with_parts().filter(case=case)
        one, two = (get_object_or_404(editions, number=number) for number in (old, new))
        context = {
            **self._context(request, f"Editions {old} and {new}", self.name(case)),
            "case": case,
            "old": one,
            "new": two,
            "sections": compare(one, two),
        }
        return TemplateResponse(request, "admin/policies/policycase/compare.html", context)

    def _case(self, request, pk):
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            return get_object_or_404(self.get_queryset(request).select_related("city", "live"), pk=pk)
        except ValueError:  # the admin site's own address of a row takes any text
            raise Http404 from None

    def _context(self, request, title, subtitle=None):
        site = self.admin_site.each_context(request)
        return {**site, "opts": self.opts, "title": title, "subtitle": subtitle}

    def _case_page(self, request, case, rename_form):
        editions = list(case.revisions.visible_to(request.user).select_related("author").order_by("number"))
        context = {
            **self._context(request, self.name(case), "Case"),
            "case": case,
            "editions": editions,
            "pairs": list(pairwise(editions)),
            "moves": case_history(case),
            "rename_form": rename_form,
            "region": Region(case.city.region).label,
            "may_withdraw": rules.has_perm("policies.withdraw_case", request.user, case),
            "may_restore": case.status == case.Status.WITHDRAWN and case.live_id,
            "list_address": reverse("admin:policies_policycase_changelist"),
        }
        return TemplateResponse(request, "admin/policies/policycase/case.html", context)


def withdraw(case, *, by, now, note):
    """Whether `case` could be withdrawn."""
    if not rules.has_perm("policies.withdraw_case", by, case):
        return False
    try:
        actions.withdraw_case(case, by=by, now=now, note=note)
    except MoveNotAllowed:
        return False
    return True
