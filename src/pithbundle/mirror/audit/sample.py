"""Which records an audit reads beside those that differ (spec AUDIT-14). Pure.

Whoever knows the seed and the population draws the same sample, in any language: it depends on SHA-256 alone.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

#: How often a draw in a tree is tried for each record that is wanted: the others hit no line.
_TRIES = 64


def sample_of(population: Iterable[str], seed: str, count: int) -> list[str]:
    """Return ``count`` suffixes of a population, or all, sorted.

    They are those for which the SHA-256 of the seed, a slash and the suffix is smallest.

    Args:
        population: suffixes, each once, in any order.
        seed: 32 hex digits.
        count: how many.
    """
    text = seed.encode("ascii")
    chosen = heapq.nsmallest(
        count, population, key=lambda suffix: sha256(text + b"/" + suffix.encode("ascii")).digest()
    )
    return sorted(chosen)


@dataclass(frozen=True, slots=True)
class Draw:
    """One point of a tree at which a record may be: every record has the same chance.

    A leaf has fewer lines than :attr:`index` can state, so that a record of a small leaf is drawn as often as
    one of a large leaf.
    """

    #: The prefix of a leaf.
    prefix: str
    #: The position in it; a leaf with fewer lines has no record there.
    index: int


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def draws(seed: str, depth: int, records: int, count: int) -> Iterable[Draw]:
    """Return points of a tree in the order of the seed, as many as suffice for an honest tree.

    Args:
        seed: 32 hex digits.
        depth: of the tree.
        records: in the tree.
        count: how many records are wanted.
    """
    places = 2 * (records // 32**depth) + 64
    for number in range(_TRIES * count):
        drawn = sha256(f"{seed}/{number}".encode("ascii")).digest()
        prefix = "".join(_ALPHABET[byte % 32] for byte in drawn[:depth])
        yield Draw(prefix, int.from_bytes(drawn[8:24], "big") % places)
