"""Elements to probe: the events of bundles, of an integrity document, and what a state shows (spec PROBE-2).

A published state has of each current event its id, target, time, signer and payload. Its type is the section,
its subject the record; the rest of the event is not there. So an element is made of what is known, and of
members that the event may have had: every subset of them is tried.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Final

from pithbundle.verify.probing.candidates import Candidate, candidates
from pithbundle.verify.probing.lenient import Node, Path, render, walk

_NUMBER: Final = re.compile("pith:[0-9]{4}:[A-Z2-7]{26}")
#: The member of a made element that has the claimed id.
STATE_ID: Final = "event_id"
#: Strings longer than this name no key and no type.
_NAME: Final = 300


@dataclass(frozen=True)
class Element:
    """One element as read: where it was, and what is known of its document."""

    #: Index of the document, and of the element in it.
    source: int
    index: int
    value: dict[str, Node]
    #: The Pith Number of the document's record, where it states one.
    number: str | None = None
    #: Digests that the document explains by itself, as its canonical hash.
    known: frozenset[bytes] = frozenset()
    #: Whether it was made of an entry of a state: some members are guesses.
    made: bool = False
    #: The ids that its neighbours in the document state, as texts.
    neighbours: tuple[str, ...] = ()

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
        for path, node in walk(self.value, 4):
            if type(node) is str and len(node) <= _NAME:
                found.setdefault(node, path)
        return found

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
    texts = [_first_id(one) for one in found]
    made = []
    for at, one in enumerate(found):
        around = [*texts[max(0, at - 1) : at], *texts[at + 1 : at + 2]]
        made.append(replace(one, neighbours=tuple(text for text in around if text is not None)))
    return made


def _first_id(element: Element) -> str | None:
    """The text of the first digest at the top of an element: it may be its id."""
    for each in element.digests:
        if len(each.path) == 1:
            return str(element.value[str(each.path[0])])
    return None


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
            if type(entry) is dict and type(entry.get(STATE_ID)) is str:
                value = _guessed(entry, section, number)
                found.append(Element(source, len(found), value, number, known, made=True))
    return found


def _guessed(entry: dict[str, Node], section: str, number: str | None) -> dict[str, Node]:
    """What an entry states, and members that its event may have had."""
    event_type = section.removesuffix("s")
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
