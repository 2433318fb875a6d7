from django import forms

from policies.models import FieldComment, InternalNote, PolicyCase
from policies.outline import LABELS

LONGEST_NOTE = 2000


def textarea(label, *, rows=3, max_length=LONGEST_NOTE, **kwargs):
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=max_length, widget=widget, **kwargs)


class ReviewForm(forms.Form):
    """What a moderator types on the review page: a comment beside each field, notes, and the decision."""

    DECISIONS = [("save", "Save comments"), ("publish", "Publish"), ("return", "Return with comments"), ("reject", "Reject")]

    decision = forms.ChoiceField(choices=DECISIONS)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)  # which state of the edition was on the page
    note = textarea("To the author", help_text="Goes into the letter. A rejection needs a reason.")
    internal = textarea(
        "Internal note", max_length=InternalNote._meta.get_field("text").max_length, help_text="Authors never see it."
    )

    def __init__(self, *args, has_comments=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.has_comments = has_comments
        self.is_stale = False
        for field, label in LABELS.items():
            self.fields[f"comment_{field}"] = textarea(
                f"Comment on: {label}", rows=2, max_length=FieldComment._meta.get_field("text").max_length
            )

    def turn_stale(self, *, seen):
        """The edition changed since the page was opened: keep what was typed, for the state `seen`."""
        self.is_stale = True
        self.data = self.data.copy()
        self.data["seen"] = seen

    @property
    def comments(self):
        """What was typed beside fields: field -> text."""
        return {field: text for field in LABELS if (text := self.cleaned_data.get(f"comment_{field}"))}

    def clean(self):
        data = super().clean()
        if data.get("decision") == "reject" and not data.get("note"):
            self.add_error("note", "Write the reason. The author reads it in the letter.")
        if data.get("decision") == "return" and not (data.get("note") or self.comments or self.has_comments):
            self.add_error("note", "Write a comment beside a field, or a note here, so that the author knows what to mend.")
        return data


class WithdrawForm(forms.Form):
    """Why cases are taken from the public; the public address shows the reason."""

    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Everybody who opens the old address reads it, and the author gets it by letter.",
    )


class RenameForm(forms.Form):
    """A new address for `case`, which has one."""

    slug = forms.SlugField(label="New address", max_length=120, help_text="Lower-case letters, digits and hyphens.")

    def __init__(self, *args, case, **kwargs):
        super().__init__(*args, initial={"slug": case.slug}, **kwargs)
        self.case = case

    def clean_slug(self):
        slug = self.cleaned_data["slug"].lower()
        if slug == self.case.slug:
            raise forms.ValidationError("This is the address already.")
        if PolicyCase.objects.address_taken(slug, by_other_than=self.case):
            raise forms.ValidationError("Another case has, or had, this address. Choose another one.")
        return slug
