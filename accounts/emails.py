from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.template import Context
from django.template.loader import get_template

from .tasks import deliver


def post(letter, *, to, **context):
    """Write `letter` to the address `to` now, and send it once the transaction is committed.

    `letter` names two templates, `<letter>.txt` (plain text, nothing is escaped), whose first line is the subject,
    and `<letter>.html` (escaped as every page).
    """
    context |= {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
    plain, html = get_template(f"{letter}.txt").template, get_template(f"{letter}.html").template
    subject, _, text = plain.render(Context(context, autoescape=False)).strip().partition("\n")
    letter = {"subject": one_line(subject), "text": text.strip() + "\n", "html": html.render(Context(context))}
    transaction.on_commit(partial(deliver.enqueue, to, **letter))


def one_line(text):
    """`text` as a subject can carry it: one line, without control characters."""
    return "".join(character for character in " ".join(text.split()) if character.isprintable())


def reachable(users):
    """Those of the queryset `users` to whom a letter may go: active, and the address is verified."""
    return users.filter(is_active=True, emailaddress__email__iexact=F("email"), emailaddress__verified=True)


# What allauth tells a person about their own account: its name of the letter, and ours of the event.
SECURITY_EVENTS = {
    "email_changed": "The e-mail address of your account was changed",
    "email_confirm": "The e-mail address of your account was confirmed",
    "email_deleted": "An e-mail address was removed from your account",
    "password_changed": "The password of your account was changed",
    "password_reset": "The password of your account was changed",
    "password_set": "A password was set for your account",
    "recovery_codes_generated": "New recovery codes were made for your account",
    "totp_activated": "An authenticator app was added to your account",
    "totp_deactivated": "The authenticator app was removed from your account",
    "webauthn_added": "A passkey was added to your account",
    "webauthn_removed": "A passkey was removed from your account",
}


def security_notice(event, *, to, **context):
    """Tell the owner of an account what happened to it, in case it was not them."""
    post("accounts/emails/security_notice", to=to, event=SECURITY_EVENTS[event], **context)


def account_deleted(*, to):
    post("accounts/emails/account_deleted", to=to)
