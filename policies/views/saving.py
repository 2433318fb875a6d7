"""What a step answers when it is sent: to a browser without JavaScript, and to the autosave."""

import logging

from django.contrib import messages
from django.http import HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from policies.diff import word_diff
from policies.forms import STEPS
from policies.models import EditConflict
from policies.tasklist import TaskList
from workflow.models import MoveNotAllowed

logger = logging.getLogger(__name__)


def save_step(request, revision, form):
    """Save `form` if it is valid, and answer: on to the next page, the form again with what was typed, or the conflict."""
    quiet = request.headers.get("X-Autosave") == "1"
    if not revision.is_editable:
        return _conflict(request, revision, form, quiet)
    if not form.is_valid():
        return _invalid(request, revision, form, quiet)
    now = timezone.now()
    try:
        form.save(by=request.user, now=now)
    except EditConflict as conflict:
        again = form.rebased(conflict.revision)
        if request.FILES or not again.is_valid() or again.differs():
            return _conflict(request, conflict.revision, form, quiet)
        revision = conflict.revision  # the same text came twice at once: it is stored
    except MoveNotAllowed:
        revision.refresh_from_db()
        return _conflict(request, revision, form, quiet)
    except OSError:
        logger.exception("A file of revision %s could not be stored", revision.pk)
        form.add_error(None, "The server could not store the files. Your text is still here. Try again in a few minutes.")
        return _invalid(request, revision, form, quiet)
    if quiet:
        return _saved(revision, form, now)
    return _onward(request, revision, form)


def _saved(revision, form, now):
    fresh = type(revision).objects.with_parts().get(pk=revision.pk)
    return JsonResponse(
        {
            "version": fresh.step_versions.get(form.slug, 0),
            "saved_at": now.isoformat(),
            "missing": [task["words"] for task in TaskList(fresh).missing if task["step"] == form.slug],
        }
    )


def _onward(request, revision, form):
    """Redirect to where the button that was pressed leads. `saved` tells the browser to drop its own copy."""
    here = reverse("edit_step", args=[revision.pk, form.slug])
    saved = f"?saved={revision.pk}-{form.slug}"
    if (more := request.POST.get("more")) in form.rows:
        return HttpResponseRedirect(f"{here}{saved}&more={more}#part-{more}")
    slugs = [step.slug for step in STEPS]
    later = slugs[slugs.index(form.slug) + 1 :]
    if "list" in request.POST or not later:
        messages.success(request, "Saved.")
        return HttpResponseRedirect(reverse("case_tasks", args=[revision.pk]) + saved)
    return HttpResponseRedirect(reverse("edit_step", args=[revision.pk, later[0]]) + saved)


def _invalid(request, revision, form, quiet):
    if quiet:
        return JsonResponse({"errors": [words for _anchor, words in form.problems()]}, status=422)
    return TemplateResponse(request, "policies/edit_step.html", {"revision": revision, "form": form})


def _conflict(request, current, form, quiet):
    """Both texts side by side, and the form with the typed one; saving that again is a decision."""
    if quiet:
        return JsonResponse({"conflict": True, "editable": current.is_editable}, status=409)
    form = form.rebased(current)
    parts = [{"label": label, "theirs": old, "mine": new, "diff": word_diff(old, new)} for label, old, new in form.comparison()]
    context = {"revision": current, "form": form, "parts": parts}
    return TemplateResponse(request, "policies/edit_conflict.html", context, status=409)
