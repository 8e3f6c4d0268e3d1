"""The catalogue as files: categories, and request types that name their category by its slug."""

from __future__ import annotations

from typing import Any

from import_export.fields import Field

from common.exchange import Listed, Named, Rows, YesNo, column

from .models import Category, RequestType
from .services.offering import edit_catalogue


class CatalogueRows(Rows):
    """Rows known by their slug, written by the catalogue's service."""

    key = "slug"

    def write(self, instance: Any) -> None:
        edit_catalogue(actor=self.actor, entry=instance)


class CategoryRows(CatalogueRows):
    """The headings."""

    slug = column(Category, "slug")
    name_en = column(Category, "name_en")
    name_fr = column(Category, "name_fr")
    description_en = column(Category, "description_en")
    description_fr = column(Category, "description_fr")
    icon = column(Category, "icon")
    words_en = Field(attribute="words_en", column_name="words_en", widget=Listed())
    words_fr = Field(attribute="words_fr", column_name="words_fr", widget=Listed())
    position = column(Category, "position")
    is_active = Field(attribute="is_active", column_name="is_active", widget=YesNo())

    class Meta:
        model = Category
        fields = (
            "slug", "name_en", "name_fr", "description_en", "description_fr", "icon", "words_en", "words_fr", "position",
            "is_active",
        )  # fmt: skip
        import_id_fields = ("slug",)
        clean_model_instances = skip_unchanged = report_skipped = store_instance = skip_html_diff = True


class RequestTypeRows(CatalogueRows):
    """What can be asked for."""

    slug = column(RequestType, "slug")
    category = Field(attribute="category", column_name="category", widget=Named(Category, "slug"))
    name_en = column(RequestType, "name_en")
    name_fr = column(RequestType, "name_fr")
    description_en = column(RequestType, "description_en")
    description_fr = column(RequestType, "description_fr")
    effort_minutes = column(RequestType, "effort_minutes")
    products = column(RequestType, "products")
    position = column(RequestType, "position")
    is_active = Field(attribute="is_active", column_name="is_active", widget=YesNo())

    class Meta:
        model = RequestType
        fields = (
            "slug", "category", "name_en", "name_fr", "description_en", "description_fr", "effort_minutes", "products",
            "position", "is_active",
        )  # fmt: skip
        import_id_fields = ("slug",)
        clean_model_instances = skip_unchanged = report_skipped = store_instance = skip_html_diff = True
