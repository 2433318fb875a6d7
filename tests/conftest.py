import pytest

from sdgs.management.commands import load_sdgs
from sdgs.models import Goal


@pytest.fixture(autouse=True)
def _files_of_their_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def db(db):
    """The database, with the goals and targets that every room counts on."""
    if not Goal.objects.exists():
        load_sdgs.load()
