"""Users and access."""

from portal.demo.script import Act, Story, act, ask, close, log, note, reply, resolve

STORIES = (
    Story(
        "NW", "ann", "account", "team", "question", "-44 09:40",
        "Five new colleagues in Marketing need Jira and Confluence",
        "Five people join Marketing on the first of next month. They need Jira (project MKT) and the *Marketing* space in"
        " Confluence. The list with names and addresses is on the page “Newcomers” of our space.",
        (
            reply("+0 10:15", "lea", "Thank you, the list is complete. I create the accounts today and put them into"
                  " `jira-marketing` and `confluence-marketing`; invitations leave on the eve of their first day."),
            log("+0 11:30", "lea", 40, "Five accounts, two groups"),
            resolve("+1 09:30", "lea", "All five accounts are there, invitations are scheduled. Nobody got more than the two groups."),
            close("+2 10:05", "ann"),
        ),
    ),
    Story(
        "NW", "carl", "permissions", "organization", "question", "-38 14:10",
        "Who can administer projects? Review before the audit",
        "Our auditors ask for a list of everybody with *Administer Projects*, project by project, and who gave it.",
        (
            reply("+0 15:00", "julien", "I will export the permission schemes and resolve groups to people. You get a table by Thursday."),
            log("+1 11:00", "julien", 130, "Export of 46 permission schemes, groups resolved"),
            note("+1 11:10", "julien", "Three schemes still name a leaver of 2023 personally. Told Carl on the phone, he wants it in writing."),
            ask("+1 11:40", "julien", "The table is on your page “Audit”. Three schemes name *d.olsen* personally, who has left. Shall I remove that entry?"),
            reply("+2 09:10", "carl", "Yes, remove it, and write down when."),
            log("+2 10:00", "julien", 25, "Leaver removed from three schemes"),
            resolve("+2 10:20", "julien", "Removed from three schemes at 10:05; the page says so. Everything else is by group now."),
            close("+4 16:00", "carl"),
        ),
    ),
    Story(
        "GLX", "claire", "sign-in", "team", "blocked", "-33 09:05",
        "La connexion SSO tourne en boucle pour l’équipe Finance",
        "Depuis ce matin, huit personnes de la Finance reviennent sans cesse à la page de connexion. Les autres équipes se connectent.",
        (
            reply("+0 09:35", "lea", "Je regarde. Pouvez-vous me dire si elles passent toutes par le VPN du site de Lyon ?"),
            reply("+0 09:50", "claire", "Oui, toutes les huit."),
            note("+0 10:05", "lea", "Horloge de l’IdP de Lyon en avance de 6 min : assertions SAML rejetées (NotBefore)."),
            log("+0 10:40", "lea", 55, "Diagnostic SAML avec l’équipe réseau de Globex"),
            resolve("+0 11:15", "lea", "L’horloge de votre fournisseur d’identité à Lyon avançait de six minutes : les assertions étaient refusées."
                    " Votre équipe réseau l’a remise à l’heure, les huit personnes se connectent."),
            close("+0 14:00", "claire"),
        ),
    ),
    Story(
        "GLX", "hugo", "account", "person", "blocked", "-6 11:20",
        "Compte d’une prestataire à rouvrir jusqu’à fin de mois",
        "Mme Roche revient pour trois semaines sur le projet ATLAS. Son compte a été désactivé en mars.",
        (
            reply("+0 13:40", "julien", "Je le rouvre avec une date de fin. Les droits d’ATLAS seulement, comme la dernière fois ?"),
            reply("+0 14:10", "hugo", "Oui, exactement."),
            log("+0 14:40", "julien", 15, "Réactivation, fin programmée"),
            resolve("+0 14:50", "julien", "Le compte est actif, limité à ATLAS, et se désactivera de lui-même le dernier jour du mois."),
        ),
    ),
    Story(
        "INI", "paula", "permissions", "team", "degraded", "-40 10:30",
        "Contractors can see the salary project",
        "Two contractors told us that they can open issues of project HRX by link. They should not even know that it exists.",
        (
            reply("+0 10:55", "julien", "I have closed HRX to the group “everyone” at once; I am now looking for how that happened."),
            note("+0 11:20", "julien", "Browse permission was given to *Any logged in user* by the HR template. Two more projects made from it."),
            log("+0 12:30", "julien", 90, "HRX closed, two sibling projects checked, template repaired"),
            resolve("+0 15:00", "julien", "The project template gave *Browse* to any logged-in user. HRX and two siblings are closed, the template is"
                    " repaired. The access log shows no view by the two contractors but the ones you know of."),
            close("+1 11:00", "paula"),
        ),
    ),
    Story(
        "NW", "rosa", "permissions", "person", "degraded", "-4 15:20",
        "Restructuring: prepare access for the new leadership team",
        "Not public yet. From the first of the month three people take over other departments. I would like their access to be"
        " ready on that morning and not visible before.",
        (
            reply("+1 09:45", "lea", "Understood, only you and I see this request. I prepare three groups without members; on the morning itself I fill them."),
            reply("+1 10:30", "rosa", "Good. I send you the names on the eve, by telephone."),
            log("+1 16:00", "lea", 35, "Groups and schemes prepared, still empty"),
        ),
        confidential=True,
    ),
    Story(
        "GLX", "bob", "sign-in", "person", "degraded", "-27 10:05",
        "Double authentification demandée à chaque ouverture",
        "Jira me demande le code à six chiffres à chaque fois que j’ouvre un onglet.",
        (
            reply("+0 11:30", "lea", "Votre navigateur efface-t-il les cookies à la fermeture ? Cela y ressemble."),
            act("+0 14:20", "bob", Act.CANCEL, "C’était cela, une extension installée la veille. Merci, je retire ma demande."),
        ),
    ),
    Story(
        "INI", "tom", "account", "person", "question", "-5 11:10",
        "Leaver: what happens to her filters and dashboards?",
        "Ms Okafor leaves on Friday. She owns filters that half of Support uses. Can her account simply be closed?",
        (
            reply("+0 15:30", "julien", "Better not yet: filters of a closed account can still be used but nobody can change them."),
            ask("+1 09:40", "julien", "I found 14 shared filters and 3 dashboards of hers. Who shall own them from Friday on?"),
        ),
    ),
    Story(
        "NW", "ann", "sign-in", "team", "blocked", "-18 09:20",
        "Warehouse tablets are signed out every ten minutes",
        "The twelve tablets in the warehouse lose their session every ten minutes, so people write on paper again.",
        (
            reply("+0 12:10", "julien", "I am sorry for the late answer. The idle time of the *mobile* policy was set to ten minutes on Tuesday; I am finding out why."),
            note("+0 12:30", "julien", "Changed by our own hardening run. Missed the first answer by an hour: I was alone on the queue. Nadia knows."),
            log("+0 13:20", "julien", 45, "Session policy compared with the state before Tuesday"),
            resolve("+0 13:30", "julien", "The tablets have a policy of their own again: eight hours. The hardening script leaves it alone from now on."),
            close("+1 08:50", "ann"),
            act("+2 11:00", "max", Act.EXCUSE, "Two of three colleagues were ill that morning. Would you count this one apart?"),
            act("+2 15:30", "rosa", Act.DECLINE, "The warehouse wrote on paper for that hour. It stays missed, no hard feelings."),
        ),
    ),
    Story(
        "GLX", "gina", "permissions", "team", "question", "-3 10:15",
        "Rendre les filiales autonomes sur leurs rôles de projet",
        "Nous aimerions que chaque filiale nomme elle-même les membres de ses projets, sans passer par nous ni par vous.",
        (
            reply("+0 11:45", "lea", "C’est possible avec un rôle *Responsable de filiale* qui gère les rôles de ses projets. Je prépare une proposition d’une page."),
            log("+1 17:00", "lea", 70, "Proposition : rôles par filiale"),
        ),
    ),
    Story(
        "INI", "samira", "account", "person", "degraded", "-52 14:00",
        "My licence shows as “inactive” in Confluence",
        "Since the renewal I can read but no longer edit.",
        (
            reply("+0 15:10", "julien", "Your account fell out of the licensed group when the renewal replaced it. I have put you back; please sign out and in once."),
            log("+0 15:20", "julien", 15, "Group membership after renewal"),
            resolve("+0 15:30", "julien", "You are in the licensed group again, and eleven colleagues with you who had not noticed yet."),
            close("+0 17:00", "samira"),
        ),
    ),
)  # fmt: skip
