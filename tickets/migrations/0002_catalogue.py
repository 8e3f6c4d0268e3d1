from django.db import migrations

from tickets.catalogue import install


def forwards(apps, schema_editor):
    install(apps.get_model("tickets", "Category"), apps.get_model("tickets", "RequestType"))


class Migration(migrations.Migration):
    """The five categories of the guide and a first set of request types. Global rows: no scope is needed."""

    dependencies = [("tickets", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
