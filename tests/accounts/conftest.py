import pytest
from django.test import Client


@pytest.fixture(autouse=True)
def _a_site_without_the_rooms_above(commits_at_once, settings):
    settings.LOGIN_REDIRECT_URL = "profile"


@pytest.fixture
def new_browser():
    """Makes browsers: each call is one with cookies of its own."""
    return Client
