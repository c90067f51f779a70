"""Recipes: how the bytes that a digest or a signature covers are made of an element (spec PROBE-4).

A recipe is data: it is tried on one element, applied to all others, printed, and where the rules of formats
allow it written as a document.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pithbundle.verify.probing.candidates import decode
from pithbundle.verify.probing.elements import Element
from pithbundle.verify.probing.lenient import Node, Path, render, value_at

#: The wrappers of formats, tried in this order.
WRAPPERS: Final = ("payload", "event", "body", "data", "content", "message", "signed", "envelope")

#: What replaces the payload: itself, or its digest under its name or another.
Replaced: TypeAlias = Literal["", "hex", "prefixed", "named"]
#: The payload types of DSSE that are tried.
PAE_TYPES: Final = (
    "application/json",
    "application/vnd.pith.event+json",
    "application/vnd.pith+json",
    "application/vnd.in-toto+json",
    "pith_event",
)
#: The names of a member with the id of a neighbouring event that are tried.
LINK_NAMES: Final = (
    "prev",
    "prev_event_id",
    "previous_event_id",
    "previous",
    "previous_id",
    "parent",
    "parent_event_id",
    "prev_hash",
    "previous_hash",
    "parents",
)


@dataclass(frozen=True, slots=True)
class Variant:
    """How the kept members become bytes."""

    in_order: bool = False
    ascii_only: bool = False
    spaced: bool = False
    wrapper: str | None = None
    replaced: Replaced = ""
    #: The payload type of DSSE's pre-authentication encoding, None without it.
    pae: str | None = None
    #: The name of a member with a neighbour's id, ``before`` or ``after`` for its text beside the bytes.
    link: str | None = None
    newline: bool = False

    @property
    def is_expressible(self) -> bool:
        """Whether a document can state it."""
        return not (self.in_order or self.spaced or self.replaced or self.pae or self.link or self.newline)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Members left out of the value at ``base``, and a variant; or the string at ``text``."""

    base: Path = ()
    dropped: tuple[Path, ...] = ()
    variant: Variant = Variant()
    #: The path of a string that is itself what is hashed: as it is, or decoded from base64.
    text: Path | None = None
    decoded: bool = False

    def preimages(self, element: Element) -> Iterator[bytes]:
        """Yield the bytes that the recipe makes of an element; several where neighbours' ids are linked."""
        if self.text is not None:
            found = _text_bytes(value_at(element.value, self.text), self.decoded)
            if found is not None:
                yield self._encoded(found)
            return
        base = value_at(element.value, self.base)
        if type(base) is not dict:
            return
        kept = without(base, self.dropped, len(self.base))
        if self.variant.replaced:
            kept = replaced(kept, payload_name(base), self.variant)
        if self.variant.link is None:
            yield self._encoded(self._bytes(kept))
        else:
            for text in element.neighbours:
                yield from self._linked(kept, text)

    def _bytes(self, kept: dict[str, Node]) -> bytes:
        variant = self.variant
        value: Node = kept if variant.wrapper is None else {variant.wrapper: kept}
        text = render(value, in_order=variant.in_order, ascii_only=variant.ascii_only, spaced=variant.spaced)
        return text.encode("utf-8", "surrogatepass")

    def _encoded(self, data: bytes) -> bytes:
        if self.variant.newline:
            data += b"\n"
        return data if self.variant.pae is None else pre_authentication(self.variant.pae, data)

    def _linked(self, kept: dict[str, Node], text: str) -> Iterator[bytes]:
        link = str(self.variant.link)
        if link in ("before", "after"):
            data = self._bytes(kept)
            raw = decode(text)
            for part in (text.encode(), *([] if raw is None else [raw[1]])):
                yield part + data if link == "before" else data + part
        else:
            yield self._bytes({**kept, link: [text] if link == "parents" else text})


def without(base: dict[str, Node], dropped: tuple[Path, ...], above: int) -> dict[str, Node]:
    """Return an object without members, whose paths pass through objects; ``above`` steps lead to it."""
    top = {path[above] for path in dropped if len(path) == above + 1}
    inner: dict[str | int, list[Path]] = {}
    for path in dropped:
        if len(path) > above + 1:
            inner.setdefault(path[above], []).append(path)
    kept: dict[str, Node] = {}
    for name, value in base.items():
        if name in top:
            continue
        if name in inner and type(value) is dict:
            value = without(value, tuple(inner[name]), above + 1)
        kept[name] = value
    return kept


def pre_authentication(payload_type: str, data: bytes) -> bytes:
    """The bytes that DSSE signs for a payload: its version 1 pre-authentication encoding."""
    kind = payload_type.encode("utf-8", "replace")
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(data), data)


def payload_name(base: dict[str, Node]) -> str | None:
    """The name of the member that is most likely the payload: an object of that name, else the longest.

    An object with a signature is none.
    """

    def order(name: str) -> tuple[bool, bool, int]:
        value = base[name]
        strings = value.values() if type(value) is dict else ()
        signed = any(type(each) is str and is_signature(each) for each in strings)
        return not signed, "payload" in name.lower(), len(render(value))

    return max((name for name, value in base.items() if type(value) is dict), key=order, default=None)


def is_signature(text: str) -> bool:
    """Whether a string may be a signature: it stands for 64 bytes."""
    found = decode(text)
    return found is not None and len(found[1]) == 64


def replaced(kept: dict[str, Node], name: str | None, variant: Variant) -> dict[str, Node]:
    """The members with the digest of the payload, the member of this name, in its place."""
    if name is None or name not in kept:
        return kept
    text = render(kept[name], in_order=variant.in_order, ascii_only=variant.ascii_only, spaced=variant.spaced)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    claimed = "sha256:" + digest if variant.replaced == "prefixed" else digest
    other = name + "_sha256" if variant.replaced == "named" else name
    return {(other if each == name else each): (claimed if each == name else kept[each]) for each in kept}


def _text_bytes(node: Node, decoded: bool) -> bytes | None:
    if type(node) is not str:
        return None
    data = node.encode("utf-8", "surrogatepass")
    if not decoded:
        return data
    import binascii

    try:
        return binascii.a2b_base64(data.translate(bytes.maketrans(b"-_", b"+/")) + b"==")
    except ValueError:
        return None


def in_words(recipe: Recipe, hash_name: str) -> str:
    """Return a recipe in words, for a person who writes it in another language; names are JSON strings."""
    quoted = [json.dumps("/".join(map(str, path))) for path in recipe.dropped]
    if recipe.text is not None:
        steps = ["take the text at " + json.dumps("/".join(map(str, recipe.text)))]
        steps += ["decode it from base64"] if recipe.decoded else []
    else:
        where = json.dumps("/".join(map(str, recipe.base))) if recipe.base else "the event"
        steps = [f"take {where}", *(["leave out " + ", ".join(quoted)] if quoted else [])]
        steps += _words_of(recipe.variant)
    if recipe.variant.newline:
        steps.append("add a line feed")
    if recipe.variant.pae is not None:
        steps.append(f"encode for DSSE with the payload type {json.dumps(recipe.variant.pae)}")
    return "; ".join([*steps, f"hash with {hash_name}"])


def _words_of(variant: Variant) -> list[str]:
    steps: list[str] = []
    if variant.replaced:
        form = {
            "hex": "in hex",
            "prefixed": "as sha256: and hex",
            "named": "in hex under its name and _sha256",
        }
        steps.append(f"put the SHA-256 of the payload {form[variant.replaced]} in the place of the payload")
    if variant.link in ("before", "after"):
        steps.append(f"put the id of a neighbouring event {variant.link} the bytes")
    elif variant.link is not None:
        steps.append(f"add the id of a neighbouring event as {json.dumps(variant.link)}")
    if variant.wrapper is not None:
        steps.append(f"put it into an object under {json.dumps(variant.wrapper)}")
    order = "members as written" if variant.in_order else "members sorted"
    spaces = "a space after each comma and colon" if variant.spaced else "no spaces"
    escape = "characters outside U+0020 to U+007E escaped" if variant.ascii_only else "UTF-8"
    return [*steps, f"write JSON: {order}, {spaces}, {escape}, numbers as written"]
