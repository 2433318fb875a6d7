from tests.factories.accounts import PASSWORD, UserFactory


def test_a_person_can_log_in(db, client):
    user = UserFactory()
    assert client.login(request=None, email=user.email, password=PASSWORD)


def test_a_moderator_moderates_and_others_do_not(db):
    assert [user.has_perm("policies.moderate") for user in (UserFactory(moderator=True), UserFactory(staff=True))] == [
        True,
        False,
    ]


def test_totp_is_set_up(db):
    user = UserFactory(with_totp=True)
    assert sorted(user.authenticator_set.values_list("type", flat=True)) == ["recovery_codes", "totp"]
