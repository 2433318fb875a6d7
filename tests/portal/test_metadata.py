"""What each public page says about itself to search engines and to sites that show a link to it."""

import io
import json
import re
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from portal.sitemaps import Cases
from tests.factories.accounts import UserFactory
from tests.factories.cities import CityFactory, OrganisationFactory
from tests.factories.policies import RevisionFactory
from tests.house.addresses import address, patterns, small_world

SITE = "https://portal.example.org"


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = SITE


class Head(HTMLParser):
    """The metadata of a page: `title`, `meta` (name or property -> contents), `canonical`, `data` (JSON-LD)."""

    def __init__(self, page):
        super().__init__()
        self.title, self.meta, self.canonical, self.data, self._inside = "", {}, [], None, ""
        self.feed(page.partition("</head>")[0])

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self._inside = "data" if attrs.get("type") == "application/ld+json" else tag
        if tag == "meta" and "content" in attrs:
            self.meta.setdefault(attrs.get("name") or attrs.get("property"), []).append(attrs["content"])
        if tag == "link" and attrs.get("rel") == "canonical":
            self.canonical.append(attrs["href"])

    def handle_data(self, data):
        if self._inside == "title":
            self.title += data
        if self._inside == "data":
            self.data = json.loads(data)
        self._inside = ""


def head(client, url):
    return Head(client.get(url).text)


@pytest.fixture
def public_pages(client, db):
    """Address -> head of each page that anybody may read and search engines may list, found from the URLconf."""
    world = small_world()
    pages = {}
    for name, pattern in patterns():
        url = address(name, pattern, world)
        response = client.get(url) if url and ":" not in name else None
        if response is None or response.status_code != 200 or not response["Content-Type"].startswith("text/html"):
            continue
        one = Head(response.text)
        if "robots" not in one.meta:
            pages[url] = one
    return pages


def test_each_public_page_describes_itself(public_pages, settings):
    case = next(url for url in public_pages if re.fullmatch(r"/policies/[\w-]+/", url))
    assert {"/", "/policies/", "/goals/", "/goals/11/", "/goals/11/11.2/", "/cities/", case, case + "v/1/"} <= set(public_pages)
    titles = [one.title for one in public_pages.values()]
    assert len(set(titles)) == len(titles)
    for url, one in public_pages.items():
        assert one.title.endswith(settings.SITE_NAME), url
        assert (one.title == settings.SITE_NAME) == (url == "/"), url
        assert one.canonical == [SITE + url], url
        (description,) = one.meta["description"]
        assert 50 <= len(description) <= 170, (url, description)
        expected = {
            "og:url": [SITE + url],
            "og:title": [one.title.removesuffix(f" - {settings.SITE_NAME}")],
            "og:description": [description],
            "og:site_name": [settings.SITE_NAME],
            "og:image:width": ["1200"],
            "og:image:height": ["630"],
            "twitter:card": ["summary_large_image"],
        }
        assert {name: one.meta.get(name) for name in expected} == expected, url
        assert one.meta["og:image:alt"] != [""], url


def test_descriptions_differ(public_pages):
    descriptions = [one.meta["description"][0] for one in public_pages.values()]
    assert sorted(set(descriptions)) == sorted(descriptions)


def test_each_picture_is_there_in_its_size(public_pages, client):
    pictures = {one.meta["og:image"][0].removeprefix(SITE) for one in public_pages.values()}
    assert sorted(urlsplit(url).path.rpartition("/")[2] for url in pictures) == ["card.png"] * len(pictures)
    assert len(pictures) == 2  # the common one, and that of the case
    for url in pictures:
        file = finders.find(url.removeprefix("/static/")) if url.startswith("/static/") else None
        with Image.open(file or io.BytesIO(client.get(url).content)) as image:
            assert (image.format, image.size) == ("PNG", (1200, 630))


def test_long_texts_make_no_long_description(client, db):
    revision = RevisionFactory(published=True, title="T" * 150, summary="The buses come. \n" * 60)
    for url in (revision.case.get_absolute_url(), revision.get_absolute_url()):
        one = head(client, url)
        assert 100 <= len(one.meta["description"][0]) <= 170
        assert "\n" not in one.meta["description"][0]


def test_quotes_and_tags_stay_text(client, db):
    title = 'A "quoted" <b>title</b> & more'
    case = RevisionFactory(published=True, title=title).case
    one = head(client, case.get_absolute_url())
    assert one.meta["og:title"] == [f"{title}, {case.city}"]
    assert one.meta["og:image:alt"] == [f"{title}, {case.city}, South Korea. Goal 11."]


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_reset_password", "profile", "my_work", "share_case"]
)
def test_pages_of_an_account_are_not_listed(client, db, name):
    if name in {"profile", "my_work", "share_case"}:
        client.force_login(UserFactory())
    one = head(client, reverse(name))
    assert (one.meta["robots"], one.canonical, "og:image" in one.meta) == (["noindex"], [], False)


def test_pages_that_are_not_there_are_not_listed(client, db):
    case = RevisionFactory(published=True).case
    case.withdraw(by=UserFactory(), now=timezone.now(), note="Out of date")
    for url, status in [("/nowhere/", 404), ("/policies/nowhere/", 404), (case.get_absolute_url(), 410)]:
        response = client.get(url)
        one = Head(response.text)
        assert (response.status_code, one.meta["robots"], one.canonical) == (status, ["noindex"], [])


@pytest.mark.parametrize(
    ("url", "listed", "canonical"),
    [
        ("/policies/?theme=transport&goal=11", True, "/policies/?goal=11&theme=transport"),
        ("/policies/?theme=transport&goal=11&goal=11&x=y", True, "/policies/?goal=11&theme=transport"),
        ("/policies/?goal=11&theme=transport&status=running", False, "/policies/?goal=11&status=running&theme=transport"),
        ("/policies/?q=buses", False, "/policies/?q=buses"),
        ("/policies/?goal=1", False, "/policies/?goal=1"),  # nothing found
        ("/cities/?region=east-north-east-asia&country=KR&x=y", True, "/cities/?country=KR&region=east-north-east-asia"),
        ("/cities/?q=suwon", False, "/cities/?q=suwon"),
        ("/cities/?page=1", True, "/cities/"),
        ("/organisations/?region=south-south-west-asia&region=pacific&membership=full", False,
         "/organisations/?membership=full&region=pacific&region=south-south-west-asia"),
    ],
)  # fmt: skip
def test_a_list_has_one_address_and_few_are_listed(client, db, url, listed, canonical):
    RevisionFactory(published=True)
    OrganisationFactory()
    one = head(client, url)
    assert ("robots" not in one.meta, one.canonical) == (listed, [SITE + canonical])


def test_later_pages_of_a_list_have_an_address_and_a_title(client, db):
    CityFactory.create_batch(37)
    one = head(client, "/cities/?page=2")
    assert (one.canonical, one.title.partition(" - ")[0]) == ([f"{SITE}/cities/?page=2"], "Cities, page 2")


# JSON-LD


def test_a_case_says_what_it_is_about(client, db):
    now = timezone.now()
    revision = RevisionFactory(
        published=True, title="Buses </script><script>alert(1)</script> & trams", links=["11.2", "11.6", 13],
        labels=["Bus lanes"], source_url="https://city.example/report", end_year=2024, created_at=now, case__city__name="Galle",
        case__city__slug="galle", case__city__country="LK", contact_email="secret@city.example",
    )  # fmt: skip
    case = revision.case
    page = client.get(case.get_absolute_url()).text
    assert page.count("<script>alert(1)") == 0
    data = Head(page).data
    place = {
        "@type": "City",
        "name": "Galle",
        "url": f"{SITE}/cities/galle/",
        "containedInPlace": {"@type": "Country", "name": "Sri Lanka", "identifier": "LK"},
        "geo": {"@type": "GeoCoordinates", "latitude": 37.2911, "longitude": 127.0089},
    }
    assert [(term["@id"], term["termCode"]) for term in data.pop("about")] == [
        (f"http://metadata.un.org/sdg/{code}", code) for code in ["11", "13", "11.2", "11.6"]
    ]
    assert data == {
        "@context": "https://schema.org",
        "@type": "Article",
        "url": SITE + case.get_absolute_url(),
        "headline": "Buses </script><script>alert(1)</script> & trams",
        "abstract": revision.summary,
        "inLanguage": "en",
        "image": f"{SITE}{case.get_absolute_url()}card.png",
        "datePublished": now.isoformat(),
        "dateModified": now.isoformat(),
        "version": 1,
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "author": {"@type": "GovernmentOrganization", "name": "Galle"},
        "publisher": {"@type": "Organization", "name": "Urban SDG Knowledge Platform", "url": f"{SITE}/"},
        "spatialCoverage": place,
        "temporalCoverage": "2019/2024",
        "keywords": ["Transport", "Bus lanes"],
        "isBasedOn": "https://city.example/report",
    }
    assert head(client, case.city.get_absolute_url()).data == {"@context": "https://schema.org"} | place


def test_a_demonstration_says_so_to_machines(client, db):
    case = RevisionFactory(published=True, case__is_demonstration=True).case
    data = head(client, case.get_absolute_url()).data
    assert (data["creativeWorkStatus"], data["temporalCoverage"]) == ("Demonstration text", "2019/..")


# robots.txt and the site map


def locations(client, url="/sitemap.xml"):
    return re.findall(r"<loc>([^<]+)</loc>", client.get(url).text)


def listed(client):
    """Path of each page in the site map."""
    files = [urlsplit(file) for file in locations(client)]
    assert {file.netloc for file in files} == {"testserver"}
    pages = [unescape(page) for file in files for page in locations(client, f"{file.path}?{file.query}")]
    assert [page for page in pages if not page.startswith(Cases.protocol)] == []
    return [urlsplit(page).path for page in pages]


def test_robots(client, db):
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    lines = response.text.splitlines()
    assert lines[0] == "User-agent: *"
    assert lines[-1] == f"Sitemap: {SITE}/sitemap.xml"
    closed = [re.compile(re.escape(line.split()[1]).replace(r"\*", ".*")) for line in lines if line.startswith("Disallow:")]
    case = RevisionFactory(published=True).case
    for url in [*listed(client), f"{case.get_absolute_url()}card.png", "/static/css/base.css", "/policies/?goal=11&page=2"]:
        assert [one.pattern for one in closed if one.match(url)] == [], url
    for url in [
        "/admin/",
        "/accounts/login/",
        "/my/work/",
        "/policies/drafts/1/",
        "/policies/?q=bus",
        "/policies/?a=1&b=2&c=3",
    ]:
        assert len([one for one in closed if one.match(url)]) == 1, url


def test_the_site_map_lists_every_page_that_may_be_listed(public_pages, client):
    kept_out = re.compile(r"/v/1/$|/versions/$")  # editions: found from their case
    assert sorted(url for url in public_pages if not kept_out.search(url)) == sorted(set(public_pages) & set(listed(client)))
    paths = listed(client)
    assert len(paths) == len(set(paths))
    assert len([path for path in paths if path.startswith("/goals/")]) == 1 + 17 + 169


@pytest.mark.parametrize("signed_in", [False, True])
def test_only_what_is_public_is_in_the_site_map(client, db, signed_in):
    revision = RevisionFactory(published=True)
    case, path = revision.case, revision.case.get_absolute_url()
    author = revision.author
    RevisionFactory(submitted=True, author=author)
    RevisionFactory(complete=True, author=author)
    case.revise(by=author, now=timezone.now())
    if signed_in:
        client.force_login(author)
    cases = [f for f in locations(client) if "cases" in f]
    assert cases == ["http://testserver/sitemap-cases.xml"]
    assert [urlsplit(page).path for page in locations(client, "/sitemap-cases.xml")] == [path]
    case.withdraw(by=author, now=timezone.now(), note="Out of date")
    assert locations(client, "/sitemap-cases.xml") == []


def test_the_site_map_says_when_a_case_changed(client, db):
    first, second = RevisionFactory(published=True), RevisionFactory(published=True)
    later = timezone.now() + timedelta(days=3)
    edit = first.case.revise(by=first.author, now=later)
    assert later.date().isoformat() not in client.get("/sitemap-cases.xml").text
    edit.submit(by=first.author, now=later)
    edit.publish(by=UserFactory(), now=later)
    days = re.findall(r"<lastmod>([^<]+)</lastmod>", client.get("/sitemap-cases.xml").text)
    assert days == [later.date().isoformat(), second.case.published_at.date().isoformat()]
    assert f"<lastmod>{later.date().isoformat()}" in client.get("/sitemap.xml").text


def test_the_site_map_asks_the_same_for_one_case_and_three(client, db, django_assert_num_queries):
    for _ in range(2):
        RevisionFactory(published=True)
        with django_assert_num_queries(2):  # how many, and which
            client.get("/sitemap-cases.xml")
        with django_assert_num_queries(5):  # how many of each kind, and the newest case
            client.get("/sitemap.xml")
        RevisionFactory(published=True)


def test_a_large_site_map_comes_in_files(client, db, monkeypatch):
    monkeypatch.setattr(Cases, "limit", 2)
    paths = [RevisionFactory(published=True).case.get_absolute_url() for _ in range(3)]
    files = [file for file in locations(client) if "cases" in file]
    assert files == ["http://testserver/sitemap-cases.xml", "http://testserver/sitemap-cases.xml?p=2"]
    found = [[urlsplit(page).path for page in locations(client, file.removeprefix("http://testserver"))] for file in files]
    assert found == [paths[:2], paths[2:]]


@pytest.mark.parametrize("url", ["/sitemap-people.xml", "/sitemap-cases.xml?p=9", "/sitemap-cases.xml?p=x"])
def test_a_site_map_that_is_not_there(client, db, url):
    assert client.get(url).status_code == 404


# Icons


def test_the_manifest_names_what_is_there(settings):
    manifest = json.loads(Path(finders.find("manifest.json")).read_text())
    assert manifest["name"] == settings.SITE_NAME
    assert [icon["src"] for icon in manifest["icons"] if not finders.find(icon["src"])] == []


def test_the_touch_icon():
    with Image.open(finders.find("img/touch-icon.png")) as image:
        assert (image.format, image.size) == ("PNG", (180, 180))


def test_the_kept_pictures_are_those_that_the_command_draws(db, tmp_path, monkeypatch):
    monkeypatch.setattr("portal.management.commands.draw_icons.IMAGES", tmp_path)
    call_command("draw_icons")
    for name in ("card.png", "touch-icon.png"):
        with Image.open(finders.find(f"img/{name}")) as kept, Image.open(tmp_path / name) as drawn:
            assert (kept.size, kept.convert("RGB").getpixel((5, 5))) == (drawn.size, drawn.convert("RGB").getpixel((5, 5)))
            assert (tmp_path / name).stat().st_size < 40_000
