from datetime import timedelta

from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.utils import timezone
from django_tasks import default_task_backend, task

# How long a letter waits for a mail server that does not take it, before each next try.
PATIENCE = [timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24)]


@task()
def deliver(to, subject, text, html, tries=0):
    """Hand one letter to the mail server; if that fails, try again later, as often as PATIENCE says.

    Raises ValidationError unless `to` is exactly one address, and the mail server's OSError when patience is over.
    """
    validate_email(to)
    letter = EmailMultiAlternatives(subject, text, to=[to])
    letter.attach_alternative(html, "text/html")
    try:
        letter.send()
    except OSError:  # smtplib's errors are among them
        if tries == len(PATIENCE) or not default_task_backend.supports_defer:
            raise
        later = deliver.using(run_after=timezone.now() + PATIENCE[tries])
        later.enqueue(to, subject, text, html, tries + 1)
