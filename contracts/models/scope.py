"""What Reserved Hours don't pay for (service guide §3.4): editable data, the same for all clients."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from contracts.scope import Entry


class Exclusion(models.Model):
    """One of the guide's five, with the words that give a request away, in both languages."""

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name_en = models.CharField(_("name, English"), max_length=100)
    name_fr = models.CharField(_("name, French"), max_length=100)
    explanation_en = models.CharField(
        _("explanation, English"), max_length=400, help_text=_("Why, and what happens instead: the requester reads it.")
    )
    explanation_fr = models.CharField(_("explanation, French"), max_length=400)
    words_en = ArrayField(
        models.CharField(max_length=80), verbose_name=_("words, English"), default=list, blank=True,
        help_text=_("One word or phrase a line. Case, accents and plurals don’t matter."),
    )  # fmt: skip
    words_fr = ArrayField(models.CharField(max_length=80), verbose_name=_("words, French"), default=list, blank=True)
    products = ArrayField(
        models.CharField(max_length=80), verbose_name=_("products"), default=list, blank=True,
        help_text=_("Products that are not served here, one a line: a request that names no other is doubted."),
    )  # fmt: skip
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in force"), default=True)

    class Meta:
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the reader's language."""
        return self.name_fr if (get_language() or "").startswith("fr") else self.name_en

    @property
    def explanation(self) -> str:
        """In the reader's language."""
        return self.explanation_fr if (get_language() or "").startswith("fr") else self.explanation_en

    def entry(self) -> Entry:
        """As the rule takes it."""
        return Entry(self.slug, (*self.words_en, *self.words_fr), tuple(self.products))
