"""What was noted of conversations lies sealed (docs/adr/0014), each note bound to its row."""

from muster.people import private

PLACE = "contacts_conversation:note"


def seal(conversation_id: int, note: str) -> str:
    """Return a note as it is stored; '' stays ''."""
    return private.sealer(PLACE).seal(conversation_id, note) if note else ""


def opened(conversation_id: int, note: str) -> str:
    """
    Return what was noted.

    :raises CannotOpen: see `core.sealing`
    """
    return private.sealer(PLACE).open(conversation_id, note) if note else ""
