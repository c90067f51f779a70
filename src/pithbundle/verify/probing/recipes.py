"""Recipes: how the bytes that a digest or a signature covers are made of an element (spec PROBE-4).

A recipe is data: it is tried on one element, applied to all others, printed, and where the rules of formats
allow it written as a document.
"""

from __future__ import annotations

import binascii
import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pithbundle.verify.probing.candidates import decode, is_compact_jws
from pithbundle.verify.probing.elements import Element
from pithbundle.verify.probing.lenient import PLAIN, Layout, Node, Path, render, value_at

#: The wrappers of formats, tried in this order.
WRAPPERS: Final = ("payload", "event", "body", "data", "content", "message", "signed", "envelope")

#: What replaces the payload: itself, or its digest under its name or another.
Replaced: TypeAlias = Literal["", "hex", "prefixed", "named"]
#: What a string is: itself, base64 of bytes, or a compact JWS, of which the signature is not signed.
Decoding: TypeAlias = Literal["", "base64", "jws"]
#: In the place of a payload type of DSSE: each one that the element states.
CLAIMED: Final = ""
#: The payload types of DSSE that are tried on every element; the last one is those that it states.
PAE_TYPES: Final = (
    "application/json",
    "application/vnd.pith.event+json",
    "application/vnd.pith+json",
    "application/vnd.in-toto+json",
    "pith_event",
    CLAIMED,
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

    layout: Layout = PLAIN
    wrapper: str | None = None
    replaced: Replaced = ""
    #: The payload type of DSSE's pre-authentication encoding, ``CLAIMED`` for the element's; None without it.
    pae: str | None = None
    #: The name of a member with the id of another event, ``before`` or ``after`` for it beside the bytes.
    link: str | None = None
    newline: bool = False
    #: The signing input of JWS: the protected header, a full stop and the bytes in base64url, or as they are.
    jws: Literal["", "base64url", "bytes"] = ""

    @property
    def is_expressible(self) -> bool:
        """Whether a document can state it."""
        return self == Variant(Layout(ascii_only=self.layout.ascii_only), self.wrapper)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Members excluded from the value at ``base``, and a variant; or the string at ``text``."""

    base: Path = ()
    excluded: tuple[Path, ...] = ()
    variant: Variant = Variant()
    #: The path of a string that is itself what is hashed, and how it becomes bytes.
    text: Path | None = None
    decoding: Decoding = ""

    def preimages(self, element: Element) -> Iterator[bytes]:
        """Yield the bytes that the recipe makes of an element; several where other events' ids are linked."""
        if self.text is not None:
            found = _text_bytes(value_at(element.value, self.text), self.decoding)
            if found is not None:
                yield from self._encoded(found, element)
            return
        base = value_at(element.value, self.base)
        if type(base) is not dict:
            return
        kept = without(base, self.excluded, len(self.base))
        if self.variant.replaced:
            kept = replaced(kept, payload_name(base), self.variant)
        if self.variant.link is None:
            yield from self._encoded(self._bytes(kept), element)
        else:
            for text in element.other_ids:
                yield from self._linked(kept, text)

    def _bytes(self, kept: dict[str, Node]) -> bytes:
        variant = self.variant
        value: Node = kept if variant.wrapper is None else {variant.wrapper: kept}
        return render(value, variant.layout).encode("utf-8", "surrogatepass")

    def _encoded(self, data: bytes, element: Element) -> Iterator[bytes]:
        if self.variant.newline:
            data += b"\n"
        return encodings(self.variant, data, element)

    def _linked(self, kept: dict[str, Node], text: str) -> Iterator[bytes]:
        link = str(self.variant.link)
        if link in ("before", "after"):
            data = self._bytes(kept)
            raw = decode(text)
            for part in (text.encode(), *([] if raw is None else [raw[1]])):
                yield part + data if link == "before" else data + part
        else:
            yield self._bytes({**kept, link: [text] if link == "parents" else text})


def without(base: dict[str, Node], excluded: tuple[Path, ...], above: int) -> dict[str, Node]:
    """Return an object without members, whose paths pass through objects; ``above`` steps lead to it."""
    top = {path[above] for path in excluded if len(path) == above + 1}
    inner: dict[str | int, list[Path]] = {}
    for path in excluded:
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


def encodings(variant: Variant, data: bytes, element: Element) -> Iterator[bytes]:
    """Yield the bytes in the encoding of DSSE or JWS of a variant; several for several headers or types."""
    if variant.jws:
        payload = urlsafe_b64encode(data).rstrip(b"=") if variant.jws == "base64url" else data
        for header in element.jws_headers:
            yield header.encode() + b"." + payload
    elif variant.pae == CLAIMED:
        for kind in claimed_types(element):
            yield pre_authentication(kind, data)
    else:
        yield data if variant.pae is None else pre_authentication(variant.pae, data)


def claimed_types(element: Element) -> list[str]:
    """Return the payload types that an element states, but for those that are tried on every element."""
    return [kind for kind in element.payload_types if kind not in PAE_TYPES]


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
    """Whether a string may be a signature: it encodes 64 bytes."""
    found = decode(text)
    return found is not None and len(found[1]) == 64


def replaced(kept: dict[str, Node], name: str | None, variant: Variant) -> dict[str, Node]:
    """The members with the payload, the member of this name, replaced by its digest."""
    if name is None or name not in kept:
        return kept
    text = render(kept[name], variant.layout)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    claimed = "sha256:" + digest if variant.replaced == "prefixed" else digest
    other = name + "_sha256" if variant.replaced == "named" else name
    return {(other if each == name else each): (claimed if each == name else kept[each]) for each in kept}


def _text_bytes(node: Node, decoding: Decoding) -> bytes | None:
    """The bytes of a string under a decoding, None where it has none."""
    if type(node) is not str:
        return None
    if decoding == "jws":
        return node.rpartition(".")[0].encode() if is_compact_jws(node) else None
    data = node.encode("utf-8", "surrogatepass")
    if decoding == "":
        return data
    try:
        return binascii.a2b_base64(data.translate(bytes.maketrans(b"-_", b"+/")) + b"==")
    except ValueError:
        return None


_DECODINGS: Final[dict[Decoding, list[str]]] = {
    "": [],
    "base64": ["decode it from base64"],
    "jws": ["of this compact JWS take what is before the signature"],
}


def in_words(recipe: Recipe, hash_name: str) -> str:
    """Return a recipe in words, for a person who writes it in another language; names are JSON strings."""
    if recipe.text is not None:
        steps = [
            "take the string at " + json.dumps("/".join(map(str, recipe.text))),
            *_DECODINGS[recipe.decoding],
        ]
    else:
        where = json.dumps("/".join(map(str, recipe.base))) if recipe.base else "the event"
        names = [json.dumps("/".join(map(str, path))) for path in recipe.excluded]
        steps = [f"take {where}", *(["exclude " + ", ".join(names)] if names else [])]
        steps += _words_of(recipe.variant)
    steps += _encoding_in_words(recipe.variant)
    return "; ".join([*steps, f"hash with {hash_name}"])


def _encoding_in_words(variant: Variant) -> list[str]:
    steps = []
    if variant.newline:
        steps.append("add a line feed")
    if variant.pae is not None:
        kind = "that the event states" if variant.pae == CLAIMED else json.dumps(variant.pae)
        steps.append(f"encode for DSSE with the payload type {kind}")
    if variant.jws:
        form = "in base64url" if variant.jws == "base64url" else "as they are"
        steps.append(f"put the protected header of JWS and a full stop before the bytes, the bytes {form}")
    return steps


def _words_of(variant: Variant) -> list[str]:
    steps: list[str] = []
    if variant.replaced:
        form = {
            "hex": "in hex",
            "prefixed": "as sha256: and hex",
            "named": "in hex under its name and _sha256",
        }
        steps.append(f"replace the payload by its SHA-256 {form[variant.replaced]}")
    if variant.link in ("before", "after"):
        steps.append(f"put the id of another event {variant.link} the bytes")
    elif variant.link is not None:
        steps.append(f"add the id of another event as {json.dumps(variant.link)}")
    if variant.wrapper is not None:
        steps.append(f"put it into an object under {json.dumps(variant.wrapper)}")
    layout = variant.layout
    order = "members as written" if layout.in_order else "members sorted"
    spaces = "a space after each comma and colon" if layout.spaced else "no spaces"
    if layout.indent:
        spaces = f"indented by {layout.indent} spaces"
    escape = "characters outside U+0020 to U+007E escaped" if layout.ascii_only else "UTF-8"
    return [*steps, f"write JSON: {order}, {spaces}, {escape}, numbers as written"]
