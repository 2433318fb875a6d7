"""Two editions side by side, field by field in the order of the form: what each says, and what changed."""

from dataclasses import dataclass, field

from django.template.defaultfilters import filesizeformat
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from .diff import word_diff
from .models import Theme
from .models.revision import STORY_FIELDS
from .outline import OUTLINE


@dataclass
class Field:
    """One field of two editions. `old` and `new` are safe HTML, empty when nothing is there.

    The review page adds what moderators see beside it: comments, hints, and the box for a new comment.
    """

    name: str
    label: str
    old: SafeString
    new: SafeString
    diff: SafeString
    is_changed: bool
    documents: list = field(default_factory=list)
    pictures: list = field(default_factory=list)
    comments: list = field(default_factory=list)
    hints: list = field(default_factory=list)
    box: object = None


@dataclass
class Section:
    slug: str
    heading: str
    fields: list[Field]

    @property
    def has_remarks(self):
        """Whether something unchanged deserves a look, so that it isn't folded away."""
        return any(field.comments or field.hints or (field.box and field.box.value()) for field in self.unchanged)

    @property
    def changed(self):
        return [field for field in self.fields if field.is_changed]

    @property
    def unchanged(self):
        return [field for field in self.fields if not field.is_changed]


def compare(old, new):
    """Sections of the edition `new` compared with `old`, which is None for a first edition (then nothing is unchanged)."""
    return [
        Section(step.slug, step.heading, [_field(name, label, old, new) for name, label in step.fields.items()])
        for step in OUTLINE
    ]


def public_changes(old, new):
    """The fields that differ between two public editions, without what only the city and staff may see."""
    return [field for section in compare(old, new) for field in section.changed if field.name not in NOT_PUBLIC]


NOT_PUBLIC = {"contact_office", "contact_email", "note"}  # the note stands in the list of editions


def _field(name, label, old, new):
    before, after = _text(old, name) if old else "", _text(new, name)
    made_of = (_files(old, name) if old else [], _files(new, name))
    return Field(
        name=name,
        label=label,
        old=_shown(name, before),
        new=_shown(name, after),
        diff=word_diff(before, after),
        is_changed=old is None or before != after or made_of[0] != made_of[1],
        documents=list(new.documents.all()) if name == "documents" else [],
        pictures=list(new.pictures.all()) if name == "pictures" else [],
    )


def _shown(name, text):
    # The story was sanitised on its way into the database; everything else is plain text.
    return mark_safe(text) if name in STORY_FIELDS else escape(text)


def _files(revision, name):
    if name == "documents":
        return [row.file.name for row in revision.documents.all()]
    return [row.image.name for row in revision.pictures.all()] if name == "pictures" else []


def _text(revision, name):
    """What the field says, as one text; rows are lines."""
    if name in ROWS:
        return "\n".join(ROWS[name](revision))
    if display := getattr(revision, f"get_{name}_display", None):
        return display()
    value = getattr(revision, name)
    return "" if value is None else f"{value:,}" if name in AMOUNTS else str(value)


AMOUNTS = {"people_reached", "total_usd", "running_usd"}
ROWS = {
    "themes": lambda r: [Theme(theme).label for theme in r.themes],
    "tags": lambda r: [", ".join(sorted(tag.name for tag in r.tags.all()))] if r.tags.all() else [],
    "local_amount": lambda r: [f"{r.local_amount:,}"] if r.local_amount is not None else [],
    "sdg_links": lambda r: [_link(row) for row in r.sdglinks.all()],
    "funding": lambda r: [str(row) for row in r.fundingshares.all()],
    "partners": lambda r: [_pair(row.name, row.role) for row in r.partners.all()],
    "outcomes": lambda r: [_outcome(row) for row in r.outcomes.all()],
    "links": lambda r: [_pair(row.label, row.url) for row in r.weblinks.all()],
    "documents": lambda r: [
        f"{_pair(row.title, row.name)} ({row.kind}, {filesizeformat(row.size)})" for row in r.documents.all()
    ],
    "pictures": lambda r: [_picture(row) for row in r.pictures.all()],
}


def _pair(one, two):
    return ": ".join(filter(None, [one, two]))


def _link(row):
    what = row.target or row.goal
    return _pair(f"{what}{' (main goal)' if row.is_primary else ''}", row.contribution)


def _outcome(row):
    baseline = f"{row.baseline_value.normalize():,f} ({row.baseline_year}) to " if row.baseline_value is not None else ""
    target = f", target {row.target_id}" if row.target_id else ""
    latest = f"{row.latest_value.normalize():,f} ({row.latest_year})"
    return f"{row.measured}: {baseline}{latest} {row.unit}{target}, {row.get_evidence_display().lower()}"


def _picture(row):
    consent = "may be published" if row.consent else "NO CONSENT YET"
    credit = f", credit: {row.credit}" if row.credit else ""
    return f"{row.alt or 'NOT DESCRIBED'}{credit}, {row.width} × {row.height}, {consent}"
