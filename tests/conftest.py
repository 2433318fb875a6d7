import pytest
from django.core.cache import cache
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django.plugin import blocking_manager_key

from sdgs.management.commands import load_sdgs


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
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        # A thread of a live server may hold a connection still, and then the database can't be dropped.
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        cursor.execute(f"{others} AND pid <> pg_backend_pid()")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Tests with real transactions empty the tables when they end; the next test finds the goals again."""
    answer = yield
    if nextitem and _is_transactional(item):  # after the last one the database is gone
        with item.config.stash[blocking_manager_key].unblock():
            load_sdgs.load()
            connection.close()
    return answer


def _is_transactional(item):
    marker = item.get_closest_marker("django_db")
    fixtures = getattr(item, "fixturenames", ())
    return bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in fixtures or "live_server" in fixtures


@pytest.fixture
def commits_at_once(monkeypatch):
    """What waits for the commit (letters, above all) happens at once: a test's transaction is never committed."""
    monkeypatch.setattr(BaseDatabaseWrapper, "on_commit", lambda self, func, robust=False: func())
