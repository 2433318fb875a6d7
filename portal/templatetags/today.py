"""The front page of the admin site."""

from django import template
from django.utils import timezone

from portal.today import panels, recent_history

register = template.Library()


@register.inclusion_tag("admin/portal/today.html")
def today(user):
    """What waits for `user`, and what happened last."""
    return {"panels": panels(user, timezone.now()), "moves": recent_history(user)}
