"""Forms around the steps: where a case begins, and why one ends."""

import uuid

from django import forms

from cities.models import City, Membership


class ShareForm(forms.Form):
    """Which city a new case is of. `key` is of this one form, so that a form sent twice begins one case."""

    city = forms.ModelChoiceField(City.objects.none(), label="Which city is the case of?", empty_label=None)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args, user, city="", **kwargs):
        super().__init__(*args, **kwargs)
        open_memberships = Membership.objects.active() | Membership.objects.waiting()
        cities = City.objects.filter(pk__in=open_memberships.filter(user=user).values("city"))
        self.fields["city"].queryset = cities
        self.cities = list(cities)
        chosen = [choice.pk for choice in self.cities if choice.slug == city]
        self.initial["city"] = chosen[0] if chosen else self.cities[0].pk if self.cities else None


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Give the reason in a few words."},
    )

    def __init__(self, *args, help_text, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = help_text
