"""The only writers of organizations, people, memberships, assignments and invitations."""

from .invitations import InvitationUnusable, Offer, accept, invite, look, revoke
from .organizations import assign, edit_organization, join, leave, set_role, unassign
from .people import create_person, edit_person, edit_profile, set_language, set_theme

__all__ = [
    "InvitationUnusable",
    "Offer",
    "accept",
    "assign",
    "create_person",
    "edit_organization",
    "edit_person",
    "edit_profile",
    "invite",
    "join",
    "leave",
    "look",
    "revoke",
    "set_language",
    "set_role",
    "set_theme",
    "unassign",
]
