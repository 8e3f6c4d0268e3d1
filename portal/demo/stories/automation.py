"""Automation and workflows."""

from portal.demo.script import Act, Story, act, ask, close, log, note, reply, resolve, third

STORIES = (
    Story(
        "NW", "ann", "rule", "team", "question", "-50 10:00",
        "Remind us of claims that nobody touched for a week",
        "Pallet claims get forgotten. After seven days without a comment the assignee should be reminded, after ten the team lead.",
        (
            reply("+0 11:20", "lea", "Two scheduled rules will do. I count weekdays, so that a week of holidays does not make noise."),
            log("+1 10:10", "lea", 45, "Two automation rules with test runs"),
            resolve("+1 10:20", "lea", "Both rules are on. Tomorrow morning 31 assignees get a first reminder: please warn them."),
            close("+2 09:10", "ann"),
        ),
    ),
    Story(
        "NW", "carl", "rule-repair", "team", "blocked", "-31 10:30",
        "The rule that copies orders into WHR stopped",
        "Since 8:15 no order reaches the warehouse board. The audit log of the rule says “limit reached”.",
        (
            reply("+0 11:05", "julien", "The rule loops with one of yours that sets the priority: 5,000 runs since this morning. I have stopped the loop, orders flow again."),
            log("+0 12:00", "julien", 60, "Loop between two rules found and broken"),
            resolve("+0 12:10", "julien", "Both rules are on again, and neither reacts to the other. The 44 orders of this morning have been copied."),
            act("+0 15:20", "carl", Act.REOPEN, "Six of the 44 arrived twice."),
            reply("+0 15:50", "julien", "You are right: they had been typed by hand meanwhile. I close the copies and link them."),
            log("+0 16:20", "julien", 20, "Six duplicates linked and closed"),
            resolve("+0 16:30", "julien", "The six copies are closed and linked to the ones your people typed."),
            close("+1 09:00", "carl"),
        ),
    ),
    Story(
        "GLX", "hugo", "workflow", "organization", "question", "-42 10:40",
        "Ajouter une validation juridique au workflow des contrats",
        "Entre *Rédigé* et *Signé*, le service juridique doit approuver, sauf pour les renouvellements à l’identique.",
        (
            reply("+0 13:30", "lea", "Je propose un statut *Revue juridique* que les renouvellements contournent par une condition. Essai dans l’environnement de recette demain."),
            log("+1 16:00", "lea", 110, "Workflow des contrats en recette"),
            ask("+1 16:20", "lea", "C’est en recette. Pouvez-vous le faire essayer par une personne du juridique et une des achats ?"),
            reply("+3 10:00", "hugo", "Essayé par les deux : c’est bon pour nous."),
            log("+3 12:30", "lea", 40, "Mise en production et migration de 210 tickets"),
            resolve("+3 12:40", "lea", "En production depuis midi ; les 210 contrats ouverts ont été migrés sans perte d’historique."),
            close("+5 09:30", "hugo"),
        ),
    ),
    Story(
        "GLX", "claire", "rule", "team", "degraded", "-10 14:20",
        "Envoi automatique du bon de commande au fournisseur",
        "L’envoi par la règle échoue une fois sur trois, sans message.",
        (
            reply("+0 15:30", "julien", "Le service de messagerie de votre fournisseur renvoie une erreur temporaire. Je leur écris avec les preuves."),
            log("+1 10:30", "julien", 45, "Journaux de la passerelle, dossier envoyé au fournisseur"),
            third("+1 10:40", "julien"),
            note("+3 09:30", "julien", "Relancé le fournisseur (dossier 88-112). Réponse promise en fin de semaine."),
        ),
    ),
    Story(
        "INI", "paula", "workflow", "organization", "degraded", "-6 10:10",
        "Approved purchases jump back to “Draft”",
        "About one approval in ten falls back to *Draft*. The buyers approve the same things over and over.",
        (
            reply("+0 11:30", "julien", "I can reproduce it: when two people approve within a second, the second runs into a condition of the old workflow. I am preparing a repair."),
            log("+1 16:30", "julien", 160, "Reproduction and repair in the test environment"),
            note("+1 16:40", "julien", "Hours are used up; Samira has to approve these before we go on."),
            reply("+2 10:20", "julien", "The repair is in your test environment. We log it as awaiting approval, since the hours of this half-year are used up."),
        ),
    ),
    Story(
        "NW", "ann", "workflow", "team", "question", "-9 11:40",
        "A status for “waiting for the carrier”",
        "Today these issues stay *In progress* and spoil our figures.",
        (
            reply("+0 14:30", "lea", "I add *Waiting for carrier*, to and from *In progress*, for WH-HAM and WHR alike. Your cycle time can leave it out."),
            log("+1 11:00", "lea", 55, "Status, two transitions, board columns"),
            resolve("+1 11:20", "lea", "Done on both projects. The control chart of your boards ignores the new status."),
        ),
    ),
    Story(
        "GLX", "bob", "rule-repair", "person", "degraded", "-2 09:30",
        "Les demandes de congé ne sont plus transmises au manager",
        "La mienne attend depuis lundi. Est-ce seulement moi ?",
        (
            reply("+0 11:00", "lea", "Non : la règle lit un champ *Manager* qui est vide pour les 60 personnes arrivées depuis la réorganisation. Je corrige."),
            act("+0 11:05", "lea", Act.PRIORITIZE, "medium: Soixante personnes sont concernées, pas une seule."),
            log("+0 15:00", "lea", 50, "Champ *Manager* repris de l’annuaire"),
        ),
    ),
    Story(
        "INI", "tom", "rule", "team", "question", "-43 10:30",
        "Close support issues after two silent weeks",
        "And say so to the reporter three days before.",
        (
            reply("+0 14:30", "julien", "Two rules: a warning on day eleven, closing on day fourteen, each with a text of yours."),
            log("+1 11:00", "julien", 60, "Two rules with texts"),
            resolve("+1 11:30", "julien", "On since this morning. 90 old issues got the warning; nothing closes before Thursday."),
            close("+5 10:00", "tom"),
        ),
    ),
    Story(
        "NW", "ann", "rule", "team", "question", "-4 09:50",
        "Assign claims to whoever is on shift",
        "The shift plan is in Confluence, as a table. Can a rule read it?",
        (
            reply("+0 11:10", "julien", "A rule can't read a page, but it can read a Jira issue per shift that a small form fills. I will sketch it."),
            ask("+1 10:30", "julien", "The sketch is in your space. Who fills in the plan, and until when on the day before?"),
        ),
    ),
    Story(
        "GLX", "gina", "workflow", "team", "question", "-20 16:10",
        "Signature électronique dans le workflow",
        "Peut-on signer directement depuis le ticket ?",
        (
            reply("+1 10:00", "lea", "Pas sans une extension payante, qui est hors du périmètre de Total Care (licences). Je peux vous présenter à notre équipe commerciale."),
            act("+1 14:00", "gina", Act.CANCEL, "Merci de la clarté. Nous gardons notre outil actuel pour cette année."),
        ),
    ),
)  # fmt: skip
