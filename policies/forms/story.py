from django import forms
from django.core.validators import MaxLengthValidator
from django.forms.widgets import Script

from policies.models import Revision
from policies.models.revision import STORY

from .base import StepForm

LONGEST = 40_000  # characters of one section, markup included

HELP = {
    "challenge": "Needed to submit. What was the problem, for whom, and how big?",
    "planning": "How was the policy prepared: who was asked, what was studied, what was decided against?",
    "financing": "How was the money found? Amounts belong to the step on cost.",
    "implementation": "Needed to submit. What was done, step by step, and by whom?",
    "monitoring": "How do you follow what happens: which numbers, how often, who looks at them?",
    "evaluation": "What came of it, and how do you know? Needed to submit, unless you give outcomes in numbers.",
    "failures": "What went wrong or was given up? This is what other cities ask for most.",
    "lessons": "What would you tell a colleague who starts tomorrow?",
    "transfer": "What would another city have to change: law, money, staff, climate?",
}
GUIDE = {name: words for name, _heading, words in STORY}


class StorySteps(StepForm):
    @property
    def media(self):
        """The editor's, after the module that makes it fit the page."""
        return forms.Media(js=[Script("js/story.js", type="module")]) + super().media

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self._meta.fields:
            field = self.fields[name]
            field.help_text = f"{HELP[name]} About {GUIDE[name]} words."
            field.widget.attrs |= {"rows": 8, "data-guide-words": GUIDE[name]}
            too_long = MaxLengthValidator(LONGEST, "This section is too long. Shorten it, or add a document.")
            field.validators = [*field.validators, too_long]


class StoryForm(StorySteps):
    slug = "story"
    intro = "How it began. Short paragraphs are enough."

    class Meta:
        model = Revision
        fields = ["challenge", "planning", "financing"]


class ActionForm(StorySteps):
    slug = "action"
    intro = "What the city did, and how it knows what came of it."

    class Meta:
        model = Revision
        fields = ["implementation", "monitoring", "evaluation"]


class LearningForm(StorySteps):
    slug = "learning"
    intro = "What makes a case useful to others. Be frank: nobody copies a policy that had no problems."

    class Meta:
        model = Revision
        fields = ["failures", "lessons", "transfer"]
