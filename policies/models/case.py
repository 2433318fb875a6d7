from datetime import timedelta
from itertools import chain

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models, transaction
from django.db.models import Count, F, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.text import slugify
from django_countries.fields import CountryField

from cities.models import City, Region
from workflow.models import Move, Stateful

from .choices import CostBand, Evidence, PolicyStatus, Scale
from .parts import Picture
from .revision import STORY_FIELDS, Revision

CONFIRMED_FOR = timedelta(days=365)  # then the city is asked whether its case is still true
SEARCH_CONFIG = "portal"  # English stemming over folded accents; made by migration 0001


class SharedValues(Func):
    """The values that two arrays have in common."""

    template = "ARRAY(SELECT unnest(%(expressions)s))"
    arg_joiner = ") INTERSECT SELECT unnest("


class Cardinality(Func):
    function = "cardinality"
    output_field = models.IntegerField()


class PolicyCaseQuerySet(models.QuerySet):
    def published(self):
        return self.filter(status=PolicyCase.Status.PUBLISHED)

    def visible_to(self, user):
        """Published cases for everybody; all for moderators; for the rest also the cases of the cities they
        speak for, and those that they began."""
        public = Q(status=PolicyCase.Status.PUBLISHED)
        if not user.is_authenticated:
            return self.filter(public)
        if user.has_perm("policies.moderate"):
            return self
        began = Q(pk__in=Revision.objects.filter(author=user).values("case"))
        return self.filter(public | began | Q(city__in=City.objects.spoken_for_by(user)))

    def about_goal(self, number):
        return self.filter(goals__contains=[number])

    def about_target(self, code):
        return self.filter(targets__contains=[code])

    def of_team(self, user):
        """Cases of the cities for which `user` speaks."""
        return self.filter(city__in=City.objects.spoken_for_by(user))

    def of_region(self, region):
        return self.filter(region=region)

    def to_confirm(self, now):
        """Published cases that nobody has confirmed as true for CONFIRMED_FOR, the oldest first."""
        old = Q(verified_on=None) | Q(verified_on__lte=(now - CONFIRMED_FOR).date())
        return self.published().filter(old).order_by(F("verified_on").asc(nulls_first=True), "pk")

    def once_public(self):
        return self.filter(first_published_at__isnull=False)

    def of_city(self, city):
        return self.filter(city=city)

    def count_by_goal(self):
        """Goal number to how many of these cases are about it; goals without a case are left out."""
        return self._count_by("goals", models.PositiveSmallIntegerField())

    def count_by_goal_and_region(self):
        """(goal number, region) to how many of these cases are about it there; pairs without a case are left out."""
        return self._count_by("goals", models.PositiveSmallIntegerField(), "region")

    def count_by_target_and_region(self):
        """(target code, region) to how many of these cases are about it there; pairs without a case are left out."""
        return self._count_by("targets", models.CharField(), "region")

    def tags_in_use(self, slugs):
        """Those of the tags `slugs` that one of these cases has."""
        slugs = {slug for slug in slugs if "\0" not in slug}
        used = self.filter(tag_slugs__overlap=list(slugs)).order_by().values_list("tag_slugs", flat=True) if slugs else []
        return slugs.intersection(*[chain.from_iterable(used)])

    def _count_by(self, column, field, *more):
        value = Func(column, function="unnest", output_field=field, set_returning=True)
        rows = self.order_by().annotate(value=value).values_list("value", *more).annotate(cases=Count("pk"))
        return {tuple(key) if more else key[0]: cases for *key, cases in rows}

    def by_main_goal(self):
        return self.order_by("primary_goal", "-published_at", "-pk")

    def ever_public(self):
        """Cases that are or were public, withdrawn ones too."""
        return self.filter(live__isnull=False)

    def gone(self):
        """Withdrawn cases that were once public: their address still answers, with the reason."""
        return self.filter(status=PolicyCase.Status.WITHDRAWN, slug__isnull=False)

    def related_to(self, case):
        """Other cases that share a target with `case`, annotated with the `shared_targets`; most shared first, then newest."""
        field = PolicyCase._meta.get_field("targets")
        shared = SharedValues(F("targets"), Value(case.targets, output_field=field), output_field=field)
        related = self.filter(targets__overlap=case.targets).exclude(pk=case.pk).annotate(shared_targets=shared)
        return related.order_by(Cardinality("shared_targets").desc(), "-published_at", "-pk")

    def leading_cities(self):
        """The cities with the most of these cases, annotated with their number as `cases_here`."""
        return (
            City.objects.filter(cases__in=self.order_by()).annotate(cases_here=Count("cases")).order_by("-cases_here", "name")
        )

    def with_working_title(self):
        """Loads as `working_title` the title of the newest edition: a case that was never published has no other."""
        newest = Revision.objects.filter(case=models.OuterRef("pk")).order_by("-number")
        return self.annotate(working_title=models.Subquery(newest.values("title")[:1]))

    def address_taken(self, slug, *, by_other_than):
        """Whether another case than `by_other_than` has or had the address `slug`."""
        return (
            self.filter(slug=slug).exclude(pk=by_other_than.pk).exists()
            or PastSlug.objects.filter(slug=slug).exclude(case=by_other_than).exists()
        )

    def with_card(self):
        """Loads what a card or a row of a list shows, the first picture included (see `lead_picture`)."""
        pictures = Picture.objects.filter(revision=OuterRef("live")).order_by("position", "pk")
        lead = pictures.values(row=JSONObject(image="image", width="width", height="height", alt="alt"))[:1]
        return self.select_related("city").annotate(lead=Subquery(lead))


class PolicyCase(Stateful):
    """The identity and public life of a city's policy case; the text is in its revisions."""

    class Status(models.TextChoices):
        UNPUBLISHED = "unpublished", "Not published yet"
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"

    MOVES = {
        Status.UNPUBLISHED: frozenset({Status.PUBLISHED, Status.WITHDRAWN}),
        Status.PUBLISHED: frozenset({Status.WITHDRAWN}),
        Status.WITHDRAWN: frozenset({Status.PUBLISHED}),
    }

    city = models.ForeignKey(City, models.PROTECT, related_name="cases")
    slug = models.SlugField(  # noqa: DJ001 - null until there is one
        max_length=120, unique=True, null=True, editable=False, help_text="Given at the first publication."
    )
    status = models.CharField(max_length=12, choices=Status, default=Status.UNPUBLISHED, editable=False)
    live = models.OneToOneField(Revision, models.PROTECT, null=True, related_name="+", editable=False)
    is_featured = models.BooleanField(default=False, editable=False)
    is_demonstration = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(editable=False)
    begun_with = models.UUIDField(null=True, unique=True, editable=False, help_text="Of the form that began it.")
    first_published_at = models.DateTimeField(null=True, editable=False)
    published_at = models.DateTimeField("published or updated", null=True, editable=False)
    verified_on = models.DateField("last confirmed as true", null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_reason = models.TextField(blank=True, editable=False)

    # Catalogue: what public lists, filters and search read. Written by `write_catalogue` from the live
    # revision (and the city), by nobody else; `manage.py reindex_cases` rebuilds it.
    title = models.CharField(max_length=150, blank=True, editable=False)
    summary = models.TextField(blank=True, editable=False)
    region = models.CharField(max_length=30, choices=Region, blank=True, editable=False)
    country = CountryField(blank=True, editable=False)
    goals = ArrayField(models.PositiveSmallIntegerField(), default=list, editable=False)
    primary_goal = models.PositiveSmallIntegerField(null=True, editable=False)
    targets = ArrayField(models.CharField(max_length=5), default=list, editable=False)
    themes = ArrayField(models.CharField(max_length=15), default=list, editable=False)
    tag_slugs = ArrayField(models.CharField(max_length=100), default=list, editable=False)
    policy_status = models.CharField(max_length=10, choices=PolicyStatus, blank=True, editable=False)
    scale = models.CharField(max_length=15, choices=Scale, blank=True, editable=False)
    start_year = models.PositiveSmallIntegerField(null=True, editable=False)
    end_year = models.PositiveSmallIntegerField(null=True, editable=False)
    cost_band = models.CharField(max_length=12, choices=CostBand, blank=True, editable=False)
    evidence_level = models.CharField(max_length=10, choices=Evidence, blank=True, editable=False)
    language = models.CharField(max_length=10, choices=settings.LANGUAGES, blank=True, editable=False)
    search = SearchVectorField(null=True, editable=False)

    objects = PolicyCaseQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        permissions = [("moderate", "Can moderate policy cases")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=["unpublished", "published", "withdrawn"]), name="case_status_known"),
            models.CheckConstraint(
                condition=~Q(status="published")
                | Q(live__isnull=False, slug__isnull=False, published_at__isnull=False, first_published_at__isnull=False),
                name="case_published_has_live_slug_times",
            ),
            models.CheckConstraint(
                condition=(Q(status="withdrawn", withdrawn_at__isnull=False) & ~Q(withdrawn_reason=""))
                | (~Q(status="withdrawn") & Q(withdrawn_at=None, withdrawn_reason="")),
                name="case_withdrawn_has_time_and_reason",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="case_search"),
            GinIndex(fields=["goals", "targets", "themes", "tag_slugs"], name="case_arrays"),
            models.Index(fields=["status", "-published_at", "-id"], name="case_newest"),
        ]

    def __str__(self):
        return self.title or f"Case {self.pk} of {self.city}"

    def get_absolute_url(self):
        return reverse("case", args=[self.slug])

    def locked(self):
        """This case, read again under a row lock."""
        return PolicyCase.objects.select_for_update(of=("self",)).select_related("city", "live").get(pk=self.pk)

    @property
    def lead_picture(self):
        """The first picture of the live text, or None; of cases loaded by `with_card` only."""
        return Picture(**self.lead) if getattr(self, "lead", None) else None

    @property
    def open_revision(self):
        """The edition at work, or None."""
        return self.revisions.open().first()

    # Verbs

    @classmethod
    def begin(cls, *, city, by, now, is_demonstration=False, key=None):
        """A new case of `city` with an empty draft by `by`. Returns the draft.

        `key` is of one form: sent twice, it gives the draft that it began the first time.
        """
        with transaction.atomic():
            new = {"city": city, "created_at": now, "is_demonstration": is_demonstration}
            case, is_new = cls.objects.get_or_create(begun_with=key, defaults=new) if key else (cls.objects.create(**new), True)
            if not is_new:
                return case.revisions.get(number=1)
            return case.revisions.create(number=1, author=by, created_at=now, edited_at=now, edited_by=by)

    def change_city(self, city):
        """Give a case that was never public to another city. Returns whether it could be."""
        changed = PolicyCase.objects.filter(pk=self.pk, slug=None).update(city=city)
        self.refresh_from_db(fields=["city"])
        return changed == 1

    def revise(self, *, by, now):
        """The edition at work; if there is none, a new draft that starts as a copy of the live text."""
        with transaction.atomic():
            case = self.locked()
            if revision := case.open_revision:
                return revision
            number = 1 + (case.revisions.aggregate(last=models.Max("number"))["last"] or 0)
            text = {field: getattr(case.live, field) for field in Revision.TEXT_FIELDS} if case.live else {}
            revision = case.revisions.create(number=number, author=by, created_at=now, edited_at=now, edited_by=by, **text)
            if case.live:
                revision.copy_parts_from(case.live)
            return revision

    def go_live(self, revision, *, by, now):
        """Point the public page at `revision`; called by `Revision.publish` only."""
        changes = {"live": revision, "published_at": now, "verified_on": now.date()}
        if not self.slug:
            changes |= {"slug": self._free_slug(revision.title), "first_published_at": now}
        if self.status == self.Status.PUBLISHED:
            for field, value in changes.items():
                setattr(self, field, value)
            self.save(update_fields=list(changes))
        else:
            changes |= {"withdrawn_at": None, "withdrawn_reason": ""}
            self.move(self.Status.PUBLISHED, by=by, now=now, **changes)
        self.write_catalogue()

    def withdraw(self, *, by, now, note):
        """Take the case from the public; its address answers 410 with the reason from then on."""
        return self.move(
            self.Status.WITHDRAWN, by=by, now=now, note=note, withdrawn_at=now, withdrawn_reason=note, is_featured=False
        )

    def restore(self, *, by, now, note=""):
        """Bring a withdrawn case that was once public back to the public."""
        return self.move(self.Status.PUBLISHED, by=by, now=now, note=note, withdrawn_at=None, withdrawn_reason="")

    def feature(self, on):
        """Show the case among the featured ones, or not any more. Returns whether it could be: only a published one can."""
        return PolicyCase.objects.filter(pk=self.pk, status=self.Status.PUBLISHED).update(is_featured=on) == 1

    def verify(self, *, now):
        """The city or the secretariat confirmed that the public text is still true. Returns whether there is one."""
        return PolicyCase.objects.filter(pk=self.pk, status=self.Status.PUBLISHED).update(verified_on=now.date()) == 1

    def rename(self, slug):
        """Give the case another address; the old one redirects."""
        with transaction.atomic():
            PastSlug.objects.create(case=self, slug=self.slug)
            PastSlug.objects.filter(slug=slug, case=self).delete()
            self.slug = slug
            self.save(update_fields=["slug"])

    def _free_slug(self, title):
        named = self.city.name.casefold() in title.casefold()
        stem = slugify(title if named else f"{title} {self.city.name}")[:100].strip("-") or f"case-{self.pk}"
        taken = set(PolicyCase.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
        taken |= set(PastSlug.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
        return next(slug for slug in [stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))] if slug not in taken)

    def write_catalogue(self):
        """Fill the catalogue columns from the live revision. Writing twice changes nothing."""
        text = self.live
        links = list(text.sdglinks.select_related("goal", "target"))
        tags = list(text.tags.order_by("slug"))
        columns = {
            "title": text.title,
            "summary": text.summary,
            "region": self.city.region,
            "country": self.city.country,
            "goals": sorted({link.goal_id for link in links}),
            "primary_goal": next((link.goal_id for link in sorted(links, key=lambda link: not link.is_primary)), None),
            "targets": [t.code for t in sorted({link.target for link in links if link.target}, key=lambda t: t.position)],
            "themes": list(dict.fromkeys(text.themes)),
            "tag_slugs": [tag.slug for tag in tags],
            "policy_status": text.policy_status,
            "scale": text.scale,
            "start_year": text.start_year,
            "end_year": text.end_year,
            "cost_band": text.cost_band,
            "evidence_level": text.evidence_level,
            "language": text.language,
        }
        about = [self.city.name, self.city.country.name, text.office, *(tag.name for tag in tags)]
        about += [f"{link.goal.name} {link.target.title if link.target else ''}" for link in links]
        body = [strip_tags(getattr(text, field).replace("<", " <")) for field in STORY_FIELDS]
        search = SearchVector(Value(text.title), weight="A", config=SEARCH_CONFIG)
        search += SearchVector(Value(text.summary), weight="B", config=SEARCH_CONFIG)
        search += SearchVector(Value(" ".join(about)), weight="C", config=SEARCH_CONFIG)
        search += SearchVector(Value(" ".join(body)), weight="D", config=SEARCH_CONFIG)
        PolicyCase.objects.filter(pk=self.pk).update(search=search, **columns)
        for field, value in columns.items():
            setattr(self, field, value)


class CaseMove(Move):
    subject = models.ForeignKey(PolicyCase, models.CASCADE, related_name="history")


class PastSlug(models.Model):
    """An address that a case once had."""

    slug = models.SlugField(max_length=120, unique=True)
    case = models.ForeignKey(PolicyCase, models.CASCADE, related_name="past_slugs")

    def __str__(self):
        return self.slug
