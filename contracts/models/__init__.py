"""Contracts, the documents that make them and how these change, the house's standard documents, scope, hours, responsibilities."""

from .change import Approval, ChangeRequest, Proposal, VoidedApproval
from .contract import Contract
from .documents import AgreementDocument, Clause, ClauseTerm, Disposition
from .hours import HoursAccount, HoursEntry
from .library import StandardClause, StandardDocument, StandardEdition, StandardTerm
from .responsibility import Responsibility
from .scope import Exclusion

__all__ = [
    "AgreementDocument",
    "Approval",
    "ChangeRequest",
    "Clause",
    "ClauseTerm",
    "Contract",
    "Disposition",
    "Exclusion",
    "HoursAccount",
    "HoursEntry",
    "Proposal",
    "Responsibility",
    "StandardClause",
    "StandardDocument",
    "StandardEdition",
    "StandardTerm",
    "VoidedApproval",
]
