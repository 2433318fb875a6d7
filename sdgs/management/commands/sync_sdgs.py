from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sdgs.models import Goal, Target
from sdgs.official import SyncFailed, fetch, read, store


class Command(BaseCommand):
    help = (
        "Fetch the official wording of the goals and targets from the UN's SDG API. Needs all 17 goals and 169 targets "
        "with their text; anything less changes nothing. The API answers in English only; the wording is kept by "
        "language, so when it learns others, give an address that answers in one with --url and --language."
    )

    def add_arguments(self, parser):
        parser.add_argument("--url", default=settings.SDG_API_URL, help="default: %(default)s (the setting SDG_API_URL)")
        parser.add_argument(
            "--language",
            default="en",
            choices=[code for code, _name in settings.LANGUAGES],
            help="the language in which the address answers (default: en)",
        )

    def handle(self, *, url, language, **options):
        goals, targets = Goal.objects.values_list("pk", flat=True), Target.objects.values_list("pk", flat=True)
        if (len(goals), len(targets)) != (17, 169):
            raise CommandError("The goals and targets are not loaded: run manage.py load_sdgs first.")
        try:
            wording = read(fetch(url), goals=goals, targets=targets)
        except SyncFailed as problem:
            raise CommandError(f"{problem} Nothing was changed.") from None
        self.stdout.write(f"17 goals and 169 targets read, {store(*wording, language=language)} changed.")
