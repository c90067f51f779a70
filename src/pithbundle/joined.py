"""Several inputs as one: ledgers by record, elements and receipts by id (spec MERGE-2, CHECK-11, RCPT-4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pithbundle.brief import brief
from pithbundle.bundle.record import Record
from pithbundle.encoding.canonical import encode, sha256_hex
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.errors import Fault, MergeError
from pithbundle.merge.ledger import Ledger
from pithbundle.newtypes import DigestHex, Pointer
from pithbundle.verify.verdicts import CheckedEvent, ReceiptVerdict


@dataclass(frozen=True, slots=True)
class Location:
    """Where something is: the input by its position and name, the element, the pointer in the input.

    ``input`` is the position in :attr:`Report.inputs`, since two inputs may have one name.
    ``index`` is that of the element of ``events``.
    """

    input: int
    file: str
    index: int
    pointer: Pointer

    __repr__ = brief

    def to_value(self) -> Object:
        """The location as JSON."""
        return {
            "input": self.input,
            "file": portable(self.file),
            "index": self.index,
            "pointer": self.pointer,
        }


@dataclass(frozen=True, slots=True)
class Input:
    """One named input that was read and checked; the ledger of its report has its valid events."""

    name: str
    record: Record
    #: The digest of the effective policy, in hex (POL-5).
    policy_sha256: DigestHex
    #: One entry for each element, in the order of the input.
    events: tuple[CheckedEvent, ...]
    receipts: tuple[ReceiptVerdict, ...]
    #: The faults of members that no signature covers and that nothing uses (BUN-6).
    mismatches: tuple[Fault, ...]

    def __repr__(self) -> str:
        counts = f"events={len(self.events)}, receipts={len(self.receipts)}"
        return f"Input({self.name!r:.50}, {self.record.number}, {counts})"


class Checked(Protocol):
    """What a bundle is after the checks: what `CheckedBundle`, `VerifiedBundle` and `Input` share.

    A protocol and no base class: `verdicts.maker` makes the two, and it can only make a class whose
    slots are all its own. An `Input` that referred to the bundle instead would keep its ledger.
    """

    @property
    def record(self) -> Record:
        """The record of the bundle."""

    @property
    def policy_sha256(self) -> DigestHex:
        """The digest of the effective policy, in hex (POL-5)."""

    @property
    def events(self) -> tuple[CheckedEvent, ...]:
        """One entry for each element, in the order of the input."""

    @property
    def receipts(self) -> tuple[ReceiptVerdict, ...]:
        """The verdicts on the receipts."""

    @property
    def mismatches(self) -> tuple[Fault, ...]:
        """The faults of members that nothing signs (BUN-6)."""


def input_of(name: str, checked: Checked) -> Input:
    """The results of the checks under a name, as a report reads them."""
    return Input(
        name, checked.record, checked.policy_sha256, checked.events, checked.receipts, checked.mismatches
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """One id over all inputs: the element that decides, where all elements of the id are.

    ``unsigned`` names what any of them carries unsigned. ``not_applied`` is the reason why a valid
    event has no part in the state: ``retracted``, or the code of what does not conform.
    """

    element: CheckedEvent
    location: Location
    locations: tuple[Location, ...]
    unsigned: tuple[str, ...] = ()
    not_applied: tuple[str, ...] = ()

    __repr__ = brief


@dataclass(slots=True)
class Joined:
    """The elements of one id, over all inputs: the one that decides, and where all are."""

    element: CheckedEvent
    location: Location
    locations: list[Location]
    unsigned: set[str]


def join(inputs: Sequence[Input]) -> tuple[dict[str, Joined], tuple[Listed, ...]]:
    """Join the elements of all inputs, and list those without an id; linear in the elements (CHECK-11).

    Elements are joined here alone.
    """
    joined: dict[str, Joined] = {}
    without_id = []
    for position, given in enumerate(inputs):
        for element in given.events:
            location = Location(position, given.name, element.index, Pointer(element.pointer))
            if element.event_id is None:
                without_id.append(Listed(element, location, (location,), element.unsigned))
                continue
            known = joined.get(element.event_id)
            if known is None:
                joined[element.event_id] = Joined(element, location, [location], {*element.unsigned})
                continue
            known.locations.append(location)
            known.unsigned.update(element.unsigned)
            if element.before(known.element):
                known.element, known.location = element, location
    return joined, tuple(without_id)


@dataclass(frozen=True, slots=True)
class Unverified:
    """One unverified element over all inputs, by its identity: its verdict and where it is (UNV-2)."""

    #: The digest of the whole element, in hex (UNV-1).
    element_sha256: DigestHex
    element: CheckedEvent
    locations: tuple[Location, ...]

    __repr__ = brief


def join_unverified(inputs: Sequence[Input]) -> tuple[Unverified, ...]:
    """The unverified elements of all inputs, each identity once, in order of first appearance (UNV-2)."""
    found: dict[DigestHex, tuple[CheckedEvent, list[Location]]] = {}
    for position, given in enumerate(inputs):
        for element in given.events:
            if element.element_sha256 is not None:
                location = Location(position, given.name, element.index, Pointer(element.pointer))
                found.setdefault(element.element_sha256, (element, []))[1].append(location)
    return tuple(Unverified(name, element, tuple(locations)) for name, (element, locations) in found.items())


def unverified_sha256(identities: Iterable[str]) -> DigestHex:
    """The digest of the identities of unverified elements, sorted and each once; they are in hex (UNV-2)."""
    distinct: list[Value] = [*sorted({*identities})]
    return sha256_hex(encode(distinct))


def join_receipts(inputs: Sequence[Input]) -> Iterable[tuple[Location, ReceiptVerdict]]:
    """The receipts, equal ones of the elements of one id once (RCPT-4)."""
    found: dict[tuple[str, bytes] | int, tuple[Location, ReceiptVerdict]] = {}
    for position, given in enumerate(inputs):
        for receipt in given.receipts:
            # Equal receipts of the elements of one id are one receipt. Where one was checked and
            # another was not, the checked one is reported.
            event_id = receipt.event_id
            name = len(found) if event_id is None else (event_id, receipt.sha256)
            if name not in found or found[name][1].verdict.status == "not_checked":
                location = Location(position, given.name, receipt.element, Pointer(receipt.pointer))
                found[name] = location, receipt
    return found.values()


def merge_by_record(
    inputs: Iterable[tuple[Input, Ledger]],
) -> tuple[list[tuple[list[Input], Ledger]], list[tuple[Input, MergeError]]]:
    """The inputs of each record with their ledger, in order of first appearance; the colliding inputs.

    Inputs of records with one number and two hashes collide, all of them (MERGE-2).
    """
    by_number: dict[str, list[tuple[Input, Ledger]]] = {}
    for each in inputs:
        by_number.setdefault(str(each[0].record.number), []).append(each)
    merged: list[tuple[list[Input], Ledger]] = []
    colliding: list[tuple[Input, MergeError]] = []
    for group in by_number.values():
        builder = group[0][1].builder()
        try:
            for _, ledger in group[1:]:
                builder.add(ledger)
        except MergeError as error:
            colliding += [(given, error) for given, _ in group]
        else:
            merged.append(([given for given, _ in group], builder.build()))
    return merged, colliding
