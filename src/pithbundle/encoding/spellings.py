"""The one accepted spelling of bytes written as text (spec TEXT-1 to TEXT-4).

Decode, check the length, re-encode, compare. Comparing is the point: Python's decoders
take 16 spellings of one 88-character signature even in their strict modes (four unused
bits), and take upper-case hex with spaces in it. Where an id or a duplicate check sees the
text, two spellings would be two events. Every function is total over ``str``: a text that
is not the one spelling gives None, since a caller has its own code and pointer for it.
"""

from __future__ import annotations

from base64 import b32encode
from binascii import a2b_base64, b2a_base64
from typing import Final

_ID_PREFIX: Final = "sha256:"
_ID_LENGTH: Final = len(_ID_PREFIX) + 64


def hex_bytes(text: str, length: int) -> bytes | None:
    """Return the ``length`` bytes that ``text`` spells in lower-case hex, or None (TEXT-2)."""
    if len(text) != 2 * length:
        return None
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        return None
    return raw if raw.hex() == text else None


def base64_bytes(text: str, length: int) -> bytes | None:
    """Return the ``length`` bytes that ``text`` spells in padded standard base64, or None (TEXT-3).

    The alphabet is that of RFC 4648 section 4; unused bits are zero; there is nothing
    before, between or after the characters.
    """
    if len(text) != 4 * ((length + 2) // 3):
        return None
    try:
        raw = a2b_base64(text)
    except ValueError:
        return None
    return raw if len(raw) == length and b2a_base64(raw, newline=False).decode("ascii") == text else None


def event_id_digest(text: str) -> bytes | None:
    """Return the 32 bytes of an id, ``sha256:`` and 64 lower-case hex digits, or None (TEXT-4)."""
    if len(text) != _ID_LENGTH or not text.startswith(_ID_PREFIX):
        return None
    return hex_bytes(text[7:], 32)


def base32_prefix(digest: bytes) -> str:
    """Return the first 26 characters, 130 bits, of the base32 of a SHA-256 digest (NUM-1, KEY-4).

    Upper case, RFC 4648 section 6. 26 characters carry exactly 130 bits, so no bit is
    unused and every 26 characters of the alphabet are the one spelling of their bits.
    """
    return b32encode(digest[:20])[:26].decode("ascii")


def base64url_bytes(text: str, length: int) -> bytes | None:
    """Return the ``length`` bytes that ``text`` spells in base64url without padding, or None (FORMAT-1).

    The alphabet is that of RFC 4648 section 5; unused bits are zero.
    """
    if "+" in text or "/" in text or "=" in text:
        return None
    standard = text.replace("-", "+").replace("_", "/")
    return base64_bytes(standard + "=" * (-len(standard) % 4), length)


def digest_of(text: str) -> bytes | None:
    """Return the 32 bytes of a digest as ``sha256:`` and hex or as hex alone, or None (FORMAT-10)."""
    return event_id_digest(text) or hex_bytes(text, 32)
