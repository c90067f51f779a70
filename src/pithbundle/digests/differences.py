"""The descent to the lines in which two trees differ (spec MIRROR-8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pithbundle.digests.head import Head
from pithbundle.digests.lines import LeafLine
from pithbundle.digests.tree import Fetch, Tree, TreeReader

#: After every suffix.
_END: Final = LeafLine("~", "")


@dataclass(frozen=True, slots=True)
class Difference:
    """A record of which two mirrors state different things. None: the mirror does not list it."""

    suffix: str
    left: str | None
    right: str | None


def not_comparable(left: Head, right: Head) -> str | None:
    """Return why the digests of two mirrors cannot be compared, or None where they can (MIRROR-8).

    Another policy or other rules lead to other digests of the same bundles: that is no fault.
    """
    if left.rules != right.rules:
        return f"other merge rules: {left.rules} and {right.rules}"
    if left.policy_sha256 != right.policy_sha256:
        return f"another policy: {left.policy_sha256} and {right.policy_sha256}"
    return None


def differences(left: Tree, right: Tree, fetch_left: Fetch, fetch_right: Fetch) -> Iterator[Difference]:
    """Return the records in which two trees differ, in the order of their suffixes (MIRROR-8).

    Only files whose names differ are fetched. If the trees are of one depth, these are the files
    above and with a line that differs. Where one tree is less deep, its leaf is compared with all
    lines of the other tree below the same prefix.

    Raises:
        DigestError: ``digest_invalid``: a file of one side is not that of its name, or not in its form.
    """
    yield from _below("", left.root, right.root, TreeReader(left, fetch_left), TreeReader(right, fetch_right))


def _below(
    prefix: str, left: str, right: str, of_left: TreeReader, of_right: TreeReader
) -> Iterator[Difference]:
    if left == right and of_left.tree.depth == of_right.tree.depth:
        return
    if len(prefix) == min(of_left.tree.depth, of_right.tree.depth):
        yield from compare_lines(of_left.lines_below(prefix, left), of_right.lines_below(prefix, right))
        return
    on_left, on_right = dict(of_left.children(prefix, left)), dict(of_right.children(prefix, right))
    for child in sorted({*on_left, *on_right}):
        one, other = on_left.get(child), on_right.get(child)
        if one is not None and other is not None:
            yield from _below(child, one, other, of_left, of_right)
        else:
            yield from compare_lines(
                () if one is None else of_left.lines_below(child, one),
                () if other is None else of_right.lines_below(child, other),
            )


def compare_lines(left: Iterable[LeafLine], right: Iterable[LeafLine]) -> Iterator[Difference]:
    """Return the differences of two sequences of lines that are in their order."""
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
