"""Schemas of payloads: exact JSON types, fixed words, ASCII grammars with lengths (spec KIND-2).

A grammar is a regular expression over ASCII with a bounded length, so any language can
repeat it without a URL, proof or Unicode library. A check returns the code of the schema
error, or None. Whether a link, a proof or a claim is *true* is never checked here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from pithbundle.bundle.record import Record
from pithbundle.encoding.canonical import encode_canonical
from pithbundle.encoding.spellings import base64_bytes, event_id_digest, hex_bytes
from pithbundle.encoding.timestamps import instant
from pithbundle.encoding.values import MAX_INTEGER, Object, Value, require_type
from pithbundle.merge.entries import Entry
from pithbundle.merge.frozen_map import FrozenMap

#: The event types that MERGE-7 and MERGE-9 read.
RETRACTION: Final = "event_retracted"
CHECKPOINT: Final = "checkpoint"
#: The sections that do not list entries (STATE-2, STATE-4).
ALIASES: Final = "source_aliases"
RECEIPT: Final = "receipt"
_READ_TYPES: Final = frozenset({RETRACTION, CHECKPOINT})
_READ_SECTIONS: Final = frozenset({ALIASES, RECEIPT})

#: A check of one member: the code of what does not conform, or None.
Check: TypeAlias = Callable[[Value], str | None]
#: A check of a whole payload against the record.
Match: TypeAlias = Callable[[Object, Record], str | None]

#: The strings of a conforming payload that the views of a ledger read (MERGE-7, MERGE-9, STATE-4).
Keeps: TypeAlias = Callable[[Object], tuple[str, ...]]

#: Which of the conforming events of a type that are not retracted are current (MERGE-5).
Select: TypeAlias = Literal["first", "latest", "all"]


def grammar(pattern: str) -> Check:
    """A string that matches ``pattern`` from end to end; ``encoding`` if it does not."""
    matches = re.compile(pattern, re.ASCII).fullmatch

    def check(value: Value) -> str | None:
        if type(value) is not str:
            return "type"
        return None if matches(value) else "encoding"

    return check


def word(*allowed: str) -> Check:
    """One string of a fixed list, compared as bytes; ``type`` if it is another."""
    words = frozenset(allowed)

    def check(value: Value) -> str | None:
        return None if type(value) is str and value in words else "type"

    return check


def prose(longest: int) -> Check:
    """A string of 1 to ``longest`` UTF-8 bytes in any script, shown but never parsed."""

    def check(value: Value) -> str | None:
        if type(value) is not str:
            return "type"
        size = len(value) if value.isascii() else len(value.encode())
        return None if 0 < size <= longest else "encoding"

    return check


def whole(smallest: int) -> Check:
    """An integer of at least ``smallest``."""

    def check(value: Value) -> str | None:
        return None if type(value) is int and smallest <= value <= MAX_INTEGER else "type"

    return check


def an_object(value: Value) -> str | None:
    """A JSON object, whatever it contains."""
    return None if type(value) is dict else "type"


def sha256_hex(value: Value) -> str | None:
    """64 lower-case hex digits."""
    if type(value) is not str:
        return "type"
    return None if hex_bytes(value, 32) is not None else "encoding"


def event_id(value: Value) -> str | None:
    """``sha256:`` and 64 lower-case hex digits."""
    if type(value) is not str:
        return "type"
    return None if event_id_digest(value) is not None else "encoding"


def moment(value: Value) -> str | None:
    """A time of the one accepted grammar (TIME-1)."""
    if type(value) is not str:
        return "type"
    return None if instant(value) is not None else "time"


def base64_text(value: Value) -> str | None:
    """Bytes in padded standard base64, one spelling; not empty."""
    if type(value) is not str:
        return "type"
    padding = len(value) - len(value.rstrip("="))
    return None if base64_bytes(value, len(value) // 4 * 3 - padding) else "encoding"


def sorted_ids(value: Value) -> str | None:
    """Event ids in ascending order, none twice."""
    if type(value) is not list:
        return "type"
    previous = ""
    for stated in value:
        code = event_id(stated)
        if code is not None:
            return code
        if not previous < stated:  # type: ignore[operator]
            return "encoding"
        previous = stated  # type: ignore[assignment]
    return None


#: 1 to 2,048 printable ASCII characters starting with a web scheme; never fetched by merge.
web_url: Final = grammar(r"https?://[!-~]{1,2040}")
#: 1 to 512 printable ASCII characters without space: an identifier of some other registry.
identifier: Final = grammar(r"[!-~]{1,512}")
#: A lower-case name: a provider, a scheme, a kind of alias.
name: Final = grammar(r"[a-z][a-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class EventType:
    """One event type of a rule set: its target, its schema, its selection (KIND-1, KIND-2).

    ``members`` are the payload members that merge reads; those in ``optional`` may be
    absent or null. ``slot`` names the members that make a slot after the signer, for
    ``latest``, and ``deciding`` those that two events of one slot and instant must agree
    in (MERGE-8). ``match`` compares the payload with the record. ``entry`` is the class of
    the entries of the section. ``keeps`` returns the strings of a conforming payload that
    the ledger keeps, so that no view decodes the payload for them. Two event types are equal if
    all of this is, the order of ``members`` included: it decides the code of a schema error.
    """

    event_type: str
    target: str
    section: str
    select: Select
    members: Mapping[str, Check]
    optional: frozenset[str] = frozenset()
    slot: tuple[str, ...] = ()
    deciding: tuple[str, ...] = ()
    match: Match | None = None
    keeps: Keeps | None = None
    entry: type[Entry] = Entry

    _required: tuple[tuple[str, Check], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Freeze and split the members once: a frozen dataclass sets its own fields this way only."""
        members = FrozenMap(self.members)
        required = tuple(each for each in members.items() if each[0] not in self.optional)
        object.__setattr__(self, "members", members)
        object.__setattr__(self, "_required", required)

    def __hash__(self) -> int:
        """By name: equal event types have equal names."""
        return hash(self.event_type)

    def __repr__(self) -> str:
        return f"<EventType {self.event_type}>"

    def __copy__(self) -> EventType:
        return self

    def __deepcopy__(self, memo: object) -> EventType:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """By the name of a built-in rule set that has it: its checks are functions, which are not pickled.

        Raises:
            TypeError: no built-in rule set has this event type.
        """
        for rules in _BUILT_IN.values():
            if rules.event_types.get(self.event_type) == self:
                return built_in_event_type, (rules.name, self.event_type)
        raise TypeError(
            f"the event type {self.event_type} is of no built-in rule set, so it cannot be pickled: "
            "define it in a module that each process imports"
        )

    def schema_error(self, target: str, payload: Object, record: Record) -> str | None:
        """Return the code of the first thing that does not conform, or None (KIND-2).

        Order: target, members in the order written, match.
        """
        if target != self.target:
            return "type"
        for name, check in self._required:
            value = payload.get(name)
            if value is None or check(value) is not None:
                return self._first_error(payload)
        for name in self.optional & payload.keys() if len(payload) > len(self._required) else ():
            value = payload[name]
            if value is not None and self.members[name](value) is not None:
                return self._first_error(payload)
        return self.match(payload, record) if self.match is not None else None

    def _first_error(self, payload: Object) -> str:
        """The code of the first member that does not conform, of a payload that has one."""
        codes = (
            check(payload[name])
            if payload.get(name) is not None
            else None
            if name in self.optional
            else "type"
            for name, check in self.members.items()
        )
        return next(code for code in codes if code is not None)

    def slot_of(self, signer: str, payload: Object) -> bytes:
        """The slot: canonical bytes of [signer, slot members...], null where absent (MERGE-5).

        Only for ``latest``: all events of another event type are in the slot ``b""``.
        """
        return encode_canonical([signer, *map(payload.get, self.slot)])

    def deciding_bytes(self, payload: Object) -> bytes:
        """Canonical bytes of the members that decide a conflict, null where absent (MERGE-8)."""
        return encode_canonical([*map(payload.get, self.deciding)])


@dataclass(frozen=True, slots=True)
class MergeRules:
    """A named, frozen rule set: its event types by name, in table order (MERGE-1).

    Two rule sets are equal if their names and event types are, in the same order: a state lists
    the sections in it.
    """

    name: str
    event_types: Mapping[str, EventType]

    #: The names of the event types whose sections list entries: all but the aliases and the receipt.
    listing: tuple[str, ...] = field(init=False, repr=False, compare=False)
    #: The sections of these event types, in the same order.
    sections: tuple[str, ...] = field(init=False, repr=False, compare=False)
    #: Whether an event type signs names of the record; a state of other rules lists none.
    has_aliases: bool = field(init=False, repr=False, compare=False)
    #: The names of the event types that have deciding members.
    deciding: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Keep a read-only copy: a rule set is frozen under its name.

        Raises:
            TypeError: ``name`` is not a str, or ``event_types`` no mapping to :class:`EventType`.
            ValueError: an event type of which merge reads strings of the payload keeps none.
        """
        require_type("name", self.name, str)
        require_type("event_types", self.event_types, Mapping)
        for each in self.event_types.values():
            require_type("an event type", each, EventType)
        event_types = FrozenMap(self.event_types)
        for each in event_types.values():
            if each.keeps is None and (each.event_type in _READ_TYPES or each.section in _READ_SECTIONS):
                raise ValueError(f"the event type {each.event_type} needs keeps: merge reads what it returns")
        listing = tuple(name for name, each in event_types.items() if each.section not in _READ_SECTIONS)
        object.__setattr__(self, "event_types", event_types)
        object.__setattr__(self, "listing", listing)
        object.__setattr__(self, "has_aliases", any(each.section == ALIASES for each in event_types.values()))
        object.__setattr__(self, "sections", tuple(event_types[name].section for name in listing))
        object.__setattr__(self, "deciding", tuple(n for n, each in event_types.items() if each.deciding))

    def __hash__(self) -> int:
        """By name: equal rule sets have equal names."""
        return hash(self.name)

    def __repr__(self) -> str:
        return f"<MergeRules {self.name}>"

    def __copy__(self) -> MergeRules:
        return self

    def __deepcopy__(self, memo: object) -> MergeRules:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """By name: the checks of event types are functions, which are not pickled.

        Raises:
            TypeError: the rule set is not built in.
        """
        if _BUILT_IN.get(self.name) != self:
            raise TypeError(
                f"the merge rules {self.name} are not built in, so they cannot be pickled, and neither can "
                "a ledger or a state under them: merge in one process, or pass bundles and policies"
            )
        return built_in_rules, (self.name,)

    @classmethod
    def of(cls, name: str, *event_types: EventType) -> MergeRules:
        """The rule set of these event types, in the order in which a state lists their sections.

        Raises:
            TypeError: an argument is of another type.
            ValueError: as :class:`MergeRules`.
        """
        for each in event_types:
            require_type("an event type", each, EventType)
        return cls(name, {event_type.event_type: event_type for event_type in event_types})


# The rule sets of this package by name. Whatever unpickles imports the package first, which fills it.
_BUILT_IN: Final[dict[str, MergeRules]] = {}


def built_in(rules: MergeRules) -> MergeRules:
    """Enter a rule set of this package under its name, so that it can be pickled."""
    return _BUILT_IN.setdefault(rules.name, rules)


def built_in_rules(name: str) -> MergeRules:
    """The built-in rule set of a name.

    Raises:
        KeyError: this version of the package has no rule set of the name.
    """
    return _BUILT_IN[name]


def built_in_event_type(rules: str, event_type: str) -> EventType:
    """The event type of a name in the built-in rule set of a name.

    Raises:
        KeyError: there is none in this version of the package.
    """
    return _BUILT_IN[rules].event_types[event_type]
