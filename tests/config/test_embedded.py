"""The embedded server, with real processes on a data directory of its own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Prints the server's pid at each line it is sent; dies when its input ends.
USER = """
import sys
from pathlib import Path
import psycopg2
from config.postgres.embedded import EmbeddedServer

server = EmbeddedServer(Path(sys.argv[1]))
for _ in sys.stdin:
    server.join()
    with psycopg2.connect(host=str(server.socket_dir), user="postgres", dbname="portal") as connection:
        print(connection.server_version // 10000, (server.data / "postmaster.pid").read_text().split()[0], flush=True)
"""


class Process:
    def __init__(self, data):
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )

    def ask(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        version, pid = self.process.stdout.readline().split()
        assert version == "18"
        return int(pid)

    def leave(self):
        self.process.stdin.close()
        assert self.process.wait(30) == 0
        self.process.stdout.close()


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "zombie" not in Path(f"/proc/{pid}/status").read_text() if Path("/proc").exists() else True


def gone(pid):
    for _ in range(100):
        if not is_running(pid):
            return True
        time.sleep(0.05)
    return False


def test_processes_share_one_server_and_the_last_one_stops_it(tmp_path):
    first, second = Process(tmp_path / "postgres"), Process(tmp_path / "postgres")
    pid = first.ask()
    assert second.ask() == pid
    first.leave()
    assert second.ask() == pid
    second.leave()
    assert gone(pid)


def test_a_server_that_died_is_started_again_and_a_killed_user_does_not_count(tmp_path):
    process = Process(tmp_path / "postgres")
    pid = process.ask()
    os.kill(pid, signal.SIGKILL)
    assert gone(pid)
    again = process.ask()
    assert again != pid
    process.process.kill()
    process.process.communicate()
    other = Process(tmp_path / "postgres")
    assert other.ask() == again
    other.leave()
    assert gone(again)


def test_a_long_path_gets_a_short_socket(tmp_path):
    data = tmp_path / ("long-" * 20) / "postgres"
    data.parent.mkdir()
    process = Process(data)
    pid = process.ask()
    process.leave()
    assert gone(pid)


@pytest.mark.parametrize("command", ["migrate", "check --database default", "demo"])
def test_an_unreachable_database_is_one_line(command):
    environment = os.environ | {
        "DATABASE_URL": "postgres://portal:secret@127.0.0.1:1/portal",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    run = subprocess.run(
        [sys.executable, "manage.py", *command.split()], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert len(run.stderr.strip().splitlines()) == 1
    assert run.stderr.startswith("No database at 127.0.0.1:1 (name 'portal', user 'portal')")
    assert "Check DATABASE_URL" in run.stderr
    assert "secret" not in run.stderr


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"DEBUG": "0", "SECRET_KEY": "", "ALLOWED_HOSTS": "portal.example.org"}, "SECRET_KEY is not set"),
        ({"DEBUG": "0", "SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is not set"),
        ({"DATABASE_URL": "sqlite:///x.db"}, "PostgreSQL is the only database"),
    ],
)
def test_production_refuses_to_start_on_a_missing_setting(environment, words):
    run = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert words in run.stderr
