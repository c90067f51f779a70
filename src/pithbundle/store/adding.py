"""Adding bundles: the form of what is given, and the entries of one transaction (spec STORE-4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from pithbundle.bundle.number import is_suffix
from pithbundle.encoding.limits import DEFAULT_LIMITS
from pithbundle.encoding.parsed import Encoding
from pithbundle.errors import InputError, StoreError
from pithbundle.store.entry import MAX_SIZE, Head, frame_of
from pithbundle.store.index import Index
from pithbundle.store.judging import Facts, ids_in
from pithbundle.store.keeper import Keeper
from pithbundle.store.keeping import StoredEntry
from pithbundle.store.segments import AreaName
from pithbundle.store.settings import require_origin
from pithbundle.store.updating import Updater
from pithbundle.wall_clock import stamp

#: What became of a bundle that was added. ``smaller`` occurs in a synchronisation alone.
AddedStatus: TypeAlias = Literal["added", "unchanged", "quarantined", "smaller"]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A bundle as it was received, and where it is from."""

    data: bytes
    #: The URL of a mirror, or a name: a string of 1 to 1,024 bytes.
    origin: str
    #: The network address; empty if there is none.
    address: str = ""
    #: The suffix for which it was requested; empty if any is welcome.
    requested: str = ""
    #: When, as ``YYYY-MM-DDTHH:MM:SSZ``; by default the clock of this machine.
    received_at: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one bundle."""

    outcome: AddedStatus
    entry: StoredEntry


#: Returns the cursors to write beside bundles that were added; None removes one.
Note: TypeAlias = Callable[[Sequence["Added | None"]], Mapping[str, str | None]]


def no_cursors(_: Sequence[Added | None]) -> Mapping[str, str | None]:
    """Write no cursor."""
    return {}


class Addition:
    """Entries that are added in one transaction: first all are written, then the index.

    Args:
        keeper: the store, which is held.
        index: its index, in a transaction.
        quarantine: whether what is not admitted is added.
        smaller: whether a bundle is added with fewer elements than the newest and with no others.
    """

    def __init__(
        self, keeper: Keeper, index: Index, *, quarantine: bool = True, smaller: bool = True
    ) -> None:
        self._keeper = keeper
        self._quarantine = quarantine
        self._smaller = smaller
        self._index = index
        self._updater: Updater = keeper.updater(index)
        self._sequence = index.last_sequence()
        self._parts: dict[AreaName, list[bytes]] = {}
        self._targets: dict[AreaName, tuple[str, int]] = {}
        self._at: dict[AreaName, int] = {}

    def add(self, given: Incoming, encoding: Encoding, digest: str, facts: Facts) -> Added | None:
        """Note one bundle, and the bytes of its entry; None for what is not kept."""
        if facts.code and not self._quarantine:
            return None
        known = self._known(given, digest, facts)
        if known is not None:
            return known
        self._sequence += 1
        frame = frame_of(given.data)
        head = Head(
            self._sequence, given.origin, given.received_at or stamp(), given.address, given.requested,
            facts.suffix, encoding, digest, len(given.data), len(frame), self._keeper.settings.store,
        )  # fmt: skip
        area: AreaName = "quarantine" if facts.code else "segments"
        if area not in self._targets:
            self._targets[area] = self._keeper.target(area)
            self._at[area] = self._targets[area][1]
            self._parts[area] = []
        written = head.to_bytes() + frame
        entry = self._updater.add(area, self._targets[area][0], self._at[area], len(written), head, facts)
        self._parts[area].append(written)
        self._at[area] += len(written)
        return Added("quarantined" if entry.code else "added", entry)

    def _known(self, given: Incoming, digest: str, facts: Facts) -> Added | None:
        """The entry that has the bundle already, or all of it and more (STORE-4)."""
        if facts.code:
            same = self._first(
                "sha256 = ? AND origin = ? AND requested = ? AND code != '' ORDER BY sequence",
                digest, given.origin, given.requested,
            )  # fmt: skip
            return None if same is None else Added("quarantined", same)
        newest = self._first(
            "suffix = ? AND origin = ? AND code = '' ORDER BY sequence DESC", facts.suffix, given.origin
        )
        if newest is not None and newest.sha256 == digest:
            return Added("unchanged", newest)
        if newest is not None and not self._smaller and _is_smaller(facts, newest):
            return Added("smaller", newest)
        return None

    def _first(self, condition: str, *values: str) -> StoredEntry | None:
        """The first entry of a condition; the cursor is read to its end, since an open one would stay."""
        found = [*self._index.entries(f"{condition} LIMIT 1", *values)]
        return found[0] if found else None

    def write(self) -> None:
        """Write the entries, then compute the records.

        Raises:
            OSError: they cannot be written; then none is kept.
        """
        for area, (segment, size) in self._targets.items():
            self._keeper.areas[area].append(segment, size, b"".join(self._parts[area]))
            self._index.put_segment(area, segment, self._at[area], ends_clean=True)
        self._updater.finish()


def _is_smaller(facts: Facts, newest: StoredEntry) -> bool:
    """Whether a bundle has fewer elements than an entry, and no others."""
    if facts.invalid:
        return False
    mine = {*ids_in(facts.valid_ids)}, {*ids_in(facts.unverified_ids)}
    theirs = {*newest.event_ids}, {*ids_in(newest.unverified_ids)}
    return mine != theirs and mine[0] <= theirs[0] and mine[1] <= theirs[1]


def require_incoming(given: Incoming) -> None:
    """Check what a caller gives of a bundle.

    Raises:
        InputError: ``size``: it has too many bytes.
        StoreError: ``type``: a member is not of its form.
    """
    if len(given.data) > MAX_SIZE:
        raise InputError.over_limit("size", DEFAULT_LIMITS.size, len(given.data), fixed=True)
    require_origin(given.origin)
    if given.requested and not is_suffix(given.requested):
        raise StoreError("type", "a requested suffix is 26 characters A-Z2-7")
    if not given.address.isascii() or len(given.address) > 64 or not given.address.isprintable():
        raise StoreError("type", "an address is at most 64 characters of ASCII")
    if given.received_at:
        try:
            datetime.strptime(given.received_at, "%Y-%m-%dT%H:%M:%SZ")
        except ValueError:
            raise StoreError("type", "a time is written as YYYY-MM-DDTHH:MM:SSZ") from None
