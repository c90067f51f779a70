"""Candidates by shape: what in an event may be a signature, a digest or a time (spec PROBE-3).

Nothing here depends on the names of members. A text is decoded in every form that is seen in the field; a
candidate keeps its form, since a format states it.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pithbundle.encoding.timestamps import instant
from pithbundle.verify.probing.lenient import Node, Number, Path, walk

#: How deep in an element candidates are looked for.
DEEPEST: Final = 6
#: How many candidates of a kind an element has at most, the least deep ones.
MOST: Final = 12

_PREFIX: Final = re.compile(r"(?:(?:urn:)?[A-Za-z][A-Za-z0-9.+-]{0,20}[:=])+")
_HEX: Final = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_BASE32: Final = re.compile(r"(?:[A-Z2-7]+|[a-z2-7]+)={0,6}")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]+={0,2}")
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
#: A multihash of SHA-256 begins with its code and its length; a content id has a version and a codec before.
_MULTIHASH: Final = b"\x12\x20"
_COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]{86}")
#: The form of a signature in a compact JWS.
COMPACT_JWS: Final = "compact JWS"
_LONG: Final = 130
_SHORT: Final = 40


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text at ``path`` that encodes the bytes ``raw``, in the form of this name."""

    path: Path
    form: str
    raw: bytes


def decode(text: str) -> tuple[str, bytes] | None:
    """Return the form and the 32 or 64 bytes that a text may stand for, or None (PROBE-3).

    The forms that a format can state are ``hex``, ``prefixed`` (``sha256:`` and hex), ``base64`` and
    ``base64url`` (without padding); other forms have other names. A compact JWS is read as its signature.
    """
    if is_compact_jws(text):
        return COMPACT_JWS, _bytes(base64.urlsafe_b64decode, _padded(text.rpartition(".")[2], 4))
    if not _SHORT <= len(text) <= _LONG + 24 or not text.isascii():
        return None
    prefix = _PREFIX.match(text)
    rest = text if prefix is None else text[prefix.end() :]
    for form, raw in _decodings(rest):
        if len(raw) in (32, 64):
            if prefix is None:
                return form, raw
            if prefix[0] == "sha256:" and form == "hex":
                return "prefixed", raw
            return f"{prefix[0]} and {form}", raw
    return None


def is_compact_jws(text: str) -> bool:
    """Whether a string is a JWS in compact form with a signature of 64 bytes, its payload there or not."""
    return _COMPACT.fullmatch(text) is not None and is_jws_header(text.partition(".")[0])


def is_jws_header(text: str) -> bool:
    """Whether a string is a protected header of JWS: base64url of an object with ``alg``."""
    # What begins otherwise is no object with a member.
    if not text.startswith("ey"):
        return False
    try:
        header = json.loads(_bytes(base64.urlsafe_b64decode, _padded(text, 4)))
    except (ValueError, RecursionError):
        return False
    return type(header) is dict and "alg" in header


def _decodings(text: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    if _HEX.fullmatch(text) and len(text) % 2 == 0:
        raw = bytes.fromhex(text)
        found += [("hex" if text == raw.hex() else "HEX", raw), ("multihash in hex", _of_multihash(raw))]
    if _BASE32.fullmatch(text):
        found.append(("base32", _bytes(base64.b32decode, _padded(text.upper().rstrip("="), 8))))
    # Without padding and with letters and digits alone it is taken for base64url: formats write that so.
    if _BASE64URL.fullmatch(text) and (len(text) % 4 or not _BASE64.fullmatch(text)):
        form = "base64url" if "=" not in text else "base64url with padding"
        found.append((form, _bytes(base64.urlsafe_b64decode, _padded(text.rstrip("="), 4))))
    elif _BASE64.fullmatch(text):
        form = "base64" if len(text) % 4 == 0 else "base64 without padding"
        found.append((form, _bytes(base64.b64decode, _padded(text.rstrip("="), 4))))
    found.append(("multibase", _of_multihash(_multibase(text))))
    found.append(("multihash in base58", _of_multihash(_base58(text))))
    return found


def _bytes(decoder: Callable[[str], bytes], text: str) -> bytes:
    """What a decoder makes of a text; empty where it makes nothing."""
    try:
        return decoder(text)
    except ValueError:
        return b""


def _padded(text: str, block: int) -> str:
    return text + "=" * (-len(text) % block)


def _multibase(text: str) -> bytes:
    """The bytes of a multibase text; empty where it is none."""
    base, rest = text[:1], text[1:]
    if base in ("b", "B"):
        return _bytes(base64.b32decode, _padded(rest.upper(), 8))
    if base in ("u", "U"):
        return _bytes(base64.urlsafe_b64decode, _padded(rest, 4))
    if base in ("f", "F"):
        return _bytes(bytes.fromhex, rest)
    return _base58(rest) if base == "z" else b""


def _base58(text: str) -> bytes:
    """The bytes of a base58 text; empty where it is none."""
    number = 0
    for character in text:
        digit = _BASE58.find(character)
        if digit < 0:
            return b""
        number = number * 58 + digit
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _of_multihash(raw: bytes) -> bytes:
    """The digest of a multihash, or of a content id of one; empty where it is none."""
    for start in (0, 2):
        if raw[start : start + 2] == _MULTIHASH and len(raw) == start + 34:
            return raw[start + 2 :]
    return raw if len(raw) == 64 else b""


def candidates(element: Node) -> tuple[list[Candidate], list[Candidate]]:
    """Return the candidates for signatures and for digests, the least deep first (PROBE-3).

    64 bytes may also be a digest of SHA-512: they are among both.
    """
    found = [
        Candidate(path, *decoded)
        for path, node in walk(element, DEEPEST)
        if type(node) is str and (decoded := decode(node)) is not None
    ]
    found.sort(key=lambda each: len(each.path))
    signatures = [each for each in found if len(each.raw) == 64]
    return signatures[:MOST], found[:MOST]


def has_bytes(text: str, length: int) -> bool:
    """Whether a string encodes so many bytes."""
    found = decode(text)
    return found is not None and len(found[1]) == length


_SECONDS: Final = re.compile("[0-9]{9,11}")
_MILLISECONDS: Final = re.compile("[0-9]{12,14}")
_TIME: Final = re.compile(
    r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}[T ][0-9]{2}:?[0-9]{2}(:?[0-9]{2}([.,][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)


def time_form(node: Node) -> str | None:
    """Return ``rfc3339``, ``seconds`` or ``milliseconds``, ``other`` for another time, None for none."""
    if type(node) is Number:
        for form, pattern in (("seconds", _SECONDS), ("milliseconds", _MILLISECONDS)):
            if pattern.fullmatch(node.text):
                return form
        return None
    if type(node) is not str or not 10 <= len(node) <= 40:
        return None
    if instant(node) is not None:
        return "rfc3339"
    return "other" if _TIME.fullmatch(node) else None
