"""Writing timestamp proofs, and adding to one what a calendar answers (spec OTS-2 to OTS-4).

What is written of a proof that was read are its bytes: the order of the branches is kept, so that two
branches with the same operation stay two, and no attestation is lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pithbundle.brief import brief
from pithbundle.errors import EvidenceError
from pithbundle.evidence.ots import (
    ATTESTATION,
    FORK,
    MAGIC,
    TAGS,
    VERSION,
    Attestation,
    Operation,
    Proof,
    Step,
    read_answer,
)

_Branch: TypeAlias = Operation | Attestation


def proof_bytes(proof: Proof) -> bytes:
    """Return the bytes of an .ots file: of a proof that was read, those that were read (OTS-2)."""
    head = MAGIC + bytes([VERSION, TAGS[proof.hash_name]]) + proof.digest
    return head + _timestamp_bytes(proof.steps)


def _timestamp_bytes(steps: Sequence[Step]) -> bytes:
    parts: list[bytes] = []
    # Backwards, since whether a branch is the last one of its message shows behind it.
    has_later: set[int] = set()
    for step in reversed(steps):
        parts.append(_branch_bytes(step.branch))
        if step.depth in has_later:
            parts.append(bytes([FORK]))
        has_later.add(step.depth)
        has_later.discard(step.depth + 1)
    return b"".join(reversed(parts))


def _branch_bytes(branch: _Branch) -> bytes:
    if isinstance(branch, Attestation):
        return bytes([ATTESTATION]) + branch.tag + _counted(branch.payload)
    return bytes([TAGS[branch.name]]) + (_counted(branch.argument) if branch.argument else b"")


def _counted(data: bytes) -> bytes:
    """Bytes with their number before them, in its shortest form (EVID-4)."""
    head, value = bytearray(), len(data)
    while value >= 0x80:
        head.append(value & 0x7F | 0x80)
        value >>= 7
    head.append(value)
    return bytes(head) + data


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A proof with what a calendar answered (OTS-4)."""

    #: The whole proof, with everything that was in it before.
    proof: Proof
    #: The message of the pending attestation, of which the answer is taken to be.
    commitment: bytes
    #: The attestations that it has in addition, in their order.
    added: tuple[Attestation, ...]

    __repr__ = brief


def upgrade(proof: Proof, answer: bytes, commitment: bytes | None = None) -> Upgrade:
    """Add the answer of a calendar to a proof (OTS-4).

    An answer does not say of which message it is. That of another one gives attestations that headers
    contradict, and takes nothing from the proof.

    Args:
        proof: a proof with a pending attestation.
        answer: the timestamp that the calendar returned.
        commitment: the message of the pending attestation; needed where the proof has pending attestations
            of several messages.

    Raises:
        EvidenceError: ``ots_invalid``: the answer is not in its form (OTS-3), it is not one message that is
            meant, or the whole is over a bound of EVID-6.
    """
    root, waiting = _tree(proof)
    meant = _commitment(waiting, commitment)
    waiting[meant].join(read_answer(answer, meant))
    # Read again: the messages behind what was added, and every bound of the whole.
    whole = Proof.from_bytes(proof_bytes(Proof(proof.hash_name, proof.digest, root.steps())))
    had, added = Counter(proof.attestations), []
    for attestation in whole.attestations:
        if had[attestation]:
            had[attestation] -= 1
        else:
            added.append(attestation)
    return Upgrade(whole, meant, tuple(added))


def _commitment(waiting: Collection[bytes], wanted: bytes | None) -> bytes:
    """The message that waits for a calendar, or the one of several that is wanted."""
    found = [message for message in waiting if wanted in (None, message)]
    if len(found) == 1:
        return found[0]
    if found:
        detail = f"{len(found)} messages of the proof wait for a calendar: say which one is meant"
    elif wanted is None:
        detail = "no message of the proof waits for a calendar"
    else:
        detail = f"no attestation of a calendar in the proof is of the message {wanted[:64].hex()}"
    raise EvidenceError("ots_invalid", detail, clause="OTS-4")


class _Node:
    """A message of a tree, and its branches in their order."""

    def __init__(self) -> None:
        self._branches: list[tuple[_Branch, _Node | None]] = []
        #: The first of equal branches.
        self._first: dict[_Branch, _Node | None] = {}

    def add(self, branch: _Branch) -> _Node | None:
        """Add a branch; return the message to which an operation leads."""
        made = _Node() if isinstance(branch, Operation) else None
        self._branches.append((branch, made))
        self._first.setdefault(branch, made)
        return made

    def join(self, steps: Iterable[Step]) -> None:
        """Add the branches of a tree that are not there, each at its message."""
        way: list[_Node] = [self]
        for step in steps:
            del way[step.depth + 1 :]
            node = way[step.depth]
            known = step.branch in node._first
            child = node._first[step.branch] if known else node.add(step.branch)
            if child is not None:
                way.append(child)

    def steps(self) -> tuple[Step, ...]:
        """The tree from this message on, in the order of a file."""
        found: list[Step] = []
        waiting = [(0, each) for each in reversed(self._branches)]
        while waiting:
            depth, (branch, child) = waiting.pop()
            found.append(Step(depth, branch))
            if child is not None:
                waiting += [(depth + 1, each) for each in reversed(child._branches)]
        return tuple(found)


def _tree(proof: Proof) -> tuple[_Node, dict[bytes, _Node]]:
    """The tree of a proof, and the first of the equal messages that have an attestation of a calendar."""
    root = _Node()
    way: list[_Node] = [root]
    waiting: dict[bytes, _Node] = {}
    for step in proof.steps:
        del way[step.depth + 1 :]
        node, branch = way[step.depth], step.branch
        child = node.add(branch)
        if child is not None:
            way.append(child)
        if isinstance(branch, Attestation) and branch.kind == "pending" and branch.message is not None:
            waiting.setdefault(branch.message, node)
    return root, waiting
