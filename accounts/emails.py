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
