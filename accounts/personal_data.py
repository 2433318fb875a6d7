"""What the site keeps about a person, gathered from all rooms.

This room is below the others and may not know them, so each room that keeps something about people
registers its section from its AppConfig.ready.
"""

from collections.abc import Callable
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator


def _nothing(user):
    return []


@dataclass(frozen=True)
class Section:
    name: str
    export: Callable  # of a user: what the room keeps about them, ready for JSON
    warnings: Callable = _nothing  # of a user: sentences they should read before they delete the account
    forget: Callable = _nothing  # of a user: removes what would stay when their row is deleted


_sections: dict[str, Section] = {}


def register(name, **functions):
    """Add the section `name`; see Section for the functions."""
    _sections[name] = Section(name, **functions)


def export(user):
    """Everything the site keeps about `user`, a section a room."""
    return {section.name: section.export(user) for section in _sections.values()}


def warnings(user):
    """What other people lose when `user` leaves, in sentences for them."""
    return [warning for section in _sections.values() for warning in section.warnings(user)]


def forget(user):
    for section in _sections.values():
        section.forget(user)


def export_account(user):
    return {
        "email": user.email,
        "email_addresses": list(EmailAddress.objects.filter(user=user).values("email", "verified", "primary")),
        "display_name": user.display_name,
        "position": user.position,
        "organisation": user.organisation,
        "language": user.language,
        "time_zone": user.time_zone,
        "date_joined": user.date_joined,
        "last_login": user.last_login,
        "groups": list(user.groups.order_by("name").values_list("name", flat=True)),
        "second_factors": list(
            Authenticator.objects.filter(user=user).order_by("pk").values("type", "created_at", "last_used_at")
        ),
    }
