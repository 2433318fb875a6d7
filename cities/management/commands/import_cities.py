from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from cities.imports import OPTIONAL, REQUIRED, plan


class Command(BaseCommand):
    help = (
        "Add and change cities from a CSV file. Says what it would do, or what is wrong with which line; "
        "writes only with --commit, and then everything or nothing. "
        f"Columns: {', '.join(REQUIRED)}; if you like also {', '.join(OPTIONAL)}. "
        "A city is found by its name and country. An empty cell empties the value; a missing column leaves it as it is."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--commit", action="store_true", help="write to the database")

    def handle(self, *, file, commit, **options):
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file} can't be read: {error.strerror}.") from None
        result = plan(content)
        for line, sentence in result.problems:
            self.stderr.write(f"line {line}: {sentence}")
        if result.problems:
            number = len(result.problems)
            raise CommandError(f"{number} {'problem' if number == 1 else 'problems'}. Nothing was written.")
        for city in result.added:
            self.stdout.write(f"add {city.name} ({city.country.code}) as {city.slug}")
        for city, changes in result.changed:
            what = "; ".join(f"{name} {_shown(old)} -> {_shown(new)}" for name, old, new in changes)
            self.stdout.write(f"change {city.name} ({city.country.code}): {what}")
        if commit:
            try:
                result.carry_out()
            except IntegrityError:
                raise CommandError("The database changed meanwhile. Nothing was written. Run the command again.") from None
        self.stdout.write(
            f"{len(result.added)} to add, {len(result.changed)} to change, {result.unchanged} as they are. "
            + ("Written." if commit else "Nothing was written: add --commit to write it.")
        )


def _shown(value):
    return "(empty)" if value in (None, "") else value
