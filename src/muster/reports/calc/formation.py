"""What a group needs to become a branch, and how much of it is there."""

from dataclasses import dataclass

# Meetings count that were held in so many days, the last one included.
MEETINGS_WITHIN_DAYS = 90
NAMES = ("members", "organisers", "dues", "meetings")


@dataclass(frozen=True, slots=True)
class Criterion:
    """
    One thing a group needs.

    :ivar name: one of `NAMES`
    :ivar now: how many there are, None where the reader may not see that
    :ivar needed: how many there have to be, from 1
    """

    name: str
    now: int | None
    needed: int

    @property
    def is_known(self) -> bool:
        """Say whether the reader may see it: what is not known is neither met nor missing."""
        return self.now is not None

    @property
    def is_met(self) -> bool:
        """Say whether there are enough, as far as the reader may see."""
        return self.now is not None and self.now >= self.needed

    @property
    def lacking(self) -> int:
        """Return how many are missing, 0 where that is not known."""
        return 0 if self.now is None else max(0, self.needed - self.now)


def criteria(counted: dict[str, int | None], needed: dict[str, int]) -> tuple[Criterion, ...]:
    """
    Return the criteria of one group in the order of `NAMES`, without those of which nothing is needed.

    :param counted: name → how many there are, None: not to be seen
    :param needed: name → how many there have to be, 0: not asked for
    """
    return tuple(Criterion(name, counted[name], needed[name]) for name in NAMES if needed[name])
