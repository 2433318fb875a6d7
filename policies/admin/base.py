from django.contrib import admin


def may_moderate(user):
    """Whether `user` works in the moderators' part of the admin site: a matter of rules, not of Django's permissions."""
    return user.is_active and user.is_staff and user.has_perm("policies.moderate")


class ModeratedAdmin(admin.ModelAdmin):
    """Rows that moderators see, and that change through verbs only: nothing is added, edited or deleted here."""

    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def has_module_permission(self, request):
        return may_moderate(request.user)

    def has_view_permission(self, request, obj=None):
        return may_moderate(request.user)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
