"""Elements to probe: the events of bundles, of an integrity document, and what a state shows (spec PROBE-2).

A published state has of each current event its id, target, time, signer and payload. Its type is the section,
its subject the record; the rest of the event is not there. So an element is made of what is known, and of
members that the event may have had: every subset of them is tried. An entry without a payload or a time shows
too little of its event.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from itertools import islice
from typing import Final

from pithbundle.verify.probing.candidates import (
    Candidate,
    candidates,
    is_compact_jws,
    is_jws_header,
    time_form,
)
from pithbundle.verify.probing.lenient import Node, Number, Path, render, value_at, walk

_NUMBER: Final = re.compile("pith:[0-9]{4}:[A-Z2-7]{26}")
#: The members of a made element that have the claimed id, and the signer.
STATE_ID: Final = "event_id"
_SIGNER: Final = "signer"
#: The event types of the sections of a state that are not named by them (STATE-2).
_TYPES: Final = {"integrity_findings": "pith.integrity.v1", "retractions": "event_retracted"}
#: Strings longer than this name no key and no type.
_NAME: Final = 300
#: How deep names, long strings and headers of JWS are looked for.
_DEEPEST: Final = 4
#: The names of a member with a payload type of DSSE, without underscores and in lower case.
_TYPE_NAMES: Final = frozenset(("payloadtype", "mediatype", "contenttype"))
#: How many headers of JWS or payload types an element has at most, and ids of other elements.
_MAX_HEADERS: Final = 2
_MAX_OTHER_IDS: Final = 8
#: A number of events. Python converts no number of thousands of digits.
_COUNT: Final = re.compile("[0-9]{1,16}")
#: How many digests of an element may be its id, for others that link to it.
_MAX_LINKED: Final = 2


@dataclass(frozen=True)
class Element:
    """One element as read: where it was, and what is known of its document."""

    #: Index of the input, and of the element in it.
    source: int
    index: int
    value: dict[str, Node]
    #: The Pith Number of the document's record, where it states one.
    number: str | None = None
    #: Digests that the document explains by itself, as its canonical hash.
    known: frozenset[bytes] = frozenset()
    #: Whether it was made of an entry of a state: some members are guesses.
    made: bool = False
    #: Strings that may be the ids of other elements of the document, the nearest first.
    other_ids: tuple[str, ...] = ()

    @cached_property
    def _candidates(self) -> tuple[list[Candidate], list[Candidate]]:
        return candidates(self.value)

    @property
    def signatures(self) -> list[Candidate]:
        """The candidates for a signature."""
        return self._candidates[0]

    @cached_property
    def digests(self) -> list[Candidate]:
        """The candidates for an id or another digest, but for those that the document explains."""
        return [each for each in self._candidates[1] if each.raw not in self.known]

    @cached_property
    def strings(self) -> dict[str, Path]:
        """The short strings near the top, each with its first path; names of keys are among them."""
        found: dict[str, Path] = {}
        for path, text in self.texts:
            if len(text) <= _NAME:
                found.setdefault(text, path)
        return found

    @cached_property
    def texts(self) -> list[tuple[Path, str]]:
        """Every string near the top with its path."""
        return [(path, node) for path, node in walk(self.value, _DEEPEST) if type(node) is str]

    @cached_property
    def jws_headers(self) -> list[str]:
        """The protected headers of JWS, of compact ones too; few of them."""
        found: dict[str, None] = {}
        for _, text in self.texts:
            header = text.partition(".")[0] if is_compact_jws(text) else text
            if is_jws_header(header):
                found[header] = None
        return [*found][:_MAX_HEADERS]

    @cached_property
    def payload_types(self) -> list[str]:
        """The payload types of DSSE that members of such names state; few of them."""
        found = {
            text: None
            for path, text in self.texts
            if str(path[-1]).replace("_", "").lower() in _TYPE_NAMES and len(text) <= _NAME
        }
        return [*found][:_MAX_HEADERS]

    @cached_property
    def shape(self) -> tuple[str, ...]:
        """What elements made by one rule have in common: member names, and where signatures are."""
        return (
            *sorted(self.value),
            *(repr(each.path) for each in self.signatures if len(each.path) <= 2),
        )


def elements_of(source: int, document: Node, *, state: bool = False) -> list[Element]:
    """Return the elements of a document: its ``events``, else the objects of its first array of objects.

    Args:
        source: the index of the document.
        document: a bundle, an integrity document, or a state.
        state: whether the document is a state.
    """
    if state:
        return _of_state(source, document)
    items = _items(document)
    number, known = _record(document)
    found = [
        Element(source, index, item, number, known) for index, item in enumerate(items) if type(item) is dict
    ]
    nearest = nearest_ids([_possible_ids(one) for one in found])
    return [replace(one, other_ids=ids) for one, ids in zip(found, nearest, strict=True)]


def _possible_ids(element: Element) -> list[str]:
    """The strings of an element that may be its id: digests of 32 bytes near the top."""
    near = [each.path for each in element.digests if len(each.raw) == 32 and len(each.path) <= 2]
    return [str(value_at(element.value, path)) for path in near[:_MAX_LINKED]]


def nearest_ids(ids: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """For each element the ids of others (PROBE-4), the nearest first and of equals the one before.

    Args:
        ids: what may be the id of each element.
    """
    behind = [*_ids_before(ids[::-1])][::-1]
    for before, after in zip(_ids_before(ids), behind, strict=True):
        sides = enumerate((before, after))
        near = sorted(
            (distance, side, rank, text) for side, ids_of in sides for distance, rank, text in ids_of
        )
        yield tuple(dict.fromkeys(text for *_, text in near))[:_MAX_OTHER_IDS]


def _ids_before(ids: Sequence[Sequence[str]]) -> Iterator[list[tuple[int, int, str]]]:
    """For each element the last few ids before it: how far away, which of its element, and the id.

    Whoever looks from each element for ids that few elements have, or that all have, walks over all of them.
    """
    # In the order in which they occurred last.
    last: dict[str, tuple[int, int]] = {}
    for at, own in enumerate(ids):
        yield [
            (at - place, rank, text) for text, (place, rank) in islice(reversed(last.items()), _MAX_OTHER_IDS)
        ]
        for rank in reversed(range(len(own))):
            last.pop(own[rank], None)
            last[own[rank]] = (at, rank)


def _items(document: Node) -> list[Node]:
    if type(document) is list:
        return document
    if type(document) is not dict:
        return []
    events = document.get("events")
    if type(events) is list:
        return events
    for value in document.values():
        if type(value) is list and any(type(item) is dict for item in value):
            return value
    return [document]


def _record(document: Node) -> tuple[str | None, frozenset[bytes]]:
    """The Pith Number that a document states, and the hash of its record."""
    if type(document) is not dict:
        return None, frozenset()
    number = document.get("pith_number")
    record = document.get("canonical_record")
    known = frozenset({sha256(render(record).encode("utf-8", "surrogatepass")).digest()}) if record else ()
    return (number if type(number) is str and _NUMBER.fullmatch(number) else None), frozenset(known)


def is_number(text: Node) -> bool:
    """Whether a value is a full Pith Number."""
    return type(text) is str and _NUMBER.fullmatch(text) is not None


def _of_state(source: int, document: Node) -> list[Element]:
    if type(document) is not dict or type(document.get("current")) is not dict:
        return []
    current: dict[str, Node] = document["current"]  # type: ignore[assignment]
    number, known = _record({"pith_number": document.get("pith_number"), **current})
    found: list[Element] = []
    for section, entries in current.items():
        for entry in entries if type(entries) is list else [entries]:
            if type(entry) is dict and type(entry.get(STATE_ID)) is str and _shows_event(entry):
                value = _guessed(entry, section, number)
                found.append(Element(source, len(found), value, number, known, made=True))
    return found


def _shows_event(entry: dict[str, Node]) -> bool:
    """Whether an entry has an object and a time: an id covers the payload and the time of its event."""
    payloads = [name for name, node in entry.items() if type(node) is dict and name != _SIGNER]
    return bool(payloads) and any(time_form(node) is not None for node in entry.values())


def shown_of_state(document: Node) -> tuple[int, int | None]:
    """Return how many entries of a state are elements, and of how many events the state is (STATE-7).

    The second is None where the state does not state it.
    """
    count = document.get("event_count") if type(document) is dict else None
    claimed = int(count.text) if type(count) is Number and _COUNT.fullmatch(count.text) else None
    return len(_of_state(0, document)), claimed


def _guessed(entry: dict[str, Node], section: str, number: str | None) -> dict[str, Node]:
    """What an entry states, and members that its event may have had."""
    event_type = _TYPES.get(section, section.removesuffix("s"))
    return {
        "event_type": event_type,
        "subject_pith_number": number,
        **entry,
        "event_version": "1.0",
        "kind": "pith_event",
        "type": event_type,
        "pith_number": number,
        "canonical_sha256": None,
        "schema_version": "1.0",
    }
