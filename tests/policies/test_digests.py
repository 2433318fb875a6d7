import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection

from cities.models import City
from policies import actions
from policies.models import Digest
from tests.factories.accounts import UserFactory
from tests.factories.cities import CityFactory, MembershipFactory
from tests.factories.policies import RevisionFactory

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
def send(django_capture_on_commit_callbacks):
    def call(now):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            number = actions.send_digests(now=now)
        return number, [letter.to[0] for letter in mail.outbox]

    return call


def waiting(title="Buses", days=3):
    at = NOW - timedelta(days=days)
    city = City.objects.filter(name="Suwon").first() or CityFactory(name="Suwon")
    return RevisionFactory(submitted=True, title=title, created_at=at, case__city=city)


def test_nothing_waits_no_letter_and_the_day_stays_free(db, send):
    UserFactory(moderator=True)
    assert (send(NOW), Digest.objects.count()) == ((0, []), 0)
    waiting()
    assert send(NOW)[0] == 1


def test_one_letter_a_moderator_a_day(db, send):
    UserFactory(moderator=True, email="one@example.org")
    UserFactory(moderator=True, email="two@example.org")
    UserFactory(moderator=True, is_active=False)
    UserFactory(moderator=True, verified=False)
    UserFactory(superuser=True)
    waiting()

    assert send(NOW) == (2, ["one@example.org", "two@example.org"])
    assert send(NOW + timedelta(hours=5)) == (0, [])
    assert send(NOW + timedelta(days=1))[0] == 2


def test_says_what_waits_with_ages_oldest_first_and_no_address(db, send):
    UserFactory(moderator=True, display_name="Mina")
    waiting("Younger", days=1)
    waiting("Older\n- forged line", days=12)
    person = UserFactory(display_name="Nila", email="canary@example.org")
    MembershipFactory(user=person, city=CityFactory(name="Dhaka"), requested_at=NOW - timedelta(days=2))
    RevisionFactory(returned=True, title="Returned")

    assert send(NOW)[0] == 1
    [letter] = mail.outbox
    assert letter.subject == "3 waiting for the secretariat"
    assert [line for line in letter.body.splitlines() if line.startswith("- ")] == [
        "- Older - forged line (Suwon), since 12 days",
        "- Younger (Suwon), since 1 day",
        "- Nila (Dhaka), since 2 days",
    ]
    assert "canary" not in letter.body + letter.alternatives[0][0]


def test_the_command_says_how_many(db, capsys, django_capture_on_commit_callbacks):
    UserFactory(moderator=True)
    waiting()
    with django_capture_on_commit_callbacks(execute=True):
        call_command("send_digests")
    assert capsys.readouterr().out == "1 letters\n"


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_send_once(db):
    UserFactory(moderator=True)
    waiting()
    mail.outbox.clear()
    barrier, numbers = threading.Barrier(2), []

    def run():
        try:
            barrier.wait(timeout=10)
            numbers.append(actions.send_digests(now=NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert (sorted(numbers), len(mail.outbox), Digest.objects.count()) == ([0, 1], 1, 1)
