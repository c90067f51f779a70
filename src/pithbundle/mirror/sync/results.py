"""What became of a mirror in a synchronisation (spec SYNC-12)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar

from pithbundle.digests.head import Head
from pithbundle.errors import PithError

#: How many of one list are kept; the others are counted.
MOST_LISTED: Final = 100
#: Codes of the quarantine that contradict nothing: the reader may lack a key or a version.
_NO_CONTRADICTION: Final = frozenset({"key_unknown", "version"})

#: How it was known which records to request: ``nothing`` had changed, or by what.
How: TypeAlias = Literal["nothing", "deltas", "digests", "numbers"]
_Item = TypeVar("_Item")


@dataclass(slots=True)
class Listed(Generic[_Item]):
    """The first of many, and how many there are."""

    first: list[_Item] = field(default_factory=list)
    count: int = 0

    def add(self, item: _Item) -> None:
        """Add one."""
        self.count += 1
        if len(self.first) < MOST_LISTED:
            self.first.append(item)


@dataclass(frozen=True, slots=True)
class Fault:
    """A record of which something is wrong: a code and a reason, which may contain hostile text."""

    suffix: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Stale:
    """A record of which a mirror serves less than it did before."""

    suffix: str
    #: The ids of the valid events that are missing.
    event_ids: tuple[str, ...]
    #: The number of unverified elements that are missing.
    unverified: int


@dataclass(slots=True)
class MirrorResult:
    """The result of one mirror."""

    #: Its base URL.
    base: str
    how: How | None = None
    #: The head that was read last; None without digests.
    head: Head | None = None
    #: Why its digests cannot be compared with the store; empty if they can.
    not_comparable: str = ""
    #: The bundles that came in packs and were added.
    from_packs: int = 0
    #: The records that were requested, and what became of them.
    requested: int = 0
    added: int = 0
    unchanged: int = 0
    #: The records that were not requested, because the store has what the mirror states.
    same: int = 0
    #: Added bundles with invalid elements.
    invalid: Listed[str] = field(default_factory=Listed)
    quarantined: Listed[Fault] = field(default_factory=Listed)
    stale: Listed[Stale] = field(default_factory=Listed)
    #: Records whose bundle has another digest than the mirror states.
    differing: Listed[str] = field(default_factory=Listed)
    #: Records whose bundle is of the generation that the mirror is publishing.
    ahead: Listed[str] = field(default_factory=Listed)
    #: Records that could not be received.
    failed: Listed[Fault] = field(default_factory=Listed)
    #: Numbers of which the mirror has no bundle.
    absent: Listed[str] = field(default_factory=Listed)
    #: Records that the mirror does not list any more; the store keeps them.
    removed: Listed[str] = field(default_factory=Listed)
    #: What is wrong with its digests or packs; the records were found in another way.
    problems: Listed[PithError] = field(default_factory=Listed)
    #: Why it was given up.
    error: PithError | None = None
    #: Whether the store has all that the mirror claimed.
    complete: bool = False
    requests: int = 0
    received_bytes: int = 0

    @property
    def contradicts(self) -> bool:
        """Whether something in quarantine, or an invalid element, contradicts a rule of the policy."""
        return bool(self.invalid.count or self._contradicting)

    _contradicting: int = 0

    def quarantine(self, fault: Fault) -> None:
        """Note a bundle in quarantine."""
        self.quarantined.add(fault)
        self._contradicting += fault.code not in _NO_CONTRADICTION

    @property
    def is_clean(self) -> bool:
        """Whether the store has all that the mirror has, and nothing has to be reported."""
        reported: tuple[Listed[Any], ...] = (
            *(self.quarantined, self.stale, self.differing, self.failed),
            *(self.absent, self.problems, self.invalid),
        )
        return (
            self.complete
            and self.error is None
            and not self.not_comparable
            and not any(one.count for one in reported)
        )


def exit_status(results: list[MirrorResult]) -> int:
    """The exit status of a synchronisation: 1, 3 or 0 (SYNC-12)."""
    if any(result.contradicts for result in results):
        return 1
    return 0 if all(result.is_clean for result in results) else 3
