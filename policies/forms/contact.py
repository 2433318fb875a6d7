from policies.models import Revision

from .base import StepForm


class ContactForm(StepForm):
    slug = "contact"
    intro = (
        "For the secretariat only: it passes on questions of other cities. Never shown to the public. "
        "Both are needed to submit."
    )

    class Meta:
        model = Revision
        fields = ["contact_office", "contact_email"]
        help_texts = {"contact_email": "An address of the office stays valid when people change."}
