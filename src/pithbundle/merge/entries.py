"""The common base of the entries of a state (spec STATE-3).

Each event type defines the frozen dataclass of its entries in its own file, with its
``EVENT_TYPE``. A field that the base does not have is named like the payload member that it shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self, TypeVar, cast

from pithbundle.brief import brief
from pithbundle.encoding.json_reader import decode_canonical
from pithbundle.encoding.values import Object, Value
from pithbundle.newtypes import EventId
from pithbundle.verify.verdicts import SignedEvent


@dataclass(frozen=True, slots=True)
class Entry:
    """A current event as an entry of a section of the state.

    ``signer_id`` and ``key_id`` are those of the policy entry whose key verified the signature
    (POL-3). ``created_at`` is the time as signed.
    """

    event_id: EventId
    event_type: str
    target: str
    created_at: str | int
    signer_id: str
    key_id: str
    #: The canonical bytes of the payload.
    payload_bytes: bytes = field(repr=False)

    __repr__ = brief

    @property
    def payload(self) -> Object:
        """The payload, decoded each time: a change of the returned dict changes nothing here."""
        return cast("Object", decode_canonical(self.payload_bytes))

    @classmethod
    def of(cls, event: SignedEvent, **computed: object) -> Self:
        """The entry of a conforming event; ``computed`` are fields that are not members of the payload."""
        payload = event.payload
        own: dict[str, Any] = {
            name: _frozen(payload.get(name))
            for name in cls.__dataclass_fields__
            if name not in _BASE and name not in computed
        }
        return cls(
            event.event_id, event.event_type, event.target, event.created_at, event.signer, event.key_id,
            event.payload_bytes, **own, **computed,
        )  # fmt: skip


E = TypeVar("E", bound=Entry)


def entries_of(sections: Mapping[str, tuple[Entry, ...]], of: type[E]) -> tuple[E, ...]:
    """The entries of one class, over all sections in their order."""
    return tuple(entry for section in sections.values() for entry in section if isinstance(entry, of))


_BASE: Final = frozenset(Entry.__dataclass_fields__)


def _frozen(value: Value) -> object:
    """An array of strings as a tuple; an object is read with :attr:`Entry.payload` only."""
    return tuple(value) if type(value) is list else value
