"""Text that a spreadsheet program would run as a formula: guarded on the way out, bare again on the way in."""

import re

# A number with a sign is no formula and stays as it is: phone numbers and coordinates remain readable.
_RUNS = re.compile(r"[=@\t\r]|[+-](?!\d+(?:\.\d+)?\Z)|'+[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def escape_formula(text: str) -> str:
    """
    Put an apostrophe before text that a spreadsheet program would run.

    >>> escape_formula("=1+1"), escape_formula("+13125550123"), escape_formula("'=1")
    ("'=1+1", '+13125550123', "''=1")
    """
    return f"'{text}" if _RUNS.match(text) else text


def unescape_formula(text: str) -> str:
    """
    Undo `escape_formula`; for every text, ``unescape_formula(escape_formula(text)) == text``.

    >>> unescape_formula("'=1+1"), unescape_formula("'tis")
    ('=1+1', "'tis")
    """
    return text[1:] if _GUARDED.match(text) else text
