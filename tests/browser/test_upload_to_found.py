"""The story that everything else stands on: from sign-up to a case that a visitor finds, in a real browser."""

import io
import re

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from cities.management.commands import load_cities
from policies.models import PolicyCase
from tests.factories.accounts import UserFactory

PASSWORD = "a-long-word-of-7-cities"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def photograph():
    picture = Image.new("RGB", (1200, 800), "skyblue")
    ImageDraw.Draw(picture).rectangle((200, 400, 700, 800), fill="brown")
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, browser, site, javascript, complaints):
        self.site = site
        self.page = browser.new_context(java_script_enabled=javascript, viewport={"width": 1280, "height": 900}).new_page()
        self.page.set_default_timeout(30_000)
        self.javascript = javascript
        self.page.on(
            "console", lambda m: complaints.append(m.text) if m.type == "error" and "status of 4" not in m.text else None
        )
        self.page.on("pageerror", lambda error: complaints.append(str(error)))

    def open(self, path):
        self.page.goto(self.site + path)

    def fill(self, **fields):
        for name, value in fields.items():
            self.page.fill(f"[name={name}]", value)

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state()

    def follow(self, name):
        self.page.get_by_role("link", name=name).first.click()
        self.page.wait_for_load_state()

    def write(self, field, text):
        """Into a section of the story: the editor with JavaScript, the plain box without."""
        if self.javascript:
            self.page.locator(f"#part-{field} [contenteditable=true]").first.click()
            self.page.keyboard.insert_text(text)
        else:
            self.page.fill(f"[name={field}]", text)

    def log_in(self, email, password):
        self.open("/accounts/login/")
        self.fill(login=email, password=password)
        self.press("Log in")

    def sees(self, text):
        expect(self.page.locator("main, #content").first).to_contain_text(text)

    def newest_letter(self, subject):
        """Opens the newest letter of the demonstration's mailbox and returns the links in it."""
        self.open("/demo/mail/")
        self.page.get_by_role("link", name=re.compile(subject)).first.click()
        return [link.get_attribute("href") for link in self.page.locator("main a[href^='http']").all()]


@pytest.fixture
def demo(settings, tmp_path, live_server):
    """The site as `make demo` runs it, as far as letters go."""
    settings.DEBUG = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    settings.SITE_URL = live_server.url
    return live_server.url


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_upload_to_found(demo, db, browser, javascript, complaints):
    load_cities.load()
    UserFactory(email="moderator@example.org", password=PASSWORD, moderator=True)
    moderator = Person(browser, demo, javascript, complaints)
    official = Person(browser, demo, javascript, complaints)
    visitor = Person(browser, demo, javascript, complaints)

    sign_up(official)
    ask_for_a_city(official)
    approve(moderator)
    write_a_case(official)
    return_with_a_comment(moderator)
    mend(official)
    publish(moderator)
    find_and_read(visitor)
    assert complaints == []


def sign_up(official):
    official.open("/accounts/signup/")
    official.fill(display_name="Nimal Perera", email="nimal@example.org", password1=PASSWORD, password2=PASSWORD)
    official.press("Sign up")
    official.sees("read your mail")
    [link] = [link for link in official.newest_letter("[Cc]onfirm") if "confirm-email" in link]
    official.page.goto(link)
    official.press("Yes, confirm this address")
    if "/login/" in official.page.url:
        official.log_in("nimal@example.org", PASSWORD)


def ask_for_a_city(official):
    official.open("/cities/membership/ask/")
    official.page.select_option("[name=city]", "colombo")
    official.fill(position="Municipal engineer", reason="The commissioner named me; ask the planning division.")
    official.page.locator("main form button").first.click()
    official.sees("Colombo")


def approve(moderator):
    moderator.log_in("moderator@example.org", PASSWORD)
    moderator.open("/admin/cities/membership/")
    moderator.follow("Nimal Perera")
    moderator.page.get_by_role("link", name="Approve").or_(moderator.page.get_by_role("button", name="Approve")).first.click()
    moderator.page.wait_for_load_state()
    confirm = moderator.page.get_by_role("button", name=re.compile("Approve"))
    if confirm.count():
        confirm.first.click()
        moderator.page.wait_for_load_state()


def write_a_case(official):
    page = official.page
    official.open("/policies/new/")
    page.locator("main form button").first.click()
    official.follow("Basics")
    official.fill(
        title="Compost from three markets in Colombo",
        summary="Three wholesale markets threw away forty tonnes of greens a day. Stall keepers now sort them, and a yard "
        "beside each market turns half of them into compost for parks and farms.",
        start_year="2021",
    )
    page.select_option("[name=policy_status]", "running")
    page.check("[name=themes][value=waste]")
    official.press("Save and continue")
    page.select_option("[name=sdg_links-0-goal_id]", "11")
    page.select_option("[name=sdg_links-0-target_id]", "11.6")
    official.fill(**{"sdg_links-0-contribution": "Less waste goes to the landfill."})
    official.press("Save and go to the steps")

    official.follow("The challenge and the plan")
    official.write("challenge", "The landfill was full. Greens were two thirds of the waste.")
    official.press("Save and continue")
    official.write("implementation", "The city gave each market a yard and two machines.")
    official.write("evaluation", "The university weighed the waste for a year.")
    official.press("Save and go to the steps")

    official.follow("Documents, pictures and links")
    page.set_input_files("[name=documents]", {"name": "weighing.pdf", "mimeType": "application/pdf", "buffer": PDF})
    page.set_input_files("[name=pictures]", {"name": "yard.jpg", "mimeType": "image/jpeg", "buffer": photograph()})
    official.press("Save and go to the steps")
    official.follow("Documents, pictures and links")
    page.fill("[name$='-alt']", "The yard beside a market, with heaps under a roof")
    page.check("[name$='-consent']")
    official.press("Save and continue")
    official.fill(contact_office="Solid waste division", contact_email="waste@colombo.example.org")
    official.press("Save and go to the steps")
    official.press("Send for review")
    official.sees("Waiting for review")


def return_with_a_comment(moderator):
    moderator.open("/admin/policies/revision/")
    moderator.follow("Compost from three markets")
    moderator.sees("forty tonnes")
    moderator.page.get_by_text("Comment on: Summary", exact=True).first.click()
    moderator.page.fill("[name=comment_summary]", "Please give the number of tonnes as a figure.")
    moderator.press("Return with comments")


def mend(official):
    assert official.newest_letter("Please mend")
    official.sees("Please give the number of tonnes as a figure.")
    official.open("/my/work/")
    official.follow("Compost from three markets")
    official.follow("Basics")
    official.sees("Please give the number of tonnes as a figure.")
    official.fill(
        summary="Three wholesale markets threw away 40 tonnes of greens a day. Stall keepers now sort them, and a yard "
        "beside each market turns half of them into compost for parks and farms."
    )
    official.page.fill("[name$='-answer']", "Done: 40 tonnes.")
    official.press("Save and go to the steps")
    official.press("Send for review")
    official.sees("Waiting for review")


def publish(moderator):
    moderator.open("/admin/policies/revision/")
    moderator.follow("Compost from three markets")
    moderator.sees("Done: 40 tonnes.")
    moderator.press("Publish")
    assert PolicyCase.objects.published().count() == 1


def find_and_read(visitor):
    visitor.open("/policies/?target=11.6")
    visitor.follow("Compost from three markets in Colombo")
    visitor.sees("40 tonnes of greens")
    visitor.sees("The landfill was full.")
    visitor.sees("weighing.pdf")
    assert "waste@colombo.example.org" not in visitor.page.content()
    picture = visitor.page.locator("main picture img").first
    assert picture.get_attribute("alt") == "The yard beside a market, with heaps under a roof"
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("link", name="weighing.pdf").click()
    assert download.value.suggested_filename == "weighing.pdf"
    visitor.open("/policies/?q=compost&goal=11")
    visitor.sees("Compost from three markets in Colombo")
