import rules

from .models import PolicyCase, Revision

is_moderator = rules.is_group_member("moderators") | rules.is_superuser


@rules.predicate
def is_of_city(user, thing):
    """An approved member of the city whose case this is."""
    case = thing if isinstance(thing, PolicyCase) else thing.case
    return user.memberships.active().filter(city=case.city_id).exists()


@rules.predicate
def drafts_for_city(user, revision):
    """The author of a draft whose membership of the city still waits."""
    return revision.author_id == user.pk and user.memberships.waiting().filter(city=revision.case.city_id).exists()


@rules.predicate
def had_a_hand(user, revision):
    return revision.is_by(user)


@rules.predicate
def is_editable(user, revision):
    return revision.is_editable


@rules.predicate
def is_published(user, case):
    return case.status == PolicyCase.Status.PUBLISHED


@rules.predicate
def is_author(user, revision):
    return revision.author_id == user.pk


@rules.predicate
def is_own_comment(user, comment):
    return comment.by_id == user.pk


def may_become(status):
    @rules.predicate(f"may_become:{status}")
    def predicate(user, thing):
        return thing.may_become(status)

    return predicate


rules.add_perm("policies.moderate", is_moderator)
rules.add_perm("policies.follow_revision", is_of_city | is_author)
rules.add_perm("policies.edit_revision", is_editable & (is_of_city | drafts_for_city))
rules.add_perm("policies.submit_revision", is_of_city & may_become(Revision.Status.SUBMITTED))
rules.add_perm("policies.recall_revision", is_of_city & may_become(Revision.Status.DRAFT))
rules.add_perm("policies.withdraw_revision", may_become(Revision.Status.WITHDRAWN) & (is_of_city | drafts_for_city))
rules.add_perm("policies.revise_case", is_of_city & is_published)
rules.add_perm("policies.withdraw_case", (is_of_city | is_moderator) & is_published)
rules.add_perm("policies.claim_revision", is_moderator & ~had_a_hand & may_become(Revision.Status.PUBLISHED))
rules.add_perm("policies.comment_revision", is_moderator & ~had_a_hand & may_become(Revision.Status.RETURNED))
rules.add_perm("policies.delete_comment", is_moderator & is_own_comment)  # while the author has not seen it
rules.add_perm("policies.publish_revision", is_moderator & ~had_a_hand & may_become(Revision.Status.PUBLISHED))
rules.add_perm("policies.return_revision", is_moderator & ~had_a_hand & may_become(Revision.Status.RETURNED))
rules.add_perm("policies.reject_revision", is_moderator & ~had_a_hand & may_become(Revision.Status.REJECTED))
