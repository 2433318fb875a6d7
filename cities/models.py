"""Cities, organisations, clusters, and who may speak for a city."""

import re
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, When
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.text import slugify
from django_countries.fields import CountryField

from workflow.models import Move, Stateful


class Region(models.TextChoices):
    EAST = "east-north-east-asia", "East and North-East Asia"
    SOUTH = "south-south-west-asia", "South and South-West Asia"
    SOUTH_EAST = "south-east-asia", "South-East Asia"
    PACIFIC = "pacific", "Pacific"
    CENTRAL = "north-central-asia", "North and Central Asia"
    WORLD = "rest-of-the-world", "Rest of the world"


class NetworkMembership(models.TextChoices):
    FULL = "full", "Full member"
    ASSOCIATE = "associate", "Associate member"
    CORPORATE = "corporate", "Corporate member"
    NONE = "none", "Not a member"


def city_slug(name):
    """The word for a city in addresses: its name without what stands in brackets. Empty if it has no Latin letters."""
    return slugify(re.sub(r"\(.*?\)", " ", name))


class Cluster(models.Model):
    """A working group of the network on one subject."""

    name = models.CharField(max_length=100, unique=True)
    slug = models.SlugField(unique=True)
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class CityQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Every city is public; the word is here because every list starts from it."""
        return self

    def with_row(self):
        """Loads what a row of the directory shows."""
        return self.prefetch_related("clusters")

    def spoken_for_by(self, user):
        """Cities for which `user` has an approved membership."""
        return self.filter(Exists(Membership.objects.active().filter(city=OuterRef("pk"), user=user)))

    def without_active_member(self):
        """Network members for which nobody may speak: the secretariat has to find a person."""
        return self.filter(~Exists(Membership.objects.active().filter(city=OuterRef("pk")))).exclude(
            membership=NetworkMembership.NONE
        )


class City(models.Model):
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=100, unique=True)
    country = CountryField()
    region = models.CharField(max_length=30, choices=Region)
    membership = models.CharField(
        "network membership", max_length=10, choices=NetworkMembership, default=NetworkMembership.NONE
    )
    latitude = models.DecimalField(max_digits=8, decimal_places=5, help_text="Degrees north, -90 to 90.")
    longitude = models.DecimalField(max_digits=8, decimal_places=5, help_text="Degrees east, -180 to 180.")
    population = models.PositiveIntegerField(null=True, blank=True)
    population_year = models.PositiveSmallIntegerField(null=True, blank=True)
    area_km2 = models.DecimalField("area in km²", max_digits=9, decimal_places=2, null=True, blank=True)
    website = models.URLField(blank=True)
    clusters = models.ManyToManyField(Cluster, through="ClusterMembership", related_name="cities")

    objects = CityQuerySet.as_manager()

    class Meta:
        ordering = ["name", "country"]
        verbose_name_plural = "cities"
        constraints = [
            models.UniqueConstraint(Lower("name"), "country", name="city_once_a_country"),
            models.CheckConstraint(condition=Q(region__in=Region.values), name="city_region_known"),
            models.CheckConstraint(condition=Q(membership__in=NetworkMembership.values), name="city_membership_known"),
            models.CheckConstraint(
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)), name="city_position_on_earth"
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("city", args=[self.slug])


class ClusterMembership(models.Model):
    """A city takes part in a cluster. `slot` 1 or 2, once each: a member joins up to two clusters."""

    cluster = models.ForeignKey(Cluster, models.CASCADE)
    city = models.ForeignKey(City, models.CASCADE)
    slot = models.PositiveSmallIntegerField(default=1)
    is_lead = models.BooleanField(default=False)

    class Meta:
        ordering = ["-is_lead", "city__name"]
        constraints = [
            models.UniqueConstraint(fields=["cluster", "city"], name="city_in_cluster_once"),
            models.UniqueConstraint(fields=["city", "slot"], name="city_cluster_slot_once"),
            models.CheckConstraint(condition=Q(slot__in=[1, 2]), name="city_in_two_clusters_at_most"),
        ]

    def __str__(self):
        return f"{self.city} in {self.cluster}"


class OrganisationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Every organisation is public."""
        return self


class Organisation(models.Model):
    """A member of the network that is not a local authority."""

    name = models.CharField(max_length=150, unique=True)
    slug = models.SlugField(max_length=150, unique=True)
    region = models.CharField(max_length=30, choices=Region)
    membership = models.CharField(
        "network membership", max_length=10, choices=NetworkMembership, default=NetworkMembership.ASSOCIATE
    )
    website = models.URLField(blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(region__in=Region.values), name="organisation_region_known"),
            models.CheckConstraint(condition=Q(membership__in=NetworkMembership.values), name="organisation_membership_known"),
        ]

    def __str__(self):
        return self.name


class Role(models.TextChoices):
    CONTRIBUTOR = "contributor", "Contributor"
    COORDINATOR = "coordinator", "Coordinator"


class MembershipQuerySet(models.QuerySet):
    def active(self):
        return self.filter(status=Membership.Status.APPROVED, user__is_active=True)

    def waiting(self):
        return self.filter(status=Membership.Status.REQUESTED, user__is_active=True)

    def open(self):
        """Asked for or approved: a person has one of these a city at most."""
        return self.filter(status__in=[Membership.Status.REQUESTED, Membership.Status.APPROVED])

    def coordinators(self):
        return self.filter(role=Role.COORDINATOR)

    def count_by_role(self):
        """[(label of the role, how many people)], coordinators first; names stay out."""
        counts = dict(self.order_by().values_list("role").annotate(people=models.Count("pk")))
        return [(role.label, counts[role]) for role in (Role.COORDINATOR, Role.CONTRIBUTOR) if role in counts]

    def by_name(self):
        """Coordinators first, then by name of the person."""
        return self.order_by(Case(When(role=Role.COORDINATOR, then=0), default=1), "user__display_name", "pk")

    def with_row(self):
        """Loads what a row of a list shows."""
        return self.select_related("city", "user").prefetch_related("history")

    def visible_to(self, user):
        """Staff see all; others their own and those of the cities for which they speak."""
        if user.is_staff:
            return self
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(user=user) | Q(city__in=City.objects.spoken_for_by(user)))


class Membership(Stateful):
    """A person's standing to speak for a city: asked for by them, decided by the secretariat."""

    class Status(models.TextChoices):
        REQUESTED = "requested", "Waiting for the secretariat"
        APPROVED = "approved", "Approved"
        DECLINED = "declined", "Declined"
        ENDED = "ended", "Ended"

    MOVES = {
        Status.REQUESTED: frozenset({Status.APPROVED, Status.DECLINED, Status.ENDED}),
        Status.APPROVED: frozenset({Status.ENDED}),
        Status.DECLINED: frozenset(),
        Status.ENDED: frozenset(),
    }

    city = models.ForeignKey(City, models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role, default=Role.CONTRIBUTOR)
    position = models.CharField(max_length=150, help_text="Your position in the city government.")
    reason = models.TextField("why", max_length=1000, help_text="How the secretariat can know that you speak for the city.")
    status = models.CharField(max_length=10, choices=Status, default=Status.REQUESTED, editable=False)
    requested_at = models.DateTimeField(editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
            models.CheckConstraint(
                condition=Q(status__in=["requested", "approved", "declined", "ended"]), name="membership_status_known"
            ),
            models.UniqueConstraint(
                fields=["city", "user"],
                condition=Q(status__in=["requested", "approved"]),
                name="membership_once_while_open",
                violation_error_message="You have already asked to speak for this city.",
            ),
        ]

    def __str__(self):
        return f"{self.user} for {self.city}"

    def approve(self, *, by, now, note="", **changes):
        return self.move(self.Status.APPROVED, by=by, now=now, note=note, **changes)

    @property
    def answer(self):
        """The last line of the history, or None while nobody has decided. Prefetch `history` in lists."""
        return next(reversed(self.history.all()), None)

    def decline(self, *, by, now, note):
        return self.move(self.Status.DECLINED, by=by, now=now, note=note)

    def end(self, *, by, now, note=""):
        """The person leaves, or a coordinator of the city or the secretariat removes them."""
        return self.move(self.Status.ENDED, by=by, now=now, note=note)


class MembershipMove(Move):
    subject = models.ForeignKey(Membership, models.CASCADE, related_name="history")


class InvitationQuerySet(models.QuerySet):
    def pending(self):
        """Neither accepted nor withdrawn; at most one an address and city."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def open(self, now):
        """Those that can be accepted: in time, and whoever invited is still a coordinator of the city."""
        inviter = Membership.objects.active().coordinators().filter(city=OuterRef("city"), user=OuterRef("invited_by"))
        return self.pending().filter(Exists(inviter), expires_at__gt=now)

    def for_key(self, key):
        """The invitation of the link with this key, or None."""
        return self.filter(key_hash=Invitation.hash_key(key)).select_related("city", "invited_by").first()

    def visible_to(self, user):
        """Those of the cities for which `user` is a coordinator."""
        return self.filter(Exists(Membership.objects.active().coordinators().filter(city=OuterRef("city"), user=user)))


class Invitation(models.Model):
    """A coordinator's single-use invitation to a colleague of the same city. Only a hash of the link's key is kept."""

    city = models.ForeignKey(City, models.CASCADE, related_name="invitations")
    email = models.EmailField("e-mail address")
    role = models.CharField(max_length=12, choices=Role, default=Role.CONTRIBUTOR)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", editable=False)
    invited_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False)

    VALID_FOR = timedelta(days=14)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-invited_at"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known"),
            models.UniqueConstraint(
                "city",
                Lower("email"),
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_once_while_open",
                violation_error_message="This person is already invited.",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None), name="invitation_accepted_or_withdrawn_not_both"
            ),
        ]

    def __str__(self):
        return f"{self.email} to {self.city}"

    def withdraw(self, *, now):
        """Make the link useless; nothing happens to one that was accepted or withdrawn before."""
        Invitation.objects.pending().filter(pk=self.pk).update(withdrawn_at=now)

    def is_open(self, now):
        return Invitation.objects.open(now).filter(pk=self.pk).exists()

    def is_for(self, user):
        """Whether `user` has shown, by verifying it, that the invited address is theirs."""
        return user.emailaddress_set.filter(verified=True, email__iexact=self.email).exists()

    @staticmethod
    def new_key():
        return get_random_string(40)

    @staticmethod
    def hash_key(key):
        return salted_hmac("cities.Invitation", key, algorithm="sha256").hexdigest()
