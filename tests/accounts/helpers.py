import re

from django.core import mail

from tests.factories.accounts import PASSWORD


def log_in(client, user, **data):
    return client.post("/accounts/login/", {"login": user.email, "password": PASSWORD, **data})


def reauthenticate(client):
    return client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def link_in_letter(position=-1):
    """Path and query of the first absolute link of a letter."""
    return re.search(r"http://testserver(/\S+)", mail.outbox[position].body)[1]


def visible(response):
    """The page as a person sees it: without the tokens that differ each time."""
    html = response.content.decode()
    return re.sub(r'(name="csrfmiddlewaretoken" value|nonce)="[^"]*"', r'\1=""', html)
