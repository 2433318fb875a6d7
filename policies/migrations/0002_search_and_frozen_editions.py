"""What the database does beyond tables: the text search configuration, and published editions that can't change."""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

SEARCH = """
CREATE TEXT SEARCH CONFIGURATION portal (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION portal
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem;
"""
NO_SEARCH = "DROP TEXT SEARCH CONFIGURATION portal;"

# A public edition is cited by its address, so its text stays as it is. What may still change: its
# status, and what the public never saw: the people, who may have their account deleted, and the contact.
REVISION = """
CREATE FUNCTION policies_keep_published_revision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY[
        'status', 'author_id', 'edited_by_id', 'submitted_by_id', 'decided_by_id', 'assignee_id', 'claimed_at',
        'contact_office', 'contact_email'
    ];
BEGIN
    IF OLD.status IN ('published', 'superseded')
       AND ((to_jsonb(OLD) - free) IS DISTINCT FROM (to_jsonb(NEW) - free)
            OR NEW.status NOT IN ('published', 'superseded')) THEN
        RAISE EXCEPTION 'published revision % can not change', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_published BEFORE UPDATE ON policies_revision
    FOR EACH ROW EXECUTE FUNCTION policies_keep_published_revision();

CREATE FUNCTION policies_keep_published_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    row_ record;
BEGIN
    IF TG_OP = 'DELETE' THEN row_ := OLD; ELSE row_ := NEW; END IF;
    IF EXISTS (
        SELECT 1 FROM policies_revision
        WHERE id IN (row_.revision_id, CASE WHEN TG_OP = 'UPDATE' THEN OLD.revision_id END)
          AND status IN ('published', 'superseded')
    ) THEN
        RAISE EXCEPTION 'published revision % can not change', row_.revision_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN row_;
END $$;
"""
NO_REVISION = """
DROP TRIGGER keep_published ON policies_revision;
DROP FUNCTION policies_keep_published_revision();
DROP FUNCTION policies_keep_published_part();
"""
PARTS = ["sdglink", "partner", "fundingshare", "outcome", "weblink", "document", "picture"]


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_initial")]

    operations = [
        UnaccentExtension(),
        TrigramExtension(),
        migrations.RunSQL(SEARCH, NO_SEARCH),
        migrations.RunSQL(REVISION, NO_REVISION),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER keep_published BEFORE INSERT OR UPDATE OR DELETE ON policies_{part} "
                "FOR EACH ROW EXECUTE FUNCTION policies_keep_published_part();",
                f"DROP TRIGGER keep_published ON policies_{part};",
            )
            for part in PARTS
        ),
    ]
