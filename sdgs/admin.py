from django.contrib import admin

from .models import Goal, Target


class ReadOnly(admin.ModelAdmin):
    """Reference data: it comes from files and the UN, by command, and is only looked at here."""

    def has_view_permission(self, request, obj=None):
        return request.user.is_staff

    has_module_permission = has_view_permission

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    has_delete_permission = has_change_permission


@admin.register(Goal)
class GoalAdmin(ReadOnly):
    list_display = ["number", "name", "colour", "has_official_wording"]
    list_display_links = ["name"]
    search_fields = ["name", "description"]

    @admin.display(boolean=True, description="official wording")
    def has_official_wording(self, goal):
        return bool(goal.official)


@admin.register(Target)
class TargetAdmin(ReadOnly):
    list_display = ["code", "title", "goal", "has_official_wording"]
    list_display_links = ["code", "title"]
    list_filter = ["goal"]
    list_select_related = ["goal"]
    list_per_page = 200
    search_fields = ["=code", "title"]
    has_official_wording = GoalAdmin.has_official_wording
