"""The administration's front page and its sidebar: every registered model, grouped by the field's nouns, each with a sentence."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Group → (model, what one does there). A model that stands nowhere comes last, under "More".
GROUPS: tuple[tuple[Any, tuple[tuple[str, Any], ...]], ...] = (
    (
        gettext_lazy("Clients and people"),
        (
            ("accounts.organization", gettext_lazy("Add a client, set who sees which requests, say who serves it.")),
            ("accounts.user", gettext_lazy("Accounts and roles. Closing one keeps what the person wrote.")),
            ("accounts.invitation", gettext_lazy("Who was invited and hasn’t come yet.")),
        ),
    ),
    (
        gettext_lazy("Promises"),
        (
            ("contracts.contract", gettext_lazy("Dates, documents, effective terms, hours, people; go live, suspend, end.")),
            ("contracts.agreementdocument", gettext_lazy("Editions with their clauses and the terms that these set.")),
            ("contracts.clause", gettext_lazy("Find a clause by its words, and edit its terms.")),
            ("contracts.changerequest", gettext_lazy("What somebody wants changed, and what came of it.")),
            ("contracts.proposal", gettext_lazy("Amendments with their text, signatures and hashes.")),
            ("escalation.ladder", gettext_lazy("Who is told at each level, and how long they have.")),
            ("slo.businesscalendar", gettext_lazy("Opening hours and holidays; every change is a new edition.")),
        ),
    ),
    (
        gettext_lazy("Catalogue"),
        (
            ("tickets.category", gettext_lazy("The headings under which clients ask. Import and export.")),
            ("tickets.requesttype", gettext_lazy("What can be asked for, with an example of effort. Import and export.")),
        ),
    ),
    (
        gettext_lazy("Records, to look at"),
        (
            ("tickets.ticket", gettext_lazy("Requests with their conversation, clocks and time. They are worked on in the portal.")),
            ("escalation.escalation", gettext_lazy("What climbed a ladder, why, and who took it.")),
            ("slo.clock", gettext_lazy("Promises being kept, and their verdicts.")),
            ("tickets.contest", gettext_lazy("What clients contest, and what came of it.")),
            ("contracts.hoursaccount", gettext_lazy("Balances, and the ledger line by line.")),
            ("notifications.delivery", gettext_lazy("Mails sent, waiting and stuck.")),
            ("integrations.apitoken", gettext_lazy("Which machine speaks for whom, and when it was last heard.")),
            ("audit.event", gettext_lazy("Who did what to what, and when.")),
        ),
    ),
)  # fmt: skip


def groups(request: HttpRequest) -> list[dict[str, Any]]:
    """[{title, models: [{name, url, add_url, says, icon}]}], of what this person may open."""
    shown = {
        f"{app['app_label']}.{model['object_name'].lower()}": model
        for app in admin.site.get_app_list(request)
        for model in app["models"]
        if model["admin_url"]
    }
    found = [
        {"title": title, "models": [_entry(shown.pop(label), says) for label, says in models if label in shown]}
        for title, models in GROUPS
    ]
    rest = [_entry(model, "") for model in shown.values()]
    return [group for group in (*found, {"title": _("More"), "models": rest}) if group["models"]]


def _entry(model: dict[str, Any], says: Any) -> dict[str, Any]:
    return {"name": capfirst(model["name"]), "url": model["admin_url"], "add_url": model["add_url"], "says": says}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The same, as unfold's sidebar wants it."""
    top = {"title": _("Overview"), "link": reverse("admin:index")}
    return [
        {"title": "", "items": [top]},
        *(
            {
                "title": group["title"],
                "items": [{"title": model["name"], "link": model["url"]} for model in group["models"]],
            }
            for group in groups(request)
        ),
    ]


def front(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the front page shows."""
    return {**context, "title": _("Administration"), "groups": groups(request)}
