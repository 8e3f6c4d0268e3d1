from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.utils.text import slugify


def give_short_names(apps: Any, schema_editor: Any) -> None:
    """Every calendar that there is gets one from its name."""
    taken: set[str] = set()
    for calendar in apps.get_model("slo", "BusinessCalendar").objects.order_by("pk"):
        base = slugify(calendar.name)[:50] or "calendar"
        calendar.slug = base if base not in taken else f"{base}-{calendar.pk}"
        taken.add(calendar.slug)
        calendar.save(update_fields=["slug"])


class Migration(migrations.Migration):
    """Holidays may carry windows, calendars have short names, editions say what made them, feeds are fetched."""

    dependencies = [("slo", "0004_retired_calendars")]
    operations = [
        migrations.AddField(
            "businesscalendar",
            "slug",
            models.SlugField(
                blank=True,
                default="",
                help_text="What commands call it: paris-9-18.",
                max_length=60,
                verbose_name="short name",
            ),
            preserve_default=False,
        ),
        migrations.RunPython(give_short_names, migrations.RunPython.noop),
        migrations.AddConstraint(
            "businesscalendar",
            models.UniqueConstraint(
                condition=models.Q(("slug", ""), _negated=True), fields=("slug",), name="slo_calendar_slug"
            ),
        ),
        migrations.AddField(
            "calendaredition",
            "origin",
            models.CharField(
                choices=[("hand", "by hand"), ("list", "a list of holidays"), ("feed", "the calendar’s feed")],
                default="hand",
                max_length=10,
                verbose_name="made by",
            ),
        ),
        migrations.AddField(
            "calendaredition",
            "published_at",
            models.DateTimeField(blank=True, null=True, verbose_name="published at"),
        ),
        migrations.AlterField(
            "calendaredition",
            "holidays",
            models.JSONField(default=dict, help_text="Date → name, or name and windows.", verbose_name="holidays"),
        ),
        migrations.CreateModel(
            "CalendarFeed",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("url", models.URLField(max_length=500, verbose_name="address")),
                ("days", models.JSONField(default=dict, help_text="Date → name.", verbose_name="what it said last")),
                ("asked_at", models.DateTimeField(blank=True, null=True, verbose_name="asked at")),
                ("changed_at", models.DateTimeField(blank=True, null=True, verbose_name="changed the calendar at")),
                ("failed_at", models.DateTimeField(blank=True, null=True, verbose_name="failing since")),
                ("failure", models.CharField(blank=True, max_length=40, verbose_name="why it failed")),
                (
                    "calendar",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feed",
                        to="slo.businesscalendar",
                        verbose_name="calendar",
                    ),
                ),
            ],
            options={"verbose_name": "calendar feed", "verbose_name_plural": "calendar feeds"},
        ),
    ]
