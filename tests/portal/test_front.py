import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.urls import reverse

from portal.views import errors
from tests.factories.cities import CityFactory
from tests.factories.policies import RevisionFactory


def shown(client):
    """What home says: cases of each goal that has one, cases, cities, titles of the newest."""
    context = client.get(reverse("home")).context
    counts = {goal.number: count for goal, count in context["goals"] if count}
    return counts, context["case_count"], context["city_count"], [case.title for case in context["newest"]]


def test_home_counts_published_cases_by_goal(client, db):
    RevisionFactory(published=True, title="Buses", links=["11.2", 13])
    RevisionFactory(published=True, title="Trees", links=["11.7", "13.1", "13.2"])
    CityFactory()
    assert shown(client) == ({11: 2, 13: 2}, 2, 3, ["Trees", "Buses"])
    page = client.get(reverse("home")).text
    assert page.count("2 cases</span>") == 2
    assert page.count("0 cases</span>") == 15


@pytest.mark.parametrize("trait", ["complete", "submitted", "returned"])
def test_home_ignores_what_is_not_published(client, db, trait):
    revision = RevisionFactory(**{trait: True}, title="Secret plan")
    for user in (None, revision.author):
        if user:
            client.force_login(user)
        assert shown(client) == ({}, 0, 1, [])
        assert "Secret plan" not in client.get(reverse("home")).text


def test_home_ignores_a_withdrawn_case(client, db):
    revision = RevisionFactory(published=True)
    assert shown(client)[1] == 1
    revision.case.withdraw(by=revision.author, now=revision.edited_at, note="Out of date")
    assert shown(client) == ({}, 0, 1, [])


def test_home_shows_the_newest_six(client, db):
    titles = [RevisionFactory(published=True).title for _ in range(7)]
    assert shown(client)[3] == titles[:0:-1]


def test_home_asks_the_database_the_same_for_one_case_and_three(client, db, django_assert_num_queries):
    RevisionFactory(published=True)
    with django_assert_num_queries(6):
        client.get(reverse("home"))
    RevisionFactory(published=True, links=["1.1", 2, "3.4"])
    RevisionFactory(published=True)
    with django_assert_num_queries(6):
        client.get(reverse("home"))


def test_a_card_escapes_what_the_city_wrote(client, db):
    RevisionFactory(published=True, title="<script>alert(1)</script>", summary="<b>bold</b> & brave")
    page = client.get(reverse("home")).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; brave" in page
    assert "<script>alert" not in page


def test_about_names_the_platforms_and_links_to_those_with_an_address(client, db):
    response = client.get(reverse("about"))
    platforms = response.context["platforms"]
    assert len(platforms) == 20
    assert [p["name"] for p in platforms if not p["url"]] == ["Asia Pacific Adaptation Network", "UCLG ASPAC"]
    assert [p["name"] for p in platforms if p["url"] and f'<a href="{p["url"]}" rel="noopener">' not in response.text] == []


def test_unknown_address_answers_in_the_style_of_the_site(client, db):
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert "<h1>We could not find this page</h1>" in response.text
    assert 'class="site-footer"' in response.text


@pytest.mark.parametrize(
    ("problem", "status", "heading"),
    [
        (SuspiciousOperation(), 400, "We could not read this request"),
        (RequestDataTooBig(), 413, "This is too large"),
    ],
)
def test_a_refused_request_is_answered_without_asking_it_anything(problem, status, heading):
    response = errors.bad_request(None, problem)
    assert (response.status_code, f"<h1>{heading}</h1>" in response.text) == (status, True)


def test_too_much_text_is_answered_with_413(client, db, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    response = client.post(reverse("account_login"), {"login": "a" * 100})
    assert response.status_code == 413


def test_a_failure_of_ours_has_a_page_of_its_own(client, db, monkeypatch):
    def fail():
        raise ZeroDivisionError

    monkeypatch.setattr("portal.views.front.platforms", fail)
    client.raise_request_exception = False
    response = client.get(reverse("about"))
    assert response.status_code == 500
    assert "<h1>Something went wrong on our side</h1>" in response.text
    assert "ZeroDivisionError" not in response.text
