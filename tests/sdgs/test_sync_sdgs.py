"""The official wording, fetched from a server of our own that answers like the UN's."""

import copy
import gzip
import io
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import CommandError, call_command

from sdgs import official
from sdgs.models import Goal, Target


def good_answer():
    """An answer of the shape that the API gives, with its indicators and other fields that we don't read."""
    return [
        {
            "code": str(goal.pk),
            "title": f"Title of goal {goal.pk}",
            "description": f"Goal {goal.pk} seeks\r\nmuch.\u00a0",
            "uri": f"/v1/sdg/Goal/{goal.pk}",
            "targets": [
                {
                    "goal": str(goal.pk),
                    "code": target.code,
                    "title": f"Words of {target.code}",
                    "description": f"Words of {target.code}",
                    "uri": f"/v1/sdg/Target/{target.code}",
                    "indicators": [{"code": f"{target.code}.1", "description": "Share", "series": []}],
                }
                for target in goal.targets.all()
            ],
        }
        for goal in Goal.objects.prefetch_related("targets")
    ]


class Stub(ThreadingHTTPServer):
    """Gives the `answers` one after another, the last one again and again: (status, headers, body), or a function."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.asked = [], 0
        self.url = f"http://127.0.0.1:{self.server_port}/Goal/List?includechildren=true"

    def handle_error(self, request, client_address):
        pass  # a client that hangs up is what we test


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        answer = server.answers[min(server.asked, len(server.answers) - 1)]
        server.asked += 1
        if callable(answer):
            return answer(self)
        status, headers, body = answer
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        return None

    def log_message(self, *args):
        pass


@pytest.fixture
def stub():
    with Stub() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def sync(db, stub, settings, monkeypatch):
    settings.SDG_API_URL = stub.url
    monkeypatch.setattr(official.fetch, "__kwdefaults__", {"timeout": 0.3, "deadline": 1, "back_off": 0.01})

    def sync(*answers, **options):
        """Exit status and what is printed."""
        stub.answers, stub.asked = list(answers), 0
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("sync_sdgs", stdout=out, stderr=err, **options)
        except CommandError as error:
            assert out.getvalue() == err.getvalue() == ""
            return error.returncode, str(error)
        return 0, out.getvalue().strip()

    return sync


def as_json(answer):
    return 200, {"Content-Type": "application/json"}, json.dumps(answer).encode()


def wording():
    return dict(Goal.objects.values_list("pk", "official")) | dict(Target.objects.values_list("pk", "official"))


def expected(language="en"):
    goals = {
        goal.pk: {language: {"title": f"Title of goal {goal.pk}", "description": f"Goal {goal.pk} seeks much."}}
        for goal in Goal.objects.all()
    }
    return goals | {target.pk: {language: {"description": f"Words of {target.pk}"}} for target in Target.objects.all()}


def test_a_whole_answer(sync, stub):
    titles = list(Target.objects.values_list("title", flat=True))
    assert sync(as_json(good_answer())) == (0, "17 goals and 169 targets read, 186 changed.")
    assert wording() == expected()
    assert list(Target.objects.values_list("title", flat=True)) == titles  # ours stay
    assert sync(as_json(good_answer())) == (0, "17 goals and 169 targets read, 0 changed.")
    assert stub.asked == 1


def test_capital_letters_of_targets_and_another_order(sync):
    answer = good_answer()[::-1]
    for goal in answer:
        goal["targets"].reverse()
        for target in goal["targets"]:
            target["code"] = target["code"].upper()
    assert sync(as_json(answer))[0] == 0
    assert wording() == {**expected(), "1.a": {"en": {"description": "Words of 1.a"}}}


def test_another_language_stands_beside_english(sync):
    sync(as_json(good_answer()))
    assert sync(as_json(good_answer()), language="ko")[0] == 0
    assert wording() == {pk: words | expected("ko")[pk] for pk, words in expected().items()}


def test_compressed(sync):
    body = gzip.compress(json.dumps(good_answer()).encode())
    assert sync((200, {"Content-Encoding": "gzip"}, body))[0] == 0
    assert wording() == expected()


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_failure_is_tried_again(sync, stub, status):
    failure = (status, {"Retry-After": "86400"}, b"busy")
    assert sync(failure, failure, as_json(good_answer()))[0] == 0
    assert stub.asked == 3
    assert wording() == expected()


def drop(at, key=None):
    """Takes away a goal, a target or a field of the answer."""

    def change(answer):
        row = answer
        for step in at:
            row = row[step]
        del row[key]

    return change


def put(at, key, value):
    def change(answer):
        row = answer
        for step in at:
            row = row[step]
        row[key] = value

    return change


GOAL_11, TARGET_11_2 = [10], [10, "targets", 1]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (drop([], 16), "Goal 17 is missing in the answer (16 of 17)."),
        (drop([10, "targets"], 1), "Target 11.2 is missing in the answer (168 of 169)."),
        (drop(GOAL_11, "targets"), "The list of targets of goal 11 is not a list of objects."),
        (put(GOAL_11, "targets", []), "Target 11.1 is missing in the answer (159 of 169)."),
        (put(GOAL_11, "targets", ["11.1"]), "The list of targets of goal 11 is not a list of objects."),
        (drop(TARGET_11_2, "description"), "Target 11.2 has no description in the answer."),
        (put(TARGET_11_2, "description", " \n"), "Target 11.2 has no description in the answer."),
        (put(TARGET_11_2, "description", None), "Target 11.2 has no description in the answer."),
        (put(TARGET_11_2, "description", {"en": "Words"}), "Target 11.2 has no description in the answer."),
        (put(TARGET_11_2, "description", "\0"), "Target 11.2 has a description of 0 characters."),
        (put(TARGET_11_2, "description", "x" * 5001), "Target 11.2 has a description of 5001 characters."),
        (put(TARGET_11_2, "code", "11.1"), "Target 11.1 is in the answer twice."),
        (put(TARGET_11_2, "code", "11.99"), "Target 11.2 is missing in the answer (169 of 169)."),
        (put(TARGET_11_2, "code", "1.1"), "Target 1.1 is in the answer under goal 11."),
        (put(TARGET_11_2, "code", 11.2), "A goal or target in the answer has no code."),
        (put(GOAL_11, "code", "1"), "Goal 1 is in the answer twice."),
        (put(GOAL_11, "code", "٣"), "A goal or target in the answer has no code."),
        (put(GOAL_11, "title", ""), "Goal 11 has no title in the answer."),
        (put(GOAL_11, "description", 5), "Goal 11 has no description in the answer."),
        (lambda answer: answer.append({**copy.deepcopy(answer[0]), "code": "18", "targets": []}), None),
    ],
)
def test_an_answer_that_is_not_whole_changes_nothing(sync, change, problem):
    answer = good_answer()
    change(answer)
    problem = problem or "Goal 18 in the answer is not one of the 17."
    assert sync(as_json(answer)) == (1, f"{problem} Nothing was changed.")
    assert set(map(str, wording().values())) == {"{}"}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "The answer is not JSON."),
        (b"<!doctype html><title>Maintenance</title>", "The answer is not JSON."),
        (b'[{"code": "1"', "The answer is not JSON."),
        (b"\xff\xfe\x00", "The answer is not JSON."),
        (b"[" * 100_000, "The answer is not JSON."),
        (b"null", "The answer is not a list of objects."),
        (b'{"goals": []}', "The answer is not a list of objects."),
        (b"[1, 2]", "The answer is not a list of objects."),
        (b"[]", "Goal 1 is missing in the answer (0 of 17)."),
    ],
)
def test_garbage(sync, body, problem):
    assert sync((200, {}, body)) == (1, f"{problem} Nothing was changed.")
    assert set(map(str, wording().values())) == {"{}"}


def test_letters_that_no_database_takes(sync):
    answer = good_answer()
    answer[10]["title"] = "Ci\0ti\u00ades \ud800"
    assert sync(as_json(answer))[0] == 0
    assert Goal.objects.get(pk=11).official["en"]["title"] == "Cities "


def test_a_server_that_stays_broken(sync, stub):
    status, line = sync((500, {}, b"broken"))
    assert (status, line) == (1, f"{stub.url} can't be read: too many 500 error responses. Nothing was changed.")
    assert stub.asked == 4


def test_an_answer_that_is_no_success(sync, stub):
    assert sync((404, {}, b"[]")) == (1, f"{stub.url} answered with status 404. Nothing was changed.")


def silence(handler):
    time.sleep(0.6)


def half(handler):
    body = json.dumps([{"code": "1"}]).encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body) * 2))
    handler.end_headers()
    handler.wfile.write(body)


def test_a_server_that_says_nothing(sync, stub):
    start = time.monotonic()
    status, line = sync(silence)
    assert (status, line.splitlines()) == (1, [line])
    assert line.startswith(f"{stub.url} can't be read: ")
    assert line.endswith("Read timed out. (read timeout=0.3). Nothing was changed.")
    assert time.monotonic() - start < 5
    assert set(map(str, wording().values())) == {"{}"}


def test_a_server_that_drips(sync, stub):
    def endless(handler):
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        for _ in range(40):
            handler.wfile.write(b" " * 70_000)
            handler.wfile.flush()
            time.sleep(0.1)

    assert sync(endless) == (1, f"{stub.url} is too slow: no whole answer in 1 seconds. Nothing was changed.")


def test_an_answer_that_breaks_off(sync, stub):
    status, line = sync(half)
    assert (status, line.splitlines()) == (1, [line])
    assert line.startswith(f"{stub.url} can't be read: ")
    assert set(map(str, wording().values())) == {"{}"}


def test_an_answer_that_is_too_large(sync, stub, monkeypatch):
    monkeypatch.setattr(official, "LARGEST", 1024**2)
    bomb = gzip.compress(b" " * (2 * 1024**2))
    assert len(bomb) < 10_000
    for answer in [(200, {}, b" " * (2 * 1024**2)), (200, {"Content-Encoding": "gzip"}, bomb)]:
        assert sync(answer) == (1, f"{stub.url} sends more than 1 MB. Nothing was changed.")


def test_nobody_listens(sync, stub):
    stub.shutdown()
    stub.server_close()
    status, line = sync()
    assert (status, line.splitlines()) == (1, [line])
    assert "can't be read: " in line


@pytest.mark.parametrize("url", ["", "ftp://example.org/", "http://", "nonsense"])
def test_an_address_that_is_none(sync, url):
    status, line = sync(url=url)
    assert (status, line.splitlines()) == (1, [line])


def test_without_goals_there_is_nothing_to_sync(sync):
    Target.objects.all().delete()
    assert sync() == (1, "The goals and targets are not loaded: run manage.py load_sdgs first.")
