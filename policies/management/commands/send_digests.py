from django.core.management.base import BaseCommand
from django.utils import timezone

from policies import actions


class Command(BaseCommand):
    help = "Tell the moderators by letter what waits for them. Run it once a day; more often does no harm."

    def handle(self, **options):
        self.stdout.write(f"{actions.send_digests(now=timezone.now())} letters")
