"""Templates parse, and obey the Content-Security-Policy before a browser has to refuse them."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
PAGES = [name for name in NAMES if "emails/" not in name and not name.startswith("account/email/")]


@pytest.mark.parametrize("name", NAMES)
def test_parses(name):
    assert get_template(name).template.nodelist is not None


@pytest.mark.parametrize("name", PAGES)
def test_has_no_inline_script_or_style(name):
    source = (TEMPLATES / name).read_text()
    assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)[^>]*>", source) == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", source) == []
