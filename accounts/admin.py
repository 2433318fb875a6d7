from allauth.account.admin import EmailAddress  # imported from the admin, so that they are registered before we take them out
from allauth.account.decorators import secure_admin_login
from allauth.mfa.admin import Authenticator
from django.contrib import admin
from django.shortcuts import redirect
from django_tasks_db.admin import DBTaskResult

from .actions import delete_account
from .models import User

# One way in: allauth's login with its rate limits and second factors. A signed-in person who is not staff gets 403.
admin.site.login = secure_admin_login(admin.site.login)


def password_change(request, extra_context=None):
    return redirect("account_change_password")


admin.site.password_change = password_change

# Addresses and second factors belong to the person; the pages of the account change them. Tasks hold whole
# letters, with links that open accounts.
admin.site.unregister([EmailAddress, Authenticator, DBTaskResult])


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """People sign up themselves and keep their own address and password; staff mend names and shut accounts."""

    list_display = ["email", "display_name", "organisation", "is_staff", "is_active", "date_joined", "last_login"]
    list_filter = ["is_staff", "is_active", "groups"]
    search_fields = ["email", "display_name", "organisation", "position"]
    ordering = ["-date_joined"]
    date_hierarchy = "date_joined"
    fieldsets = [
        (None, {"fields": ["email", "display_name", "position", "organisation", "language", "time_zone"]}),
        ("Access", {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        ("Dates", {"fields": ["date_joined", "last_login"]}),
    ]
    filter_horizontal = ["groups"]
    readonly_fields = ["email", "date_joined", "last_login"]

    def get_readonly_fields(self, request, obj=None):
        if request.user.is_superuser:
            return self.readonly_fields
        return [*self.readonly_fields, "is_staff", "is_superuser", "groups"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        if obj and obj.is_staff and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser and obj != request.user

    def get_actions(self, request):
        return {}  # accounts are deleted one by one

    def delete_model(self, request, obj):
        delete_account(user=obj)
