import rules
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.timesince import timesince

from workflow.models import MoveNotAllowed

from . import actions
from .forms import NoteForm
from .models import City, Cluster, ClusterMembership, Membership, MembershipMove, Organisation


class WithSlug(admin.ModelAdmin):
    """The slug is written when the row is made; later it stands in addresses and stays."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def get_readonly_fields(self, request, obj=None):
        return ["slug"] if obj else []

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else {"slug": ["name"]}


class SpokenForFilter(admin.SimpleListFilter):
    title = "who speaks for it"
    parameter_name = "speakers"

    def lookups(self, request, model_admin):
        return [("none", "Members for which nobody speaks")]

    def queryset(self, request, queryset):
        return queryset.without_active_member() if self.value() == "none" else queryset


class ClusterMembershipInline(admin.TabularInline):
    model = ClusterMembership
    extra = 0
    max_num = 2


@admin.register(City)
class CityAdmin(WithSlug):
    list_display = ["name", "country", "region", "membership", "population", "speakers"]
    list_filter = [SpokenForFilter, "region", "membership", "clusters", "country"]
    search_fields = ["name__unaccent", "slug"]
    fields = [
        ("name", "slug"),
        ("country", "region"),
        "membership",
        ("latitude", "longitude"),
        ("population", "population_year"),
        "area_km2",
        "website",
    ]
    inlines = [ClusterMembershipInline]

    def get_queryset(self, request):
        active = Count("memberships", filter=Q(memberships__status="approved", memberships__user__is_active=True))
        return super().get_queryset(request).annotate(speakers=active)

    @admin.display(ordering="speakers", description="people who speak for it")
    def speakers(self, city):
        return city.speakers


@admin.register(Organisation)
class OrganisationAdmin(WithSlug):
    list_display = ["name", "region", "membership", "website"]
    list_filter = ["region", "membership"]
    search_fields = ["name__unaccent"]
    fields = ["name", "slug", "region", "membership", "website"]


@admin.register(Cluster)
class ClusterAdmin(WithSlug):
    list_display = ["name", "description"]
    search_fields = ["name"]
    fields = ["name", "slug", "description"]


class HistoryInline(admin.TabularInline):
    model = MembershipMove
    verbose_name_plural = "history"
    fields = readonly_fields = ["at", "before", "after", "by", "note"]
    extra = 0

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("cities.view_membership")

    def has_add_permission(self, request, obj=None):
        return False

    has_change_permission = has_delete_permission = has_add_permission


# The decisions of the secretariat: verb, what the page and its button say, and whether a reason is needed.
DECISIONS = {
    "approve": (actions.approve_membership, "Approve", False),
    "decline": (actions.decline_membership, "Decline", True),
    "end": (actions.end_membership, "End", True),
}


def may(decision, user, membership):
    # Asked of the rules, as `user.has_perm` answers superusers yes without looking at the membership.
    return rules.has_perm(f"cities.{decision}_membership", user, membership)


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    """Requests come from the site and are decided by the verbs; here only the role can be edited."""

    list_display = ["user", "city", "role", "position", "status", "age"]
    list_filter = ["status", "role", "city__region"]
    list_select_related = ["user", "city"]
    search_fields = ["user__display_name", "user__email", "city__name__unaccent"]
    date_hierarchy = "requested_at"
    fields = ["user", "address", "city", "role", "position", "reason", "status", "requested_at"]
    readonly_fields = ["user", "address", "city", "position", "reason", "status", "requested_at"]
    inlines = [HistoryInline]
    actions = ["approve", "decline", "end"]
    change_form_template = "admin/cities/membership/change_form.html"

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_ordering(self, request):
        # What waits comes first, the oldest on top.
        return [models.Case(models.When(status="requested", then=0), default=1), "requested_at"]

    @admin.display(description="e-mail address")
    def address(self, membership):
        return membership.user.email

    @admin.display(ordering="requested_at", description="waiting for")
    def age(self, membership):
        return timesince(membership.requested_at) if membership.status == Membership.Status.REQUESTED else "-"

    @admin.action(description="Approve the chosen requests")
    def approve(self, request, queryset):
        return self._to_decision("approve", queryset)

    @admin.action(description="Decline the chosen requests")
    def decline(self, request, queryset):
        return self._to_decision("decline", queryset)

    @admin.action(description="End the chosen memberships")
    def end(self, request, queryset):
        return self._to_decision("end", queryset)

    def _to_decision(self, decision, queryset):
        pks = ",".join(str(pk) for pk in queryset.values_list("pk", flat=True))
        return redirect(f"{reverse('admin:cities_membership_decide', args=[decision])}?pk={pks}")

    def get_urls(self):
        decide = self.admin_site.admin_view(self.decide)
        return [path("decide/<str:decision>/", decide, name="cities_membership_decide"), *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        membership = self.get_object(request, object_id)
        possible = [name for name in DECISIONS if membership and may(name, request.user, membership)]
        decisions = [(name, DECISIONS[name][1]) for name in possible]
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "decisions": decisions})

    def decide(self, request, decision):
        """Asks for the reason, then carries the decision out for each chosen membership for which it is possible."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if decision not in DECISIONS:
            raise Http404
        verb, label, reason_required = DECISIONS[decision]
        pks = [int(pk) for pk in request.GET.get("pk", "").split(",") if pk.isdecimal() and len(pk) < 19]
        chosen = list(self.get_queryset(request).filter(pk__in=pks).select_related("user", "city"))
        possible = [row for row in chosen if may(decision, request.user, row)]
        if not possible:
            messages.warning(request, f"{label}: this is not possible, or not for you to decide.")
            return redirect("admin:cities_membership_changelist")
        form = NoteForm(request.POST if request.method == "POST" else None, required=reason_required)
        if form.is_valid():
            self._carry_out(request, verb, possible, form.cleaned_data["note"])
            return redirect("admin:cities_membership_changelist")
        context = self.admin_site.each_context(request) | {
            "title": f"{label} {len(possible)} membership{'s' if len(possible) > 1 else ''}",
            "opts": self.opts,
            "form": form,
            "label": label,
            "memberships": possible,
            "left_out": len(chosen) - len(possible),
        }
        return TemplateResponse(request, "admin/cities/membership/decide.html", context)

    def _carry_out(self, request, verb, memberships, note):
        for membership in memberships:
            try:
                verb(membership, by=request.user, now=timezone.now(), note=note)
            except MoveNotAllowed:
                messages.warning(request, f"{membership}: somebody else has decided this meanwhile.")
            else:
                messages.success(request, f"{membership}: {membership.get_status_display().lower()}.")
