import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cities.models import City, ClusterMembership, Membership
from tests.factories.accounts import UserFactory
from tests.factories.cities import NOW, CityFactory, ClusterFactory, MembershipFactory, OrganisationFactory

LIST = "/admin/cities/membership/"


@pytest.fixture(autouse=True)
def _letters(db, commits_at_once):
    pass


@pytest.fixture
def moderator(db):
    return UserFactory(moderator=True, display_name="Mo")


@pytest.fixture
def admin(client, moderator):
    client.force_login(moderator)
    return client


def said(response):
    return [str(message) for message in response.context["messages"]]


def decide(decision, *memberships):
    pks = ",".join(str(membership.pk) for membership in memberships)
    return f"{reverse('admin:cities_membership_decide', args=[decision])}?pk={pks}"


def test_the_list_of_requests_with_their_age(admin):
    for state, days in [("approved", 9), ("requested", 2), ("requested", 5)]:
        MembershipFactory(**{state: True}, user__display_name=f"{state}{days}", requested_at=NOW - timedelta(days=days))
    with time_machine.travel(NOW):
        page = admin.get(LIST).content.decode()
    assert re.findall(r">(requested\d|approved\d)</a>", page) == ["requested5", "requested2", "approved9"]
    assert re.findall(r'field-age[^"]*">([^<]*)<', page) == ["5\xa0days", "2\xa0days", "-"]


def test_search_and_filters(admin):
    MembershipFactory(city__name="Đà Nẵng", user__display_name="Ahn")
    MembershipFactory(approved=True, user__display_name="Bo", user__email="bo@example.org")
    for query, expected in [("q=da+nang", ["Ahn"]), ("q=bo@example", ["Bo"]), ("status=approved", ["Bo"])]:
        page = admin.get(f"{LIST}?{query}").content.decode()
        assert re.findall(r">(Ahn|Bo)</a>", page) == expected


def test_approve_from_the_page_of_the_request(admin, moderator, mailoutbox):
    membership = MembershipFactory(user__email="ahn@example.org", user__display_name="Ahn", city__name="Suwon")
    page = admin.get(f"{LIST}{membership.pk}/change/").content.decode()
    links = re.findall(r'href="([^"]+decide[^"]+)"', page)
    assert links == [decide(name, membership) for name in ("approve", "decline")]
    page = admin.get(links[0]).content.decode()
    assert "ahn@example.org" in page
    assert Membership.objects.get().status == "requested"
    response = admin.post(links[0], {"note": ""}, follow=True)
    assert said(response) == ["Ahn for Suwon: approved."]
    membership.refresh_from_db()
    (line,) = membership.history.all()
    assert (membership.status, line.by) == ("approved", moderator)
    assert [letter.subject for letter in mailoutbox] == ["You speak for Suwon now"]


def test_declining_needs_a_reason(admin, mailoutbox):
    membership = MembershipFactory()
    response = admin.post(decide("decline", membership), {"note": "  "})
    assert response.context["form"].errors == {"note": ["This field is required."]}
    admin.post(decide("decline", membership), {"note": "Unknown person"})
    membership.refresh_from_db()
    assert (membership.status, membership.history.get().note) == ("declined", "Unknown person")
    assert "Unknown person" in mailoutbox[0].body


def test_many_at_once_from_the_list(admin):
    waiting, other, done = MembershipFactory(), MembershipFactory(), MembershipFactory(declined=True)
    chosen = [waiting.pk, other.pk, done.pk]
    response = admin.post(LIST, {"action": "approve", "_selected_action": chosen}, follow=True)
    assert response.request["PATH_INFO"] == "/admin/cities/membership/decide/approve/"
    assert set(response.context["memberships"]) == {waiting, other}
    assert "1 of the chosen can't be decided this way and is left out." in response.content.decode()
    admin.post(f"{response.request['PATH_INFO']}?{response.request['QUERY_STRING']}", {"note": ""})
    statuses = Membership.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == ["approved", "approved", "declined"]


def test_decided_meanwhile(admin):
    membership = MembershipFactory()
    admin.post(decide("approve", membership), {"note": ""})
    response = admin.post(decide("decline", membership), {"note": "Late"}, follow=True)
    assert said(response)[-1] == "Decline: this is not possible, or not for you to decide."
    membership.refresh_from_db()
    assert (membership.status, membership.history.count()) == ("approved", 1)


def test_nobody_decides_on_themselves(admin, moderator):
    own = MembershipFactory(user=moderator)
    page = admin.get(f"{LIST}{own.pk}/change/").content.decode()
    assert re.findall(r'href="[^"]+decide/(\w+)/', page) == ["end"]
    admin.post(decide("approve", own), {"note": ""})
    own.refresh_from_db()
    assert own.status == "requested"


def test_only_the_role_can_be_edited(admin):
    membership = MembershipFactory(approved=True, position="Officer")
    url = f"{LIST}{membership.pk}/change/"
    page = admin.get(url).content.decode()
    form = page[page.index("membership_form") :]
    fields = set(re.findall(r'name="(\w+)"', form)) - {"csrfmiddlewaretoken"}
    assert fields == {"_continue", "_save", "role"}
    assert re.findall(r"field-(?:before|after)[^>]*>\s*<p>(\w+)</p>", page) == ["requested", "approved"]
    history = {"history-TOTAL_FORMS": "0", "history-INITIAL_FORMS": "0"}
    admin.post(url, {"role": "coordinator", "status": "ended", "position": "Mayor"} | history)
    membership.refresh_from_db()
    assert (membership.role, membership.status, membership.position) == ("coordinator", "approved", "Officer")


@pytest.mark.parametrize("role", ["staff", "visitor", "anonymous"])
def test_who_may_not_enter(client, role):
    membership = MembershipFactory()
    if role != "anonymous":
        client.force_login(UserFactory(staff=role == "staff"))
    for path in [LIST, f"{LIST}{membership.pk}/change/", decide("approve", membership), "/admin/cities/city/"]:
        assert client.get(path).status_code == (403 if role == "staff" else 302), path
    client.post(decide("approve", membership), {"note": ""})
    membership.refresh_from_db()
    assert membership.status == "requested"


@pytest.mark.parametrize("query", ["", "?pk=", "?pk=x", "?pk=99999999999999999999999", "?pk=0", "?pk=-1", "?pk=٣"])
def test_a_decision_about_nothing(admin, query):
    response = admin.get(f"/admin/cities/membership/decide/approve/{query}", follow=True)
    assert said(response) == ["Approve: this is not possible, or not for you to decide."]


def test_a_decision_that_is_not_known(admin):
    assert admin.get(f"/admin/cities/membership/decide/delete/?pk={MembershipFactory().pk}").status_code == 404


def test_nothing_is_added_or_deleted_by_hand(admin):
    membership = MembershipFactory()
    for path in [f"{LIST}add/", f"{LIST}{membership.pk}/delete/", f"/admin/cities/city/{membership.city_id}/delete/"]:
        assert admin.get(path).status_code == 403, path


# Cities


def test_cities_without_a_person(admin):
    MembershipFactory(city__name="Alpha", city__member=True, approved=True)
    MembershipFactory(city__name="Beta", city__member=True, ended=True)
    MembershipFactory(city__name="Gamma", city__member=True)
    MembershipFactory(city__name="Delta", city__member=True, approved=True, user__is_active=False)
    CityFactory(name="Outside")
    page = admin.get("/admin/cities/city/?speakers=none").content.decode()
    assert re.findall(r">(\w+)</a></th>", page) == ["Beta", "Delta", "Gamma"]
    page = admin.get("/admin/cities/city/").content.decode()
    rows = re.findall(r">(\w+)</a></th>.*?field-speakers[^>]*>(\d)<", page, re.DOTALL)
    assert rows == [("Alpha", "1"), ("Beta", "0"), ("Delta", "0"), ("Gamma", "0"), ("Outside", "0")]


CITY = {
    "name": "Malmö",
    "slug": "malmo",
    "country": "SE",
    "region": "rest-of-the-world",
    "membership": "none",
    "latitude": "55.6",
    "longitude": "13.0",
    "website": "malmo.example",
    "clustermembership_set-TOTAL_FORMS": "0",
    "clustermembership_set-INITIAL_FORMS": "0",
}


def test_add_and_change_a_city(admin):
    admin.post("/admin/cities/city/add/", CITY)
    city = City.objects.get()
    assert (city.slug, city.website) == ("malmo", "https://malmo.example")
    cluster = ClusterFactory()
    inline = {
        "clustermembership_set-TOTAL_FORMS": "1",
        "clustermembership_set-0-city": str(city.pk),
        "clustermembership_set-0-cluster": str(cluster.pk),
        "clustermembership_set-0-slot": "1",
    }
    admin.post(f"/admin/cities/city/{city.pk}/change/", CITY | inline | {"name": "Malmo", "slug": "other"})
    city.refresh_from_db()
    assert (city.name, city.slug) == ("Malmo", "malmo")  # addresses stay
    assert list(ClusterMembership.objects.values_list("cluster", "city")) == [(cluster.pk, city.pk)]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"latitude": "91"}, "__all__"), ({"country": "XX"}, "country"), ({"population": "-1"}, "population")],
)
def test_a_city_that_is_wrong(admin, change, field):
    response = admin.post("/admin/cities/city/add/", CITY | change)
    assert list(response.context["adminform"].form.errors) == [field]
    assert City.objects.count() == 0


def test_search_folds_accents(admin):
    CityFactory(name="Malmö")
    CityFactory(name="Suwon")
    OrganisationFactory(name="Ação")
    ClusterFactory(name="Disaster")
    for path, name in [("city/?q=malmo", "Malmö"), ("organisation/?q=acao", "Ação"), ("cluster/?q=dis", "Disaster")]:
        page = admin.get(f"/admin/cities/{path}").content.decode()
        assert re.findall(r">(\w+)</a></th>", page) == [name]


def test_constant_number_of_queries(admin):
    def count(path):
        with CaptureQueriesContext(connection) as captured:
            admin.get(path)
        return len(captured)

    MembershipFactory()
    admin.get(LIST)
    before = {path: count(path) for path in [LIST, "/admin/cities/city/"]}
    for _ in range(2):
        MembershipFactory(city__country="NP")
    assert {path: count(path) for path in before} == before
