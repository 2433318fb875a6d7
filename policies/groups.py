from django.contrib.auth.models import Group, Permission

MODERATORS = "moderators"


def ensure_moderators():
    """The group of those who review cases, with the right to see the rooms in the admin site. Safe to call again.

    What moderators may do beyond seeing is said by the rules of each room, which ask for this group by name.
    """
    group, _created = Group.objects.get_or_create(name=MODERATORS)
    group.permissions.add(
        *Permission.objects.filter(content_type__app_label__in=["policies", "cities"], codename__startswith="view_")
    )
    return group
