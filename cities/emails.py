"""One function a letter. The secretariat hears of new requests in its daily digest, not here."""

from django.conf import settings
from django.urls import reverse

from accounts.emails import post, reachable
from accounts.models import User


def membership_asked(membership):
    _to_member(membership, "membership_asked", link=_absolute(reverse("my_memberships")))


def membership_approved(membership):
    _to_member(membership, "membership_approved", link=_absolute(reverse("my_memberships")))


def membership_declined(membership, *, note):
    _to_member(membership, "membership_declined", note=note, link=_absolute(reverse("ask_membership")))


def membership_ended(membership, *, note):
    _to_member(membership, "membership_ended", note=note)


def invitation(invitation, *, key):
    """`key` is in this letter and nowhere else. It reads the same whether or not the address has an account."""
    post(
        "cities/emails/invitation",
        to=invitation.email,
        invitation=invitation,
        city=invitation.city,
        inviter=invitation.invited_by,
        link=_absolute(reverse("accept_invitation", args=[key])),
        signup=_absolute(reverse("account_signup")),
    )


def _to_member(membership, letter, **context):
    for user in reachable(User.objects.filter(pk=membership.user_id)):
        post(f"cities/emails/{letter}", to=user.email, user=user, membership=membership, city=membership.city, **context)


def _absolute(path):
    return f"{settings.SITE_URL}{path}"
