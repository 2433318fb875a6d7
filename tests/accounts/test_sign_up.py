import time
from concurrent.futures import ThreadPoolExecutor

from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection, transaction

from accounts.models import User
from tests.factories.accounts import UserFactory

from .helpers import link_in_letter, visible

NEW = {"display_name": "Mina Park", "password1": "a long phrase 7", "password2": "a long phrase 7"}


def sign_up(client, email, **data):
    return client.post("/accounts/signup/", NEW | {"email": email, **data}, follow=True)


def test_sign_up_confirm_and_go_on_where_one_was(db, client):
    sign_up(client, "Mina@Example.org", next="/accounts/profile/")
    user = User.objects.get()
    assert (user.email, user.display_name) == ("mina@example.org", "Mina Park")
    assert [letter.to for letter in mail.outbox] == [["mina@example.org"]]

    page = client.get(link_in_letter())
    assert not EmailAddress.objects.get().verified, "opening the link alone (as mail scanners do) confirms nothing"
    assert "Yes, confirm this address" in page.content.decode()
    response = client.post(link_in_letter())
    assert response.headers["Location"] == "/accounts/profile/"
    assert EmailAddress.objects.get().verified
    assert client.session["_auth_user_id"] == str(user.pk)


def test_confirming_in_another_browser_leads_to_the_login_and_then_on(db, client, new_browser):
    sign_up(client, "mina@example.org", next="/accounts/profile/")
    elsewhere = new_browser()
    response = elsewhere.post(link_in_letter(), follow=True)
    assert response.redirect_chain == [("/accounts/profile/", 302), ("/accounts/login/?next=/accounts/profile/", 302)]
    assert EmailAddress.objects.get().verified
    assert "_auth_user_id" not in elsewhere.session, "a link alone logs nobody in"


def test_the_letter_takes_no_foreign_address_along(db, client):
    sign_up(client, "mina@example.org", next="https://evil.example/")
    assert "evil" not in mail.outbox[0].body


def test_a_used_link_says_what_to_do(db, client):
    sign_up(client, "mina@example.org")
    client.post(link_in_letter())
    client.logout()
    for again in (client.get, client.post):
        response = again(link_in_letter())
        assert (response.status_code, "This link no longer works" in response.content.decode()) == (200, True)


def test_the_page_is_the_same_for_a_known_address(db, client, new_browser):
    UserFactory(email="known@example.org")
    known = sign_up(client, "known@example.org")
    unknown = sign_up(new_browser(), "nobody@example.org")
    assert known.redirect_chain == unknown.redirect_chain == [("/accounts/confirm-email/", 302)]
    assert visible(known).replace("known@", "nobody@") == visible(unknown)
    assert {tuple(letter.to): letter.subject for letter in mail.outbox} == {
        ("known@example.org",): "You already have an account",
        ("nobody@example.org",): "Confirm your e-mail address",
    }
    assert User.objects.filter(email="known@example.org").count() == 1


def test_two_sign_ups_at_once_make_one_account(transactional_db, new_browser):
    """The other sign-up is in the database, but not committed, when this one looks whether the address is free."""
    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            UserFactory(email="mina@example.org")
            answer = pool.submit(sign_up_and_close, new_browser(), "mina@example.org")
            wait_until_somebody_waits()
        assert answer.result().redirect_chain == [("/accounts/confirm-email/", 302)]
    assert User.objects.count() == 1


def sign_up_and_close(browser, email):
    try:
        return sign_up(browser, email)
    finally:
        connection.close()


def wait_until_somebody_waits():
    """Returns when another connection waits for a lock of ours; fails after ten seconds."""
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


def test_both_answers_cost_one_password(db, client, new_browser, monkeypatch):
    """The hasher is the slow part; it runs once for a new account and once for one that exists."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    runs = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, *args: runs.append(1) or encode(self, *args))
    UserFactory(email="known@example.org")
    counts = []
    for email in ("known@example.org", "nobody@example.org"):
        runs.clear()
        sign_up(new_browser(), email)
        counts.append(len(runs))
    assert counts == [1, 1]


def test_letters_are_text_and_html_without_a_trace_of_html_in_the_text(db, client):
    sign_up(client, "mina@example.org", display_name="Mina & <Co>")
    letter = mail.outbox[0]
    assert "Hello Mina & <Co>," in letter.body
    (html,) = letter.alternatives
    assert "Mina &amp; &lt;Co&gt;" in html.content
    assert html.mimetype == "text/html"


def test_an_address_that_another_account_took_meanwhile_is_not_confirmed(db, client):
    """Two accounts race for one address: the second confirmation is refused in words, not by an error page."""
    sign_up(client, "mina@example.org")
    EmailAddress.objects.update(email="other@example.org")
    UserFactory(email="other@example.org", verified=None)
    response = client.post(link_in_letter(), follow=True)
    assert not EmailAddress.objects.get().verified
    assert "can&#x27;t be confirmed for this account" in response.content.decode()
