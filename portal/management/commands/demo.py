import signal
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from portal.demo import world


class Command(BaseCommand):
    help = "Set up and serve the demonstration: database, data, server. Ctrl-C stops it."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, port, **options):
        if not settings.DEBUG:
            raise CommandError("The demonstration runs with DEBUG on only. For a real site see README.md.")
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the database is stopped in order, too
        try:
            self.set_up()
            self.announce(port)
            call_command("runserver", f"127.0.0.1:{port}", use_reloader=False, skip_checks=False)
        except KeyboardInterrupt:
            self.stdout.write("\nStopped.")

    def set_up(self):
        self.stdout.write("Database: bringing it up to date ...")
        call_command("migrate", verbosity=0)
        self.stdout.write("Data: goals, cities, demonstration cases ...")
        call_command("seed_demo", stdout=self.stdout)

    def announce(self, port):
        site = f"http://127.0.0.1:{port}"
        width = max(map(len, world.LOGINS))
        lines = ["", f"The portal:  {site}/", f"Admin site:  {site}/admin/", f"Its mail:    {site}/demo/mail/", ""]
        lines += [f"Log in with the password {world.PASSWORD} as"]
        lines += [f"  {email:<{width}}  {who}" for email, who in world.LOGINS.items()]
        self.stdout.write("\n".join([*lines, "", "Ctrl-C stops the server and the database.", ""]))
        self.stdout.flush()
