from django.db import models
from django.urls import reverse

IRI = "http://metadata.un.org/sdg/"


class Goal(models.Model):
    """One of the 17 goals. Name and description are ours; `official` is filled by `sync_sdgs`."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    name = models.CharField(max_length=60, unique=True)
    colour = models.CharField(max_length=7, help_text="Official colour, as #RRGGBB.")
    description = models.TextField()
    official = models.JSONField(default=dict, blank=True, help_text="Official wording by language code.")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=models.Q(number__range=(1, 17)), name="goal_number_1_to_17"),
        ]

    def __str__(self):
        return f"{self.number}. {self.name}"

    def get_absolute_url(self):
        return reverse("goal", args=[self.number])

    @property
    def iri(self):
        """The UN's identifier of the goal."""
        return f"{IRI}{self.number}"


class Target(models.Model):
    """One of the 169 targets. The title is ours; `official` is filled by `sync_sdgs`."""

    code = models.CharField(max_length=5, primary_key=True)
    goal = models.ForeignKey(Goal, models.PROTECT, related_name="targets")
    position = models.PositiveSmallIntegerField(unique=True, help_text="True order over all goals: 11.9, 11.10, 11.a.")
    title = models.CharField(max_length=80, unique=True)
    official = models.JSONField(default=dict, blank=True, help_text="Official wording by language code.")

    class Meta:
        ordering = ["position"]

    def __str__(self):
        return f"{self.code} {self.title}"

    def get_absolute_url(self):
        return reverse("target", args=[self.goal_id, self.code])

    @property
    def iri(self):
        """The UN's identifier of the target."""
        return f"{IRI}{self.code}"
