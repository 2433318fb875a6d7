"""The demonstration world, built by the site's own verbs out of the texts in `cases/`."""

import csv
import io
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile
from django.db import transaction

from accounts.models import User
from cities.models import City, Membership, Role
from policies.groups import ensure_moderators
from policies.models import FieldComment, InternalNote, PolicyCase
from sdgs.models import Goal

from .pictures import skyline

PASSWORD = "demo-portal"  # noqa: S105 - printed by `make demo`
LOGINS = {
    "official@example.org": "city official, coordinator of Suwon",
    "newcomer@example.org": "city official without a city yet",
    "moderator@example.org": "secretariat, moderates cases and memberships",
    "admin@example.org": "administrator",
    "visitor@example.org": "signed-in visitor",
}
CASES = Path(__file__).parent / "cases"

# The first publication was on this day or later; the texts follow one another in steps of days.
OPENING = datetime(2025, 2, 3, 9, 0, tzinfo=UTC)

# Cases that are not simply published. The rest is; those with an [update] get a second edition.
STATES = {
    "suwon-shared-electronics-lab": "draft",
    "suwon-rainwater-storage": "returned",
    "hanoi-ward-air-data": "waiting",
    "kuala-lumpur-income-support-flats": "waiting",
    "taipei-department-carbon-budgets": "waiting",
    "iriga-village-child-protection-councils": "returned",
    "nepalgunj-child-marriage-prevention": "draft",
    "balangan-coal-land-mixed-forest": "withdrawn",
}
# What became of some updates; the others are published.
UPDATES = {
    "suwon-kiosk-lessons-older-residents": "waiting",
    "puerto-princesa-village-no-take-zones": "draft",
    "narayanganj-birth-registration-vaccination": "waiting",
}
FEATURED = {"suwon-low-rise-waste-sorting", "yokohama-shop-food-loss", "rajshahi-heat-season-teaching"}


def is_built():
    return User.objects.filter(email="official@example.org").exists()


@transaction.atomic
def build(now, say, only=None):
    """Build the whole world or nothing; `only` names the cases of a smaller one. `say` is called with a line of progress."""
    builder = _Builder(now)
    builder.people()
    files = [file for file in sorted(CASES.glob("*.toml")) if only is None or file.stem in only]
    for number, file in enumerate(files):
        builder.case(file, OPENING + timedelta(days=7 * number, hours=number % 8))
        if (number + 1) % 20 == 0 or number + 1 == len(files):
            say(f"{number + 1} of {len(files)} cases")
    builder.requests()


class _Builder:
    def __init__(self, now):
        self.now = now
        self.cities = {(city.name, city.country.code): city for city in City.objects.all()}
        self.colours = dict(Goal.objects.values_list("number", "colour"))

    # People

    def person(self, email, name, password=None, **fields):
        user = User.objects.create_user(email, password, display_name=name, **fields)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    def people(self):
        suwon = self.cities["Suwon", "KR"]
        self.moderator = self.person(
            "moderator@example.org",
            "Mina, secretariat",
            PASSWORD,
            is_staff=True,
            position="Programme officer",
            time_zone="Asia/Seoul",
        )
        self.moderator.groups.add(ensure_moderators())
        self.person("admin@example.org", "Administrator", PASSWORD, is_staff=True, is_superuser=True)
        self.person("visitor@example.org", "Visitor", PASSWORD)
        self.person("newcomer@example.org", "Newcomer", PASSWORD, position="Planning officer")
        official = self.person(
            "official@example.org",
            "Official of Suwon",
            PASSWORD,
            organisation="Suwon City",
            position="SDG officer",
            time_zone="Asia/Seoul",
        )
        self.officers = {suwon: official}
        self.speak_for(suwon, official, Role.COORDINATOR)

    def speak_for(self, city, user, role):
        membership = Membership.objects.create(
            city=city,
            user=user,
            role=role,
            position=user.position or "Officer for international relations",
            reason="Demonstration: named by the city in a letter to the secretariat.",
            requested_at=OPENING - timedelta(days=30),
        )
        membership.approve(by=self.moderator, now=OPENING - timedelta(days=28))

    def officer(self, city):
        """The person who speaks for `city`, made at the first call."""
        if city not in self.officers:
            user = self.person(f"{city.slug}@example.org", f"Officer of {city.name}", organisation=city.name)
            self.speak_for(city, user, Role.COORDINATOR)
            self.officers[city] = user
        return self.officers[city]

    def requests(self):
        """Memberships that wait for the secretariat, and one that was declined."""
        for days, name, country, position in [
            (1, "Colombo", "LK", "Deputy municipal engineer"),
            (4, "Baguio", "PH", "City planning officer"),
            (9, "Jeju", "KR", "Energy policy officer"),
        ]:
            city = self.cities[name, country]
            user = self.person(f"{city.slug}@example.org", f"Applicant of {name}", position=position)
            self.ask(city, user, days)
        stranger = self.person("consultant@example.org", "Consultant", position="Consultant")
        declined = self.ask(self.cities["Bangkok", "TH"], stranger, 20)
        declined.decline(
            by=self.moderator, now=self.now - timedelta(days=18), note="Please ask the city to name you in a letter."
        )

    def ask(self, city, user, days):
        return Membership.objects.create(
            city=city,
            user=user,
            position=user.position,
            reason="Demonstration: I prepare the city's reports on the goals.",
            requested_at=self.now - timedelta(days=days),
        )

    # Cases

    def case(self, file, published_at):
        text = tomllib.loads(file.read_text(encoding="utf-8"))
        state = STATES.get(file.stem, "published")
        city = self.cities[text["city"], text["country"]]
        by = self.officer(city)
        begun = published_at - timedelta(days=21) if state in {"published", "withdrawn"} else self.now - timedelta(days=12)
        revision = PolicyCase.begin(city=city, by=by, now=begun, is_demonstration=True)
        self.write(revision, text, by=by, now=begun + timedelta(days=1))
        self.illustrate(revision, file.stem, text)
        if state == "draft":
            return
        sent = begun + timedelta(days=3 + len(file.stem) % 5)
        revision.submit(by=by, now=sent)
        if state == "waiting":
            self.note(revision, sent + timedelta(hours=5))
            return
        if state == "returned":
            self.give_back(revision, sent + timedelta(days=1))
            return
        revision.publish(by=self.moderator, now=published_at)
        case = revision.case
        if state == "withdrawn":
            note = "The city ended the policy and asked us to take the text down."
            case.withdraw(by=by, now=published_at + timedelta(days=60), note=note)
        elif "update" in text:
            self.update(case, file.stem, text, by, published_at)
        if file.stem in FEATURED:
            case.feature(True)

    def update(self, case, name, text, by, published_at):
        state = UPDATES.get(name, "published")
        begun = published_at + timedelta(days=90) if state == "published" else self.now - timedelta(days=6)
        revision = case.revise(by=by, now=begun)
        update = text["update"]
        fields = {key: value for key, value in update.items() if key != "outcomes"}
        revision.edit("basics", version=revision.step_versions.get("basics", 0), by=by, now=begun, **fields)
        if "outcomes" in update:
            revision.outcomes.all().delete()
            self.rows(revision.outcomes, update["outcomes"], {"target": "target_id"})
        if state == "draft":
            return
        revision.submit(by=by, now=begun + timedelta(days=1))
        if state == "published":
            revision.publish(by=self.moderator, now=begun + timedelta(days=4))

    def write(self, revision, text, *, by, now):
        basics = [
            "title", "summary", "office", "start_year", "end_year", "scale", "themes", "people_reached",
        ]  # fmt: skip
        fields = {name: text[name] for name in basics if name in text} | text["story"] | text.get("cost", {})
        fields |= {"policy_status": text["status"]}
        fields |= {"contact_office": text["contact"]["office"], "contact_email": text["contact"]["email"]}
        revision.edit("basics", version=0, by=by, now=now, **fields)
        revision.tags.set(text.get("tags", []))
        self.rows(revision.sdglinks, text["links"], {"goal": "goal_id", "target": "target_id", "primary": "is_primary"})
        self.rows(revision.partners, text.get("partners", []))
        self.rows(revision.fundingshares, text.get("funding", []))
        self.rows(revision.outcomes, text.get("outcomes", []), {"target": "target_id"})

    def rows(self, manager, rows, names=None):
        for position, row in enumerate(rows, start=1):
            manager.create(position=position, **{(names or {}).get(key, key): value for key, value in row.items()})

    def illustrate(self, revision, name, text):
        main = next(link["goal"] for link in text["links"] if link.get("primary"))
        revision.pictures.create(
            position=1,
            image=ContentFile(skyline(name, self.colours[main]), "skyline.jpg"),
            alt=f"Drawing of a skyline in the colour of goal {main}",
            credit="Demonstration picture",
            consent=True,
        )
        if text.get("outcomes"):
            content = _outcomes_csv(text["outcomes"])
            revision.documents.create(
                position=1,
                file=ContentFile(content, "results.csv"),
                name=f"{name}-results.csv",
                title="Results as a table (demonstration data)",
                kind="csv",
                size=len(content),
            )

    # Moderation

    def note(self, revision, at):
        revision.claim(by=self.moderator, now=at)
        InternalNote.objects.create(
            revision=revision, text="Numbers look plausible. Ask for the source of the baseline.", by=self.moderator, at=at
        )

    def give_back(self, revision, at):
        for field, words in [
            ("summary", "Please say in one sentence what changed for residents, with a number."),
            ("failures", "This is the most useful part for other cities. Can you add what it cost to put right?"),
        ]:
            FieldComment.objects.create(revision=revision, field=field, text=words, by=self.moderator, at=at)
        revision.send_back(by=self.moderator, now=at, note="Almost there: two comments.")


def _outcomes_csv(outcomes):
    columns = ["target", "measured", "unit", "baseline_value", "baseline_year", "latest_value", "latest_year", "evidence"]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    writer.writerows(outcomes)
    return out.getvalue().encode()
