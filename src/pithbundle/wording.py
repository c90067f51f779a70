"""Counts in words: the one form of a plural, wherever a person reads it."""

from __future__ import annotations


def plural(count: int, noun: str, many: str | None = None) -> str:
    """``1 event``, ``2 events``; ``many`` where the plural takes more than an s."""
    return f"{count} {noun if count == 1 else many or noun + 's'}"


def more(count: int, noun: str, many: str | None = None) -> str:
    """``3 more events``, for items that were not listed."""
    return plural(count, f"more {noun}", many and f"more {many}")
