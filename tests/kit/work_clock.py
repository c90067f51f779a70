"""A clock that advances by work: a search with ``--time`` then does the same on a loaded machine."""

from __future__ import annotations

from typing import Final

#: What one look at the clock takes; a search looks twice for each task, so 500 tasks are a second.
_STEP: Final = 0.001


class WorkClock:
    """Replaces the module ``time`` in :mod:`pithbundle.cli.probe_run`."""

    def __init__(self) -> None:
        self._now = 0.0

    def monotonic(self) -> float:
        """Return the seconds so far: one step more each time."""
        self._now += _STEP
        return self._now
