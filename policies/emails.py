"""One function a letter. Nobody's address stands in a letter to somebody else, and staff sign as the secretariat."""

from django.conf import settings
from django.urls import reverse

from accounts.emails import one_line, post, reachable
from accounts.models import User

from .outline import LABELS, STEP_OF


def received(revision):
    _to_writers(revision, "received")


def returned(revision, *, note, comments):
    """`comments` are those written since the last decision, in the order of the form."""
    order = list(LABELS)
    rows = [
        {"label": LABELS.get(comment.field, comment.field), "text": comment.text, "link": _step_link(revision, comment.field)}
        for comment in sorted(comments, key=lambda c: order.index(c.field) if c.field in LABELS else len(order))
    ]
    _to_writers(revision, "returned", note=note, comments=rows)


def published(revision, *, note):
    _to_writers(revision, "published", note=note, link=_absolute(revision.case.get_absolute_url()))


def rejected(revision, *, note):
    _to_writers(revision, "rejected", note=note)


def withdrawn(case, *, note):
    _to_writers(case.live, "withdrawn", note=note)


def waiting(user, *, revisions, memberships):
    """What waits for the secretariat, to one moderator: rows with `title`, `city` and `days`."""
    post(
        "policies/emails/waiting",
        to=user.email,
        user=user,
        revisions=revisions,
        memberships=memberships,
        count=len(revisions) + len(memberships),
        queue=_absolute(reverse("admin:policies_revision_changelist")),
        requests=_absolute(reverse("admin:cities_membership_changelist")),
    )


def _to_writers(revision, letter, **context):
    """Post `letter` to the author of `revision` and to who submitted it, once each, as far as they can be reached."""
    writers = User.objects.filter(pk__in={revision.author_id, revision.submitted_by_id} - {None})
    context |= {
        "title": one_line(str(revision)),
        "city": revision.case.city,
        "number": revision.number,
        "tasks": _absolute(reverse("case_tasks", args=[revision.pk])),
    }
    for user in reachable(writers):
        post(f"policies/emails/{letter}", to=user.email, user=user, **context)


def _step_link(revision, field):
    if field in STEP_OF:
        return _absolute(reverse("edit_step", args=[revision.pk, STEP_OF[field]]))
    return _absolute(reverse("case_tasks", args=[revision.pk]))


def _absolute(path):
    return f"{settings.SITE_URL}{path}"
