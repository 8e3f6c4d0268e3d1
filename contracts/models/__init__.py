"""Contracts, the documents that make them, the house's standard documents, Reserved Hours, onboarding and renewals."""

from .contract import Contract
from .documents import AgreementDocument, Clause, ClauseTerm, Disposition
from .hours import HoursAccount, HoursEntry
from .library import StandardClause, StandardDocument, StandardEdition, StandardTerm
from .onboarding import OnboardingActivity, OnboardingPlan, OnboardingTemplateActivity, OnboardingWait
from .renewal import RenewalReminder

__all__ = [
    "AgreementDocument",
    "Clause",
    "ClauseTerm",
    "Contract",
    "Disposition",
    "HoursAccount",
    "HoursEntry",
    "OnboardingActivity",
    "OnboardingPlan",
    "OnboardingTemplateActivity",
    "OnboardingWait",
    "RenewalReminder",
    "StandardClause",
    "StandardDocument",
    "StandardEdition",
    "StandardTerm",
]
