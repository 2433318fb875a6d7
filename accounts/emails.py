from functools import partial

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string

from .tasks import deliver


def post(letter, *, to, **context):
    """Write `letter` to the address `to` now, and send it once the transaction is committed.

    `letter` names two templates, `<letter>.txt`, whose first line is the subject, and `<letter>.html`.
    """
    context |= {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
    subject, _, text = render_to_string(f"{letter}.txt", context).strip().partition("\n")
    html = render_to_string(f"{letter}.html", context)
    transaction.on_commit(partial(deliver.enqueue, to, subject.strip(), text.strip() + "\n", html))
