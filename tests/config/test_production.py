"""The site as gunicorn serves it with production settings, on a server of its own."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from sdgs.management.commands import load_sdgs

ROOT = Path(__file__).resolve().parents[2]
SECURE = {"Host": "portal.example.org", "X-Forwarded-Proto": "https"}


def get(port, path, headers=SECURE):
    """Status, headers and text of one answer; redirects are not followed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), answer.read().decode()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    data = tmp_path_factory.mktemp("production")
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "0",
        "SECRET_KEY": "a-secret-of-the-tests-" * 3,
        "ALLOWED_HOSTS": "portal.example.org",
        "BEHIND_PROXY": "1",
        "DATA_DIR": str(data),
        "WEB_CONCURRENCY": "1",
        "LOG_LEVEL": "WARNING",
    }


def serve(environment, port):
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--access-logfile", "/dev/null"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(100):
        try:
            get(port, "/healthz")
        except OSError:
            time.sleep(0.1)
        else:
            return server
    server.kill()
    raise AssertionError("gunicorn did not come up")


def stop(server):
    server.send_signal(signal.SIGTERM)
    assert server.wait(20) == 0


@pytest.mark.django_db(transaction=True)
def test_gunicorn_serves_the_site(environment, free_port):
    port = free_port
    settings = connection.settings_dict
    host = connection.embedded_server.socket_dir if connection.embedded_server else settings["HOST"]
    user = f"{settings['USER']}:{settings['PASSWORD']}".rstrip(":")
    environment = environment | {
        "DATABASE_URL": f"postgres://{user}@/{settings['NAME']}?host={host}&port={settings['PORT'] or 5432}"
    }
    load_sdgs.load()
    collected = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"]
    subprocess.run(collected, cwd=ROOT, env=environment, check=True)
    server = serve(environment, port)
    try:
        status, headers, body = get(port, "/")
        assert status == 200
        assert "<h1" in body
        assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
        assert "unsafe" not in headers["Content-Security-Policy"]
        style = body.split('rel="stylesheet" href="')[1].split('"')[0]
        status, headers, _ = get(port, style)
        assert (status, headers["Cache-Control"]) == (200, "max-age=315360000, public, immutable")
        assert [get(port, path)[0] for path in ("/no/such/page", "/demo/mail/")] == [404, 404]
        status, headers, body = get(port, "/", {"Host": "portal.example.org"})
        assert (status, headers["Location"], body) == (301, "https://portal.example.org/", "")
        assert json.loads(get(port, "/healthz")[2]) == {"status": "ok", "database": "up"}
    finally:
        stop(server)


def test_a_dead_database_is_503_and_an_error_page(environment, free_port):
    port = free_port
    server = serve(environment | {"DATABASE_URL": "postgres://portal@127.0.0.1:1/portal"}, port)
    try:
        status, _, body = get(port, "/healthz")
        assert (status, json.loads(body)) == (503, {"status": "unavailable", "database": "down"})
        status, _, body = get(port, "/")
        assert status == 500
        assert "Traceback" not in body
    finally:
        stop(server)


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
