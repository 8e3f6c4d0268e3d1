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
# What a request of a category is written with. Examples, to be edited like the rest.
WORDS: dict[str, tuple[list[str], list[str]]] = {
    "access": (
        ["account", "permission", "access right", "sign in", "log in", "password reset", "group", "newcomer", "leaver"],
        ["compte", "permission", "droit d’accès", "connexion", "se connecter", "groupe", "nouvel arrivant", "départ"],
    ),
    "configuration": (
        ["field", "screen", "project", "issue type", "space", "board", "scheme", "template"],
        ["champ", "écran", "projet", "type de ticket", "espace", "tableau", "schéma", "modèle"],
    ),
    "automation": (
        ["workflow", "automation rule", "transition", "condition", "validator", "post function", "approval step"],
        ["workflow", "règle d’automatisation", "transition", "condition", "validateur", "étape d’approbation"],
    ),
    "integration": (
        ["webhook", "integration", "connector", "synchronisation", "app", "plugin", "repository", "API"],
        ["webhook", "intégration", "connecteur", "synchronisation", "extension", "plugin", "dépôt", "API"],
    ),
    "reporting": (
        ["dashboard", "gadget", "report", "filter", "JQL", "chart", "how do I", "question"],
        ["tableau de bord", "gadget", "rapport", "filtre", "JQL", "graphique", "comment faire", "question"],
    ),
}


def give_words(category_model: Any) -> None:
    """Words for the categories that have none yet."""
    for category in category_model.objects.filter(words_en=[], words_fr=[]):
        if category.slug in WORDS:
            category.words_en, category.words_fr = WORDS[category.slug]
            category.save(update_fields=["words_en", "words_fr"])


def install(category_model: Any = None, request_type_model: Any = None) -> None:
    """Add what is missing. A migration passes its own historical models, of before categories had words."""
    current = category_model is None
    if current:
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
    if current:
        give_words(category_model)
