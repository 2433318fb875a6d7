from django import forms
from django.utils.formats import date_format


class CompareForm(forms.Form):
    """Which two of the public `editions` (newest first) to compare; without a second one the newest."""

    def __init__(self, data, editions):
        self.by_number = {edition.number: edition for edition in editions}
        choices = [(n, f"Edition {n}, {date_format(edition.decided_at, 'j F Y')}") for n, edition in self.by_number.items()]
        newest, oldest = max(self.by_number), min(self.by_number)
        super().__init__({"from": data["from"], "to": data.get("to", newest)} if "from" in data else None)
        self.fields["from"] = forms.TypedChoiceField(label="Compare", choices=choices, coerce=int, initial=oldest)
        self.fields["to"] = forms.TypedChoiceField(label="with", choices=choices, coerce=int, initial=newest)

    def clean(self):
        if self.cleaned_data.get("from") == self.cleaned_data.get("to"):
            raise forms.ValidationError("Choose two different editions.")
        return self.cleaned_data

    @property
    def chosen(self):
        """The two editions, the earlier first."""
        return [self.by_number[number] for number in sorted(self.cleaned_data[name] for name in ("from", "to"))]
