"""What Reserved Hours don't pay for (service guide §3.4), as it is delivered: names, reasons, and words that give it away.

The words are examples of our own. An administrator edits all of it; installing again changes nothing that is there.
"""

from __future__ import annotations

from typing import Any

EXCLUSIONS: tuple[dict[str, Any], ...] = (
    {
        "slug": "professional-services",
        "name_en": "Professional services",
        "name_fr": "Services professionnels",
        "explanation_en": "Projects, migrations, audits and training are worked out and priced on their own, not drawn from your hours.",
        "explanation_fr": "Projets, migrations, audits et formations sont étudiés et chiffrés à part : ils ne sont pas prélevés sur vos heures.",
        "words_en": [
            "migration to", "migration from", "migration project", "migrate to", "migrate from", "migrate our",
            "move to the cloud", "training session", "train our",
            "train the", "workshop", "consulting engagement", "project management", "full audit", "custom development",
            "develop an app", "develop a plugin",
        ],
        "words_fr": [
            "migration vers", "projet de migration", "migrer vers", "migrer notre", "passer au cloud", "passage au cloud", "formation", "former nos", "former les", "atelier",
            "mission de conseil", "gestion de projet", "audit complet", "développement spécifique",
            "développer une application", "développer un plugin",
        ],
        "products": [],
    },
    {
        "slug": "infrastructure-hosting",
        "name_en": "Infrastructure and hosting",
        "name_fr": "Infrastructure et hébergement",
        "explanation_en": "Servers, networks, databases, backups and hosting stay with whoever runs them for you; we work on the applications.",
        "explanation_fr": "Serveurs, réseaux, bases de données, sauvegardes et hébergement restent à qui les exploite pour vous ; nous intervenons sur les applications.",
        "words_en": [
            "hosting", "new server", "server upgrade", "upgrade the server", "upgrade our server", "operating system",
            "data centre", "data center", "firewall", "load balancer", "disk space", "more memory", "virtual machine",
            "database upgrade", "restore a backup", "backup of the server", "Kubernetes", "reverse proxy", "storage volume",
        ],
        "words_fr": [
            "hébergement", "hébergeur", "nouveau serveur", "mise à jour du serveur", "montée de version du serveur",
            "système d’exploitation", "centre de données", "pare-feu", "répartiteur de charge", "espace disque",
            "machine virtuelle", "plus de mémoire", "restaurer une sauvegarde", "sauvegarde du serveur", "Kubernetes",
            "proxy inverse", "volume de stockage",
        ],
        "products": ["AWS", "Azure", "VMware", "Active Directory", "Oracle Database"],
    },
    {
        "slug": "licences-procurement",
        "name_en": "Licences and procurement",
        "name_fr": "Licences et approvisionnement",
        "explanation_en": "Licences, subscriptions and renewals are bought through your account manager, not with hours of work.",
        "explanation_fr": "Licences, abonnements et renouvellements s’achètent auprès de votre responsable de compte, pas avec des heures.",
        "words_en": [
            "more licences", "more licenses", "new licence", "new license", "extra licences", "buy licences", "buy licenses",
            "licence renewal", "license renewal", "renew our licences", "renew our licenses", "renew our subscription", "renewal quote", "more seats",
            "additional seats", "purchase order", "price quote", "buy an app", "buy a plugin", "billing of the app",
        ],
        "words_fr": [
            "nouvelle licence", "licences supplémentaires", "acheter des licences", "renouvellement des licences",
            "renouveler nos licences", "renouvellement de licence", "renouveler l’abonnement", "devis de renouvellement",
            "utilisateurs supplémentaires à facturer", "bon d’achat", "acheter une application", "acheter un plugin",
            "approvisionnement",
        ],
        "products": [],
    },
    {
        "slug": "unsupported-applications",
        "name_en": "Unsupported applications or plugins",
        "name_fr": "Applications ou plugins non pris en charge",
        "explanation_en": "We serve the applications that your contract names. Others stay with their vendor, unless an amendment adds them.",
        "explanation_fr": "Nous prenons en charge les applications que nomme votre contrat. Les autres relèvent de leur éditeur, sauf avenant.",
        "words_en": [
            "unsupported app", "unsupported plugin", "home-made plugin", "in-house plugin", "abandoned plugin",
            "end of life version", "beta version of the app", "our own script server",
        ],
        "words_fr": [
            "plugin non pris en charge", "application non prise en charge", "plugin maison", "plugin développé en interne",
            "plugin abandonné", "version en fin de vie", "version bêta de l’application",
        ],
        "products": [
            "Salesforce", "ServiceNow", "Zendesk", "SharePoint", "SAP", "Trello", "Asana", "Notion", "GitLab", "Jenkins",
            "Slack", "Exchange", "Outlook", "Power BI",
        ],
    },
    {
        "slug": "uncovered",
        "name_en": "Not covered by the contract",
        "name_fr": "Non couvert par le contrat",
        "explanation_en": "Whatever the contract does not name needs an amendment, or a contract of its own, agreed in writing by both sides.",
        "explanation_fr": "Ce que le contrat ne nomme pas demande un avenant, ou un contrat à part, convenu par écrit des deux côtés.",
        "words_en": ["outside our contract", "not in our contract", "on-site visit", "come to our office", "night shift support"],
        "words_fr": ["hors contrat", "hors périmètre", "intervention sur site", "venir dans nos locaux", "astreinte de nuit"],
        "products": [],
    },
)  # fmt: skip


def install(exclusion_model: Any = None) -> None:
    """Add what is missing. A migration passes its own historical model."""
    if exclusion_model is None:
        from contracts.models import Exclusion

        exclusion_model = Exclusion
    for position, line in enumerate(EXCLUSIONS, start=1):
        exclusion_model.objects.get_or_create(slug=line["slug"], defaults={**line, "position": position})
