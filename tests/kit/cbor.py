"""The deterministic CBOR of the data model (RFC 8949 section 4.2.1), as an oracle: encoder only."""

from __future__ import annotations

import struct
from typing import Any


def _head(major: int, argument: int) -> bytes:
    if argument < 24:
        return bytes([major << 5 | argument])
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << 8 * size:
            return bytes([major << 5 | info]) + argument.to_bytes(size, "big")
    raise ValueError("beyond 64 bits")


def _float(number: float) -> bytes:
    for info, form in ((25, ">e"), (26, ">f")):
        try:
            packed = struct.pack(form, number)
        except OverflowError:
            continue
        if struct.unpack(form, packed)[0] == number:
            return bytes([7 << 5 | info]) + packed
    return bytes([7 << 5 | 27]) + struct.pack(">d", number)


def cbor(value: Any) -> bytes:
    """The one deterministic encoding of a value."""
    if value is None:
        return b"\xf6"
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, str):
        text = value.encode()
        return _head(3, len(text)) + text
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(map(cbor, value))
    if isinstance(value, dict):
        members = sorted((cbor(key), cbor(member)) for key, member in value.items())
        return _head(5, len(members)) + b"".join(key + member for key, member in members)
    raise TypeError(f"outside the data model: {type(value).__name__}")
