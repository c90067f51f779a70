"""What the checks say, as values (spec CHECK-1 to CHECK-12).

This is the only thing that merge accepts: an event reaches a state by being a
:class:`ValidEvent`, and only the checks make one. Neither side imports the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from pithbundle.errors import Fault
from pithbundle.model import Object
from pithbundle.number import PithNumber
from pithbundle.policy import PolicyKey
from pithbundle.record import Record

Word: TypeAlias = Literal["verified", "unknown_type", "unbound", "unknown_key", "not_signed", "invalid"]

#: The words that make an event *valid*: its signature covers what it says (CHECK-10).
VALID: Final = frozenset({"verified", "unknown_type"})

#: How far each word got, after the step: a valid copy speaks before an unbound one (CHECK-11).
STEP_UNBOUND: Final = 10
STEP_VALID: Final = 11


@dataclass(frozen=True, slots=True)
class Verdict:
    """A word, and why where the word is not ``verified``.

    ``step`` is the check that decided (1 to 9; 10 unbound, 11 valid), so that copies of
    one event can be ranked by how far they got.
    """

    word: Word
    step: int
    fault: Fault | None = None

    @property
    def code(self) -> str | None:
        """The stable code, None for a valid event."""
        return self.fault.code if self.fault else None

    @property
    def valid(self) -> bool:
        """Whether the event counts as valid: ``verified`` or ``unknown_type``."""
        return self.word in VALID

    @property
    def rank(self) -> tuple[int, str]:
        """Smallest speaks: the copy that got furthest, among equals the smallest code (CHECK-11)."""
        return -self.step, self.code or ""


class ReceiptVerdict(NamedTuple):
    """The verdict on one receipt; ``event_id`` is the event that carries it, None elsewhere."""

    verdict: Verdict
    event_id: str | None
    pointer: str
    key_id: str | None
    signer: str | None


class Placement(NamedTuple):
    """Where a rule set puts an event: a pure function of the event, the record and the rules.

    Made once, while the payload is at hand, and used again by every merge under the same
    rules; a ledger of another record or under other rules places the event anew.
    """

    rules: object
    record_sha256: bytes
    #: The code of what does not fit, None for what does (KIND-2).
    code: str | None
    #: The slot of a fitting event (MERGE-5).
    slot: bytes


class ValidEvent(NamedTuple):
    """A validly signed event: what its signature covers, and the one signature kept.

    ``body``, ``payload_bytes`` and ``signer_bytes`` are canonical bytes. ``key`` is the
    policy entry that verified. ``target`` and ``signer_bytes`` (the signer as the event
    states it) are None where the event rule does not cover them (RULE-4).
    """

    event_id: str
    event_type: str
    target: str | None
    created_at: str
    instant: str
    #: The instant and the id, joined: both have one length, so as text it is the total order
    #: of events by (instant, id) (MERGE-4).
    order: str
    payload: Object
    payload_bytes: bytes
    signer_bytes: bytes | None
    body: bytes
    signature: bytes
    key: PolicyKey
    receipt_verified: bool
    placed: Placement | None = None

    @property
    def signer(self) -> str:
        """The signer: the ``signer_id`` of the policy entry whose key verified (POL-3)."""
        return self.key.signer_id

    @property
    def key_id(self) -> str:
        """The ``key_id`` of that entry."""
        return self.key.key_id


class Copy(NamedTuple):
    """One element of a bundle's ``events`` and its verdict.

    ``event_id`` is the recomputed id, the stated digest for a flat event, None for a
    malformed one. ``label`` is the event type as stated: shown, never trusted.
    """

    pointer: str
    event_id: str | None
    label: str | None
    verdict: Verdict
    event: ValidEvent | None = None
    unsigned: tuple[str, ...] = ()
    flat: bool = False

    def before(self, other: Copy) -> bool:
        """Whether this copy of an event speaks before another one of it (CHECK-11).

        Among valid copies the smallest signature, as 64 raw bytes, is the one kept.
        """
        if self.event is not None and other.event is not None:
            return self.event.signature < other.event.signature
        return self.verdict.rank < other.verdict.rank


class Checked(NamedTuple):
    """One bundle after the checks, under one policy and one set of kinds.

    ``copies`` stand in the order of the input; ``spoken`` holds the copy that speaks for
    each id. ``stated`` are faults of unsigned members, which change nothing.
    """

    record: Record
    number: PithNumber
    policy_sha256: str
    copies: tuple[Copy, ...]
    spoken: dict[str, Copy]
    receipts: tuple[ReceiptVerdict, ...]
    stated: tuple[Fault, ...]
    #: The valid events, one for each id: all that merge reads.
    valid: tuple[ValidEvent, ...]

    @property
    def unsound(self) -> list[str]:
        """The ids without a valid event."""
        if len(self.valid) == len(self.spoken):
            return []
        return [name for name, copy in self.spoken.items() if copy.event is None]

    @property
    def malformed(self) -> list[Copy]:
        """The elements that are no event: listed by place, they have no id."""
        return [copy for copy in self.copies if copy.event_id is None]
