"""What each mirror may use up of the folder and of the report of an audit (spec AUDIT-18). Pure.

A mirror decides how often it lies, and each lie costs its reader some bytes. So everything that an audit
keeps is bounded for each mirror and each word: a liar never displaces the findings of another mirror, and
never its own graver ones by many that are harmless.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Container, Mapping, Sequence
from hashlib import sha256
from typing import Final, TypeAlias

from pithbundle.mirror.audit.classify import Found
from pithbundle.mirror.audit.words import WORDS

#: How many findings of one mirror, word and kind are kept, and held to be listed.
SHARE: Final = 1_000
#: How many names of a share a watch notes, as long as it notes few of all mirrors: one that has more lasting
#: findings than are listed is not reported again and again.
NOTED: Final = 10_000
#: The bytes of the files of them together.
SHARE_BYTES: Final = 128 << 20
#: How many heads of one mirror are kept, in the folder and in memory.
MOST_HEADS: Final = 1_000

#: The word, whether it is of a record or of the mirror as a whole, and the digest of the base URL.
Share: TypeAlias = tuple[str, bool, str]

_NAME: Final = re.compile(r"([a-z_]+)-([A-Z2-7]{26}|mirror)-([0-9a-f]{16})-[0-9a-f]{32}\.json")
_ORDER: Final = {word: place for place, word in enumerate(WORDS)}


def mirror_digest(base: str) -> str:
    """Return the 16 hex digits by which file names name a mirror (AUDIT-12)."""
    return sha256(base.rstrip("/").encode("utf-8", "surrogatepass")).hexdigest()[:16]


def share_of(name: str) -> Share | None:
    """Return what the file of a finding uses up; None for a name that no finding has (AUDIT-12)."""
    named = _NAME.fullmatch(name)
    return None if named is None else (named[1], named[2] != "mirror", named[3])


class Places:
    """What of an audit is held to be listed: of each share the first ones, those that are new apart.

    Otherwise the first thousand lasting findings of a mirror would hide each later one from a watch.

    Attributes:
        again: the names that were found, of those that were reported before.
    """

    def __init__(self, reported: Container[str]) -> None:
        self.again: set[str] = set()
        self._reported = reported
        self._held: Counter[tuple[str, str, bool, bool]] = Counter()

    def has_room(self, found: Found, name: str) -> bool:
        """Note a result and the name of its finding; return whether it is held."""
        is_known = name in self._reported
        if is_known:
            self.again.add(name)
        place = found.mirror, found.word, bool(found.suffix), is_known
        self._held[place] += 1
        return self._held[place] <= SHARE


def excess(names: Sequence[str], found: Collection[str], most: int) -> list[str]:
    """Return the names that are too many: of each share the first ones not found again, then others.

    Args:
        names: of findings, those that were reported longest ago first.
        found: of this round.
        most: how many of each share stay.
    """
    counts = Counter(map(share_of, names))
    dropped = []
    for name in sorted(names, key=lambda name: name in found):
        share = share_of(name)
        if counts[share] > most:
            counts[share] -= 1
            dropped.append(name)
    return dropped


def head_to_forget(held: Mapping[str, tuple[str, int]]) -> str:
    """Return the name of the head that is one too many of a mirror.

    That a mirror went back shows the head of its origin with the largest generation (AUDIT-6), and an origin
    is a text of the mirror: heads of other ones displace none of these.

    Args:
        held: origin and generation by name, in the order in which they were written; at least one.

    Returns:
        The first one of the origin that has the most, but for the largest generation of it; the last one of
        all if each origin has one.
    """
    origin, count = Counter(of for of, _ in held.values()).most_common(1)[0]
    if count == 1:
        return [*held][-1]
    names = [name for name, (of, _) in held.items() if of == origin]
    latest = max(names, key=lambda name: held[name][1])
    return next(name for name in names if name != latest)


def fair(found: Sequence[Found], most: int) -> list[Found]:
    """Return at most so many, in their order: of each mirror equally many, the gravest first (AUDIT-16)."""
    if len(found) <= most:
        return [*found]
    turns: Counter[str] = Counter()
    ranked = []
    for at in sorted(range(len(found)), key=lambda at: _ORDER[found[at].word]):
        ranked.append((turns[found[at].mirror], at))
        turns[found[at].mirror] += 1
    return [found[at] for at in sorted(at for _, at in sorted(ranked)[:most])]
