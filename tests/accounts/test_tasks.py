from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.tasks import PATIENCE, deliver

LETTER = ("mina@example.org", "Subject", "Text", "<p>Text</p>")


@pytest.fixture
def queue(db, settings):
    """Letters go through the database, as in production."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "ENQUEUE_ON_COMMIT": False}}


@pytest.fixture
def dead_server(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 2


@pytest.mark.usefixtures("queue", "dead_server")
def test_a_letter_waits_for_a_dead_mail_server():
    deliver.func(*LETTER, tries=1)
    [waiting] = DBTaskResult.objects.all()
    assert waiting.args_kwargs == {"args": [*LETTER, 2], "kwargs": {}}
    assert timedelta(0) < waiting.run_after - timezone.now() <= PATIENCE[1]


@pytest.mark.usefixtures("queue", "dead_server")
def test_patience_ends():
    with pytest.raises(ConnectionRefusedError):
        deliver.func(*LETTER, tries=len(PATIENCE))
    assert not DBTaskResult.objects.exists()


@pytest.mark.usefixtures("db", "dead_server")
def test_where_nothing_can_wait_the_error_is_seen():
    with pytest.raises(ConnectionRefusedError):
        deliver.func(*LETTER)


def test_two_addresses_are_refused(db, mailoutbox):
    with pytest.raises(ValidationError):
        deliver.func("mina@example.org, other@example.org", *LETTER[1:])
    assert mailoutbox == []
