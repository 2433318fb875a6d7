"""What a moderator should look at before a decision; hints, not judgments."""

import re

from django.contrib.postgres.search import TrigramSimilarity

from .models import Evidence, PolicyStatus, Revision

ALIKE = 0.45  # trigram similarity of two titles above which they may be the same case
LONGEST_SUMMARY = 100  # words
VISIBLE = [Revision.Status.SUBMITTED, Revision.Status.RETURNED, Revision.Status.PUBLISHED]


def look_at(revision):
    """Hints about `revision` as (field, words), in the order of the form; the field may be empty."""
    return [
        *revision.missing().items(),
        *_title(revision),
        *_summary(revision),
        *_basics(revision),
        *_goals(revision),
        *_outcomes(revision),
        *_funding(revision),
    ]


def similar_cases(revision):
    """Editions of other cases of the same city with nearly the same title, the most similar first."""
    if not revision.title:
        return Revision.objects.none()
    return (
        Revision.objects.filter(case__city=revision.case.city_id, status__in=VISIBLE)
        .exclude(case=revision.case_id)
        .annotate(alike=TrigramSimilarity("title", revision.title))
        .filter(alike__gte=ALIKE)
        .order_by("-alike", "pk")[:3]
    )


def _title(revision):
    for other in similar_cases(revision):
        yield (
            "title",
            f"The same city has a case with a very similar title: {other.title} ({other.get_status_display().lower()}).",
        )


def _words(text):
    return re.findall(r"\w+", text.casefold())


def _summary(revision):
    words = _words(revision.summary)
    if len(revision.summary.split()) > LONGEST_SUMMARY:
        yield "summary", f"The summary is longer than {LONGEST_SUMMARY} words."
    if words and len(set(words) - set(_words(revision.title))) <= 3:
        yield "summary", "The summary only repeats the title."


def _basics(revision):
    if len(revision.themes) >= 3:
        yield "themes", "All three themes are used. Does each one fit?"
    if revision.policy_status in {PolicyStatus.COMPLETED, PolicyStatus.ENDED} and not revision.end_year:
        yield "end_year", "The policy is over, but there is no end year."


def _goals(revision):
    links = revision.sdglinks.all()
    if links and not any(link.target_id for link in links):
        yield "sdg_links", "Only goals, no target: visitors search by target."


def _outcomes(revision):
    evidence = {outcome.evidence for outcome in revision.outcomes.all()}
    if not evidence:
        yield "outcomes", "There is no outcome with a number."
    elif evidence == {Evidence.CLAIMED}:
        yield "outcomes", "No outcome is measured or evaluated."


def _funding(revision):
    total = sum(row.share for row in revision.fundingshares.all())
    if total and total != 100:
        yield "funding", f"The shares add up to {total} %."
