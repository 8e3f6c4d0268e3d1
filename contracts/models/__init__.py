"""Contracts, the documents that make them and how these change, scope, hours, onboarding, renewals, responsibilities."""

from .change import Approval, ChangeRequest, Proposal, VoidedApproval
from .contract import Contract
from .documents import AgreementDocument, Clause, ClauseTerm, Disposition
from .files import DocumentFile, StandardFile
from .hours import HoursAccount, HoursEntry
from .library import StandardClause, StandardDocument, StandardEdition, StandardTerm
from .onboarding import OnboardingActivity, OnboardingPlan, OnboardingTemplateActivity, OnboardingWait
from .renewal import RenewalReminder
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
    "DocumentFile",
    "Exclusion",
    "HoursAccount",
    "HoursEntry",
    "OnboardingActivity",
    "OnboardingPlan",
    "OnboardingTemplateActivity",
    "OnboardingWait",
    "Proposal",
    "RenewalReminder",
    "Responsibility",
    "StandardClause",
    "StandardDocument",
    "StandardEdition",
    "StandardFile",
    "StandardTerm",
    "VoidedApproval",
]
