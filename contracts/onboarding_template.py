"""The plan of an onboarding as it is delivered: the six activities (domain §2), over two weeks of business days.

Words, owners and days are examples of our own. An administrator edits all of it; installing again changes nothing that is there.
"""

from __future__ import annotations

from typing import Any

# Key, owner, business day by which it is due, title and description in English and French.
ACTIVITIES = (
    (
        "kickoff", "house", 2,
        "Kickoff with the client success manager",
        "Réunion de lancement avec le responsable de la réussite client",
        "Who is who, what was agreed, how the next two weeks go. The invitation comes from Valiantys; the client brings its sponsor and whoever will run the service day by day.",
        "Qui est qui, ce qui a été convenu, comment se passent les deux semaines à venir. Valiantys envoie l’invitation ; le client vient avec son sponsor et les personnes qui suivront le service au quotidien.",
    ),
    (
        "portal-access", "client", 3,
        "Portal access for the client’s people",
        "Accès au portail pour les personnes du client",
        "A client administrator is named and invites colleagues: requesters, and at least one approver. It is done when each of them has signed in once.",
        "Un administrateur client est nommé et invite ses collègues : demandeurs, et au moins un approbateur. C’est fait quand chacun s’est connecté une fois.",
    ),
    (
        "environments", "client", 5,
        "Systems, tools and environments documented",
        "Systèmes, outils et environnements documentés",
        "Products and their versions, sites, extensions, connections, who administers them, and how our consultants reach them. No password is written here.",
        "Produits et versions, sites, extensions, connexions, qui les administre, et comment nos consultants y accèdent. Aucun mot de passe n’est écrit ici.",
    ),
    (
        "intake", "house", 7,
        "Support-team intake and walkthroughs",
        "Prise en main par l’équipe de support",
        "The consultants who will answer walk through the platform with the people who know it, and note what differs from a standard one.",
        "Les consultants qui répondront parcourent la plateforme avec ceux qui la connaissent, et notent ce qui s’écarte du standard.",
    ),
    (
        "golden-rules", "house", 9,
        "SOPs (“golden rules”), governance and escalation paths agreed",
        "Règles d’or, gouvernance et chemins d’escalade convenus",
        "What is never done without asking, who decides what, how often we meet, and who is called in at each level of the ladder.",
        "Ce qui ne se fait jamais sans demander, qui décide quoi, à quel rythme on se réunit, et qui est appelé à chaque niveau d’escalade.",
    ),
    (
        "outcomes", "client", 10,
        "Desired business outcomes as a baseline",
        "Objectifs métier attendus, comme point de départ",
        "What should be better in a year, and how it stands today, in figures where there are any. Reviews compare with it.",
        "Ce qui doit aller mieux dans un an, et où on en est aujourd’hui, en chiffres quand il y en a. Les revues s’y réfèrent.",
    ),
)  # fmt: skip


def install(model: Any = None) -> None:
    """Add what is missing. A migration passes its own historical model."""
    if model is None:
        from contracts.models import OnboardingTemplateActivity

        model = OnboardingTemplateActivity
    for position, (key, owner, day, title_en, title_fr, description_en, description_fr) in enumerate(
        ACTIVITIES, start=1
    ):
        model.objects.get_or_create(
            key=key,
            defaults={
                "position": position, "owner": owner, "due_business_day": day, "title_en": title_en, "title_fr": title_fr,
                "description_en": description_en, "description_fr": description_fr,
            },
        )  # fmt: skip
