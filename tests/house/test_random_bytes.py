"""Whatever is sent to any address, by whomever: the answer is a page, never an error of the server.

The addresses come from the URLconf and the fields from the pages themselves, so a new form is attacked without
anybody remembering it. `ROUNDS=200 pytest tests/house/test_random_bytes.py` takes a night watchman's time.
"""

import html
import logging
import os
import random
import re
import traceback
from urllib.parse import quote_from_bytes

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from policies.forms import STEP
from tests.accounts.helpers import log_in, reauthenticate
from tests.factories.accounts import UserFactory

from .addresses import NAMES, address, patterns, small_world

ROUNDS = int(os.environ.get("ROUNDS", "1"))
ADDRESSES = dict(patterns())
STAFF = {"moderator", "superuser"}
ALPHABETS = ["\x00a", "é한\U0001f6b2\u202e\ufffe", "0123456789", "-1e9.,", "@.\\/:?&%'\"<>{}[]()|!*", "\r\n\t ", "ıİß"]
NASTY = [
    "NaN", "-Infinity", "1e999", "-1", "0", str(2**31), str(2**63), str(10**40), "9" * 5000, "true", "null", "[]", "{}",
    "\ud800", "\x00", "' OR 1=1 --", "<script>alert(1)</script>", "../../etc/passwd", "%00", "%", "\\", "(", "a:*", "'a' &",
    "A" * 70_000, "9999-99-99", "00000000-0000-0000-0000-000000000000", "javascript:alert(1)", "http://[", "//evil.example",
    "a@" + "b." * 200 + "c", "<p>" * 3000,
]  # fmt: skip
TYPES = [
    "application/json", "text/plain; charset=utf-16", "multipart/form-data", "multipart/form-data; boundary=", "",
    "application/x-www-form-urlencoded; charset=utf-7", "application/x-www-form-urlencoded; charset=no", "image/png",
    "multipart/form-data; boundary=x; charset=unicode_escape", "multipart/form-data; boundary=x; charset=rot13",
]  # fmt: skip
FILES = [
    b"%PDF-1.4 ",
    b"PK\x03\x04",
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    b"\xff\xd8\xff\xe0\0\x10JFIF",
    b"RIFF\0\0\0\0WEBPVP8 ",
    b"a,b\n",
]
FILE_NAMES = ["a.pdf", "a.csv", "\u202egpj.exe", "a" * 300 + ".png", "../../x.jpg", "a\x00b.docx", '"; filename="x.pdf']
EXTRA = ["next", "more", "page", "q", "goal", "target", "sort", "from", "to", "city", "o", "p", "e", "action", "_popup"]


@pytest.fixture
def world(db):
    return small_world()


@pytest.fixture
def browsers(world):
    """Role -> a browser in which they are logged in; `halfway` is asked for the second step."""
    users = {
        "newcomer": world.newcomer, "official": world.official,
        "moderator": UserFactory(moderator=True), "superuser": UserFactory(superuser=True),
    }  # fmt: skip
    made = {role: Client() for role in ("anonymous", "halfway", *users)}
    log_in(made["halfway"], world.official)
    for role, user in users.items():
        made[role].force_login(user)
        reauthenticate(made[role])
    return made


def ask(browser, method, *args, **kwargs):
    """The status and text of an answer; nothing that was done stays."""
    cache.clear()
    cookies = browser.cookies.copy()
    with transaction.atomic():
        response = getattr(browser, method)(*args, **kwargs)
        text = b"".join(response) if response.streaming else response.content
        transaction.set_rollback(True)
    browser.cookies = cookies
    return response, text.decode("utf-8", "replace")


def for_the_right_person(browsers, url):
    """Those who get further than to the door, and the names and values of the forms that they find."""
    for role, browser in browsers.items():
        answer, text = ask(browser, "get", url)
        if answer.status_code == 405:
            answer, text = ask(browser, "post", url, {})
        if answer.status_code not in {403, 404, 405} and "/login/" not in answer.get("Location", ""):
            yield role, browser, fields_in(text)


def fields_in(text):
    fields = {}
    for tag in re.findall(r"<(?:input|textarea|select|button)\b[^>]*>", text):
        if name := re.search(r'\bname="([^"]+)"', tag):
            value = re.search(r'\bvalue="([^"]*)"', tag)
            fields[html.unescape(name[1])] = html.unescape(value[1]) if value else ""
    return fields


def junk(dice):
    if dice.random() < 0.5:
        return dice.choice(NASTY)
    return "".join(dice.choices(dice.choice(ALPHABETS), k=dice.choice([0, 1, 8, 40, 300])))


def spoil(dice, fields):
    """The `fields` of a real form with some of them turned to junk, taken away, doubled or invented: (name, bytes) pairs."""
    pairs = []
    harm = dice.choice([0.05, 0.3, 1])
    for name, value in fields.items():
        if dice.random() < harm / 4:
            continue
        values = [value] if dice.random() > harm else [junk(dice) for _ in range(dice.choice([1, 1, 1, 3]))]
        if name.endswith("_FORMS") and dice.random() < 0.3:
            values = [dice.choice([str(10**9), "-1", "1001", "x", ""])]
        pairs += [(name, value) for value in values]
    pairs += [(dice.choice(EXTRA), junk(dice)) for _ in range(dice.randrange(4))]
    encoded = [(name.encode(), value.encode("utf-8", "surrogatepass")) for name, value in pairs]
    if dice.random() < 0.3:
        encoded += [(dice.randbytes(6), dice.randbytes(30)), (b"tags[]", b"1"), (b"title[$ne]", b"1")]
    return encoded


def urlencoded(pairs):
    return "&".join(f"{quote_from_bytes(name)}={quote_from_bytes(value)}" for name, value in pairs).encode()


def multipart(dice, pairs, files):
    parts = [b'Content-Disposition: form-data; name="%s"\r\n\r\n%s' % pair for pair in pairs]
    for name in files:
        content = dice.choice([b"", *FILES]) + dice.randbytes(dice.choice([0, 20, 5000]))
        named = dice.choice(FILE_NAMES).encode()
        parts.append(b'Content-Disposition: form-data; name="%s"; filename="%s"\r\n\r\n%s' % (name.encode(), named, content))
    body = b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + b"--x--\r\n"
    return body if dice.random() < 0.8 else body[: dice.randrange(len(body))]


def attack(dice, browser, url, fields):
    """One request at `url`."""
    pairs = spoil(dice, fields)
    headers = dice.choice([{}, {}, {"HX-Request": "true"}, {"X-Autosave": "1"}, {"Accept-Language": junk(dice)[:50]}])
    headers = {name: value.encode("ascii", "replace").decode() for name, value in headers.items()}
    kind = dice.randrange(6)
    if kind == 0:
        return "get", (f"{url}?{urlencoded(pairs[-40:]).decode()[:9000]}",), {"headers": headers}
    if kind == 1:
        raw = urlencoded(pairs) if dice.random() < 0.5 else dice.randbytes(dice.choice([0, 10, 3000]))
        return "generic", ("POST", url, raw, dice.choice(TYPES)), {"headers": headers}
    if kind in {2, 3}:
        files = ["documents", "pictures", *dice.sample(sorted(fields), min(1, len(fields)))][: dice.randrange(4)]
        charset = dice.choice(["", "", "", "; charset=unicode_escape", "; charset=utf-16", "; charset=rot13", "; charset=idna"])
        body = multipart(dice, pairs, files)
        return "generic", ("POST", url, body, f"multipart/form-data; boundary=x{charset}"), {"headers": headers}
    query = urlencoded(spoil(dice, {})).decode()
    return (
        "generic",
        ("POST", f"{url}?{query[:2000]}", urlencoded(pairs), "application/x-www-form-urlencoded"),
        {"headers": headers},
    )


STEPS_TOO = [*(name for name in NAMES if name != "edit_step"), *(f"edit_step {step}" for step in STEP)]
ROOMS = {
    "accounts": [name for name in STEPS_TOO if name.startswith(("account_", "mfa_"))],
    "admin": [name for name in STEPS_TOO if name.startswith("admin:")],
    "steps": [name for name in STEPS_TOO if name.startswith("edit_step")],
}
ROOMS["site"] = [name for name in STEPS_TOO if not any(name in room for room in ROOMS.values())]


@pytest.mark.parametrize("room", ROOMS)
def test_random_bytes(world, browsers, room, caplog):
    caplog.set_level(logging.CRITICAL)
    errors = {}
    for called in ROOMS[room]:
        name, _, step = called.partition(" ")
        url = address(name, ADDRESSES[name], world, **({"step": step} if step else {}))
        if url is None:
            continue
        dice = random.Random(called)
        doors = {role: browser for role, browser in browsers.items() if room != "admin" or role in STAFF}
        people = list(for_the_right_person(doors, url)) or [("anonymous", browsers["anonymous"], {})]
        for _ in range(ROUNDS):
            role, browser, fields = dice.choice(people)
            method, args, kwargs = attack(dice, browser, url, fields)
            try:
                response, _text = ask(browser, method, *args, **kwargs)
                error = f"status {response.status_code}" if response.status_code >= 500 else ""
            except Exception as raised:
                where = traceback.extract_tb(raised.__traceback__)[-1]
                error = f"{raised!r:.300} in {where.filename}:{where.lineno}"
            if error:
                errors.setdefault(error, f"{called} as {role}: {method} {str(args)[:1500]} {kwargs}")
    assert errors == {}


PARTS = ["9" * 5000, "-1", "%00", "a%0d%0aX-Bad:1", "..%2f..%2fetc", "%ED%A0%80", "'", "9" * 20]


def test_random_parts_of_addresses(world, browsers):
    """One in the place of each part of each address."""
    dice, wrong = random.Random(1), []
    for name, pattern in ADDRESSES.items():
        parts = (address(name, pattern, world) or "/").split("/")
        for place, value in enumerate(parts):
            if value and pattern.pattern.regex.groupindex:
                for part in dice.sample(PARTS, min(ROUNDS, len(PARTS))):
                    spoiled = "/".join([*parts[:place], part, *parts[place + 1 :]])
                    try:
                        response, _text = ask(browsers["superuser"], "get", spoiled)
                    except Exception as raised:
                        wrong.append(f"{spoiled[:200]} {raised!r:.200}")
                    else:
                        wrong += [spoiled] if response.status_code >= 500 else []
    assert wrong == []
