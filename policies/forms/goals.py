from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import formset_factory

from policies.models import Revision, SDGLink
from sdgs.models import Goal

from .base import SPARE, RowForm, RowFormSet, StepForm

MOST_LINKS = 6


def goal_choices():
    return [("", "Choose a goal"), *((str(goal.number), str(goal)) for goal in Goal.objects.all())]


def target_choices():
    """Choices of targets in their true order, grouped by goal."""
    groups = [("", "No target, or not known")]
    for goal in Goal.objects.prefetch_related("targets"):
        groups.append((str(goal), [(target.code, str(target)) for target in goal.targets.all()]))
    return groups


def flat(choices):
    """The choices without their groups."""
    for value, label in choices:
        yield from label if isinstance(label, list) else [(value, label)]


class ChoicesFormSet(RowFormSet):
    """Rows that share choices read once for all of them. The row form has `choices()`."""

    @property
    def shared(self):
        if not hasattr(self, "_shared"):
            self._shared = self.form.read_choices()
        return self._shared

    def get_form_kwargs(self, index):
        return {"choices": self.shared}

    def stored_lines(self):
        return [self.form(initial=self.form.initial_of(row), choices=self.shared).line() for row in self.stored]


class ChoicesRow(RowForm):
    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        for name, values in choices.items():
            self.fields[name].choices = values
            self.fields[name].flat_choices = list(flat(values))


class LinkRow(ChoicesRow):
    goal_id = forms.TypedChoiceField(label="Goal", coerce=int, empty_value=None, required=False)
    target_id = forms.ChoiceField(label="Target", required=False)

    class Meta:
        model = SDGLink
        fields = ["contribution", "is_primary"]
        widgets = {"contribution": forms.Textarea(attrs={"rows": 2})}
        labels = {"contribution": "How it contributes, in one sentence", "is_primary": "This is the main goal of the case"}

    field_order = ["goal_id", "target_id", "contribution", "is_primary"]

    @staticmethod
    def read_choices():
        return {"goal_id": goal_choices(), "target_id": target_choices()}

    @classmethod
    def initial_of(cls, row):
        return {**super().initial_of(row), "goal_id": row.goal_id, "target_id": row.target_id or ""}

    def clean(self):
        data = super().clean()
        goal, target = data.get("goal_id"), data.get("target_id") or None
        if target and not goal and "goal_id" not in self.errors:
            goal = int(target.split(".")[0])
        if target and goal != int(target.split(".")[0]):
            right = target.split(".")[0]
            self.add_error("target_id", f"Target {target} belongs to goal {right}, not to goal {goal}. Choose goal {right}.")
        elif not goal and "goal_id" not in self.errors and self.has_changed():
            self.add_error("goal_id", "Choose the goal that this row is about, or delete the row.")
        return {**data, "goal_id": goal, "target_id": target}


class LinkRows(ChoicesFormSet):
    def clean(self):
        if any(self.errors):
            return
        seen = [(values["goal_id"], values["target_id"]) for values in self.values()]
        if len(set(seen)) < len(seen):
            raise ValidationError("The same goal and target stand in two rows. Delete one of them.")
        if sum(values["is_primary"] for values in self.values()) > 1:
            raise ValidationError("Only one goal can be the main goal. Take the mark from the others.")

    def values(self):
        """The rows; the first is the main goal where nobody said which."""
        rows = super().values()
        if rows and not any(row["is_primary"] for row in rows):
            rows[0]["is_primary"] = True
        return rows


class GoalsForm(StepForm):
    slug = "goals"
    intro = (
        "Link the case to one to six goals. A target says more than its goal: other cities search by target. "
        "At least one goal is needed to submit."
    )
    row_sets = {
        "sdg_links": formset_factory(
            LinkRow, formset=LinkRows, extra=0, max_num=MOST_LINKS, absolute_max=MOST_LINKS + SPARE, can_delete=True
        )
    }

    class Meta:
        model = Revision
        fields = []
