"""What the front page of the admin site says about the queue."""

from django import template

from policies.admin.base import may_moderate
from policies.models import Revision

register = template.Library()


@register.inclusion_tag("admin/policies/_queue.html")
def review_queue(user):
    """How many editions wait for review, and since when the oldest does; nothing for those who don't moderate."""
    if not may_moderate(user):
        return {"visible": False}
    waiting = Revision.objects.visible_to(user).waiting_for_review()
    return {"visible": True, "number": waiting.count(), "oldest": waiting.first()}
