"""The text of a case as people meet it: the steps of the form, and in each step the fields with their labels.

The form, the comments of the moderators, the review page and the letters all name a field in the same way.
"""

from typing import NamedTuple

from .models.revision import STORY


class Step(NamedTuple):
    slug: str
    heading: str
    fields: dict[str, str]


OUTLINE = [
    Step(
        "basics",
        "Basics",
        {
            "title": "Title",
            "summary": "Summary",
            "office": "Implementing office",
            "policy_status": "Status of the policy",
            "start_year": "Start year",
            "end_year": "End year",
            "scale": "Scale",
            "themes": "Themes",
            "tags": "Tags",
            "people_reached": "People reached",
            "language": "Language of the text",
            "licence": "Licence",
            "source_url": "Published before at",
            "note": "What is new in this edition",
        },
    ),
    Step("goals", "Goals and targets", {"sdg_links": "Goals and targets"}),
    Step("story", "The story", {name: heading for name, heading, _words in STORY}),
    Step("outcomes", "Outcomes", {"outcomes": "Outcomes"}),
    Step(
        "cost",
        "Cost, partners and contact",
        {
            "total_usd": "Total cost in US dollars",
            "running_usd": "Running cost a year in US dollars",
            "local_amount": "Total cost in local currency",
            "funding": "Who paid",
            "partners": "Partner organisations",
            "contact_office": "Office to contact",
            "contact_email": "E-mail address to contact",
        },
    ),
    Step("files", "Documents, pictures and links", {"documents": "Documents", "pictures": "Pictures", "links": "Links"}),
]
LABELS = {field: label for step in OUTLINE for field, label in step.fields.items()}
STEP_OF = {field: step.slug for step in OUTLINE for field in step.fields}
