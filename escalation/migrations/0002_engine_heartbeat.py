from django.db import migrations, models

from common.rls import APP, STAFF


class Migration(migrations.Migration):
    """The engine alone writes its heartbeat; the web reads it."""

    dependencies = [("escalation", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="EngineHeartbeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seen_at", models.DateTimeField()),
                ("lag_seconds", models.FloatField()),
                ("ticks", models.BigIntegerField()),
                ("steps_fired", models.BigIntegerField()),
                ("measured_at", models.DateTimeField(null=True)),
                ("open_clocks", models.BigIntegerField()),
                ("outbox_depth", models.BigIntegerField()),
                ("outbox_seconds", models.FloatField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="escalation_engineheartbeat_one")
                ],
            },
        ),
        migrations.RunSQL(
            f"REVOKE INSERT, UPDATE, DELETE ON escalation_engineheartbeat FROM {APP}, {STAFF}",
            migrations.RunSQL.noop,
        ),
    ]
