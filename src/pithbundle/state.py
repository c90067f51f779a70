"""The current state: a view of a ledger, written byte for byte (spec STATE-1 to STATE-6).

The outer members stand in the registry's order, everything below them is canonical. The
digest is over a canonical object of the same entries, so it needs no order of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pithbundle.canonical import digest, encode
from pithbundle.kinds import Kind
from pithbundle.ledger import RETRACTION, Effect, Ledger
from pithbundle.model import Object
from pithbundle.record import aliases
from pithbundle.verdicts import ValidEvent

STATE_TYPE: Final = "pith_open_graph_state"
STATE_VERSION: Final = "1.0"

# Two kinds fill a section of their own shape; the others list entries.
_RECEIPT: Final = "receipt"
_ALIASES: Final = "source_aliases"


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as a state shows it; ``effect`` only for a retraction (STATE-3)."""

    event: ValidEvent
    effect: Effect | None = None

    def ordered(self) -> bytes:
        """The entry with its members in the registry's order."""
        event = self.event
        tail = b"" if self.effect is None else b',"effect":' + encode(self.effect)
        return b"{%b%b%b%b%b%b}" % (
            b'"event_id":' + encode(event.event_id),
            b"" if event.target is None else b',"target":' + encode(event.target),
            b',"created_at":' + encode(event.created_at),
            b"" if event.shown_signer is None else b',"signer":' + encode(event.shown_signer),
            b',"payload":' + event.payload_bytes,
            tail,
        )

    def canonical(self) -> bytes:
        """The entry as canonical bytes: its members sorted."""
        event = self.event
        return b"{%b%b%b%b%b%b}" % (
            b'"created_at":' + encode(event.created_at),
            b"" if self.effect is None else b',"effect":' + encode(self.effect),
            b',"event_id":' + encode(event.event_id),
            b',"payload":' + event.payload_bytes,
            b"" if event.shown_signer is None else b',"signer":' + encode(event.shown_signer),
            b"" if event.target is None else b',"target":' + encode(event.target),
        )


@dataclass(frozen=True, slots=True)
class Alias:
    """A name of the record: derived from it, signed by somebody, or both (STATE-4)."""

    kind: str
    value: str
    event: ValidEvent | None

    def canonical(self) -> bytes:
        """The alias as canonical bytes; the time is that of its smallest event, if it has one."""
        shown: Object = {"alias_kind": self.kind, "alias_value": self.value}
        if self.event is not None:
            shown["created_at"] = self.event.created_at
        return encode(shown)


class State:
    """The current state of a ledger at the moment it was made."""

    __slots__ = ("_counters", "aliases", "equivocations", "ledger", "receipt", "sections", "unrecognised")

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        #: Every name of the record, by kind and value.
        self.aliases: list[Alias] = []
        #: The standing record_created whose receipt is verified, or None.
        self.receipt: ValidEvent | None = None
        #: The entries of every listing section, in order of (instant, id).
        self.sections: dict[str, list[Entry]] = {}
        for kind in ledger.rules.kinds.values():
            standing = select(ledger, kind)
            if kind.section == _RECEIPT:
                self.receipt = next((event for event in standing if event.receipt_verified), None)
            elif kind.section == _ALIASES:
                self.aliases = _aliases(ledger, standing)
            elif kind.event_type == RETRACTION:
                self.sections[kind.section] = [Entry(event, ledger.effect(event)) for event in standing]
            else:
                self.sections[kind.section] = [Entry(event) for event in standing]
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
        current = b",".join(b'"%b":%b' % (name.encode(), shown) for name, shown in self._current(False))
        head: Object = {
            "state_type": STATE_TYPE,
            "state_version": STATE_VERSION,
            "pith_number": str(ledger.number),
            "merge_version": ledger.rules.name,
            "event_count": self.event_count,
            "valid_event_count": self.valid_event_count,
            "invalid_event_count": self.invalid_event_count,
            "equivocation_count": len(self.equivocations),
        }
        members = b",".join(b"%b:%b" % (encode(name), encode(value)) for name, value in head.items())
        return b'{%b,"current":{%b},"unrecognised":%b}' % (members, current, self._unrecognised())

    @property
    def sha256(self) -> str:
        """``state_sha256``: the digest of what the state means, without counters (STATE-5)."""
        ledger = self.ledger
        current = b",".join(
            b'"%b":%b' % (name.encode(), shown) for name, shown in sorted(self._current(True))
        )
        return digest(
            b'{"canonical_sha256":%b,"current":{%b},"pith_number":%b,"rules":%b}'
            % (encode(ledger.record.hex), current, encode(str(ledger.number)), encode(ledger.rules.name))
        ).hex()

    def _current(self, canonical: bool) -> Iterable[tuple[str, bytes]]:
        yield "canonical_record", self.ledger.record.canonical
        yield _ALIASES, _array(alias.canonical() for alias in self.aliases)
        receipt = b"null" if self.receipt is None else encode(self.receipt.payload["receipt"])
        for place, (name, entries) in enumerate(self.sections.items()):
            yield name, _array(entry.canonical() if canonical else entry.ordered() for entry in entries)
            if place == 0:
                # The registry shows the receipt behind graph_snapshots, its first listing.
                yield _RECEIPT, receipt
        yield "equivocations", _array(group.canonical() for group in self.equivocations)

    def _unrecognised(self) -> bytes:
        return _array(
            encode({"code": code, "event_id": event.event_id, "event_type": event.event_type})
            for event, code in self.unrecognised
        )


def _array(elements: Iterable[bytes]) -> bytes:
    return b"[%b]" % b",".join(elements)


def select(ledger: Ledger, kind: Kind) -> list[ValidEvent]:
    """The events of a kind that stand, by (instant, id) (MERGE-5).

    ``once``: the smallest (instant, id) over all signers. ``latest``: in each slot the
    greatest instant, among those the smallest id. ``each``: all. Retracted ones never.
    """
    if kind.select == "latest":
        winners = []
        for _, events in ledger.slots(kind):
            alive = [event for event in events if not ledger.is_retracted(event)]
            if alive:
                newest = max(event.instant for event in alive)
                winners.append(min((e for e in alive if e.instant == newest), key=lambda e: e.event_id))
        return sorted(winners, key=lambda event: event.order)
    alive = [event for event in ledger.fitting(kind) if not ledger.is_retracted(event)]
    alive.sort(key=lambda event: event.order)
    return alive[:1] if kind.select == "once" else alive


def _aliases(ledger: Ledger, signed: list[ValidEvent]) -> list[Alias]:
    found: dict[tuple[str, str], ValidEvent | None] = dict.fromkeys(
        aliases(ledger.record, ledger.number.suffix)
    )
    for event in signed:
        name = str(event.payload["alias_kind"]), str(event.payload["alias_value"])
        if found.get(name) is None:
            found[name] = event
    return [Alias(kind, value, event) for (kind, value), event in sorted(found.items(), key=_by_utf8)]


def _by_utf8(found: tuple[tuple[str, str], ValidEvent | None]) -> tuple[bytes, bytes]:
    return found[0][0].encode(), found[0][1].encode()
