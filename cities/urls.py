from django.urls import path

from .views import directory, team

urlpatterns = [
    path("cities/", directory.city_list, name="city_list"),
    path("organisations/", directory.organisation_list, name="organisation_list"),
    path("cities/membership/ask/", team.ask_membership, name="ask_membership"),
    path("cities/membership/<int:pk>/end/", team.end_membership, name="end_membership"),
    path("my/memberships/", team.my_memberships, name="my_memberships"),
    path("cities/<slug:slug>/team/", team.city_team, name="city_team"),
    path("cities/<slug:slug>/team/invite/", team.invite_colleague, name="invite_colleague"),
    path("invitations/<int:pk>/withdraw/", team.withdraw_invitation, name="withdraw_invitation"),
    path("invitations/<str:key>/", team.accept_invitation, name="accept_invitation"),
]
