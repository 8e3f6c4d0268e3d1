"""A standard document as a page shows it: its published editions, one of them in full, and who incorporates it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from common.html import markdown
from contracts.models import AgreementDocument, StandardDocument, StandardEdition


@dataclass(frozen=True)
class ClauseText:
    """A clause in the reader's language, as safe HTML."""

    number: str
    heading: str
    text: str
    restated: bool

    @property
    def level(self) -> int:
        """How deep its number lies: 1 for §3, 2 for §3.1."""
        return self.number.count(".") + 1


def standard_document(user: User, slug: str, label: str, language: str) -> dict[str, Any] | None:
    """The page's context; None for a document or an edition that isn't published."""
    document = StandardDocument.objects.filter(slug=slug).first()
    published = StandardEdition.objects.filter(document=document, status=StandardEdition.Status.PUBLISHED)
    editions = list(published.order_by("-dated_on", "-id")) if document else []
    shown = next((one for one in editions if not label or one.label == label), None)
    if document is None or shown is None:
        return None
    french = language.startswith("fr")
    incorporated = AgreementDocument.objects.visible_to(user).filter(standard_edition=shown)
    return {
        "document": document,
        "title": document.title(language),
        "editions": [
            {"edition": one, "changes": one.changes_fr if french else one.changes_en, "shown": one == shown}
            for one in editions
        ],
        "edition": shown,
        "files": list(shown.files.all()),
        "is_rendering": not language.startswith(shown.language),
        "clauses": [
            ClauseText(
                one.number,
                one.heading_fr if french else one.heading_en,
                markdown(one.text_fr if french else one.text_en),
                one.restated,
            )
            for one in shown.clauses.all()
        ],
        "incorporated": incorporated.select_related("contract__organization").order_by(
            "contract__organization__name", "effective_on"
        ),
    }
