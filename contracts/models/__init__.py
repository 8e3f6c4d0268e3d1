"""Contracts, the documents that make them and how these are changed, the house's standard documents, and Reserved Hours."""

from .change import Approval, ChangeRequest, Proposal, VoidedApproval
from .contract import Contract
from .documents import AgreementDocument, Clause, ClauseTerm, Disposition
from .hours import HoursAccount, HoursEntry
from .library import StandardClause, StandardDocument, StandardEdition, StandardTerm

__all__ = [
    "AgreementDocument",
    "Approval",
    "ChangeRequest",
    "Clause",
    "ClauseTerm",
    "Contract",
    "Disposition",
    "HoursAccount",
    "HoursEntry",
    "Proposal",
    "StandardClause",
    "StandardDocument",
    "StandardEdition",
    "StandardTerm",
    "VoidedApproval",
]
