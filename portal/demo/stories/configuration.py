"""Configuration and optimisation."""

from portal.demo.script import Act, Story, act, ask, close, log, note, reply, resolve

STORIES = (
    Story(
        "NW", "carl", "project", "team", "question", "-47 11:00",
        "New Jira project for the Rotterdam warehouse",
        "Like WH-HAM, with the same workflow, its own components (*Inbound, Outbound, Cold store*) and its own board.",
        (
            reply("+0 13:20", "lea", "Gladly. I take WH-HAM as the model and share its schemes, so that a later change reaches both. Key `WHR`?"),
            reply("+0 13:50", "carl", "WHR is fine."),
            log("+1 10:30", "lea", 75, "Project WHR, components, board"),
            resolve("+1 10:40", "lea", "Project WHR is open, with three components and a board. Only the issue type *Pallet claim* is new."),
            close("+3 09:00", "carl"),
        ),
    ),
    Story(
        "NW", "ann", "fields", "team", "question", "-8 10:50",
        "A field “Carrier” that is required only for outbound",
        "On outbound issues we want the carrier to be chosen from a list; on inbound ones nobody should see the field.",
        (
            reply("+0 14:00", "lea", "A screen of its own for *Outbound* and a condition on the transition *Hand over* will do that. I use a list that you can edit yourselves."),
            log("+1 11:20", "lea", 50, "Field, screen, validator"),
            resolve("+1 11:30", "lea", "The field is on the outbound screen and required at *Hand over*. You edit the list under project settings → Fields."),
        ),
    ),
    Story(
        "GLX", "hugo", "project", "organization", "question", "-36 09:30",
        "Modèle de projet commun aux sept filiales",
        "Chaque filiale a créé ses projets à sa façon. Nous voulons un modèle unique : types de tickets, écrans, tableau, rôles.",
        (
            reply("+0 11:10", "lea", "Je commence par comparer les sept configurations actuelles et vous propose un tronc commun d’ici lundi."),
            log("+2 17:00", "lea", 210, "Comparaison de 7 configurations, tronc commun"),
            ask("+3 10:00", "lea", "La proposition est dans votre espace. Trois filiales utilisent *Incident* et *Anomalie* pour la même chose : lequel garder ?"),
            reply("+4 09:20", "hugo", "Incident. Et bravo pour la comparaison."),
            log("+5 16:00", "lea", 150, "Modèle construit et documenté"),
            resolve("+5 16:30", "lea", "Le modèle « Filiale » est prêt et documenté. Les projets existants restent tels quels ; nous les reprendrons un par un."),
            close("+8 10:00", "hugo"),
        ),
    ),
    Story(
        "GLX", "claire", "fields", "team", "degraded", "-3 09:40",
        "Le champ « Centre de coût » a disparu de l’écran de création",
        "Il est toujours obligatoire, donc plus personne ne peut créer de demande d’achat.",
        (
            reply("+0 10:20", "julien", "Remis tout de suite sur l’écran : vous pouvez créer à nouveau. Je cherche la cause."),
            note("+0 10:45", "julien", "Écran modifié hier 18 h 12 par un administrateur de projet de Globex (h.petit)."),
            log("+0 11:00", "julien", 30, "Écran rétabli, historique lu"),
            ask("+0 11:15", "julien", "L’écran a été modifié hier soir par un administrateur de votre côté. Voulez-vous que nous retirions ce droit aux administrateurs de projet ?"),
            act("+2 09:40", "claire", Act.CONTEST, "Cette question est pour plus tard : la cause, vous pouvez la chercher sans notre réponse."),
        ),
    ),
    Story(
        "INI", "paula", "project", "team", "question", "-46 13:30",
        "Service project for Facilities",
        "Facilities would like requests instead of e-mails: keys, heating, moves. Six request types, a queue each.",
        (
            reply("+0 16:20", "julien", "I will set it up with six request types and three queues; a queue per type makes small teams lose the overview."),
            log("+2 15:00", "julien", 180, "Service project with six request types"),
            resolve("+2 15:30", "julien", "The project FAC is ready, with its portal page. Two of your colleagues tried it this morning and were happy."),
            close("+4 11:00", "paula"),
        ),
    ),
    Story(
        "NW", "ann", "space", "team", "degraded", "-5 13:40",
        "Our handbook space has become a maze",
        "900 pages, four tables of contents, and the search finds the oldest version first. New people give up.",
        (
            reply("+0 15:10", "lea", "I know the feeling. First I list what nobody has opened for a year; then we decide together what the tree should be."),
            log("+1 16:30", "lea", 120, "Inventory of 912 pages: 410 not opened in a year"),
            reply("+2 09:30", "lea", "410 pages have not been opened in twelve months. I propose to archive them (they stay findable) and to rebuild the tree from six chapters."),
            reply("+2 11:00", "ann", "Please do. I bring the six chapter owners together on Monday."),
        ),
    ),
    Story(
        "GLX", "bob", "space", "person", "question", "-29 14:45",
        "Droits d’un espace Confluence hérités ou non ?",
        "Je ne comprends pas pourquoi une page restreinte reste visible de mon directeur.",
        (
            reply("+0 16:30", "lea", "Une restriction de page ne s’applique pas aux administrateurs de l’espace, et votre directeur en est un. Je peux lui retirer ce rôle si vous êtes d’accord tous les deux."),
            reply("+1 09:15", "bob", "Non, c’est très bien ainsi, je voulais comprendre."),
            log("+1 09:30", "lea", 10, "Explication des restrictions"),
            resolve("+1 09:35", "lea", "Alors tout est en ordre. La page « Qui voit quoi » de votre espace l’explique maintenant avec un exemple."),
            close("+1 10:00", "bob"),
        ),
    ),
    Story(
        "INI", "tom", "fields", "team", "degraded", "-4 10:20",
        "Screens take eight seconds to open since the last change",
        "Creating an issue in SUP takes eight seconds. Before last week it was instant.",
        (
            reply("+0 11:40", "julien", "I can see it too. Someone added a cascading list of 4,000 values to the create screen; I am measuring whether that is all."),
            log("+1 12:00", "julien", 140, "Measurements, list of 4,000 values moved to the detail screen"),
            note("+1 12:05", "julien", "Their hours are used up: this entry awaits Samira's approval. Max has been told."),
            reply("+1 12:20", "julien", "Moved to the detail screen: it opens in half a second again. I watch it until Friday before I call it solved."),
        ),
    ),
    Story(
        "NW", "carl", "project", "team", "question", "-24 15:50",
        "Archive project OLD-ERP",
        "It can be archived, nobody needs it since the migration.",
        (
            reply("+1 09:30", "julien", "Before I do: three filters of your finance dashboard still read OLD-ERP. Shall they go too?"),
            act("+1 11:00", "carl", Act.CANCEL, "Good that you asked. Finance wants to keep it until the year is closed; I will come back in January."),
        ),
    ),
    Story(
        "NW", "rosa", "space", "organization", "question", "-7 10:10",
        "One brand: 40 spaces with the new logo and colours",
        "The new brand comes in six weeks. What would it take to change all Confluence spaces, and can it happen overnight?",
        (
            reply("+0 11:20", "lea", "It can. 31 spaces take the global theme, nine have their own. My estimate is ten hours, of which eight for the nine."),
            note("+0 11:30", "lea", "Above the threshold of the amendment (8 h): needs Rosa's written yes before we begin."),
            ask("+1 09:00", "lea", "May I have your written approval for ten hours? You find the breakdown in the attached page of your space."),
        ),
    ),
    Story(
        "GLX", "gina", "fields", "organization", "question", "-9 09:50",
        "Trop de courriels : revoir le schéma de notifications",
        "Les équipes reçoivent jusqu’à 200 courriels par jour et par personne, et les filtrent tous vers la corbeille.",
        (
            reply("+0 11:00", "julien", "Je propose trois événements au lieu de quatorze : assignation, commentaire, résolution. On l’essaie sur deux projets ?"),
            reply("+0 14:00", "gina", "Oui, ATLAS et FIN."),
            log("+1 11:30", "julien", 55, "Schéma allégé, deux projets pilotes"),
            log("+4 10:30", "julien", 35, "Généralisation à tous les projets"),
            resolve("+4 10:40", "julien", "Appliqué partout après deux jours d’essai : de 180 à 22 courriels par personne et par jour en moyenne."),
            act("+5 09:30", "max", Act.EXCUSE, "Nous voulions deux jours d’essai avant d’écrire, comme convenu avec vous. Seriez-vous d’accord pour compter ce retard à part ?"),
        ),
    ),
)  # fmt: skip
