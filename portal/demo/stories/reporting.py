"""Reporting and support."""

from portal.demo.script import Act, Story, act, ask, close, log, reply, resolve

STORIES = (
    Story(
        "NW", "rosa", "dashboard", "organization", "question", "-48 15:30",
        "One page for the monthly board meeting",
        "Open claims by site, their age, and what they cost. One page, no explanations needed.",
        (
            reply("+0 16:40", "lea", "I can show the first two from Jira. The cost is in your ERP; may I leave a place for it on the page?"),
            reply("+1 09:30", "rosa", "Yes. Someone types the figure in."),
            log("+2 15:30", "lea", 130, "Dashboard with three gadgets, Confluence page"),
            resolve("+2 15:40", "lea", "The page “Board: claims” is there. It reads Jira live; only the cost is typed."),
            close("+3 10:00", "rosa"),
        ),
    ),
    Story(
        "NW", "ann", "query", "person", "question", "-23 10:10",
        "JQL: claims that changed hands more than twice",
        "Is that possible at all?",
        (
            reply("+0 11:00", "julien", "Almost: JQL knows *was assigned to*, but doesn't count. With the number of assignee changes as a field it does; a rule can keep that."),
            log("+0 14:30", "julien", 40, "Counter field with a rule"),
            resolve("+0 14:40", "julien", "`\"Assignee changes\" > 2` works from today on; for the past I filled in the field once."),
            close("+0 16:00", "ann"),
        ),
    ),
    Story(
        "GLX", "hugo", "dashboard", "team", "question", "-30 09:20",
        "Tableau de bord des filiales : délais de traitement",
        "Par filiale et par mois, médiane et neuf dixièmes, sans les tickets en attente chez nous.",
        (
            reply("+0 11:00", "lea", "Je pars du statut *En attente* pour retirer votre part. Premier jet demain."),
            log("+1 17:00", "lea", 150, "Tableau de bord par filiale"),
            ask("+1 17:10", "lea", "Le premier jet est en ligne. Faut-il compter les tickets rouverts depuis le début, ou depuis la réouverture ?"),
            reply("+2 14:00", "hugo", "Depuis le début."),
            log("+3 10:30", "lea", 30, "Réouvertures comptées depuis le début"),
            resolve("+3 10:40", "lea", "Corrigé. La méthode est écrite sous le tableau, en trois lignes."),
            close("+5 15:00", "hugo"),
        ),
    ),
    Story(
        "GLX", "claire", "question", "person", "question", "-5 16:20",
        "Peut-on lier un ticket à une page sans la rendre publique ?",
        "Je crains que le lien n’ouvre la page à tous ceux qui voient le ticket.",
        (
            reply("+1 09:30", "lea", "Le lien ne donne aucun droit : qui ne peut pas lire la page voit seulement qu’elle existe, pas son titre."),
            log("+1 09:40", "lea", 10, "Réponse et vérification"),
            resolve("+1 09:45", "lea", "Vérifié avec un compte d’essai sans droits : le titre reste caché."),
        ),
    ),
    Story(
        "INI", "paula", "query", "person", "question", "-9 14:30",
        "A list of what I closed last year",
        "For my appraisal. I know it's in there somewhere.",
        (
            reply("+0 15:30", "julien", "`assignee was currentUser() AND status changed to Done during (startOfYear(-1), endOfYear(-1))` gives 214 issues; saved as a filter of yours."),
            log("+0 15:40", "julien", 15, "Filter"),
            resolve("+0 15:45", "julien", "The filter “What I closed” is in your list. Good luck on Thursday."),
        ),
    ),
    Story(
        "NW", "carl", "question", "person", "question", "-15 11:50",
        "Can we export everything if we ever want to leave?",
        "Our procurement asks.",
        (
            reply("+0 15:10", "lea", "Yes: Jira and Confluence as full backups, this portal as CSV and PDF by contract. I have listed formats and limits on one page."),
            log("+1 10:00", "lea", 45, "Page on exports and their limits"),
            resolve("+1 10:10", "lea", "The page “Leaving us” is in your space. We hope that it gathers dust."),
            close("+1 11:30", "carl"),
        ),
    ),
    Story(
        "INI", "tom", "dashboard", "team", "question", "-4 14:20",
        "Figures of Support for the quarterly review",
        "How many, how fast, how happy. Compared with last year.",
        (
            reply("+0 16:00", "julien", "The first two are easy. Happiness was asked only since May, so there is no last year to compare with."),
            ask("+1 10:30", "julien", "Shall I show the happiness from May on, or leave it out until next year?"),
        ),
    ),
    Story(
        "GLX", "bob", "query", "team", "degraded", "-4 10:40",
        "Le filtre partagé « À livrer » renvoie trop de tickets",
        "Depuis la semaine dernière il compte aussi les tickets annulés.",
        (
            reply("+0 11:50", "lea", "Le statut *Annulé* est passé dans la catégorie *À faire* lors de la dernière modification du workflow. Je le remets dans *Terminé*."),
            log("+1 10:00", "lea", 25, "Catégorie de statut corrigée"),
            reply("+1 10:10", "lea", "C’est fait. Pouvez-vous vérifier que le compte correspond à votre tableau ?"),
        ),
    ),
    Story(
        "NW", "rosa", "dashboard", "organization", "question", "-13 10:00",
        "The claims page counts some sites twice",
        "Rotterdam has 40 claims on the page and 22 on its own board.",
        (
            reply("+0 11:30", "julien", "Issues that belong to two components are counted for each. I change the gadget to count by site."),
            log("+0 14:30", "julien", 30, "Gadget counts by site"),
            resolve("+0 14:40", "julien", "22 on both now."),
            act("+1 09:20", "rosa", Act.REOPEN, "Hamburg is still wrong: 31 against 28."),
            reply("+1 10:00", "julien", "Three of Hamburg's are in the wrong project since spring. I move them if you agree."),
            act("+2 09:10", "rosa", Act.PERSIST, "The board meets tomorrow and the figure is still wrong."),
            reply("+2 09:40", "nadia", "I have asked Julien to do it now; you get a word before noon."),
            log("+2 11:00", "julien", 20, "Three issues moved to Hamburg's project"),
            resolve("+2 11:10", "julien", "Moved; 28 on both."),
            close("+2 13:00", "rosa"),
        ),
    ),
)  # fmt: skip
