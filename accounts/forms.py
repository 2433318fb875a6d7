from django import forms

from .models import User


class SignupForm(forms.Form):
    """What sign-up asks beside address and password."""

    display_name = forms.CharField(
        label="Your name",
        max_length=User._meta.get_field("display_name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["display_name", "email", "password1", "password2"]

    def signup(self, request, user):
        user.display_name = self.cleaned_data["display_name"]
        user.save(update_fields=["display_name"])


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["display_name", "position", "organisation", "language", "time_zone"]
        labels = {"display_name": "Your name"}
        help_texts = {
            "display_name": "Shown to the colleagues of your city and to the secretariat.",
            "position": "For example: officer for waste management.",
            "organisation": "The city or organisation that you work for.",
            "language": "The language that you prefer to read.",
            "time_zone": "Times on this site are shown in this zone.",
        }
        widgets = {
            "display_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "position": forms.TextInput(attrs={"autocomplete": "organization-title"}),
            "organisation": forms.TextInput(attrs={"autocomplete": "organization"}),
        }


class DeleteAccountForm(forms.Form):
    """The password was just asked for; the word makes sure that the click was meant."""

    confirmation = forms.CharField(
        label="Type DELETE to confirm", max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def clean_confirmation(self):
        if self.cleaned_data["confirmation"].strip().upper() != "DELETE":
            raise forms.ValidationError("Type the word DELETE to confirm, or leave this page to keep your account.")
        return "DELETE"
