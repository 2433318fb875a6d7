"""Every page of the site, as each role sees it, keeps what the face promises.

No axe violation (WCAG 2.2 AA and best practices), no sideways scroll, no layout shift, no complaint of the console or of
the Content-Security-Policy, nothing from third parties, and a first visit that is light. The public pages have two looks,
those of the roles one each; BROWSER_MATRIX=full takes all four of all, and the lists of the administrator.
"""

import gzip
import os
from functools import partial

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.db import connection, connections
from django.template.loader import render_to_string
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from sdgs.management.commands import load_sdgs
from tests.house.test_urls import patterns

from .tour import ALIKE, NOT_A_PAGE, ROLES, World, tour

LOOKS = [("light", 1280), ("dark", 360)]
if os.environ.get("BROWSER_MATRIX") == "full":
    LOOKS += [("dark", 1280), ("light", 360)]
    TOUR = [(role, look) for role in ROLES for look in LOOKS]
else:
    others = [role for role in ROLES if role not in {"visitor", "administrator"}]
    TOUR = [("visitor", LOOKS[0])] + [(role, LOOKS[n % 2]) for n, role in enumerate(others, 1)]
NARROWEST = 320  # 1280 px at 400 % zoom
MOST_BYTES, MOST_REQUESTS, MOST_SHIFT = 100_000, 20, 0.05
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# The admin site is Django's own: markup that we don't write, style sheets that staff load once.
NOT_OURS = {"aria-prohibited-attr"}
# The buttons for passkeys come with the script, and push what follows: not mended yet.
PUSHED = ("/accounts/2fa/webauthn/add/", "/accounts/2fa/authenticate/")
STAFF = {"moderator", "administrator"}
WITHOUT_REQUEST = ["400.html", "403_csrf.html", "413.html", "429.html", "500.html"]

# Runs before anything of a page does.
WATCH = """
window.watched = {shift: 0, refused: []};
new PerformanceObserver(list => list.getEntries().forEach(entry => {
  if (!entry.hadRecentInput) watched.shift += entry.value;
})).observe({type: "layout-shift", buffered: true});
addEventListener("securitypolicyviolation", event => watched.refused.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
LOADED = """() => performance.getEntriesByType("resource").map(entry => entry.name)"""
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const out = [...document.querySelectorAll("body *")].filter(one => one.getBoundingClientRect().right > width + 1);
  return out.slice(0, 4).map(one => `${one.tagName.toLowerCase()}.${one.className}`);
}"""

pytestmark = pytest.mark.django_db
each_look = pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")


@pytest.fixture(scope="module")
def _files_of_their_own():
    """The files of this module belong to its one world."""


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker, tmp_path_factory):
    """The address of a server, and its world; both live as long as this module."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "mail").mkdir()
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=folder / "media", EMAIL_FILE_PATH=folder / "mail"):
        assert connection.settings_dict["NAME"].startswith("test_"), "this world is never built in, nor cleared from, another"
        server = LiveServer("localhost")
        try:
            yield server.url, World(folder / "mail")
        finally:
            server.stop()
            call_command("flush", verbosity=0, interactive=False)
            load_sdgs.load()  # as every other test finds them
            connections.close_all()


def test_every_address_has_an_example(site):
    shown = {name for pages in tour(site[1]).values() for name, _, _ in pages}
    alike = {name for name, _ in patterns() if name.startswith("admin:") and name.rpartition("_")[2] in ALIKE}
    missing = {name for name, _ in patterns()} - shown - NOT_A_PAGE - alike
    assert missing == set(), "give each an example in tests/browser/tour.py, so that its page is tested"


@pytest.mark.parametrize(("role", "look"), TOUR, ids=str)
def test_pages_keep_their_promises(site, browser, role, look):
    url, world = site
    with Visit(browser, url, *look, role=role) as visit, override_settings(DEBUG=role == "demonstration"):
        visit.log_in(world.sessions[role])
        for _, address, status in tour(world)[role]:
            visit.open(address, status)
    assert not visit.found, visit.report()


@each_look
def test_error_pages_keep_their_promises(site, browser, look):
    with Visit(browser, site[0], *look) as visit:
        for name in WITHOUT_REQUEST:
            body = render_to_string(name, {"site_name": "Portal"})
            visit.page.route(f"**/{name}", partial(answer_with, body))
            visit.open(f"/{name}")
    assert not visit.found, visit.report()


def answer_with(body, route):
    route.fulfill(body=body, content_type="text/html")


class Visit:
    """A browser that goes from page to page and writes down what it found."""

    sizes = {}  # of static files, compressed

    def __init__(self, browser, site, theme, width, role="visitor"):
        self.site, self.width, self.found, self.said = site, width, [], []
        self.public, self.ours = role in {"visitor", "demonstration"}, role not in STAFF
        self.context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
        self.context.add_init_script(WATCH)
        self.page = self.context.new_page()
        self.page.on("console", lambda m: self.said.append(m.text) if m.type in {"error", "warning"} else None)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", self.notice)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.context.close()

    def log_in(self, session):
        if session:
            self.context.add_cookies([{"name": "sessionid", "value": session, "url": self.site}])

    def notice(self, request):
        if not request.url.startswith((self.site, "data:", "blob:")):
            self.said.append(f"third party: {request.url}")

    def open(self, address, status=200):
        self.said.clear()
        response = self.page.goto(self.site + address)
        self.page.evaluate(PAINTED)
        checks = [self.answer(response, address, status), self.complaints(status), self.axe(), self.widths()]
        if self.public:
            checks.append(self.weight(response))
        self.found += [f"{address}: {problem}" for check in checks for problem in check]

    def answer(self, response, address, status):
        here = self.page.url.removeprefix(self.site)
        if response.status != status or (here != address and "set-password" not in here):
            yield f"leads to {here}, status {response.status}"

    def complaints(self, status):
        watched = self.page.evaluate("watched")
        yield from (line for line in self.said if status == 200 or f"status of {status}" not in line)
        yield from (f"refused by the policy: {line}" for line in watched["refused"])
        if self.ours and watched["shift"] > MOST_SHIFT and not self.page.url.endswith(PUSHED):
            yield f"layout shift {watched['shift']:.3f}"

    def axe(self):
        rules = WCAG + ["best-practice"] * self.ours
        for rule in Axe().run(self.page, options={"resultTypes": ["violations"], "runOnly": rules}).response["violations"]:
            if rule["id"] in NOT_OURS and not self.ours:
                continue
            for node in rule["nodes"][:3]:
                yield f"{rule['id']} at {node['target']} {node['html'][:160]}"

    def widths(self):
        for width in (self.width, NARROWEST):
            self.page.set_viewport_size({"width": width, "height": 800})
            for what in self.page.evaluate(TOO_WIDE):
                yield f"wider than {width} px: {what}"
        self.page.set_viewport_size({"width": self.width, "height": 800})

    def weight(self, response):
        """Of a first visit, pictures apart: compressed, as a server in production sends it."""
        files = [name for name in self.page.evaluate(LOADED) if "/files/pictures/" not in name]
        weight = len(gzip.compress(response.body())) + sum(map(self.size, files))
        print(f"{weight / 1000:6.1f} kB in {len(files) + 1} requests: {response.url}")
        if weight > MOST_BYTES or len(files) + 1 > MOST_REQUESTS:
            yield f"{weight} bytes in {len(files) + 1} requests"

    def size(self, url):
        if url not in self.sizes:
            self.sizes[url] = len(gzip.compress(self.context.request.get(url).body()))
        return self.sizes[url]

    def report(self):
        return "\n".join(["", *self.found])
