"""The letters of the demonstration: development writes them to files instead of sending them."""

import email
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe

LINK = re.compile(r"(https?://[^\s<>\"']*[^\s<>\"'.,;:!?)])")
END = b"\n" + b"-" * 79 + b"\n"  # the backend writes it after each letter
NEWEST = 200


@dataclass(frozen=True)
class Letter:
    name: str
    message: EmailMessage

    @property
    def at(self):
        return self.message["date"].datetime

    @property
    def text(self):
        """The plain text, escaped, its http(s) addresses as links."""
        parts = LINK.split(self._part("plain"))
        return mark_safe("".join(linked(part) if n % 2 else conditional_escape(part) for n, part in enumerate(parts)))

    @property
    def html(self):
        """The source of the HTML part, to be shown as text."""
        return self._part("html")

    def _part(self, kind):
        body = self.message.get_body((kind,))
        return body.get_content() if body else ""


def linked(url):
    return format_html('<a href="{0}">{0}</a>', url)


def letters():
    """The newest letters that Django's file-based e-mail backend wrote, newest first.

    A file holds one or several. Raises Http404 outside of development."""
    if not settings.DEBUG:
        raise Http404
    files = sorted(Path(settings.EMAIL_FILE_PATH).glob("*.log"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    found = []
    for file in files[:NEWEST]:
        texts = [text for text in file.read_bytes().split(END) if text.strip()]
        read = [Letter(f"{file.stem}-{n}", email.message_from_bytes(text, policy=default)) for n, text in enumerate(texts, 1)]
        found += reversed(read)
    return found


@login_not_required
def demo_mail(request):
    return TemplateResponse(request, "portal/demo_mail.html", {"letters": letters()})


@login_not_required
def demo_letter(request, name):
    letter = next((letter for letter in letters() if letter.name == name), None)
    if letter is None:
        raise Http404
    return TemplateResponse(request, "portal/demo_letter.html", {"letter": letter})
