import pytest

from sdgs.models import Goal, Target
from tests.factories.accounts import UserFactory


@pytest.mark.parametrize("path", ["goal/", "goal/11/change/", "target/", "target/11.2/change/"])
def test_staff_look_at_reference_data(db, client, path):
    client.force_login(UserFactory(staff=True))
    page = client.get(f"/admin/sdgs/{path}").content.decode()
    assert str(Target.objects.get(pk="11.2").title if "target" in path else Goal.objects.get(pk=11).name) in page
    client.force_login(UserFactory())
    assert client.get(f"/admin/sdgs/{path}").status_code == 302


@pytest.mark.parametrize("path", ["goal/add/", "goal/11/delete/", "target/add/", "target/11.2/delete/"])
def test_nobody_adds_or_deletes(db, client, path):
    client.force_login(UserFactory(superuser=True))
    assert client.get(f"/admin/sdgs/{path}").status_code == 403


def test_nobody_edits(db, client):
    client.force_login(UserFactory(superuser=True))
    before = list(Goal.objects.values())
    response = client.post(
        "/admin/sdgs/goal/11/change/", {"name": "Ours", "colour": "#000000", "description": "x", "number": 11}
    )
    assert (response.status_code, list(Goal.objects.values())) == (403, before)
