"""Triggers that refuse every change to the journal; there is no way back by migration."""

from django.db import migrations

from dms.journal import guards


def install(apps, schema_editor):
    guards.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_entries_and_seals")]
    operations = [migrations.RunPython(install)]
