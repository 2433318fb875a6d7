from allauth.account.decorators import reauthentication_required
from allauth.account.views import ConfirmEmailView
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from . import personal_data
from .actions import delete_account as delete_account_of
from .forms import DeleteAccountForm, ProfileForm


class ConfirmEmail(ConfirmEmailView):
    """allauth's page, which also says in words that a link was used before when that happened by a double click."""

    def post(self, *args, **kwargs):
        try:
            return super().post(*args, **kwargs)
        except Http404:
            return self.get(*args, **kwargs)


def profile(request):
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Your profile is saved.")
        return redirect("profile")
    return TemplateResponse(request, "accounts/profile.html", {"form": form})


@require_safe
@never_cache
def export_data(request):
    """All that the site keeps about the signed-in person, as a JSON file."""
    data = {"exported_at": timezone.now(), **personal_data.export(request.user)}
    response = JsonResponse(data, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@reauthentication_required()
def delete_account(request):
    form = DeleteAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        delete_account_of(user=request.user)
        logout(request)
        messages.success(request, "Your account is deleted.")
        return redirect("home")
    context = {"form": form, "warnings": personal_data.warnings(request.user)}
    return TemplateResponse(request, "accounts/delete_account.html", context)
