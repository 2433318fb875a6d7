from django import forms

from .models import User


class SignupForm(forms.Form):
    """What sign-up asks beside address and password."""

    display_name = forms.CharField(label="Your name", max_length=User._meta.get_field("display_name").max_length)

    def signup(self, request, user):
        user.display_name = self.cleaned_data["display_name"]
        user.save(update_fields=["display_name"])
