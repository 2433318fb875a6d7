from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from cities.models import Membership
from policies.models import PolicyCase, Revision
from portal.demo import world


def test_refuses_without_debug(db, settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("seed_demo", verbosity=0)
    assert User.objects.count() == 0


def no_renditions(**kwargs):
    """Renditions have tests of their own, and take half of the time."""


def test_builds_the_whole_world_once(db, settings, client, mailoutbox, django_capture_on_commit_callbacks):
    settings.DEBUG = True
    settings.PICTURES = {**settings.PICTURES, "PROCESSOR": f"{__name__}.no_renditions"}
    with django_capture_on_commit_callbacks(execute=True):
        call_command("seed_demo", verbosity=0)
    published = PolicyCase.objects.published()
    assert PolicyCase.objects.count() == len(list(world.CASES.glob("*.toml"))) >= 60
    assert not PolicyCase.objects.filter(is_demonstration=False).exists()
    assert len({goal for goals in published.values_list("goals", flat=True) for goal in goals}) == 17
    assert len({target for targets in published.values_list("targets", flat=True) for target in targets}) >= 80
    assert published.values("city").distinct().count() >= 30
    assert set(Revision.objects.values_list("status", flat=True)) == set(Revision.Status) - {"rejected", "withdrawn"}
    assert set(Membership.objects.values_list("status", flat=True)) == {"requested", "approved", "declined"}
    assert mailoutbox == []

    before = Counter(Revision.objects.values_list("status", flat=True)), User.objects.count()
    call_command("seed_demo", verbosity=0)
    assert (Counter(Revision.objects.values_list("status", flat=True)), User.objects.count()) == before

    for email in world.LOGINS:
        assert User.objects.get(email=email).check_password(world.PASSWORD)
    text = client.get(published.first().get_absolute_url()).content.decode()
    assert "demonstration" in text.lower()
