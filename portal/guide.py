"""What the style guide shows: one sample for each component and state, and the colours with their contrast."""

import re
from dataclasses import dataclass
from types import SimpleNamespace as Sample

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.utils import timezone

from accounts.models import User
from cities.models import City
from policies.models import Evidence, FundingShare, Outcome, PolicyCase, Revision, RevisionMove
from sdgs.models import Target

# Text (or mark) and ground, as they meet on the pages, with the contrast that WCAG 2.2 AA asks for.
PAIRS = [
    ("ink", "paper", 4.5), ("ink", "surface", 4.5),
    ("muted", "paper", 4.5), ("muted", "surface", 4.5), ("muted", "sunken", 4.5),
    ("accent", "paper", 4.5), ("accent", "surface", 4.5), ("accent-strong", "accent-soft", 4.5), ("on-accent", "accent", 4.5),
    ("on-panel", "panel", 4.5), ("good", "good-soft", 4.5), ("warning", "warning-soft", 4.5), ("bad", "bad-soft", 4.5),
    ("bad", "surface", 4.5), ("control", "surface", 3), ("focus", "paper", 3), ("focus", "surface", 3),
]  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """Two colours on each other, as #rrggbb."""

    name: str
    text: str
    ground: str
    least: float = 4.5

    @property
    def contrast(self):
        """The ratio of WCAG 2.2, from 1 to 21."""
        dark, light = sorted([luminance(self.text), luminance(self.ground)])
        return (light + 0.05) / (dark + 0.05)


def luminance(colour):
    """The relative luminance of #rrggbb, 0 to 1: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def colours():
    """(theme, pairs) of light, dark and the goals, read from the style sheet that the pages use."""
    css = (settings.BASE_DIR / "static/css/tokens.css").read_text(encoding="utf-8")
    light_css, dark_css, goal_css = re.split(r"@media screen and \(prefers-color-scheme: dark\)|/\* The goals'", css)
    light = _tokens(light_css)
    dark = light | _tokens(dark_css)
    themes = [
        (name, [Pair(f"{text} on {ground}", tokens[text], tokens[ground], least) for text, ground, least in PAIRS])
        for name, tokens in (("Light", light), ("Dark", dark))
    ]
    return [*themes, ("Goals, in both themes", _goals(goal_css))]


def _tokens(css):
    return {name: _long(colour) for name, colour in re.findall(r"--([\w-]+): (#\w{3,6});", css)}


def _long(colour):
    return colour if len(colour) == 7 else "#" + "".join(digit * 2 for digit in colour[1:])


def _goals(css):
    usual = _long(re.search(r":root \{ --on-goal: (#\w+)", css)[1])
    others, colour = re.search(r"^ *(\.goal-.*) \{ --on-goal: (#\w+);", css, re.M).groups()
    special = dict.fromkeys(re.findall(r"\d+", others), _long(colour))
    return [
        Pair(f"Goal {number}", special.get(number, usual), ground)
        for number, ground in re.findall(r"\.goal-(\d+) \{ --goal: (#\w+);", css)
    ]


class SampleForm(forms.Form):
    title = forms.CharField(
        help_text="What the city did, in plain words.", widget=forms.TextInput(attrs={"data-max-words": 12})
    )
    story = forms.CharField(required=False, label="Background", widget=forms.Textarea(attrs={"data-guide-words": 200}))
    status = forms.ChoiceField(choices=[("", "Choose a status"), ("running", "Running"), ("completed", "Completed")])
    scale = forms.ChoiceField(choices=[("city", "The whole city"), ("pilot", "A pilot")], widget=forms.RadioSelect)
    themes = forms.MultipleChoiceField(
        choices=[("water", "Water"), ("energy", "Energy")], widget=forms.CheckboxSelectMultiple, required=False
    )
    consent = forms.BooleanField(label="The people shown agree")
    picture = forms.FileField(required=False)
    office = forms.CharField(initial="Roads bureau", disabled=True, required=False)


def people():
    """The readers that the guide can be looked at as; nobody of them is in the database."""
    return {
        "official": User(display_name="Ana Reyes", email="ana@city.example"),
        "staff": User(display_name="김민서", email="minseo@city.example", is_staff=True),
    }


def case():
    """A case without a picture, in no database."""
    return PolicyCase(
        pk=3, slug="sample", title="Buses that come on time", goals=[11, 13], primary_goal=11,
        city=City(name="Galle", latitude=6.05, longitude=80.21), country="LK",
        policy_status="running", start_year=2019, is_demonstration=True,
        summary="The city gave its buses lanes of their own, and counts how many people use them.",
    )  # fmt: skip


def target():
    return Target(code="11.2", goal_id=11, title="Safe, affordable transport for everyone")


def glance():
    """The facts of an edition, as the box at the top of a case asks for them."""
    shares = [FundingShare(source="own_budget", share=70), FundingShare(source="donor", share=30)]
    return Sample(
        pk=1, policy_status="running", get_policy_status_display="Running", start_year=2019, end_year=None, scale="city",
        get_scale_display="The whole city", themes=["transport"], total_usd=4_200_000, local_amount=None, running_usd=150_000,
        fundingshares=Sample(all=shares), office="Roads bureau", people_reached=88_000, evidence_level=Evidence.MEASURED,
        case=Sample(verified_on=timezone.now().date(), live_id=1),
    )  # fmt: skip


def outcomes():
    return [
        Outcome(pk=1, measured="Passengers a day", unit="people", baseline_value=400, baseline_year=2018, latest_value=1200,
                latest_year=2024, evidence=Evidence.MEASURED),
        Outcome(pk=2, measured="Late buses", unit="%", latest_value=9, latest_year=2024, evidence=Evidence.CLAIMED),
    ]  # fmt: skip


def coverage():
    """Numbers of cases by goal and region."""
    return {(11, "south-east-asia"): 14, (11, "east-north-east-asia"): 6, (13, "south-south-west-asia"): 3, (6, "pacific"): 1}


def history():
    official, staff = people().values()
    status, now = Revision.Status, timezone.now()
    return [
        RevisionMove(after=status.SUBMITTED, by=official, at=now),
        RevisionMove(after=status.RETURNED, by=staff, at=now, note="Please say who paid for the lanes."),
        RevisionMove(after=status.SUBMITTED, by=official, at=now),
    ]


def page():
    """The tenth of twenty pages."""
    return Paginator(range(200), 10).page(10)
