"""The rows of a revision. Each belongs to one revision; a new revision starts with copies of them."""

import re
import uuid
from pathlib import PurePath

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.db.models.lookups import StartsWith
from django.urls import reverse
from pictures.models import PictureField

from sdgs.models import Goal, Target

from .choices import Evidence, FundingSource

YEARS = [MinValueValidator(1950), MaxValueValidator(2100)]


class Part(models.Model):
    revision = models.ForeignKey("policies.Revision", models.CASCADE, related_name="%(class)ss")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def copy_to(self, revision):
        """A saved copy of this row that belongs to `revision`; a file is shared, not copied."""
        copy = type(self).objects.get(pk=self.pk)
        copy.pk, copy._state.adding, copy.revision = None, True, revision
        copy.save()
        return copy


class SDGLink(Part):
    goal = models.ForeignKey(Goal, models.PROTECT, related_name="+")
    target = models.ForeignKey(Target, models.PROTECT, related_name="+", null=True, blank=True)
    contribution = models.CharField("how it contributes", max_length=300, blank=True)
    is_primary = models.BooleanField("main goal of the case", default=False)

    class Meta(Part.Meta):
        verbose_name = "SDG link"
        constraints = [
            models.CheckConstraint(condition=Q(position__range=(1, 6)), name="sdg_links_six_at_most"),
            models.UniqueConstraint(fields=["revision", "position"], name="sdg_link_position_once"),
            models.UniqueConstraint(
                fields=["revision", "goal", "target"], nulls_distinct=False, name="sdg_link_goal_and_target_once"
            ),
            models.UniqueConstraint(fields=["revision"], condition=Q(is_primary=True), name="sdg_link_one_primary"),
            models.CheckConstraint(
                condition=Q(target=None)
                | StartsWith(F("target"), Concat(F("goal"), Value("."), output_field=models.TextField())),
                name="sdg_link_target_of_goal",
            ),
        ]

    def __str__(self):
        return self.target_id or str(self.goal_id)


class Partner(Part):
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=150, blank=True)

    def __str__(self):
        return self.name


class FundingShare(Part):
    source = models.CharField(max_length=20, choices=FundingSource)
    share = models.PositiveSmallIntegerField("share in %", validators=[MinValueValidator(1), MaxValueValidator(100)])

    class Meta(Part.Meta):
        constraints = [
            models.UniqueConstraint(fields=["revision", "source"], name="funding_source_once"),
            models.CheckConstraint(condition=Q(source__in=FundingSource.values), name="funding_source_known"),
            models.CheckConstraint(condition=Q(share__range=(1, 100)), name="funding_share_1_to_100"),
        ]

    def __str__(self):
        return f"{self.get_source_display()} {self.share} %"


class Outcome(Part):
    target = models.ForeignKey(Target, models.PROTECT, related_name="+", null=True, blank=True)
    measured = models.CharField("what was measured", max_length=200)
    unit = models.CharField(max_length=40)
    baseline_value = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    baseline_year = models.PositiveSmallIntegerField(null=True, blank=True, validators=YEARS)
    latest_value = models.DecimalField(max_digits=16, decimal_places=4)
    latest_year = models.PositiveSmallIntegerField(validators=YEARS)
    evidence = models.CharField(max_length=10, choices=Evidence, default=Evidence.CLAIMED)

    class Meta(Part.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(evidence__in=Evidence.values), name="outcome_evidence_known"),
            models.CheckConstraint(
                condition=Q(baseline_value=None, baseline_year=None)
                | Q(baseline_value__isnull=False, baseline_year__isnull=False),
                name="outcome_baseline_value_with_year",
            ),
            models.CheckConstraint(
                condition=Q(baseline_year=None) | Q(baseline_year__lte=F("latest_year")), name="outcome_baseline_before_latest"
            ),
        ]

    def __str__(self):
        return self.measured


class WebLink(Part):
    label = models.CharField(max_length=150)
    url = models.URLField("address", max_length=500)

    def __str__(self):
        return self.label


def new_name(instance, filename):
    """A stored name that tells nothing: files are found through their row. Keeps the (checked) ending."""
    return f"{type(instance).__name__.lower()}s/{uuid.uuid4().hex}{PurePath(filename).suffix.lower()}"


class FileQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Files of the editions that `user` may see, with the edition and its case loaded."""
        editions = self.model._meta.get_field("revision").related_model.objects.visible_to(user)
        return self.filter(revision__in=editions).select_related("revision__case")


class PictureQuerySet(FileQuerySet):
    def stored_as(self, name):
        """Pictures stored under `name`, or of which `name` is a rendition. Editions may share a picture."""
        parts = re.fullmatch(r"(pictures/[\w-]+)(/\d+w\.webp|\.\w+)", name)
        if not parts:
            return self.none()
        return self.filter(image__startswith=f"{parts[1]}.") if parts[2].startswith("/") else self.filter(image=name)


class StoredPart(Part):
    """A part with a file."""

    class Meta(Part.Meta):
        abstract = True

    @property
    def is_public(self):
        """Whether everybody may see the file now."""
        return self.revision.status in {"published", "superseded"} and self.revision.case.status == "published"


class Document(StoredPart):
    """An uploaded file. `name` is what the person called it; the stored name is ours."""

    file = models.FileField(upload_to=new_name)
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=5, help_text="Ending without dot, as found from the content.")
    size = models.PositiveIntegerField(help_text="Bytes.")

    objects = FileQuerySet.as_manager()

    def __str__(self):
        return self.title or self.name

    def get_absolute_url(self):
        return reverse("document", args=[self.pk])


class Picture(StoredPart):
    """An uploaded picture, re-encoded, without its metadata."""

    image = PictureField(upload_to=new_name, width_field="width", height_field="height")
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    alt = models.CharField("what it shows", max_length=250, blank=True, help_text="For people who can't see the picture.")
    credit = models.CharField(max_length=150, blank=True)
    consent = models.BooleanField("the people shown agree, and we may publish it", default=False)

    objects = PictureQuerySet.as_manager()

    def __str__(self):
        return self.alt or f"Picture {self.position}"
