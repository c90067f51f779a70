"""The results of the checks, as values (spec CHECK-1 to CHECK-14, FORMAT-9, RCPT-2).

Merge accepts nothing else: an event reaches a state only as a :class:`SignedEvent`, and only
the checks make one. All values are immutable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, make_dataclass
from typing import Any, Final, Literal, TypeAlias, TypeVar, cast

from pithbundle.brief import brief
from pithbundle.bundle.event_format import AnyFormat, EventFormat
from pithbundle.bundle.record import Record
from pithbundle.encoding.json_reader import decode_canonical
from pithbundle.encoding.values import Object
from pithbundle.errors import Fault
from pithbundle.newtypes import DigestHex, EventId, Instant
from pithbundle.verify.policy import PolicyKey

#: What the checks of an element came to (CHECK-1 to CHECK-14); ``not_checked`` is of receipts alone (RCPT-4).
Status: TypeAlias = Literal[
    "verified",
    "unknown_type",
    "unbound",
    "unknown_format",
    "unknown_key",
    "not_signed",
    "invalid",
    "not_checked",
]

#: The statuses of a *valid* event: its signature covers everything that is shown of it (CHECK-10).
VALID: Final = frozenset({"verified", "unknown_type"})

#: The statuses of an *unverified* element: another policy may verify it (UNV-1).
UNVERIFIED: Final = frozenset({"unbound", "unknown_format", "unknown_key", "not_signed"})

#: The check that decided, by its number in the table of CHECK-14; 0 before any, 13 after all.
STEP_READ: Final = 0
STEP_KEY: Final = 1
STEP_FORMAT: Final = 2
STEP_SIGNED: Final = 3
STEP_FORM: Final = 4
STEP_SUBJECT: Final = 5
STEP_RIGHT: Final = 6
STEP_ALGORITHM: Final = 7
STEP_ENCODING: Final = 8
STEP_ID: Final = 9
STEP_SIGNATURE: Final = 10
STEP_MEANING: Final = 11
STEP_UNBOUND: Final = 12
STEP_VALID: Final = 13

#: The statuses in the order in which readings of one element are chosen (FORMAT-9).
_READINGS: Final = {
    status: place
    for place, status in enumerate(
        ("verified", "unknown_type", "unbound", "invalid", "not_signed", "unknown_key", "unknown_format")
    )
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The status of an element or a receipt, and the fault where it is not ``verified``.

    ``step`` is how far the element got; elements of one id are ranked by it. Only a receipt
    can be ``not_checked`` (RCPT-4).
    """

    status: Status
    step: int
    fault: Fault | None = None

    __repr__ = brief

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
        """The smallest rank decides for an id: valid, unbound, others; the step; the code (CHECK-11)."""
        group = 0 if self.valid else 1 if self.status == "unbound" else 2
        return group, -self.step, self.code or ""

    @property
    def reading_rank(self) -> tuple[int, int, str]:
        """The smallest rank decides among the readings of one element (FORMAT-9)."""
        return _READINGS[self.status], -self.step, self.code or ""


@dataclass(frozen=True, slots=True)
class ReceiptVerdict:
    """The verdict on one receipt."""

    verdict: Verdict
    #: The id of the element that contains the receipt, None where it has none.
    event_id: EventId | None
    #: The index of that element in ``events``.
    element: int
    #: The claimed key id.
    key_id: str | None
    #: The key of the policy whose signature verified, None where none did.
    key: PolicyKey | None = None
    #: The pointer of the receipt in its element (RCPT-4).
    pointer_in_element: str = "/payload/receipt"
    #: SHA-256 of the receipt's canonical bytes: equal receipts of one id are listed once (RCPT-4).
    sha256: bytes = b""

    @property
    def pointer(self) -> str:
        """The JSON pointer of the receipt in the input (RCPT-4)."""
        return f"/events/{self.element}{self.pointer_in_element}"

    @property
    def signer(self) -> str | None:
        """The ``signer_id`` of the key that verified."""
        return None if self.key is None else self.key.signer_id

    @property
    def fingerprint(self) -> str | None:
        """The fingerprint of the key that verified."""
        return None if self.key is None else self.key.fingerprint

    def __repr__(self) -> str:
        return f"ReceiptVerdict({self.pointer}, {self.verdict.status}, code={self.verdict.code})"


@dataclass(frozen=True, slots=True)
class SignedEvent:
    """A validly signed event: its signed content, and the one signature that is kept.

    All of it is signed: only a format that covers every member shown makes one (FORMAT-4), and
    the formats of the policy agree on what it means (FORMAT-5). So one id has one signer.
    """

    event_id: EventId
    event_type: str
    target: str
    #: The time as signed: a string, or an integer where the format writes one (FORMAT-11).
    created_at: str | int
    instant: Instant
    #: The instant and the id, joined. Both have a fixed length, so text order is the total order
    #: of events by (instant, id) (MERGE-4).
    order: str
    #: Canonical bytes of the payload.
    payload_bytes: bytes
    #: Canonical bytes of the signer as the event states it (FORMAT-5).
    signer_bytes: bytes
    #: Canonical bytes of the signed content (FORMAT-3).
    signed_content: bytes
    #: The raw signature, 64 bytes.
    signature: bytes
    #: The key of the policy that verified.
    key: PolicyKey
    receipt_verified: bool
    #: The format that it was read under.
    event_format: EventFormat

    def is_kept_before(self, other: SignedEvent) -> bool:
        """Whether this occurrence of an event is kept rather than another of its id (FORMAT-12).

        The smallest (raw signature, raw key, ``format_sha256``) is kept, whatever came first.
        """
        if self.signature != other.signature:
            return self.signature < other.signature
        mine, theirs = self.key.public_key.raw, other.key.public_key.raw
        return (mine, self.event_format.sha256) < (theirs, other.event_format.sha256)

    @property
    def payload(self) -> Object:
        """The payload, decoded anew for every caller: a change of it changes no event."""
        return cast("Object", decode_canonical(self.payload_bytes))

    def to_value(self) -> Object:
        """Which event it is, as JSON: its id and type, when it was created, who signed it."""
        return {
            "event_id": self.event_id,
            "event_type": self.event_type,
            "created_at": self.created_at,
            "signer": self.signer,
            "key_id": self.key_id,
        }

    @property
    def signer(self) -> str:
        """The signer: the ``signer_id`` of the key of the policy that verified (POL-3)."""
        return self.key.signer_id

    @property
    def key_id(self) -> str:
        """The ``key_id`` of that key."""
        return self.key.key_id

    def __repr__(self) -> str:
        # Texts of others have any length.
        return f"SignedEvent({self.event_id}, {self.event_type[:40]!r}, {self.created_at})"


@dataclass(frozen=True, slots=True)
class Claim:
    """The signer and the key that an element names, where the policy has no such key."""

    signer_id: str
    key_id: str

    __repr__ = brief


@dataclass(frozen=True, slots=True)
class CheckedEvent:
    """One element of a bundle's ``events`` and its verdict."""

    #: The index in ``events``.
    index: int
    #: The recomputed id; of the flat shape the claimed digest; None without an id (CHECK-11).
    event_id: str | None
    #: The event type as the element states it: shown, never trusted.
    claimed_type: str | None
    verdict: Verdict
    #: The event where it is valid.
    event: SignedEvent | None = None
    #: Pointers of members that the signature does not cover.
    unsigned: tuple[str, ...] = ()
    #: The key of the policy that the element names, or that verified it.
    key: PolicyKey | None = None
    #: What an element of an unknown key claims.
    claim: Claim | None = None
    #: The id that an element without an id claims: shown, never trusted.
    claimed_id: str | None = None
    #: The format of the verdict, None where no format reads the element (FORMAT-9).
    event_format: AnyFormat | None = None
    #: The identity of an unverified element, in hex; None of any other (UNV-1).
    element_sha256: DigestHex | None = None
    #: The faults of other readings that are invalid (FORMAT-9).
    remarks: tuple[Fault, ...] = ()
    #: Whether a text of the shape of a signature is in an element that is not signed (PROBE-12).
    signature_elsewhere: bool = False

    @property
    def pointer(self) -> str:
        """The JSON pointer of the element in the input."""
        return f"/events/{self.index}"

    @property
    def fingerprint(self) -> str | None:
        """The fingerprint of the key: several keys can have one name (POL-6)."""
        return None if self.key is None else self.key.fingerprint

    def before(self, other: CheckedEvent) -> bool:
        """Whether this element decides for its id rather than ``other`` (CHECK-11)."""
        if self.event is not None and other.event is not None:
            return self.event.is_kept_before(other.event)
        return self.verdict.rank < other.verdict.rank

    def __repr__(self) -> str:
        names = f"{self.pointer}, event_id={self.event_id}"
        return f"CheckedEvent({names}, {self.verdict.status}, code={self.verdict.code})"


@dataclass(frozen=True, slots=True, repr=False)
class CheckedBundle:
    """One bundle after the checks, under one policy and one set of known event types."""

    record: Record
    policy_sha256: DigestHex
    #: One entry for each element, in the order of the input.
    events: tuple[CheckedEvent, ...]
    receipts: tuple[ReceiptVerdict, ...]
    #: The faults of members that no signature covers and that nothing uses.
    mismatches: tuple[Fault, ...]
    #: The valid event of each id, with its payload at hand: it is the caller's own, not a copy.
    #: A ledger reads it at once and keeps no part of it.
    signed: tuple[tuple[SignedEvent, Object], ...] = field(repr=False, compare=False)

    @property
    def valid(self) -> tuple[SignedEvent, ...]:
        """The valid events, one for each id."""
        return tuple([event for event, _ in self.signed])

    @property
    def ids_without_valid_event(self) -> frozenset[str]:
        """The ids with an invalid element and no valid one: a state counts them (STATE-7)."""
        if len(self.signed) == len(self.events):
            return frozenset()
        invalid = {
            one.event_id
            for one in self.events
            if one.event_id is not None and one.verdict.status == "invalid"
        }
        return frozenset(invalid - {event.event_id for event, _ in self.signed})

    def __repr__(self) -> str:
        return (
            f"CheckedBundle({self.record.number}, events={len(self.events)}, receipts={len(self.receipts)})"
        )


_Made = TypeVar("_Made")


def maker(made: type[_Made]) -> Callable[..., _Made]:
    """A constructor of a frozen dataclass with slots that costs a fifth of its own.

    A frozen dataclass sets each field through ``object.__setattr__``. This one fills a twin with
    the same slots that is not frozen, and then sets its class. It takes positional arguments.
    """
    members = [(each.name, Any, field(default=each.default)) for each in fields(cast("Any", made))]
    twin: Callable[..., Any] = make_dataclass(f"_{made.__name__}", members, slots=True, eq=False, repr=False)

    def make(*values: Any) -> _Made:
        one = twin(*values)
        one.__class__ = made
        return cast("_Made", one)

    return make


# One of each is made for every element, or for every bundle.
signed_event: Final = maker(SignedEvent)
checked_event: Final = maker(CheckedEvent)
receipt_verdict: Final = maker(ReceiptVerdict)
checked_bundle: Final = maker(CheckedBundle)
