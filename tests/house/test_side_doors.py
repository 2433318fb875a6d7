"""What is not public is in no byte of any answer to a visitor or to another city, at any address, by any question.

Each secret is a word of its own. First it is found on the pages of those who may know it, so that it could leak.
"""

import re
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from policies.models import FieldComment, InternalNote
from tests.factories.accounts import UserFactory
from tests.factories.cities import MembershipFactory
from tests.factories.policies import DocumentFactory, PartnerFactory, PictureFactory, RevisionFactory, WebLinkFactory

from .addresses import address, patterns

# In an edition at work (of a case that is public, and of one that never was), and in one of a withdrawn case.
TEXT = ["title", "summary", "office", "challenge", "lessons", "contact_office", "contact_email"]
PARTS = ["tag", "partner", "document", "documenttitle", "alt", "credit", "link", "note", "reason", "comment"]
PEOPLE = ["author", "moderator", "internal"]


def word(of, thing):
    return f"Zq{of}{thing.replace('_', '')}qz"


def fill(revision, of):
    """Put a word of its own in each part of `revision`."""
    for field in TEXT:
        setattr(revision, field, word(of, field) + ("@city.example" if field == "contact_email" else ""))
    revision.note = word(of, "note")
    revision.save()
    revision.tags.add(word(of, "tag"))
    PartnerFactory(revision=revision, name=word(of, "partner"))
    DocumentFactory(revision=revision, name=f"{word(of, 'document')}.pdf", title=word(of, "documenttitle"))
    PictureFactory(revision=revision, alt=word(of, "alt"), credit=word(of, "credit"), image__width=700, image__height=70)
    WebLinkFactory(revision=revision, label=word(of, "link"))


@pytest.fixture
def world(db):
    now = timezone.now()
    author = UserFactory(email=f"{word('of', 'author')}@city.example", display_name=word("of", "author"))
    staff = UserFactory(moderator=True, email=f"{word('of', 'moderator')}@city.example", display_name=word("of", "moderator"))
    city = MembershipFactory(approved=True, coordinator=True, user=author).city
    of_the_city = {"case__city": city, "author": author, "complete": True}
    public = RevisionFactory(**of_the_city)
    public.contact_office, public.contact_email = word("live", "contact_office"), f"{word('live', 'contact')}@city.example"
    public.save()
    public.submit(by=author, now=now)
    public.publish(by=staff, now=now)
    edit = public.case.revise(by=author, now=now)
    fill(edit, "edit")
    new = RevisionFactory(**of_the_city)
    fill(new, "new")
    new.submit(by=author, now=now)
    new.claim(by=staff, now=now)
    FieldComment.objects.create(revision=new, field="title", text=word("of", "comment"), at=now, by=staff)
    InternalNote.objects.create(revision=new, text=word("of", "internal"), at=now, by=staff)
    gone = RevisionFactory(**of_the_city)
    fill(gone, "gone")
    gone.submit(by=author, now=now)
    gone.publish(by=staff, now=now)
    gone.case.withdraw(by=author, now=now, note="Out of date")
    world = SimpleNamespace()
    world.city, world.author, world.staff, world.official, world.picture = city, author, staff, author, edit.pictures.first()
    world.public, world.edit, world.new, world.gone = public, edit, new, gone
    world.published, world.submitted, world.draft, world.document = public, new, edit, edit.documents.first()
    world.asked = world.invitation = author.memberships.get()
    world.secrets = {word(of, thing) for of in ("edit", "new", "gone") for thing in (*TEXT, *PARTS[:8])}
    # The address of a withdrawn case answers with its title, city and reason.
    world.secrets -= {word("gone", "title")}
    world.secrets |= {word("of", thing) for thing in (*PEOPLE, "comment")} | {
        word("live", "contact_office"),
        word("live", "contact"),
    }
    return world


def found_in(response, secrets):
    """Which of the `secrets` are in the answer, its headers included."""
    body = b"".join(response) if response.streaming else response.content
    text = (body.decode("utf-8", "replace") + str(response.headers.items()) + str(response.cookies)).lower()
    return {secret for secret in secrets if secret.lower() in text}


def logged_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_the_secrets_could_leak(world):
    """They stand on the pages of the author and of the moderator."""
    owner, staff, found = logged_in(world.author), logged_in(world.staff), set()
    for revision in (world.edit, world.new, world.gone):
        pages = ["preview", "case_tasks"]
        found |= {s for page in pages for s in found_in(owner.get(reverse(page, args=[revision.pk])), world.secrets)}
        found |= found_in(staff.get(reverse("admin:policies_revision_review", args=[revision.pk])), world.secrets)
        found |= found_in(owner.get(reverse("document", args=[revision.documents.get().pk])), world.secrets)
    found |= found_in(owner.get(reverse("profile")), world.secrets)
    assert world.secrets - found == set()


def strip(page, secret):
    """The page without what was asked and what differs each time."""
    page = re.sub(r'nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"', "", page)
    return re.sub(re.escape(secret), "", page, flags=re.IGNORECASE)


@pytest.mark.parametrize("who", ["anonymous", "another city"])
def test_no_secret_is_in_any_answer(world, who):
    client = logged_in(MembershipFactory(approved=True, coordinator=True).user) if who == "another city" else Client()
    leaks = {}
    for name, pattern in patterns():
        for revision in (world.edit, world.new, world.gone, world.public):
            parts = {
                "pk": revision.pk,
                "slug": world.city.slug if "city" in name else revision.case.slug or "x",
                "step": "contact",
            }
            if name in {"document", "picture_file"} and not revision.documents.exists():
                continue
            if name == "document":
                parts["pk"] = revision.documents.get().pk
            if name == "picture_file":
                parts["name"] = revision.pictures.get().image.name
            parts |= {"number": 11 if name in {"goal", "target"} else revision.number}
            url = address(name, pattern, world, **parts)
            if url and (found := found_in(client.get(url), world.secrets)):
                leaks[url] = found
            if not {"pk", "slug", "number", "name"} & set(pattern.pattern.regex.groupindex):
                break
    assert leaks == {}


def test_no_question_tells_that_there_is_something(world):
    """The list answers to words of a draft as to words that nobody wrote, apart from the word itself."""
    client = Client()
    for address_of_list in (reverse("case_list"), reverse("city_list")):
        answers = set()
        for secret in [*sorted(world.secrets)[::4], "zqnobodywroteitqz"]:
            page = client.get(address_of_list, {"q": secret}).content.decode()
            answers.add(strip(page, secret))
        assert len(answers) == 1
    page = strip(client.get(reverse("case_list"), {"tag": "zqnobodyqz"}).content.decode(), "zqnobodyqz")
    for of in ("edit", "new", "gone"):
        tag = word(of, "tag").lower()
        assert strip(client.get(reverse("case_list"), {"tag": tag}).content.decode(), tag) == page
