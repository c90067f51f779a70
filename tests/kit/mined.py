"""Chains of block headers, mined with next to no work; the rules of targets are written out once more."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from struct import pack
from typing import Final

from pithbundle.evidence import Network

#: Every second hash has the work of this target.
LIMIT_BITS: Final = 0x207FFFFF
_LIMIT: Final = 0x7FFFFF << 232
EPOCH: Final = 2016
BEGIN: Final = 1_300_000_000
#: The seconds from one header to the next: half of what is aimed at, so that the target becomes half.
STEP: Final = 300


def double(data: bytes | bytearray) -> bytes:
    return sha256(sha256(data).digest()).digest()


def expand(bits: int) -> int:
    return (bits & 0xFFFFFF) << 8 * ((bits >> 24) - 3)


def compact(target: int) -> int:
    size = -(-target.bit_length() // 8)
    mantissa = target >> 8 * (size - 3)
    return (size + 1) << 24 | mantissa >> 8 if mantissa >> 23 else size << 24 | mantissa


def mine(previous: bytes, root: bytes, time: int, bits: int) -> bytes:
    """One header with the work of its target."""
    head, target, nonce = pack("<I32s32sII", 1, previous, root, time, bits), expand(bits), 0
    while int.from_bytes(double(head + pack("<I", nonce)), "little") > target:
        nonce += 1
    return head + pack("<I", nonce)


def next_bits(data: bytes | bytearray) -> int:
    """The target of the header that follows a chain from its first header on."""
    count = len(data) // 80
    before = int.from_bytes(data[-8:-4], "little") if data else LIMIT_BITS
    if count % EPOCH or not count:
        return before
    ends = 80 * (count - EPOCH), 80 * (count - 1)
    first, last = (int.from_bytes(data[at + 68 : at + 72], "little") for at in ends)
    seconds = max(302_400, min(last - first, 4_838_400))
    return compact(min(_LIMIT, expand(before) * seconds // 1_209_600))


def extended(
    data: bytes,
    count: int,
    *,
    roots: Mapping[int, bytes] | None = None,
    step: int = STEP,
    salt: str = "",
    bits: int | None = None,
) -> bytes:
    """A chain from its first header on with ``count`` more headers.

    Args:
        data: the chain.
        count: how many headers are added.
        roots: the Merkle roots of some heights.
        step: the seconds between two headers.
        salt: what makes the others differ from those of another chain.
        bits: the target, where it is not to be the right one.
    """
    made = bytearray(data)
    for height in range(len(data) // 80, len(data) // 80 + count):
        previous = double(made[-80:]) if made else bytes(32)
        time = int.from_bytes(made[-12:-8], "little") + step if made else BEGIN
        root = (roots or {}).get(height) or sha256(f"{salt}{height}".encode()).digest()
        made += mine(previous, root, time, next_bits(made) if bits is None else bits)
    return bytes(made)


@cache
def chain() -> bytes:
    """A chain of two epochs and ten headers, whose target changes twice."""
    return extended(b"", 2 * EPOCH + 10)


def network(data: bytes, minimum_work: int = 1) -> Network:
    """What defines the network of a chain."""
    return Network(double(data[:80]), LIMIT_BITS, minimum_work)


def digest_at(data: bytes, height: int) -> bytes:
    """The hash of a header of a chain from its first one on."""
    return double(data[80 * height : 80 * height + 80])
