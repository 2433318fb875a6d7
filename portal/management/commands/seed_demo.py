from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.demo import world


class Command(BaseCommand):
    help = "Build the demonstration world, once. Keeps what is there. Development only."

    def handle(self, **options):
        if not settings.DEBUG:
            raise CommandError("The demonstration world has well-known passwords: it is built with DEBUG on only.")
        if world.is_built():
            self.stdout.write("The demonstration world is there already; nothing changed.")
            return
        call_command("load_reference", stdout=self.stdout)
        world.build(timezone.now(), lambda line: self.stdout.write(f"  {line}"))
        self.stdout.write("The demonstration world is built.")
