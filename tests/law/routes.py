"""Every address of the portal, and how to build it for something of Northwind's. test_walk.py fails on an unlisted one;
what each person meets there is in walk.txt."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

World = SimpleNamespace
NOTHING: Callable[[World], list[Any]] = lambda world: []  # noqa: E731


@dataclass(frozen=True)
class Route:
    """kind: `object`, one client's thing: 404 for outsiders. `own`, a page about who asks. `open`, for everybody.
    `api`: 401 for the anonymous, and 404 for outsiders where it is about one thing. `staff`, for Valiantys's people: 403 or
    404 for others. `data`: what a POST needs beyond walking.TYPED, or a function of the world; of the API, the whole body."""

    kind: str
    args: Callable[[World], list[Any]] = NOTHING
    posts: bool = True
    data: dict[str, Any] = field(default_factory=dict)


REQUEST = {"subject": "A subject", "body": "Something new", "impact": "team", "urgency": "blocked"}


def reference(world: World) -> list[Any]:
    return [world.ticket.reference]


def contract(world: World) -> list[Any]:
    return [world.cast.northwind_contract.pk]


def change(world: World) -> list[Any]:
    return [world.change.pk]


def key(world: World) -> list[Any]:
    return [world.cast.northwind.key]


def line(world: World) -> list[Any]:
    return [world.cast.northwind.key, world.blocking.responsibility_id]


def calendar(world: World) -> list[Any]:
    return [world.cast.northwind_contract.calendar_id]


def calendar_change(world: World) -> list[Any]:
    return [world.calendar_change.pk]


ROUTES: dict[str, Route] = {
    "live": Route("open"),
    "ready": Route("open"),
    "metrics": Route("open"),  # 404 without the token
    # people
    "accounts:people_index": Route("own"),
    "accounts:people": Route("object", key),
    "accounts:invite": Route("object", key),
    "accounts:revoke": Route("object", lambda w: [w.cast.northwind.key, w.invitation.pk]),
    "accounts:resend": Route("object", lambda w: [w.cast.northwind.key, w.invitation.pk]),
    "accounts:member": Route("object", lambda w: [w.cast.northwind.key, w.membership.pk]),
    "accounts:new_team": Route("object", key),
    "accounts:team": Route("object", lambda w: [w.cast.northwind.key, w.team.pk], data={"remove": "1"}),
    "portal:visibility": Route("object", key, data={"sees": "own"}),
    "portal:remove_member": Route("object", lambda w: [w.cast.northwind.key, w.membership.pk]),
    "portal:staffing": Route("staff"),
    "portal:engine": Route("staff"),
    "portal:engine_again": Route("staff", lambda w: [w.aside.pk]),
    "portal:staffing_client": Route("object", key),
    "portal:staffing_end": Route("object", lambda w: [w.cast.northwind.key, w.assignment.pk]),
    "accounts:accept": Route("open", lambda w: ["forged"]),
    "accounts:again": Route("own", posts=False),
    "accounts:profile": Route("own", posts=False),
    "portal:standard_document": Route("own", lambda w: ["total-care-guide"]),
    "portal:standard_file": Route("own", lambda w: ["total-care-guide", w.standard_file.pk]),
    "accounts:set_theme": Route("open", posts=False),
    "accounts:set_language": Route("open", posts=False),
    # tickets
    "tickets:new": Route("own"),
    "tickets:promise": Route("own"),
    "tickets:reply": Route("object", reference),
    "tickets:attachment": Route("object", lambda w: [w.ticket.reference, w.attachment.pk]),
    "tickets:act": Route("object", reference),
    "tickets:assign": Route("object", reference),
    "tickets:prioritize": Route("object", reference),
    "tickets:doubt": Route("own"),
    "tickets:decide_scope": Route("object", reference, data={"scope": "in_scope"}),
    "tickets:take_back_scope": Route("object", reference),
    "tickets:block": Route("object", reference, data={"responsibility": "0"}),
    "tickets:unblock": Route("object", lambda w: [w.ticket.reference, w.blocking.pk]),
    "tickets:log_time": Route("object", reference),
    "tickets:reverse_time": Route("object", lambda w: [w.ticket.reference, w.work_log.pk]),
    # escalations
    "escalation:persist": Route("object", reference),
    "escalation:acknowledge": Route("object", lambda w: [w.escalation.pk]),
    # portal
    "portal:home": Route("own"),
    "portal:search": Route("own"),
    "portal:tickets": Route("own"),
    "portal:ticket": Route("object", reference),
    "portal:receipt": Route("object", lambda w: [w.ticket.reference, "first_response"]),
    "portal:verdict": Route(
        "object", lambda w: [w.ticket.reference, "first_response"], data={"act": "contest", "what": "verdict:", "words": "Mine"}
    ),
    "portal:verdict_of": Route(
        "object", lambda w: [w.ticket.reference, "first_response", 1], data={"act": "contest", "what": "verdict:", "words": "Mine"}
    ),
    "portal:receipt_verifier": Route("own"),
    "portal:queue": Route("staff"),
    "portal:bulk": Route("staff"),  # with ids: tests/portal/test_bulk_pages.py
    "portal:undo": Route("staff"),
    "portal:portfolio": Route("staff"),
    "portal:client": Route("object", key),
    "portal:unsettled": Route("staff"),
    "portal:answers": Route("object", key),
    "portal:hours_csv": Route("object", contract),
    "portal:hours": Route("object", contract),
    "portal:promises": Route("object", contract),
    "portal:document_file": Route("object", lambda w: [w.contract.pk, w.pdf.pk]),
    "portal:calendar": Route("own", lambda w: [w.cast.always.pk]),  # the house’s; a client’s people see those that count for them
    "portal:onboarding": Route("object", contract),
    "portal:onboarding_activity": Route(
        "object",
        lambda w: [w.contract.pk, w.activity.pk],
        data={"action": "evidence", "evidence": "Forged"},
    ),
    "portal:renew": Route("object", contract, data={"renews_on": "2030-01-01"}),
    "portal:changes": Route("object", contract),
    "portal:change_ask": Route("object", contract),
    "portal:change": Route("object", change),
    "portal:change_impact": Route("object", change),
    "portal:change_draft": Route("object", change),
    "portal:change_file": Route("object", change, data={"language": "fr"}),
    "portal:change_file_remove": Route("object", lambda w: [w.change.pk, "en"]),
    "portal:change_propose": Route("object", change),
    "portal:change_sign": Route("object", change),
    "portal:change_decline": Route("object", change),
    "portal:change_reject": Route("object", change),
    "portal:change_withdraw": Route("object", change),
    "portal:change_certificate": Route("object", lambda w: [w.change_signed.pk]),
    "portal:calendars": Route("staff"),
    "portal:calendar_draft": Route("staff", calendar),
    "portal:calendar_change": Route("staff", calendar_change),
    "portal:calendar_publish": Route("staff", calendar_change),
    "portal:calendar_discard": Route("staff", calendar_change),
    "portal:calendar_again": Route("staff", calendar_change),
    "portal:responsibilities_index": Route("own"),
    "portal:responsibilities": Route("object", key),
    "portal:responsibility": Route("object", line, data={"state": "done", "evidence": "Mine"}),
    "portal:responsibility_new": Route("object", key, data={"head": "access", "title": "Mine", "state": "open"}),
    "portal:responsibility_edit": Route("object", line, data={"head": "access", "title": "Mine", "state": "open"}),
    "portal:set_theme": Route("open", posts=False),
    # integrations
    "integrations:tokens": Route("own", posts=False),
    "integrations:revoke": Route("object", lambda w: [w.token.pk]),
    # the API: what a token meets is in test_api_routes.py
    "api:schema": Route("open"),
    "api:docs": Route("open"),
    "api:tickets": Route("api", data={**REQUEST, "contract": lambda w: w.contract.pk}),
    "api:ticket": Route("api", reference),
    "api:messages": Route("api", reference, data={"body": "Something new"}),
    "api:time": Route("api", reference, data={"minutes": 15, "summary": "Work", "worked_on": "2026-11-18"}),
    "api:request_types": Route("api"),
    "api:contracts": Route("api"),
    "api:contract": Route("api", contract),
    "api:terms": Route("api", contract),
    "api:balance": Route("api", contract),
    "api:clocks": Route("api"),
    "api:clock": Route("api", lambda w: [w.clock_id]),
    "api:receipt": Route("api", lambda w: [w.clock_id]),
    "api:escalations": Route("api"),
    "api:escalation": Route("api", lambda w: [w.escalation.pk]),
    "api:nowhere": Route("open", posts=False),
    # the local outbox, for development only
    "notifications:mails": Route("open", posts=False),
    "notifications:mail": Route("open", lambda w: ["none"], posts=False),
    "notifications:mail_html": Route("open", lambda w: ["none"], posts=False),
    # allauth's own pages
    **{
        f"account_{name}": Route("open", posts=False)
        for name in (
            "login", "logout", "inactive", "signup", "reauthenticate", "email", "email_verification_sent",
            "change_password", "set_password", "reset_password", "reset_password_done",
            "reset_password_from_key_done", "confirm_login_code",
        )
    },
    **{
        name: Route("open", posts=False)
        for name in (
            "socialaccount_login_cancelled", "socialaccount_login_error",
            "mfa_index", "mfa_authenticate", "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp",
            "mfa_generate_recovery_codes", "mfa_view_recovery_codes", "mfa_download_recovery_codes",
            "mfa_list_webauthn", "mfa_add_webauthn", "mfa_reauthenticate_webauthn",
            "usersessions_list",
        )
    },
    "openid_connect_login": Route("open", lambda w: ["company"], posts=False),  # 404 where none is set up
    "openid_connect_callback": Route("open", lambda w: ["company"], posts=False),
    "mfa_remove_webauthn": Route("open", lambda w: [0], posts=False),
    "mfa_edit_webauthn": Route("open", lambda w: [0], posts=False),
    "account_confirm_email": Route("open", lambda w: ["forged"], posts=False),
    "account_reset_password_from_key": Route("open", lambda w: ["1", "forged"], posts=False),
}  # fmt: skip
