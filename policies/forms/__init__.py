from .basics import BasicsForm, DetailsForm
from .contact import ContactForm
from .files import FilesForm
from .goals import GoalsForm
from .numbers import CostForm, OutcomesForm
from .story import ActionForm, LearningForm, StoryForm

STEPS = [
    BasicsForm,
    GoalsForm,
    DetailsForm,
    StoryForm,
    ActionForm,
    LearningForm,
    OutcomesForm,
    CostForm,
    FilesForm,
    ContactForm,
]
STEP = {form.slug: form for form in STEPS}

__all__ = ["STEP", "STEPS"]
