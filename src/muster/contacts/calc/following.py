"""What comes next with a contact, as it is proposed after a conversation."""

from dataclasses import dataclass
from datetime import date, timedelta

FIRST_STEP = "Get in touch"
ASK_AGAIN = "Ask again"


@dataclass(frozen=True, slots=True)
class Proposal:
    """:ivar days: after how many days"""

    step: str
    days: int

    def on(self, today: date) -> date:
        return today + timedelta(days=self.days)


# After an application, and after one that led to nothing.
DECIDE = Proposal("Decide on their application", 14)
TALK_ABOUT_IT = Proposal("Talk about their application", 3)
# Result of a conversation → what is proposed after it.
AFTER: dict[str, Proposal] = {
    "reached": Proposal("Meet", 7),
    "no_answer": Proposal("Call again", 2),
    "call_back": Proposal("Call back", 1),
    "left_message": Proposal("Call again", 3),
    "wrong_number": Proposal("Find out how to reach them", 7),
    "refused": Proposal(ASK_AGAIN, 180),
}


def proposed(result: str) -> Proposal:
    """Return what is proposed after a conversation with that result; :raises KeyError: there is no such result."""
    return AFTER[result]


def in_words(days: int) -> str:
    """
    Return after how many days as one says it.

    >>> [in_words(days) for days in (1, 3, 7, 14, 180)]
    ['tomorrow', 'in 3 days', 'in a week', 'in 2 weeks', 'in 6 months']
    """
    if days == 1:
        return "tomorrow"
    for length, one, many in ((30, "a month", "months"), (7, "a week", "weeks")):
        if days >= length and days % length == 0:
            return f"in {one}" if days == length else f"in {days // length} {many}"
    return f"in {days} days"
