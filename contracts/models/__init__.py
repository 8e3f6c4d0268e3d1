"""Contracts, the documents that make them, the house's standard documents, and Reserved Hours."""

from .contract import Contract
from .documents import AgreementDocument, Clause, ClauseTerm, Disposition
from .hours import HoursAccount, HoursEntry
from .library import StandardClause, StandardDocument, StandardEdition, StandardTerm

__all__ = [
    "AgreementDocument",
    "Clause",
    "ClauseTerm",
    "Contract",
    "Disposition",
    "HoursAccount",
    "HoursEntry",
    "StandardClause",
    "StandardDocument",
    "StandardEdition",
    "StandardTerm",
]
