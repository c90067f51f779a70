"""RIPEMD-160, which not every build of hashlib has (spec EVID-3).

OpenSSL 3 has it in a provider that many systems do not load. What a proof shows must not depend on that,
so it is computed here where hashlib has none.
"""

from __future__ import annotations

import hashlib
from struct import pack, unpack
from typing import Final

#: The order of the words of a block in the five rounds, in the left line and in the right one.
_LEFT: Final = (
    *range(16),
    *(7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8),
    *(3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12),
    *(1, 9, 11, 10, 0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2),
    *(4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13),
)
_RIGHT: Final = (
    *(5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12),
    *(6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8, 12, 4, 9, 1, 2),
    *(15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13),
    *(8, 6, 4, 1, 3, 11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14),
    *(12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9, 11),
)
#: By how many bits each step rotates.
_LEFT_TURNS: Final = (
    *(11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8),
    *(7, 6, 8, 13, 11, 9, 7, 15, 7, 12, 15, 9, 11, 7, 13, 12),
    *(11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5),
    *(11, 12, 14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12),
    *(9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13, 14, 11, 8, 5, 6),
)
_RIGHT_TURNS: Final = (
    *(8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6),
    *(9, 13, 15, 7, 12, 8, 9, 11, 7, 7, 12, 7, 6, 15, 13, 11),
    *(9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5),
    *(15, 5, 8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8),
    *(8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5, 15, 13, 11, 11),
)
_LEFT_ADDED: Final = (0, 0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xA953FD4E)
_RIGHT_ADDED: Final = (0x50A28BE6, 0x5C4DD124, 0x6D703EF3, 0x7A6D76E9, 0)
_START: Final = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)
_WORD: Final = 0xFFFFFFFF


def ripemd160(data: bytes) -> bytes:
    """Return the 20 bytes of the RIPEMD-160 of ``data``."""
    try:
        return hashlib.new("ripemd160", data, usedforsecurity=False).digest()
    except ValueError:  # this build of hashlib has none
        return plain(data)


def plain(data: bytes) -> bytes:
    """Return the same without hashlib."""
    state = _START
    padded = data + b"\x80" + bytes(-(len(data) + 9) % 64) + pack("<Q", 8 * len(data))
    for at in range(0, len(padded), 64):
        words = unpack("<16L", padded[at : at + 64])
        left = _line(state, words, _LEFT, _LEFT_TURNS, _LEFT_ADDED, (0, 1, 2, 3, 4))
        right = _line(state, words, _RIGHT, _RIGHT_TURNS, _RIGHT_ADDED, (4, 3, 2, 1, 0))
        a, b, c, d, e = (
            state[(at + 1) % 5] + left[(at + 2) % 5] + right[(at + 3) % 5] & _WORD for at in range(5)
        )
        state = a, b, c, d, e
    return pack("<5L", *state)


def _line(
    state: tuple[int, int, int, int, int],
    words: tuple[int, ...],
    order: tuple[int, ...],
    turns: tuple[int, ...],
    added: tuple[int, ...],
    functions: tuple[int, ...],
) -> tuple[int, int, int, int, int]:
    a, b, c, d, e = state
    for step in range(80):
        of_round = step // 16
        mixed = _mixed(functions[of_round], b, c, d)
        total = a + mixed + words[order[step]] + added[of_round] & _WORD
        turn = turns[step]
        total = (total << turn | total >> 32 - turn) + e & _WORD
        a, b, c, d, e = e, total, b, (c << 10 | c >> 22) & _WORD, d
    return a, b, c, d, e


def _mixed(function: int, b: int, c: int, d: int) -> int:
    if function == 0:
        return b ^ c ^ d
    if function == 1:
        return b & c | ~b & d
    if function == 2:
        return (b | ~c & _WORD) ^ d
    if function == 3:
        return b & d | c & ~d
    return b ^ (c | ~d & _WORD)
