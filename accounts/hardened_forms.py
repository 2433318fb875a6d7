"""Forms of allauth where they would answer with an error page. (`forms` can't hold them: allauth's import it.)"""

from allauth.account.forms import SignupForm as SignupFormOfAllauth
from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction


class SignupForm(SignupFormOfAllauth):
    def try_save(self, request):
        """Of two sign-ups with one address at once (a double click), the second is answered as for a known address."""
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            self.account_already_exists = True
            return super().try_save(request)


def _wrong_code_at_worst(clean, form):
    """The library that reads passkeys expects what a browser made, and raises whatever comes up on anything else."""
    try:
        return clean()
    except ValidationError:
        raise
    except Exception as error:
        form.cleaned_data.pop("credential", None)
        raise get_adapter().validation_error("incorrect_code") from error


class AddPasskeyForm(forms.AddWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "Name of the passkey"
        self.fields["passwordless"].label = "Log in with this passkey alone, without the password"
        self.fields["passwordless"].help_text = "Your device then asks for your finger, your face or a PIN."

    def clean_credential(self):
        credential = self.cleaned_data["credential"]
        if not isinstance(credential, dict):  # allauth takes 0, and an account with it can't log in any more
            raise get_adapter().validation_error("incorrect_code")
        return credential

    def clean(self):
        return _wrong_code_at_worst(super().clean, self)


class PasskeyForm(forms.AuthenticateWebAuthnForm):
    def clean_credential(self):
        return _wrong_code_at_worst(super().clean_credential, self)


class PasskeyLoginForm(PasskeyForm, forms.LoginWebAuthnForm):
    pass


class PasskeyReauthenticateForm(PasskeyForm, forms.ReauthenticateWebAuthnForm):
    pass
