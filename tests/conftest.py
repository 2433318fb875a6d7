import pytest
from django.core.cache import cache
from django.db.backends.base.base import BaseDatabaseWrapper

from sdgs.management.commands import load_sdgs
from sdgs.models import Goal


@pytest.fixture(autouse=True)
def _files_of_their_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def _rate_limits_of_their_own():
    cache.clear()


@pytest.fixture
def db(db):
    """The database, with the goals and targets that every room counts on."""
    if not Goal.objects.exists():
        load_sdgs.load()


@pytest.fixture
def commits_at_once(monkeypatch):
    """What waits for the commit (letters, above all) happens at once: a test's transaction is never committed."""
    monkeypatch.setattr(BaseDatabaseWrapper, "on_commit", lambda self, func, robust=False: func())
