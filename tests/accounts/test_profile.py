import json
import zoneinfo

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core import mail
from django.utils import timezone

from accounts.actions import delete_account
from accounts.middleware import TimeZoneMiddleware
from accounts.models import User
from tests.factories.accounts import UserFactory

from .helpers import log_in, reauthenticate


def test_profile_is_saved(db, client):
    user = UserFactory()
    client.force_login(user)
    data = {"display_name": "Mina", "position": "Officer", "organisation": "Suwon", "language": "ko", "time_zone": "Asia/Seoul"}
    assert client.post("/accounts/profile/", data).headers["Location"] == "/accounts/profile/"
    assert User.objects.values(*data).get(pk=user.pk) == data


def test_a_profile_needs_a_name_and_a_known_zone(db, client):
    client.force_login(UserFactory())
    data = {"display_name": "", "language": "en", "time_zone": "Mars/Base"}
    page = client.post("/accounts/profile/", data)
    assert sorted(page.context["form"].errors) == ["display_name", "time_zone"]


def test_nothing_else_can_be_changed_there(db, client):
    user = UserFactory()
    client.force_login(user)
    client.post(
        "/accounts/profile/",
        {"display_name": "M", "language": "en", "time_zone": "UTC", "is_staff": "on", "email": "x@example.org"},
    )
    assert User.objects.values_list("email", "is_staff", "display_name").get(pk=user.pk) == (user.email, False, "M")


@pytest.mark.parametrize(
    ("stored", "used"),
    [("Asia/Seoul", "Asia/Seoul"), ("Mars/Base", "UTC"), ("", "UTC"), ("../../etc/passwd", "UTC"), ("Asia", "UTC")],
)
def test_times_are_shown_in_the_zone_of_the_person(db, rf, stored, used):
    request = rf.get("/")
    request.user = User(time_zone=stored)
    assert TimeZoneMiddleware(lambda request: timezone.get_current_timezone())(request) == zoneinfo.ZoneInfo(used)
    assert timezone.get_current_timezone() == zoneinfo.ZoneInfo("UTC"), "the next request starts anew"


def test_download_of_the_account(db, client):
    user = UserFactory(email="mina@example.org", display_name="Mina", with_totp=True)
    UserFactory(email="ravi@example.org")
    client.force_login(user)
    response = client.get("/accounts/profile/data/")
    assert response.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert "no-store" in response.headers["Cache-Control"]
    account = json.loads(response.content)["account"]
    assert account["email_addresses"] == [{"email": "mina@example.org", "verified": True, "primary": True}]
    assert (account["display_name"], [factor["type"] for factor in account["second_factors"]]) == (
        "Mina",
        ["totp", "recovery_codes"],
    )
    text = response.content.decode()
    for secret in (user.password, *(factor.data.get("secret", "-none-") for factor in user.authenticator_set.all())):
        assert secret not in text
    assert "ravi" not in text


def test_deletion_asks_who_it_is(db, client):
    user = UserFactory()
    log_in(client, user)
    for response in (
        client.get("/accounts/profile/delete/"),
        client.post("/accounts/profile/delete/", {"confirmation": "DELETE"}),
    ):
        assert response.headers["Location"].startswith("/accounts/reauthenticate/")
    assert User.objects.filter(pk=user.pk).exists()


def test_deletion_takes_the_person_and_all_their_sessions(db, client, new_browser):
    user, other = UserFactory(email="mina@example.org", with_totp=True), UserFactory()
    client.force_login(user)
    elsewhere, of_other = new_browser(), new_browser()
    elsewhere.force_login(user)
    of_other.force_login(other)
    reauthenticate(client)
    page = client.get("/accounts/profile/delete/")
    assert "Delete your account" in page.content.decode()
    assert client.post("/accounts/profile/delete/", {"confirmation": "yes"}).status_code == 200
    assert User.objects.count() == 2

    response = client.post("/accounts/profile/delete/", {"confirmation": "delete"}, follow=True)
    assert "Your account is deleted." in response.content.decode()
    assert User.objects.get() == other
    assert [EmailAddress.objects.get().user, Authenticator.objects.count()] == [other, 0]
    assert [session.get_decoded().get("_auth_user_id") for session in Session.objects.all()] == [str(other.pk)]
    assert [(letter.to, letter.subject) for letter in mail.outbox][-1] == (["mina@example.org"], "Your account is deleted")
    assert elsewhere.get("/accounts/profile/").status_code == 302
    assert of_other.get("/accounts/profile/").status_code == 200


def test_who_has_no_password_can_leave_too(db, client):
    user = UserFactory()
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    client.post("/accounts/profile/delete/", {"confirmation": "DELETE"})
    assert not User.objects.exists()


def test_the_freed_address_can_sign_up_again(db, client):
    user = UserFactory(email="mina@example.org")
    delete_account(user=user)
    data = {"email": "mina@example.org", "display_name": "M", "password1": "a long phrase 7", "password2": "a long phrase 7"}
    client.post("/accounts/signup/", data)
    assert mail.outbox[-1].subject == "Confirm your e-mail address"
