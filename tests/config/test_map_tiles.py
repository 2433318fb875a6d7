import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("address", "hosts"),
    [
        ("", ""),
        ("https://tiles.example/{z}/{x}/{y}.png", " https://tiles.example"),
        ("https://{s}.tiles.example/{z}/{x}/{y}.png?key=1", " https://*.tiles.example"),
    ],
)
def test_pictures_come_from_the_tile_server_that_is_set_and_nobody_else(address, hosts):
    show = "from config import settings; print(*settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['img-src'])"
    environment = os.environ | {"MAP_TILES_URL": address}
    run = subprocess.run([sys.executable, "-c", show], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "'self' data:" + hosts
