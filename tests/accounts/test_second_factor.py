import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail

from accounts.adapter import MFAAdapter
from tests.factories.accounts import UserFactory

from .helpers import log_in, reauthenticate


def code_of(user):
    """The code that the person's app shows now."""
    secret = MFAAdapter().decrypt(user.authenticator_set.get(type="totp").data["secret"])
    return code_for(secret)


def code_for(secret):
    *_, now = yield_hotp_counters_from_time()
    return format_hotp_value(hotp_value(secret, now))


@pytest.fixture
def _required(settings):
    settings.STAFF_MFA_REQUIRED = True


def test_setting_up_an_app_and_logging_in_with_it(db, client, new_browser):
    user = UserFactory()
    log_in(client, user)
    assert client.get("/accounts/2fa/totp/activate/").headers["Location"].startswith("/accounts/reauthenticate/")
    reauthenticate(client)
    form = client.get("/accounts/2fa/totp/activate/").context["form"]
    client.post("/accounts/2fa/totp/activate/", {"code": code_for(form.secret)})
    assert mail.outbox[-1].subject == "An authenticator app was added to your account"
    assert sorted(user.authenticator_set.values_list("type", flat=True)) == ["recovery_codes", "totp"]

    browser = new_browser()
    assert log_in(browser, user, next="/about/").headers["Location"] == "/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in browser.session
    assert browser.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert "_auth_user_id" not in browser.session
    assert browser.post("/accounts/2fa/authenticate/", {"code": code_of(user)}).headers["Location"] == "/about/"


def test_a_recovery_code_lets_in_once(db, new_browser):
    user = UserFactory(with_totp=True)
    code = user.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()[0]
    logged_in = []
    for _ in range(2):
        browser = new_browser()
        log_in(browser, user)
        browser.post("/accounts/2fa/authenticate/", {"code": code})
        logged_in.append("_auth_user_id" in browser.session)
    assert logged_in == [True, False]


def test_guessing_codes_ends_after_five(db, client):
    user = UserFactory(with_totp=True)
    log_in(client, user)
    for _ in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    client.post("/accounts/2fa/authenticate/", {"code": code_of(user)})
    assert "_auth_user_id" not in client.session


def test_secrets_are_encrypted_and_outlive_a_change_of_the_secret_key(db, settings):
    user = UserFactory(with_totp=True)
    stored = user.authenticator_set.get(type="totp").data["secret"]
    secret = MFAAdapter().decrypt(stored)
    assert secret not in stored
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "a new one"
    assert MFAAdapter().decrypt(stored) == secret


def test_a_passkey_is_asked_for_with_the_name_of_the_site(db, client, settings):
    client.force_login(UserFactory())
    reauthenticate(client)
    page = client.get("/accounts/2fa/webauthn/add/")
    options = page.context["js_data"]["creation_options"]["publicKey"]
    assert (options["rp"]["id"], options["rp"]["name"]) == ("testserver", settings.SITE_NAME)


@pytest.mark.parametrize(
    "url",
    ["/accounts/2fa/webauthn/login/", "/accounts/2fa/webauthn/reauthenticate/", "/accounts/2fa/webauthn/add/"],
)
@pytest.mark.parametrize("credential", ["", "no json", "0", "[]", "{}", json.dumps({"id": "x", "response": {}})])
def test_a_made_up_passkey_is_refused_without_an_error(db, client, url, credential):
    user = UserFactory()
    if "login" not in url:
        client.force_login(user)
        reauthenticate(client)
    client.get(url, headers={"accept": "application/json"} if "login" in url else {})
    response = client.post(url, {"credential": credential})
    assert response.status_code in (200, 302)
    assert not Authenticator.objects.exists()
    assert ("_auth_user_id" in client.session) == ("login" not in url)


@pytest.mark.usefixtures("_required")
def test_staff_without_second_factor_are_sent_to_set_one_up(db, client):
    client.force_login(UserFactory(superuser=True))
    for url in ("/admin/", "/admin/accounts/user/", "/admin/jsi18n/", "/admin/no/such/page/"):
        response = client.get(url)
        assert (response.status_code, response.headers["Location"]) == (302, "/accounts/2fa/")
        assert response.content == b""
    page = client.get("/accounts/2fa/").content.decode()
    assert "The admin site needs a second step at login" in page


@pytest.mark.usefixtures("_required")
def test_staff_who_gave_the_second_factor_come_in(db, client):
    user = UserFactory(superuser=True, with_totp=True)
    log_in(client, user)
    client.post("/accounts/2fa/authenticate/", {"code": code_of(user)})
    assert client.get("/admin/accounts/user/").status_code == 200


@pytest.mark.usefixtures("_required")
def test_a_session_from_before_the_second_factor_is_asked_for_it(db, client):
    """Somebody with a stolen session gains nothing when the owner sets up an app elsewhere."""
    user = UserFactory(superuser=True, with_totp=True)
    client.force_login(user)
    ask = client.get("/admin/accounts/user/?q=a")
    assert ask.headers["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fadmin%2Faccounts%2Fuser%2F%3Fq%3Da"
    response = client.post(ask.headers["Location"], {"code": code_of(user), "next": "/admin/accounts/user/?q=a"})
    assert response.headers["Location"] == "/admin/accounts/user/?q=a"
    assert client.get("/admin/accounts/user/?q=a").status_code == 200


@pytest.mark.usefixtures("_required")
def test_others_are_not_asked_for_a_second_factor(db, client):
    client.force_login(UserFactory())
    assert client.get("/accounts/profile/").status_code == 200
    assert client.get("/admin/", follow=True).status_code == 403


def test_in_development_staff_come_in_without(db, client):
    client.force_login(UserFactory(superuser=True))
    assert client.get("/admin/").status_code == 200
