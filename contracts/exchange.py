"""Exclusions as a file: a row each, their words between semicolons."""

from __future__ import annotations

from typing import Any

from import_export.fields import Field

from common.exchange import Listed, Rows, YesNo, column

from . import services
from .models import Exclusion


class ExclusionRows(Rows):
    """Known by their slug, written by their service."""

    key = "slug"
    slug = column(Exclusion, "slug")
    name_en = column(Exclusion, "name_en")
    name_fr = column(Exclusion, "name_fr")
    explanation_en = column(Exclusion, "explanation_en")
    explanation_fr = column(Exclusion, "explanation_fr")
    words_en = Field(attribute="words_en", column_name="words_en", widget=Listed())
    words_fr = Field(attribute="words_fr", column_name="words_fr", widget=Listed())
    products = Field(attribute="products", column_name="products", widget=Listed())
    position = column(Exclusion, "position")
    is_active = Field(attribute="is_active", column_name="is_active", widget=YesNo())

    class Meta:
        model = Exclusion
        fields = (
            "slug", "name_en", "name_fr", "explanation_en", "explanation_fr", "words_en", "words_fr", "products",
            "position", "is_active",
        )  # fmt: skip
        import_id_fields = ("slug",)
        clean_model_instances = skip_unchanged = report_skipped = store_instance = skip_html_diff = True

    def write(self, instance: Any) -> None:
        """By the service, with its refusals."""
        services.edit_exclusion(actor=self.actor, exclusion=instance)
