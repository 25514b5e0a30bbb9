"""Why people leave, as it is noted with the end of their standing."""

# Code → in words. Whoever died is not written to any more.
LEFT = {
    "resigned": "Resigned",
    "dues": "Dues not paid",
    "moved": "Moved away",
    "expelled": "Expelled",
    "died": "Died",
    "other": "Something else",
}
FINAL = ("died",)


def reason_of(why: str, words: str) -> str:
    """
    Return what is noted as the reason.

    :param why: a key of `LEFT`

    >>> [reason_of("resigned", " no time "), reason_of("died", ""), reason_of("other", "went abroad")]
    ['Resigned: no time', 'Died', 'Went abroad']
    """
    words = " ".join(words.split())
    if why == "other" and words:
        return words[:1].upper() + words[1:]
    return f"{LEFT[why]}: {words}" if words else LEFT[why]
