from django.db import migrations

from common.rls import immutable


class Migration(migrations.Migration):
    """A calendar edition is what verdicts were judged by: it never changes."""

    dependencies = [("slo", "0001_initial")]
    operations = [immutable("slo_calendaredition", "true", "a calendar edition never changes: publish a new one")]
