"""A lenient reader of JSON that keeps what canonical bytes forget (spec PROBE-2).

A registry whose format is unknown may hash numbers outside the data model, and members in the order in which
it wrote them. The strict reader rejects the first and nothing else of the library keeps the second. What this
reader returns is used for probing alone: it enters no verdict and no state.

It is iterative, so its depth does not depend on the stack, and bounded by the limits of an input.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from pithbundle.encoding.cbor import parse_cbor
from pithbundle.encoding.json_strict import AFTER_THE_END
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.parsed import Encoding, chosen_encoding, depth_error, depth_limit
from pithbundle.encoding.values import Value
from pithbundle.errors import InputError


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is spelt in the input, in the model or not."""

    text: str


#: A value of JSON with its member order and the spelling of its numbers.
Node: TypeAlias = dict[str, "Node"] | list["Node"] | str | Number | bool | None
#: Member names and indices from an element to a value in it.
Path: TypeAlias = tuple[str | int, ...]

# Possessive, and an unterminated string never matches: linear on any input.
_TOKEN: Final = re.compile(
    r'[ \t\n\r]*+(?:([{}\[\]:,])|("(?:[^"\\\x00-\x1f]|\\.)*+")'
    r"|(-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?+[0-9]++)?+)|(true|false|null))"
)
_WHITE: Final = re.compile(r"[ \t\n\r]*+")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}


def read_lenient(data: bytes, limits: Limits = DEFAULT_LIMITS, encoding: Encoding | None = None) -> Node:
    """Return the value of a JSON or CBOR document; of members of one name the last (PROBE-2).

    Raises:
        InputError: ``size``, ``bom``, ``utf8``, ``syntax``, ``depth`` or ``nodes``;
            of CBOR any code of its profile.
        TypeError: ``encoding`` is neither ``json`` nor ``cbor`` nor None.
    """
    if len(data) > limits.size:
        raise InputError.over_limit("size", limits.size, len(data))
    if data.startswith(_BYTE_ORDER_MARK):
        raise InputError("bom", offset=0)
    if chosen_encoding(data, encoding) == "cbor":
        return node_of(parse_cbor(data, limits))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError("utf8", offset=error.start) from None
    return _Reader(text, limits).read()


def node_of(value: Value) -> Node:
    """Return a value of the data model as this reader returns it; its depth is within the limits."""
    if type(value) is dict:
        return {name: node_of(item) for name, item in value.items()}
    if type(value) is list:
        return [node_of(item) for item in value]
    if type(value) is int or type(value) is float:
        return Number(repr(value))
    return value  # type: ignore[return-value]


class _Reader:
    """One document: a stack of open containers instead of the stack of the interpreter."""

    def __init__(self, text: str, limits: Limits) -> None:
        self.text = text
        self.limits = limits
        self.deepest = depth_limit(limits, limits.bundle_depth)
        self.position = 0
        self.nodes = 0
        #: Open containers, each with the name of the member that comes next.
        self.open: list[tuple[dict[str, Node] | list[Node], str]] = []

    def read(self) -> Node:
        """Return the whole document."""
        while True:
            value, opened = self._value()
            if opened:
                continue
            while True:
                if not self.open:
                    end = _WHITE.match(self.text, self.position)
                    if end is None or end.end() < len(self.text):
                        raise self._fault(AFTER_THE_END)
                    return value
                self._put(value)
                container = self.open[-1][0]
                mark = self._mark(",}" if type(container) is dict else ",]")
                if mark == ",":
                    if type(container) is dict:
                        self._name(container)
                    break
                self.open.pop()
                value = container

    def _value(self) -> tuple[Node, bool]:
        """Return the next value, or open the container that begins, which is then not empty."""
        found = _TOKEN.match(self.text, self.position)
        if found is None:
            raise self._fault("a value expected")
        self.nodes += 1
        if self.nodes > self.limits.nodes:
            raise InputError.over_limit("nodes", self.limits.nodes)
        mark, string, number, word = found.groups()
        if mark is None:
            self.position = found.end()
            if string is not None:
                return self._string(string), False
            return (Number(number) if number is not None else _WORDS[word]), False
        if mark not in "{[":
            raise self._fault("a value expected")
        self.position = found.end()
        return self._open(mark)

    def _open(self, mark: str) -> tuple[Node, bool]:
        container: dict[str, Node] | list[Node] = {} if mark == "{" else []
        if len(self.open) >= self.deepest:
            raise depth_error(self.limits, self.deepest)
        closing = _TOKEN.match(self.text, self.position)
        if closing is not None and closing[1] == ("}" if mark == "{" else "]"):
            self.position = closing.end()
            return container, False
        self.open.append((container, ""))
        if type(container) is dict:
            self._name(container)
        return container, True

    def _name(self, container: dict[str, Node]) -> None:
        found = _TOKEN.match(self.text, self.position)
        if found is None or found[2] is None:
            raise self._fault("a member name expected")
        self.position = found.end()
        self.open[-1] = (container, self._string(found[2]))
        self._mark(":")

    def _mark(self, allowed: str) -> str:
        found = _TOKEN.match(self.text, self.position)
        if found is None or found[1] is None or found[1] not in allowed:
            raise self._fault(f"one of {allowed} expected")
        self.position = found.end()
        return str(found[1])

    def _put(self, value: Node) -> None:
        container, name = self.open[-1]
        if type(container) is dict:
            container[name] = value
        else:
            container.append(value)  # type: ignore[union-attr]

    def _string(self, token: str) -> str:
        try:
            return str(json.loads(token))
        except ValueError:
            raise self._fault("a string with an unknown escape") from None

    def _fault(self, detail: str) -> InputError:
        """The fault of the next token: white space before it is passed over."""
        found = _WHITE.match(self.text, self.position)
        position = self.position if found is None else found.end()
        return InputError("syntax", detail, offset=len(self.text[:position].encode("utf-8", "replace")))


@dataclass(frozen=True, slots=True)
class Layout:
    """How JSON is written (PROBE-4): by default sorted, without white space, in UTF-8."""

    #: Members in the order of the input instead of sorted by code points.
    in_order: bool = False
    #: Every character outside U+0020 to U+007E escaped, as ``ensure_ascii`` of Python does.
    ascii_only: bool = False
    #: A space after each comma and colon, as ``json.dumps`` writes by default.
    spaced: bool = False
    #: So many spaces for each level of indentation, as ``json.dumps`` writes with ``indent``; 0 for one line.
    indent: int = 0

    @property
    def colon(self) -> str:
        """What separates a name from its value."""
        return ": " if self.spaced or self.indent else ":"

    def container(self, marks: str, items: list[str], depth: int) -> str:
        """Return the items of an object or array between two marks; it is so many levels deep."""
        if self.indent and items:
            line = "\n" + " " * self.indent * depth
            more = line + " " * self.indent
            return marks[0] + more + ("," + more).join(items) + line + marks[1]
        return marks[0] + (", " if self.spaced else ",").join(items) + marks[1]

    def names(self, value: dict[str, Node]) -> Iterable[str]:
        """The names of an object in the order in which they are written."""
        return value if self.in_order else sorted(value)

    def string(self, text: str) -> str:
        """Return a string as JSON."""
        return json.dumps(text, ensure_ascii=self.ascii_only)


PLAIN: Final = Layout()


def render(node: Node, layout: Layout = PLAIN, depth: int = 0) -> str:
    """Return a value as JSON text, numbers as spelt (PROBE-4).

    Args:
        node: a value of :func:`read_lenient`, whose depth is bounded.
        layout: order, escapes and white space.
        depth: how many levels of indentation the value is inside others.
    """
    if type(node) is dict:
        items = [
            layout.string(name) + layout.colon + render(node[name], layout, depth + 1)
            for name in layout.names(node)
        ]
        return layout.container("{}", items, depth)
    if type(node) is list:
        return layout.container("[]", [render(item, layout, depth + 1) for item in node], depth)
    return node.text if type(node) is Number else json.dumps(node, ensure_ascii=layout.ascii_only)


def value_at(node: Node, path: Path) -> Node | None:
    """Return the value at a path, None where there is none: null and absent are not distinguished."""
    for step in path:
        if type(node) is dict and type(step) is str:
            node = node.get(step)
        elif type(node) is list and type(step) is int and step < len(node):
            node = node[step]
        else:
            return None
    return node


def walk(node: Node, deepest: int) -> Iterator[tuple[Path, Node]]:
    """Yield every value below ``node``, and itself, down to a depth, containers before their contents."""
    todo: list[tuple[Path, Node]] = [((), node)]
    while todo:
        path, item = todo.pop()
        yield path, item
        if len(path) < deepest:
            below: list[tuple[Path, Node]] = []
            if type(item) is dict:
                below = [((*path, name), each) for name, each in item.items()]
            elif type(item) is list:
                below = [((*path, index), each) for index, each in enumerate(item)]
            todo += reversed(below)
