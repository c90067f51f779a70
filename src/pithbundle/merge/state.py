"""The current state: a view of a ledger, written byte for byte (spec STATE-1 to STATE-7).

The outer members are in the registry's order, everything below them is canonical. The
digest is over a canonical object of the same entries, so it needs no order of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pithbundle.brief import brief
from pithbundle.bundle.document_types import STATE_TYPE
from pithbundle.bundle.record import Record
from pithbundle.encoding.canonical import encode, encode_ordered, raw_json, sha256_hex
from pithbundle.encoding.values import Object, Value, require_type
from pithbundle.merge.classification import ClassifiedEvent
from pithbundle.merge.entries import E, Entry, entries_of
from pithbundle.merge.equivocation import Equivocation, equivocations_of
from pithbundle.merge.event_types.alias_added import Alias
from pithbundle.merge.event_types.author_claim import AuthorClaim
from pithbundle.merge.event_types.checkpoint import Checkpoint
from pithbundle.merge.event_types.citation import Citation
from pithbundle.merge.event_types.event_retracted import Retraction
from pithbundle.merge.event_types.graph_snapshot import GraphSnapshot
from pithbundle.merge.event_types.integrity import IntegrityFinding
from pithbundle.merge.event_types.record_created import Receipt
from pithbundle.merge.event_types.replication import Replication
from pithbundle.merge.event_types.storage_attestation import StorageAttestation
from pithbundle.merge.event_types.timestamp_anchor import TimestampAnchor
from pithbundle.merge.explain import Explanation, explanations
from pithbundle.merge.frozen_map import FrozenMap
from pithbundle.merge.lazy import lazy
from pithbundle.merge.rule_sets import ALIASES, CHECKPOINT, RETRACTION, EventType, MergeRules
from pithbundle.merge.selection import AliasDecision, Selection
from pithbundle.merge.status import status_line, status_of
from pithbundle.merge.trace import Decision, trace_json, trace_of
from pithbundle.newtypes import DigestHex, EventId

STATE_VERSION: Final = "1.0"

# The members of an entry in the registry's order, and sorted; the absent ones are empty.
_ORDERED: Final = b'{"event_id":"%b"%b,"created_at":%b%b,"payload":%b%b}'
_CANONICAL: Final = b'{"created_at":%b%b,"event_id":"%b","payload":%b%b%b}'


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """A valid event that takes no part in the state, and the code (MERGE-6)."""

    event_id: EventId
    event_type: str
    code: str

    __repr__ = brief


@dataclass(frozen=True, init=False, eq=False, repr=False)
class State:
    """The current state of a record: a view of a ledger, which :meth:`Ledger.snapshot` returns.

    Immutable: its bytes, digests, entries and trace are of one set of events. Two states are
    equal if their bytes are.
    """

    _selection: Selection
    _event_count: int

    def __init__(self, *_: object, **__: object) -> None:
        """Raise: its counters are those of a ledger, which makes it.

        Raises:
            TypeError: always.
        """
        raise TypeError("a state is made by Ledger.snapshot")

    @classmethod
    def _of(cls, selection: Selection, event_count: int) -> State:
        """Internal, for a ledger: the state of its selection, and how many ids were seen (STATE-7)."""
        made = object.__new__(cls)
        made.__dict__.update(_selection=selection, _event_count=event_count)
        return made

    def __repr__(self) -> str:
        count = f"{len(self._selection.events)} valid events"
        return f"<State of {self.record.number}: {count}, {self.rules.name}>"

    def __eq__(self, other: object) -> bool:
        return self.to_json() == other.to_json() if isinstance(other, State) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __reduce__(self) -> tuple[Any, ...]:
        return _state, (self._selection, self._event_count)

    @property
    def record(self) -> Record:
        """The record."""
        return self._selection.record

    @property
    def rules(self) -> MergeRules:
        """The merge rules."""
        return self._selection.rules

    # Bytes and digests.

    def to_json(self) -> bytes:
        """The bytes of state.json: compact, no newline at the end (STATE-1)."""
        return self._json

    @lazy
    def _json(self) -> bytes:
        return encode_ordered(
            {
                "state_type": STATE_TYPE,
                "state_version": STATE_VERSION,
                "pith_number": str(self.record.number),
                "merge_version": self.rules.name,
                "event_count": self.event_count,
                "valid_event_count": self.valid_event_count,
                "invalid_event_count": self.invalid_event_count,
                "equivocation_count": len(self.equivocations),
                "current": self._current(canonical=False),
                "unrecognised": [
                    {
                        "code": one.code,
                        "event_id": one.event.event_id,
                        "event_type": one.event.event_type,
                    }
                    for one in self._selection.unrecognised
                ],
            }
        )

    @lazy
    def sha256(self) -> DigestHex:
        """``state_sha256`` in hex: the digest of what the state means, without counters (STATE-5)."""
        meaning: Object = {
            "canonical_sha256": self.record.hex,
            "current": self._current(canonical=True),
            "pith_number": str(self.record.number),
            "rules": self.rules.name,
        }
        return sha256_hex(encode(meaning))

    @lazy
    def events_sha256(self) -> DigestHex:
        """SHA-256 of the canonical sorted list of valid ids, in hex (STATE-6): compare it first."""
        return sha256_hex(encode([*sorted(self._selection.events)]))

    def _current(self, canonical: bool) -> Object:
        """``current``, its members in the registry's order (STATE-2); the encoder sorts them or not."""
        selection = self._selection
        current: Object = {
            "canonical_record": raw_json(self.record.canonical),
            ALIASES: _alias_values(selection),
        }
        decided = selection.receipt
        winner = None if decided is None else decided.winner
        receipt = None if winner is None else raw_json(winner.kept[0].encode())
        for name, event_type in selection.members():
            if event_type is None:
                current[name] = receipt
                continue
            events = selection.current[event_type.event_type]
            current[name] = self._entries(events, canonical) if events else []
        current["equivocations"] = [group.to_value() for group in self.equivocations]
        return current

    def _entries(self, events: Sequence[ClassifiedEvent], canonical: bool) -> Value:
        """The entries of a section, sorted members or the registry's order (STATE-3).

        All of it was encoded before, or is ASCII that needs no escape: ids and times.
        """
        written_entries = []
        targets: dict[str, bytes] = {}
        effects = self._selection.effects if events[0].event.event_type == RETRACTION else {}
        for event, *_ in events:
            effect = effects.get(event.event_id)
            target = targets.get(event.target)
            if target is None:
                target = targets[event.target] = b',"target":' + encode(event.target)
            signer = b',"signer":' + event.signer_bytes
            tail = b"" if effect is None else b',"effect":"%b"' % effect.encode()
            name, when = event.event_id.encode(), encode(event.created_at)
            written_entries.append(
                _CANONICAL % (when, tail, name, event.payload_bytes, signer, target)
                if canonical
                else _ORDERED % (name, target, when, signer, event.payload_bytes, tail)
            )
        return raw_json(b"[%b]" % b",".join(written_entries))

    # Counters.

    @property
    def event_count(self) -> int:
        """Distinct ids with an element that is valid or invalid (STATE-7); malformed elements have no id."""
        return self._event_count

    @property
    def valid_event_count(self) -> int:
        """Distinct ids with a valid event."""
        return len(self._selection.events)

    @property
    def invalid_event_count(self) -> int:
        """Distinct ids with an invalid element and no valid event (STATE-7)."""
        return self.event_count - self.valid_event_count

    # Entries.

    @lazy
    def source_aliases(self) -> tuple[Alias, ...]:
        """Every name of the record, by kind and value (STATE-4)."""
        return tuple(map(_alias, self._selection.aliases()))

    @lazy
    def receipt(self) -> Receipt | None:
        """The verified receipt of the current record_created, or None (STATE-2)."""
        decided = self._selection.receipt
        if decided is None or decided.winner is None:
            return None
        return Receipt.of(decided.winner.event)

    @lazy
    def sections(self) -> Mapping[str, tuple[Entry, ...]]:
        """The entries of every listing section, by (instant, id)."""
        event_types = self.rules.event_types
        return FrozenMap(
            {
                event_types[name].section: tuple(self._entry(event_types[name], one) for one in events)
                for name, events in self._selection.current.items()
            }
        )

    def _entry(self, event_type: EventType, classified: ClassifiedEvent) -> Entry:
        if event_type.event_type == RETRACTION:
            event = classified.event
            effect = self._selection.effects[event.event_id]
            return Retraction.of(event, retracted_id=classified.kept[0], effect=effect)
        if event_type.event_type == CHECKPOINT:
            return Checkpoint.of(classified.event, event_ids=classified.kept)
        return event_type.entry.of(classified.event)

    def entries(self, of: type[E]) -> tuple[E, ...]:
        """The entries of one class, over all sections; also for the event types of another rule set.

        Raises:
            TypeError: ``of`` is not a class of entries.
        """
        given: object = of
        if not isinstance(given, type) or not issubclass(given, Entry):
            raise TypeError(f"of must be a class of entries, such as AuthorClaim, not {given!r}")
        return entries_of(self.sections, of)

    @property
    def graph_snapshots(self) -> tuple[GraphSnapshot, ...]:
        """The current graph snapshots."""
        return self.entries(GraphSnapshot)

    @property
    def timestamp_anchors(self) -> tuple[TimestampAnchor, ...]:
        """The current timestamp anchors."""
        return self.entries(TimestampAnchor)

    @property
    def storage_attestations(self) -> tuple[StorageAttestation, ...]:
        """The current storage attestations."""
        return self.entries(StorageAttestation)

    @property
    def author_claims(self) -> tuple[AuthorClaim, ...]:
        """The current author claims."""
        return self.entries(AuthorClaim)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The current citations."""
        return self.entries(Citation)

    @property
    def replications(self) -> tuple[Replication, ...]:
        """The current replications."""
        return self.entries(Replication)

    @property
    def integrity_findings(self) -> tuple[IntegrityFinding, ...]:
        """The current integrity findings."""
        return self.entries(IntegrityFinding)

    @property
    def retractions(self) -> tuple[Retraction, ...]:
        """The current retractions, each with its effect."""
        return self.entries(Retraction)

    @property
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """The current checkpoints."""
        return self.entries(Checkpoint)

    @lazy
    def equivocations(self) -> tuple[Equivocation, ...]:
        """Every group of contradicting events, by type, signer, slot and instant (MERGE-8)."""
        return equivocations_of(self._selection)

    @lazy
    def unrecognised(self) -> tuple[Unrecognised, ...]:
        """The valid events that take no part in the state, by (instant, id) (MERGE-6)."""
        return tuple(
            Unrecognised(one.event.event_id, one.event.event_type, one.code)
            for one in self._selection.unrecognised
            if one.code is not None
        )

    # Accounts of the decisions.

    @lazy
    def _trace(self) -> tuple[Decision, ...]:
        return trace_of(self._selection, self.equivocations)

    def trace(self) -> tuple[Decision, ...]:
        """The decision on every entry, in the order of the state (TRACE-1)."""
        return self._trace

    def trace_json(self) -> bytes:
        """The trace as canonical bytes (TRACE-4)."""
        return trace_json(self.record.number, self.rules.name, self._trace)

    def explain(self, pointer: str = "") -> tuple[Explanation, ...]:
        """The decisions at and below a pointer, or that of the entry that contains it (EXPLAIN-1).

        Raises:
            InputError: ``type`` if the state has no entry there.
            TypeError: ``pointer`` is not a str.
        """
        require_type("pointer", pointer, str)
        return explanations(self._trace, self._selection.events, pointer)

    def status(self) -> Object:
        """The status summary as one JSON object with fixed members (STATUS-1); a new one each time."""
        return status_of(self.sections, len(self.equivocations), len(self._selection.unrecognised))

    def status_line(self) -> str:
        """The status summary in one line (STATUS-2)."""
        return status_line(self.status())


def _state(selection: Selection, event_count: int) -> State:
    return State._of(selection, event_count)


def _alias_values(selection: Selection) -> Value:
    if not selection.names and selection.rules.has_aliases:
        # As aliases() returns them; most records have no other names.
        return [{"alias_kind": kind, "alias_value": value} for kind, value in selection.record.aliases]
    values: list[Value] = []
    for kind, name, _, (winner, _, _) in selection.aliases():
        value: Object = {"alias_kind": kind, "alias_value": name}
        if winner is not None:
            value["created_at"] = winner.event.created_at
        values.append(value)
    return values


def _alias(decided: AliasDecision) -> Alias:
    kind, value, derived, (winner, _, _) = decided
    if winner is None:
        return Alias(kind, value, derived, None, None)
    return Alias(kind, value, derived, winner.event.event_id, winner.event.created_at)
