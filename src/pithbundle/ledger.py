"""The ledger: the mergeable value that every state is a view of (spec MERGE-1 to MERGE-9).

It holds one record's valid events by id and, beside them, only indexes: which events
fit, which slot they are in, who retracts whom, what checkpoints list. Joining two ledgers
is the union of their events, so it commutes, associates and repeats without effect;
everything shown is computed from that set and never from the way it came together.

Adding an event touches its own slot, the retractions of its target and its signer's
checkpoint ids; nothing is recomputed until somebody looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pithbundle.canonical import digest, encode, written
from pithbundle.errors import MergeError
from pithbundle.kinds import MERGE_1, Kind, MergeRules
from pithbundle.kinds.fit import slot_of
from pithbundle.model import Object, Value
from pithbundle.number import PithNumber
from pithbundle.record import Record
from pithbundle.verdicts import Checked, ValidEvent

#: What a retraction does (MERGE-7).
Effect: TypeAlias = Literal["applied", "waiting", "refused"]

RETRACTION: Final = "event_retracted"
CHECKPOINT: Final = "checkpoint"
#: What no retraction takes back, so that no effect depends on another (MERGE-7).
_UNRETRACTABLE: Final = frozenset({RETRACTION, CHECKPOINT})


@dataclass(frozen=True, slots=True)
class Equivocation:
    """Fitting events of one signer and kind that contradict each other (MERGE-8).

    ``slot`` and ``instant`` are None for a kind of which one stands over all time.
    """

    event_type: str
    signer: str
    slot: bytes | None
    instant: str | None
    event_ids: tuple[str, ...]

    def shown(self) -> Object:
        """The group as a state lists it; the slot for :mod:`canonical` to write."""
        return {
            "event_ids": [*self.event_ids],
            "event_type": self.event_type,
            "instant": self.instant,
            "signer": self.signer,
            "slot": None if self.slot is None else written(self.slot),
        }


class Ledger:
    """The valid events of one record under one policy and one rule set.

    Grows by :meth:`add` and :meth:`join`; nothing ever leaves it. Not thread-safe.
    """

    __slots__ = (
        "_checkpointed", "_fitting", "_misfits", "_retracted_by", "events", "number",
        "policy_sha256", "record", "rules", "unsound",
    )  # fmt: skip

    def __init__(
        self, record: Record, number: PithNumber, policy_sha256: str, rules: MergeRules = MERGE_1
    ) -> None:
        self.record = record
        self.number = number
        self.policy_sha256 = policy_sha256
        self.rules = rules
        #: The valid events by id.
        self.events: dict[str, ValidEvent] = {}
        #: The ids that inputs listed without a valid event; another input may have one. Only
        #: counters use it.
        self.unsound: set[str] = set()
        self._misfits: dict[str, str] = {}
        # Kind -> slot -> id -> event. One slot for all where the kind has no slots.
        self._fitting: dict[str, dict[bytes, dict[str, ValidEvent]]] = {name: {} for name in rules.kinds}
        # Target -> the retractions that name it.
        self._retracted_by: dict[str, dict[str, ValidEvent]] = {}
        self._checkpointed: dict[str, set[str]] = {}

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
        ledger = cls(first.record, first.number, first.policy_sha256, rules)
        for bundle in bundles:
            ledger._admit(bundle.record, bundle.number, bundle.policy_sha256)
            ledger.unsound.update(bundle.unsound)
            ledger.add(bundle.valid)
        return ledger

    def _admit(self, record: Record, number: PithNumber, policy_sha256: str) -> None:
        if record.sha256 != self.record.sha256:
            if number.suffix == self.number.suffix:
                raise MergeError("collision", f"two records have the number {number}")
            raise MergeError(
                "subject",
                f"{number} is not {self.number}; merge takes bundles of one record",
            )
        if policy_sha256 != self.policy_sha256:
            raise MergeError("policy", "the bundles were checked under different policies")

    def join(self, other: Ledger) -> None:
        """Add everything of ``other``, which must be of the same record, policy and rules (MERGE-3).

        Raises:
            MergeError: as :meth:`of`; ``policy`` also for another rule set.
        """
        self._admit(other.record, other.number, other.policy_sha256)
        if other.rules.name != self.rules.name:
            raise MergeError("policy", "the ledgers were folded under different merge rules")
        self.unsound |= other.unsound
        self.add(other.events.values())

    def copy(self) -> Ledger:
        """A ledger of the same events that grows on its own."""
        twin = Ledger(self.record, self.number, self.policy_sha256, self.rules)
        twin.join(self)
        return twin

    def add(self, events: Iterable[ValidEvent]) -> None:
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
                self._replace(present, event)

    def _replace(self, present: ValidEvent, event: ValidEvent) -> None:
        # Under a rule that does not cover the signer, one id can come from two signers: the
        # smaller signature then decides whose it is, so the event is placed anew.
        self._unplace(present)
        self.events[event.event_id] = event
        self._place(event)

    def _place(self, event: ValidEvent) -> None:
        name = event.event_id
        placed = event.placed
        if placed is None or placed.rules is not self.rules or placed.record_sha256 != self.record.sha256:
            placed = self.rules.place(event, self.record)
        if placed.code is not None:
            self._misfits[name] = placed.code
            return
        kind = self.rules.kinds[event.event_type]
        slots, slot = self._fitting[kind.event_type], placed.slot
        if slot in slots:
            slots[slot][name] = event
        else:
            slots[slot] = {name: event}
        if kind.event_type == RETRACTION:
            self._retracted_by.setdefault(str(event.payload["event_id"]), {})[name] = event
        elif kind.event_type == CHECKPOINT:
            self._checkpointed.setdefault(event.signer, set()).update(_ids(event.payload["event_ids"]))

    def _unplace(self, event: ValidEvent) -> None:
        name = event.event_id
        kind = self.rules.kinds.get(event.event_type)
        if kind is None or name in self._misfits:
            del self._misfits[name]
            return
        slots = self._fitting[kind.event_type]
        slot = slot_of(event, kind)
        del slots[slot][name]
        if not slots[slot]:
            del slots[slot]
        if kind.event_type == RETRACTION:
            del self._retracted_by[str(event.payload["event_id"])][name]
        elif kind.event_type == CHECKPOINT:
            # Another checkpoint of the signer may list the same ids: gather them anew.
            del self._checkpointed[event.signer]
            for other in self.fitting(kind):
                if other.signer == event.signer:
                    listed = self._checkpointed.setdefault(event.signer, set())
                    listed.update(_ids(other.payload["event_ids"]))

    # Views. Each but the first is a function of the set of events alone.

    @property
    def listed_count(self) -> int:
        """Distinct ids that the inputs listed, valid or not (STATE-7)."""
        return len(self.events) + len(self.unsound - self.events.keys())

    @property
    def unrecognised(self) -> list[tuple[ValidEvent, str]]:
        """Valid events that no kind takes, with the code, by (instant, id) (MERGE-6)."""
        found = [(self.events[name], code) for name, code in self._misfits.items()]
        found.sort(key=lambda pair: pair[0].order)
        return found

    def fitting(self, kind: Kind) -> Iterator[ValidEvent]:
        """The fitting events of a kind, retracted ones too, in no order."""
        for events in self._fitting[kind.event_type].values():
            yield from events.values()

    def slots(self, kind: Kind) -> Mapping[bytes, Mapping[str, ValidEvent]]:
        """The fitting events of a kind, retracted ones too, by slot and id, in no order (MERGE-5).

        No slot is empty. A kind without slots has its events in the one slot ``b""``.
        """
        return self._fitting[kind.event_type]

    def effect(self, retraction: ValidEvent) -> Effect:
        """What a fitting retraction does: a function of it and its target alone (MERGE-7)."""
        target = self.events.get(str(retraction.payload["event_id"]))
        if target is None:
            return "waiting"
        if target.signer != retraction.signer or target.event_type in _UNRETRACTABLE:
            return "refused"
        return "applied"

    def retractions_of(self, event_id: str) -> list[ValidEvent]:
        """The fitting retractions that name ``event_id``, by (instant, id), whatever their effect."""
        return sorted(self._retracted_by.get(event_id, {}).values(), key=lambda event: event.order)

    def retracted(self) -> set[str]:
        """The ids that an applied retraction takes back (MERGE-7)."""
        return {
            name
            for name, retractions in self._retracted_by.items()
            if any(self.effect(retraction) == "applied" for retraction in retractions.values())
        }

    def is_retracted(self, event: ValidEvent) -> bool:
        """Whether an applied retraction takes ``event`` back (MERGE-7)."""
        retractions = self._retracted_by.get(event.event_id)
        return retractions is not None and any(self.effect(r) == "applied" for r in retractions.values())

    def missing(self) -> dict[str, list[str]]:
        """For each signer with a fitting checkpoint, the listed ids that are absent, sorted (MERGE-9)."""
        return {
            signer: sorted(name for name in ids if name not in self.events)
            for signer, ids in sorted(self._checkpointed.items())
        }

    def completeness(self) -> list[tuple[str, list[str], tuple[str, str] | None]]:
        """For each signer: the missing ids, and as of which checkpoint nothing listed is missing (MERGE-9).

        The checkpoint is given by its (instant, id): None where ids are missing, and for a
        signer without a checkpoint, of whom nothing is known. Sorted by signer.
        """
        newest: dict[str, ValidEvent] = {}
        for kind in self.rules.kinds.values():
            if kind.event_type == CHECKPOINT:
                for event in sorted(self.fitting(kind), key=lambda event: event.order):
                    newest[event.signer] = event
        missing = self.missing()
        told: list[tuple[str, list[str], tuple[str, str] | None]] = []
        for signer in sorted({event.signer for event in self.events.values()}):
            last = newest.get(signer)
            as_of = None if last is None or missing[signer] else (last.instant, last.event_id)
            told.append((signer, missing.get(signer, []), as_of))
        return told

    def equivocations(self) -> list[Equivocation]:
        """Every group of contradicting events, by type, signer, slot and instant (MERGE-8)."""
        found = [
            group
            for kind in self.rules.kinds.values()
            if kind.select != "each"
            for slot, events in self.slots(kind).items()
            if len(events) > 1
            for group in _contradictions(kind, slot, events.values())
        ]
        return sorted(
            found, key=lambda g: (g.event_type.encode(), g.signer.encode(), g.slot or b"", g.instant or "")
        )

    @property
    def events_sha256(self) -> str:
        """SHA-256 of the canonical sorted list of valid ids, in hex (STATE-6): compare it first."""
        return digest(encode([*sorted(self.events)])).hex()


def _ids(value: Value) -> list[str]:
    return value if type(value) is list else []  # type: ignore[return-value]


def _contradictions(kind: Kind, slot: bytes, events: Iterable[ValidEvent]) -> Iterator[Equivocation]:
    groups: dict[tuple[str, str | None], list[ValidEvent]] = {}
    for event in events:
        # `once` contradicts itself at any instants; `latest` only at one: another is a revision.
        instant = None if kind.select == "once" else event.instant
        groups.setdefault((event.signer, instant), []).append(event)
    for (signer, instant), group in groups.items():
        if len({event.payload_bytes for event in group}) > 1:
            ids = tuple(sorted(event.event_id for event in group))
            yield Equivocation(kind.event_type, signer, None if kind.select == "once" else slot, instant, ids)
