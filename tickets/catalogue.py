"""The catalogue as it is delivered: the guide's five categories (§3.2), with request types of our own as a beginning.

Efforts are examples. An administrator edits all of it; installing again changes nothing that is there.
"""

from __future__ import annotations

from typing import Any

CATEGORIES = (
    ("access", "users", "Users and access", "Utilisateurs et accès"),
    ("configuration", "sliders", "Configuration and optimisation", "Configuration et optimisation"),
    ("automation", "flow", "Automation and workflows", "Automatisation et workflows"),
    ("integration", "plug", "Integrations and extensions", "Intégrations et extensions"),
    ("reporting", "chart", "Reporting and support", "Rapports et assistance"),
)
REQUEST_TYPES = (
    ("access", "account", "Open or close an account", "Ouvrir ou fermer un compte", 15, "Jira, Confluence, Bitbucket"),
    ("access", "permissions", "Review permissions", "Revoir les permissions", 120, "Jira, Confluence"),
    ("access", "sign-in", "Diagnose sign-in", "Diagnostiquer la connexion", 90, "Jira, Confluence, Bitbucket"),
    ("configuration", "project", "Create a Jira project", "Créer un projet Jira", 120, "Jira"),
    ("configuration", "fields", "Change fields or screens", "Modifier champs ou écrans", 45, "Jira"),
    ("configuration", "space", "Tidy a Confluence space", "Ranger un espace Confluence", 180, "Confluence"),
    ("automation", "workflow", "Change a workflow", "Faire évoluer un workflow", 120, "Jira"),
    ("automation", "rule", "Create an automation rule", "Créer une règle d’automatisation", 60, "Jira"),
    ("automation", "rule-repair", "Repair an automation rule", "Réparer une règle d’automatisation", 60, "Jira"),
    ("integration", "repositories", "Link Jira and Bitbucket", "Relier Jira et Bitbucket", 120, "Jira, Bitbucket"),
    ("integration", "extension", "Configure an extension", "Paramétrer une extension", 90, "Jira, Confluence"),
    ("integration", "webhook", "Open a webhook", "Ouvrir un webhook", 180, "Jira, Bitbucket"),
    ("reporting", "dashboard", "Build a dashboard", "Construire un tableau de bord", 120, "Jira"),
    ("reporting", "query", "Write a JQL query", "Écrire une requête JQL", 30, "Jira"),
    ("reporting", "question", "Ask a question", "Poser une question", 15, "Jira, Confluence, Bitbucket"),
)


def install(category_model: Any = None, request_type_model: Any = None) -> None:
    """Add what is missing. A migration passes its own historical models."""
    if category_model is None:
        from tickets.models import Category, RequestType

        category_model, request_type_model = Category, RequestType
    categories = {}
    for position, (slug, icon, english, french) in enumerate(CATEGORIES, start=1):
        categories[slug], _made = category_model.objects.get_or_create(
            slug=slug, defaults={"icon": icon, "name_en": english, "name_fr": french, "position": position}
        )
    for position, (category, slug, english, french, minutes, products) in enumerate(REQUEST_TYPES, start=1):
        request_type_model.objects.get_or_create(
            slug=slug,
            defaults={
                "category": categories[category], "name_en": english, "name_fr": french, "effort_minutes": minutes,
                "products": products, "position": position,
            },
        )  # fmt: skip
