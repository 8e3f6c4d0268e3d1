"""Changes of the demo's contracts: one waits for Northwind's signature, one is asked for, one holds at Globex. Invented examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts.models import User
from contracts import amendment, signing
from contracts import services as contracts
from contracts.models import Contract, Proposal
from contracts.selectors import amendable, day_of
from portal.demo.contracts import EXAMPLE


@dataclass(frozen=True)
class Draft:
    """An amendment: of which document, in which words, by when; and who has signed it, how many days ago."""

    title: str
    amends: str
    number: str
    text: str
    terms: Mapping[str, str]
    days: int  # from today to its date
    proposed: int
    signed: tuple[tuple[str, int], ...] = ()
    language: str = "en"
    translation: str = ""


@dataclass(frozen=True)
class Change:
    """A request for a change, so many days ago."""

    client: str
    who: str
    ago: int
    what: str
    why: str
    effects: Mapping[str, str] = field(default_factory=dict)
    draft: Draft | None = None


CHANGES = (
    Change(
        "GLX", "gina", 62, "Estimations : accord à partir de huit heures",
        "Quatre heures nous font valider trop souvent de petites évolutions.",
        {"effect_hours": "Aucun sur le volume acheté.", "effect_dates": "Dès que possible."},
        Draft(
            "Avenant n° 1 au bon de commande Globex (exemple)", "order", "5.3",
            "Une estimation de plus de huit heures attend l’accord écrit d’un approbateur de Globex.",
            {"hours.estimate_threshold": "480"}, -50, 57, (("gina", 55), ("max", 54)), "fr",
            "An estimate above eight hours waits for the written consent of an approver of Globex.",
        ),
    ),
    Change(
        "NW", "carl", 9, "High priority answered within ninety minutes",
        "Our plant in Leeds now works two shifts, and two hours without an answer stop a line.",
        {
            "effect_price": "To be discussed; we expect a higher monthly fee.",
            "effect_slo": "High priority only: from two business hours to ninety minutes.",
            "effect_dates": "From the first of next month.",
        },
        Draft(
            "Amendment No. 2 to the Northwind MSA (example)", "msa", "4.3",
            "The first answer to a high-priority request comes within ninety business minutes.",
            {"slo.first_response.high": "90"}, 12, 3, (("max", 2),),
        ),
    ),
    Change(
        "NW", "ann", 1, "Requests by phone count like those in the portal",
        "On the shop floor there is a phone, and no screen.",
        {"effect_scope": "One phone number, during the hours of the contract’s calendar."},
    ),
)  # fmt: skip


def make_changes(agreements: Mapping[str, Contract], people: Mapping[str, User], now: datetime) -> None:
    """Ask for them, draft, propose and sign them through the services, each on its day."""
    for one in CHANGES:
        contract, actor = agreements[one.client], people[one.who]
        at = now - timedelta(days=one.ago)
        change = contracts.ask(
            actor=actor, contract=contract, what=one.what, why=one.why, effects=dict(one.effects), now=at
        )
        if (draft := one.draft) is None:
            continue
        wording = contracts.Wording(draft.number, f"{draft.text}\n\n{EXAMPLE}", draft.translation, draft.terms)
        proposal = contracts.draft(
            actor=people["max"], change=change, title=draft.title, amends=amendable(contract).get(kind=draft.amends),
            effective_on=day_of(now + timedelta(days=draft.days)), language=draft.language, clauses=[wording],
            now=at + timedelta(hours=3),
        )  # fmt: skip
        proposal = contracts.propose(actor=people["max"], proposal=proposal, now=now - timedelta(days=draft.proposed))
        for who, ago in draft.signed:
            proposal = _sign(proposal, people[who], now - timedelta(days=ago))
        if draft.days < 0:
            contracts.take_effect(now=now + timedelta(days=draft.days))


def _sign(proposal: Proposal, person: User, at: datetime) -> Proposal:
    return contracts.approve(
        actor=person, proposal=proposal, shown_hash=amendment.digest(signing.text_of(proposal)), typed_name=person.name,
        ip_address="192.0.2.10", now=at,
    )  # fmt: skip
