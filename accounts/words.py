"""What happens to clients and people, in the reader's language."""

from django.utils.translation import gettext_lazy as _

VERBS = {
    "organization.created": _("Client created"),
    "organization.edited": _("Client edited"),
    "person.invited": _("Person invited"),
    "person.uninvited": _("Invitation withdrawn"),
    "person.joined": _("Person joined"),
    "person.left": _("Person left"),
    "person.role_changed": _("Role changed"),
    "person.assigned": _("Consultant assigned"),
    "person.unassigned": _("Assignment ended"),
}
