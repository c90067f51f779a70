"""What the checks say, as values (spec CHECK-1 to CHECK-13, RCPT-2).

This is the only thing that merge accepts: an event reaches a state by being a
:class:`SignedEvent`, and only the checks make one. Neither side imports the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from pithbundle.bundle.record import Record
from pithbundle.encoding.values import Object
from pithbundle.errors import Fault
from pithbundle.verify.policy import PolicyKey

Status: TypeAlias = Literal[
    "verified", "unknown_type", "unbound", "unknown_key", "not_signed", "invalid", "not_checked"
]

#: The words that make an event *valid*: its signature covers what it says (CHECK-10).
VALID: Final = frozenset({"verified", "unknown_type"})

#: How far an element got: the place of the check that decided in the order of CHECK-14.
STEP_READ: Final = 0
STEP_KEY: Final = 1
STEP_SIGNED: Final = 2
STEP_FORM: Final = 3
STEP_SUBJECT: Final = 4
STEP_RIGHT: Final = 5
STEP_ALGORITHM: Final = 6
STEP_ENCODING: Final = 7
STEP_ID: Final = 8
STEP_SIGNATURE: Final = 9
STEP_UNBOUND: Final = 10
STEP_VALID: Final = 11


@dataclass(frozen=True, slots=True)
class Verdict:
    """The status, and why where it is not ``verified``.

    ``step`` is how far the element got, so that elements of one id can be ranked. Only a
    receipt can be ``not_checked`` (RCPT-4).
    """

    status: Status
    step: int
    fault: Fault | None = None

    @property
    def code(self) -> str | None:
        """The stable code, None for a valid event."""
        return self.fault.code if self.fault else None

    @property
    def valid(self) -> bool:
        """Whether the event counts as valid: ``verified`` or ``unknown_type``."""
        return self.status in VALID

    @property
    def rank(self) -> tuple[int, int, str]:
        """The smallest decides: valid, unbound, others; who got furthest; the smallest code (CHECK-11)."""
        group = 0 if self.valid else 1 if self.status == "unbound" else 2
        return group, -self.step, self.code or ""


class ReceiptVerdict(NamedTuple):
    """The verdict on one receipt.

    ``event_id`` is that of the element that carries it, None where it has none; ``key_id``
    is the stated one, ``key`` the key of the policy that verified, None where none did.
    """

    verdict: Verdict
    event_id: str | None
    #: The index of that element in ``events``.
    element: int
    key_id: str | None
    key: PolicyKey | None = None

    @property
    def pointer(self) -> str:
        """Where the receipt is in the input (RCPT-4)."""
        return f"/events/{self.element}/payload/receipt"

    @property
    def signer(self) -> str | None:
        """The ``signer_id`` of the key that verified."""
        return None if self.key is None else self.key.signer_id

    @property
    def fingerprint(self) -> str | None:
        """The fingerprint of the key that verified."""
        return None if self.key is None else self.key.fingerprint


class SignedEvent(NamedTuple):
    """A validly signed event: what its signature covers, and the one signature kept.

    All of it is signed: only a format that covers every member shown makes one (RULE-3). So
    one id has one signer and one key. ``body``, ``payload_bytes`` and ``signer_bytes`` (the
    signer as the event states it) are canonical bytes; ``key`` is the policy entry that
    verified.
    """

    event_id: str
    event_type: str
    target: str
    created_at: str
    instant: str
    #: The instant and the id, joined: both have one length, so as text it is the total order
    #: of events by (instant, id) (MERGE-4).
    order: str
    payload: Object
    payload_bytes: bytes
    signer_bytes: bytes
    body: bytes
    signature: bytes
    key: PolicyKey
    receipt_verified: bool

    @property
    def signer(self) -> str:
        """The signer: the ``signer_id`` of the policy entry whose key verified (POL-3)."""
        return self.key.signer_id

    @property
    def key_id(self) -> str:
        """The ``key_id`` of that entry."""
        return self.key.key_id


class CheckedEvent(NamedTuple):
    """One element of a bundle's ``events`` and its verdict.

    ``event_id`` is the recomputed id, the stated digest for a flat event, None for an
    element without an id (CHECK-11). ``claimed_type`` is the event type as stated: shown, never
    trusted. ``key`` is the key of the policy that the element names, or that verified a flat
    one; None where there is none.
    """

    pointer: str
    event_id: str | None
    claimed_type: str | None
    verdict: Verdict
    event: SignedEvent | None = None
    unsigned: tuple[str, ...] = ()
    key: PolicyKey | None = None

    @property
    def fingerprint(self) -> str | None:
        """The fingerprint of that key: several keys can have one name (POL-6)."""
        return None if self.key is None else self.key.fingerprint

    def before(self, other: CheckedEvent) -> bool:
        """Whether this element decides for its id before another one of it (CHECK-11).

        Among valid elements the smallest signature, as 64 raw bytes, is the one kept.
        """
        if self.event is not None and other.event is not None:
            return self.event.signature < other.event.signature
        return self.verdict.rank < other.verdict.rank


class Checked(NamedTuple):
    """One bundle after the checks, under one policy and one set of kinds.

    ``copies`` stand in the order of the input; ``by_id`` holds the copy that speaks for
    each id. ``mismatches`` are faults of unsigned members, which change nothing.
    """

    record: Record
    policy_sha256: str
    events: tuple[CheckedEvent, ...]
    by_id: dict[str, CheckedEvent]
    receipts: tuple[ReceiptVerdict, ...]
    mismatches: tuple[Fault, ...]
    #: The valid events, one for each id: all that merge reads.
    valid: tuple[SignedEvent, ...]

    @property
    def signed(self) -> tuple[tuple[SignedEvent, Object], ...]:
        """The valid event of each id with its payload at hand: all that merge reads."""
        return tuple((event, event.payload) for event in self.valid)

    @property
    def ids_without_valid_event(self) -> set[str]:
        """The ids of which an element is invalid and none is valid: what a state counts besides (STATE-7)."""
        if len(self.valid) == len(self.events):
            return set()
        by_id = self.by_id
        return {
            copy.event_id
            for copy in self.events
            if copy.event_id is not None
            and copy.verdict.status == "invalid"
            and by_id[copy.event_id].event is None
        }

    @property
    def without_id(self) -> list[CheckedEvent]:
        """The elements without an id, whatever their verdict: they are listed by place (CHECK-11)."""
        return [copy for copy in self.events if copy.event_id is None]
