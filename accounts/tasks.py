from django.core.mail import EmailMultiAlternatives
from django_tasks import task


@task()
def deliver(to, subject, text, html):
    """Hand one letter to the mail server."""
    letter = EmailMultiAlternatives(subject, text, to=[to])
    letter.attach_alternative(html, "text/html")
    letter.send()
