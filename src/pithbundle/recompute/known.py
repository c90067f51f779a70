"""Results that need no computation: of an interrupted run, and of the cache (spec RECOMP-9, RECOMP-10)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from pithbundle.errors import ArchiveError, FileError
from pithbundle.files import file_error
from pithbundle.recompute.cache import Cache, is_rechecked
from pithbundle.recompute.result import UnitResult
from pithbundle.recompute.store import Store, UnitRef

#: The share of the results of a cache that are computed again, in percent (RECOMP-10).
RECHECKED: Final = 1


@dataclass(frozen=True, slots=True)
class Task:
    """A unit that is computed."""

    #: The number of the unit of frames in the run; -1 for shared records.
    source: int
    key: str
    #: The block of the cache that has to be the result; empty if there is none.
    expected: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Hit:
    """A result that was found."""

    result: UnitResult
    #: Where it is in the file of results; None without rows.
    ref: UnitRef | None


class KnownResults:
    """Finds results, and keeps those that are computed.

    Args:
        store: the results of this run, with those of the run that it resumes.
        cache: the cache, or None.
        salt: the digest of the plan of the run.
        percent: the share of what is found in the cache that is computed again.
    """

    def __init__(
        self, store: Store, cache: Cache | None = None, salt: str = "", percent: int = RECHECKED
    ) -> None:
        self._store = store
        self._cache = cache
        self._salt = salt
        self._percent = percent
        #: The number of units by the way in which their results were found: facts of the run.
        self.counts: Counter[str] = Counter(
            resumed=0, computed=0, repeated=0, cache_hits=0, damaged=0, rechecked=0, lost=0
        )

    def find(self, source: int, key: str) -> Hit | Task:
        """Return the result of a unit, or what has to be computed.

        Raises:
            OSError: a result of the cache cannot be written into the part of the output.
        """
        found = self._store.find(key, source)
        if found is not None:
            self.counts["resumed" if found.is_earlier else "repeated"] += 1
            return Hit(found.result, found.ref)
        block = self._cache.get(key) if self._cache is not None else None
        if block is None:
            return Task(source, key)
        try:
            result = UnitResult.from_bytes(block)
        except ArchiveError:
            self.counts["damaged"] += 1
            return Task(source, key)
        self.counts["cache_hits"] += 1
        if is_rechecked(key, self._salt, self._percent):
            return Task(source, key, block)
        return Hit(result, self._store.add(result, source, key, block))

    def keep(self, task: Task, result: UnitResult) -> UnitRef | None:
        """Keep a result that was computed; return where it is, None if it has no rows.

        Raises:
            FileError: ``cache``: the result of the cache is another one; ``io``: its entry cannot be written.
            OSError: it cannot be written into the part of the output.
        """
        block = result.to_bytes()
        self.counts["rechecked" if task.expected else "computed"] += 1
        if self._cache is not None:
            path = self._cache.entry_path(task.key)
            if task.expected and block != task.expected:
                raise FileError("cache", f"{path} has another result than a new computation")
            if not task.expected:
                try:
                    self._cache.put(task.key, block)
                except OSError as error:
                    raise file_error(path, error) from error
        return self._store.add(result, task.source, task.key, block)
