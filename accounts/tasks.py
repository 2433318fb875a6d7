from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django_tasks import task


@task()
def deliver(to, subject, text, html):
    """Hand one letter to the mail server. Raises ValidationError unless `to` is exactly one address."""
    validate_email(to)
    letter = EmailMultiAlternatives(subject, text, to=[to])
    letter.attach_alternative(html, "text/html")
    letter.send()
