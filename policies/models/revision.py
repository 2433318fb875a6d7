from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from taggit.managers import TaggableManager

from cities.models import City
from workflow.models import Move, MoveNotAllowed, Stateful

from .choices import CostBand, Evidence, Licence, PolicyStatus, Scale, Theme
from .fields import ChoiceArrayField, StoryField
from .parts import YEARS

CLAIM_LASTS = timedelta(days=7)
LEFT_AFTER = timedelta(days=14)


class EditConflict(Exception):
    """Somebody else saved the same step since the form was opened. `revision` is as it stands now."""

    def __init__(self, revision):
        self.revision = revision
        super().__init__("The text was changed by somebody else in the meantime.")


class NotReady(Exception):
    """The revision lacks what submit requires. `missing` maps a field to what is missing, in words."""

    def __init__(self, missing):
        self.missing = missing
        super().__init__("; ".join(missing.values()))


class RevisionQuerySet(models.QuerySet):
    def open(self):
        """Editions still at work: a case has one at most."""
        return self.filter(status__in=Revision.OPEN)

    def editable(self):
        return self.filter(status__in=Revision.EDITABLE)

    def worked_on_by(self, user):
        """What the cities of `user` work on, and what they wrote themselves."""
        return self.filter(Q(author=user) | Q(case__city__in=City.objects.spoken_for_by(user)))

    def not_accepted(self):
        return self.filter(status=Revision.Status.REJECTED)

    def waiting_for_review(self):
        """The moderators' queue, longest waiting first."""
        return self.filter(status=Revision.Status.SUBMITTED).order_by("submitted_at", "pk")

    def left_with_author(self, now):
        """Texts returned LEFT_AFTER ago or earlier that nobody has touched since, the longest first."""
        since = now - LEFT_AFTER
        left = self.filter(status=Revision.Status.RETURNED, decided_at__lte=since, edited_at__lte=since)
        return left.order_by("decided_at", "pk")

    def locked(self, pk):
        """The edition `pk`, read under a lock of its case and then of itself: the order in which every verb locks."""
        revision = self.select_related("case").get(pk=pk)
        case = revision.case.locked()
        revision = self.select_for_update(of=("self",)).get(pk=pk)
        revision.case = case
        return revision

    def published_editions(self):
        """Editions that are or were the public text, and may be cited."""
        return self.filter(status__in=[Revision.Status.PUBLISHED, Revision.Status.SUPERSEDED])

    def visible_to(self, user):
        """Public editions of published cases for everybody; all for moderators; for the rest the work of
        the cities they speak for, and what they wrote themselves."""
        public = Q(status__in=["published", "superseded"], case__status="published")
        if not user.is_authenticated:
            return self.filter(public)
        if user.has_perm("policies.moderate"):
            return self
        return self.filter(public | Q(author=user) | Q(case__city__in=City.objects.spoken_for_by(user)))

    def with_parts(self):
        """Loads what a whole page of the text shows, in a constant number of queries."""
        return self.select_related("case__city", "author").prefetch_related(
            "sdglinks__goal", "sdglinks__target", "partners", "fundingshares", "outcomes__target", "weblinks",
            "documents", "pictures", "tags",
        )  # fmt: skip

    def with_review(self):
        """Loads what the review page shows."""
        return (
            self.with_parts()
            .select_related("case__city", "case__live", "author", "assignee", "submitted_by")
            .prefetch_related("comments__by", "comments__answered_by", "internal_notes__by")
        )


# The sections of the story, in the order of the page: name, heading, guide length in words.
STORY = [
    ("challenge", "Background and challenge", 200),
    ("planning", "Planning", 150),
    ("financing", "Financing", 150),
    ("implementation", "Implementation", 250),
    ("monitoring", "Monitoring", 150),
    ("evaluation", "Evaluation and results", 200),
    ("failures", "What did not work", 150),
    ("lessons", "Lessons", 150),
    ("transfer", "What to change elsewhere", 150),
]
STORY_FIELDS = [name for name, _heading, _words in STORY]


class Revision(Stateful):
    """One edition of the text of a policy case. Never changes once it was published."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Waiting for review"
        RETURNED = "returned", "Returned with comments"
        PUBLISHED = "published", "Published"
        REJECTED = "rejected", "Not accepted"
        SUPERSEDED = "superseded", "Earlier edition"
        WITHDRAWN = "withdrawn", "Withdrawn by the city"

    OPEN = [Status.DRAFT, Status.SUBMITTED, Status.RETURNED]
    EDITABLE = [Status.DRAFT, Status.RETURNED]
    MOVES = {
        Status.DRAFT: frozenset({Status.SUBMITTED, Status.WITHDRAWN}),
        Status.SUBMITTED: frozenset({Status.DRAFT, Status.RETURNED, Status.PUBLISHED, Status.REJECTED}),
        Status.RETURNED: frozenset({Status.SUBMITTED, Status.WITHDRAWN}),
        Status.PUBLISHED: frozenset({Status.SUPERSEDED}),
        Status.REJECTED: frozenset(),
        Status.SUPERSEDED: frozenset(),
        Status.WITHDRAWN: frozenset(),
    }

    case = models.ForeignKey("policies.PolicyCase", models.CASCADE, related_name="revisions")
    number = models.PositiveSmallIntegerField(editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="revisions", editable=False)
    note = models.CharField("what is new in this edition", max_length=300, blank=True)
    step_versions = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(editable=False)
    edited_at = models.DateTimeField(editable=False)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False)
    claimed_at = models.DateTimeField(null=True, editable=False)

    # Basics
    title = models.CharField(max_length=150, blank=True)
    summary = models.TextField(max_length=1500, blank=True)
    office = models.CharField("implementing office", max_length=200, blank=True)
    policy_status = models.CharField("status of the policy", max_length=10, choices=PolicyStatus, blank=True)
    start_year = models.PositiveSmallIntegerField(null=True, blank=True, validators=YEARS)
    end_year = models.PositiveSmallIntegerField(null=True, blank=True, validators=YEARS)
    scale = models.CharField(max_length=15, choices=Scale, blank=True)
    themes = ChoiceArrayField(models.CharField(max_length=15, choices=Theme), default=list, blank=True)
    tags = TaggableManager(blank=True)
    people_reached = models.PositiveBigIntegerField(null=True, blank=True)
    language = models.CharField("language of the text", max_length=10, choices=settings.LANGUAGES, default="en")
    licence = models.CharField(max_length=15, choices=Licence, default=Licence.CC_BY)
    source_url = models.URLField("published before at", max_length=500, blank=True)

    # The story
    challenge = StoryField()
    planning = StoryField()
    financing = StoryField()
    implementation = StoryField()
    monitoring = StoryField()
    evaluation = StoryField()
    failures = StoryField()
    lessons = StoryField()
    transfer = StoryField()

    # Cost
    total_usd = models.PositiveBigIntegerField("total cost in US dollars", null=True, blank=True)
    running_usd = models.PositiveBigIntegerField("running cost a year in US dollars", null=True, blank=True)
    local_amount = models.DecimalField("total cost in local currency", max_digits=18, decimal_places=2, null=True, blank=True)
    local_currency = models.CharField("currency code", max_length=3, blank=True)
    local_year = models.PositiveSmallIntegerField("year of the amount", null=True, blank=True, validators=YEARS)

    # Contact: for the secretariat only; never shown to the public, never searched
    contact_office = models.CharField(max_length=200, blank=True)
    contact_email = models.EmailField(blank=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["case", "number"]
        verbose_name = "edition"
        verbose_name_plural = "review queue"  # the admin site lists editions as the moderators' queue
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="revision_number_once"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(status__in=["draft", "submitted", "returned"]), name="revision_one_open"
            ),
            models.UniqueConstraint(fields=["case"], condition=Q(status="published"), name="revision_one_published"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "submitted", "returned", "published", "rejected", "superseded", "withdrawn"]),
                name="revision_status_known",
            ),
            models.CheckConstraint(
                condition=Q(end_year=None) | Q(start_year=None) | Q(end_year__gte=F("start_year")),
                name="revision_end_not_before_start",
            ),
            models.CheckConstraint(
                condition=Q(status="submitted", submitted_at__isnull=False) | ~Q(status="submitted"),
                name="revision_submitted_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["published", "superseded", "rejected"], decided_at__isnull=False)
                | ~Q(status__in=["published", "superseded", "rejected"]),
                name="revision_decided_has_time",
            ),
            models.CheckConstraint(condition=Q(themes__len__lte=3), name="revision_three_themes_at_most"),
            models.CheckConstraint(
                condition=Q(local_amount=None, local_currency="", local_year=None)
                | Q(local_amount__isnull=False, local_year__isnull=False) & ~Q(local_currency=""),
                name="revision_local_amount_with_currency_and_year",
            ),
        ]

    def __str__(self):
        return self.title or f"Untitled case of {self.case.city}"

    def get_absolute_url(self):
        return reverse("edition", args=[self.case.slug, self.number])

    @property
    def is_editable(self):
        return self.status in self.EDITABLE

    @property
    def waiting_since(self):
        """When the edition came to whom it waits for now; None when nobody has to do anything."""
        since = {
            self.Status.DRAFT: self.created_at,
            self.Status.SUBMITTED: self.submitted_at,
            self.Status.RETURNED: self.decided_at,
        }
        return since.get(self.status)

    @property
    def story(self):
        """The sections that have a text: (name, heading, html)."""
        return [(name, heading, getattr(self, name)) for name, heading, _words in STORY if getattr(self, name)]

    @property
    def cost_band(self):
        return CostBand.of(self.total_usd)

    @property
    def evidence_level(self):
        """The strongest evidence among the outcomes; empty without outcomes."""
        rank = list(Evidence.values)
        return max((outcome.evidence for outcome in self.outcomes.all()), key=rank.index, default="")

    # Verbs

    def edit(self, step, *, version, by, now, **changes):
        """Save `changes` of one step (and bump its version) if nobody saved that step since `version`.

        To be called in one transaction with the step's rows. Raises EditConflict, or MoveNotAllowed when
        the revision is no longer editable.
        """
        with transaction.atomic():
            current = Revision.objects.select_for_update(of=("self",)).get(pk=self.pk)
            if not current.is_editable:
                raise MoveNotAllowed(self, current.status, "edited")
            if current.step_versions.get(step, 0) != version:
                raise EditConflict(current)
            self.step_versions = {**current.step_versions, step: version + 1}
            self.edited_by, self.edited_at = by, now
            for field, value in changes.items():
                setattr(self, field, value)
            self.save(update_fields=["step_versions", "edited_by", "edited_at", *changes])

    def missing(self):
        """What submit requires and isn't there: field -> what to do, in the order of the steps."""
        required = {
            "title": (self.title, "Give the case a title."),
            "summary": (self.summary, "Write a summary."),
            "policy_status": (self.policy_status, "Say how far the policy is."),
            "start_year": (self.start_year, "Give the year in which it started."),
            "themes": (self.themes, "Choose at least one theme."),
            "sdg_links": (self.sdglinks.all(), "Link the case to at least one goal."),
            "challenge": (self.challenge, "Describe the challenge."),
            "implementation": (self.implementation, "Describe the implementation."),
            "evaluation": (
                self.evaluation or self.outcomes.all(),
                "Describe the evaluation, or add at least one outcome.",
            ),
            "contact_office": (self.contact_office, "Name the office to contact."),
            "contact_email": (self.contact_email, "Give an e-mail address to contact."),
        }
        missing = {field: words for field, (value, words) in required.items() if not value}
        if any(not picture.alt or not picture.consent for picture in self.pictures.all()):
            missing["pictures"] = "Describe each picture and confirm that it may be published."
        return missing

    def submit(self, *, by, now):
        """Hand the text to the moderators. Raises NotReady, MoveNotAllowed."""
        with transaction.atomic():
            stored = Revision.objects.locked(self.pk)  # a colleague may have emptied a field since we read ours
            if missing := stored.missing():
                raise NotReady(missing)
            return self.move(self.Status.SUBMITTED, by=by, now=now, submitted_at=now, submitted_by=by)

    def recall(self, *, by, now):
        """The city takes a submitted text back to go on writing."""
        return self.move(self.Status.DRAFT, by=by, now=now, assignee=None, claimed_at=None)

    def withdraw(self, *, by, now, note):
        """The city gives up this edition. A case that was never published goes with it."""
        with transaction.atomic():
            case = self.case.locked()
            self.move(self.Status.WITHDRAWN, by=by, now=now, note=note)
            if case.status == case.Status.UNPUBLISHED:
                case.withdraw(by=by, now=now, note=note)
        return self

    def send_back(self, *, by, now, note=""):
        """Return the text to its author, with the comments written so far."""
        return self._decide(self.Status.RETURNED, by=by, now=now, note=note)

    def reject(self, *, by, now, note):
        return self._decide(self.Status.REJECTED, by=by, now=now, note=note)

    def publish(self, *, by, now, note=""):
        """Make this edition the public text of its case; the one before becomes an earlier edition."""
        with transaction.atomic():
            case = self.case.locked()
            if case.live_id and case.live.status == self.Status.PUBLISHED:
                case.live.move(self.Status.SUPERSEDED, by=by, now=now)
            self._decide(self.Status.PUBLISHED, by=by, now=now, note=note)
            case.go_live(self, by=by, now=now)
            self.case = case
        return self

    def is_by(self, user):
        """Whether `user` had a hand in this edition; nobody reviews their own."""
        return user.pk in {self.author_id, self.edited_by_id, self.submitted_by_id}

    def _decide(self, status, *, by, now, note):
        if self.is_by(by):
            raise PermissionDenied("Nobody reviews their own text.")
        return self.move(status, by=by, now=now, note=note, decided_at=now, decided_by=by, assignee=None, claimed_at=None)

    def edition_before(self):
        """The public edition before this one, with its parts; for an edition at work, what is public now. Or None."""
        earlier = Revision.objects.filter(case=self.case_id, number__lt=self.number)
        return earlier.published_editions().with_parts().order_by("number").last()

    def is_sent(self, comment):
        """Whether the author may see `comment`: a moderator's comments reach the author with the next decision."""
        return self.decided_at is not None and comment.at <= self.decided_at

    @property
    def sent_comments(self):
        """The comments that the author may see. Prefetch `comments` in lists."""
        return [comment for comment in self.comments.all() if self.is_sent(comment)]

    def new_comments(self):
        """The moderators' comments since the last decision, not sent to the author yet."""
        return self.comments.filter(at__gt=self.decided_at) if self.decided_at else self.comments.all()

    @classmethod
    def delete_new_comment(cls, pk, comment, *, by):
        """Delete the comment `comment` of `by` on the edition `pk`, if the author has not seen it. Returns whether it was."""
        with transaction.atomic():
            new = cls.objects.locked(pk).new_comments().filter(pk=comment, by=by)
            return new.delete()[0] == 1

    def claim(self, *, by, now):
        """Take the review, if nobody has it or who has it took it more than CLAIM_LASTS ago. Returns whether it is theirs."""
        if self.is_by(by):
            raise PermissionDenied("Nobody reviews their own text.")
        free = Q(assignee=None) | Q(assignee=by) | Q(claimed_at__lt=now - CLAIM_LASTS)
        claimed = Revision.objects.filter(free, pk=self.pk, status=self.Status.SUBMITTED).update(assignee=by, claimed_at=now)
        self.refresh_from_db(fields=["assignee", "claimed_at"])
        return claimed == 1

    def is_claim_over(self, now):
        """Whether the claim, if there is one, is so old that anybody may take the review."""
        return self.claimed_at is not None and self.claimed_at < now - CLAIM_LASTS

    def release(self, *, by):
        """Give the review back to the queue. Returns whether `by` had it."""
        released = Revision.objects.filter(pk=self.pk, assignee=by).update(assignee=None, claimed_at=None)
        self.refresh_from_db(fields=["assignee", "claimed_at"])
        return released == 1

    def copy_parts_from(self, other):
        for rows in (
            other.sdglinks,
            other.partners,
            other.fundingshares,
            other.outcomes,
            other.weblinks,
            other.documents,
            other.pictures,
        ):
            for row in rows.all():
                row.copy_to(self)
        self.tags.set(other.tags.all())

    TEXT_FIELDS = [
        "title", "summary", "office", "policy_status", "start_year", "end_year", "scale", "themes", "people_reached",
        "language", "licence", "source_url", *STORY_FIELDS, "total_usd", "running_usd", "local_amount", "local_currency",
        "local_year", "contact_office", "contact_email",
    ]  # fmt: skip


class RevisionMove(Move):
    subject = models.ForeignKey(Revision, models.CASCADE, related_name="history")
