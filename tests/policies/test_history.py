import re
from datetime import UTC, datetime

import pytest
from django.template.loader import render_to_string

from policies.models import InternalNote
from tests.factories.accounts import UserFactory
from tests.factories.policies import RevisionFactory

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_authors_read_what_happened_but_not_which_moderator_did_it(db):
    author, moderator = UserFactory(display_name="Ana"), UserFactory(moderator=True, display_name="Canary")
    revision = RevisionFactory(complete=True, author=author)
    revision.submit(by=author, now=NOW)
    InternalNote.objects.create(revision=revision, text="canary note", by=moderator, at=NOW)
    revision.send_back(by=moderator, now=NOW, note="Say <b>more</b>.")
    revision.submit(by=author, now=NOW)
    revision.publish(by=moderator, now=NOW)
    revision.case.withdraw(by=moderator, now=NOW, note="Asked by the city")

    html = render_to_string(
        "policies/_history.html", {"moves": [*revision.history.all(), revision.case.history.get(after="withdrawn")]}
    )

    assert re.findall(r"<strong>(.*?)</strong>.*?</time> by (.*?)</span>", html, re.DOTALL) == [
        ("Sent for review", "Ana"),
        ("Returned with comments", "the secretariat"),
        ("Sent for review", "Ana"),
        ("Published", "the secretariat"),
        ("The case was withdrawn", "the secretariat"),
    ]
    assert "Say &lt;b&gt;more&lt;/b&gt;." in html
    assert "canary" not in html.lower()


@pytest.mark.django_db
def test_a_person_who_left_is_somebody(db):
    author = UserFactory()
    revision = RevisionFactory(complete=True, author=author)
    revision.submit(by=author, now=NOW)
    author.delete()
    assert "by somebody" in render_to_string("policies/_history.html", {"moves": revision.history.all()})
