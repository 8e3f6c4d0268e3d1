"""Contracts, the documents that make them, and their Reserved Hours."""

from .contract import AgreementDocument, Clause, ClauseTerm, Contract
from .hours import HoursAccount, HoursEntry

__all__ = ["AgreementDocument", "Clause", "ClauseTerm", "Contract", "HoursAccount", "HoursEntry"]
