"""One step of a case: fields of the revision, rows that belong to it, and answers to the moderator's comments."""

import copy

from django import forms
from django.db import transaction
from django.forms.formsets import BaseFormSet, formset_factory
from django.forms.models import model_to_dict

from policies.models import FieldComment
from policies.outline import LABELS, OUTLINE, STEP_OF

SPARE = 3  # rows that are added at a time


class RowFormSet(BaseFormSet):
    """Rows of a step. All rows of the form replace all rows of the revision; blank ones don't count.

    So no row needs an identity: whatever was typed is the list. `rows` are the stored ones.
    """

    default_error_messages = {
        "missing_management_form": "A part of the form did not arrive. Save again.",
        "too_many_forms": "There are more rows than fit. Delete some.",
    }

    def __init__(self, data=None, *, rows, prefix, more=False):
        self.stored = rows
        self.spare = SPARE if more or not rows else 1
        super().__init__(data, prefix=prefix)

    @classmethod
    def of(cls, revision):
        """The stored rows of `revision`."""
        return getattr(revision, f"{cls.form._meta.model._meta.model_name}s").all()

    def initial_form_count(self):
        return 0

    def total_form_count(self):
        if self.is_bound:
            return super().total_form_count()
        return min(len(self.stored) + self.spare, self.max_num)

    def _construct_form(self, i, **kwargs):
        if not self.is_bound and i < len(self.stored):
            kwargs["initial"] = self.form.initial_of(self.stored[i])
        return super()._construct_form(i, **kwargs)

    @property
    def can_grow(self):
        """Whether there may be more rows than are shown."""
        return self.total_form_count() < self.max_num

    @property
    def kept(self):
        """The rows that are neither blank nor to be deleted."""
        self.errors  # noqa: B018 - cleans the rows
        return [form for form in self.forms if form.has_changed() and not self._should_delete_form(form)]

    def values(self):
        """What each row of the form says, as fields of the model."""
        return [form.values() for form in self.kept]

    def stored_values(self):
        return [self.form.values_of(row) for row in self.stored]

    def differs(self):
        return self.values() != self.stored_values()

    def replace(self, revision):
        """Store the rows of the form instead of those of the revision."""
        model = self.form._meta.model
        model.objects.filter(revision=revision).delete()
        model.objects.bulk_create(
            model(revision=revision, position=position, **values) for position, values in enumerate(self.values(), 1)
        )

    def lines(self):
        """Each row of the form as a line of words, as typed, for comparison."""
        return [form.line() for form in self.kept]

    def stored_lines(self):
        return [self.form(initial=self.form.initial_of(row)).line() for row in self.stored]


class RowForm(forms.ModelForm):
    """One row. Fields named `x_id` may stand for foreign keys, so that no row asks the database for its choices."""

    optional_mark = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["required"] = "Fill this in, or delete the row."

    @classmethod
    def initial_of(cls, row):
        return model_to_dict(row, fields=cls._meta.fields)

    @classmethod
    def values_of(cls, row):
        return {name: getattr(row, name) for name in cls.base_fields}

    def values(self):
        return {name: self.cleaned_data[name] for name in self.base_fields}

    def line(self):
        """The row in words, whether valid or not."""
        shown = []
        for name in self.base_fields:
            value = self[name].value()
            choices = dict(getattr(self.fields[name], "flat_choices", ()))
            shown.append(str(choices.get(str(value), value)) if value not in (None, "", False) else "")
        return "; ".join(filter(None, shown))


def rows_of(form, *, most):
    """A RowFormSet class for `form`."""
    return formset_factory(form, formset=RowFormSet, extra=0, max_num=most, absolute_max=most + SPARE, can_delete=True)


class AnswerForm(forms.ModelForm):
    """The author's answer to one comment of a moderator."""

    optional_mark = False

    class Meta:
        model = FieldComment
        fields = ["answer"]
        labels = {"answer": "Your answer to this comment"}
        widgets = {"answer": forms.Textarea(attrs={"rows": 2})}


class StepForm(forms.ModelForm):
    """Base of the steps. A draft takes what is incomplete, never what is wrong.

    Subclasses name `slug`, `intro` and `row_sets` (name of the part in the outline -> formset class). What a step
    holds, in which order and under which labels, stands in `policies.outline`.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    slug = intro = ""
    row_sets = {}
    row_help = {}
    optional_mark = False  # a draft requires nothing

    def __init__(self, data=None, files=None, *, revision, user, more=""):
        self.revision, self.user = revision, user
        super().__init__(
            data, files, instance=copy.copy(revision), initial={"version": revision.step_versions.get(self.slug, 0)}
        )
        for name, field in self.fields.items():
            field.required = name == "version"
            field.label = LABELS.get(name, field.label)
        self.rows = {
            name: formset(data, rows=list(formset.of(revision)), prefix=name, more=more == name)
            for name, formset in self.row_sets.items()
        }
        self.answers = [
            AnswerForm(data, instance=comment, prefix=f"comment-{comment.pk}")
            for comment in revision.sent_comments
            if STEP_OF.get(comment.field, OUTLINE[0].slug) == self.slug
        ]

    # What it has

    @classmethod
    def parts(cls):
        """The fields and row sets of the step -> their labels, in the order of the page."""
        return next(step.fields for step in OUTLINE if step.slug == cls.slug)

    @classmethod
    def heading(cls):
        return next(step.heading for step in OUTLINE if step.slug == cls.slug)

    @classmethod
    def is_begun(cls, revision):
        """Whether anything of this step was filled in."""
        preset = {"language", "licence", "note", "tags"}
        fields = any(getattr(revision, name) not in (None, "", []) for name in cls._meta.fields if name not in preset)
        return fields or any(formset.of(revision) for formset in cls.row_sets.values())

    @property
    def blocks(self):
        """A dict of name, label, field or rows, and answers for each part of the page, in order."""
        names = ["city", *self.parts()] if "city" in self.fields else self.parts()
        return [
            {
                "name": name,
                "label": self.parts().get(name, ""),
                "help": self.row_help.get(name, ""),
                "field": self[name] if name in self.fields else None,
                "rows": self.rows.get(name),
                "answers": [form for form in self.answers if form.instance.field == name],
            }
            for name in names
            if name in self.fields or name in self.rows
        ]

    @property
    def other_answers(self):
        """Answers to comments that are about no part of the page."""
        shown = {form.prefix for block in self.blocks for form in block["answers"]}
        return [form for form in self.answers if form.prefix not in shown]

    # Checking and saving

    def is_valid(self):
        return all([super().is_valid(), *(part.is_valid() for part in [*self.rows.values(), *self.answers])])

    def problems(self):
        """(anchor, words) of each error of the page."""
        found = [("", str(error)) for error in self.non_field_errors()]
        for block in self.blocks:
            anchor = f"part-{block['name']}"
            if block["field"]:
                found += [(anchor, f"{block['field'].label}: {error}") for error in block["field"].errors]
            if rows := block["rows"]:
                found += [(anchor, f"{block['label']}: {error}") for error in rows.non_form_errors()]
                for number, row in enumerate(rows, 1):
                    found += _row_problems(row, f"{block['label']}, row {number}")
            for number, form in enumerate(block.get("stored") or [], 1):
                found += _row_problems(form, f"{block['label']}, {number}")
        for form in self.answers:
            found += _row_problems(form, "Answer")
        return found

    @property
    def shown_problems(self):
        """The problems, once something was sent."""
        return self.problems() if self.is_bound else []

    def changes(self):
        """Fields of the revision that the form changes."""
        new = {name: self.cleaned_data[name] for name in self._meta.fields if name in self.fields and name != "tags"}
        return {name: value for name, value in new.items() if value != getattr(self.revision, name)}

    def differs(self):
        """Whether saving would change anything that is stored."""
        return bool(self.changes()) or any(rows.differs() for rows in self.rows.values())

    def save(self, *, by, now):
        """Store the step, all or nothing. What is stored already is not stored again, so a form sent twice
        does no harm. Raises EditConflict, MoveNotAllowed."""
        with transaction.atomic():
            if self.differs():
                self.revision.edit(self.slug, version=self.cleaned_data["version"], by=by, now=now, **self.changes())
                for rows in self.rows.values():
                    if rows.differs():
                        rows.replace(self.revision)
                self.save_rest(by=by, now=now)
            for form in self.answers:
                form.instance.reply(form.cleaned_data["answer"], by=by, now=now)

    def save_rest(self, *, by, now):
        """For what is neither a column nor a row set."""

    # The page of a conflict

    def rebased(self, current):
        """This form with all that was typed, on top of `current`: saving it again is a decision."""
        data = self.data.copy()
        data["version"] = current.step_versions.get(self.slug, 0)
        return type(self)(data, revision=current, user=self.user)

    def comparison(self):
        """(label, stored, typed) of each part that differs from what is stored, as text or HTML of the story."""
        stored = type(self)(revision=self.revision, user=self.user)
        parts = []
        for block in self.blocks:
            if field := block["field"]:
                parts.append((field.label, shown(stored[block["name"]]), shown(field)))
            else:
                parts.append((block["label"], "\n".join(block["rows"].stored_lines()), "\n".join(block["rows"].lines())))
        return [(label, old, new) for label, old, new in parts if squeezed(old) != squeezed(new)]


def _row_problems(form, where):
    found = [("", f"{where}: {error}") for error in form.non_field_errors()]
    return found + [(field.auto_id, f"{where}, {field.label}: {error}") for field in form for error in field.errors]


def squeezed(text):
    return "".join(text.split())


def shown(bound):
    """The value of a bound field in words."""
    value = bound.value()
    if value in (None, "", []):
        return ""
    if choices := getattr(bound.field, "choices", None):
        words = dict(choices)
        return ", ".join(str(words.get(item, item)) for item in (value if isinstance(value, list) else [value]))
    return str(value)
