"""The moderators' queue, and the page on which one edition is reviewed."""

import rules
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST

from policies import actions, checks
from policies.comparison import compare
from policies.forms.review import ReviewForm
from policies.models import Revision

from .base import ModeratedAdmin
from .history import case_history

Status = Revision.Status
RULES = {
    "save": "policies.moderate",
    "publish": "policies.publish_revision",
    "return": "policies.return_revision",
    "reject": "policies.reject_revision",
}
VERBS = {"publish": actions.publish_revision, "return": actions.return_revision, "reject": actions.reject_revision}
OUTCOME = {"publish": Status.PUBLISHED, "return": Status.RETURNED, "reject": Status.REJECTED}


class QueueFilter(admin.SimpleListFilter):
    title = "queue"
    parameter_name = "queue"

    def lookups(self, request, model_admin):
        return [
            ("", "Waiting for review"),
            ("unassigned", "Unassigned"),
            ("mine", "Mine"),
            ("returned", "Returned"),
            ("all", "All"),
        ]

    def choices(self, changelist):
        for value, title in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: value} if value else {}, [self.parameter_name])
            yield {"selected": (self.value() or "") == value, "query_string": query, "display": title}

    def queryset(self, request, queryset):
        return {
            "unassigned": lambda: queryset.filter(status=Status.SUBMITTED, assignee=None),
            "mine": lambda: queryset.filter(status=Status.SUBMITTED, assignee=request.user),
            "returned": lambda: queryset.filter(status=Status.RETURNED),
            "all": lambda: queryset,
        }.get(self.value(), lambda: queryset.filter(status=Status.SUBMITTED))()


def days(since, now):
    """A span in words: "3 days", "today"."""
    number = (now - since).days
    return "today" if number < 1 else f"{number} day{'' if number == 1 else 's'}"


def holder(revision, now):
    """Who has to move next, in words."""
    if revision.is_editable:
        return "The author"
    if revision.status != Status.SUBMITTED:
        return f"Nobody: {revision.get_status_display().lower()}"
    if not revision.assignee:
        return "Nobody yet"
    if revision.is_claim_over(now):
        return f"Nobody: {revision.assignee} took it {days(revision.claimed_at, now)} ago"
    return f"{revision.assignee}, since {date_format(localtime(revision.claimed_at), 'j M, H:i')}"


def claim_button(user, revision, now):
    """A button that posts the form around it, or nothing when there is nothing for `user` to take or give back."""
    if revision.status != Status.SUBMITTED or not rules.has_perm("policies.claim_revision", user, revision):
        return ""
    if revision.assignee_id == user.pk and not revision.is_claim_over(now):
        verb, words = "release", "Release"
    elif revision.assignee_id and not revision.is_claim_over(now):
        return ""
    else:
        verb, words = "claim", "Claim"
    address = reverse(f"admin:policies_revision_{verb}", args=[revision.pk])
    return format_html('<button type="submit" class="button" formaction="{}">{}</button>', address, words)


def state(revision):
    """Tells one state of an edition and its case from another, to see whether a page is out of date."""
    return f"{revision.case.status} {revision.status} {revision.submitted_at and revision.submitted_at.isoformat()}"


@admin.register(Revision)
class RevisionAdmin(ModeratedAdmin):
    list_display = ["edition_title", "city", "author", "edition", "waits", "holder"]
    list_display_links = None
    list_filter = [QueueFilter]
    list_select_related = ["case__city", "author", "assignee"]
    search_fields = ["title", "case__city__name"]
    ordering = ["submitted_at", "pk"]
    actions = None
    sortable_by = []

    def get_queryset(self, request):
        return Revision.objects.visible_to(request.user)

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/review/", view(self.review), name="policies_revision_review"),
            path("<int:pk>/claim/", view(require_POST(self.claim)), name="policies_revision_claim"),
            path("<int:pk>/release/", view(require_POST(self.release)), name="policies_revision_release"),
            path(
                "<int:pk>/comments/<int:comment>/delete/",
                view(require_POST(self.delete_comment)),
                name="policies_revision_delete_comment",
            ),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return redirect("admin:policies_revision_review", self.get_edition(request, object_id).pk)

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": "Review queue", **(extra_context or {})})

    def get_list_display(self, request):
        @admin.display(description="Your turn")
        def claim_or_release(revision):
            return claim_button(request.user, revision, timezone.now())

        return [*self.list_display, claim_or_release]

    def get_edition(self, request, pk):
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            return get_object_or_404(Revision.objects.visible_to(request.user), pk=pk)
        except ValueError:  # the admin site's own address of a row takes any text
            raise Http404 from None

    # Columns of the queue

    @admin.display(description="Case")
    def edition_title(self, revision):
        return format_html('<a href="{}">{}</a>', reverse("admin:policies_revision_review", args=[revision.pk]), revision)

    @admin.display(description="City")
    def city(self, revision):
        return revision.case.city

    @admin.display(description="Edition")
    def edition(self, revision):
        return "First edition" if revision.number == 1 else f"Update (edition {revision.number})"

    @admin.display(description="Age")
    def waits(self, revision):
        since = revision.submitted_at if revision.status == Status.SUBMITTED else revision.edited_at
        return days(since, timezone.now())

    @admin.display(description="Who holds it")
    def holder(self, revision):
        return holder(revision, timezone.now())

    # Claim, release, review

    def claim(self, request, pk):
        revision = self.get_edition(request, pk)
        if revision.status != Status.SUBMITTED:
            messages.warning(request, f"“{revision}” does not wait for review any more.")
        elif not rules.has_perm("policies.claim_revision", request.user, revision):
            raise PermissionDenied
        elif revision.claim(by=request.user, now=timezone.now()):
            messages.success(request, "The review is yours for 7 days.")
        else:
            messages.warning(request, f"{revision.assignee} took this review before you.")
        return redirect("admin:policies_revision_review", pk)

    def release(self, request, pk):
        revision = self.get_edition(request, pk)
        if revision.release(by=request.user):
            messages.success(request, "The review is back in the queue.")
        else:
            messages.warning(request, "You don't hold this review.")
        return redirect("admin:policies_revision_changelist")

    def review(self, request, pk):
        revision = self.get_edition(request, pk)
        has_comments = revision.new_comments().exists()
        form = ReviewForm(request.POST or None, initial={"seen": state(revision)}, has_comments=has_comments)
        if request.method == "POST" and form.is_valid() and (done := self._carry_out(request, pk, form)):
            return redirect(done)
        return self._review_page(request, Revision.objects.with_review().get(pk=pk), form)

    def delete_comment(self, request, pk, comment):
        """Delete a comment that the author has not seen, and show the page again with all that was typed."""
        revision = self.get_edition(request, pk)
        found = revision.comments.filter(pk=comment).first()
        if found and not rules.has_perm("policies.delete_comment", request.user, found):
            raise PermissionDenied
        if Revision.delete_new_comment(pk, comment, by=request.user):
            messages.success(request, "The comment is deleted. The author never saw it.")
        else:
            messages.warning(request, "Nothing was done: the comment was sent to the author, or is gone already.")
        form = ReviewForm(initial=request.POST.dict())
        return self._review_page(request, Revision.objects.with_review().get(pk=pk), form)

    @transaction.atomic
    def _carry_out(self, request, pk, form):
        """Do what the form asks. Returns where to go next, or None when the edition changed meanwhile."""
        data, user, now = form.cleaned_data, request.user, timezone.now()
        revision, decision = Revision.objects.locked(pk), form.cleaned_data["decision"]
        here = reverse("admin:policies_revision_review", args=[pk])
        if data["seen"] != state(revision):
            if revision.decided_by_id == user.pk and revision.status == OUTCOME.get(decision):
                messages.info(request, "You decided this already. It was done once.")
                return here
            messages.error(request, f"Nothing was done: {what_happened(revision)} What you typed is still below.")
            form.turn_stale(seen=state(revision))
            return None
        check_rules(user, revision, decision, form.comments)
        actions.write_comments(revision, by=user, now=now, comments=form.comments, internal=data["internal"])
        if decision == "save":
            messages.success(request, "Saved. The author sees the comments when you return the text.")
            return here
        VERBS[decision](revision, by=user, now=now, note=data["note"])
        messages.success(request, f"“{revision}”: {revision.get_status_display().lower()}.")
        return reverse("admin:policies_revision_changelist")

    def _review_page(self, request, revision, form):
        user, now = request.user, timezone.now()
        case, is_own = revision.case, revision.is_by(user)
        before = revision.edition_before()
        hints = checks.look_at(revision)
        sections = compare(before, revision)
        comments = list(revision.comments.all())
        for comment in comments:
            comment.is_new = not revision.is_sent(comment)
            comment.may_go = comment.is_new and rules.has_perm("policies.delete_comment", user, comment)
        may_comment = rules.has_perm("policies.comment_revision", user, revision) or form.is_stale
        for field in (field for section in sections for field in section.fields):
            field.comments = [comment for comment in comments if comment.field == field.name]
            field.hints = [words for name, words in hints if name == field.name]
            field.box = form[f"comment_{field.name}"] if may_comment else None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Review",
            "subtitle": str(revision),
            "revision": revision,
            "before": before,
            "sections": sections,
            "hints": hints,
            "waits": days(revision.submitted_at, now) if revision.status == Status.SUBMITTED else "",
            "holder": holder(revision, now),
            "claim_button": claim_button(user, revision, now),
            "held_by_other": revision.assignee_id not in {None, user.pk} and not revision.is_claim_over(now),
            "is_own": is_own,
            "notes": [] if is_own else revision.internal_notes.all(),
            "form": form,
            "may": {name: rules.has_perm(rule, user, revision) for name, rule in RULES.items()},
            "moves": case_history(case),
        }
        return TemplateResponse(request, "admin/policies/revision/review.html", context, status=409 if form.is_stale else 200)


def check_rules(user, revision, decision, comments):
    """Raises PermissionDenied unless `user` may do all this with `revision`; superusers review no text of their own either."""
    asked = [RULES[decision], *(["policies.comment_revision"] if comments else [])]
    if revision.is_by(user) or not all(rules.has_perm(rule, user, revision) for rule in asked):
        raise PermissionDenied


def what_happened(revision):
    """Why a page is out of date, in words."""
    if revision.status == Status.SUBMITTED and revision.case.status == revision.case.Status.WITHDRAWN:
        return "the case is withdrawn. To publish this text would bring the case back."
    if revision.status == Status.SUBMITTED:
        return "the author sent a newer text since you opened this page. Read it again."
    move = revision.history.last()
    return f"it is now “{revision.get_status_display().lower()}” ({move.by}, {date_format(localtime(move.at), 'j M, H:i')})."
