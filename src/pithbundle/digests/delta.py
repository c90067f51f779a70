"""The changes between two generations of a tree (spec MIRROR-5)."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from pithbundle.digests.head import Head
from pithbundle.digests.lines import LeafLine
from pithbundle.digests.tree import Fetch, build, check_file, malformed, split_lines
from pithbundle.errors import DigestError

DELTA_TITLE: Final = b"pithbundle mirror delta v1"
#: Bytes of a delta at most: with more changes a descent is cheaper (MIRROR-5).
DELTA_BYTES: Final = 1 << 20
#: How many deltas a reader follows at most (MIRROR-5).
MAX_DELTAS: Final = 64
_HEADING: Final = 4
_LINK: Final = re.compile(rb"from ([0-9a-f]{64})\nto ([0-9a-f]{64})\nprevious (none|[0-9a-f]{64})").fullmatch
_CHANGE: Final = re.compile(
    rb"\+ ([A-Z2-7]{26}) ([0-9a-f]{32})|- ([A-Z2-7]{26}) ([0-9a-f]{32})"
    rb"|~ ([A-Z2-7]{26}) ([0-9a-f]{32}) ([0-9a-f]{32})"
).fullmatch


@dataclass(frozen=True, slots=True)
class Change:
    """The leaf digests of one record before and after (MIRROR-5). None: the record was not listed then."""

    #: Of the record, 26 characters.
    suffix: str
    #: 32 lower-case hex digits.
    before: str | None
    #: 32 lower-case hex digits, other ones than before.
    after: str | None

    def to_bytes(self) -> bytes:
        """Return its line with the line feed."""
        if self.before is None:
            return f"+ {self.suffix} {self.after}\n".encode("ascii")
        if self.after is None:
            return f"- {self.suffix} {self.before}\n".encode("ascii")
        return f"~ {self.suffix} {self.before} {self.after}\n".encode("ascii")


@dataclass(frozen=True, slots=True)
class Delta:
    """The changes from one root to another, in the order of the suffixes (MIRROR-5)."""

    #: The name of the root before.
    before: str
    #: The name of the root after.
    after: str
    #: The name of the delta that leads to the root before, where there is one.
    previous: str | None
    #: One for each record that changed.
    changes: tuple[Change, ...]

    def to_bytes(self) -> bytes:
        """Return the file."""
        heading = f"from {self.before}\nto {self.after}\nprevious {self.previous or 'none'}\n"
        lines = (change.to_bytes() for change in self.changes)
        return b"".join((DELTA_TITLE, b"\n", heading.encode("ascii"), *lines))

    @property
    def name(self) -> str:
        """The name of the file: the SHA-256 of the content in hex."""
        return sha256(self.to_bytes()).hexdigest()


def delta_of(before: str, after: str, previous: str | None, changes: Iterable[Change]) -> Delta | None:
    """Return the delta of changes in their order, or None if it would exceed DELTA_BYTES (MIRROR-5).

    Args:
        before: the root before.
        after: the root after.
        previous: the delta of the generation before.
        changes: read only as far as they are within the limit.
    """
    size = len(Delta(before, after, previous, ()).to_bytes())
    found: list[Change] = []
    for change in changes:
        size += len(change.to_bytes())
        if size > DELTA_BYTES:
            return None
        found.append(change)
    return Delta(before, after, previous, tuple(found))


def read_delta(name: str, fetch: Fetch) -> Delta:
    """Fetch a delta and read it strictly (MIRROR-5).

    Raises:
        DigestError: ``version``: it is of another version. ``digest_invalid``: it is not the file of that
            name, or not in its form. What ``fetch`` raises is passed on.
    """
    return _parse(name, fetch(name, DELTA_BYTES))


def _parse(name: str, content: bytes) -> Delta:
    lines = split_lines(name, check_file(name, content, DELTA_BYTES))
    if not lines or lines[0] != DELTA_TITLE:
        found = malformed(name, f'the first line is not "{DELTA_TITLE.decode()}"')
        raise DigestError("version", found.fault.detail, clause="MIRROR-5")
    link = _LINK(b"\n".join(lines[1:_HEADING]))
    if link is None:
        raise malformed(name, "the lines from, to and previous are not in their form")
    changes: list[Change] = []
    last = ""
    for number, line in enumerate(lines[_HEADING:], _HEADING + 1):
        change = _change(line)
        if change is None:
            raise malformed(name, f"line {number} is not a line of a delta")
        if change.suffix <= last:
            raise malformed(name, f"line {number} is not after the line before")
        last = change.suffix
        changes.append(change)
    previous = None if link[3] == b"none" else link[3].decode("ascii")
    return Delta(link[1].decode("ascii"), link[2].decode("ascii"), previous, tuple(changes))


def _change(line: bytes) -> Change | None:
    found = _CHANGE(line)
    if found is None:
        return None
    parts = [None if each is None else each.decode("ascii") for each in found.groups()]
    if parts[0] is not None:
        return Change(parts[0], None, parts[1])
    if parts[2] is not None:
        return Change(parts[2], parts[3], None)
    if parts[4] is None or parts[5] == parts[6]:
        return None
    return Change(parts[4], parts[5], parts[6])


def chain_to(head: Head, held_root: str) -> Generator[str, bytes, list[Delta] | None]:
    """Find the deltas that lead from a root that the reader has to that of the head (MIRROR-5).

    Gives the name of the delta that is needed next, and is sent its content, at most DELTA_BYTES + 1 bytes
    of it.

    Returns:
        The deltas, the latest one first. None if the chain ends before that root, or is longer than
        MAX_DELTAS: the reader descends then.

    Raises:
        DigestError: a delta is malformed, or does not lead where the next one begins: the reader descends
            too, and can report it.
    """
    chain: list[Delta] = []
    wanted, name = head.root, head.delta
    while wanted != held_root:
        if name is None or len(chain) == MAX_DELTAS:
            return None
        content = yield name
        delta = _parse(name, content)
        if delta.after != wanted:
            raise malformed(name, f"it leads to {delta.after}, but the next root is {wanted}")
        chain.append(delta)
        wanted, name = delta.before, delta.previous
    return chain


def following(head: Head, held_root: str) -> Generator[str, bytes, tuple[Change, ...] | None]:
    """Find the changes that lead from a root that the reader has to that of the head (MIRROR-5).

    Gives and is sent what :func:`chain_to` does. :func:`follow` is the same with a function that fetches.

    Returns:
        The changes in the order of their suffixes, one for each record. None where :func:`chain_to` is.

    Raises:
        DigestError: as :func:`chain_to`.
    """
    chain = yield from chain_to(head, held_root)
    return None if chain is None else combine(reversed(chain))


def follow(head: Head, held_root: str, fetch: Fetch) -> tuple[Change, ...] | None:
    """Return the changes from a root to that of the head, as :func:`following` finds them (MIRROR-5).

    Raises:
        DigestError: as :func:`following`. What ``fetch`` raises is passed on.
    """
    steps = following(head, held_root)
    try:
        name = next(steps)
        while True:
            name = steps.send(fetch(name, DELTA_BYTES))
    except StopIteration as end:
        found: tuple[Change, ...] | None = end.value
        return found


def combine(deltas: Iterable[Delta]) -> tuple[Change, ...]:
    """Return the changes of deltas that follow one another as one change for each record (MIRROR-5).

    Raises:
        DigestError: ``digest_invalid``: a delta contradicts the one before.
    """
    found: dict[str, Change] = {}
    for delta in deltas:
        for change in delta.changes:
            earlier = found.get(change.suffix)
            if earlier is not None and earlier.after != change.before:
                raise malformed(delta.name, f"{change.suffix} has another digest after the delta before")
            before = change.before if earlier is None else earlier.before
            found[change.suffix] = Change(change.suffix, before, change.after)
    return tuple(found[suffix] for suffix in sorted(found))


def apply(lines: Iterable[LeafLine], changes: Iterable[Change]) -> Iterator[LeafLine]:
    """Return the lines after the changes; both are in the order of the suffixes (MIRROR-5).

    Raises:
        DigestError: ``digest_invalid``: the lines are not those that the changes are made of.
    """
    rest = iter(changes)
    change = next(rest, None)
    for line in lines:
        while change is not None and change.suffix < line.suffix:
            yield from _after(change, None)
            change = next(rest, None)
        if change is not None and change.suffix == line.suffix:
            yield from _after(change, line.digest)
            change = next(rest, None)
        else:
            yield line
    while change is not None:
        yield from _after(change, None)
        change = next(rest, None)


def _after(change: Change, held: str | None) -> Iterator[LeafLine]:
    if change.before != held:
        detail = f"a delta changes {change.suffix} from another digest than the one that it has"
        raise DigestError("digest_invalid", detail, clause="MIRROR-5")
    if change.after is not None:
        yield LeafLine(change.suffix, change.after)


def require_head(lines: Iterable[LeafLine], head: Head) -> None:
    """Check that lines, as after a delta, are those of a head: they lead to its root (MIRROR-5).

    Raises:
        DigestError: ``digest_invalid``: they do not.
    """
    if build(lines, head.records).root != head.root:
        detail = "the lines after the deltas do not lead to the root of the head"
        raise DigestError("digest_invalid", detail, clause="MIRROR-5")
