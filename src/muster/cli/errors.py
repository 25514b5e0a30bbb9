"""What a command says when it cannot do what it was asked."""


class CommandProblem(Exception):
    """Nothing was done; the message says why and what to do, in one or two lines."""
