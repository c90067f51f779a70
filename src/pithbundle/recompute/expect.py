"""Comparing an output with another one, record by record (spec RECOMP-11).

Both sides are read in the order of their suffixes and merged, so that one record of each is in memory.
Records whose bytes are equal are not parsed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, TypeAlias

from pithbundle.comparison.published import (
    Difference,
    HowDifferent,
    compare_states,
    read_state,
)
from pithbundle.digests.lines import leaf_digest
from pithbundle.encoding.json_reader import decode_canonical
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import ArchiveError, PithError
from pithbundle.joined import unverified_sha256
from pithbundle.recompute.outputs import BASIS, OutputReader, OutputRecord
from pithbundle.verify.verdicts import UNVERIFIED

#: The groups of REPORT-3, digests of mirrors (MIRROR-1), and unverified elements (DIFF-2); the first one
#: that a record has is its group.
RecordGroup: TypeAlias = Literal["signed", "digest", "unverified", "unsigned", "labels"]
GROUPS: Final[tuple[RecordGroup, ...]] = ("signed", "digest", "unverified", "unsigned", "labels")
#: The groups whose difference is one between the two sides.
_DIFFERENT: Final = ("signed", "digest")
Result: TypeAlias = Literal["same", "different", "not_comparable", "unverified_differs"]
#: The results from the gravest on, with their exit statuses (REPORT-2, REPORT-3, DIFF-2).
EXIT_STATUS: Final[dict[Result, int]] = {
    "different": 1,
    "not_comparable": 3,
    "unverified_differs": 3,
    "same": 0,
}

#: The digests of RECOMP-5. A difference of one of the first three is one of signed content.
DIGEST_NAMES: Final = ("canonical_sha256", "events_sha256", "state_sha256", "unverified_sha256")
_SIGNED: Final = 3
#: The one digest that a mirror states of a record (MIRROR-1).
_LEAF: Final = "leaf_digest"
#: The ``unverified_sha256`` of a record without unverified elements (UNV-2).
_NONE_UNVERIFIED: Final = unverified_sha256(())


class OtherSide(Protocol):
    """What an output is compared with."""

    @property
    def path(self) -> str:
        """What the user named."""

    @property
    def basis(self) -> Object | None:
        """What it states of :data:`BASIS`; None where it states nothing."""

    @property
    def is_of_mirror(self) -> bool:
        """Whether it has digests of a mirror, which are of one policy and its rules (MIRROR-8)."""

    def records(self) -> Iterator[OutputRecord]:
        """Every record, in the order of the suffixes.

        Raises:
            PithError: something cannot be read, or is damaged, changed or out of order.
        """


@dataclass(frozen=True, slots=True)
class RecordDifference:
    """One record that differs."""

    suffix: str
    group: RecordGroup
    how: HowDifferent
    #: Whether a signed difference is evidence (REPORT-3).
    comparable: bool
    #: The digests that differ: name, ours, theirs.
    digests: tuple[tuple[str, str, str], ...] = ()
    #: The differences of the two states, where both sides have one.
    differences: tuple[Difference, ...] = ()

    @property
    def result(self) -> Result:
        """What the record comes to."""
        if self.group in _DIFFERENT:
            return "different" if self.comparable else "not_comparable"
        return "unverified_differs" if self.group == "unverified" else "same"

    def to_value(self) -> Object:
        """Return it as JSON."""
        return {
            "suffix": self.suffix,
            "group": self.group,
            "how": self.how,
            "result": self.result,
            "digests": [{"name": name, "ours": one, "theirs": other} for name, one, other in self.digests],
            "differences": [
                {
                    "group": each.group,
                    "how": each.how,
                    "pointer": each.pointer,
                    "ours": each.ours,
                    "theirs": each.theirs,
                }
                for each in self.differences
            ],
        }


@dataclass(slots=True)
class ComparisonSummary:
    """What a comparison of two outputs came to; :meth:`note` adds a record that differs."""

    #: What of the policy, the rules and the limits the other side states otherwise.
    basis: tuple[str, ...] = ()
    #: Whether these are digests of another policy or other rules, of which none is compared (MIRROR-8).
    is_apart: bool = False
    #: The records of each side.
    ours: int = 0
    theirs: int = 0
    groups: Counter[RecordGroup] = field(default_factory=Counter)
    hows: Counter[HowDifferent] = field(default_factory=Counter)
    _results: set[Result] = field(default_factory=set)

    def note(self, found: RecordDifference) -> None:
        """Count one record that differs."""
        self.groups[found.group] += 1
        self.hows[found.how] += 1
        self._results.add(found.result)

    @property
    def differing(self) -> int:
        """The number of records that differ."""
        return self.groups.total()

    @property
    def result(self) -> Result:
        """The gravest result of a record."""
        if self.is_apart:
            return "not_comparable"
        return next((one for one in EXIT_STATUS if one in self._results), "same")

    @property
    def exit_status(self) -> int:
        """0, 1 or 3 (REPORT-3)."""
        return EXIT_STATUS[self.result]


class OutputComparison:
    """Compares two outputs; iterating gives each record that differs, and :attr:`summary` counts.

    Args:
        ours: an output of recompute.
        theirs: any form, or the digests of a mirror.
        limits: the limits on states (LIM-7).
        progress: called with the number of our records that were read so far.
    """

    def __init__(
        self,
        ours: OutputReader,
        theirs: OtherSide,
        limits: Limits = DEFAULT_LIMITS,
        progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._ours, self._theirs = ours, theirs
        self._limits = limits
        self._progress = progress
        basis = _other_basis(ours.basis, theirs.basis)
        self.summary = ComparisonSummary(basis, is_apart=bool(basis) and theirs.is_of_mirror)

    def __iter__(self) -> Iterator[RecordDifference]:
        """Each record that differs, in the order of the suffixes.

        Raises:
            FileError: ``io``: as :meth:`OutputReader.records`.
            InputError: as :meth:`OutputReader.records`.
            ArchiveError: as :meth:`OutputReader.records`.
            DigestError: a file of a mirror's digests is not in its form.
        """
        left, right = self._ours.records(), self._theirs.records()
        ours, theirs = next(left, None), next(right, None)
        while ours is not None or theirs is not None:
            first = min(one.suffix for one in (ours, theirs) if one is not None)
            mine = ours if ours is not None and ours.suffix == first else None
            other = theirs if theirs is not None and theirs.suffix == first else None
            self.summary.ours += mine is not None
            self.summary.theirs += other is not None
            self._progress(self.summary.ours)
            difference = self._difference(first, mine, other)
            if difference is not None:
                self.summary.note(difference)
                yield difference
            ours = ours if mine is None else next(left, None)
            theirs = theirs if other is None else next(right, None)

    def _difference(
        self, suffix: str, ours: OutputRecord | None, theirs: OutputRecord | None
    ) -> RecordDifference | None:
        if self.summary.is_apart:
            return None
        comparable = not self.summary.basis
        if ours is None or theirs is None:
            how: HowDifferent = "only theirs" if ours is None else "only ours"
            return RecordDifference(suffix, "signed", how, comparable)
        digests = _differing(ours, theirs)
        listed: tuple[Difference, ...] = ()
        if ours.state is not None and theirs.state is not None and ours.state != theirs.state:
            mine, other = self._read(suffix, ours.state), self._read(suffix, theirs.state)
            listed = tuple(compare_states(mine, other))
            comparable = comparable and mine.get("merge_version") == other.get("merge_version")
        groups = _groups(digests, listed)
        if not groups:
            return None
        group = next(one for one in GROUPS if one in groups)
        if group in _DIFFERENT:
            comparable = comparable and group == "signed" and not _has_unverified(ours)
        return RecordDifference(suffix, group, "differs", comparable, digests, listed)

    def _read(self, suffix: str, state: bytes) -> Object:
        try:
            return read_state(state, self._limits)
        except PithError as error:
            detail = f"the state of {suffix} cannot be read: {error.fault.message}"
            raise ArchiveError(error.code, detail, clause="RECOMP-11") from error


def _other_basis(ours: Object | None, theirs: Object | None) -> tuple[str, ...]:
    if ours is None or theirs is None:
        return ()
    return tuple(name for name in BASIS if name in theirs and ours.get(name) != theirs[name])


def _differing(ours: OutputRecord, theirs: OutputRecord) -> tuple[tuple[str, str, str], ...]:
    if ours.digests is None:
        return ()
    if theirs.leaf is not None:
        return _differing_leaf(ours.digests, theirs.leaf)
    if theirs.digests is None:
        return ()
    pairs = zip(DIGEST_NAMES, ours.digests, theirs.digests, strict=True)
    return tuple((name, one, other) for name, one, other in pairs if one != other)


def _differing_leaf(ours: tuple[str, str, str, str], theirs: str) -> tuple[tuple[str, str, str], ...]:
    own = leaf_digest(*ours)
    if own == theirs:
        return ()
    canonical, events, state, unverified = ours
    # The one other value that needs no body of the mirror: that it has no unverified element.
    if leaf_digest(canonical, events, state, _NONE_UNVERIFIED) == theirs:
        return ((DIGEST_NAMES[_SIGNED], unverified, _NONE_UNVERIFIED),)
    return ((_LEAF, own, theirs),)


def _groups(digests: tuple[tuple[str, str, str], ...], listed: tuple[Difference, ...]) -> set[RecordGroup]:
    groups: set[RecordGroup] = {each.group for each in listed}
    for name, _, _ in digests:
        if name == _LEAF:
            groups.add("digest")
        else:
            groups.add("signed" if name in DIGEST_NAMES[:_SIGNED] else "unverified")
    return groups


def _has_unverified(ours: OutputRecord) -> bool:
    """Whether an element of our bundles could not be checked, as our report lists them (REPORT-3)."""
    value: Value = None if ours.report is None else decode_canonical(ours.report)
    report = value if type(value) is dict else {}
    for name in ("events", "without_id"):
        elements = report.get(name)
        for each in elements if type(elements) is list else ():
            if type(each) is dict and each.get("verdict") in UNVERIFIED:
                return True
    return False
