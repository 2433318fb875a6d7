import rules

from .models import City, Membership, Role

is_moderator = rules.is_group_member("moderators") | rules.is_superuser


@rules.predicate
def is_coordinator(user, thing):
    """Coordinator of this city, or of the city of this membership or invitation."""
    city = thing.pk if isinstance(thing, City) else thing.city_id
    return user.memberships.active().filter(role=Role.COORDINATOR, city=city).exists()


@rules.predicate
def is_own(user, membership):
    return membership.user_id == user.pk


@rules.predicate
def is_approved(user, membership):
    return membership.status == Membership.Status.APPROVED


def may_become(status):
    @rules.predicate(f"may_become:{status}")
    def predicate(user, membership):
        return membership.may_become(status)

    return predicate


# On the site
rules.add_perm("cities.manage_team", is_coordinator)
rules.add_perm("cities.end_membership", may_become("ended") & (is_own | (is_approved & (is_coordinator | is_moderator))))

# In the admin site
rules.add_perm("cities.approve_membership", is_moderator & ~is_own & may_become("approved"))
rules.add_perm("cities.decline_membership", is_moderator & ~is_own & may_become("declined"))
for model in ["city", "organisation", "cluster", "clustermembership"]:
    rules.add_perm(f"cities.add_{model}", is_moderator)
    rules.add_perm(f"cities.change_{model}", is_moderator)
rules.add_perm("cities.delete_clustermembership", is_moderator)
rules.add_perm("cities.change_membership", is_moderator)
