"""What can be asked for: five categories (service guide §3.2) and their request types, editable data for all clients."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class InTwoLanguages(models.Model):
    """A name and a description in English and French; the reader's language decides."""

    name_en = models.CharField(_("name, English"), max_length=100)
    name_fr = models.CharField(_("name, French"), max_length=100)
    description_en = models.CharField(_("description, English"), max_length=300, blank=True)
    description_fr = models.CharField(_("description, French"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        abstract = True
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the reader's language."""
        return self.name_fr if (get_language() or "").startswith("fr") else self.name_en

    @property
    def description(self) -> str:
        """In the reader's language."""
        return self.description_fr if (get_language() or "").startswith("fr") else self.description_en


class Category(InTwoLanguages):
    """One of the guide's five."""

    slug = models.SlugField(_("slug"), unique=True)
    icon = models.CharField(_("icon"), max_length=30, default="help")
    words_en = ArrayField(
        models.CharField(max_length=80), verbose_name=_("words, English"), default=list, blank=True,
        help_text=_("One word or phrase a line: a request that has them looks in scope."),
    )  # fmt: skip
    words_fr = ArrayField(models.CharField(max_length=80), verbose_name=_("words, French"), default=list, blank=True)

    class Meta(InTwoLanguages.Meta):
        verbose_name = _("category")
        verbose_name_plural = _("categories")


class RequestType(InTwoLanguages):
    """A kind of request, with an example of effort and the products it is for."""

    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="request_types", verbose_name=_("category")
    )
    slug = models.SlugField(_("slug"), unique=True)
    effort_minutes = models.PositiveIntegerField(_("example of effort, minutes"), null=True, blank=True)
    products = models.CharField(_("products"), max_length=100, blank=True)

    class Meta(InTwoLanguages.Meta):
        verbose_name = _("request type")
        verbose_name_plural = _("request types")
