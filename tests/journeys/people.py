"""Somebody who uses the site through Django's client as they would in a browser: reads pages, fills in their forms."""

import html
import re
from html.parser import HTMLParser

from django.test import Client


class Form(HTMLParser):
    """The fields of the forms on a page, with what stands in them. Buttons are pressed by name."""

    def __init__(self, source):
        super().__init__()
        self.forms, self.form, self.field, self.name = [], None, None, None
        self.feed(source)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        name, value = attributes.get("name"), attributes.get("value") or ""
        if tag == "form":
            self.form = {"action": attributes.get("action") or "", "fields": {}, "names": set()}
            self.forms.append(self.form)
        elif self.form is None or (not name and tag != "option"):
            return
        elif tag == "input" and attributes.get("type") not in {"submit", "file", "button"}:
            self.form["names"].add(name)
            if attributes.get("type") not in {"checkbox", "radio"} or "checked" in attributes:
                self.form["fields"].setdefault(name, []).append(value or ("on" if attributes.get("type") == "checkbox" else ""))
        elif tag in {"textarea", "select"}:
            self.field, self.name = tag, name
            self.form["names"].add(name)
            if tag == "textarea":
                self.form["fields"][name] = [""]
        elif tag == "option" and self.field == "select" and "selected" in attributes:
            self.form["fields"].setdefault(self.name, []).append(value)

    def handle_data(self, data):
        if self.field == "textarea":
            self.form["fields"][self.name][0] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == self.field:
            self.field = None


class Person:
    def __init__(self, user=None):
        self.client = Client(enforce_csrf_checks=True)
        if user:
            self.client.force_login(user)
        self.answer = None

    def open(self, path, status=200):
        self.answer = self.client.get(path, follow=True)
        assert self.answer.status_code == status
        return self

    @property
    def text(self):
        return html.unescape(self.answer.content.decode())

    @property
    def here(self):
        request = self.answer.request
        return request["PATH_INFO"] + (f"?{request['QUERY_STRING']}" if request.get("QUERY_STRING") else "")

    def follow(self, words):
        """Open the first link whose text holds `words`."""
        links = re.findall(r'<a\b[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', self.answer.content.decode(), re.S)
        href = next(href for href, inside in links if words in html.unescape(re.sub(r"<[^>]+>", "", inside)))
        return self.open(html.unescape(href))

    def send(self, files=None, *, press=None, **values):
        """Send the form that has the fields `values` (the first form of the page's content without any)."""
        main = self.answer.content.decode().split("<main", 1)[-1]
        forms = Form(main).forms
        form = next(form for form in forms if set(values) <= form["names"])
        data = form["fields"] | {name: value if isinstance(value, list) else [value] for name, value in values.items()}
        data |= {name: [value] for name, value in (press or {}).items()} | (files or {})
        self.answer = self.client.post(form["action"] or self.here, data, follow=True)
        assert self.answer.status_code == 200
        return self
