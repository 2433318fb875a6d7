import base64
from io import BytesIO

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.urls import reverse
from django.utils.http import urlencode
from qrcode.image.svg import SvgPathFillImage

from . import emails
from .models import User


class AccountAdapter(DefaultAccountAdapter):
    """What we decide about allauth's pages: how letters leave, and that no page tells who has an account."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The address or the password is not right. Check both, or ask for a new password.",
        "too_many_login_attempts": "Too many attempts. Wait five minutes, then try again.",
    }

    def send_mail(self, template_prefix, email, context):
        emails.post(template_prefix, to=email, **context)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        emails.security_notice(template_prefix.rpartition("/")[2], to=email or user.email, **(context or {}))

    def send_account_already_exists_mail(self, email):
        make_password("the work that a new account costs")  # so that the answer takes as long
        super().send_account_already_exists_mail(email)

    def get_email_confirmation_url(self, request, emailconfirmation):
        """The address in the letter; `next` goes along, for a reader who opens it in another browser."""
        url = super().get_email_confirmation_url(request, emailconfirmation)
        next_url = request.POST.get("next") or request.GET.get("next")
        if next_url and self.is_safe_url(next_url):
            url = f"{url}?{urlencode({'next': next_url})}"
        return url

    def confirm_email(self, request, email_address):
        """Whether the address is now confirmed. Refuses one that another account signed up with meanwhile."""
        others = User.objects.exclude(pk=email_address.user_id).filter(email__iexact=email_address.email)
        if others.exists():
            template = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, template, {"email": email_address.email})
            return False
        return super().confirm_email(request, email_address)

    def get_password_change_redirect_url(self, request):
        return reverse("profile")


class MFAAdapter(DefaultMFAAdapter):
    """Second factors: secrets are kept encrypted with a key drawn from SECRET_KEY (and its fallbacks)."""

    def encrypt(self, text):
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url):
        """The code to scan, on white: a phone can't read it on the dark theme."""
        picture = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(picture)
        return picture.getvalue().decode()

    def generate_authenticator_name(self, user, type):
        return f"Passkey {1 + Authenticator.objects.filter(user=user, type=type).count()}"

    def get_public_key_credential_rp_entity(self):
        return {"id": context.request.get_host().partition(":")[0], "name": settings.SITE_NAME}


def _cipher():
    return MultiFernet([Fernet(_derived_key(secret)) for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]])


def _derived_key(secret):
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"accounts.MFAAdapter").derive(secret.encode())
    return base64.urlsafe_b64encode(key)
