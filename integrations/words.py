"""What happens to tokens, in the reader's language."""

from django.utils.translation import gettext_lazy as _

VERBS = {
    "token.created": _("Token made"),
    "token.revoked": _("Token revoked"),
}
