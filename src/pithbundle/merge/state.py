"""The current state: a view of a ledger, written byte for byte (spec STATE-1 to STATE-6).

The outer members stand in the registry's order, everything below them is canonical. The
digest is over a canonical object of the same entries, so it needs no order of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from operator import attrgetter
from typing import Final, NamedTuple

from pithbundle.encoding.canonical import encode, encode_ordered, sha256_hex, written
from pithbundle.encoding.values import Object, Value
from pithbundle.merge.ledger import RETRACTION, Effect, Ledger
from pithbundle.merge.rules import EventType
from pithbundle.verify.verdicts import SignedEvent

STATE_TYPE: Final = "pith_open_graph_state"
STATE_VERSION: Final = "1.0"

#: The key of the total order of events (MERGE-4).
ORDER: Final = attrgetter("order")

# The members of an entry in the registry's order, and sorted; the absent ones are empty.
_ORDERED: Final = b'{"event_id":"%b"%b,"created_at":"%b"%b,"payload":%b%b}'
_CANONICAL: Final = b'{"created_at":"%b"%b,"event_id":"%b","payload":%b%b%b}'
# Two kinds fill a section of their own shape; the others list entries.
_RECEIPT: Final = "receipt"
_ALIASES: Final = "source_aliases"


class Alias(NamedTuple):
    """A name of the record: derived from it, signed by somebody, or both (STATE-4)."""

    kind: str
    value: str
    derived: bool
    event: SignedEvent | None

    def shown(self) -> Object:
        """The alias; its time is that of its smallest event, if it has one."""
        alias: Object = {"alias_kind": self.kind, "alias_value": self.value}
        if self.event is not None:
            alias["created_at"] = self.event.created_at
        return alias


class State:
    """The current state of a ledger at the moment it was made."""

    __slots__ = (
        "_counters",
        "aliases",
        "effects",
        "equivocations",
        "ledger",
        "receipt",
        "sections",
        "unrecognised",
    )

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        #: Every name of the record, by kind and value.
        self.aliases: list[Alias] = []
        #: The standing record_created whose receipt is verified, or None.
        self.receipt: SignedEvent | None = None
        #: The standing events of every listing section, by (instant, id).
        self.sections: dict[str, list[SignedEvent]] = {}
        #: What each standing retraction does, by its id.
        self.effects: dict[str, Effect] = {}
        retracted = ledger.retracted()
        for kind in ledger.rules.event_types.values():
            chosen = select(ledger, kind, retracted) if ledger.slots(kind) else []
            if kind.section == _RECEIPT:
                self.receipt = next((event for event in chosen if event.receipt_verified), None)
            elif kind.section == _ALIASES:
                self.aliases = _aliases(ledger, chosen)
            else:
                self.sections[kind.section] = chosen
                if kind.event_type == RETRACTION:
                    self.effects = {event.event_id: ledger.effect(event) for event in chosen}
        self.equivocations = ledger.equivocations()
        self.unrecognised = ledger.unrecognised
        self._counters = ledger.listed_count, len(ledger.events)

    @property
    def event_count(self) -> int:
        """Distinct ids with an element that is valid or invalid (STATE-7); malformed elements have no id."""
        return self._counters[0]

    @property
    def valid_event_count(self) -> int:
        """Distinct ids with a valid event."""
        return self._counters[1]

    @property
    def invalid_event_count(self) -> int:
        """Distinct ids with an invalid element and no valid event (STATE-7)."""
        return self._counters[0] - self._counters[1]

    def to_bytes(self) -> bytes:
        """The bytes of state.json: compact, no newline at the end (STATE-1)."""
        ledger = self.ledger
        return encode_ordered(
            {
                "state_type": STATE_TYPE,
                "state_version": STATE_VERSION,
                "pith_number": str(ledger.record.number),
                "merge_version": ledger.rules.name,
                "event_count": self.event_count,
                "valid_event_count": self.valid_event_count,
                "invalid_event_count": self.invalid_event_count,
                "equivocation_count": len(self.equivocations),
                "current": self._current(canonical=False),
                "unrecognised": [
                    {"code": code, "event_id": event.event_id, "event_type": event.event_type}
                    for event, code in self.unrecognised
                ],
            }
        )

    @property
    def sha256(self) -> str:
        """``state_sha256``: the digest of what the state means, without counters (STATE-5)."""
        ledger = self.ledger
        meaning: Object = {
            "canonical_sha256": ledger.record.hex,
            "current": self._current(canonical=True),
            "pith_number": str(ledger.record.number),
            "rules": ledger.rules.name,
        }
        return sha256_hex(encode(meaning))

    def _entries(self, events: list[SignedEvent], canonical: bool) -> Value:
        """The entries of a section, sorted members or the registry's order (STATE-3).

        All of it was encoded before, or is ASCII that needs no escape: ids and times.
        """
        written_entries = []
        targets: dict[str, bytes] = {}
        for event in events:
            effect = self.effects.get(event.event_id) if self.effects else None
            target = targets.get(event.target)
            if target is None:
                target = targets[event.target] = b',"target":' + encode(event.target)
            signer = b',"signer":' + event.signer_bytes
            tail = b"" if effect is None else b',"effect":"%b"' % effect.encode()
            name, when = event.event_id.encode(), event.created_at.encode()
            written_entries.append(
                _CANONICAL % (when, tail, name, event.payload_bytes, signer, target)
                if canonical
                else _ORDERED % (name, target, when, signer, event.payload_bytes, tail)
            )
        return written(b"[%b]" % b",".join(written_entries))

    def _current(self, canonical: bool) -> Object:
        """``current``, its members in the registry's order (STATE-2); the encoder sorts them or not."""
        receipt = None if self.receipt is None else written(encode(self.receipt.payload["receipt"]))
        current: Object = {
            "canonical_record": written(self.ledger.record.canonical),
            _ALIASES: [alias.shown() for alias in self.aliases],
        }
        for name, events in self.sections.items():
            current[name] = self._entries(events, canonical) if events else []
            if _RECEIPT not in current:
                # The registry shows the receipt behind graph_snapshots, its first listing.
                current[_RECEIPT] = receipt
        current["equivocations"] = [group.shown() for group in self.equivocations]
        return current


def select(ledger: Ledger, kind: EventType, retracted: Set[str]) -> list[SignedEvent]:
    """The events of a kind that stand, by (instant, id) (MERGE-5).

    ``once`` and ``latest``: what stands in each slot. ``each``: all. Never a ``retracted`` id.
    """
    if kind.select == "all":
        chosen = [event for event in ledger.fitting(kind) if event.event_id not in retracted]
    else:
        found = (standing(kind, events, retracted) for events in ledger.slots(kind).values())
        chosen = [event for event in found if event is not None]
    chosen.sort(key=ORDER)
    return chosen


def standing(kind: EventType, slot: Mapping[str, SignedEvent], retracted: Set[str]) -> SignedEvent | None:
    """The event that stands in a slot of a ``once`` or ``latest`` kind, or None (MERGE-5).

    ``once``: the smallest (instant, id), over all signers: such a kind has one slot.
    ``latest``: the greatest instant, among those the smallest id.
    """
    alive = [event for name, event in slot.items() if name not in retracted]
    if len(alive) < 2:
        return alive[0] if alive else None
    if kind.select == "first":
        return min(alive, key=ORDER)
    newest = max(event.instant for event in alive)
    return min((event for event in alive if event.instant == newest), key=ORDER)


def _aliases(ledger: Ledger, signed: list[SignedEvent]) -> list[Alias]:
    derived = ledger.record.aliases
    if not signed:
        return [Alias(kind, value, True, None) for kind, value in derived]
    first: dict[tuple[str, str], SignedEvent] = {}
    for event in signed:
        first.setdefault((str(event.payload["alias_kind"]), str(event.payload["alias_value"])), event)
    # All are ASCII, in which text order is the order of UTF-8 bytes (KIND-4).
    return [Alias(*name, name in derived, first.get(name)) for name in sorted({*derived, *first})]
