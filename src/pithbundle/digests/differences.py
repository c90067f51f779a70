"""The descent to the lines in which two trees differ (spec MIRROR-8).

:class:`Descent` makes no request: it names the files that it needs, several at once, and is given their
content. So a program with an event loop requests them together; :func:`tree_differences` reads them one by
one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, Protocol, TypeAlias

from pithbundle.digests.lines import LeafLine
from pithbundle.digests.tree import LEAF_BYTES, NODE_BYTES, Fetch, Tree, TreeReader

#: After every suffix.
_END: Final = LeafLine("~", "")
#: How many files a descent names at once, if the caller does not choose (MIRROR-8).
MAX_WANTED: Final = 64

#: Which of the two trees of a descent (MIRROR-8).
Side: TypeAlias = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A record of which two mirrors state different leaf digests (MIRROR-8).

    None: the mirror does not list it.
    """

    #: Of the record, 26 characters.
    suffix: str
    #: 32 lower-case hex digits.
    left: str | None
    #: 32 lower-case hex digits.
    right: str | None


class Basis(Protocol):
    """What digests follow from, beside the bundles (MIRROR-8).

    A head states it, and so does whoever computes them.
    """

    @property
    def rules(self) -> str:
        """The name of the merge rules."""

    @property
    def policy_sha256(self) -> str:
        """The SHA-256 of the policy, in hex."""


def not_comparable(left: Basis, right: Basis) -> str | None:
    """Return why the digests of two mirrors cannot be compared, or None where they can (MIRROR-8).

    Another policy or other rules lead to other digests of the same bundles: that is no fault.
    """
    if left.rules != right.rules:
        return f"other merge rules: {left.rules} and {right.rules}"
    if left.policy_sha256 != right.policy_sha256:
        return f"another policy: {left.policy_sha256} and {right.policy_sha256}"
    return None


@dataclass(frozen=True, slots=True)
class Want:
    """A file that a descent needs (MIRROR-8)."""

    #: The tree that it is a file of.
    side: Side
    #: The prefix of the suffixes below it.
    prefix: str
    #: Its name, 64 hex digits.
    name: str
    #: The most bytes that it may have.
    limit: int


@dataclass(frozen=True, slots=True)
class _Part:
    """What is below one prefix on one side: the name of a file that was not read, or the lines."""

    name: str | None = None
    lines: tuple[LeafLine, ...] = ()


@dataclass(frozen=True, slots=True)
class _Task:
    """A prefix below which the two sides may differ."""

    prefix: str
    left: _Part
    right: _Part

    @property
    def is_read(self) -> bool:
        return self.left.name is None and self.right.name is None


class _Side:
    """One tree, of which the files that were given last can be read."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.given: Mapping[str, bytes] = {}
        self.reader = TreeReader(tree, lambda name, _: self.given[name])

    def limit(self, prefix: str) -> int:
        return LEAF_BYTES if len(prefix) == self.tree.depth else NODE_BYTES

    def read(self, prefix: str, part: _Part) -> _Part | dict[str, _Part]:
        """The lines of a part, or its children: those of a node, or its lines by their next character."""
        if part.name is None:
            return part
        if len(prefix) == self.tree.depth:
            return _Part(lines=tuple(self.reader.leaf(prefix, part.name)))
        return {child: _Part(name) for child, name in self.reader.children(prefix, part.name)}


class Descent:
    """Finds the records in which two trees differ, in the order of their suffixes (MIRROR-8).

    Only files whose names differ are wanted. If the trees are of one depth, these are the files above
    and with a line that differs. Where one tree is less deep, its leaf is compared with all lines of the
    other tree below the same prefix.

    Call :meth:`wanted`, then :meth:`take` with the content of each of these files, until nothing is
    wanted. It needs the memory of a few hundred files.
    """

    def __init__(self, left: Tree, right: Tree) -> None:
        self._sides: dict[Side, _Side] = {"left": _Side(left), "right": _Side(right)}
        self._open = deque([_Task("", _Part(left.root), _Part(right.root))])
        self._wanted: tuple[Want, ...] = ()
        # Trees of one depth have the same lines below equal names.
        self._same_depth = left.depth == right.depth

    def wanted(self, most: int = MAX_WANTED) -> tuple[Want, ...]:
        """Return the files that are needed next; none at the end.

        Args:
            most: how many of them, 1 or more. Of one prefix both sides are returned together.
        """
        found: list[Want] = []
        for task in self._open:
            if len(found) >= most:
                break
            found += self._wanted_of(task)
        self._wanted = tuple(found)
        return self._wanted

    def _wanted_of(self, task: _Task) -> Iterator[Want]:
        if self._same_depth and task.left.name == task.right.name:
            return
        sides: tuple[tuple[Side, _Part], ...] = (("left", task.left), ("right", task.right))
        for side, part in sides:
            if part.name is not None:
                yield Want(side, task.prefix, part.name, self._sides[side].limit(task.prefix))

    def take(self, files: Sequence[bytes]) -> list[Difference]:
        """Take the content of the files that were wanted last, in their order.

        Returns:
            The differences that are known now, which follow those that were returned before.

        Raises:
            DigestError: ``digest_invalid``: a file is not the one of its name, or not in its form.
            ValueError: there are more or fewer files than were wanted.
        """
        by_side: dict[Side, dict[str, bytes]] = {"left": {}, "right": {}}
        for want, content in zip(self._wanted, files, strict=True):
            by_side[want.side][want.name] = content
        prefixes = {want.prefix for want in self._wanted}
        for side, given in by_side.items():
            self._sides[side].given = given
        self._wanted = ()
        done: list[_Task] = []
        while prefixes:
            task = self._open.popleft()
            done += self._expand(task) if task.prefix in prefixes else [task]
            prefixes.discard(task.prefix)
        self._open.extendleft(reversed(done))
        return [*self._compared()]

    def _compared(self) -> Iterator[Difference]:
        """The differences of what was read, up to the first prefix that was not."""
        while self._open:
            task = self._open[0]
            equal = self._same_depth and task.left.name == task.right.name
            if not task.is_read and not equal:
                return
            self._open.popleft()
            yield from compare_lines(task.left.lines, task.right.lines)

    def _expand(self, task: _Task) -> list[_Task]:
        """What follows of a prefix whose files were read."""
        left = self._sides["left"].read(task.prefix, task.left)
        right = self._sides["right"].read(task.prefix, task.right)
        if isinstance(left, _Part) and isinstance(right, _Part):
            return [replace(task, left=left, right=right)]
        lefts, rights = _children(task.prefix, left), _children(task.prefix, right)
        nothing = _Part()
        return [
            _Task(child, lefts.get(child, nothing), rights.get(child, nothing))
            for child in sorted({*lefts, *rights})
        ]


def _children(prefix: str, part: _Part | dict[str, _Part]) -> dict[str, _Part]:
    """The parts below the longer prefixes."""
    if isinstance(part, dict):
        return part
    found: dict[str, list[LeafLine]] = {}
    for line in part.lines:
        found.setdefault(line.suffix[: len(prefix) + 1], []).append(line)
    return {child: _Part(lines=tuple(lines)) for child, lines in found.items()}


def tree_differences(left: Tree, right: Tree, fetch_left: Fetch, fetch_right: Fetch) -> Iterator[Difference]:
    """Return the records in which two trees differ, in the order of their suffixes, file by file (MIRROR-8).

    Raises:
        DigestError: as :meth:`Descent.take`. What the functions that fetch raise is passed on.
    """
    descent = Descent(left, right)
    fetches = {"left": fetch_left, "right": fetch_right}
    while wanted := descent.wanted(1):
        yield from descent.take([fetches[want.side](want.name, want.limit) for want in wanted])


def compare_lines(left: Iterable[LeafLine], right: Iterable[LeafLine]) -> Iterator[Difference]:
    """Return the differences of two sequences of lines that are in the order of their suffixes (MIRROR-8)."""
    # An end that sorts after every suffix spares the cases of a side that has ended.
    lefts, rights = iter(left), iter(right)
    one, other = next(lefts, _END), next(rights, _END)
    while one is not _END or other is not _END:
        if one.suffix < other.suffix:
            yield Difference(one.suffix, one.digest, None)
            one = next(lefts, _END)
        elif other.suffix < one.suffix:
            yield Difference(other.suffix, None, other.digest)
            other = next(rights, _END)
        else:
            if one.digest != other.digest:
                yield Difference(one.suffix, one.digest, other.digest)
            one, other = next(lefts, _END), next(rights, _END)
