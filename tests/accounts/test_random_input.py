"""Whatever is posted to a form of this room, the answer is a page."""

import os
import random

import pytest
from django.core.cache import cache
from django.urls import reverse

from tests.factories.accounts import UserFactory

from .helpers import reauthenticate
from .test_login import ARGUMENTS, NAMES

ROUNDS = int(os.environ.get("ROUNDS", "4"))
FIELDS = [
    "login", "password", "remember", "email", "display_name", "password1", "password2", "oldpassword", "next", "code",
    "credential", "name", "passwordless", "confirmation", "time_zone", "language", "action_add", "action_send",
    "action_remove", "action_primary",
]  # fmt: skip


def garbage(dice):
    length = dice.choice([0, 1, 8, 40, 300])
    alphabet = dice.choice(["\x00a", "é한\U0001f6b2\u202e", "0123456789", "@.\\/:?&%'\"<>{}[]"])
    return "".join(dice.choices(alphabet, k=length))


@pytest.mark.parametrize("logged_in", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_random_input(db, client, name, logged_in):
    dice = random.Random(name)
    user = UserFactory(with_totp=True)
    for _ in range(ROUNDS):
        cache.clear()
        if logged_in:
            client.force_login(user)
            reauthenticate(client)
        key = "".join(dice.choices("abcXYZ019:-_", k=20))
        arguments = {n: key if isinstance(v, str) else 2**70 for n, v in ARGUMENTS.get(name, {}).items()}
        url = reverse(name, kwargs=arguments | ({"uidb36": "zzzzzzzzzzzzzz"} if "uidb36" in arguments else {}))
        data = {field: garbage(dice) for field in dice.sample(FIELDS, dice.randint(0, len(FIELDS)))}
        assert client.post(url, data).status_code in (200, 302, 400, 403, 404, 405)
        assert client.get(url, data).status_code in (200, 302, 400, 403, 404, 405)
