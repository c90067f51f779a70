"""The evidence of what was found: which documents a finding contains (spec AUDIT-11). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pithbundle.digests.contradiction import contradictions_among
from pithbundle.digests.head import Head
from pithbundle.ed25519.strict import PublicKey
from pithbundle.encoding.limits import DEFAULT_LIMITS
from pithbundle.errors import DigestError
from pithbundle.merge.export import export_events
from pithbundle.merge.ledger import Ledger
from pithbundle.mirror.audit.classify import Found
from pithbundle.mirror.audit.finding import FindingDocument, Role, received
from pithbundle.mirror.audit.mirrors import Mirror, RecordRead
from pithbundle.mirror.audit.sides import Side
from pithbundle.mirror.audit.words import Word
from pithbundle.proof import proof_of
from pithbundle.wording import more

#: Which documents of a record show a word; the others would only make the file larger.
_ROLES: dict[Word, tuple[Role, ...]] = {
    "state_differs": ("bundle", "state"),
    "digest_differs": ("bundle",),
    "conflict": (),
}


def evidence_of(found: Found, read: RecordRead, union: Ledger | None) -> tuple[FindingDocument, ...]:
    """Return the documents of what was found of a record.

    Args:
        found: of the record.
        read: what was read of the mirror.
        union: the valid events of all sides.
    """
    roles = _ROLES.get(found.word, ("bundle", "response"))
    documents = [one for one in read.documents if one.role in roles]
    # A finding has no room for each of 1,024 parts, and the last ones are left out (AUDIT-11).
    shown = _shown_by(found, read.side)
    first = [one for at, one in enumerate(documents) if at in shown]
    documents = [one for at, one in enumerate(documents) if at not in shown]
    if found.word in ("digest_differs", "moving"):
        documents += read.path
    if found.group is not None and union is not None:
        documents.append(FindingDocument("proof", proof_of(union, found.group)))
    elif found.word in ("missing", "stale", "altered") and union is not None:
        first += _genuine(union, found.ids)
    return (*first, *documents)


def _shown_by(found: Found, side: Side) -> set[int]:
    """The places of the parts that show an altered or forged element, or another record."""
    if found.word == "wrong_record":
        return {side.wrong_part}
    if found.word not in ("altered", "forged"):
        return set()
    ids = {*found.ids}
    return {one.part for one in side.broken if not one.ids or not ids.isdisjoint(one.ids)}


def _genuine(union: Ledger, ids: Iterable[str]) -> list[FindingDocument]:
    """A bundle with the valid events that the mirror lacks or altered."""
    events = sorted((union[name] for name in ids if name in union), key=lambda event: event.order)
    if not events:
        return []
    return [FindingDocument("genuine", export_events(union.record, events, DEFAULT_LIMITS)[0])]


def head_findings(
    mirrors: Sequence[Mirror], earlier: Sequence[tuple[str, bytes]]
) -> list[tuple[Found, tuple[FindingDocument, ...]]]:
    """Return what the heads of an audit show together with those of earlier ones (MIRROR-7, AUDIT-6).

    Args:
        mirrors: with the heads that were read of each. Two mirrors may be one under two URLs.
        earlier: base URLs and heads that were read before.
    """
    before = [*_earlier(earlier)]
    found = []
    for mirror in mirrors:
        found += _rolled_back(mirror, [head for base, head in before if base == mirror.base])
        if mirror.key is not None:
            found += _contradictions(mirror, mirror.key, mirrors, [head for _, head in before])
    return found


_Made = list[tuple[Found, tuple[FindingDocument, ...]]]


def _rolled_back(mirror: Mirror, before: Sequence[Head]) -> _Made:
    """``stale``: the mirror had a later generation before."""
    head = mirror.head
    last = max((one.generation for one in before if head and one.origin == head.origin), default=0)
    if head is None or last <= head.generation:
        return []
    message = f"its head is of generation {head.generation}, and it had one of generation {last} before"
    made = Found("stale", mirror.base, "", (), "generation", message)
    return [(made, (received("head", mirror.heads[-1].exchange),))]


def _contradictions(
    mirror: Mirror, key: PublicKey, mirrors: Sequence[Mirror], before: Sequence[Head]
) -> _Made:
    """``conflict``: at most one, since two heads are a proof (AUDIT-7)."""
    read = [one for each in mirrors for one in (*each.heads, *each.next_heads)]
    received_of = {one.head.sha256: (received("head", one.exchange),) for one in read}
    own = [one.head for one in (*mirror.heads, *mirror.next_heads)]
    # Of this audit with every other: a watch keeps the heads of years.
    result = contradictions_among(own, [*before, *(one.head for one in read)], key)
    if result is None:
        return []
    contradiction, further = result
    first, second = contradiction.heads
    numbers = f"{first.generation} and {second.generation}"
    message = f"two heads of its key contradict each other, of generations {numbers}"
    if further:
        message = f"{message}; {more(further, 'head')} of it are in contradictions"
    ids = (first.sha256, second.sha256)
    made = Found("conflict", mirror.base, "", ids, contradiction.reason, message, "mirror")
    evidence = FindingDocument("contradiction", contradiction.to_bytes())
    return [(made, (evidence, *(document for name in ids for document in received_of.get(name, ()))))]


def _earlier(earlier: Sequence[tuple[str, bytes]]) -> Iterable[tuple[str, Head]]:
    for base, data in earlier:
        try:
            yield base, Head.from_bytes(data)
        except DigestError:
            continue
