"""How far a case is: the state of each step, and what is missing."""

from django.urls import reverse

from .forms import STEPS
from .outline import LABELS, STEP_OF


class TaskList:
    """Read from a revision that was loaded with its parts and comments."""

    def __init__(self, revision):
        self.revision = revision
        self.missing = [
            {"field": field, "label": LABELS[field], "words": words, "step": STEP_OF[field], "url": self.link(field)}
            for field, words in revision.missing().items()
        ]
        self.comments = [
            {"comment": comment, "label": LABELS.get(comment.field, "The whole case"), "url": self.link(comment.field)}
            for comment in revision.sent_comments
        ]
        self.rows = [self._row(step) for step in STEPS]

    def link(self, field):
        """The address of `field` in its step."""
        step = STEP_OF.get(field, STEPS[0].slug)
        return f"{reverse('edit_step', args=[self.revision.pk, step])}#part-{field}"

    def _row(self, step):
        missing = [task for task in self.missing if task["step"] == step.slug]
        begun = step.is_begun(self.revision)
        open_comments = sum(
            STEP_OF.get(task["comment"].field, STEPS[0].slug) == step.slug and not task["comment"].answer
            for task in self.comments
        )
        if begun:
            state, kind = ("In progress", "waiting") if missing else ("Complete", "good")
        else:
            state, kind = ("Not started", "") if missing else ("Not started (optional)", "")
        url = reverse("edit_step", args=[self.revision.pk, step.slug])
        return {
            "heading": step.heading(),
            "url": url,
            "state": state,
            "kind": kind,
            "missing": missing,
            "open_comments": open_comments,
        }

    @property
    def complete(self):
        """How many steps have all that they need and something in them."""
        return sum(row["state"] == "Complete" for row in self.rows)
