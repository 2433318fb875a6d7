import pytest

from cities import actions
from tests.factories.accounts import UserFactory
from tests.factories.cities import NOW, CityFactory, MembershipFactory


@pytest.fixture
def send(db, mailoutbox, django_capture_on_commit_callbacks):
    def send(verb, *args, **kwargs):
        """The letters that leave when `verb` is done."""
        mailoutbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            verb(*args, **kwargs)
        return list(mailoutbox)

    return send


def html(letter):
    return letter.alternatives[0].content


def membership(**fields):
    return MembershipFactory(city__name="Sant’Anna & Co", user__email="kim@example.org", user__display_name="Kim <i>", **fields)


def test_asked(send):
    user = UserFactory(email="kim@example.org")
    letters = send(
        actions.ask_membership,
        city=CityFactory(name="Suwon"),
        by=user,
        now=NOW,
        role="coordinator",
        position="Officer",
        reason="I work there.",
    )
    assert [(letter.to, letter.subject) for letter in letters] == [(["kim@example.org"], "We have your request for Suwon")]
    assert "as coordinator. The secretariat will check this" in letters[0].body
    assert "/my/memberships/" in letters[0].body
    assert "/my/memberships/" in html(letters[0])


def test_approved(send):
    (letter,) = send(actions.approve_membership, membership(), by=None, now=NOW)
    assert (letter.to, letter.subject) == (["kim@example.org"], "You speak for Sant’Anna & Co now")
    assert letter.body.startswith("Hello Kim <i>,\n")
    assert "Hello Kim &lt;i&gt;," in html(letter)
    assert "<strong>Sant’Anna &amp; Co</strong>" in html(letter)


def test_declined_with_the_reason(send):
    (letter,) = send(actions.decline_membership, membership(), by=None, now=NOW, note="We don't know <b>you</b>.")
    assert letter.subject == "Your request for Sant’Anna & Co was declined"
    assert "\n\nWe don't know <b>you</b>.\n\n" in letter.body
    assert "We don&#x27;t know &lt;b&gt;you&lt;/b&gt;." in html(letter)


def test_ended_by_somebody_else(send):
    (letter,) = send(actions.end_membership, membership(approved=True), by=UserFactory(), now=NOW, note="Left the city.")
    assert (letter.to, letter.subject) == (["kim@example.org"], "You do not speak for Sant’Anna & Co any more")
    assert "\n\nLeft the city.\n\n" in letter.body


def test_no_letter_about_ones_own_step(send):
    own = membership(approved=True)
    assert send(actions.end_membership, own, by=own.user, now=NOW) == []


def test_no_letter_to_an_address_that_is_not_verified(send):
    assert send(actions.approve_membership, membership(user__verified=False), by=None, now=NOW) == []


def test_an_invitation_reads_the_same_with_and_without_an_account(send):
    coordinator = MembershipFactory(approved=True, coordinator=True, city__name="Suwon", user__display_name="Kim")
    UserFactory(email="known@example.org", display_name="Known Person")
    bodies = []
    for address in ["known@example.org", "stranger@example.org"]:
        (letter,) = send(
            actions.invite_colleague,
            city=coordinator.city,
            email=address,
            role="contributor",
            by=coordinator.user,
            now=NOW,
        )
        assert (letter.to, letter.subject) == ([address], "Kim invites you to speak for Suwon")
        key = letter.body.split("/invitations/")[1][:40]
        assert letter.body.count(key) == html(letter).count(key) == 1
        bodies.append((letter.body.replace(key, ""), html(letter).replace(key, "")))
    assert bodies[0] == bodies[1]
    assert coordinator.user.email not in "".join(bodies[0])
