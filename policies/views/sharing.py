"""Writing a case: begin it, fill in its steps, look at it, hand it in; and give it up."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_POST

from policies import actions
from policies.forms import STEP
from policies.forms.sharing import ReasonForm, ShareForm
from policies.models import NotReady, PolicyCase, Revision
from policies.tasklist import TaskList
from workflow.models import MoveNotAllowed

from .saving import save_step


def work_on(permission):
    """Gives the view the revision `pk` if `user` may see it; 404 otherwise, 403 without `permission`."""

    def decorator(view):
        @wraps(view)
        def wrapper(request, pk, **kwargs):
            revisions = Revision.objects.visible_to(request.user).with_parts().select_related("edited_by")
            revision = get_object_or_404(revisions.prefetch_related("comments"), pk=pk)
            if permission and not request.user.has_perm(permission, revision):
                raise PermissionDenied
            response = view(request, revision, **kwargs)
            patch_cache_control(response, private=True, no_cache=True)
            return response

        return wrapper

    return decorator


def share_case(request):
    form = ShareForm(request.POST or None, user=request.user, city=request.GET.get("city", ""))
    if not form.cities:
        return TemplateResponse(request, "policies/share_case.html", {"form": None})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        revision = PolicyCase.begin(city=data["city"], key=data["key"], by=request.user, now=timezone.now())
        return redirect("case_tasks", revision.pk)
    return TemplateResponse(request, "policies/share_case.html", {"form": form})


@work_on("policies.follow_revision")
def case_tasks(request, revision):
    history = revision.history.select_related("by")
    context = {"revision": revision, "tasks": TaskList(revision), "history": history}
    return TemplateResponse(request, "policies/case_tasks.html", context)


@work_on("policies.follow_revision")
def edit_step(request, revision, step):
    if step not in STEP:
        raise Http404
    may_edit = request.user.has_perm("policies.edit_revision", revision)
    if not may_edit and (revision.is_editable or request.method != "POST"):
        raise PermissionDenied
    more = request.GET.get("more", "")
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = STEP[step](data, files, revision=revision, user=request.user, more=more)
    if request.method == "POST":
        return save_step(request, revision, form)
    return TemplateResponse(request, "policies/edit_step.html", {"revision": revision, "form": form})


@work_on("")
def preview(request, revision):
    context = {"revision": revision, "missing": TaskList(revision).missing if revision.is_editable else []}
    response = TemplateResponse(request, "policies/preview.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_POST
@work_on("policies.submit_revision")
def submit_case(request, revision):
    try:
        actions.submit_revision(revision, by=request.user, now=timezone.now())
    except NotReady as error:
        messages.error(request, f"Not sent yet. Still missing: {' '.join(error.missing.values())}")
    except MoveNotAllowed:
        raise PermissionDenied from None
    else:
        messages.success(request, "Sent to the secretariat. You get a letter when it is read.")
    return redirect("case_tasks", revision.pk)


@require_POST
@work_on("policies.recall_revision")
def recall_case(request, revision):
    try:
        revision.recall(by=request.user, now=timezone.now())
    except MoveNotAllowed:
        raise PermissionDenied from None
    messages.success(request, "You took the text back. Send it again when it is ready.")
    return redirect("case_tasks", revision.pk)


@work_on("policies.withdraw_revision")
def withdraw_draft(request, revision):
    form = ReasonForm(request.POST or None, help_text="For your colleagues and the secretariat.")
    if request.method == "POST" and form.is_valid():
        try:
            revision.withdraw(by=request.user, now=timezone.now(), note=form.cleaned_data["reason"])
        except MoveNotAllowed:
            raise PermissionDenied from None
        messages.success(request, "The draft is withdrawn.")
        return redirect("my_work")
    return TemplateResponse(request, "policies/withdraw_draft.html", {"revision": revision, "form": form})


def _case_for(user, slug, permission):
    case = get_object_or_404(PolicyCase.objects.visible_to(user).with_card(), slug=slug)
    if not user.has_perm(permission, case):
        raise PermissionDenied
    return case


def revise_case(request, slug):
    case = _case_for(request.user, slug, "policies.revise_case")
    if request.method == "POST":
        revision = case.revise(by=request.user, now=timezone.now())
        return redirect("case_tasks", revision.pk)
    return TemplateResponse(request, "policies/revise_case.html", {"case": case, "open": case.open_revision})


def withdraw_case(request, slug):
    case = _case_for(request.user, slug, "policies.withdraw_case")
    form = ReasonForm(request.POST or None, help_text="Everybody who opens the address of the case reads this.")
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw_case(case, by=request.user, now=timezone.now(), note=form.cleaned_data["reason"])
        except MoveNotAllowed:
            raise PermissionDenied from None
        messages.success(request, "The case is withdrawn. Its address now tells the reason.")
        return redirect("my_work")
    return TemplateResponse(request, "policies/withdraw_case.html", {"case": case, "form": form})
