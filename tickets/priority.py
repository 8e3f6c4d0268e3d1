"""Priority = impact × urgency, as the client says them in plain words (domain, "The words")."""

from enum import StrEnum


class Impact(StrEnum):
    """Whom it touches."""

    ORGANIZATION = "organization"
    TEAM = "team"
    PERSON = "person"


class Urgency(StrEnum):
    """What it does to them."""

    BLOCKED = "blocked"
    DEGRADED = "degraded"
    QUESTION = "question"


class Priority(StrEnum):
    """Most urgent first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


TABLE = {
    (Impact.ORGANIZATION, Urgency.BLOCKED): Priority.CRITICAL,
    (Impact.ORGANIZATION, Urgency.DEGRADED): Priority.HIGH,
    (Impact.ORGANIZATION, Urgency.QUESTION): Priority.MEDIUM,
    (Impact.TEAM, Urgency.BLOCKED): Priority.HIGH,
    (Impact.TEAM, Urgency.DEGRADED): Priority.MEDIUM,
    (Impact.TEAM, Urgency.QUESTION): Priority.LOW,
    (Impact.PERSON, Urgency.BLOCKED): Priority.MEDIUM,
    (Impact.PERSON, Urgency.DEGRADED): Priority.LOW,
    (Impact.PERSON, Urgency.QUESTION): Priority.LOW,
}
ORDER = tuple(Priority)


def priority(impact: Impact | str, urgency: Urgency | str) -> Priority:
    """The table's answer; ValueError for a word it doesn't know."""
    return TABLE[Impact(impact), Urgency(urgency)]


def is_higher(new: Priority | str, old: Priority | str) -> bool:
    """Whether `new` is more urgent than `old`."""
    return ORDER.index(Priority(new)) < ORDER.index(Priority(old))
