import pytest
from django.contrib.auth.models import Permission

from accounts.models import User
from tests.factories.accounts import PASSWORD, UserFactory


def change_url(user):
    return f"/admin/accounts/user/{user.pk}/change/"


def test_the_admin_site_has_no_login_of_its_own(db, client):
    asked = client.get("/admin/accounts/user/?q=a")
    assert asked.headers["Location"] == "/accounts/login/?next=/admin/accounts/user/%3Fq%3Da"
    assert client.get("/admin/login/?next=/admin/accounts/user/").headers["Location"] == (
        "/accounts/login/?next=%2Fadmin%2Faccounts%2Fuser%2F"
    )
    user = UserFactory(superuser=True)
    posted = client.post("/admin/login/", {"username": user.email, "password": PASSWORD})
    assert posted.headers["Location"].startswith("/accounts/login/")
    assert "_auth_user_id" not in client.session


def test_who_is_not_staff_is_told_so(db, client):
    client.force_login(UserFactory())
    response = client.get("/admin/accounts/user/", follow=True)
    assert (len(response.redirect_chain), response.status_code) == (1, 403)


def test_list_and_search(db, client):
    client.force_login(UserFactory(superuser=True))
    UserFactory(email="mina@example.org", organisation="Suwon")
    UserFactory(email="ravi@example.org")
    for word in ("mina", "suwon"):
        found = client.get("/admin/accounts/user/", {"q": word}).context["cl"].queryset
        assert [user.email for user in found] == ["mina@example.org"]


def test_no_trace_of_the_password(db, client):
    client.force_login(UserFactory(superuser=True))
    user = UserFactory()
    page = client.get(change_url(user)).content.decode()
    assert user.email in page
    assert user.password not in page
    assert "algorithm" not in page


POSTED = {"display_name": "New name", "language": "en", "time_zone": "UTC", "is_active": "on", "is_staff": "on"}


def test_rights_are_given_by_superusers_only(db, client):
    clerk = UserFactory(staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    user, moderator = UserFactory(), UserFactory(moderator=True)
    client.force_login(clerk)
    sly = POSTED | {"is_superuser": "on", "groups": moderator.groups.get().pk, "email": "taken@example.org"}
    client.post(change_url(user), sly)
    user.refresh_from_db()
    assert (user.display_name, user.is_staff, user.is_superuser, user.groups.count()) == ("New name", False, False, 0)
    assert user.email != "taken@example.org"
    assert client.post(change_url(moderator), POSTED).status_code == 403

    client.force_login(UserFactory(superuser=True))
    client.post(change_url(user), POSTED | {"groups": moderator.groups.get().pk})
    user.refresh_from_db()
    assert (user.is_staff, user.groups.get().name) == (True, "moderators")


def test_a_closed_account_is_logged_out_at_once(db, client, new_browser):
    user = UserFactory()
    browser = new_browser()
    browser.force_login(user)
    client.force_login(UserFactory(superuser=True))
    client.post(change_url(user), POSTED | {"is_active": ""} | {"is_staff": ""})
    assert browser.get("/accounts/profile/").headers["Location"] == "/accounts/login/?next=/accounts/profile/"


@pytest.mark.parametrize(("superuser", "status", "left"), [(True, 302, False), (False, 403, True)])
def test_superusers_delete_an_account_as_its_owner_would(db, client, superuser, status, left):
    clerk = UserFactory(staff=True, is_superuser=superuser)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user", "delete_user"]))
    client.force_login(clerk)
    user = UserFactory()
    response = client.post(f"/admin/accounts/user/{user.pk}/delete/", {"post": "yes"})
    assert response.status_code == status
    assert User.objects.filter(pk=user.pk).exists() is left
    assert client.post(f"/admin/accounts/user/{clerk.pk}/delete/", {"post": "yes"}).status_code == 403


def test_addresses_and_second_factors_are_not_for_the_admin_site(db, client):
    client.force_login(UserFactory(superuser=True))
    assert client.get("/admin/accounts/").status_code == 200
    assert [client.get(f"/admin/{app}/").status_code for app in ("account", "mfa")] == [404, 404]


def test_staff_change_their_password_where_everybody_does(db, client):
    client.force_login(UserFactory(staff=True))
    assert client.get("/admin/password_change/").headers["Location"] == "/accounts/password/change/"
