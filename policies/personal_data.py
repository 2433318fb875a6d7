"""What this room keeps about a person; registered with accounts.personal_data."""

from django.db.models import Q

from .models import CaseMove, FieldComment, InternalNote, Revision, RevisionMove

PARTS = ["sdglinks", "partners", "fundingshares", "outcomes", "weblinks", "documents", "pictures"]


def export(user):
    comments = FieldComment.objects.filter(Q(by=user) | Q(answered_by=user)).order_by("at", "pk")
    return {
        "editions": [_edition(revision) for revision in _editions_of(user)],
        "comments": [_comment(comment, user) for comment in comments],
        "internal_notes": list(InternalNote.objects.filter(by=user).values("revision__title", "text", "at")),
        "decisions": [
            {"about": str(move.subject), "status": move.after, "at": move.at, "note": move.note}
            for move in [
                *CaseMove.objects.filter(by=user).select_related("subject__city"),
                *RevisionMove.objects.filter(by=user).select_related("subject__case__city"),
            ]
        ],
    }


def warnings(user):
    drafts = Revision.objects.editable().filter(author=user).count()
    if not drafts:
        return []
    return [f"You have {drafts} unfinished draft{'s' if drafts > 1 else ''}. Colleagues of your city can go on with it."]


def forget(user):
    """The contact of a case is an office; where somebody gave their own address, it goes with them."""
    Revision.objects.filter(contact_email__iexact=user.email).update(contact_email="")


def _editions_of(user):
    hand = Q(author=user) | Q(edited_by=user) | Q(submitted_by=user)
    editions = Revision.objects.filter(hand).select_related("case__city").order_by("created_at", "pk")
    return editions.prefetch_related("tags", *PARTS)


def _edition(revision):
    return {
        "case": revision.case.pk,
        "city": revision.case.city.name,
        "number": revision.number,
        "status": revision.status,
        "created_at": revision.created_at,
        "edited_at": revision.edited_at,
        "submitted_at": revision.submitted_at,
        "text": {field: getattr(revision, field) for field in Revision.TEXT_FIELDS},
        "tags": sorted(tag.name for tag in revision.tags.all()),
        **{part: [_row(row) for row in getattr(revision, part).all()] for part in PARTS},
    }


def _row(row):
    """The columns of a part, its files by their name."""
    hidden = {"id", "revision", "position"}
    return {field.name: field.value_to_string(row) for field in row._meta.concrete_fields if field.name not in hidden}


def _comment(comment, user):
    """The side of the exchange that `user` wrote."""
    mine = {"field": comment.field}
    if comment.by_id == user.pk:
        mine |= {"comment": comment.text, "at": comment.at}
    if comment.answered_by_id == user.pk:
        mine |= {"answer": comment.answer, "answered_at": comment.answered_at}
    return mine
