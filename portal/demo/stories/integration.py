"""Integrations and extensions."""

from portal.demo.script import Act, Story, act, close, log, note, reply, resolve, third

STORIES = (
    Story(
        "NW", "carl", "repositories", "team", "degraded", "-41 10:20",
        "Commits no longer show on Jira issues",
        "Since the repositories moved to another workspace, branches and commits are missing on the issues.",
        (
            reply("+0 11:00", "lea", "The link points at the old workspace. I connect the new one and start the history import; that takes an hour or two."),
            log("+0 13:30", "lea", 80, "New workspace connected, history of 64 repositories imported"),
            resolve("+0 13:40", "lea", "64 repositories are connected, commits of the last twelve months show again."),
            close("+1 10:00", "carl"),
        ),
    ),
    Story(
        "NW", "carl", "webhook", "team", "degraded", "-11 15:00",
        "Webhook to the transport system answers 502",
        "About every tenth delivery note is missing in the transport system.",
        (
            reply("+0 16:10", "julien", "Our side sends and retries; their gateway answers 502 under load. I have the request ids and open a case with the vendor."),
            log("+1 11:30", "julien", 70, "Traces of 18 failed calls, case opened with the vendor"),
            third("+1 11:40", "julien"),
            note("+4 10:00", "julien", "Vendor: fix in their release of next week. Reminder set."),
        ),
    ),
    Story(
        "GLX", "hugo", "extension", "organization", "question", "-34 11:15",
        "Mettre à jour l’extension de gestion des tests",
        "La version installée n’est plus suivie à partir du trimestre prochain.",
        (
            reply("+0 14:00", "lea", "Je fais la mise à jour en recette cette semaine et vous donne la liste des différences visibles."),
            log("+2 16:00", "lea", 95, "Mise à jour en recette, comparaison"),
            reply("+2 16:20", "lea", "Aucune perte. Seul l’écran d’exécution change ; j’ai fait deux captures pour vos équipes."),
            reply("+3 09:00", "hugo", "Allez-y, plutôt un soir."),
            log("+4 19:30", "lea", 40, "Mise à jour en production"),
            resolve("+4 19:40", "lea", "Faite à 19 h 10, vérifiée avec trois campagnes de tests réelles."),
            close("+6 09:30", "hugo"),
            act("+7 10:10", "hugo", Act.EXCUSE, "C’est nous qui avions demandé un soir : ce retard ne devrait pas vous être compté."),
            act("+7 14:20", "max", Act.AGREE, "Merci, d’accord. La prochaine fois, nous confirmerons la date le jour même."),
        ),
    ),
    Story(
        "GLX", "claire", "repositories", "team", "blocked", "-2 09:30",
        "Plus aucune livraison possible depuis Bitbucket",
        "Les pipelines échouent tous à la première étape. Deux équipes ne peuvent plus livrer.",
        (
            act("+0 14:10", "nadia", Act.ACKNOWLEDGE, minutes=180),
            act("+0 14:12", "nadia", Act.ASSIGN, "julien"),
            note("+0 14:15", "nadia", "Personne n’a vu cette demande ce matin : à reprendre à la revue de vendredi. Julien s’en charge maintenant."),
            act("+0 14:20", "julien", Act.TAKE),
            log("+0 16:40", "julien", 120, "Jeton d’accès expiré, recherche des pipelines concernés"),
            act("+1 10:05", "hugo", Act.EXCUSE, "Ce matin-là Bitbucket était en panne partout, et nous le savions. De notre côté, ce retard ne compte pas."),
        ),
    ),
    Story(
        "INI", "samira", "extension", "team", "question", "-12 11:30",
        "Is the time-tracking extension still worth its price?",
        "We pay for 400 people. I have the feeling that twenty use it.",
        (
            reply("+0 15:00", "julien", "I can count that without seeing what anybody booked. You get a figure by team."),
            log("+1 12:00", "julien", 75, "Usage by team over six months"),
            resolve("+1 12:20", "julien", "27 people booked time in the last six months, 19 of them in one team. The renewal itself is outside of Total Care; Max can help you with it."),
        ),
    ),
    Story(
        "NW", "ann", "extension", "team", "degraded", "-3 14:30",
        "Label printing from Jira prints the wrong size",
        "Since the extension was updated, pallet labels come out at half size.",
        (
            reply("+0 15:40", "julien", "The update reset the paper size of the template to A5. I restore yours; the printers in Hamburg first."),
            log("+1 11:00", "julien", 45, "Templates of two sites restored"),
            reply("+1 11:10", "julien", "Hamburg and Rotterdam print correctly. Gdansk follows when their printer is back from repair."),
            act("+2 09:30", "julien", Act.PRIORITIZE, "low: Two of three sites print again."),
            act("+2 10:15", "ann", Act.CONTEST, "Gdansk ships a third of our pallets. For them nothing has become better yet."),
        ),
    ),
    Story(
        "GLX", "bob", "webhook", "team", "question", "-28 10:30",
        "Prévenir notre CRM quand un ticket client est résolu",
        "Le CRM attend un appel avec la référence et la date, rien d’autre.",
        (
            reply("+0 13:50", "julien", "Un webhook filtré par projet suffit, signé, sans contenu du ticket. Qui exploite le CRM de votre côté ?"),
            reply("+0 15:10", "bob", "M. Lambert, il est prévenu."),
            log("+2 12:00", "julien", 100, "Webhook signé, essais avec le CRM"),
            resolve("+2 12:10", "julien", "En service. En cas d’échec l’appel est répété pendant un jour, puis M. Lambert reçoit un avis."),
            close("+4 10:00", "bob"),
        ),
    ),
    Story(
        "INI", "paula", "webhook", "team", "degraded", "-8 11:00",
        "Chat messages arrive an hour late",
        "Notifications from Jira to our chat come with an hour's delay since Monday.",
        (
            reply("+0 12:10", "julien", "They leave Jira at once; your chat's provider queues them. I have sent them the timestamps."),
            log("+0 16:00", "julien", 50, "Timestamps compared, provider's support contacted"),
            third("+0 16:10", "julien"),
        ),
    ),
    Story(
        "NW", "rosa", "extension", "person", "question", "-26 12:00",
        "May we use the AI add-on for meeting notes?",
        "A supplier offers an add-on that writes minutes into Confluence. Before I say yes: where do the texts go?",
        (
            reply("+0 14:20", "lea", "They leave your site for the supplier's servers outside the EU. With your data policy that needs your DPO's word first."),
            reply("+1 09:00", "rosa", "Then no for now. Thank you for the straight answer."),
            log("+1 09:10", "lea", 20, "Data flow of the add-on checked"),
            resolve("+1 09:20", "lea", "Not installed; the reasons are on your page “Add-ons we decided on”."),
            close("+1 09:40", "rosa"),
        ),
        channel="email",
    ),
    Story(
        "GLX", "gina", "webhook", "team", "question", "-22 11:00",
        "Appel : synchronisation avec l’outil du prestataire",
        "Mme Rossi appelle : le prestataire Ondine ne voit pas nos commentaires. Noté au téléphone.",
        (
            reply("+0 11:20", "julien", "Comme convenu au téléphone : leurs commentaires arrivent, les nôtres non, faute de droit d’écriture chez eux. Je leur écris."),
            log("+0 15:00", "julien", 35, "Échange avec le prestataire Ondine"),
            resolve("+1 10:00", "julien", "Ondine a donné le droit d’écriture ; les 12 commentaires en attente sont passés."),
            close("+1 16:00", "gina"),
            act("+3 09:15", "gina", Act.CONTEST, "Un appel reste une demande : pourquoi rien ne compte-t-il pour celle-ci ?"),
            act("+3 11:40", "nadia", Act.SETTLE, "upheld: Le guide promet une réponse aux demandes du portail et des interconnexions, pas aux"
                " appels. Un avenant peut l’ajouter : Max vous le propose volontiers."),
        ),
        channel="phone",
        by="julien",
    ),
)  # fmt: skip
