"""What Muster takes out of an e-mail."""

from dataclasses import dataclass

# Of the text that is kept; letters.
LONGEST_TEXT = 20_000
# Of one line: a name, a subject, an address, an id.
LONGEST_LINE = 250


@dataclass(frozen=True, slots=True)
class Mail:
    """
    One e-mail. All of it is a claim of whoever sent it: nothing here was checked by anybody.

    :ivar message_id: without brackets, '' where there is none or several
    :ivar answers: ids that it says it answers, without brackets
    :ivar name, email: who it says it is from, '' where it does not
    :ivar to: addresses it says it was sent to
    :ivar date: as it stands there
    :ivar text: plain, without signs that steer a terminal; '' where there is none
    :ivar automatic: why it is taken to be written by a program, '' where it is not
    :ivar doubts: sentences
    :ivar left_out: names of what else it holds, with the size, which is not kept
    """

    message_id: str = ""
    answers: tuple[str, ...] = ()
    name: str = ""
    email: str = ""
    to: tuple[str, ...] = ()
    date: str = ""
    subject: str = ""
    text: str = ""
    automatic: str = ""
    doubts: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
