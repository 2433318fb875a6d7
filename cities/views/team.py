"""Who speaks for a city: asking, the team, invitations."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from cities import actions
from cities.forms import AcceptForm, AskMembershipForm, InviteForm, NoteForm
from cities.models import City, Invitation, Membership
from workflow.models import MoveNotAllowed


def ask_membership(request):
    initial = {"city": request.GET.get("city"), "position": request.user.position}
    form = AskMembershipForm(_posted(request), user=request.user, initial=initial)
    if form.is_valid():
        try:
            membership = actions.ask_membership(by=request.user, now=timezone.now(), **form.cleaned_data)
        except actions.AlreadyAsked:
            form.add_error("city", "You have already asked to speak for this city.")
        else:
            messages.success(request, f"You asked to speak for {membership.city}. The secretariat will answer by e-mail.")
            return redirect("my_memberships")
    return TemplateResponse(request, "cities/ask_membership.html", {"form": form})


def my_memberships(request):
    memberships = request.user.memberships.with_row()
    return TemplateResponse(request, "cities/my_memberships.html", {"memberships": memberships})


def end_membership(request, pk):
    membership = get_object_or_404(Membership.objects.visible_to(request.user).with_row(), pk=pk)
    _check(request.user, "cities.end_membership", membership)
    own = membership.user_id == request.user.pk
    form = NoteForm(_posted(request), required=not own)
    if form.is_valid():
        try:
            actions.end_membership(membership, by=request.user, now=timezone.now(), note=form.cleaned_data["note"])
        except MoveNotAllowed:
            messages.warning(request, "This had already ended.")
        else:
            person = "You do" if own else f"{membership.user} does"
            messages.success(request, f"{person} not speak for {membership.city} any more.")
        return redirect("my_memberships") if own else redirect("city_team", membership.city.slug)
    return TemplateResponse(request, "cities/end_membership.html", {"membership": membership, "form": form, "own": own})


def city_team(request, slug):
    city = get_object_or_404(City.objects.spoken_for_by(request.user), slug=slug)
    colleagues = city.memberships.active().by_name().with_row()
    invitations = city.invitations.visible_to(request.user).open(timezone.now())
    return TemplateResponse(
        request, "cities/city_team.html", {"city": city, "colleagues": colleagues, "invitations": invitations}
    )


def invite_colleague(request, slug):
    city = get_object_or_404(City.objects.spoken_for_by(request.user), slug=slug)
    _check(request.user, "cities.manage_team", city)
    form = InviteForm(_posted(request))
    if form.is_valid():
        try:
            actions.invite_colleague(city=city, by=request.user, now=timezone.now(), **form.cleaned_data)
        except actions.AlreadyInvited:
            form.add_error("email", "This address is already invited. Withdraw that invitation to send a new one.")
        else:
            messages.success(request, f"The invitation to {form.cleaned_data['email']} is on its way.")
            return redirect("city_team", city.slug)
    return TemplateResponse(request, "cities/invite_colleague.html", {"city": city, "form": form})


@require_POST
def withdraw_invitation(request, pk):
    invitation = get_object_or_404(Invitation.objects.visible_to(request.user).select_related("city"), pk=pk)
    _check(request.user, "cities.manage_team", invitation)
    invitation.withdraw(now=timezone.now())
    messages.success(request, f"The invitation to {invitation.email} is withdrawn. Its link does not work any more.")
    return redirect("city_team", invitation.city.slug)


def accept_invitation(request, key):
    page = partial(TemplateResponse, request, "cities/accept_invitation.html")
    invitation = Invitation.objects.for_key(key)
    if invitation and invitation.accepted_by_id == request.user.pk:
        messages.info(request, f"You have accepted this invitation. You speak for {invitation.city}.")
        return redirect("my_memberships")
    if not (invitation and invitation.is_open(timezone.now())):
        return page({"problem": "closed"}, status=410)
    if not invitation.is_for(request.user):
        return page({"problem": "address"}, status=403)
    form = AcceptForm(_posted(request), initial={"position": request.user.position})
    if form.is_valid():
        try:
            membership = actions.accept_invitation(key=key, by=request.user, now=timezone.now(), **form.cleaned_data)
        except actions.InvitationClosed:
            return redirect(request.path)
        messages.success(request, f"Welcome. You speak for {membership.city} now.")
        return redirect("city_team", membership.city.slug)
    return page({"invitation": invitation, "form": form})


def _posted(request):
    return request.POST if request.method == "POST" else None


def _check(user, permission, thing):
    if not user.has_perm(permission, thing):
        raise PermissionDenied
