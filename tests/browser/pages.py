"""Every page that a person meets, once: what script/screenshots draws and what test_axe.py examines.

A GET route that stands in neither PAGES nor NOT_PAGES fails test_axe.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.urls import reverse


@dataclass(frozen=True)
class Page:
    """A page as somebody of the demo's cast sees it. `find` names facts of tests/browser/demo.py that the address needs;
    `query` may name them in braces."""

    name: str  # of the picture
    route: str
    who: str = ""  # nobody signed in
    find: tuple[str, ...] = ()
    query: str = ""

    def address(self, facts: Mapping[str, Any]) -> str:
        """Path and query for what the demo holds."""
        return reverse(self.route, args=[facts[name] for name in self.find]) + self.query.format(**facts)


PAGES = (
    # a client's
    Page("home", "portal:home", "rosa"),
    Page("home-requester", "portal:home", "ann"),
    Page("new", "tickets:new", "ann"),
    Page("requests", "portal:tickets", "ann"),
    Page("search", "portal:search", "ann", query="?q=jira"),
    Page("search-nothing", "portal:search", "ann", query="?q=zzzz"),
    Page("client-ticket", "portal:ticket", "ann", ("late",)),
    Page("client-ticket-closed", "portal:ticket", "rosa", ("closed",)),
    Page("receipt", "portal:receipt", "ann", ("late", "objective")),
    Page("receipt-closed", "portal:receipt", "rosa", ("closed", "objective")),
    Page("verdict-missed", "portal:verdict", "rosa", ("late", "objective")),
    Page("verdict-numbered", "portal:verdict_of", "rosa", ("late", "objective", "number")),
    Page("verdict-kept", "portal:verdict", "rosa", ("closed", "objective")),
    Page("persist", "escalation:persist", "ann", ("late",)),
    Page("client-reply", "tickets:reply", "ann", ("late",)),
    Page("cancel", "tickets:act", "ann", ("late",), "?action=cancel"),
    Page("hours", "portal:hours", "rosa", ("contract",)),
    Page("promises", "portal:promises", "rosa", ("contract",)),
    Page("calendar", "portal:calendar", "rosa", ("calendar",)),
    Page("responsibilities", "portal:responsibilities", "rosa", ("client",)),
    Page("responsibility", "portal:responsibility", "rosa", ("client", "line")),
    Page("client-ticket-doubted", "portal:ticket", "carl", ("doubted",)),
    Page("promises-compared", "portal:promises", "rosa", ("contract",), "?against=2026-01-15"),
    Page("service-guide", "portal:standard_document", "rosa", ("guide",)),
    Page("home-onboarding", "portal:home", "samira"),
    Page("onboarding", "portal:onboarding", "samira", ("onboarding",)),
    Page("onboarding-activity", "portal:onboarding_activity", "samira", ("onboarding", "activity")),
    Page("changes", "portal:changes", "rosa", ("contract",)),
    Page("changes-none", "portal:changes", "tom", ("contract_without_changes",)),
    Page("change-ask", "portal:change_ask", "ann", ("contract",)),
    Page("change", "portal:change", "rosa", ("change",)),
    Page("change-signed", "portal:change", "gina", ("change_signed",)),
    Page("change-impact", "portal:change_impact", "rosa", ("change",)),
    Page("change-file", "portal:change_file", "max", ("change",)),
    Page("change-sign", "portal:change_sign", "rosa", ("change",)),
    Page("change-reject", "portal:change_reject", "rosa", ("change",)),
    Page("change-certificate", "portal:change_certificate", "gina", ("change_signed",)),
    Page("people", "accounts:people", "carl", ("client",)),
    Page("invite", "accounts:invite", "carl", ("client",)),
    Page("member", "accounts:member", "carl", ("client", "member")),
    Page("member-self", "accounts:member", "carl", ("client", "administrator")),
    Page("member-remove", "portal:remove_member", "carl", ("client", "member")),
    Page("who-sees-what", "portal:visibility", "carl", ("client",)),
    Page("team-new", "accounts:new_team", "carl", ("client",)),
    Page("team", "accounts:team", "carl", ("client", "team")),
    Page("profile", "accounts:profile", "ann"),
    # ours
    Page("queue", "portal:queue", "nadia"),
    Page("queue-narrowed", "portal:queue", "nadia", query="?client=NW&priority=low&q=zzzz"),
    Page("queue-hand-made", "portal:queue", "nadia", query="?view=nonsense&colour=blue"),
    Page("bulk-assign", "portal:bulk", "nadia", query="?action=assign{selected}"),
    Page("bulk-priority", "portal:bulk", "nadia", query="?action=prioritize{selected}"),
    Page("bulk-resolve", "portal:bulk", "nadia", query="?action=resolve{selected}"),
    Page("ticket", "portal:ticket", "nadia", ("late",)),
    Page("ticket-working", "portal:ticket", "julien", ("working",)),
    Page("ticket-closed", "portal:ticket", "max", ("closed",)),
    Page("resolve", "tickets:act", "julien", ("working",), "?action=resolve"),
    Page("assign", "tickets:assign", "nadia", ("late",)),
    Page("prioritize", "tickets:prioritize", "nadia", ("late",)),
    Page("log-time", "tickets:log_time", "julien", ("working",)),
    Page("ticket-doubted", "portal:ticket", "julien", ("doubted",)),
    Page("ticket-quoted", "portal:ticket", "nadia", ("quoted",)),
    Page("ticket-blocked", "portal:ticket", "julien", ("blocked",)),
    Page("decide-scope", "tickets:decide_scope", "julien", ("doubted",)),
    Page("block", "tickets:block", "julien", ("doubted",)),
    Page("log-time-refused", "tickets:log_time", "nadia", ("quoted",)),
    Page("responsibilities-index", "portal:responsibilities_index", "julien"),
    Page("staff-responsibilities", "portal:responsibilities", "julien", ("client",), "?show=all"),
    Page("staff-responsibility", "portal:responsibility", "julien", ("client", "line")),
    Page("responsibility-new", "portal:responsibility_new", "julien", ("client",)),
    Page("responsibility-edit", "portal:responsibility_edit", "julien", ("client", "line")),
    Page("acknowledge", "escalation:acknowledge", "nadia", ("escalation",)),
    Page("portfolio", "portal:portfolio", "max"),
    Page("portfolio-narrowed", "portal:portfolio", "max", query="?need=renewal&sort=-free&q=zzzz"),
    Page("client", "portal:client", "max", ("client",)),
    Page("unsettled", "portal:unsettled", "nadia"),
    Page("unsettled-client", "portal:unsettled", "max", query="?show=client"),
    Page("unsettled-nothing", "portal:unsettled", "nadia", query="?q=zzzz"),
    Page("answers", "portal:answers", "max", ("client",)),
    Page("client-narrowed", "portal:client", "max", ("client",), "?category=access#ledger"),
    Page("staff-hours", "portal:hours", "max", ("contract",)),
    Page("staff-onboarding", "portal:onboarding", "max", ("onboarding",)),
    Page("staff-activity", "portal:onboarding_activity", "max", ("onboarding", "activity")),
    Page("no-onboarding", "portal:onboarding", "max", ("contract",)),
    Page("renew", "portal:renew", "max", ("contract",)),
    Page("staff-calendar", "portal:calendar", "max", ("calendar",), "?year=2027"),
    Page("staff-promises", "portal:promises", "max", ("contract",)),
    Page("staff-change", "portal:change", "max", ("change",)),
    Page("change-asked", "portal:change", "max", ("change_asked",)),
    Page("change-draft", "portal:change_draft", "max", ("change_asked",)),
    Page("change-decline", "portal:change_decline", "max", ("change_asked",)),
    Page("change-withdraw", "portal:change_withdraw", "max", ("change",)),
    Page("people-index", "accounts:people_index", "max"),
    Page("people-manager", "accounts:people", "max", ("client",)),
    Page("engine", "portal:engine", "nadia"),
    Page("staffing", "portal:staffing", "nadia"),
    Page("staffing-client", "portal:staffing_client", "nadia", ("client",)),
    Page("staffing-end", "portal:staffing_end", "nadia", ("client", "assignment")),
    Page("calendars", "portal:calendars", "ada"),
    Page("calendar-draft", "portal:calendar_draft", "ada", ("calendar",)),
    Page("calendar-change", "portal:calendar_change", "ada", ("calendar_change",)),
    Page("calendar-change-waits", "portal:calendar_change", "ada", ("calendar_change_waits",)),
    Page("staff-change-impact", "portal:change_impact", "max", ("change",)),
    # before, and around, signing in
    Page("sign-in", "account_login"),
    Page("sign-out", "account_logout", "ann"),
    Page("sign-up-closed", "account_signup"),
    Page("inactive", "account_inactive"),
    Page("single-sign-on-cancelled", "socialaccount_login_cancelled"),
    Page("reauthenticate", "account_reauthenticate", "ann"),
    Page("addresses", "account_email", "ann"),
    Page("address-pending", "account_email", "rosa"),
    Page("address-confirm", "account_confirm_email", find=("email_key",)),
    Page("address-sent", "account_email_verification_sent"),
    Page("password-change", "account_change_password", "ann"),
    Page("password-set", "account_set_password", "guest"),
    Page("password-reset", "account_reset_password"),
    Page("password-reset-sent", "account_reset_password_done"),
    Page("password-reset-new", "account_reset_password_from_key", find=("reset_person", "reset_key")),
    Page("password-reset-done", "account_reset_password_from_key_done"),
    Page("second-step", "mfa_index", "ann"),
    Page("second-step-set", "mfa_index", "guest"),
    Page("second-step-app", "mfa_activate_totp", "ann"),
    Page("second-step-app-off", "mfa_deactivate_totp", "guest"),
    Page("second-step-again", "mfa_reauthenticate", "guest"),
    Page("recovery-codes", "mfa_view_recovery_codes", "guest"),
    Page("recovery-codes-new", "mfa_generate_recovery_codes", "guest"),
    Page("security-keys", "mfa_list_webauthn", "ann"),
    Page("security-key-new", "mfa_add_webauthn", "ann"),
    Page("sessions", "usersessions_list", "ann"),
    Page("sessions-two", "usersessions_list", "guest"),
    Page("tokens", "integrations:tokens", "ann"),
    Page("invitation", "accounts:accept", find=("token",)),
    Page("invitation-closed", "accounts:accept", find=("forged",)),
    # the demo's outbox
    Page("mails", "notifications:mails"),
    Page("mail", "notifications:mail", find=("mail",)),
)

NOT_PAGES = {
    "live": "words for a load balancer",
    "ready": "words for a load balancer",
    "metrics": "figures for a collector",
    "tickets:attachment": "a file, sealed",
    "portal:hours_csv": "a table for a spreadsheet",
    "portal:receipt_verifier": "a program to download",
    "portal:engine_again": "POST only",
    "integrations:revoke": "POST only",
    "api:docs": "Swagger UI's own page; tests/browser/test_api.py drives it",
    **{
        f"api:{name}": "JSON for programs"
        for name in (
            "schema",
            "tickets",
            "ticket",
            "messages",
            "time",
            "request_types",
            "contracts",
            "contract",
            "terms",
            "balance",
            "clocks",
            "clock",
            "receipt",
            "escalations",
            "escalation",
            "nowhere",
        )
    },
    "accounts:revoke": "POST only",
    "accounts:resend": "POST only",
    "accounts:set_theme": "POST only",
    "accounts:set_language": "POST only",
    "portal:calendar_publish": "POST only",
    "portal:calendar_discard": "POST only",
    "portal:calendar_again": "POST only",
    "portal:change_propose": "POST only",
    "portal:change_file_remove": "POST only",
    "portal:document_file": "a PDF to save",
    "portal:standard_file": "a PDF to save",
    "portal:set_theme": "POST only",
    "portal:undo": "POST only",
    "tickets:promise": "a fragment of the form of a new request",
    "tickets:doubt": "a fragment of the form of a new request, POST only; test_scope.py drives it",
    "tickets:take_back_scope": "POST only",
    "tickets:unblock": "POST only",
    "tickets:reverse_time": "POST only",
    "notifications:mail_html": "the frame inside a mail's page, as mail programs show it",
    "socialaccount_login_error": "answered 401; looks like socialaccount_login_cancelled, which is here",
    "accounts:again": "leads on, back from the provider",
    "openid_connect_login": "needs a provider; tests/accounts/test_single_sign_on.py",
    "openid_connect_callback": "needs a provider; tests/accounts/test_single_sign_on.py",
    "mfa_authenticate": "between the password and the portal: as mfa_reauthenticate, which is here",
    "mfa_reauthenticate_webauthn": "a browser asks for the key by itself",
    "mfa_download_recovery_codes": "a text file",
    "mfa_remove_webauthn": "needs a security key that somebody holds",
    "mfa_edit_webauthn": "needs a security key that somebody holds",
    "account_confirm_login_code": "codes by mail are not offered: it sends people to sign in",
}


class Look(NamedTuple):
    """How a page is looked at."""

    width: int
    theme: str
    language: str

    @property
    def name(self) -> str:
        """The end of a picture's name."""
        return f"{self.width}-{self.theme}-{self.language}"


HEIGHTS = {1440: 900, 390: 844}
LOOKS = tuple(
    Look(width, theme, language) for width in HEIGHTS for theme in ("light", "dark") for language in ("en", "fr")
)
# Two looks show a page in both widths, themes and languages; every other page gets the other two.
PAIRS = (
    (Look(1440, "light", "en"), Look(390, "dark", "fr")),
    (Look(1440, "dark", "fr"), Look(390, "light", "en")),
)
