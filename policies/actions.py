"""Verbs together with the letters that belong to them. The letters leave when the transaction is committed."""

from django.db import transaction

from accounts.emails import one_line, reachable
from accounts.models import User
from cities.models import Membership

from . import emails, rules
from .groups import MODERATORS
from .models import Digest, Revision


@transaction.atomic
def submit_revision(revision, *, by, now):
    """Hand `revision` to the moderators; its author and `by` get a receipt. Raises NotReady, MoveNotAllowed."""
    revision.submit(by=by, now=now)
    emails.received(revision)
    return revision


@transaction.atomic
def return_revision(revision, *, by, now, note=""):
    """Return `revision` with the comments written since the last decision. Raises MoveNotAllowed, PermissionDenied."""
    comments = list(revision.new_comments())
    revision.send_back(by=by, now=now, note=note)
    emails.returned(revision, note=note, comments=comments)
    return revision


@transaction.atomic
def publish_revision(revision, *, by, now, note=""):
    """Make `revision` the public text of its case. Raises MoveNotAllowed, PermissionDenied."""
    revision.publish(by=by, now=now, note=note)
    emails.published(revision, note=note)
    return revision


@transaction.atomic
def reject_revision(revision, *, by, now, note):
    """Decline `revision` for the reason `note`. Raises MoveNotAllowed, PermissionDenied."""
    revision.reject(by=by, now=now, note=note)
    emails.rejected(revision, note=note)
    return revision


@transaction.atomic
def withdraw_case(case, *, by, now, note):
    """Take `case` from the public for the reason `note`; when staff does it, the author hears of it. Raises MoveNotAllowed."""
    case.withdraw(by=by, now=now, note=note)
    if case.live and not rules.is_of_city(by, case):
        emails.withdrawn(case, note=note)
    return case


@transaction.atomic
def write_comments(revision, *, by, now, comments, internal=""):
    """Keep a moderator's `comments` (field -> text), for the author, and the `internal` note, for moderators only."""
    for field, text in comments.items():
        revision.comments.create(field=field, text=text, by=by, at=now)
    if internal:
        revision.internal_notes.create(text=internal, by=by, at=now)


@transaction.atomic
def send_digests(*, now):
    """Tell each moderator what waits, once a day however often this is called. Returns the number of letters."""
    revisions = [
        {"title": one_line(str(revision)), "city": revision.case.city, "days": (now - revision.submitted_at).days}
        for revision in Revision.objects.waiting_for_review().select_related("case__city")
    ]
    memberships = [
        {"title": one_line(str(membership.user)), "city": membership.city, "days": (now - membership.requested_at).days}
        for membership in Membership.objects.waiting().select_related("user", "city").order_by("requested_at", "pk")
    ]
    if not (revisions or memberships) or not Digest.claim(now.date()):
        return 0
    moderators = reachable(User.objects.filter(groups__name=MODERATORS, is_staff=True)).order_by("pk")
    for user in moderators:
        emails.waiting(user, revisions=revisions, memberships=memberships)
    return len(moderators)
