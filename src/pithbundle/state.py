"""The current state: a view of a ledger, written byte for byte (spec STATE-1 to STATE-6).

The outer members stand in the registry's order, everything below them is canonical. The
digest is over a canonical object of the same entries, so it needs no order of its own.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Final, NamedTuple

from pithbundle.canonical import encode, encode_ordered, sha256_hex, written
from pithbundle.kinds import Kind
from pithbundle.ledger import RETRACTION, Effect, Ledger
from pithbundle.model import Object
from pithbundle.record import aliases
from pithbundle.verdicts import ValidEvent

STATE_TYPE: Final = "pith_open_graph_state"
STATE_VERSION: Final = "1.0"

# Two kinds fill a section of their own shape; the others list entries.
#: The key of the total order of events (MERGE-4).
ORDER: Final = attrgetter("instant", "event_id")
_ID: Final = attrgetter("event_id")
_RECEIPT: Final = "receipt"
_ALIASES: Final = "source_aliases"


class Alias(NamedTuple):
    """A name of the record: derived from it, signed by somebody, or both (STATE-4)."""

    kind: str
    value: str
    derived: bool
    event: ValidEvent | None

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
        self.receipt: ValidEvent | None = None
        #: The standing events of every listing section, by (instant, id).
        self.sections: dict[str, list[ValidEvent]] = {}
        #: What each standing retraction does, by its id.
        self.effects: dict[str, Effect] = {}
        for kind in ledger.rules.kinds.values():
            chosen = select(ledger, kind) if ledger.holds(kind) else []
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
        self._counters = len(ledger.listed), len(ledger.events)

    @property
    def event_count(self) -> int:
        """Distinct ids that the inputs listed, malformed elements not among them."""
        return self._counters[0]

    @property
    def valid_event_count(self) -> int:
        """Distinct ids with a valid event."""
        return self._counters[1]

    @property
    def invalid_event_count(self) -> int:
        """Distinct ids listed without a valid event: invalid, unbound, unknown key or not signed."""
        return self._counters[0] - self._counters[1]

    def to_bytes(self) -> bytes:
        """The bytes of state.json: compact, no newline at the end (STATE-1)."""
        ledger = self.ledger
        return encode_ordered(
            {
                "state_type": STATE_TYPE,
                "state_version": STATE_VERSION,
                "pith_number": str(ledger.number),
                "merge_version": ledger.rules.name,
                "event_count": self.event_count,
                "valid_event_count": self.valid_event_count,
                "invalid_event_count": self.invalid_event_count,
                "equivocation_count": len(self.equivocations),
                "current": self._current(),
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
            "current": self._current(),
            "pith_number": str(ledger.number),
            "rules": ledger.rules.name,
        }
        return sha256_hex(encode(meaning))

    def shown(self, event: ValidEvent) -> Object:
        """The entry of a standing event, its members in the registry's order (STATE-3)."""
        entry: Object = {"event_id": event.event_id}
        if event.target is not None:
            entry["target"] = event.target
        entry["created_at"] = event.created_at
        if event.signer_bytes is not None:
            entry["signer"] = written(event.signer_bytes)
        entry["payload"] = written(event.payload_bytes)
        effect = self.effects.get(event.event_id)
        if effect is not None:
            entry["effect"] = effect
        return entry

    def _current(self) -> Object:
        """``current``, its members in the registry's order (STATE-2); the encoder sorts them or not."""
        receipt = None if self.receipt is None else written(encode(self.receipt.payload["receipt"]))
        current: Object = {
            "canonical_record": written(self.ledger.record.canonical),
            _ALIASES: [alias.shown() for alias in self.aliases],
        }
        for name, events in self.sections.items():
            current[name] = [self.shown(event) for event in events]
            if _RECEIPT not in current:
                # The registry shows the receipt behind graph_snapshots, its first listing.
                current[_RECEIPT] = receipt
        current["equivocations"] = [group.shown() for group in self.equivocations]
        return current


def select(ledger: Ledger, kind: Kind) -> list[ValidEvent]:
    """The events of a kind that stand, by (instant, id) (MERGE-5).

    ``once`` and ``latest``: what stands in each slot. ``each``: all. Retracted ones never.
    """
    if kind.select == "each":
        events = [event for event in ledger.fitting(kind) if not ledger.is_retracted(event)]
    else:
        found = (standing(ledger, kind, slot) for slot in ledger.slots(kind))
        events = [event for event in found if event is not None]
    events.sort(key=ORDER)
    return events


def standing(ledger: Ledger, kind: Kind, slot: bytes) -> ValidEvent | None:
    """The event that stands in a slot of a ``once`` or ``latest`` kind, or None (MERGE-5).

    ``once``: the smallest (instant, id), over all signers: such a kind has one slot.
    ``latest``: the greatest instant, among those the smallest id.
    """
    alive = [event for event in ledger.in_slot(kind, slot) if not ledger.is_retracted(event)]
    if len(alive) < 2:
        return alive[0] if alive else None
    if kind.select == "once":
        return min(alive, key=ORDER)
    newest = max(event.instant for event in alive)
    return min((event for event in alive if event.instant == newest), key=_ID)


def _aliases(ledger: Ledger, signed: list[ValidEvent]) -> list[Alias]:
    derived = aliases(ledger.record, ledger.number.suffix)
    if not signed:
        return [Alias(kind, value, True, None) for kind, value in derived]
    first: dict[tuple[str, str], ValidEvent] = {}
    for event in signed:
        first.setdefault((str(event.payload["alias_kind"]), str(event.payload["alias_value"])), event)
    # All are ASCII, in which text order is the order of UTF-8 bytes (KIND-4).
    return [Alias(*name, name in derived, first.get(name)) for name in sorted({*derived, *first})]
