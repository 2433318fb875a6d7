"""Verbs together with the letters that belong to them, and those around an invitation."""

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from . import emails
from .models import City, Invitation, Membership


class AlreadyAsked(Exception):
    """The person has asked to speak for this city, or speaks for it."""


class AlreadyInvited(Exception):
    """An invitation to this address and city is open."""


class InvitationClosed(Exception):
    """The invitation was used, withdrawn or never made, it expired, or the inviter coordinates the city no more."""


@transaction.atomic
def ask_membership(*, city, by, now, role, position, reason):
    """Ask that `by` may speak for `city`. Returns the Membership, waiting; raises AlreadyAsked."""
    membership, created = _open_membership(city=city, user=by, now=now, role=role, position=position, reason=reason)
    if not created:
        raise AlreadyAsked
    emails.membership_asked(membership)
    return membership


@transaction.atomic
def approve_membership(membership, *, by, now, note=""):
    """Let the person speak for the city. Raises MoveNotAllowed."""
    membership.approve(by=by, now=now, note=note)
    emails.membership_approved(membership)
    return membership


@transaction.atomic
def decline_membership(membership, *, by, now, note):
    """Decline for the reason `note`, which the person reads. Raises MoveNotAllowed."""
    membership.decline(by=by, now=now, note=note)
    emails.membership_declined(membership, note=note)
    return membership


@transaction.atomic
def end_membership(membership, *, by, now, note=""):
    """End it; when it was not the person's own wish, they get a letter. Raises MoveNotAllowed."""
    membership.end(by=by, now=now, note=note)
    if membership.user_id != by.pk:
        emails.membership_ended(membership, note=note)
    return membership


@transaction.atomic
def invite_colleague(*, city, email, role, by, now):
    """Send `email` a link that lets its owner speak for `city`. Returns the Invitation; raises AlreadyInvited."""
    City.objects.select_for_update().get(pk=city.pk)  # invitations of a city are written one after the other
    before = Invitation.objects.filter(city=city, email__iexact=email)
    if before.open(now).exists():
        raise AlreadyInvited
    before.pending().update(withdrawn_at=now)  # expired, or by somebody who coordinates no more
    key = Invitation.new_key()
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                city=city,
                email=email,
                role=role,
                key_hash=Invitation.hash_key(key),
                invited_by=by,
                invited_at=now,
                expires_at=now + Invitation.VALID_FOR,
            )
    except IntegrityError:
        raise AlreadyInvited from None
    emails.invitation(invitation, key=key)
    return invitation


@transaction.atomic
def accept_invitation(*, key, by, now, position):
    """`by` speaks for the city from now on, approved by the coordinator who invited. Returns the Membership.

    Raises InvitationClosed, and PermissionDenied when the invited address is not one that `by` has verified.
    """
    # The lock lets of two requests with the same link the second see that it was used.
    found = Invitation.objects.select_for_update(of=("self",)).filter(key_hash=Invitation.hash_key(key))
    invitation = found.open(now).select_related("city", "invited_by").first()
    if not invitation:
        raise InvitationClosed
    if not invitation.is_for(by):
        raise PermissionDenied
    membership, _created = _open_membership(
        city=invitation.city,
        user=by,
        now=now,
        role=invitation.role,
        position=position,
        reason="Invited by a coordinator of the city.",
    )
    if membership.may_become(Membership.Status.APPROVED):
        membership.approve(by=invitation.invited_by, now=now, note="Invitation accepted.", role=invitation.role)
    invitation.accepted_at, invitation.accepted_by = now, by
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    return membership


def _open_membership(*, city, user, now, **fields):
    """The open Membership of `user` for `city`, locked, and whether it was made just now."""
    try:
        with transaction.atomic():
            return Membership.objects.create(city=city, user=user, requested_at=now, **fields), True
    except IntegrityError:
        return Membership.objects.open().select_for_update().get(city=city, user=user), False
