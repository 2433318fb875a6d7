from datetime import UTC, datetime

import factory

from cities.models import City, Cluster, Membership, Organisation, Region, Role

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


class CityFactory(factory.django.DjangoModelFactory):
    """A city that is not in the network. State: `member`."""

    class Meta:
        model = City

    class Params:
        member = factory.Trait(membership="full")

    name = factory.Sequence(lambda n: f"City {n}")
    slug = factory.Sequence(lambda n: f"city-{n}")
    country = "KR"
    region = Region.EAST
    latitude = "37.29110"
    longitude = "127.00890"


class ClusterFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Cluster

    name = factory.Sequence(lambda n: f"Cluster {n}")
    slug = factory.Sequence(lambda n: f"cluster-{n}")


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Organisation {n}")
    slug = factory.Sequence(lambda n: f"organisation-{n}")
    region = Region.SOUTH


class MembershipFactory(factory.django.DjangoModelFactory):
    """Somebody who asked to speak for a city.

    States: `requested` (the default), `approved`, `declined`, `ended` (after approval), reached by the
    verbs with `decided_by`, so that the history is there; and `coordinator`.
    """

    class Meta:
        model = Membership
        skip_postgeneration_save = True

    class Params:
        requested = factory.Trait()
        approved = factory.Trait(moves=["approve"])
        declined = factory.Trait(moves=["decline"])
        ended = factory.Trait(moves=["approve", "end"])
        coordinator = factory.Trait(role=Role.COORDINATOR)

    city = factory.SubFactory(CityFactory)
    user = factory.SubFactory("tests.factories.accounts.UserFactory")
    position = "Officer"
    reason = "I work in the planning office."
    requested_at = NOW
    moves = ()
    decided_by = None

    @classmethod
    def _create(cls, model_class, *, moves, decided_by, **fields):
        membership = model_class.objects.create(**fields)
        for verb in moves:
            note = "We could not confirm this." if verb == "decline" else ""
            getattr(membership, verb)(by=decided_by, now=fields["requested_at"], note=note)
        return membership
