"""The clock of this machine, for stamps alone: the one module that reads it.

It may jump back and ahead while a program runs, so nothing that lasts is measured by it: for that there is
``time.monotonic``.
"""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime | None = None) -> str:
    """A moment with a zone in whole seconds, as ``2026-11-20T00:00:00Z``; by default now."""
    return (moment or utc_now()).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
