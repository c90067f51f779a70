"""The ledger: the mergeable value that every state is a view of (spec MERGE-1 to MERGE-9).

It contains one record's valid events by id and, beside them, only indexes: which events
fit, which slot they are in, who retracts whom, which ids unretracted checkpoints list.
Joining two ledgers is the union of their events, so it commutes, associates and repeats
without effect; every view is computed from that set and never from the way it came
together.

Cost (MERGE-10): adding an event is constant, but for a checkpoint, which is linear in the
ids that it lists, and for an event whose retractions came first, which is linear in their
number; each of these is paid once. Every view is at most n log n in the events that it
shows and linear in listed ids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, Literal, TypeAlias

from pithbundle.bundle.record import Record
from pithbundle.encoding.canonical import digest, encode, written
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import MergeError
from pithbundle.merge.rules import MERGE_1, EventType, MergeRules
from pithbundle.merge.schema import deciding_bytes, slot_of
from pithbundle.verify.verdicts import Checked, SignedEvent

#: What a retraction does (MERGE-7).
Effect: TypeAlias = Literal["applied", "waiting", "rejected"]

RETRACTION: Final = "event_retracted"
CHECKPOINT: Final = "checkpoint"


@dataclass(frozen=True, slots=True)
class Equivocation:
    """Fitting events of one signer, kind, slot and instant that contradict each other (MERGE-8)."""

    event_type: str
    signer: str
    slot: bytes
    instant: str
    event_ids: tuple[str, ...]

    def shown(self) -> Object:
        """The group as a state lists it; the slot for :mod:`canonical` to write."""
        return {
            "event_ids": [*self.event_ids],
            "event_type": self.event_type,
            "instant": self.instant,
            "signer": self.signer,
            "slot": written(self.slot),
        }


class Ledger:
    """The valid events of one record under one policy and one rule set.

    Grows by :meth:`add` and :meth:`join`; nothing ever leaves it. Not thread-safe.
    """

    __slots__ = (
        "_checkpoints",
        "_fitting",
        "_listed",
        "_misfits",
        "_retracted",
        "_retracted_by",
        "events",
        "ids_without_valid_event",
        "policy_sha256",
        "record",
        "rules",
    )  # fmt: skip

    def __init__(self, record: Record, policy_sha256: str, rules: MergeRules = MERGE_1) -> None:
        self.record = record
        self.policy_sha256 = policy_sha256
        self.rules = rules
        #: The valid events by id.
        self.events: dict[str, SignedEvent] = {}
        #: The ids with an invalid element and no valid event in one input; another input may
        #: have one. Only counters use it.
        self.ids_without_valid_event: set[str] = set()
        self._misfits: dict[str, str] = {}
        # EventType -> slot -> id -> event. One slot for all where the kind has no slots.
        self._fitting: dict[str, dict[bytes, dict[str, SignedEvent]]] = {
            name: {} for name in rules.event_types
        }
        # Target -> the fitting retractions that name it.
        self._retracted_by: dict[str, dict[str, SignedEvent]] = {}
        # The targets of applied retractions. It only grows: an effect depends on no other effect.
        self._retracted: set[str] = set()
        # Signer -> id -> how many unretracted checkpoints list it; signer -> those checkpoints.
        self._listed: dict[str, Counter[str]] = {}
        self._checkpoints: dict[str, dict[str, SignedEvent]] = {}

    @classmethod
    def of(cls, checked: Iterable[Checked], rules: MergeRules = MERGE_1) -> Ledger:
        """The ledger of the union of checked bundles of one record (MERGE-2).

        Raises:
            MergeError: ``type`` for no bundle at all; ``subject`` for bundles of different
                records; ``collision`` for one number with two hashes; ``policy`` for
                bundles checked under different policies.
        """
        bundles = list(checked)
        if not bundles:
            raise MergeError("type", "there is nothing to merge: give at least one checked bundle")
        first = bundles[0]
        ledger = cls(first.record, first.policy_sha256, rules)
        for bundle in bundles:
            ledger._admit(bundle.record, bundle.policy_sha256)
            ledger.ids_without_valid_event.update(bundle.ids_without_valid_event)
            ledger.add(bundle.valid)
        return ledger

    def _admit(self, record: Record, policy_sha256: str) -> None:
        if record.sha256 != self.record.sha256:
            theirs, ours = record.number, self.record.number
            if theirs.suffix == ours.suffix:
                raise MergeError("collision", f"two records have the number {theirs}")
            raise MergeError("subject", f"{theirs} is not {ours}; merge takes bundles of one record")
        if policy_sha256 != self.policy_sha256:
            raise MergeError("policy", "the bundles were checked under different policies")

    def join(self, other: Ledger) -> None:
        """Add everything of ``other``, which must be of the same record, policy and rules (MERGE-3).

        Raises:
            MergeError: as :meth:`of`; ``policy`` also for another rule set.
        """
        self._admit(other.record, other.policy_sha256)
        if other.rules.name != self.rules.name:
            raise MergeError("policy", "the ledgers were folded under different merge rules")
        self.ids_without_valid_event |= other.ids_without_valid_event
        self.add(other.events.values())

    def copy(self) -> Ledger:
        """A ledger of the same events that grows on its own."""
        twin = Ledger(self.record, self.policy_sha256, self.rules)
        twin.join(self)
        return twin

    def add(self, events: Iterable[SignedEvent]) -> None:
        """Add valid events of this record; one that is there already changes nothing (MERGE-3).

        Of two copies of one event the smaller signature is kept (CHECK-11).
        """
        known = self.events
        for event in events:
            name = event.event_id
            present = known.get(name)
            if present is None:
                known[name] = event
                self._place(event)
            elif event.signature < present.signature:
                known[name] = event
                self._replace(event)

    def _place(self, event: SignedEvent) -> None:
        name, placed = event.event_id, event.placed
        if placed is None or placed.rules is not self.rules or placed.record_sha256 != self.record.sha256:
            placed = self.rules.place(event, self.record)
        if name in self._retracted_by:
            # What arrived before its target applies to it whether it fits or not (MERGE-7).
            for retraction in self._retracted_by[name].values():
                if self.effect(retraction) == "applied":
                    self._retracted.add(name)
        if placed.code is not None:
            self._misfits[name] = placed.code
            return
        kind = self.rules.event_types[event.event_type]
        slots, slot = self._fitting[kind.event_type], placed.slot
        if slot in slots:
            slots[slot][name] = event
        else:
            slots[slot] = {name: event}
        if kind.event_type == RETRACTION:
            self._retract(event)
        elif kind.event_type == CHECKPOINT and name not in self._retracted:
            self._checkpoints.setdefault(event.signer, {})[name] = event
            self._listed.setdefault(event.signer, Counter()).update(_ids(event.payload["event_ids"]))

    def _replace(self, event: SignedEvent) -> None:
        # One id has one signer (RULE-4), so nothing but the signature differs: no index moves.
        name = event.event_id
        if name in self._misfits:
            return
        slot = slot_of(event, self.rules.event_types[event.event_type])
        self._fitting[event.event_type][slot][name] = event
        if event.event_type == RETRACTION:
            self._retracted_by[str(event.payload["event_id"])][name] = event
        elif event.event_type == CHECKPOINT and name not in self._retracted:
            self._checkpoints[event.signer][name] = event

    def _retract(self, retraction: SignedEvent) -> None:
        name = str(retraction.payload["event_id"])
        self._retracted_by.setdefault(name, {})[retraction.event_id] = retraction
        if name in self._retracted or self.effect(retraction) != "applied":
            return
        self._retracted.add(name)
        checkpoint = self._checkpoints.get(retraction.signer, {}).pop(name, None)
        if checkpoint is not None:
            self._unlist(checkpoint)

    def _unlist(self, checkpoint: SignedEvent) -> None:
        # Another checkpoint of the signer may list the same ids: they are counted.
        if not self._checkpoints[checkpoint.signer]:
            del self._checkpoints[checkpoint.signer], self._listed[checkpoint.signer]
            return
        listed = self._listed[checkpoint.signer]
        for name in _ids(checkpoint.payload["event_ids"]):
            listed[name] -= 1
            if not listed[name]:
                del listed[name]

    # Views. Each but the first is a function of the set of events alone.

    @property
    def listed_count(self) -> int:
        """Distinct ids with an element that is valid or invalid (STATE-7)."""
        return len(self.events) + len(self.ids_without_valid_event - self.events.keys())

    @property
    def unrecognised(self) -> list[tuple[SignedEvent, str]]:
        """Valid events that no kind takes, with the code, by (instant, id) (MERGE-6)."""
        found = [(self.events[name], code) for name, code in self._misfits.items()]
        found.sort(key=lambda pair: pair[0].order)
        return found

    def fitting(self, kind: EventType) -> Iterator[SignedEvent]:
        """The fitting events of a kind, retracted ones too, in no order."""
        for events in self._fitting[kind.event_type].values():
            yield from events.values()

    def slots(self, kind: EventType) -> Mapping[bytes, Mapping[str, SignedEvent]]:
        """The fitting events of a kind, retracted ones too, by slot and id, in no order (MERGE-5).

        No slot is empty. A kind without slots has its events in the one slot ``b""``.
        """
        return self._fitting[kind.event_type]

    def effect(self, retraction: SignedEvent) -> Effect:
        """What a fitting retraction does: a function of it and its target alone (MERGE-7)."""
        target = self.events.get(str(retraction.payload["event_id"]))
        if target is None:
            return "waiting"
        if target.signer != retraction.signer or target.event_type == RETRACTION:
            return "rejected"
        return "applied"

    def retractions_of(self, event_id: str) -> list[SignedEvent]:
        """The fitting retractions that name ``event_id``, by (instant, id), whatever their effect."""
        return sorted(self._retracted_by.get(event_id, {}).values(), key=lambda event: event.order)

    def retracted(self) -> Set[str]:
        """The ids that an applied retraction takes back (MERGE-7); a live view."""
        return self._retracted

    def is_retracted(self, event: SignedEvent) -> bool:
        """Whether an applied retraction takes ``event`` back (MERGE-7)."""
        return event.event_id in self._retracted

    def missing(self) -> dict[str, list[str]]:
        """For each signer with an unretracted checkpoint, the listed ids that are absent (MERGE-9).

        Signers and ids are sorted.
        """
        return {
            signer: sorted(listed.keys() - self.events.keys())
            for signer, listed in sorted(self._listed.items())
        }

    def completeness(self) -> list[tuple[str, list[str], tuple[str, str] | None]]:
        """For each signer: the missing ids, and as of which checkpoint nothing listed is missing (MERGE-9).

        The checkpoint is given by its (instant, id): None where ids are missing, and for a
        signer without an unretracted checkpoint, of whom nothing is known. Sorted by signer.
        """
        missing = self.missing()
        told: list[tuple[str, list[str], tuple[str, str] | None]] = []
        for signer in sorted({event.signer for event in self.events.values()}):
            absent, checkpoints = missing.get(signer, []), self._checkpoints.get(signer)
            as_of = None
            if checkpoints and not absent:
                last = max(checkpoints.values(), key=attrgetter("order"))
                as_of = last.instant, last.event_id
            told.append((signer, absent, as_of))
        return told

    def equivocations(self) -> list[Equivocation]:
        """Every group of contradicting events, by type, signer, slot and instant (MERGE-8)."""
        found = [
            group
            for kind in self.rules.event_types.values()
            if kind.deciding
            for slot, events in self.slots(kind).items()
            if len(events) > 1
            for group in _contradictions(kind, slot, events.values())
        ]
        return sorted(found, key=lambda g: (g.event_type.encode(), g.signer.encode(), g.slot, g.instant))

    @property
    def events_sha256(self) -> str:
        """SHA-256 of the canonical sorted list of valid ids, in hex (STATE-6): compare it first."""
        return digest(encode([*sorted(self.events)])).hex()


def _ids(value: Value) -> list[str]:
    return value if type(value) is list else []  # type: ignore[return-value]


def _contradictions(kind: EventType, slot: bytes, events: Iterable[SignedEvent]) -> Iterator[Equivocation]:
    groups: dict[str, list[SignedEvent]] = {}
    for event in events:
        # Another instant is a revision.
        groups.setdefault(event.instant, []).append(event)
    for instant, group in groups.items():
        if len(group) > 1 and len({deciding_bytes(event, kind) for event in group}) > 1:
            ids = tuple(sorted(event.event_id for event in group))
            yield Equivocation(kind.event_type, group[0].signer, slot, instant, ids)
