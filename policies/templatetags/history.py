"""Lines of a history in words, for `policies/_history.html` and the admin site."""

from django import template

from policies.models import PolicyCase, Revision, RevisionMove

register = template.Library()

Edition, Case = Revision.Status, PolicyCase.Status
DECISIONS = {Edition.RETURNED, Edition.PUBLISHED, Edition.REJECTED, Edition.SUPERSEDED}
DEEDS = {
    Edition.DRAFT: "Taken back to work on it",
    Edition.SUBMITTED: "Sent for review",
    Edition.RETURNED: "Returned with comments",
    Edition.PUBLISHED: "Published",
    Edition.REJECTED: "Not accepted",
    Edition.SUPERSEDED: "Replaced by a newer edition",
    Edition.WITHDRAWN: "Given up",
}
CASE_DEEDS = {Case.PUBLISHED: "The case became public", Case.WITHDRAWN: "The case was withdrawn"}


@register.filter
def deed(move):
    """What happened, in words."""
    return (DEEDS if isinstance(move, RevisionMove) else CASE_DEEDS).get(move.after, move.after)


@register.filter
def actor(move):
    """Who did it, as authors see it: staff are "the secretariat", a deleted person is "somebody"."""
    decided = isinstance(move, RevisionMove) and move.after in DECISIONS
    if decided or (move.by and move.by.is_staff):
        return "the secretariat"
    return str(move.by) if move.by else "somebody"
