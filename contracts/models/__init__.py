"""Contracts, the documents that make them, the house's standard documents, Reserved Hours, exclusions, responsibilities."""

from .contract import Contract
from .documents import AgreementDocument, Clause, ClauseTerm, Disposition
from .hours import HoursAccount, HoursEntry
from .library import StandardClause, StandardDocument, StandardEdition, StandardTerm
from .responsibility import Responsibility
from .scope import Exclusion

__all__ = [
    "AgreementDocument",
    "Clause",
    "ClauseTerm",
    "Contract",
    "Disposition",
    "Exclusion",
    "HoursAccount",
    "HoursEntry",
    "Responsibility",
    "StandardClause",
    "StandardDocument",
    "StandardEdition",
    "StandardTerm",
]
