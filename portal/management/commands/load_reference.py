from django.core.management import call_command
from django.core.management.base import BaseCommand

from policies.groups import ensure_moderators


class Command(BaseCommand):
    help = "Load what every installation needs: goals and targets, members, the group of moderators (idempotent)."

    def handle(self, **options):
        call_command("load_sdgs", stdout=self.stdout)
        call_command("load_cities", stdout=self.stdout)
        ensure_moderators()
