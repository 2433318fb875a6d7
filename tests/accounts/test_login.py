import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.db import connection
from django.urls import get_resolver, reverse

from tests.factories.accounts import PASSWORD, UserFactory

from .helpers import link_in_letter, log_in, reauthenticate, visible

WRONG = "The address or the password is not right. Check both, or ask for a new password."


def test_login_keeps_next_and_takes_no_foreign_one(db, client, new_browser):
    user = UserFactory()
    assert log_in(client, user, next="/about/").headers["Location"] == "/about/"
    assert log_in(new_browser(), user, next="https://evil.example/").headers["Location"] == "/accounts/profile/"
    assert log_in(new_browser(), user, next="//evil.example/").headers["Location"] == "/accounts/profile/"


def try_login(browser, email, password="wrong"):  # noqa: S107
    return browser.post("/accounts/login/", {"login": email, "password": password})


def test_the_page_is_the_same_for_unknown_and_unverified_address_and_wrong_password(db, new_browser):
    UserFactory(email="known@example.org")
    UserFactory(email="fresh@example.org", verified=False)
    UserFactory(email="shut@example.org", is_active=False)
    answers = {}
    for name in ("known", "fresh", "shut", "nobody"):
        response = try_login(new_browser(), f"{name}@example.org")
        answers[name] = (response.status_code, visible(response).replace(f"{name}@", "x@"))
    assert WRONG in answers["nobody"][1]
    assert set(answers.values()) == {answers["nobody"]}


@pytest.mark.parametrize("email", ["known@example.org", "nobody@example.org"])
def test_a_wrong_password_costs_one_hash_for_a_known_and_an_unknown_address(db, client, email, monkeypatch):
    UserFactory(email="known@example.org")
    runs = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, *args: runs.append(1) or encode(self, *args))
    try_login(client, email)
    assert len(runs) == 1


def test_an_unverified_person_gets_the_letter_again_and_no_session(db, client):
    user = UserFactory(verified=False)
    response = log_in(client, user)
    assert response.headers["Location"] == "/accounts/confirm-email/"
    assert "_auth_user_id" not in client.session
    assert [letter.to for letter in mail.outbox] == [[user.email]]
    client.post(link_in_letter())
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_closed_account_says_so_to_its_owner_only(db, client):
    user = UserFactory(is_active=False)
    response = log_in(client, user)
    assert response.headers["Location"] == "/accounts/inactive/"
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("email", ["known@example.org", "nobody@example.org"])
def test_guessing_ends_after_five_wrong_passwords(db, client, email):
    UserFactory(email="known@example.org")
    for _ in range(5):
        assert WRONG in try_login(client, email).content.decode()
    right = try_login(client, email, PASSWORD)
    assert "Too many attempts. Wait five minutes" in right.content.decode()
    assert "_auth_user_id" not in client.session


def test_rate_limits_are_counted_in_the_database_that_all_workers_share(db, client, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
    user = UserFactory()
    for _ in range(5):
        try_login(client, user.email)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cache WHERE cache_key LIKE %s", ["%login_failed%"])
        assert cursor.fetchone() == (2,), "one counter for the address of the reader, one for that of the account"
    assert "Too many attempts" in try_login(client, user.email).content.decode()


def test_password_reset_page_is_the_same_for_a_known_address(db, new_browser):
    UserFactory(email="known@example.org")
    answers = []
    for email in ("known@example.org", "nobody@example.org"):
        response = new_browser().post("/accounts/password/reset/", {"email": email}, follow=True)
        answers.append((response.redirect_chain, visible(response)))
    assert answers[0] == answers[1]
    assert {tuple(letter.to): letter.subject for letter in mail.outbox} == {
        ("known@example.org",): "Set a new password",
        ("nobody@example.org",): "There is no account with your address",
    }


def test_password_reset_sets_the_password_once(db, client, new_browser):
    user = UserFactory()
    client.post("/accounts/password/reset/", {"email": user.email})
    link = link_in_letter()
    new = {"password1": "another phrase 8", "password2": "another phrase 8"}
    form = client.get(link, follow=True)
    done = client.post(form.redirect_chain[-1][0], new, follow=True)
    assert "Your new password is saved" in done.content.decode()
    user.refresh_from_db()
    assert user.check_password("another phrase 8")
    assert mail.outbox[-1].subject == "The password of your account was changed"
    assert "This link no longer works" in new_browser().get(link, follow=True).content.decode()


def test_a_reader_of_letters_is_not_flooded(db, new_browser):
    for _ in range(5):
        new_browser().post("/accounts/password/reset/", {"email": "nobody@example.org"})
    response = new_browser().post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert response.status_code == 429
    assert len(mail.outbox) == 5


def change_address(browser, email):
    return browser.post("/accounts/email/", {"email": email, "action_add": "1"}, follow=True)


def test_change_of_address(db, client):
    user = UserFactory(email="old@example.org")
    client.force_login(user)
    assert change_address(client, "new@example.org").redirect_chain[0][0].startswith("/accounts/reauthenticate/")
    reauthenticate(client)
    change_address(client, "new@example.org")
    user.refresh_from_db()
    assert user.email == "old@example.org", "the old address counts until the new one is confirmed"
    assert mail.outbox[-1].to == ["new@example.org"]

    client.post(link_in_letter())
    user.refresh_from_db()
    assert user.email == "new@example.org"
    assert list(user.emailaddress_set.values_list("email", "verified", "primary")) == [("new@example.org", True, True)]
    notice = mail.outbox[-1]
    assert (notice.to, notice.subject) == (["old@example.org"], "The e-mail address of your account was changed")
    assert "New address: new@example.org" in notice.body


def test_changing_to_an_address_of_somebody_else_looks_the_same_and_fails(db, new_browser):
    UserFactory(email="known@example.org")
    pages = []
    for email in ("known@example.org", "nobody@example.org"):
        browser = new_browser()
        browser.force_login(UserFactory(email=f"me-{email}", display_name="Mina"))
        reauthenticate(browser)
        page = change_address(browser, email)
        pages.append((page.redirect_chain, visible(page).replace("known@", "nobody@")))
    assert pages[0] == pages[1]
    browser.post(link_in_letter(0))
    assert EmailAddress.objects.filter(email="known@example.org", verified=True).count() == 1


def test_somebody_with_a_second_factor_can_change_the_address(db, client):
    client.force_login(UserFactory(with_totp=True))
    reauthenticate(client)
    change_address(client, "new@example.org")
    assert mail.outbox[-1].to == ["new@example.org"]


# What somebody who is not logged in may open; all other pages of the room ask to log in.
PUBLIC = {
    "account_login", "account_signup", "account_inactive", "account_email_verification_sent", "account_confirm_email",
    "account_reset_password", "account_reset_password_done", "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}  # fmt: skip
LEADS_ON = {"account_logout": "/", "account_confirm_login_code": "/accounts/login/", "mfa_authenticate": "/accounts/login/",
            "mfa_login_webauthn": "/accounts/login/"}  # fmt: skip
ARGUMENTS = {
    "account_confirm_email": {"key": "x"},
    "account_reset_password_from_key": {"uidb36": "1", "key": "x"},
    "mfa_edit_webauthn": {"pk": 1},
    "mfa_remove_webauthn": {"pk": 1},
}
NAMES = sorted(name for name in get_resolver("accounts.urls").reverse_dict if isinstance(name, str))


@pytest.mark.parametrize("name", NAMES)
def test_who_is_logged_out_sees_the_public_pages_only(db, client, name):
    url = reverse(name, kwargs=ARGUMENTS.get(name))
    response = client.get(url)
    if name in PUBLIC:
        assert response.status_code == 200
    else:
        assert response.headers["Location"] == LEADS_ON.get(name, f"/accounts/login/?next={url}")
