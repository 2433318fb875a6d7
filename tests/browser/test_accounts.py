import re

import pytest
from django.core import mail

from tests.factories.accounts import PASSWORD, UserFactory


@pytest.fixture
def passkeys(page):
    """The device of the person: it keeps passkeys, and its owner agrees each time."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    authenticator = device.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    return lambda: device.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]


@pytest.fixture
def at(page, live_server, settings):
    """Goes to a path, logged in with the password when the site asks for it."""
    settings.LOGIN_REDIRECT_URL = "profile"

    def go(path, user=None):
        page.goto(live_server.url + path)
        if user and page.url.startswith(f"{live_server.url}/accounts/login/"):
            page.fill("[name=login]", user.email)
            page.fill("[name=password]", PASSWORD)
            page.get_by_role("button", name="Log in", exact=True).click()
        if page.url.startswith(f"{live_server.url}/accounts/reauthenticate/"):
            page.fill("[name=password]", PASSWORD)
            page.get_by_role("button", name="Continue").click()

    return go


def log_out(page, at):
    at("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Log out").click()


def test_a_passkey_is_added_and_opens_the_account_alone_and_as_second_step(page, at, passkeys, transactional_db, complaints):
    user = UserFactory()
    at("/accounts/profile/", user)
    at("/accounts/2fa/webauthn/add/", user)
    page.get_by_label("Log in with this passkey alone").check()
    page.get_by_role("button", name="Add the passkey").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    assert [key["userName"] for key in passkeys()] == [user.email]

    log_out(page, at)
    at("/accounts/login/?next=/accounts/email/")
    page.get_by_role("button", name="Log in with a passkey").click()
    page.get_by_role("heading", name="Your e-mail address").wait_for()

    log_out(page, at)
    at("/accounts/profile/", user)
    page.get_by_role("heading", name="Second step").wait_for()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("heading", name="Your profile").wait_for()
    assert complaints == []


def test_an_unknown_device_is_told_what_to_do(page, at, passkeys, transactional_db):
    at("/accounts/login/")
    page.get_by_role("button", name="Log in with a passkey").click()
    page.get_by_role("alert").filter(has_text="That did not work. Try again, or use another way.").wait_for()
    assert page.url.endswith("/accounts/login/")


@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_sign_up_from_the_letter(browser, live_server, settings, transactional_db, java_script_enabled):
    settings.LOGIN_REDIRECT_URL = "profile"
    page = browser.new_page(java_script_enabled=java_script_enabled)
    page.goto(f"{live_server.url}/accounts/signup/?next=/about/")
    page.get_by_label("Your name").fill("Mina Park")
    page.locator("[name=email]").fill("mina@example.org")
    for field in ("password1", "password2"):
        page.locator(f"[name={field}]").fill("a long phrase 7")
    page.locator("main").get_by_role("button", name="Sign up").click()
    page.get_by_role("heading", name="Now read your mail").wait_for()
    link = re.search(r"http\S+", mail.outbox[0].body)[0]
    assert link.startswith(live_server.url), "the link leads to the port on which the person is"
    page.goto(link)
    page.get_by_role("button", name="Yes, confirm this address").click()
    assert page.url == f"{live_server.url}/about/"
    page.close()
