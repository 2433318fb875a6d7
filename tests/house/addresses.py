"""Every address of the site, found from the URLconf, in a small world that has something at each."""

from datetime import timedelta
from types import SimpleNamespace

from django.apps import apps
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse
from django.utils import timezone

from cities.models import Invitation
from policies.models import FieldComment
from tests.factories.accounts import UserFactory
from tests.factories.cities import ClusterFactory, MembershipFactory, OrganisationFactory
from tests.factories.policies import DocumentFactory, OutcomeFactory, PictureFactory, RevisionFactory

KEY = "k" * 40


def patterns(resolver=None, namespace=""):
    """(name with its namespaces, pattern) of each named address."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        elif pattern.name:
            yield namespace + pattern.name, pattern


NAMES = sorted({name for name, _pattern in patterns()})


def small_world():
    """A city with a case in each of three states, and the people around it."""
    official = MembershipFactory(approved=True, coordinator=True, user=UserFactory(with_totp=True))
    of_the_city = {"case__city": official.city, "author": official.user}
    world = SimpleNamespace(city=official.city, official=official.user, newcomer=UserFactory())
    world.draft, world.returned, world.submitted, world.published = (
        RevisionFactory(**of_the_city, labels=["bus"], **state)
        for state in ({"complete": True}, {"returned": True}, {"submitted": True}, {"published": True})
    )
    world.edit = world.published.case.revise(by=official.user, now=timezone.now())
    for revision in (world.draft, world.submitted):
        FieldComment.objects.create(revision=revision, field="title", text="Which buses?", at=timezone.now())
        OutcomeFactory(revision=revision)
    world.document, world.picture = DocumentFactory(revision=world.draft), PictureFactory(revision=world.draft)
    world.asked = MembershipFactory(city=official.city)
    world.invitation = Invitation.objects.create(
        city=official.city, email=world.newcomer.email, key_hash=Invitation.hash_key(KEY), invited_by=official.user,
        invited_at=timezone.now(), expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    ClusterFactory()
    OrganisationFactory()
    return world


def address(name, pattern, world, /, **values):
    """An address called `name` that exists in `world`, or None for one whose parts nobody could know."""
    case, edition = world.published.case, world.submitted if name.startswith("admin:") else world.draft
    of_city = {"city", "city_team", "invite_colleague"}
    pk = {"document": world.document, "end_membership": world.asked, "withdraw_invitation": world.invitation}.get(name, edition)
    known = {
        "pk": case.pk if "policycase" in name else world.asked.pk if "membership" in name else pk.pk,
        "slug": world.city.slug if name in of_city else case.slug,
        "number": 11 if name in {"goal", "target"} else 1,
        "name": world.picture.image.name if name == "picture_file" else "letter.log",
        "code": "11.2", "step": "basics", "key": KEY, "old": 1, "new": 2, "uidb36": "1", "id": world.official.pk,
        "section": "cases", "app_label": "policies", "content_type_id": 1,
    }  # fmt: skip
    rows = {"policycase": case, "revision": edition, "membership": world.asked}
    for model in apps.get_models():
        if name.startswith(f"admin:{model._meta.app_label}_{model._meta.model_name}_"):
            row = rows.get(model._meta.model_name) or model._base_manager.first()
            known["object_id"] = row.pk if row else 1
    known |= values
    needed = pattern.pattern.regex.groupindex
    try:
        return reverse(name, kwargs={part: known.get(part, "x") for part in needed})
    except NoReverseMatch:
        return None
