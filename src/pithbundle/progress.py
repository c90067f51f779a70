"""What a long run reports while it works."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Takes what a run reports; the command line draws it."""

    def begin(self, what: str, total: int | None) -> None:
        """A step begins: its name, and the number of its items where it is known."""

    def __call__(self, done: int, rejected: int = 0) -> None:
        """So many items of the step are done, and so much was rejected in the whole run."""


class Silent:
    """Reports nothing."""

    def begin(self, what: str, total: int | None) -> None:
        """Do nothing."""

    def __call__(self, done: int, rejected: int = 0) -> None:
        """Do nothing."""
