"""Money as people write it; it is kept as whole cents, with the currency of the organisation."""


def money_words(cents: int, currency: str) -> str:
    """
    Return for example `12 USD` or `1,250.50 USD`.

    :param cents: hundredths of the currency
    :param currency: ISO 4217, three letters

    >>> [money_words(cents, "USD") for cents in (1200, 125050, 5)]
    ['12 USD', '1,250.50 USD', '0.05 USD']
    """
    whole, rest = divmod(cents, 100)
    return f"{whole:,}.{rest:02} {currency}" if rest else f"{whole:,} {currency}"
