"""Django's PostgreSQL engine, plus the embedded server of a checkout that has no DATABASE_URL."""
