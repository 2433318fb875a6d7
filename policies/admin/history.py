"""Everything that happened to a case and its editions, as one list for staff."""

from django.urls import reverse

from policies.models import CaseMove, RevisionMove
from policies.templatetags.history import deed


def case_history(case):
    """Moves of `case` and of its editions, oldest first, each with `words` and, for an edition, `edition` and `address`."""
    editions = RevisionMove.objects.filter(subject__case=case).select_related("by", "subject")
    moves = [*editions, *CaseMove.objects.filter(subject=case).select_related("by")]
    for move in moves:
        move.words = deed(move)
        if isinstance(move, RevisionMove):
            move.edition = move.subject.number
            move.address = reverse("admin:policies_revision_review", args=[move.subject_id])
    return sorted(moves, key=lambda move: (move.at, isinstance(move, CaseMove), move.pk))
