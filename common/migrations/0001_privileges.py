from django.db import migrations

from common.rls import privileges


class Migration(migrations.Migration):
    """Before any table of ours: it must not give back what append-only tables revoke."""

    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [privileges()]
