from django.core.management.base import BaseCommand
from django.db import transaction

from policies.models import PolicyCase


class Command(BaseCommand):
    help = "Rebuild the catalogue columns of every case from its live edition."

    def handle(self, **options):
        cases = PolicyCase.objects.ever_public()
        for case in cases.iterator(chunk_size=200):
            with transaction.atomic():
                case.locked().write_catalogue()
        self.stdout.write(f"{cases.count()} cases.")
