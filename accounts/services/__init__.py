"""The only writers of organizations, people, memberships, teams, assignments and invitations."""

from .invitations import InvitationUnusable, Offer, accept, invite, look, resend, revoke
from .members import edit_member, join, leave, set_role, set_team, set_visibility
from .organizations import assign, edit_organization, unassign
from .people import address_changed, create_person, edit_person, edit_profile, set_language, set_theme
from .teams import create_team, edit_team, remove_team

__all__ = [
    "InvitationUnusable",
    "Offer",
    "accept",
    "address_changed",
    "assign",
    "create_person",
    "create_team",
    "edit_member",
    "edit_organization",
    "edit_person",
    "edit_profile",
    "edit_team",
    "invite",
    "join",
    "leave",
    "look",
    "remove_team",
    "resend",
    "revoke",
    "set_language",
    "set_role",
    "set_team",
    "set_theme",
    "set_visibility",
    "unassign",
]
