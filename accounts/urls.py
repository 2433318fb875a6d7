from django.urls import include, path

from . import views

urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/data/", views.export_data, name="export_data"),
    path("profile/delete/", views.delete_account, name="delete_account"),
    path("confirm-email/<str:key>/", views.ConfirmEmail.as_view(), name="account_confirm_email"),
    path("", include("allauth.urls")),
]
