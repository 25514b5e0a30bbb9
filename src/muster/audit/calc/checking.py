"""Reading a chain from its beginning: is every seal right, and if not, what was done to it where."""

import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from muster.audit.calc import chain
from muster.audit.calc.chain import HeadRow, Mac, Row

Macs = Mapping[str, Mac]


@dataclass(frozen=True, slots=True)
class Break:
    """
    The first place where the trace is not as it was written.

    :ivar kind: `changed`, `missing`, `moved`, `put in`, `cut`, `rewritten`, `key missing`, `old key`, `head`, `tip`, `unguarded`
    :ivar position: place in the chain, None where it is not about one
    :ivar entry_id: the entry, None where it is gone
    """

    kind: str
    says: str
    position: int | None = None
    entry_id: int | None = None


@dataclass(slots=True)
class Walk:
    """
    What reading the chain came to.

    :ivar count: entries whose seals are right
    """

    count: int = 0
    last_position: int = 0
    last_mac: bytes = chain.BEFORE_THE_FIRST
    first_happened: str = ""
    last_happened: str = ""
    broken: Break | None = None
    passed: dict[int, bytes] = field(default_factory=dict)


def walk(rows: Iterable[Row], macs: Macs, *, known: Iterable[int] = ()) -> Walk:
    """
    Check seal after seal and stop at the first that is wrong; about 5 µs an entry.

    :param rows: by position, those without one left out
    :param macs: key id → what makes seals, oldest key first
    :param known: positions whose seals are wanted in `passed`
    """
    done, wanted, order = Walk(), frozenset(known), list(macs)
    newest, key_id, mac = 0, "", None
    left = iter(rows)
    for row in left:
        if row.position != done.last_position + 1:
            done.broken = _hole(row, done.last_position)
            break
        if row.key_id != key_id:
            key_id, mac = row.key_id, macs.get(row.key_id)
            if mac is None:
                done.broken = _unknown_key(row)
                break
            if order.index(key_id) < newest:
                done.broken = _about(
                    row, "old key", f"was sealed with the older key {key_id} after a newer one was in use"
                )
                break
            newest = order.index(key_id)
        assert mac is not None
        if chain.seal(mac, done.last_mac, row.position, chain.content(row)) != row.mac:
            done.broken = _wrong(row, left, macs)
            break
        done.last_position, done.last_mac = row.position, row.mac
        done.count += 1
        if row.position in wanted:
            done.passed[row.position] = row.mac
        if not done.first_happened:
            done.first_happened = row.happened
        done.last_happened = row.happened
    return done


def check_heads(stored: Sequence[HeadRow], in_file: Sequence[HeadRow], macs: Macs) -> Break | None:
    """
    Return what is wrong with the heads themselves: a signature, or one that the file has and the database has not.

    :param stored: oldest first
    """
    before = chain.BEFORE_THE_FIRST
    for head in stored:
        mac = macs.get(head.key_id)
        if mac is None:
            return Break("key missing", f"The head of {head.day} needs the key {head.key_id}, which is not there.")
        right = chain.head_signature(mac, before, day=head.day, position=head.position, sealed=head.mac)
        if not hmac.compare_digest(right, head.signature):
            return Break("head", f"The signed head of {head.day} was changed, or the one before it was taken out.")
        before = head.signature
    there = set(stored)
    for head in in_file:
        if head not in there:
            return Break("head", f"The head of {head.day} in the file does not stand in the database as it was signed.")
    return None


def check_ends(done: Walk, heads: Iterable[HeadRow], tip: tuple[int, bytes] | None) -> Break | None:
    """Return what a sound chain lacks that heads and tip say was there."""
    known = [(head.position, head.mac, f"the signed head of {head.day}") for head in heads]
    known += [(*tip, "what is kept outside the database")] if tip else []
    for position, sealed, what in sorted(known):
        if position > done.last_position:
            gone = max(each[0] for each in known) - done.last_position
            return Break(
                "cut",
                f"The end was cut off: {gone:,} {'entry' if gone == 1 else 'entries'} after position "
                f"{done.last_position:,} were there, as {what} says.",
                position=done.last_position + 1,
            )
        if done.passed.get(position) != sealed:
            return Break(
                "rewritten",
                f"Position {position:,} does not agree with {what}: it was written anew.",
                position=position,
            )
    return None


def _wrong(row: Row, left: Iterator[Row], macs: Macs) -> Break:
    """Tell by the next entry what happened: it fits the old seal of this one, or it does not."""
    follows = next(left, None)
    mac = macs.get(follows.key_id) if follows else None
    if follows is None or mac is None or follows.position is None:
        return _about(row, "changed", "was changed, or put in place of another, after it was written")
    if chain.seal(mac, row.mac, follows.position, chain.content(follows)) == follows.mac:
        return _about(row, "changed", "was changed after it was written")
    return _about(row, "moved", "does not belong here: it was put in, moved or replaced")


def _hole(row: Row, last: int) -> Break:
    position = row.position or 0
    if position <= last:
        return _about(row, "put in", "stands at a place that another entry has")
    gone = position - last - 1
    where = f"positions {last + 1:,} to {position - 1:,}" if gone > 1 else f"position {last + 1:,}"
    return Break(
        "missing",
        f"{gone:,} {'entry is' if gone == 1 else 'entries are'} missing, {where}, before entry {row.id:,}.",
        position=last + 1,
    )


def _unknown_key(row: Row) -> Break:
    return Break(
        "key missing",
        f"Entry {row.id:,} (position {row.position:,}) was sealed with the key {row.key_id or '–'}, which is not there.",
        position=row.position,
        entry_id=row.id,
    )


def _about(row: Row, kind: str, what: str) -> Break:
    says = f"Entry {row.id:,} (position {row.position:,}, {row.happened} UTC, {row.action}) {what}."
    return Break(kind, says, position=row.position, entry_id=row.id)


def check_waiting(rows: Iterable[Row], macs: Macs) -> Break | None:
    """
    Return the first entry without a seal that bears no mark of ours either: somebody else put it in.

    Only the newest key makes marks: before a new one comes, all that waits is sealed.
    """
    newest = list(macs)[-1:]
    for row in rows:
        mac = macs[row.key_id] if [row.key_id] == newest else None
        if mac is None or not hmac.compare_digest(chain.waiting_mark(mac, chain.content(row)), row.mac):
            return Break(
                "put in",
                f"Entry {row.id:,} ({row.happened} UTC, {row.action}) has no seal: it was put in from outside.",
                entry_id=row.id,
            )
    return None
