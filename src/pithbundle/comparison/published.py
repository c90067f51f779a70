"""Comparing our state with a downloaded state.json (spec REPORT-3).

Every difference is named and put into one of three groups; only the first is a failure.
``signed``: content that signatures or the record decide. ``unsigned``: aliases and times
that nothing signs. ``labels``: names, versions, counters, the order of a list, and empty
members that only one side has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias, cast

from pithbundle.brief import brief
from pithbundle.bundle.document_types import STATE_TYPE, recognise
from pithbundle.bundle.record import Record
from pithbundle.encoding.canonical import encode, encode_canonical
from pithbundle.encoding.json_reader import decode_canonical, parse_json
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.parsed import MAX_DEPTH
from pithbundle.encoding.values import Object, Value, pointer
from pithbundle.errors import InputError, RecordError
from pithbundle.merge.state import State
from pithbundle.newtypes import Pointer
from pithbundle.report import Report

#: What a signature covers, what none covers, and the names and versions of a format (REPORT-3).
DifferenceGroup: TypeAlias = Literal["signed", "unsigned", "labels"]
#: Whether both sides have a value, or one.
HowDifferent: TypeAlias = Literal["differs", "only ours", "only theirs"]
Path: TypeAlias = tuple[str | int, ...]

_ALIASES: Final = "source_aliases"
_SIGNED_MEMBERS: Final = frozenset({"pith_number", "current"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: its group, where it is, and both values; the absent side is None.

    Immutable: it keeps canonical bytes and decodes the values each time.
    """

    group: DifferenceGroup
    pointer: Pointer
    how: HowDifferent
    ours_bytes: bytes
    theirs_bytes: bytes

    __repr__ = brief

    @classmethod
    def of(
        cls,
        group: DifferenceGroup,
        pointer: Pointer,
        how: HowDifferent,
        ours: Value = None,
        theirs: Value = None,
    ) -> Difference:
        """The difference of two values of the data model."""
        return cls(group, pointer, how, encode_canonical(ours), encode_canonical(theirs))

    @property
    def ours(self) -> Value:
        """Our value, a new one each time; None where only the other side has one."""
        return decode_canonical(self.ours_bytes)

    @property
    def theirs(self) -> Value:
        """The other value, a new one each time; None where only our side has one."""
        return decode_canonical(self.theirs_bytes)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison of a report with a published state (REPORT-3).

    ``comparable`` is false where the report has unverified elements, or the other state is of
    other merge rules: a difference is then no evidence against the other state.
    """

    differences: tuple[Difference, ...]
    comparable: bool

    @property
    def signed_count(self) -> int:
        """The number of differences in signed content."""
        return sum(difference.group == "signed" for difference in self.differences)

    @property
    def same(self) -> bool:
        """Whether no signed content differs."""
        return self.signed_count == 0

    @property
    def result(self) -> Literal["same", "different", "not_comparable"]:
        """The name of the result."""
        if self.same:
            return "same"
        return "different" if self.comparable else "not_comparable"

    @property
    def exit_status(self) -> int:
        """0 for the same, 1 for different, 3 for not comparable (REPORT-2)."""
        return {"same": 0, "different": 1, "not_comparable": 3}[self.result]


def compare_published(report: Report, theirs: Object) -> Comparison:
    """Compare the state of a report with a published state, which :func:`read_state` read.

    Raises:
        TypeError: the report has no state, since nothing was merged.
    """
    if report.state is None:
        raise TypeError("the report has no state: every input was rejected")
    found = compare_states(state_value(report.state), theirs)
    comparable = not report.has_unverified_elements and theirs.get("merge_version") == report.state.rules.name
    return Comparison(tuple(found), comparable)


def state_value(state: State) -> Object:
    """A state as one JSON object, read back from its bytes; a new one each time."""
    return cast("Object", decode_canonical(state.to_json()))


def read_state(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Object:
    """Read a state.json strictly; it is only ever compared, never believed.

    Its limits are those of :func:`for_written`, so that every state that merge writes is read.

    Raises:
        InputError: the bytes are outside the profile, or no state (``type``).
    """
    value = parse_json(data, for_written(limits))
    if type(value) is not dict or value.get("state_type") != STATE_TYPE:
        found = recognise(value)
        raise InputError(
            "type",
            f"a state is needed here, and this is {found.description}; {found.use}",
            pointer="/state_type" if type(value) is dict else "",
            clause="REPORT-3",
        )
    return value


def for_written(limits: Limits) -> Limits:
    """The limits for a state or a report, which one run makes of many inputs (LIM-7)."""
    return replace(
        limits,
        size=limits.size * INPUTS,
        nodes=limits.nodes * INPUTS,
        depth=MAX_DEPTH,
        bundle_depth=MAX_DEPTH,
    )


#: How many times the limit of an input a state or a report may have (LIM-7).
INPUTS: Final = 64


def compare_states(ours: Object, theirs: Object) -> list[Difference]:
    """Return every difference between two states, members that only one side knows included.

    The work is linear in both, but for looking up entries by their identity.
    """
    found: list[Difference] = []
    for name in _names(ours, theirs):
        mine, other = ours.get(name), theirs.get(name)
        if name == "current" and type(mine) is dict and type(other) is dict:
            _current(found, mine, other)
        else:
            _member(found, "signed" if name in _SIGNED_MEMBERS else "labels", (name,), ours, theirs, name)
    return found


def _current(found: list[Difference], ours: Object, theirs: Object) -> None:
    for name in _names(ours, theirs):
        path: Path = ("current", name)
        mine, other = ours.get(name), theirs.get(name)
        in_both = name in ours and name in theirs
        if not in_both and _empty(ours[name] if name in ours else theirs[name]):
            _member(found, "labels", path, ours, theirs, name)
        elif name == _ALIASES and type(mine) is list and type(other) is list:
            _aliases(found, path, mine, other, _derived(ours))
        elif type(mine) is list and type(other) is list:
            _matched(found, "signed", path, mine, other, _event_key)
        else:
            _member(found, "unsigned" if name == _ALIASES else "signed", path, ours, theirs, name)


def _empty(value: Value) -> bool:
    """Whether a member of one side is empty: false and 0 are not."""
    return value is None or (type(value) in (str, list, dict) and not value)


def _derived(current: Object) -> frozenset[str]:
    """The kinds of the aliases that the record of a state derives, without ``doi``; none without a record."""
    try:
        record = Record.from_read(current.get("canonical_record"))
    except RecordError:
        return frozenset()
    return frozenset(kind for kind, _ in record.aliases) - {"doi"}


def _aliases(
    found: list[Difference], path: Path, ours: list[Value], theirs: list[Value], derived: Set[str]
) -> None:
    listed: list[Difference] = []
    _matched(listed, "unsigned", path, ours, theirs, _alias_key)
    for difference in listed:
        alias = difference.theirs
        kind = alias.get("alias_kind") if type(alias) is dict else None
        if difference.how == "only theirs" and type(kind) is str and kind in derived:
            # The record gives this alias another value: that is not a matter of what is unsigned.
            found.append(replace(difference, group="signed"))
        else:
            found.append(difference)


def _matched(
    found: list[Difference],
    group: DifferenceGroup,
    path: Path,
    ours: list[Value],
    theirs: list[Value],
    key: Callable[[Value], bytes],
) -> None:
    """Compare two lists whose elements have an identity, so that one insertion is one difference."""
    left, right = _identified(ours, key), _identified(theirs, key)
    for name, (index, value) in left.items():
        if name in right:
            _walk(found, group, (*path, index), value, right[name][1])
        else:
            found.append(Difference.of(group, pointer([*path, index]), "only ours", value))
    for name, (index, value) in right.items():
        if name not in left:
            found.append(Difference.of(group, pointer([*path, index]), "only theirs", None, value))
    in_both = [name for name in left if name in right]
    if in_both != [name for name in right if name in left]:
        found.append(Difference.of("labels", pointer(path), "differs", "order", "another order"))


def _identified(
    values: list[Value], key: Callable[[Value], bytes]
) -> dict[tuple[bytes, int], tuple[int, Value]]:
    """The elements by identity; a state from elsewhere may repeat one, so the repeats are numbered."""
    seen: Counter[bytes] = Counter()
    found = {}
    for index, value in enumerate(values):
        name = key(value)
        found[name, seen[name]] = index, value
        seen[name] += 1
    return found


def _event_key(value: Value) -> bytes:
    identity = value.get("event_id") if type(value) is dict else None
    return b"value " + encode(value) if identity is None else b"event_id " + encode(identity)


def _alias_key(value: Value) -> bytes:
    if type(value) is not dict:
        return b"value " + encode(value)
    return b"alias " + encode([value.get("alias_kind"), value.get("alias_value")])


def _walk(found: list[Difference], group: DifferenceGroup, path: Path, ours: Value, theirs: Value) -> None:
    """Compare two values down to where they differ; a list element by element."""
    if type(ours) is dict and type(theirs) is dict:
        for name in _names(ours, theirs):
            _member(found, group, (*path, name), ours, theirs, name)
    elif type(ours) is list and type(theirs) is list:
        for index, (mine, other) in enumerate(zip(ours, theirs, strict=False)):
            _walk(found, group, (*path, index), mine, other)
        both = min(len(ours), len(theirs))
        for index, value in enumerate(ours[both:], both):
            found.append(Difference.of(group, pointer([*path, index]), "only ours", value))
        for index, value in enumerate(theirs[both:], both):
            found.append(Difference.of(group, pointer([*path, index]), "only theirs", None, value))
    # In Python 1, 1.0 and true are equal; the exact types are compared too.
    elif type(ours) is not type(theirs) or ours != theirs:
        found.append(Difference.of(group, pointer(path), "differs", ours, theirs))


def _member(
    found: list[Difference], group: DifferenceGroup, path: Path, ours: Object, theirs: Object, name: str
) -> None:
    if name not in theirs:
        found.append(Difference.of(group, pointer(path), "only ours", ours[name]))
    elif name not in ours:
        found.append(Difference.of(group, pointer(path), "only theirs", None, theirs[name]))
    else:
        _walk(found, group, path, ours[name], theirs[name])


def _names(ours: Object, theirs: Object) -> list[str]:
    return [*ours, *(name for name in theirs if name not in ours)]
