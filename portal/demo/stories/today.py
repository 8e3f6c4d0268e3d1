"""What is going on right now. Northwind's critical requests count around the clock (MSA §4.2: 30 minutes), so they warn
and breach within minutes after the seeding, at whatever hour of whatever day that is."""

from portal.demo.script import Act, Story, act, note, reply

STORIES = (
    Story(
        "NW", "carl", "sign-in", "organization", "blocked", "-27.8m",
        "Nobody can sign in to Jira since the certificate changed",
        "All sites. The identity provider says that the signature is not trusted. The night shift is standing still.",
    ),
    Story(
        "NW", "ann", "rule-repair", "organization", "blocked", "-26m",
        "All automation rules are off",
        "Every rule shows as disabled since the last few minutes, in all projects. Orders pile up.",
    ),
    Story(
        "NW", "carl", "webhook", "organization", "blocked", "-24.5m",
        "The transport system gets no delivery notes at all",
        "Not one since the top of the hour; lorries are waiting at three sites.",
        (note("+6m", "julien", "On call: on it. Their gateway refuses our client certificate, the same renewal as the sign-in."),),
    ),
    Story(
        "NW", "ann", "query", "organization", "blocked", "-21m",
        "Search returns nothing, on all boards",
        "Every board is empty. Issues open by their address, but no search finds them.",
    ),
    Story(
        "NW", "rosa", "space", "organization", "blocked", "-14m",
        "Confluence shows “read-only” to everybody",
        "The crisis page can't be edited while we need it most.",
        (reply("+9m", "lea", "I see it: the database behind Confluence went read-only after a failover. I am on the phone with the host and write again within half an hour."),),
    ),
    Story(
        "GLX", "bob", "workflow", "team", "blocked", "-1 09:40",
        "Impossible de valider les factures depuis la mise à jour",
        "Le bouton *Valider* a disparu pour toute la comptabilité. La clôture est demain.",
        (act("+0 16:30", "gina", Act.PERSIST, "Personne ne nous a répondu de la journée, et la clôture est demain matin."),),
    ),
    Story(
        "GLX", "claire", "account", "team", "question", "-1 16:40",
        "Trois stagiaires arrivent lundi",
        "Accès Jira en lecture, Confluence en écriture dans l’espace *Accueil*.",
    ),
    Story(
        "INI", "paula", "dashboard", "person", "question", "-1 16:55",
        "Can I get my own copy of the Support dashboard?",
        "I would like to change the filters without disturbing the others.",
    ),
    Story(
        "NW", "ann", "fields", "team", "question", "-1 17:10",
        "A second list of carriers for sea freight",
        "As with the road carriers, but for outbound by ship.",
    ),
    Story(
        "INI", "tom", "permissions", "team", "degraded", "-1 15:30",
        "Approvers can't see attachments",
        "They see the issue, but attachments are greyed out since this morning.",
        (reply("+0 16:40", "julien", "I can reproduce it with your example. A first guess is the new security level; I come back with what I find."),),
    ),
    Story(
        "NW", "carl", "", "organization", "question", "-1 10:20",
        "More disk space before the year-end closing",
        "The Jira machine is nearly full. Could you add disk space, and plan the server upgrade for December?"
        " Our hosting contract allows it.",
        (reply("+0 14:10", "julien", "Thank you, I have read it. The machine itself is run by your host: I check what our contract says and come back."),),
    ),
    Story(
        "GLX", "hugo", "", "team", "question", "-3 11:05",
        "Vingt licences supplémentaires pour l’équipe Achats",
        "Vingt personnes rejoignent Jira au premier janvier : il nous faut des licences supplémentaires et un devis de"
        " renouvellement.",
        (
            reply("+0 13:40", "lea", "Merci, la demande est claire. Les licences ne relèvent pas de vos heures : je passe le relais à Max."),
            act("+0 13:50", "lea", Act.SCOPE, "to_be_quoted licences-procurement: Les licences s’achètent à part. Max Keller vous envoie un devis cette semaine."),
        ),
    ),
)  # fmt: skip
