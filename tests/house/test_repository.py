"""What the repository must not hold."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_pins_record_no_address():
    for file in ROOT.glob("requirements*.txt"):
        assert re.findall(r"https?://\S+|--(?:extra-)?index-url.*", file.read_text()) == []


def test_every_pin_has_a_hash():
    for file in ROOT.glob("requirements*.txt"):
        pins = re.split(r"\n(?=[a-z0-9])", file.read_text())
        assert [pin.split()[0] for pin in pins if "==" in pin and "--hash=sha256:" not in pin] == []


def test_every_direct_dependency_says_why():
    lines = (ROOT / "pyproject.toml").read_text().split("[tool.")[0].splitlines()
    groups = re.findall(r"((?:    #.*\n)*)((?:    \".*\",\n)+)", "\n".join(lines) + "\n")
    assert [names.strip() for comment, names in groups if not comment] == []


def test_at_most_ten_make_targets():
    phony = next(line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith(".PHONY"))
    assert len(phony.split()) - 1 <= 10


def test_no_migration_is_missing():
    run = subprocess.run(
        [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout.strip()) == (0, "No changes detected")


def test_every_variable_is_explained():
    """What settings and gunicorn.conf.py read from the environment stands in .env.example, and nothing else does."""
    read = set()
    for file in ("config/settings.py", "gunicorn.conf.py"):
        read |= set(re.findall(r"(?:env\.\w+|environ\.get)\(\s*\"([A-Z_]+)\"", (ROOT / file).read_text()))
    explained = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert explained - {"SECRET_KEY_FILE"} == read
