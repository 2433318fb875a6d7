import re

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from taggit.utils import parse_tags

from cities.models import City
from policies.models import Partner, PolicyStatus, Revision, Scale, Theme
from policies.words import count_words

from .base import RowForm, StepForm, rows_of
from .fields import WebAddressField, WholeNumberField, YearField

SUMMARY_WORDS = 100
MOST_TAGS = 10


def _plain(text):
    return "".join(re.findall(r"\w+", text.casefold()))


def repeats(summary, title):
    """Whether the first sentence of `summary`, or all of it, is the title once more."""
    first = re.split(r"[.!?:;\u3002\n]", summary.strip(), maxsplit=1)[0]
    return bool(_plain(title)) and _plain(title) in (_plain(first), _plain(summary))


class BasicsForm(StepForm):
    slug = "basics"
    intro = "The first things a reader sees. Write for an officer of another city who has never heard of your policy."

    city = forms.ModelChoiceField(City.objects.none(), label="City", empty_label=None)
    start_year = YearField(help_text="Needed to submit. The year in which the work began.")
    end_year = YearField(help_text="Leave it empty while the policy goes on.")

    class Meta:
        model = Revision
        fields = ["title", "summary", "policy_status", "start_year", "end_year", "themes", "note"]
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 5, "data-max-words": SUMMARY_WORDS}),
            "note": forms.TextInput,
        }
        help_texts = {
            "title": "Needed to submit. Say what was done, for example \u201cBus lanes on six main roads\u201d.",
            "summary": f"Needed to submit. At most {SUMMARY_WORDS} words: the problem, what you did, what came of it. "
            "Do not repeat the title.",
            "policy_status": "Needed to submit. How far the policy is today.",
            "themes": "Needed to submit. Tick one to three.",
            "note": "One sentence for readers who know the edition before.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["policy_status"].choices = [("", "Choose"), *PolicyStatus.choices]
        self.fields["themes"].choices = Theme.choices
        if self.revision.number == 1:
            del self.fields["note"]
        self._offer_cities()

    def _offer_cities(self):
        """While the case was never public its city may be changed among those of the person."""
        case = self.revision.case
        mine = Q(pk__in=City.objects.spoken_for_by(self.user).values("pk")) | Q(pk=case.city_id)
        cities = City.objects.filter(mine).order_by("name", "country")
        if case.slug or len(cities) < 2:
            del self.fields["city"]
        else:
            self.fields["city"].queryset = cities
            self.fields["city"].required = True
            self.initial["city"] = case.city_id

    def clean_summary(self):
        summary = self.cleaned_data["summary"]
        if (words := count_words(summary)) > SUMMARY_WORDS:
            raise ValidationError(f"The summary has {words} words. Shorten it to {SUMMARY_WORDS}.")
        return summary

    def clean_themes(self):
        themes = list(dict.fromkeys(self.cleaned_data["themes"]))
        if len(themes) > 3:
            raise ValidationError("You ticked more than three themes. Keep the three that fit best.")
        return themes

    def clean(self):
        data = super().clean()
        start, end = data.get("start_year"), data.get("end_year")
        if start and end and end < start:
            self.add_error("end_year", f"The end year is before the start year, {start}. Correct one of them.")
        if data.get("summary") and repeats(data["summary"], data.get("title") or ""):
            self.add_error("summary", "The summary repeats the title. Begin with what a reader does not know yet.")
        return data

    def changes(self):
        return {name: value for name, value in super().changes().items() if name != "city"}

    def differs(self):
        return super().differs() or self._moves()

    def _moves(self):
        return "city" in self.fields and self.cleaned_data["city"].pk != self.revision.case.city_id

    def save_rest(self, *, by, now):
        if self._moves():
            self.revision.case.change_city(self.cleaned_data["city"])


class PartnerRow(RowForm):
    class Meta:
        model = Partner
        fields = ["name", "role"]
        labels = {"name": "Organisation", "role": "What it does"}


class DetailsForm(StepForm):
    slug = "details"
    intro = "Who carries the policy, and how far it reaches. Readers use this to see whether it fits their city."
    row_sets = {"partners": rows_of(PartnerRow, most=20)}
    row_help = {"partners": "Ministries, firms, universities, citizens' groups and others who do a part of the work."}

    people_reached = WholeNumberField(
        min_value=0, max_value=10_000_000_000, help_text="How many people it serves today. An estimate is fine."
    )
    tags = forms.CharField(
        max_length=500, help_text="Free words that readers may search for, with commas between them: bus, air quality."
    )

    source_url = WebAddressField(help_text="A link, if this text stands somewhere else already.")

    class Meta:
        model = Revision
        fields = ["office", "scale", "people_reached", "tags", "language", "licence", "source_url"]
        help_texts = {
            "office": "The department or agency that is responsible.",
            "licence": "How others may use the text. CC BY 4.0: they may copy and adapt it when they name your city.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["scale"].choices = [("", "Choose"), *Scale.choices]
        self.initial["tags"] = ", ".join(sorted(self._stored_tags()))

    def _stored_tags(self):
        return {tag.name for tag in self.revision.tags.all()}

    def clean_language(self):
        return self.cleaned_data["language"] or self.revision.language

    def clean_licence(self):
        return self.cleaned_data["licence"] or self.revision.licence

    def clean_tags(self):
        tags = parse_tags(self.cleaned_data["tags"])
        if len(tags) > MOST_TAGS:
            raise ValidationError(f"Keep the {MOST_TAGS} tags that fit best.")
        if any(len(tag) > 50 or not re.search(r"\w", tag) for tag in tags):
            raise ValidationError("Write each tag as a few words, at most 50 letters long.")
        return tags

    def _new_tags(self):
        stored = {tag.casefold() for tag in self._stored_tags()}
        return {tag.casefold() for tag in self.cleaned_data["tags"]} != stored

    def differs(self):
        return super().differs() or self._new_tags()

    def save_rest(self, *, by, now):
        if self._new_tags():
            self.revision.tags.set(self.cleaned_data["tags"])
