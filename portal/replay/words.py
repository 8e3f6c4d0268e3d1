"""What an activity of the log means here, given where its ticket stands. The log is what happened: nothing is refused.

Where our workflow has no way (a "Closed" without a "Resolve ticket", anything after "Closed"), the event becomes a note.
"""

from enum import StrEnum

from tickets.workflow import Status


class Act(StrEnum):
    """What the replay does through the services."""

    REOPEN = "reopen"
    RESUME = "resume"  # back to work: the wait lasted until this event
    ANSWER = "answer"
    RESOLVE = "resolve"
    ASK = "ask"  # wait for the client, with the agent's question
    PROMPT = "prompt"  # the same before the first answer: the question is a machine's, for it must stop no clock
    PERSIST = "persist"
    CLOSE = "close"
    NOTE = "note"


WORDS = {
    "Take in charge ticket": Act.ANSWER,
    "Resolve ticket": Act.RESOLVE,
    "Wait": Act.ASK,
    "Require upgrade": Act.PERSIST,
    "Closed": Act.CLOSE,
}
ENDED = {Status.CLOSED, Status.CANCELLED}
WAITING = {Status.WAITING_CLIENT, Status.WAITING_THIRD_PARTY}


def acts(activity: str, status: str, *, answered: bool) -> tuple[Act, ...]:
    """The acts of an event after a case's first, in order. `answered`: somebody qualified has replied already."""
    act = WORDS.get(activity, Act.NOTE)
    if status in ENDED:
        return (Act.NOTE,)
    if act is Act.CLOSE:
        if status == Status.RESOLVED:
            return (Act.CLOSE,)
        act = Act.NOTE
    if act is Act.ASK and status in WAITING:
        return (Act.NOTE,)  # it goes on waiting
    if act is Act.ASK and not answered:
        act = Act.PROMPT
    if status == Status.RESOLVED:
        return (Act.REOPEN, act)
    if status in WAITING:
        return (Act.RESUME, act)
    return (act,)
