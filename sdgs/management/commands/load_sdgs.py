import csv
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import transaction

from sdgs.models import Goal, Target

DATA = Path(__file__).resolve().parents[2] / "data"


def rows(name):
    with open(DATA / name, newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


@transaction.atomic
def load():
    """Bring the 17 goals and 169 targets to the state of the CSV files. Idempotent; keeps official wording."""
    Goal.objects.bulk_create(
        [Goal(**row) for row in rows("goals.csv")],
        update_conflicts=True,
        unique_fields=["number"],
        update_fields=["name", "colour", "description"],
    )
    Target.objects.bulk_create(
        [
            Target(code=row["code"], goal_id=row["code"].split(".")[0], position=position, title=row["title"])
            for position, row in enumerate(rows("targets.csv"), start=1)
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["goal", "position", "title"],
    )


class Command(BaseCommand):
    help = "Load the goals and targets with our own titles (idempotent)."

    def handle(self, **options):
        load()
        self.stdout.write(f"{Goal.objects.count()} goals, {Target.objects.count()} targets.")
