import psycopg2
from django.conf import settings
from django.db.backends.postgresql import base
from django.utils.functional import cached_property

from .embedded import EmbeddedServer, EmbeddedServerFailed


class DatabaseWrapper(base.DatabaseWrapper):
    """Connects as Django's own wrapper does; an embedded server that isn't running is started first."""

    @cached_property
    def embedded_server(self):
        host = self.settings_dict["HOST"]
        return EmbeddedServer(settings.EMBEDDED_POSTGRES) if host == "embedded" else None

    def get_connection_params(self):
        params = super().get_connection_params()
        if self.embedded_server:
            params["host"] = str(self.embedded_server.socket_dir)
        return params

    def get_new_connection(self, conn_params):
        server = self.embedded_server
        if server and not server.joined:
            self._join(server)
        try:
            return super().get_new_connection(conn_params)
        except psycopg2.OperationalError:
            if not server:
                raise
            self._join(server)  # it died since
            return super().get_new_connection(conn_params)

    def _join(self, server):
        try:
            server.join()
        except EmbeddedServerFailed as error:
            raise psycopg2.OperationalError(str(error)) from None


def explain(error, database):
    """One line for a person at a terminal: which database can't be reached and what to check."""
    if database["HOST"] == "embedded":
        return f"The embedded database is not available: {error}".strip()
    where = f"{database['HOST'] or 'localhost'}:{database['PORT'] or 5432}"
    reason = str(error).strip().splitlines()[0]
    return (
        f"No database at {where} (name {database['NAME']!r}, user {database['USER']!r}): {reason} "
        "Check DATABASE_URL, that the server runs and that it lets this user in."
    )
