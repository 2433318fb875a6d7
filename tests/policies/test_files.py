"""Files are for those who may see their edition, and harmless in a browser."""

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories.accounts import UserFactory
from tests.factories.cities import MembershipFactory
from tests.factories.policies import DocumentFactory, PictureFactory, RevisionFactory, bring

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def draft():
    revision = RevisionFactory(complete=True)
    DocumentFactory(revision=revision, name='Bericht "2023" 보고서.pdf')
    PictureFactory(revision=revision)
    return revision


def addresses(revision):
    document, picture = revision.documents.get(), revision.pictures.get()
    rendition = next(iter(picture.image.get_picture_files_list()))
    return [document.get_absolute_url(), picture.image.url, rendition.url]


def fetch(client, address):
    """The response with its body, read to the end so that the file is closed."""
    response = client.get(address)
    response.body = response.getvalue()
    return response


def test_of_a_draft_only_for_those_who_may_see_it(client, draft):
    strangers = [None, UserFactory(), MembershipFactory(approved=True).user, MembershipFactory(city=draft.case.city).user]
    insiders = [draft.author, MembershipFactory(approved=True, city=draft.case.city).user, UserFactory(moderator=True)]
    for address in addresses(draft):
        answers = {}
        for user in [*strangers, *insiders]:
            client.logout()
            if user:
                client.force_login(user)
            answers[user] = fetch(client, address).status_code
        assert answers == dict.fromkeys(strangers, 404) | dict.fromkeys(insiders, 200)


def test_of_a_public_case_for_everybody_until_it_is_withdrawn(client, draft):
    bring(draft, "published")
    for address in addresses(draft):
        response = fetch(client, address)
        assert (response.status_code, response["Cache-Control"]) == (200, "public, max-age=3600")
        assert len(response.body) > 10
    draft.case.withdraw(by=draft.author, now=timezone.now(), note="Out of date")
    for address in addresses(draft):
        assert fetch(client, address).status_code == 404


def test_a_document_is_saved_not_shown(client, draft):
    client.force_login(draft.author)
    response = fetch(client, draft.documents.get().get_absolute_url())
    assert response.body == b"%PDF-1.4 the report"
    headers = ["Content-Type", "Content-Disposition", "X-Content-Type-Options", "Content-Security-Policy", "Cache-Control"]
    assert [response[name] for name in headers] == [
        "application/pdf",
        "attachment; filename*=utf-8''Bericht%20%222023%22%20%EB%B3%B4%EA%B3%A0%EC%84%9C.pdf",
        "nosniff",
        "sandbox; default-src 'none'",
        "private, no-store",
    ]


def test_a_picture_and_its_renditions_are_shown(client, draft):
    client.force_login(draft.author)
    _document, original, rendition = addresses(draft)
    types = [(response := fetch(client, address))["Content-Type"] for address in (original, rendition)]
    assert types == ["image/jpeg", "image/webp"]
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_a_picture_in_a_new_edition_is_public_through_the_old_one(client, draft):
    bring(draft, "published")
    draft.case.revise(by=draft.author, now=timezone.now())
    client.force_login(draft.author)
    assert fetch(client, addresses(draft)[1])["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize(
    "name", ["pictures/no.jpg", "documents/x.pdf", "../settings.py", "pictures/%00.jpg", "pictures/x/400w.webp"]
)
def test_no_other_file_is_reached(client, name):
    client.force_login(UserFactory(moderator=True))
    assert fetch(client, f"/files/{name}").status_code == 404


def test_a_document_can_not_be_reached_by_its_stored_name(client, draft):
    client.force_login(draft.author)
    assert fetch(client, reverse("picture_file", args=[draft.documents.get().file.name])).status_code == 404
