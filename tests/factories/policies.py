"""Policy cases and their editions.

RevisionFactory() is an empty draft of a new case. Traits bring it further, through the verbs:
`complete` (may be submitted), `submitted`, `returned`, `published`. `links` are targets or goals
("11.6", 13), the first is the primary one; `labels` are tags:

    RevisionFactory(published=True, title="Buses for all", links=["11.2", 13], labels=["bus"]).case
"""

import factory
from django.utils import timezone

from policies.models import Document, FundingShare, Outcome, Partner, Picture, PolicyCase, Revision, SDGLink, WebLink

from .accounts import UserFactory
from .cities import CityFactory


class CaseFactory(factory.django.DjangoModelFactory):
    """An unpublished case without any edition."""

    class Meta:
        model = PolicyCase

    city = factory.SubFactory(CityFactory)
    created_at = factory.LazyFunction(timezone.now)


class RevisionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Revision

    class Params:
        complete = factory.Trait(
            title=factory.Sequence(lambda n: f"Buses that come on time {n}"),
            summary="The city gave its buses lanes of their own, and counts how many people use them.",
            policy_status="running",
            start_year=2019,
            themes=["transport"],
            challenge="<p>Buses stood in traffic.</p>",
            implementation="<p>Lanes were painted first, and built later.</p>",
            evaluation="<p>Trips take ten minutes less.</p>",
            contact_office="Transport bureau",
            contact_email="transport@city.example",
            links=["11.2"],
        )
        submitted = factory.Trait(complete=True, reached=Revision.Status.SUBMITTED)
        returned = factory.Trait(complete=True, reached=Revision.Status.RETURNED)
        published = factory.Trait(complete=True, reached=Revision.Status.PUBLISHED)

    case = factory.SubFactory(CaseFactory)
    number = factory.LazyAttribute(lambda o: o.case.revisions.count() + 1)
    author = factory.SubFactory(UserFactory)
    created_at = factory.LazyFunction(timezone.now)
    edited_at = factory.SelfAttribute("created_at")
    edited_by = factory.SelfAttribute("author")

    links = ()
    labels = ()
    reached = ""

    @classmethod
    def _create(cls, model_class, *, links, labels, reached, **fields):
        revision = model_class.objects.create(**fields)
        for position, link in enumerate(links, 1):
            goal, dot, _ = str(link).partition(".")
            target = str(link) if dot else None
            SDGLinkFactory(revision=revision, position=position, goal_id=goal, target_id=target, is_primary=position == 1)
        if labels:
            revision.tags.set(labels)
        if reached:
            bring(revision, reached)
        return revision


def bring(revision, status, *, now=None):
    """Take a complete draft to `status` by the verbs, with another person as the moderator. Returns it."""
    now = now or revision.edited_at
    revision.submit(by=revision.author, now=now)
    if status == Revision.Status.RETURNED:
        revision.send_back(by=UserFactory(), now=now)
    elif status == Revision.Status.PUBLISHED:
        revision.publish(by=UserFactory(), now=now)
    return revision


class PartFactory(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True

    revision = factory.SubFactory(RevisionFactory)


class SDGLinkFactory(PartFactory):
    class Meta:
        model = SDGLink

    goal_id = 11
    position = 1


class PartnerFactory(PartFactory):
    class Meta:
        model = Partner

    name = factory.Sequence(lambda n: f"Partner {n}")


class FundingShareFactory(PartFactory):
    class Meta:
        model = FundingShare

    source = "own_budget"
    share = 100


class OutcomeFactory(PartFactory):
    class Meta:
        model = Outcome

    measured = "Passengers a day"
    unit = "people"
    latest_value = 1200
    latest_year = 2023


class WebLinkFactory(PartFactory):
    class Meta:
        model = WebLink

    label = factory.Sequence(lambda n: f"Report {n}")
    url = "https://city.example/report"


class DocumentFactory(PartFactory):
    class Meta:
        model = Document

    file = factory.django.FileField(filename="report.pdf", data=b"%PDF-1.4 the report")
    name = "report.pdf"
    kind = "pdf"
    size = 19


class PictureFactory(PartFactory):
    class Meta:
        model = Picture

    image = factory.django.ImageField(filename="bus.jpg", width=1000, height=500, color="teal")
    alt = "A bus in a lane of its own"
    consent = True
