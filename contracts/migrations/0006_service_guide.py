from django.db import migrations

from contracts.guide import install


def forwards(apps, schema_editor):
    install(apps)


class Migration(migrations.Migration):
    """The service guide of March 2025. Global rows: no scope is needed."""

    dependencies = [("contracts", "0005_changes")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
