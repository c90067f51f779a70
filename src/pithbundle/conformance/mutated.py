"""Draws that depend on a seed alone, and mutations of inputs for differential runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final, TypeVar

from pithbundle.conformance.vectorfiles import MAX_DEPTH, depth
from pithbundle.encoding.cbor import cbor_bytes
from pithbundle.encoding.json_reader import parse_json
from pithbundle.errors import PithError

T = TypeVar("T")

#: Values that readers, sorters and type checks trip over.
_ODD: Final[tuple[str, ...]] = (
    "null", "true", "false", "0", "-0", "1", "1.0", "1e2", "0.5", "9007199254740992", "1e400", "NaN",
    '""', '"x"', '"10"', '"\\u0000"', '"\\ud800"', '"\\uffff"', '"__proto__"', '"constructor"',
    "[]", "{}", "[[]]", '{"__proto__":1}', '{"10":1,"9":2}', '{"a":1,"a":2}', '{"\uff5e":1}',
    '"2016-12-31T23:59:60Z"', '"9999-12-31T23:59:59.999999Z"', '"ed25519"', '"\U00010000\uff5e"',
    f'"sha256:{"0" * 64}"',
)  # fmt: skip
_MARK: Final = "\ue000mark\ue000"


class Draws:
    """Choices that depend on the seed alone."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._next = 0

    def below(self, bound: int) -> int:
        """A number from 0 to ``bound`` less one."""
        block = sha256(f"{self._seed}/{self._next}".encode()).digest()
        self._next += 1
        return int.from_bytes(block[:8]) % bound

    def choice(self, options: Sequence[T]) -> T:
        """One of them."""
        return options[self.below(len(options))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """All of them in a drawn order."""
        rest, found = list(items), []
        while rest:
            found.append(rest.pop(self.below(len(rest))))
        return found


def to_text(value: Any) -> bytes:
    """A value as compact JSON."""
    try:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        # A lone surrogate of a vector: only its escape can be written.
        return _escaped_text(value)


def tampered_text(draws: Draws, data: bytes) -> bytes:
    """One mutation of a JSON text, drawn."""
    return draws.choice((odd_value, flipped, cut, dropped, indented, doubled))(draws, data)


def same(draws: Draws, data: bytes) -> bytes:
    """The data as it is."""
    return data


def parsed(data: bytes) -> Any:
    """The value of a JSON text; None if it is none, or nests too deep to be written."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    # What nests deeper could be read and not be written.
    return value if depth(value) <= MAX_DEPTH else None


def _members(value: Any, limit: int = 400) -> list[tuple[Any, Any]]:
    """(container, key) of every member inside a value, breadth first."""
    found: list[tuple[Any, Any]] = []
    level = [value]
    while level and len(found) < limit:
        below = []
        for container in level:
            keys = list(container) if type(container) is dict else range(len(container))
            for key in keys:
                found.append((container, key))
                if type(container[key]) in (dict, list):
                    below.append(container[key])
        level = below
    return found


def odd_value(draws: Draws, data: bytes) -> bytes:
    """Set one member of the value to something odd, in a spelling that no library would write."""
    value = parsed(data)
    members = _members(value) if type(value) in (dict, list) else []
    if not members:
        return draws.choice(_ODD).encode()
    container, key = draws.choice(members)
    if type(container) is dict and draws.below(4) == 0:
        key = draws.choice(("future", "__proto__", "10", "constructor"))
    container[key] = _MARK
    return _escaped_text(value).replace(json.dumps(_MARK).encode(), draws.choice(_ODD).encode(), 1)


def _escaped_text(value: Any) -> bytes:
    # Escaped: a parsed lone surrogate has no UTF-8.
    return json.dumps(value, separators=(",", ":")).encode()


def dropped(draws: Draws, data: bytes) -> bytes:
    """One member or item left out, drawn."""
    value = parsed(data)
    members = _members(value) if type(value) in (dict, list) else []
    if not members:
        return b""
    container, key = draws.choice(members)
    del container[key]
    return _escaped_text(value)


def doubled(draws: Draws, data: bytes) -> bytes:
    """A member written twice, at a drawn brace."""
    starts = [at for at in range(len(data) - 1) if data[at : at + 2] == b'{"']
    if not starts:
        return data
    at = draws.choice(starts)
    end = data.find(b'"', at + 2)
    return data[: at + 1] + data[at + 1 : end + 1] + b":0," + data[at + 1 :]


def flipped(draws: Draws, data: bytes) -> bytes:
    """One bit changed, drawn."""
    if not data:
        return b"\x00"
    at = draws.below(len(data))
    return data[:at] + bytes([data[at] ^ 1 << draws.below(8)]) + data[at + 1 :]


def cut(draws: Draws, data: bytes) -> bytes:
    """The beginning, of a drawn length."""
    return data[: draws.below(len(data) + 1)]


def indented(draws: Draws, data: bytes) -> bytes:
    """The same value with a drawn indentation."""
    value = parsed(data)
    return data if value is None else json.dumps(value, indent=draws.below(3)).encode()


def escaped(draws: Draws, data: bytes) -> bytes:
    """The same value in ASCII."""
    value = parsed(data)
    return data if value is None else _escaped_text(value)


def with_members_reversed(draws: Draws, data: bytes) -> bytes:
    """The same object with its members in the opposite order."""
    value = parsed(data)
    return _escaped_text(dict(reversed(value.items()))) if type(value) is dict else data


def as_cbor(draws: Draws, data: bytes) -> bytes:
    """The same value as CBOR; as it is where the reader rejects it."""
    try:
        # What the reader rejects has no CBOR form: it is left as it is.
        return cbor_bytes(parse_json(data))
    except PithError:
        return data
