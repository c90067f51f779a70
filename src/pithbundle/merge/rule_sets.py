"""What an event type and a rule set are, and how they pickle (spec KIND-1, MERGE-1).

An event type is data: its target, its schema, its selection. A rule set is a name and event
types in an order. The checks of members are functions, so both pickle by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from pithbundle.bundle.record import Record
from pithbundle.encoding.canonical import encode_canonical
from pithbundle.encoding.values import Object, pointer, require_type
from pithbundle.merge.entries import Entry
from pithbundle.merge.frozen_map import FrozenMap
from pithbundle.merge.schema import MemberCheck
from pithbundle.newtypes import Pointer

#: The event types that MERGE-7 and MERGE-9 read.
RETRACTION: Final = "event_retracted"
CHECKPOINT: Final = "checkpoint"
#: The sections that do not list entries (STATE-2, STATE-4).
ALIASES: Final = "source_aliases"
RECEIPT: Final = "receipt"
_READ_TYPES: Final = frozenset({RETRACTION, CHECKPOINT})
_READ_SECTIONS: Final = frozenset({ALIASES, RECEIPT})

#: A check of a whole payload against the record: the code of what does not conform, or None (KIND-2).
PayloadCheck: TypeAlias = Callable[[Object, Record], str | None]
#: Returns the strings of a conforming payload that the views of a ledger read (MERGE-7, MERGE-9, STATE-4).
KeptStrings: TypeAlias = Callable[[Object], tuple[str, ...]]

#: Which of the conforming events of a type that are not retracted are current (MERGE-5).
SelectionRule: TypeAlias = Literal["first", "latest", "all"]


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
    select: SelectionRule
    members: Mapping[str, MemberCheck]
    optional: frozenset[str] = frozenset()
    slot: tuple[str, ...] = ()
    deciding: tuple[str, ...] = ()
    match: PayloadCheck | None = None
    keeps: KeptStrings | None = None
    entry: type[Entry] = Entry

    _required: tuple[tuple[str, MemberCheck], ...] = field(init=False, repr=False, compare=False)

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
                return self._first_fault(payload)[0]
        for name in self.optional & payload.keys() if len(payload) > len(self._required) else ():
            value = payload[name]
            if value is not None and self.members[name](value) is not None:
                return self._first_fault(payload)[0]
        return self.match(payload, record) if self.match is not None else None

    def schema_fault(self, target: str, payload: Object, record: Record) -> tuple[str, Pointer] | None:
        """Return the code of the first thing that does not conform and where it is, or None (KIND-2).

        The pointer is from the entry of a state: ``/target``, a member of ``/payload``, or
        ``/payload`` where the match fails.
        """
        code = self.schema_error(target, payload, record)
        if code is None:
            return None
        if self.target != target:
            return code, Pointer("/target")
        found = next(self._faults(payload), None)
        return (code, Pointer("/payload")) if found is None else (code, pointer(("payload", found[1])))

    def _first_fault(self, payload: Object) -> tuple[str, str]:
        """The code and the name of the first member that does not conform, of a payload that has one."""
        return next(self._faults(payload))

    def _faults(self, payload: Object) -> Iterator[tuple[str, str]]:
        """The members that do not conform, in the order written."""
        for name, check in self.members.items():
            value = payload.get(name)
            absent = None if name in self.optional else "type"
            code = absent if value is None else check(value)
            if code is not None:
                yield code, name

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
