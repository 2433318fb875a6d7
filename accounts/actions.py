from django.contrib.sessions.models import Session
from django.db import transaction

from . import emails, personal_data
from .models import User


@transaction.atomic
def delete_account(*, user):
    """Delete `user` and what belongs to the person alone: addresses, second factors, sessions, standing for cities.

    What they wrote for their city stays, without their name. A letter confirms it to their address.
    """
    user = User.objects.select_for_update().filter(pk=user.pk).first()
    if user is None:
        return  # by a second click that waited for the first
    emails.account_deleted(to=user.email)
    personal_data.forget(user)
    end_sessions(user)
    user.delete()


def end_sessions(user):
    """Sign `user` out everywhere."""
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
