"""The ledger: the mergeable value that every state is a view of (spec MERGE-1 to MERGE-9).

It contains one record's valid events by id, each classified once, and nothing that depends
on how it came together. Joining two ledgers is the union of their events, so it commutes,
associates and repeats without effect; every view is computed from that set.

Cost (MERGE-10): joining is linear in the events; :class:`LedgerBuilder` is linear in the
events that are added, in whatever parts they come. Every view is at most n log n in the
events that it shows and linear in listed ids; it is computed once, when it is first read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pithbundle.bundle.record import Record
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits, require_limits
from pithbundle.encoding.values import Object, require_type
from pithbundle.errors import MergeError
from pithbundle.merge.classification import ORDER, ClassifiedEvent, classify
from pithbundle.merge.completeness import Completeness, completeness_of, missing_ids
from pithbundle.merge.equivocation import Equivocation, contradiction_of
from pithbundle.merge.export import export_events
from pithbundle.merge.lazy import lazy
from pithbundle.merge.rule_sets import MergeRules
from pithbundle.merge.selection import Selection
from pithbundle.merge.state import State
from pithbundle.merge.timeline import Moment, timeline_of
from pithbundle.newtypes import DigestHex, EventId
from pithbundle.verify.verdicts import SignedEvent


@dataclass(frozen=True, init=False, eq=False, repr=False)
class Ledger:
    """The valid events of one record under one policy and one rule set; immutable.

    A ledger grows only by ledgers: ``ledger | other``, or :meth:`builder` for many. Two ledgers
    are equal if they contain the same events, with the same signatures, of the same record,
    policy and rules, and count the same invalid ids.
    """

    record: Record
    #: The digest of the effective policy that the events were checked under, in hex (POL-5).
    policy_sha256: str
    rules: MergeRules
    #: The ids of which an element is invalid and none was valid in its input; only counters use them.
    ids_without_valid_event: frozenset[str]
    _events: Mapping[str, ClassifiedEvent]

    def __init__(self, *_: object, **__: object) -> None:
        """Raise: nothing here checks an event, so a ledger comes from a verifier or from ledgers.

        Raises:
            TypeError: always.
        """
        raise TypeError("a ledger is made by Verifier.verify, by ledger | ledger or by ledger.builder()")

    @classmethod
    def _of_checked(
        cls,
        record: Record,
        policy_sha256: str,
        rules: MergeRules,
        signed: Iterable[tuple[SignedEvent, Object]],
        ids_without_valid_event: Iterable[str] = (),
    ) -> Ledger:
        """Internal, for the verifier: the valid events of one checked bundle, each with its payload."""
        events: dict[str, ClassifiedEvent] = {
            event.event_id: classify(event, payload, record, rules) for event, payload in signed
        }
        return _ledger(record, policy_sha256, rules, frozenset(ids_without_valid_event), events)

    def _of_valid_events(self) -> Ledger:
        """Internal, for what is read of an export: the same events, without counts of invalid ids."""
        if not self.ids_without_valid_event:
            return self
        return _ledger(self.record, self.policy_sha256, self.rules, frozenset(), self._events)

    def __repr__(self) -> str:
        return f"<Ledger of {self.record.number}: {len(self)} valid events, {self.rules.name}>"

    def __len__(self) -> int:
        return len(self._events)

    def __contains__(self, event_id: object) -> bool:
        return event_id in self._events

    def __iter__(self) -> Iterator[SignedEvent]:
        """The valid events by (instant, id) (MERGE-4)."""
        return iter(self._ordered)

    def __getitem__(self, event_id: str) -> SignedEvent:
        """The valid event of an id.

        Raises:
            KeyError: no valid event has the id.
        """
        return self._events[event_id].event

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ledger):
            return NotImplemented
        return (
            self.record == other.record
            and self.policy_sha256 == other.policy_sha256
            and self.rules == other.rules
            and self.ids_without_valid_event - self._events.keys()
            == other.ids_without_valid_event - other._events.keys()
            and self._occurrences() == other._occurrences()
        )

    def __hash__(self) -> int:
        return hash((self.record, self.policy_sha256, self.events_sha256))

    def __reduce__(self) -> tuple[Any, ...]:
        # The views follow from the events; they are computed again when they are read.
        return _ledger, (
            self.record, self.policy_sha256, self.rules, self.ids_without_valid_event, self._events,
        )  # fmt: skip

    def _occurrences(self) -> dict[str, tuple[bytes, bytes, str]]:
        """What is kept of each event in addition to its content (FORMAT-12)."""
        return {
            event_id: (one.event.signature, one.event.key.public_key.raw, one.event.event_format.sha256)
            for event_id, one in self._events.items()
        }

    def __or__(self, other: Ledger) -> Ledger:
        """The union of two ledgers of one record, policy and rule set (MERGE-3).

        Raises:
            MergeError: ``subject``, ``collision`` or ``policy``, as :meth:`LedgerBuilder.add`.
        """
        if not isinstance(other, Ledger):
            return NotImplemented
        return self.builder().add(other).build()

    def builder(self) -> LedgerBuilder:
        """A builder that begins with the events of this ledger."""
        return LedgerBuilder(self)

    # Views. Each is a function of the set of events alone.

    @lazy
    def _ordered(self) -> tuple[SignedEvent, ...]:
        return tuple(one.event for one in sorted(self._events.values(), key=ORDER))

    @lazy
    def _selection(self) -> Selection:
        return Selection(self.record, self.rules, self._events)

    @lazy
    def _state(self) -> State:
        absent = self.ids_without_valid_event - self._events.keys()
        return State._of(self._selection, len(self._events) + len(absent))

    @lazy
    def _completeness(self) -> tuple[Completeness, ...]:
        return completeness_of(self._selection)

    def snapshot(self) -> State:
        """The current state."""
        return self._state

    @property
    def events_sha256(self) -> DigestHex:
        """SHA-256 of the canonical sorted list of valid ids, in hex (STATE-6): compare it first."""
        return self._state.events_sha256

    @property
    def retracted(self) -> frozenset[str]:
        """The ids of the valid events that an applied retraction retracts (MERGE-7)."""
        return frozenset(self._selection.retracted)

    def retractions_of(self, event_id: str) -> tuple[SignedEvent, ...]:
        """The applied retractions of an event, by (instant, id) (MERGE-7); empty for an unknown id.

        Raises:
            TypeError: ``event_id`` is not a str.
        """
        require_type("event_id", event_id, str)
        return tuple(one.event for one in self._selection.retractions.get(event_id, ()))

    def timeline(self) -> tuple[Moment, ...]:
        """Every valid event by (instant, id), with its change against those before it (TIMELINE-1)."""
        return timeline_of(self._selection)

    def missing(self) -> dict[str, tuple[EventId, ...]]:
        """For each signer with a checkpoint that counts, the listed ids that are absent (MERGE-9).

        Signers and ids are sorted; a new dict each time.
        """
        return missing_ids(self._selection)

    def completeness(self) -> tuple[Completeness, ...]:
        """For each signer the missing ids, and as of which checkpoint nothing listed is missing (MERGE-9)."""
        return self._completeness

    def equivocations(self) -> tuple[Equivocation, ...]:
        """Every group of contradicting events, by type, signer, slot and instant (MERGE-8)."""
        return self._state.equivocations

    def contradiction(self, group: Equivocation) -> tuple[SignedEvent, SignedEvent]:
        """The two events of a group that a proof contains (PROOF-1).

        They are the one with the smallest id and, of those whose deciding members differ from
        its, the one with the smallest id.

        Raises:
            KeyError: no valid event has an id of the group: it is of another ledger.
            TypeError: ``group`` is not an :class:`Equivocation`.
        """
        require_type("group", group, Equivocation)
        return contradiction_of(self._selection, group)

    def export(self, limits: Limits = DEFAULT_LIMITS) -> list[bytes]:
        """The events as JSON bundles, by (instant, id), each within ``limits``; at least one (EXPORT-2).

        Raises:
            InputError: ``size``, ``nodes``, ``depth`` or ``events`` if the record and one event do not fit.
            TypeError: ``limits`` is not :class:`Limits`.
        """
        require_limits(limits)
        return export_events(self.record, self._ordered, limits)


class LedgerBuilder:
    """Joins many ledgers of one record, policy and rule set at the cost of their events.

    Not thread-safe; the ledgers that it builds do not change when it grows.
    """

    __slots__ = ("_events", "_ids_without_valid_event", "_ledger")

    def __init__(self, ledger: Ledger) -> None:
        """Begin with the events of a ledger.

        Raises:
            TypeError: ``ledger`` is not a :class:`Ledger`.
        """
        require_type("ledger", ledger, Ledger)
        self._ledger = ledger
        self._events = dict(ledger._events)
        self._ids_without_valid_event = set(ledger.ids_without_valid_event)

    def add(self, ledger: Ledger) -> LedgerBuilder:
        """Add the events of a ledger; what is there already changes nothing (MERGE-3).

        Of two occurrences of one event the smaller is kept (FORMAT-12). Returns the builder.

        Raises:
            MergeError: ``subject`` for another record, ``collision`` for another record of the
                same number, ``policy`` for another policy or other merge rules.
            TypeError: ``ledger`` is not a :class:`Ledger`.
        """
        require_type("ledger", ledger, Ledger)
        _require_one_set(self._ledger, ledger)
        self._ids_without_valid_event |= ledger.ids_without_valid_event
        events = self._events
        for event_id, one in ledger._events.items():
            present = events.get(event_id)
            if present is None or one.event.is_kept_before(present.event):
                # One id has one meaning (FORMAT-5): only the occurrence may differ.
                events[event_id] = one
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy begins with everything that was added, and grows by itself.
        return LedgerBuilder, (self.build(),)

    def build(self) -> Ledger:
        """The ledger of everything that was added."""
        first = self._ledger
        ids = frozenset(self._ids_without_valid_event)
        return _ledger(first.record, first.policy_sha256, first.rules, ids, dict(self._events))


def _ledger(
    record: Record,
    policy_sha256: str,
    rules: MergeRules,
    ids_without_valid_event: frozenset[str],
    events: Mapping[str, ClassifiedEvent],
) -> Ledger:
    """The ledger of classified events; ``events`` is its own from now on."""
    made = object.__new__(Ledger)
    # All at once: the assignments that a frozen dataclass makes are slower than a small merge.
    made.__dict__.update(
        record=record,
        policy_sha256=policy_sha256,
        rules=rules,
        ids_without_valid_event=ids_without_valid_event,
        _events=events,
    )
    return made


def _require_one_set(first: Ledger, other: Ledger) -> None:
    if other.record.sha256 != first.record.sha256:
        if other.record.number == first.record.number:
            raise MergeError("collision", f"two records have the number {other.record.number}")
        raise MergeError(
            "subject",
            f"{other.record.number} is not {first.record.number}; merge takes bundles of one record",
        )
    if other.policy_sha256 != first.policy_sha256:
        raise MergeError("policy", "the bundles were checked under different policies")
    if other.rules is not first.rules and other.rules != first.rules:
        names = f"{first.rules.name} and {other.rules.name}"
        if first.rules.name == other.rules.name:
            names = f"two definitions of {first.rules.name}"
        raise MergeError("policy", f"the ledgers are of different merge rules: {names}")
