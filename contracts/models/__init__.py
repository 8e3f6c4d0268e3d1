"""Contracts, the documents that make them and how these are changed, Reserved Hours, onboarding and renewals."""

from .change import Approval, ChangeRequest, Proposal, VoidedApproval
from .contract import Contract
from .documents import AgreementDocument, Clause, ClauseTerm, Disposition
from .hours import HoursAccount, HoursEntry
from .library import StandardClause, StandardDocument, StandardEdition, StandardTerm
from .onboarding import OnboardingActivity, OnboardingPlan, OnboardingTemplateActivity, OnboardingWait
from .renewal import RenewalReminder

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
    "OnboardingActivity",
    "OnboardingPlan",
    "OnboardingTemplateActivity",
    "OnboardingWait",
    "Proposal",
    "RenewalReminder",
    "StandardClause",
    "StandardDocument",
    "StandardEdition",
    "StandardTerm",
    "VoidedApproval",
]
