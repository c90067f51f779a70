"""Two heads of one mirror that contradict each other, and the evidence of it (spec MIRROR-7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from pithbundle.digests.head import HEAD_BYTES, Head
from pithbundle.ed25519.strict import PublicKey
from pithbundle.encoding.canonical import encode_canonical
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import Value
from pithbundle.errors import DigestError, InputError

CONTRADICTION_TYPE: Final = "pithbundle_mirror_contradiction"
CONTRADICTION_VERSION: Final = "1"
_MEMBERS: Final = frozenset({"contradiction_type", "contradiction_version", "reason", "heads"})
_LIMITS: Final = Limits(size=4 * HEAD_BYTES)

#: How two heads contradict each other (MIRROR-7). ``generation``: one generation with two roots or two
#: policies. ``previous``: two heads after one.
Reason: TypeAlias = Literal["generation", "previous"]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two heads of one key that contradict each other, in the order of their SHA-256 (MIRROR-7)."""

    reason: Reason
    #: Both signed.
    heads: tuple[Head, Head]

    def to_bytes(self) -> bytes:
        """Return the evidence as canonical bytes; anyone who pinned the key can check it."""
        heads: list[Value] = [head.to_bytes().decode("ascii") for head in self.heads]
        return encode_canonical(
            {
                "contradiction_type": CONTRADICTION_TYPE,
                "contradiction_version": CONTRADICTION_VERSION,
                "reason": self.reason,
                "heads": heads,
            }
        )


def contradiction_of(one: Head, other: Head, pinned: PublicKey) -> Contradiction | None:
    """Return the contradiction of two heads of one mirror, or None (MIRROR-7).

    Nothing is a contradiction unless both are signed by the pinned key and have one origin: without a
    signature anyone may have written a head.
    """
    if one.origin != other.origin:
        return None
    reason: Reason
    if one.generation == other.generation and (one.root, one.policy_sha256) != (
        other.root,
        other.policy_sha256,
    ):
        reason = "generation"
    elif one.previous is not None and one.previous == other.previous and one.sha256 != other.sha256:
        reason = "previous"
    else:
        return None
    # Last: of the many pairs that a watch compares hardly one comes so far.
    if any(head.signature_status(pinned) != "signed" for head in (one, other)):
        return None
    first, second = sorted((one, other), key=lambda head: head.sha256)
    return Contradiction(reason, (first, second))


def contradictions_among(
    own: Iterable[Head], others: Iterable[Head], pinned: PublicKey
) -> tuple[Contradiction, int] | None:
    """Return one contradiction of heads with each other or with others, and how many more heads are in one.

    A mirror that contradicts itself once may do so a thousand times: two heads prove it, and no more are
    listed. So the work grows with the heads and not with their pairs, and a signature is verified once.

    Args:
        own: the heads of which each contradiction has at least one.
        others: what they are compared with; contradictions among these alone are none here.
        pinned: the key of the mirror. A head that it did not sign is in no contradiction.
    """
    mine = {head.sha256: head for head in own}
    heads = {**{head.sha256: head for head in others}, **mine}
    signed = lru_cache(None)(lambda name: heads[name].signature_status(pinned) == "signed")
    involved = {
        name
        for group in _groups(heads.values()).values()
        # Only of these a signature is verified.
        if len({*group.values()}) > 1 and not mine.keys().isdisjoint(group)
        for name in _involved(group, {*filter(signed, group)}, mine)
    }
    first = min(involved & mine.keys(), default=None)
    if first is None:
        return None
    pairs = (contradiction_of(heads[first], heads[name], pinned) for name in sorted(involved))
    return next(one for one in pairs if one is not None), len(involved) - 2


def _groups(heads: Iterable[Head]) -> dict[tuple[str, str, object], dict[str, object]]:
    """Heads that may not differ, and by the SHA-256 of each in what they may not (MIRROR-7)."""
    groups: dict[tuple[str, str, object], dict[str, object]] = defaultdict(dict)
    for head in heads:
        of_generation = ("generation", head.origin, head.generation)
        groups[of_generation][head.sha256] = head.root, head.policy_sha256
        if head.previous is not None:
            groups["previous", head.origin, head.previous][head.sha256] = head.sha256
    return groups


def _involved(group: dict[str, object], signed: set[str], mine: Container[str]) -> set[str]:
    """The heads of a group that contradict another one, if at least one of the two is ``mine``."""
    signed_values = {group[name] for name in signed}
    own_values = {group[name] for name in signed if name in mine}
    return {name for name in signed if (signed_values if name in mine else own_values) - {group[name]}}


def check_contradiction(data: bytes, pinned: PublicKey) -> Contradiction:
    """Check the evidence of a contradiction under a key that the reader pinned (MIRROR-7).

    Raises:
        DigestError: ``version``: it is of another version. ``digest_invalid``: it is malformed, or the
            heads do not contradict each other under this key.
    """
    try:
        value = parse_json(data, _LIMITS)
    except InputError as error:
        raise _error("", error.fault.message) from error
    if type(value) is not dict or value.get("contradiction_type") != CONTRADICTION_TYPE:
        raise _error("/contradiction_type", f'contradiction_type must be "{CONTRADICTION_TYPE}"')
    if value.get("contradiction_version") != CONTRADICTION_VERSION:
        detail = f'contradiction_version must be "{CONTRADICTION_VERSION}"'
        raise DigestError("version", detail, pointer="/contradiction_version", clause="MIRROR-7")
    heads = value.get("heads")
    if value.keys() != _MEMBERS or type(heads) is not list or len(heads) != 2:
        raise _error("", "the evidence has the members of MIRROR-7 and no others, and two heads")
    one, other = (_head(each, f"/heads/{at}") for at, each in enumerate(heads))
    found = contradiction_of(one, other, pinned)
    if found is None:
        raise _error("/heads", "under this key the two heads do not contradict each other")
    if found.to_bytes() != data:
        raise _error("", "not written as this evidence is: other members, another order or another spelling")
    return found


def _head(value: Value, pointer: str) -> Head:
    if type(value) is not str:
        raise _error(pointer, "a head is a string, the content of its file")
    return Head.from_bytes(value.encode("utf-8"))


def _error(pointer: str, detail: str) -> DigestError:
    return DigestError("digest_invalid", detail, pointer=pointer, clause="MIRROR-7")
