"""What this room keeps about a person; registered with accounts.personal_data."""

from django.db.models import Q

from .models import Invitation, Membership


def export(user):
    memberships = user.memberships.select_related("city").prefetch_related("history").order_by("requested_at")
    invitations = Invitation.objects.filter(Q(invited_by=user) | Q(accepted_by=user) | Q(email__iexact=user.email))
    return {
        "memberships": [
            {
                "city": membership.city.name,
                "role": membership.role,
                "position": membership.position,
                "reason": membership.reason,
                "status": membership.status,
                "requested_at": membership.requested_at,
                "history": [{"status": move.after, "at": move.at, "note": move.note} for move in membership.history.all()],
            }
            for membership in memberships
        ],
        "invitations": [
            {
                "city": invitation.city.name,
                "to": invitation.email,
                "from_you": invitation.invited_by_id == user.pk,
                "invited_at": invitation.invited_at,
                "accepted_at": invitation.accepted_at,
            }
            for invitation in invitations.select_related("city").order_by("invited_at")
        ],
    }


def warnings(user):
    return [
        f"You are the last coordinator of {membership.city}. Ask a colleague or the secretariat to take over first."
        for membership in Membership.objects.active().coordinators().filter(user=user).select_related("city")
        if not Membership.objects.active().coordinators().filter(city=membership.city).exclude(user=user).exists()
    ]


def forget(user):
    """Memberships and invitations by the person go with their row; here, invitations that name their address."""
    Invitation.objects.filter(Q(accepted_by=user) | Q(email__iexact=user.email)).delete()
