"""What a domain rule says when it is broken."""


class DomainError(Exception):
    """
    A rule of the field was broken; the message is for the person at the screen, in their words.

    :ivar field: name of the form field to blame, or None for the whole form
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field
