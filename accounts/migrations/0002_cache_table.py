"""The table of Django's database cache, which counts attempts for the rate limits across all worker processes.

`createcachetable` would make the same one, but as a step that can be forgotten. Unlogged: after a crash of the
database it is empty, which a cache may be.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE UNLOGGED TABLE cache (
                cache_key varchar(255) PRIMARY KEY,
                value text NOT NULL,
                expires timestamp with time zone NOT NULL
            );
            CREATE INDEX cache_expires ON cache (expires);
            """,
            "DROP TABLE cache;",
        ),
    ]
