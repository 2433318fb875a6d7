"""allauth's passkey forms, for which nothing that is posted is worse than a wrong code.

The library that reads passkeys expects what a browser made, and raises whatever comes up on anything else.
"""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms
from django.core.exceptions import ValidationError


def _wrong_code_at_worst(clean, form):
    try:
        return clean()
    except ValidationError:
        raise
    except Exception as error:
        form.cleaned_data.pop("credential", None)
        raise get_adapter().validation_error("incorrect_code") from error


class AddForm(forms.AddWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "Name of the passkey"
        self.fields["passwordless"].label = "Log in with this passkey alone, without the password"
        self.fields["passwordless"].help_text = "Your device then asks for your finger, your face or a PIN."

    def clean(self):
        return _wrong_code_at_worst(super().clean, self)


class AuthenticateForm(forms.AuthenticateWebAuthnForm):
    def clean_credential(self):
        return _wrong_code_at_worst(super().clean_credential, self)


class LoginForm(AuthenticateForm, forms.LoginWebAuthnForm):
    pass


class ReauthenticateForm(AuthenticateForm, forms.ReauthenticateWebAuthnForm):
    pass
