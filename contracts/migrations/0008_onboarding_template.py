from django.db import migrations

from contracts.onboarding_template import install


def forwards(apps, schema_editor):
    install(apps.get_model("contracts", "OnboardingTemplateActivity"))


class Migration(migrations.Migration):
    """The six activities of an onboarding. Global rows: no scope is needed."""

    dependencies = [("contracts", "0007_onboarding_and_renewals")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
