"""The house's own standard documents: service guide, policies, general terms. No client's rows: every client may read them.

A contract incorporates an edition by a copy of its text and terms (`AgreementDocument.standard_edition`), so that a client's
promises never hang from a row outside its own wall.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from contracts import terms, words


class StandardDocument(models.Model):
    """A document that many contracts incorporate, each in an edition of its choice."""

    class Kind(models.TextChoices):
        """What the house publishes itself."""

        MS_TERMS = "ms_terms", _("MS Terms")
        GENERAL_TERMS = "general_terms", _("General terms")
        GUIDE = "guide", _("Service guide")
        POLICY = "policy", _("Policy")

    slug = models.SlugField(_("name in addresses"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    title_en = models.CharField(_("title in English"), max_length=200)
    title_fr = models.CharField(_("title in French"), max_length=200)

    class Meta:
        verbose_name = _("standard document")
        verbose_name_plural = _("standard documents")

    def __str__(self) -> str:
        return self.title_en

    def title(self, language: str) -> str:
        """In English or French."""
        return self.title_fr if language.startswith("fr") else self.title_en


class StandardEdition(models.Model):
    """One edition, as it was published on a date. Once published it never changes; the database holds that."""

    class Status(models.TextChoices):
        """A draft is edited freely; a published edition is for ever."""

        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")

    document = models.ForeignKey(
        StandardDocument, on_delete=models.PROTECT, related_name="editions", verbose_name=_("document")
    )
    label = models.CharField(_("edition"), max_length=40)
    dated_on = models.DateField(_("date"))
    language = models.CharField(
        _("language that prevails"), max_length=5, choices=(("fr", _("French")), ("en", _("English"))), default="fr"
    )
    changes_en = models.TextField(_("what changed, in English"), blank=True)
    changes_fr = models.TextField(_("what changed, in French"), blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    published_by_id = models.BigIntegerField(_("published by"), null=True, editable=False)

    class Meta:
        verbose_name = _("standard edition")
        verbose_name_plural = _("standard editions")
        ordering = ["-dated_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["document", "label"], name="contracts_standardedition_label"),
            models.CheckConstraint(
                condition=models.Q(status="draft") | models.Q(published_at__isnull=False),
                name="contracts_standardedition_published",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document}, {self.label}"


class StandardClause(models.Model):
    """A numbered clause in both languages. `restated`: our own words, where the original's list or table is lost."""

    edition = models.ForeignKey(
        StandardEdition, on_delete=models.CASCADE, related_name="clauses", verbose_name=_("edition")
    )
    number = models.CharField(_("number"), max_length=20)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    heading_en = models.CharField(_("heading in English"), max_length=200, blank=True)
    heading_fr = models.CharField(_("heading in French"), max_length=200, blank=True)
    text_en = models.TextField(_("text in English"), help_text=_("Markdown."))
    text_fr = models.TextField(_("text in French"), help_text=_("Markdown."))
    restated = models.BooleanField(_("restated in our own words"), default=False)

    class Meta:
        verbose_name = _("standard clause")
        verbose_name_plural = _("standard clauses")
        ordering = ["edition_id", "position", "number", "id"]
        constraints = [models.UniqueConstraint(fields=["edition", "number"], name="contracts_standardclause_number")]

    def __str__(self) -> str:
        return f"{self.edition} §{self.number}"


class StandardTerm(models.Model):
    """A typed value that a standard clause sets."""

    clause = models.ForeignKey(StandardClause, on_delete=models.CASCADE, related_name="terms", verbose_name=_("clause"))
    key = models.CharField(_("term"), max_length=60)
    value = models.CharField(_("value"), max_length=200)

    class Meta:
        verbose_name = _("standard term")
        verbose_name_plural = _("standard terms")
        constraints = [models.UniqueConstraint(fields=["clause", "key"], name="contracts_standardterm_once")]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"

    def clean(self) -> None:
        """A wrong key, type, unit or bound is refused with the registry's words."""
        try:
            terms.parse(self.key, self.value)
        except terms.TermError as error:
            raise ValidationError({error.field: words.refusal(error)}) from error
