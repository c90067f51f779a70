"""Timestamp proofs, written byte by byte; the reader of the package has no writer."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

MAGIC: Final = bytes.fromhex("004f70656e54696d657374616d7073000050726f6f6600bf89e2e884e89294")
SHA1, RIPEMD160, SHA256, KECCAK256 = b"\x02", b"\x03", b"\x08", b"\x67"
REVERSE, HEXLIFY = b"\xf2", b"\xf3"
BITCOIN: Final = bytes.fromhex("0588960d73d71901")
PENDING: Final = bytes.fromhex("83dfe30d2ef90c8e")
LITECOIN: Final = bytes.fromhex("06869a0d73d71b45")
ETHEREUM: Final = bytes.fromhex("30fe8087b5c7ead7")
DIGEST: Final = sha256(b"a paper").digest()
URI: Final = "https://calendar.example"


def number(value: int) -> bytes:
    """A number in its shortest form."""
    head = b""
    while value >= 0x80:
        head += bytes([value & 0x7F | 0x80])
        value >>= 7
    return head + bytes([value])


def counted(data: bytes) -> bytes:
    """Bytes with their number before them."""
    return number(len(data)) + data


def append(data: bytes) -> bytes:
    return b"\xf0" + counted(data)


def prepend(data: bytes) -> bytes:
    return b"\xf1" + counted(data)


def attested(tag: bytes, payload: bytes) -> bytes:
    return b"\x00" + tag + counted(payload)


def bitcoin(height: int) -> bytes:
    return attested(BITCOIN, number(height))


def pending(uri: str = URI) -> bytes:
    return attested(PENDING, counted(uri.encode()))


def fork(*branches: bytes) -> bytes:
    """Branches of one message."""
    return b"".join(b"\xff" + branch for branch in branches[:-1]) + branches[-1]


def proof(*branches: bytes, digest: bytes = DIGEST, tag: bytes = SHA256, version: int = 1) -> bytes:
    """A whole proof."""
    return MAGIC + bytes([version]) + tag + digest + fork(*branches)
