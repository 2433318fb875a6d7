import re
from datetime import UTC, datetime, timedelta
from html import unescape
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from cities.models import City
from policies.models import PolicyCase, Revision
from policies.templatetags.reading import brief, in_order, number
from tests.factories.accounts import UserFactory
from tests.factories.cities import CityFactory, MembershipFactory
from tests.factories.policies import (
    DocumentFactory,
    FundingShareFactory,
    OutcomeFactory,
    PartnerFactory,
    PictureFactory,
    RevisionFactory,
    WebLinkFactory,
)

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def publish(revision, now=NOW):
    revision.submit(by=revision.author, now=now)
    return revision.publish(by=UserFactory(), now=now).case


def rich(**values):
    """A draft with something in every part of the page."""
    revision = RevisionFactory(
        complete=True,
        created_at=NOW,
        **{
            "title": "Buses that come on time",
            "case__city": City.objects.filter(name="Galle").first() or CityFactory(name="Galle", country="LK"),
            "author": UserFactory(display_name="Nimal Author"),
            "office": "Road bureau",
            "scale": "city",
            "start_year": 2015,
            "policy_status": "running",
            "people_reached": 1234567,
            "total_usd": 4_200_000,
            "local_amount": "98000000.50",
            "local_currency": "LKR",
            "local_year": 2020,
            "planning": "<p>Three years.</p>",
            "failures": "<p>The cards broke.</p>",
            "transfer": "<p>Begin small.</p>",
            "contact_office": "Secret desk",
            "contact_email": "secret@city.example",
            "source_url": "https://city.example/old-report",
            "links": ["11.2", "11.6", 13],
            "labels": ["Bus lanes"],
        }
        | values,
    )
    OutcomeFactory(revision=revision, measured="Speed", unit="km/h", baseline_value="13.5000", baseline_year=2015,
                   latest_value="18", latest_year=2022, evidence="measured", target_id="11.2")  # fmt: skip
    PartnerFactory(revision=revision, name="Bus union", role="training")
    FundingShareFactory(revision=revision, source="own_budget", share=60)
    WebLinkFactory(revision=revision, label="Yearly report", url="https://city.example/report")
    DocumentFactory(revision=revision, title="The plan", size=2_500_000)
    PictureFactory(revision=revision, alt="A red bus", credit="Road bureau")
    return revision


def words(response):
    """The words of the page without markup."""
    blocks = re.sub(r"<(?!/?(a|b|span|time|cite|ins|del)\b)", " <", response.content.decode())
    return re.sub(r"\s+", " ", unescape(strip_tags(blocks)))


def body(response):
    """The page without what differs on every request."""
    text = re.sub(r'nonce="[^"]+"', "", response.content.decode())
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


# The page of a case


def test_a_case_shows_what_a_reader_needs(client, db):
    response = client.get(publish(rich()).get_absolute_url())
    text = words(response)
    for part in [
        "Galle, Sri Lanka Buses that come on time",
        "Status Running, 2015 to today",
        "Scale City",
        "Cost 4,200,000 US dollars 98,000,000.5 LKR (2020)",
        "Who paid Own budget 60 %",
        "Who runs it Road bureau",
        "People reached 1,234,567",
        "Evidence Measured",
        "Last confirmed as true 4 May 2026",
        "Speed (km/h) Target 11.2",
        "13.5 km/h (2015) 18 km/h (2022) Rose by 33 % Measured",
        "Bus union: training",
        "The plan (PDF, 2.4 MB)",
        "Yearly report",
        "Picture: Road bureau",
        "Licence: CC BY 4.0.",
        "Published before at https://city.example/old-report",
        "Galle (2026). Buses that come on time. Edition 1, 4 May 2026.",
    ]:
        assert part in text.replace("\xa0", " ")
    html = response.content.decode()
    assert 'alt="A red bus"' in html
    assert 'href="/policies/?tag=bus-lanes"' in html


def test_goals_stand_once(client, db):
    html = client.get(publish(rich(links=["11.2", "3.6", "11.6"])).get_absolute_url()).content.decode()
    assert re.findall(r'href="/goals/(\d+)/"', html[: html.index("At a glance")]) == ["11", "3"]


def test_sections_stand_in_order_and_empty_ones_are_left_out(client, db):
    html = client.get(publish(rich()).get_absolute_url()).content.decode()
    sections = re.findall(r'<section class="stage" id="(\w+)"', html)
    assert sections == [
        "challenge", "planning", "implementation", "evaluation", "outcomes", "failures", "transfer", "goals",
        "partners", "files",
    ]  # fmt: skip
    assert re.findall(r'<li><a href="#(\w+)"', html) == sections


def test_contact_and_names_are_never_shown(client, db):
    case = publish(rich())
    assert (case.live.contact_email, case.live.author.display_name) == ("secret@city.example", "Nimal Author")
    case_url = case.get_absolute_url()
    for url in [case_url, case_url + "v/1/", case_url + "versions/", case.city.get_absolute_url(), "/policies/"]:
        html = client.get(url).content.decode()
        assert "Buses that come on time" in html
        assert [secret for secret in ["Secret desk", "secret@", "Nimal"] if secret in html] == []


def test_a_script_in_the_text_is_only_text(client, db):
    # Past the forms that clean it: the factory writes straight to the database.
    revision = rich(
        title="<script>alert(1)</script>",
        summary="<img src=x onerror=alert(2)>",
        challenge="<p onclick='alert(3)'>Hello <script>alert(4)</script><a href='javascript:alert(5)'>there</a></p>",
    )
    html = client.get(publish(revision).get_absolute_url()).content.decode()
    assert '<h1 lang="en">&lt;script&gt;alert(1)&lt;/script&gt;</h1>' in html
    assert "&lt;img src=x onerror=alert(2)&gt;" in html
    assert [bad for bad in ["<script>alert", "onclick", "javascript:", "<img src=x", "alert(4)"] if bad in html] == []


def test_a_demonstration_says_so(client, db):
    real, made_up = rich(), rich(title="Other buses", case__is_demonstration=True)
    assert "Demonstration text" not in words(client.get(publish(real).get_absolute_url()))
    assert "Demonstration text: written by the makers" in words(client.get(publish(made_up).get_absolute_url()))


def test_queries_do_not_grow_with_the_rows(client, db):
    def queries(revision):
        url = publish(revision).get_absolute_url()
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        return len(captured)

    one = queries(rich())
    three = rich(title="More buses", labels=["a", "b", "c"], links=["11.2", "11.6", "13.1", "3.6", 5])
    for factory in [OutcomeFactory, PartnerFactory, WebLinkFactory, DocumentFactory, PictureFactory]:
        factory.create_batch(2, revision=three)
    assert queries(three) == one
    assert one <= 16


def test_related_cases_share_a_target(client, db):
    case = publish(rich())
    for n, links in enumerate([["11.6"], ["11.2", "11.6"], [11], ["6.1"], ["11.2"], ["11.2"]]):
        publish(RevisionFactory(complete=True, title=f"Case {n}", links=links), NOW + timedelta(days=n))
    RevisionFactory(submitted=True, title="Waiting case", links=["11.2", "11.6"])
    html = client.get(case.get_absolute_url()).content.decode()
    related = html[html.index('id="related"') :]
    assert re.findall(r">(\w+ (?:\d|case))</a></h3>", related) == ["Case 1", "Case 5", "Case 4"]
    assert re.findall(r"Also about ([^<]+)<", related) == ["11.2, 11.6", "11.2", "11.2"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [("13.5000", "13.5"), ("1200", "1,200"), (0, "0"), ("0.0050", "0.005"), ("1000000.0000", "1,000,000"), ("-2.5", "-2.5")],
)
def test_numbers(value, shown):
    assert number(value) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Short  and\nsweet", "Short and sweet"),
        ("Twenty characters ok", "Twenty characters ok"),
        ("The buses come, on time and often", "The buses come, on…"),
        ("It was built well, at last", "It was built well…"),
        ("수도관교체와누수탐지를함께하는도시의물관리정책", "수도관교체와누수탐지를함께하는도시의물…"),
    ],
)
def test_a_long_text_is_cut_between_words(text, shown):
    assert brief(text, 20) == shown


def test_targets_in_true_order():
    assert in_order(["11.a", "11.10", "2.1", "11.2", "11.b"]) == ["2.1", "11.2", "11.10", "11.a", "11.b"]


def test_those_who_may_find_the_way_to_change_the_case(client, db):
    case = publish(rich())
    official = UserFactory()
    MembershipFactory(city=case.city, user=official, approved=True, decided_by=UserFactory())
    ways = {}
    people = {"nobody": None, "stranger": UserFactory(), "official": official, "moderator": UserFactory(moderator=True)}
    for name, user in people.items():
        if user:
            client.force_login(user)
        html = client.get(case.get_absolute_url()).content.decode()
        ways[name] = re.findall(rf'href="{case.get_absolute_url()}(revise|withdraw)/"', html)
    assert ways == {"nobody": [], "stranger": [], "official": ["revise", "withdraw"], "moderator": ["withdraw"]}


# While an edit waits


def test_the_page_stays_the_same_while_an_edit_waits(client, db):
    case = publish(rich())
    urls = [case.get_absolute_url(), case.get_absolute_url() + "v/1/", case.get_absolute_url() + "versions/", "/policies/"]
    urls += ["/goals/11/", case.city.get_absolute_url()]
    before = [body(client.get(url)) for url in urls]
    author = case.live.author

    edit = case.revise(by=author, now=NOW)
    edit.edit("basics", version=0, by=author, now=NOW, title="A new title", total_usd=1, policy_status="ended", end_year=2020)
    edit.sdglinks.all().delete()
    edit.sdglinks.create(goal_id=1, position=1, is_primary=True)
    edit.tags.set(["secret tag"])
    assert [body(client.get(url)) for url in urls] == before

    edit.submit(by=author, now=NOW)
    assert [body(client.get(url)) for url in urls] == before

    edit.send_back(by=UserFactory(), now=NOW)
    assert [body(client.get(url)) for url in urls] == before

    edit.submit(by=author, now=NOW)
    edit.publish(by=UserFactory(), now=NOW)
    assert "A new title" in words(client.get(urls[0]))


# Editions


@pytest.fixture
def two_editions(db):
    first = rich()
    case = publish(first)
    second = case.revise(by=first.author, now=NOW)
    second.edit(
        "basics", version=0, by=first.author, now=NOW, title="Buses that come every ten minutes", note="Results of 2025.",
        contact_office="Hidden bureau", evaluation="<p>Trips take twelve minutes less.</p>",
    )  # fmt: skip
    second.refresh_from_db()
    return publish(second, NOW + timedelta(days=30))


def test_each_edition_keeps_its_address(client, two_editions):
    url = two_editions.get_absolute_url()
    first, second = client.get(url + "v/1/"), client.get(url + "v/2/")
    assert '<h1 lang="en">Buses that come on time</h1>' in first.content.decode()
    assert "This is edition 1. A newer edition exists." in words(first)
    assert '<h1 lang="en">Buses that come every ten minutes</h1>' in second.content.decode()
    assert "This is edition 2, the current one." in words(second)
    assert "A newer edition exists" not in words(second)
    assert "Last confirmed as true" in words(second)
    assert "Last confirmed as true" not in words(first)


def test_versions_list_the_public_editions(client, two_editions):
    two_editions.revise(by=two_editions.live.author, now=NOW)
    text = words(client.get(two_editions.get_absolute_url() + "versions/"))
    assert "Edition 2, 3 June 2026 Current Results of 2025. Edition 1, 4 May 2026 What changed" in text
    assert "Edition 3" not in text


def test_the_changes_between_two_editions(client, two_editions):
    url = two_editions.get_absolute_url() + "versions/"
    answers = [client.get(url + query).content.decode() for query in ["?from=1", "?from=1&to=2", "?from=2&to=1"]]
    for html in answers:
        assert "What changed from edition 1 to edition 2" in html
        assert re.findall(r"<h3>([^<]+)</h3>", html) == ["Title", "Evaluation and results"]
        assert "Trips take <del>ten</del><ins>twelve</ins> minutes less." in html.replace("</del> <ins>", "</del><ins>")
        assert "Hidden bureau" not in html


@pytest.mark.parametrize("query", ["?from=9", "?from=x&to=%00", "?from=2&to=2", "?from=1&to=3", "?from="])
def test_editions_that_can_not_be_compared(client, two_editions, query):
    two_editions.revise(by=two_editions.live.author, now=NOW)  # edition 3, a draft
    response = client.get(two_editions.get_absolute_url() + "versions/" + query)
    assert response.status_code == 200
    assert "What changed from" not in words(response)
    assert re.search(r'class="[^"]*error', response.content.decode())


def test_only_public_editions_have_an_address(client, two_editions):
    author = two_editions.live.author
    MembershipFactory(city=two_editions.city, user=author, approved=True, decided_by=UserFactory())
    draft = two_editions.revise(by=author, now=NOW)
    address = f"{two_editions.get_absolute_url()}v/{draft.number}/"
    statuses = {}
    for name, user in {"nobody": None, "author": author, "moderator": UserFactory(moderator=True)}.items():
        if user:
            client.force_login(user)
        statuses[name] = [client.get(address).status_code, client.get(two_editions.get_absolute_url() + "v/2/").status_code]
    assert statuses == {"nobody": [404, 200], "author": [404, 200], "moderator": [404, 200]}


@pytest.mark.parametrize("number", ["0", "3", "99999999999999999999999"])
def test_an_edition_that_never_was(client, two_editions, number):
    assert client.get(f"{two_editions.get_absolute_url()}v/{number}/").status_code == 404


# Addresses that moved, or are gone


def test_a_past_address_redirects(client, two_editions):
    old = two_editions.slug
    two_editions.rename("buses-of-galle")
    moved = {tail: client.get(f"/policies/{old}/{tail}") for tail in ["", "v/1/", "versions/"]}
    assert {tail: (answer.status_code, answer.get("Location")) for tail, answer in moved.items()} == {
        tail: (301, f"/policies/buses-of-galle/{tail}") for tail in moved
    }
    assert client.get("/policies/buses-of-galle/v/1/").status_code == 200


def test_a_withdrawn_case_answers_gone_with_the_reason(client, two_editions):
    old = two_editions.slug
    two_editions.rename("buses-of-galle")
    two_editions.withdraw(by=UserFactory(), now=NOW, note="The numbers <were> wrong.")
    for user in [None, two_editions.live.author, UserFactory(moderator=True)]:
        if user:
            client.force_login(user)
        for tail in ["", "v/1/", "v/2/", "versions/"]:
            response = client.get(f"/policies/{old}/{tail}", follow=True)
            assert response.status_code == 410
            text = words(response)
            assert "Galle, Sri Lanka Buses that come every ten minutes" in text
            assert "Reason: The numbers <were> wrong." in text
            assert [word for word in ["Buses stood", "Road bureau", "Results of 2025"] if word in text] == []


def test_a_restored_case_is_back(client, two_editions):
    two_editions.withdraw(by=UserFactory(), now=NOW, note="By mistake.")
    two_editions.restore(by=UserFactory(), now=NOW)
    assert client.get(two_editions.get_absolute_url()).status_code == 200


def test_a_case_that_was_never_public_has_no_address(client, db):
    revision = rich()
    MembershipFactory(city=revision.case.city, user=revision.author, approved=True, decided_by=UserFactory())
    assert revision.case.slug is None
    revision.withdraw(by=revision.author, now=NOW, note="Given up.")
    for user in [None, revision.author, UserFactory(moderator=True)]:
        if user:
            client.force_login(user)
        assert client.get("/policies/buses-that-come-on-time-galle/").status_code == 404
        assert client.get("/policies/None/").status_code == 404
        assert client.get(reverse("case_versions", args=["buses-that-come-on-time-galle"])).status_code == 404


# Rebuilding the catalogue

CATALOGUE = [field.name for field in PolicyCase._meta.fields]


def test_reindex_changes_nothing(db):
    publish(rich())
    publish(rich(title="Gone buses")).withdraw(by=UserFactory(), now=NOW, note="Old.")
    rich(title="Draft buses")
    before = list(PolicyCase.objects.order_by("pk").values(*CATALOGUE))
    out = StringIO()
    call_command("reindex_cases", stdout=out)
    assert list(PolicyCase.objects.order_by("pk").values(*CATALOGUE)) == before
    assert out.getvalue() == "2 cases.\n"


def test_reindex_rebuilds_what_was_lost(db):
    case = publish(rich())
    before = PolicyCase.objects.values(*CATALOGUE).get()
    PolicyCase.objects.update(
        title="", summary="", region="", country="", goals=[], primary_goal=None, targets=[], themes=[], tag_slugs=[],
        policy_status="", scale="", start_year=None, end_year=None, cost_band="", evidence_level="", language="", search=None,
    )  # fmt: skip
    assert PolicyCase.objects.values(*CATALOGUE).get() != before
    call_command("reindex_cases", stdout=StringIO())
    assert PolicyCase.objects.values(*CATALOGUE).get() == before
    assert Revision.objects.get() == case.live
