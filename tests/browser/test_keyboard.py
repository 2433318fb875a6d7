"""A case is written and sent without a mouse, and one always sees where one is."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from policies.models import PolicyCase, Revision
from tests.factories.accounts import PASSWORD
from tests.factories.cities import CityFactory, MembershipFactory

FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const label = one.labels?.[0]?.innerText ?? one.getAttribute("aria-label") ?? "";
  return {
    words: (label || one.innerText || one.title || "").trim(),
    name: one.name || one.closest(".form-part")?.id || "",
    seen: style.outlineStyle !== "none" && style.outlineWidth !== "0px" || style.boxShadow !== "none",
    html: one.outerHTML.slice(0, 120),
  };
}"""


class Keyboard:
    """Hands that know Tab, Enter, Space and letters."""

    def __init__(self, page):
        self.page, self.unseen = page, set()

    def tab_to(self, *, name=None, words=None):
        """Goes on by Tab until the focus is there; complains when it never is."""
        for _ in range(150):
            self.page.keyboard.press("Tab")
            here = self.page.evaluate(FOCUSED)
            if not here["seen"]:
                self.unseen.add(here["html"])
            if (name is not None and here["name"] == name) or (words is not None and here["words"] == words):
                return
        pytest.fail(f"Tab never comes to {name or words} on {self.page.url}")

    def write(self, **fields):
        for name, text in fields.items():
            self.tab_to(name=name)
            self.page.keyboard.type(text)

    def press(self, words):
        self.tab_to(words=words)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")


@pytest.fixture
def official(transactional_db, db):
    return MembershipFactory(approved=True, coordinator=True, city=CityFactory(name="Galle", slug="galle")).user


def test_a_case_is_sent_by_keyboard_alone(live_server, page, official, complaints, tmp_path):
    hands = Keyboard(page)
    page.goto(f"{live_server.url}/policies/new/")
    hands.write(login=official.email, password=PASSWORD)
    hands.press("Log in")
    hands.press("Begin a case")

    hands.press("Basics")
    hands.write(title="Buses for all", summary="The city gave its buses lanes of their own.", policy_status="Running")
    hands.write(start_year="2021")
    hands.tab_to(words="Transport")
    page.keyboard.press("Space")
    hands.press("Save and continue")

    hands.write(**{"sdg_links-0-goal_id": "11", "sdg_links-0-target_id": "11.2"})
    hands.press("Save and go to the steps")

    for step, texts in [
        ("The challenge and the plan", {"challenge": "Buses stood in traffic."}),
        ("What was done", {"implementation": "Lanes were painted.", "evaluation": "Trips take less time."}),
    ]:
        hands.press(step)
        for field, text in texts.items():
            hands.tab_to(name=f"part-{field}")
            while not page.evaluate("document.activeElement.isContentEditable"):
                page.keyboard.press("Tab")  # over the buttons of the editor
            page.keyboard.type(text)
        hands.press("Save and go to the steps")  # by Tab: the editor lets go

    hands.press("Documents, pictures and links")
    hands.tab_to(name="pictures")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files({"name": "bus.png", "mimeType": "image/png", "buffer": picture()})
    hands.press("Save and go to the steps")
    hands.press("Documents, pictures and links")
    hands.tab_to(words="What it shows")
    page.keyboard.type("A bus")
    hands.tab_to(words="The people shown agree, and we may publish it")
    page.keyboard.press("Space")
    hands.press("Save and continue")

    hands.write(contact_office="Transport", contact_email="bus@galle.example")
    hands.press("Save and go to the steps")
    hands.press("Send for review")
    expect(page.locator("h1")).to_contain_text("Waiting for review")
    sent = PolicyCase.objects.get().revisions.get()
    assert sent.status == Revision.Status.SUBMITTED
    assert (sent.challenge, sent.pictures.get().alt) == ("<p>Buses stood in traffic.</p>", "A bus")
    assert hands.unseen == set()
    assert complaints == []


def picture():
    out = io.BytesIO()
    Image.new("RGB", (1200, 800), "teal").save(out, "PNG")
    return out.getvalue()
