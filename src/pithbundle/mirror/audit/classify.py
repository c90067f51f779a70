"""What the sides of one record show of each mirror (spec AUDIT-4 to AUDIT-10). Pure.

Nothing is called missing, altered, forged or different but what the policy can check. An honest mirror that
is late, that serves another policy's records, or elements of an unknown format, is never called a liar.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pithbundle.merge.equivocation import Equivocation
from pithbundle.merge.ledger import Ledger
from pithbundle.mirror.audit.sides import Broken, Side
from pithbundle.mirror.audit.words import REPORTED, WORDS, Evidence, Word

#: The statuses of a side that are words themselves, and the word of the others that were not read.
_WORD_OF_STATUS: Final[dict[str, Word]] = {
    "wrong_record": "wrong_record",
    "unreadable": "not_comparable",
    "unreachable": "unreachable",
}


#: The code of a record that was not requested, since its mirror was given up: the failures are findings.
NOT_REQUESTED: Final = "not_requested"


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that an audit found of a mirror."""

    word: Word
    #: The base URL of the mirror.
    mirror: str
    #: The record; empty if it is of the mirror as a whole.
    suffix: str = ""
    #: The ids of valid events, or identities of unverified elements, sorted.
    ids: tuple[str, ...] = ()
    code: str = ""
    #: One line for people. May contain hostile text.
    message: str = ""
    evidence: Evidence = "observed"
    #: The equivocation of which a proof is made, for ``conflict``.
    group: Equivocation | None = None

    @property
    def is_reported(self) -> bool:
        """Whether a finding is written of it."""
        return self.word in REPORTED and self.code != NOT_REQUESTED

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same finding in another round (AUDIT-15): everything but times and texts."""
        return (self.mirror, self.suffix, self.word, self.code, *self.ids)


@dataclass(frozen=True, slots=True)
class Classified:
    """The comparison of one record."""

    suffix: str
    #: Of each mirror in the order of the sides: its words, the gravest first; ``same`` if there is no other.
    found: tuple[Found, ...]
    #: The union of the valid events of all sides; None where nobody has the record.
    union: Ledger | None


def classify(suffix: str, sides: Sequence[Side], store: Side | None = None) -> Classified:
    """Compare what mirrors have of a record with each other and with a store (AUDIT-4).

    Args:
        suffix: of the record.
        sides: one for each mirror.
        store: what the store of the reader has; None without a store.
    """
    known = [side for side in (store, *sides) if side is not None and side.status == "read"]
    union, colliding = _union(known)
    found: list[Found] = []
    for side in sides:
        of_side = [*_of_side(suffix, side, sides, store, union, colliding)]
        order = [*WORDS]
        found += sorted(of_side, key=lambda one: order.index(one.word)) or [Found("same", side.name, suffix)]
    return Classified(suffix, tuple(found), union)


def _union(known: Sequence[Side]) -> tuple[Ledger | None, set[str]]:
    """The union of the ledgers, and the names of the sides whose record has this number and another hash."""
    ledgers = [(side.name, side.ledger) for side in known if side.ledger is not None]
    if not ledgers:
        return None, set()
    first = ledgers[0][1]
    builder = first.builder()
    colliding = set()
    for name, ledger in ledgers[1:]:
        if ledger.record.sha256 == first.record.sha256:
            builder.add(ledger)
        else:
            colliding.add(name)
    return builder.build(), colliding


def _of_side(
    suffix: str,
    side: Side,
    sides: Sequence[Side],
    store: Side | None,
    union: Ledger | None,
    colliding: set[str],
) -> Iterable[Found]:
    if side.name in colliding:
        message = "another record of this number; this should be impossible"
        yield _made("wrong_record", side, suffix, code="collision", message=message)
    elif side.status == "absent":
        yield from _absent(suffix, side, [*sides, *(() if store is None else (store,))], union)
    elif side.status != "read":
        yield _made(_WORD_OF_STATUS[side.status], side, suffix, code=side.code, message=side.message)
    else:
        yield from _broken(suffix, side, union)
        yield from _conflicts(suffix, side, union)
        yield from _events(suffix, side, sides, store, union)
        yield from _unverified(suffix, side, sides, store)
        yield from _state(suffix, side)
        yield from _digest(suffix, side)
        if side.moving is not None:
            code, message = side.moving
            yield _made("moving", side, suffix, code=code, message=message)


def _made(
    word: Word, side: Side, suffix: str, ids: Iterable[str] = (), *, code: str = "", message: str = ""
) -> Found:
    return Found(word, side.name, suffix, tuple(sorted(ids)), code, message, WORDS[word].evidence[0])


def _absent(suffix: str, side: Side, sides: Sequence[Side], union: Ledger | None) -> Iterable[Found]:
    """The mirror answers that it has no such record (AUDIT-6)."""
    others = [one for one in sides if one.status == "read"]
    ids = frozenset() if union is None else frozenset(event.event_id for event in union)
    if side.served_before:
        message = "the mirror served this record before"
        yield _made("stale", side, suffix, ids & side.served_before, message=message)
    elif any(one.is_signed for one in others):
        yield _made("missing", side, suffix, ids, message="the mirror has no such record")
    elif others:
        yield _made("unverified_differs", side, suffix, message="a record that nobody signed is not there")
    elif side.listed is not None:
        message = "the digests of the mirror list the record, and it has no such record"
        yield _made("missing", side, suffix, message=message)


def _broken(suffix: str, side: Side, union: Ledger | None) -> Iterable[Found]:
    """Elements that no signature covers as they are (AUDIT-5)."""
    of_word: dict[Word, list[Broken]] = {"altered": [], "forged": []}
    for one in side.broken:
        is_known = union is not None and any(name in union for name in one.ids)
        of_word["altered" if one.genuine or is_known else "forged"].append(one)
    for word, elements in of_word.items():
        if elements:
            first = elements[0]
            message = f"{first.pointer}: {first.message}"
            ids = {name for one in elements for name in one.ids}
            yield _made(word, side, suffix, ids, code=first.code, message=message)


def _conflicts(suffix: str, side: Side, union: Ledger | None) -> Iterable[Found]:
    """Valid events of one signer that contradict each other, over all sides (AUDIT-7)."""
    for group in () if union is None else union.equivocations():
        if side.ids.intersection(group.event_ids):
            of = f"{len(group.event_ids)} contradicting events of type {group.event_type}"
            message = f"{group.signer} signed {of}"
            yield Found("conflict", side.name, suffix, tuple(group.event_ids), "", message, "signer", group)


def _events(
    suffix: str, side: Side, sides: Sequence[Side], store: Side | None, union: Ledger | None
) -> Iterable[Found]:
    """Valid events that this side has not, or that no other has (AUDIT-6)."""
    everything = frozenset() if union is None else frozenset(event.event_id for event in union)
    # An occurrence that is altered here is reported as that; the event is missing all the same.
    lacking = everything - side.ids
    stale = lacking & side.served_before
    if stale:
        yield _made("stale", side, suffix, stale, message="the mirror served these events before")
    if lacking - stale:
        yield _made("missing", side, suffix, lacking - stale, message="another side has these valid events")
    others = (
        [store]
        if store is not None
        else [one for one in sides if one is not side and one.status in ("read", "absent")]
    )
    if others:
        extra = side.ids.difference(*(one.ids for one in others))
        if extra:
            message = (
                "the store has not these valid events" if store is not None else "no other mirror has them"
            )
            yield _made("extra", side, suffix, extra, message=message)


def _unverified(suffix: str, side: Side, sides: Sequence[Side], store: Side | None) -> Iterable[Found]:
    """Elements that the policy cannot check : a difference accuses nobody (AUDIT-9)."""
    others = [store] if store is not None else [one for one in sides if one is not side]
    differing = {
        name
        for one in others
        if one.status == "read"
        for name in one.unverified.symmetric_difference(side.unverified)
    }
    if differing:
        message = "elements that cannot be checked under this policy differ"
        yield _made("unverified_differs", side, suffix, differing, message=message)


def _state(suffix: str, side: Side) -> Iterable[Found]:
    if side.state_failure is not None:
        code, message = side.state_failure
        yield _made("unreachable", side, suffix, code=code, message=message)
    result, message = side.state_result
    if result == "not_comparable" or (result == "differs" and side.moving is None):
        word: Word = "state_differs" if result == "differs" else "not_comparable"
        yield _made(word, side, suffix, code="state", message=message)


def _digest(suffix: str, side: Side) -> Iterable[Found]:
    """The digest of one generation against the bundle of the same one (AUDIT-10)."""
    if side.moving is None and side.listed is not None and side.leaf not in (None, side.listed):
        message = f"the digests state {side.listed}, the bundle has {side.leaf}"
        yield _made("digest_differs", side, suffix, message=message)
