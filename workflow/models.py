"""A status that moves along a table, through one door, with a history.

A model that has a status inherits Stateful, declares `MOVES` and a concrete subclass of Move with
a foreign key `subject` (related name `history`). Its verbs call `move`; nothing else sets a status.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models, transaction


class MoveNotAllowed(Exception):
    """The row is not, or no longer, in a status from which this move leads."""

    def __init__(self, row, before, target):
        self.row, self.before, self.target = row, before, target
        super().__init__(f"{row._meta.verbose_name} {row.pk} can't go from {before} to {target}")


class Stateful(models.Model):
    """A row with a `status`. `MOVES` maps each status to the set of statuses it may move to."""

    MOVES: ClassVar[dict[str, frozenset[str]]]

    class Meta:
        abstract = True

    def may_become(self, target):
        """Whether the table has a move from the status this object was read with."""
        return target in self.MOVES[self.status]

    def move(self, target, *, by, now, note="", **changes):
        """Move to `target`, together with the other field `changes`, and write the history row. Returns self.

        The status is read again under a row lock, so of two racing moves the second sees the first.
        Raises MoveNotAllowed and then changes nothing.
        """
        with transaction.atomic():
            before = type(self)._base_manager.select_for_update().values_list("status", flat=True).get(pk=self.pk)
            if target not in self.MOVES[before]:
                raise MoveNotAllowed(self, before, target)
            for field, value in changes.items():
                setattr(self, field, value)
            self.status = target
            self.save(update_fields=["status", *changes])
            self.history.create(before=before, after=target, by=by, at=now, note=note)
        return self


class Move(models.Model):
    """One line of a history: who moved `subject` from where to where, when, and what they said."""

    before = models.CharField(max_length=20, editable=False)
    after = models.CharField(max_length=20, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False)
    at = models.DateTimeField(editable=False)
    note = models.TextField(blank=True, editable=False)

    class Meta:
        abstract = True
        ordering = ["at", "pk"]

    def __str__(self):
        return f"{self.before} → {self.after}"
