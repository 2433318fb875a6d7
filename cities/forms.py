from itertools import groupby

from django import forms

from .models import City, Invitation, Membership, Role

ROLES = [
    (Role.CONTRIBUTOR, "Contributor: writes policy cases for the city"),
    (Role.COORDINATOR, "Coordinator: also invites and removes colleagues"),
]


def cities_by_country():
    """Choices of every city, by name of country and then of city."""
    cities = sorted(City.objects.all(), key=lambda city: (city.country.name, city.name))
    groups = groupby(cities, key=lambda city: city.country.name)
    return [("", "Choose a city"), *((country, [(city.slug, city.name) for city in group]) for country, group in groups)]


class AskMembershipForm(forms.ModelForm):
    city = forms.ModelChoiceField(
        City.objects.all(),
        to_field_name="slug",
        help_text="Sorted by country. If your city is not here, write to the secretariat.",
        error_messages={"invalid_choice": "Choose a city from the list.", "required": "Choose a city."},
    )
    role = forms.ChoiceField(choices=ROLES, widget=forms.RadioSelect, label="What you want to do", initial=Role.CONTRIBUTOR)

    class Meta:
        model = Membership
        fields = ["city", "role", "position", "reason"]
        labels = {"position": "Your position", "reason": "Why you speak for the city"}
        help_texts = {
            "position": "For example: Head of the climate unit, planning department.",
            "reason": "Help the secretariat to check: a page of the city with your name, or a colleague it can ask.",
        }
        widgets = {"reason": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["city"].choices = cities_by_country()

    def clean_city(self):
        city = self.cleaned_data["city"]
        before = self.user.memberships.open().filter(city=city).first()
        if before and before.status == Membership.Status.APPROVED:
            raise forms.ValidationError(f"You already speak for {city}.")
        if before:
            raise forms.ValidationError(f"You have already asked to speak for {city}. The secretariat will answer by e-mail.")
        return city


class InviteForm(forms.ModelForm):
    role = forms.ChoiceField(choices=ROLES, widget=forms.RadioSelect, label="What they may do", initial=Role.CONTRIBUTOR)

    class Meta:
        model = Invitation
        fields = ["email", "role"]
        labels = {"email": "E-mail address of your colleague"}
        help_texts = {"email": "Use the address of the city government. Your colleague must log in with this address."}


class AcceptForm(forms.Form):
    position = forms.CharField(
        label="Your position", max_length=150, help_text="For example: Head of the climate unit, planning department."
    )


class NoteForm(forms.Form):
    """A reason that the person will read."""

    note = forms.CharField(label="Reason", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, required, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["note"].required = required
