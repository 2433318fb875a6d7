import zoneinfo

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode


class TimeZoneMiddleware:
    """Shows times in the zone of the signed-in person; a zone this machine doesn't know counts as UTC."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        zone = request.user.time_zone if request.user.is_authenticated else "UTC"
        try:
            zone = zoneinfo.ZoneInfo(zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            zone = zoneinfo.ZoneInfo("UTC")
        with timezone.override(zone):
            return self.get_response(request)


class StaffMFAMiddleware:
    """Lets staff into the admin site only after a second factor in this very session (unless DEBUG)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not settings.STAFF_MFA_REQUIRED or "admin" not in request.resolver_match.app_names:
            return None
        if not request.user.is_staff or request.resolver_match.url_name == "logout":
            return None  # the admin site itself turns others away
        factors = _second_factors(request.user)
        if not factors:
            messages.warning(request, "The admin site needs a second step at login. Set up a passkey or an app first.")
            return redirect("mfa_index")
        if any(record["method"] == "mfa" for record in get_authentication_records(request, request.user)):
            return None
        ask = "mfa_reauthenticate" if Authenticator.Type.TOTP in factors else "mfa_reauthenticate_webauthn"
        return redirect(f"{reverse(ask)}?{urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})}")


def _second_factors(user):
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return set(Authenticator.objects.filter(user=user, type__in=kinds).values_list("type", flat=True))
