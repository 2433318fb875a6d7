from django.conf import settings
from django.db import models
from django.db.models import Q


class FieldComment(models.Model):
    """What a moderator asks of the author about one field; the author answers in the form."""

    revision = models.ForeignKey("policies.Revision", models.CASCADE, related_name="comments")
    field = models.CharField(max_length=40)
    text = models.TextField(max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False)
    at = models.DateTimeField(editable=False)
    answer = models.TextField(max_length=2000, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False)
    answered_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="comment_answer_with_time",
            ),
        ]

    def __str__(self):
        return f"{self.field}: {self.text[:60]}"

    def reply(self, text, *, by, now):
        """Keep `text` as the author's answer; an empty one takes the answer back."""
        stored = FieldComment.objects.filter(pk=self.pk).exclude(answer=text)
        stored.update(answer=text, answered_by=by if text else None, answered_at=now if text else None)


class InternalNote(models.Model):
    """A note among moderators; authors never see it."""

    revision = models.ForeignKey("policies.Revision", models.CASCADE, related_name="internal_notes")
    text = models.TextField(max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False)
    at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self):
        return self.text[:60]


class Digest(models.Model):
    """The moderators' letter of one day. The row is the claim: who inserts it sends the letters."""

    day = models.DateField(unique=True)

    def __str__(self):
        return str(self.day)

    @classmethod
    def claim(cls, day):
        """Whether the letters of `day` are the caller's to send; to be called in the transaction that sends them."""
        _digest, claimed = cls.objects.get_or_create(day=day)
        return claimed
