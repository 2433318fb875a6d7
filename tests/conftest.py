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


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The goals and targets, which every room counts on, are loaded once and stay."""
    with django_db_blocker.unblock():
        load_sdgs.load()


@pytest.fixture(autouse=True)
def _goals_are_back(request):
    """Tests with real transactions empty the tables when they end; they come last, and load the goals again."""
    if "transactional_db" in request.fixturenames or "live_server" in request.fixturenames or _is_transactional(request):
        request.getfixturevalue("transactional_db")
        if not Goal.objects.exists():
            load_sdgs.load()


def _is_transactional(request):
    marker = request.node.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction"))


@pytest.fixture
def commits_at_once(monkeypatch):
    """What waits for the commit (letters, above all) happens at once: a test's transaction is never committed."""
    monkeypatch.setattr(BaseDatabaseWrapper, "on_commit", lambda self, func, robust=False: func())
