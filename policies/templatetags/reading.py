"""How the text and the numbers of a case are drawn."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format
from django.utils.safestring import mark_safe

from policies.models import Evidence, Theme
from policies.models.fields import clean_prose
from policies.models.revision import STORY

register = template.Library()

HEADINGS = {name: heading for name, heading, _words in STORY} | {
    "outcomes": "Results in numbers",
    "goals": "Goals and targets",
    "partners": "Partners",
    "pictures": "More pictures",
    "files": "Documents and links",
}
# The order of the page: what came of it follows the evaluation, then what others can learn.
ORDER = [
    "challenge", "planning", "financing", "implementation", "monitoring", "evaluation", "outcomes", "failures",
    "lessons", "transfer", "goals", "partners", "pictures", "files",
]  # fmt: skip


@register.filter
def number(value):
    """`value` with thousands separators and without needless zeros: 13.5000 is "13.5"; nothing for None."""
    if value is None:
        return ""
    value = Decimal(value).normalize()
    return number_format(value, max(0, -value.as_tuple().exponent), force_grouping=True)


@register.filter
def brief(text, length):
    """The beginning of `text` on one line, in at most `length` characters; cut between words if it has any."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    words = cut.rpartition(" ")[0]
    return (words if len(words) > length / 2 else cut).rstrip(" ,;:") + "…"


@register.filter
def prose(html):
    """Safe HTML of one section; cleaned once more on the way out."""
    return mark_safe(clean_prose(html))  # what the sanitiser lets through


@register.filter
def sections(revision):
    """The sections of the page that have something to show, in order: dicts of anchor, heading, and html or rows."""
    rows = {
        "outcomes": revision.outcomes.all(),
        "goals": revision.sdglinks.all(),
        "partners": revision.partners.all(),
        "pictures": revision.pictures.all()[1:],  # the first leads the page
        "files": [*revision.documents.all(), *revision.weblinks.all()],
    }
    parts = [{"anchor": name, "heading": HEADINGS[name], "rows": rows.get(name)} for name in ORDER]
    for part in parts:
        part["html"] = getattr(revision, part["anchor"], "") if part["anchor"] not in rows else ""
    return [part for part in parts if part["html"] or part["rows"]]


@register.filter
def goals(revision):
    """The goals of the text, once each, in the order of its links."""
    return list(dict.fromkeys(link.goal for link in revision.sdglinks.all()))


@register.filter
def theme_names(revision):
    """(value, label) of each theme."""
    return [(theme, Theme(theme).label) for theme in revision.themes]


@register.filter
def evidence_name(revision):
    """The strongest evidence among the outcomes, in words; empty without outcomes."""
    return Evidence(revision.evidence_level).label if revision.evidence_level else ""


@register.filter
def in_order(codes):
    """Target codes in their true order: 11.2, 11.10, 11.a."""
    return sorted(
        codes, key=lambda code: [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in code.split(".")]
    )


@register.filter
def position(city):
    """Latitude and longitude as text: 37.29° north, 127.01° east."""
    north, east = city.latitude, city.longitude
    return f"{abs(north):.2f}° {'north' if north >= 0 else 'south'}, {abs(east):.2f}° {'east' if east >= 0 else 'west'}"
