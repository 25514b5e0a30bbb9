"""Tags: words put on people, kept as one text."""

from collections.abc import Collection

from muster.core.errors import DomainError

LONGEST_TAG = 60


class BadTag(DomainError):
    """A tag that cannot be one."""


def clean_tag(tag: str) -> str:
    """
    Return the tag as it is kept.

    :raises BadTag: empty, too long, or with a semicolon in it
    """
    tag = " ".join(tag.replace("\x00", "").split())
    if not tag:
        raise BadTag("Write a tag.", field="tag")
    if ";" in tag:
        raise BadTag("A tag cannot contain a semicolon.", field="tag")
    if len(tag) > LONGEST_TAG:
        raise BadTag(f"A tag has at most {LONGEST_TAG} letters.", field="tag")
    return tag


def with_tags(kept: str, *, add: Collection[str] = (), remove: Collection[str] = ()) -> str:
    """
    Return the canonical text of tags: sorted, each once, joined by semicolons.

    >>> with_tags("b;c", add=["a", "b"], remove=["c"])
    'a;b'
    """
    return ";".join(sorted((set(filter(None, kept.split(";"))) | set(add)) - set(remove)))
