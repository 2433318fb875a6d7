"""The text of a case as people meet it: the steps of the form, and in each step the fields with their labels.

The form, the comments of the moderators, the review page and the letters all name a field in the same way.
"""

from typing import NamedTuple

from .models.revision import STORY


class Step(NamedTuple):
    slug: str
    heading: str
    fields: dict[str, str]


def _story(*names):
    return {name: heading for name, heading, _words in STORY if name in names}


OUTLINE = [
    Step(
        "basics",
        "Basics",
        {
            "title": "Title",
            "summary": "Summary",
            "policy_status": "Status of the policy",
            "start_year": "Start year",
            "end_year": "End year",
            "themes": "Themes",
            "note": "What is new in this edition",
        },
    ),
    Step("goals", "Goals and targets", {"sdg_links": "Goals and targets"}),
    Step(
        "details",
        "Who runs it, and for whom",
        {
            "office": "Implementing office",
            "partners": "Partner organisations",
            "scale": "Scale",
            "people_reached": "People reached",
            "tags": "Tags",
            "language": "Language of the text",
            "licence": "Licence",
            "source_url": "Published before at",
        },
    ),
    Step("story", "The challenge and the plan", _story("challenge", "planning", "financing")),
    Step("action", "What was done", _story("implementation", "monitoring", "evaluation")),
    Step("learning", "What others can learn", _story("failures", "lessons", "transfer")),
    Step("outcomes", "Outcomes in numbers", {"outcomes": "Outcomes"}),
    Step(
        "cost",
        "Cost and funding",
        {
            "total_usd": "Total cost in US dollars",
            "local_amount": "Total cost in local currency",
            "local_currency": "Currency",
            "local_year": "Year of the amount",
            "running_usd": "Running cost a year in US dollars",
            "funding": "Who paid",
        },
    ),
    Step("files", "Documents, pictures and links", {"documents": "Documents", "pictures": "Pictures", "links": "Links"}),
    Step(
        "contact",
        "Contact",
        {"contact_office": "Office to contact", "contact_email": "E-mail address to contact"},
    ),
]
LABELS = {field: label for step in OUTLINE for field, label in step.fields.items()}
STEP_OF = {field: step.slug for step in OUTLINE for field in step.fields}
