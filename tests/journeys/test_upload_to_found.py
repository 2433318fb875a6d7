"""From sign-up to a case that a visitor finds; the same story as in tests/browser, where no browser is at hand."""

import re

from django.core.files.uploadedfile import SimpleUploadedFile

from policies.models import PolicyCase
from tests.factories.accounts import UserFactory
from tests.factories.cities import CityFactory

from .people import Person

PASSWORD = "a-long-word-of-7-cities"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def test_from_upload_to_found(db, mailoutbox, commits_at_once):
    CityFactory(name="Colombo", slug="colombo", country="LK")
    moderator = Person(UserFactory(moderator=True))
    official = Person()

    official.open("/accounts/signup/").send(
        display_name="Nimal Perera", email="nimal@example.org", password1=PASSWORD, password2=PASSWORD
    )
    link = re.search(r"https?://[^/]+(/accounts/confirm-email/\S+)", mailoutbox[-1].body)[1]
    official.open(link).send()
    if "/login/" in official.here:
        official.send(login="nimal@example.org", password=PASSWORD)

    official.open("/cities/membership/ask/").send(
        city="colombo", role="contributor", position="Municipal engineer", reason="Ask the planning division."
    )
    official.open("/policies/new/").send()
    tasks = official.here.partition("?")[0]
    official.open(f"{tasks}basics/").send(
        title="Compost from three markets",
        summary="Three markets threw away forty tonnes of greens a day. Half of them now become compost.",
        policy_status="running",
        start_year="2021",
        themes="waste",
    )
    official.open(f"{tasks}goals/").send(**{"sdg_links-0-goal_id": "11", "sdg_links-0-target_id": "11.6"})
    official.open(f"{tasks}story/").send(challenge="The landfill was full.\n\nGreens were two thirds of it.")
    official.open(f"{tasks}action/").send(implementation="Each market got a yard.", evaluation="Weighed for a year.")
    official.open(f"{tasks}files/").send(files={"documents": [SimpleUploadedFile("weighing.pdf", PDF)]})
    official.open(f"{tasks}contact/").send(contact_office="Waste division", contact_email="waste@colombo.example.org")
    official.open(tasks)
    assert "not yet confirmed that you speak for Colombo" in official.text

    moderator.open("/admin/cities/membership/").follow("Nimal Perera").follow("Approve").send()
    official.open(tasks).send()
    assert "Waiting for review" in official.text

    moderator.open("/admin/policies/revision/").follow("Compost from three markets")
    moderator.send(comment_summary="Please give the number as a figure.", press={"decision": "return"})
    assert mailoutbox[-1].subject == 'Please mend: "Compost from three markets"'
    assert "Please give the number as a figure." in mailoutbox[-1].body

    official.open(f"{tasks}basics/")
    assert "Please give the number as a figure." in official.text
    official.send(summary="Three markets threw away 40 tonnes of greens a day. Half of them now become compost.")
    official.open(tasks).send()

    moderator.open("/admin/policies/revision/").follow("Compost from three markets")
    moderator.send(comment_title="", press={"decision": "publish"})
    assert mailoutbox[-1].to == ["nimal@example.org"]
    assert PolicyCase.objects.published().count() == 1

    visitor = Person().open("/policies/?target=11.6").follow("Compost from three markets")
    assert "40 tonnes of greens" in visitor.text
    assert "<p>The landfill was full.</p>" in visitor.answer.content.decode()
    assert "waste@colombo.example.org" not in visitor.text
    visitor.follow("weighing.pdf")
    assert visitor.answer["Content-Disposition"] == 'attachment; filename="weighing.pdf"'
    assert b"".join(visitor.answer.streaming_content) == PDF
