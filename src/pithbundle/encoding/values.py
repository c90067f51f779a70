"""The shared data model: what a value is, and which values have one meaning (spec DATA-1 to DATA-8).

JSON and CBOR contain exactly these values. A rule about a value is here; a rule about its
spelling is in the reader of that spelling.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from pithbundle.newtypes import Pointer

#: object (string keys), array, string, integer, portable float, true, false, null (DATA-1).
Value: TypeAlias = dict[str, "Value"] | list["Value"] | str | int | float | bool | None
#: A JSON object: string keys, each once, in the order in which they were read (DATA-1).
Object: TypeAlias = dict[str, Value]

#: The largest integer that every reader represents exactly (DATA-2).
MAX_INTEGER: Final = 9_007_199_254_740_991
#: The longest key, in UTF-8 bytes (DATA-7).
MAX_KEY_BYTES: Final = 256

# U+0000 and the 66 non-characters of Unicode (RFC 7493 section 2.1).
_BAD_CHARACTER: Final = re.compile(
    "[\x00\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
    + "]"
)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_KEY_TOO_HIGH: Final = re.compile("[\ud800-\U0010ffff]")

#: What is accepted where bytes are: the content is copied, so a later change has no effect.
BytesLike: TypeAlias = bytes | bytearray | memoryview


def as_bytes(data: object, instead: str = "read the file in binary mode") -> bytes:
    """Return the bytes of a bytes-like object.

    Args:
        data: what a caller gave; ``bytes``, ``bytearray`` or ``memoryview``.
        instead: what a caller with another type can do, for the message.

    Raises:
        TypeError: any other type.
        ValueError: a memoryview that is released.
    """
    if type(data) is bytes:
        return data
    if isinstance(data, bytes | bytearray | memoryview):
        return bytes(data)
    if isinstance(data, str):
        instead = f"encode it, or {instead}"
    raise TypeError(f"expected bytes, got {type(data).__name__}; {instead}")


def require_type(name: str, given: object, expected: type) -> None:
    """Check that an argument of a caller is of a class.

    Raises:
        TypeError: it is not.
    """
    if not isinstance(given, expected):
        article = "an" if expected.__name__[0] in "AEIOU" else "a"
        raise TypeError(f"{name} must be {article} {expected.__name__}, not {type(given).__name__}")


def string_fault(text: str) -> str | None:
    """Return the code that rejects a string as a value, or None (DATA-5, DATA-6, in that order)."""
    if text.isascii():
        return "string" if "\0" in text else None
    if _SURROGATE.search(text):
        return "surrogate"
    return "string" if _BAD_CHARACTER.search(text) else None


def portable(text: str) -> str:
    """Return ``text`` with U+FFFD for each character that no string of the model has (ERR-1)."""
    if string_fault(text) is None:
        return text
    return "".join("\ufffd" if string_fault(character) else character for character in text)


def key_fault(key: str) -> str | None:
    """Return the code that rejects ``key`` as a member name, or None (DATA-5 to DATA-7, in that order)."""
    fault = string_fault(key)
    if fault is not None:
        return fault
    if len(key) > MAX_KEY_BYTES or _KEY_TOO_HIGH.search(key):
        return "key"
    return "key" if not key.isascii() and len(key.encode()) > MAX_KEY_BYTES else None


def float_fault(number: float) -> str | None:
    """Return the code that rejects the float as a value, or None (DATA-2 to DATA-4).

    A *portable* float is finite, not whole, and 1e-4 <= abs(x) < 1e16: within that range
    every implementation prints the same shortest decimal text without an exponent.
    """
    if number != number or number in (float("inf"), float("-inf")):
        return "number_nonfinite"
    if number == int(number) or not 1e-4 <= abs(number) < 1e16:
        return "number_form"
    return None


def pointer(path: tuple[str | int, ...] | list[str | int]) -> Pointer:
    """Return the RFC 6901 JSON pointer of a path of member names and indices."""
    return Pointer("".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path))
