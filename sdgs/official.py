"""The official wording of goals and targets, from the SDG API of the UN Statistics Division."""

import json
import time

import urllib3
from django.db import transaction

from .models import Goal, Target

LARGEST = 32 * 1024 * 1024  # bytes; the real answer, with its indicators and series, has about two million
LONGEST = 5000  # characters of one text


class SyncFailed(Exception):
    """The wording can't be taken; the message is one line for a person at a terminal."""


def fetch(url, *, timeout=30, deadline=300, back_off=1):
    """The bytes that `url` answers. Tries four times; raises SyncFailed.

    `timeout` is in seconds for each wait, `deadline` for the whole answer, `back_off` for the first pause between tries.
    """
    if not url.startswith(("https://", "http://")):
        raise SyncFailed(f"“{url}” is not a web address.")
    retry = urllib3.Retry(
        total=3,
        backoff_factor=back_off,
        status_forcelist=[429, 500, 502, 503, 504],
        respect_retry_after_header=False,  # a server must not make us sleep for a day
    )
    end, content = time.monotonic() + deadline, bytearray()
    try:
        with (
            urllib3.PoolManager(retries=retry, timeout=urllib3.Timeout(connect=timeout, read=timeout)) as pool,
            pool.request("GET", url, headers={"Accept": "application/json"}, preload_content=False) as answer,
        ):
            if answer.status != 200:
                raise SyncFailed(f"{url} answered with status {answer.status}.")
            for chunk in answer.stream(65536):
                content += chunk
                if len(content) > LARGEST:
                    raise SyncFailed(f"{url} sends more than {LARGEST // 2**20} MB.")
                if time.monotonic() > end:
                    raise SyncFailed(f"{url} is too slow: no whole answer in {deadline} seconds.")
    except urllib3.exceptions.HTTPError as error:
        reason = " ".join(str(getattr(error, "reason", None) or error).split())
        raise SyncFailed(f"{url} can't be read: {reason.rstrip('.')}.") from None
    return bytes(content)


def read(content, *, goals, targets):
    """The wording in an answer of the API: two dictionaries, by goal number and by target code.

    `goals` and `targets` are the numbers and codes that it has to hold, no more and no less. Raises SyncFailed.
    """
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        raise SyncFailed("The answer is not JSON.") from None
    goal_words, target_words = {}, {}
    for goal in _rows(answer, "The answer"):
        number = _code(goal)
        if number in goal_words:
            raise SyncFailed(f"Goal {number} is in the answer twice.")
        name = f"Goal {number}"
        goal_words[number] = {"title": _text(goal, "title", name), "description": _text(goal, "description", name)}
        for target in _rows(goal.get("targets"), f"The list of targets of goal {number}"):
            code = _code(target).lower()
            if code.partition(".")[0] != number:
                raise SyncFailed(f"Target {code} is in the answer under goal {number}.")
            if code in target_words:
                raise SyncFailed(f"Target {code} is in the answer twice.")
            target_words[code] = {"description": _text(target, "description", f"Target {code}")}
    _compare("Goal", {str(number) for number in goals}, goal_words)
    _compare("Target", set(targets), target_words)
    return {int(number): words for number, words in goal_words.items()}, target_words


@transaction.atomic
def store(goal_words, target_words, *, language):
    """Write the wording in `language`; other languages stay. Returns how many goals and targets changed."""
    changed = 0
    for model, words in [(Goal, goal_words), (Target, target_words)]:
        rows = [row for row in model.objects.select_for_update() if row.official.get(language) != words[row.pk]]
        for row in rows:
            row.official[language] = words[row.pk]
        model.objects.bulk_update(rows, ["official"])
        changed += len(rows)
    return changed


def _rows(value, what):
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise SyncFailed(f"{what} is not a list of objects.")
    return value


def _code(row):
    code = row.get("code")
    if not isinstance(code, str) or not code.isascii() or not 0 < len(code) <= 5:
        raise SyncFailed("A goal or target in the answer has no code.")
    return code


def _text(row, field, name):
    text = row.get(field)
    if not isinstance(text, str) or not text.strip():
        raise SyncFailed(f"{name} has no {field} in the answer.")
    # Line ends and hard spaces become spaces; what has no shape (soft hyphens, zero bytes, halves of a pair) goes.
    text = "".join(character for character in " ".join(text.split()) if character.isprintable())
    if not 0 < len(text) <= LONGEST:
        raise SyncFailed(f"{name} has a {field} of {len(text)} characters.")
    return text


def _compare(kind, expected, found):
    if missing := sorted(expected - set(found)):
        raise SyncFailed(f"{kind} {missing[0]} is missing in the answer ({len(found)} of {len(expected)}).")
    if strange := sorted(set(found) - expected):
        raise SyncFailed(f"{kind} {strange[0]} in the answer is not one of the {len(expected)}.")
