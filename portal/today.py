"""What needs a person today: the panels on which the admin site opens. Each is there only for those who may act on it."""

from dataclasses import dataclass

from django.db.models import Count, Max
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django_tasks_db.models import DBTaskResult

from cities.models import City, Membership, MembershipMove
from policies.admin.base import may_moderate
from policies.admin.moderation import days, holder
from policies.models import CaseMove, PolicyCase, Revision, RevisionMove
from policies.templatetags.history import deed

LONGEST_QUEUE = 10
FIRST = 5
HISTORY = 15


@dataclass
class Row:
    """A line of a panel: what it is about, where its page is (if it has one), and what else to say: column -> cell."""

    words: str
    address: str
    cells: dict[str, str]


@dataclass
class Panel:
    """Rows `about` something, the first of `number`. `address` lists them all, `nothing` says that there are none."""

    slug: str
    title: str
    about: str
    nothing: str
    number: int
    rows: list[Row]
    address: str = ""


def panels(user, now):
    """What waits, as Panels in the order of the page: those for `user`, which may be none."""
    moderates, sees_members = may_moderate(user), user.has_perm("cities.view_membership")
    found = [
        moderates and review_queue(user, now),
        sees_members and membership_requests(user, now),
        moderates and left_texts(user, now),
        moderates and old_cases(user, now),
        user.has_perm("cities.view_city") and silent_cities(user),
        user.is_superuser and failed_tasks(),
    ]
    return [panel for panel in found if panel]


def review_queue(user, now):
    waiting = Revision.objects.visible_to(user).waiting_for_review()
    return Panel(
        slug="queue",
        title="Review queue",
        about="Case",
        nothing="No policy case waits for review.",
        number=waiting.count(),
        rows=[
            Row(
                str(edition),
                _review(edition.pk),
                {"City": edition.case.city, "Waiting": days(edition.submitted_at, now), "Who holds it": holder(edition, now)},
            )
            for edition in waiting.select_related("case__city", "assignee")[:LONGEST_QUEUE]
        ],
        address=reverse("admin:policies_revision_changelist"),
    )


def membership_requests(user, now):
    waiting = Membership.objects.visible_to(user).waiting()
    return Panel(
        slug="memberships",
        title="Membership requests",
        about="Person",
        nothing="Nobody waits to speak for a city.",
        number=waiting.count(),
        rows=[
            Row(
                str(one.user),
                _membership(one.pk),
                {"City": one.city, "Waiting": days(one.requested_at, now), "Position": one.position},
            )
            for one in waiting.select_related("user", "city").order_by("requested_at", "pk")[:LONGEST_QUEUE]
        ],
        address=reverse("admin:cities_membership_changelist") + "?status__exact=requested",
    )


def left_texts(user, now):
    left = Revision.objects.visible_to(user).left_with_author(now)
    return Panel(
        slug="left",
        title="Returned, and no answer for 14 days",
        about="Case",
        nothing="Every author of a returned text is at work on it.",
        number=left.count(),
        rows=[
            Row(
                str(edition),
                _review(edition.pk),
                {
                    "City": edition.case.city,
                    "Returned": f"{days(edition.decided_at, now)} ago",
                    "Author": edition.author or "A former user",
                },
            )
            for edition in left.select_related("case__city", "author")[:FIRST]
        ],
        address=reverse("admin:policies_revision_changelist") + "?queue=returned",
    )


def old_cases(user, now):
    old = PolicyCase.objects.visible_to(user).to_confirm(now)
    return Panel(
        slug="old",
        title="Cases not confirmed for a year",
        about="Case",
        nothing="Every public case was confirmed as true within a year.",
        number=old.count(),
        rows=[
            Row(
                case.title,
                reverse("admin:policies_policycase_change", args=[case.pk]),
                {"City": case.city, "Last confirmed": date_format(case.verified_on, "j M Y") if case.verified_on else "Never"},
            )
            for case in old.select_related("city")[:FIRST]
        ],
        address=reverse("admin:policies_policycase_changelist") + "?confirmed=old",
    )


def silent_cities(user):
    silent = City.objects.visible_to(user).without_active_member()
    return Panel(
        slug="cities",
        title="Members for which nobody speaks",
        about="City",
        nothing="Somebody speaks for every member of the network.",
        number=silent.count(),
        rows=[
            Row(city.name, reverse("admin:cities_city_change", args=[city.pk]), {"Country": city.country.name})
            for city in silent[:FIRST]
        ],
        address=reverse("admin:cities_city_changelist") + "?speakers=none",
    )


def failed_tasks():
    """By kind and number only: what a task holds, whole letters above all, is for nobody's eyes."""
    failed = DBTaskResult.objects.failed().values_list("task_path").annotate(Count("pk"), Max("finished_at"))
    rows = list(failed.order_by("task_path"))
    return Panel(
        slug="tasks",
        title="Background tasks that failed",
        about="Task",
        nothing="No background task failed.",
        number=sum(number for _path, number, _last in rows),
        rows=[
            Row(path, "", {"Failed": number, "Last": date_format(localtime(last), "j M Y, H:i")}) for path, number, last in rows
        ],
    )


def recent_history(user):
    """The last moves of cases, editions and memberships that `user` may see, newest first, each with `words` and `address`."""
    moves = []
    if may_moderate(user):
        # What follows from the publication or withdrawal of an edition is told by that one.
        editions = RevisionMove.objects.exclude(after=Revision.Status.SUPERSEDED)
        cases = CaseMove.objects.exclude(before=PolicyCase.Status.UNPUBLISHED)
        moves += _last(editions.select_related("by", "subject__case__city"))
        moves += _last(cases.select_related("by", "subject__city"))
    if user.has_perm("cities.view_membership"):
        moves += _last(MembershipMove.objects.select_related("by", "subject__user", "subject__city"))
    for move in moves:
        if isinstance(move, MembershipMove):
            move.words, move.address = move.subject.Status(move.after).label, _membership(move.subject_id)
        elif isinstance(move, RevisionMove):
            move.words, move.address = deed(move), _review(move.subject_id)
        else:
            move.words = deed(move)
            move.address = reverse("admin:policies_policycase_change", args=[move.subject_id])
    return sorted(moves, key=lambda move: move.at, reverse=True)[:HISTORY]


def _last(moves):
    return moves.order_by("-at", "-pk")[:HISTORY]


def _review(pk):
    return reverse("admin:policies_revision_review", args=[pk])


def _membership(pk):
    return reverse("admin:cities_membership_change", args=[pk])
