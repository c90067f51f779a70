"""Many preimages of one element, each in a few microseconds (spec PROBE-4).

Every member is written once for a family and a variant; a preimage joins what is kept.
:meth:`pithbundle.verify.probing.recipes.Recipe.preimages` is the definition; a test compares the two.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from math import comb
from typing import Final, NamedTuple

from pithbundle.verify.probing.candidates import DEEPEST, decode, is_compact_jws
from pithbundle.verify.probing.elements import Element
from pithbundle.verify.probing.families import Family
from pithbundle.verify.probing.lenient import Layout, Node, Path, render, value_at
from pithbundle.verify.probing.recipes import (
    CLAIMED,
    Decoding,
    Recipe,
    Variant,
    claimed_types,
    encodings,
    payload_name,
    replaced,
)

#: A shorter string is no document of its own.
_LONG_STRING: Final = 16
_DECODINGS: Final[tuple[Decoding, ...]] = ("", "base64")
#: The most long strings of an element that are preimages.
_MOST_STRINGS: Final = 256
#: About how many bytes one member as written takes beside its text.
_PIECE_SIZE: Final = 200


class _Piece(NamedTuple):
    """One member as written; ``bit`` is that of its slot, 0 without one; an open object has pieces."""

    text: bytes
    bit: int
    inner: list[_Piece] | None


class Builder:
    """The preimages of one element under one family and one variant."""

    def __init__(self, element: Element, family: Family, variant: Variant) -> None:
        self.element = element
        self.family = family
        self.variant = variant
        self.bits = {path: 1 << at for at, path in enumerate(family.slots)}
        #: The slots of which one at least is excluded; 0 for any.
        self.fresh = sum(self.bits[path] for path in family.fresh)
        self.layout = variant.layout
        #: How deep the base is in what is written.
        self.depth = 0 if variant.wrapper is None else 1
        base = value_at(element.value, family.base)
        self.base: dict[str, Node] = base if type(base) is dict else {}
        self.payload = payload_name(self.base) if variant.replaced else None
        self.pieces = self._pieces(self.base, family.base, self.depth)
        self.separators = [self._separators(depth) for depth in range(DEEPEST + 2)]
        self.links: list[_Piece] = []
        if variant.link not in (None, "before", "after"):
            self.links = [self._link(text) for text in element.other_ids]

    def recipes(self, size: int, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """Yield the mask and the bytes of each subset of ``size`` slots, of the ranks from start to stop."""
        for mask in islice(subsets(len(self.family.slots), size, start), max(0, stop - start)):
            if self.fresh and not mask & self.fresh:
                # An earlier family tries it.
                continue
            for data in self._all(mask):
                yield mask, data

    def recipe(self, mask: int) -> Recipe:
        """The recipe of a mask."""
        out = [path for path, bit in self.bits.items() if bit & mask]
        excluded = tuple(sorted((*self.family.excluded, *out), key=repr))
        return Recipe(self.family.base, excluded, self.variant)

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return sum(map(_size, (*self.pieces, *self.links)))

    def _all(self, mask: int) -> Iterator[bytes]:
        variant = self.variant
        if self.links:
            for link in self.links:
                yield from self._finished(self._joined(self._with(link), mask, self.depth))
            return
        data = self._joined(self.pieces, mask, self.depth)
        if variant.link is None:
            yield from self._finished(data)
            return
        for text in self.element.other_ids:
            raw = decode(text)
            for part in (text.encode(), *([] if raw is None else [raw[1]])):
                yield part + data if variant.link == "before" else data + part

    def _with(self, link: _Piece) -> list[_Piece]:
        return self._sorted([*self.pieces, link])

    def _finished(self, data: bytes) -> Iterator[bytes]:
        variant = self.variant
        if variant.wrapper is not None:
            before, _, after = self.separators[0]
            data = before + self._name(variant.wrapper) + data + after
        if variant.newline:
            data += b"\n"
        return encodings(variant, data, self.element)

    def _separators(self, depth: int) -> tuple[bytes, bytes, bytes]:
        """What is written before, between and after the members of an object so many levels deep."""
        before, between, after = self.layout.container("{}", ["\0", "\0"], depth).split("\0")
        return before.encode(), between.encode(), after.encode()

    def _joined(self, pieces: list[_Piece], mask: int, depth: int) -> bytes:
        if all(piece.inner is None for piece in pieces):
            kept = [text for text, bit, _ in pieces if not bit & mask]
        else:
            kept = [
                text if inner is None else text + self._joined(inner, mask, depth + 1)
                for text, bit, inner in pieces
                if not bit & mask
            ]
        if not kept:
            return b"{}"
        before, between, after = self.separators[depth]
        return before + between.join(kept) + after

    def _pieces(self, value: dict[str, Node], above: Path, depth: int) -> list[_Piece]:
        found = []
        for name, item in value.items():
            path = (*above, name)
            if path in self.family.excluded:
                continue
            bit = self.bits.get(path, 0)
            if path in self.family.open and type(item) is dict:
                found.append(_Piece(self._name(name), bit, self._pieces(item, path, depth + 1)))
                continue
            written, shown = name, item
            if name == self.payload and above == self.family.base:
                ((written, shown),) = replaced({name: item}, name, self.variant).items()
            found.append(_Piece(self._name(written) + self._text(shown, depth + 1), bit, None))
        return found if self.layout.in_order else self._sorted(found)

    def _sorted(self, pieces: list[_Piece]) -> list[_Piece]:
        # By the name as a string: its escaped bytes sort otherwise.
        return sorted(
            pieces,
            key=lambda piece: str(
                json.JSONDecoder().raw_decode(piece.text.decode("utf-8", "surrogatepass"))[0]
            ),
        )

    def _link(self, text: str) -> _Piece:
        value: Node = [text] if self.variant.link == "parents" else text
        return _Piece(self._name(str(self.variant.link)) + self._text(value, self.depth + 1), 0, None)

    def _name(self, name: str) -> bytes:
        return (self.layout.string(name) + self.layout.colon).encode("utf-8", "surrogatepass")

    def _text(self, value: Node, depth: int) -> bytes:
        return render(value, self.layout, depth).encode("utf-8", "surrogatepass")


def _size(piece: _Piece) -> int:
    return _PIECE_SIZE + len(piece.text) + sum(map(_size, piece.inner or ()))


def subsets(count: int, size: int, start: int) -> Iterator[int]:
    """Yield the subsets of ``size`` of so many slots as masks, in their order, from a rank on."""
    if not 0 <= start < comb(count, size):
        return
    chosen: list[int] = []
    slot, rank = 0, start
    while len(chosen) < size:
        after = comb(count - slot - 1, size - len(chosen) - 1)
        if rank < after:
            chosen.append(slot)
        else:
            rank -= after
        slot += 1
    while True:
        yield sum(1 << slot for slot in chosen)
        # The last slot that can move moves, and those behind it follow.
        at = next((at for at in reversed(range(size)) if chosen[at] < count - size + at), None)
        if at is None:
            return
        chosen[at:] = range(chosen[at] + 1, chosen[at] + 1 + size - at)


class Written:
    """What is known of the members of a base as they are written, for all of its families."""

    def __init__(self, element: Element, base: Path) -> None:
        value = value_at(element.value, base)
        self.members: dict[str, Node] = value if type(value) is dict else {}
        self.payload = payload_name(self.members)
        #: Members with characters that escapes change, and those whose order as written is not sorted.
        self.escaped: set[str] = set()
        self.unsorted: set[str] = set()
        #: About how many characters all members have.
        self.size = 0
        for name, item in self.members.items():
            text = render({name: item})
            self.size += len(text)
            if not (text.isascii() and text.isprintable()):
                self.escaped.add(name)
            if type(item) in (dict, list) and render({name: item}, Layout(in_order=True)) != text:
                self.unsorted.add(name)
        self.is_sorted = all(map(str.__le__, self.members, islice(self.members, 1, None)))

    def is_sorted_without(self, out: set[str]) -> bool:
        """Whether the members but for some are written sorted."""
        kept = [] if self.is_sorted else [name for name in self.members if name not in out]
        return self.unsorted <= out and kept == sorted(kept)


def differing(element: Element, family: Family, written: Written) -> Callable[[Variant], bool]:
    """Return whether a variant can give other bytes than a variant that is tried before it."""
    above = len(family.base)
    out = {str(path[above]) for path in family.excluded if len(path) == above + 1}
    is_plain = written.escaped <= out
    is_sorted = written.is_sorted_without(out)
    payload = written.payload
    # A payload that is open is written member by member.
    has_payload = payload is not None and payload not in out and (*family.base, payload) not in family.open

    def differs(variant: Variant) -> bool:
        return not (
            (variant.layout.ascii_only and is_plain)
            or (variant.layout.in_order and is_sorted)
            or (variant.link is not None and not element.other_ids)
            or (variant.jws and not element.jws_headers)
            or (variant.pae == CLAIMED and not claimed_types(element))
            or (variant.replaced and not has_payload)
        )

    return differs


def long_strings(element: Element) -> list[tuple[Path, str]]:
    """The strings of an element that are preimages, with their paths: long ones, and JWS in compact form.

    A claimed digest as text is what a signature signs of it, and no preimage.
    """
    found = (
        (path, text)
        for path, text in element.texts
        if is_compact_jws(text) or (len(text) >= _LONG_STRING and decode(text) is None)
    )
    return [*islice(found, _MOST_STRINGS)]


def texts(
    element: Element, strings: Sequence[tuple[Path, str]], variants: Sequence[Variant]
) -> Iterator[tuple[Recipe, bytes]]:
    """Yield the preimages of long strings of an element, as they are and decoded from base64."""
    for path, text in strings:
        if is_compact_jws(text):
            recipes = [Recipe(text=path, decoding="jws")]
        else:
            recipes = [Recipe((), (), each, path, decoding) for decoding in _DECODINGS for each in variants]
        for recipe in recipes:
            for data in recipe.preimages(element):
                yield recipe, data
