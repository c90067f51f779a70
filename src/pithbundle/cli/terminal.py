"""Terminal layout: the width of a string in columns, wrapping, tables, and a progress bar."""

from __future__ import annotations

import os
import shutil
import sys
import time
import unicodedata
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

#: Symbols that Unicode 16.0 made two columns wide: older tables of Python have them as one.
_WIDE_SINCE_16: Final = ((0x2630, 0x2637), (0x268A, 0x268F), (0x4DC0, 0x4DFF), (0x1D300, 0x1D376))
#: Between two updates of a progress bar, in seconds.
_INTERVAL: Final = 0.1
#: The columns of a progress bar, and so few that none is drawn.
_BAR: Final = 40
_LEAST_BAR: Final = 10
#: The seconds over which the rate is measured.
_RATE_SECONDS: Final = 20.0


def char_width(char: str) -> int:
    """The columns of one character: 0, 1 or 2; where terminals differ, the largest of theirs."""
    if char.isascii():
        return 1
    category = unicodedata.category(char)
    if category in {"Mn", "Me"}:
        return 0
    # What this Python does not know may be wide in a terminal that does.
    wide = category == "Cn" or unicodedata.east_asian_width(char) in {"W", "F"}
    return 2 if wide or any(low <= ord(char) <= high for low, high in _WIDE_SINCE_16) else 1


def text_width(text: str) -> int:
    """The columns of a text without control characters."""
    return len(text) if text.isascii() else sum(map(char_width, text))


def chop(text: str, width: int) -> list[str]:
    """Cut a text into pieces of at most ``width`` columns; at least one piece, which may be empty."""
    pieces, start, used = [], 0, 0
    for at, char in enumerate(text):
        needed = char_width(char)
        if used + needed > width and at > start:
            pieces.append(text[start:at])
            start, used = at, 0
        used += needed
    return [*pieces, text[start:]]


def table_lines(rows: Sequence[Sequence[str]], columns: int | None = None) -> Iterator[str]:
    """The lines of a table, indented by two spaces, in columns two spaces apart.

    With ``columns`` no line is wider than that: the widest columns of the table shrink, and
    a cell is wrapped within its own.
    """
    widths = [max(map(text_width, cells)) for cells in zip(*rows, strict=True)]
    if columns is not None:
        most = columns - 2 * len(widths)
        while sum(widths) > most and max(widths) > 2:
            widths[widths.index(max(widths))] -= 1
    for row in rows:
        wrapped = [chop(cell, width) for cell, width in zip(row, widths, strict=True)]
        for at in range(max(map(len, wrapped))):
            parts = [pieces[at] if at < len(pieces) else "" for pieces in wrapped]
            padded = (
                part + " " * (width - text_width(part)) for part, width in zip(parts, widths, strict=True)
            )
            yield ("  " + "  ".join(padded)).rstrip()


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def _columns() -> int:
    return max(20, shutil.get_terminal_size().columns)


class Progress:
    """Draws nothing: stderr is no terminal, or there is little to do."""

    def begin(self, what: str, total: int | None) -> None:
        """Begin a step of a longer run: its name, and the number of its items where it is known."""

    def __call__(self, done: int, rejected: int = 0) -> None:
        """Draw how many items are done, and of a run in steps how many were rejected."""

    def erase(self) -> None:
        """Clear the line for other output; the next call draws it again."""


@contextmanager
def progress_bar(what: str, total: int | None, *, hidden: bool = False) -> Iterator[Progress]:
    """Draw a progress bar on stderr, if that is a terminal, and erase it at the end.

    ``what`` says what is done, as "packing"; ``total`` is the number of items, None where it is not known
    before the end.
    """
    # There is no stderr if the program was started with it closed.
    tty = sys.stderr is not None and sys.stderr.isatty()
    if hidden or not tty or os.environ.get("TERM") == "dumb":
        yield Progress()
        return
    bar = _ProgressBar()
    try:
        bar.begin(what, total)
        yield bar
    finally:
        bar.erase()


class _ProgressBar(Progress):
    """One line, written again and again."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._drawn = float("-inf")
        self._visible = False
        self._what = ""
        self._total: int | None = None
        #: The columns of the bar of this step.
        self._bar = _BAR
        #: When so many items of this step were done, some seconds ago and since then.
        self._seen: deque[tuple[float, int]] = deque()

    def begin(self, what: str, total: int | None) -> None:
        self._what, self._total, self._bar = what, total, _BAR
        self._seen.clear()
        self._drawn = float("-inf")
        self(0)

    def __call__(self, done: int, rejected: int = 0) -> None:
        now = time.monotonic()
        if now - self._drawn < _INTERVAL and done != self._total:
            return
        self._drawn = now
        self._visible = True
        # A line that is wrapped could not be written again.
        room = _columns() - 1
        text = self._text(now, done, rejected, room)
        self._write(f"\r\x1b[K{self._drawn_bar(done, room - len(text))}{text}")

    def _text(self, now: float, done: int, rejected: int, room: int) -> str:
        """What is done, of how much, since when; and as much of the rest as fits, the last first."""
        # Of a step that may have no items and whose number is not known, 0 says nothing.
        count = str(done or "") if self._total is None else f"{done}/{self._total}"
        first = " ".join(filter(None, [self._what, count, _minutes(now - self._began)]))
        rates = [*self._rates(now, done, rejected)]
        while True:
            text = ", ".join([first, *rates])
            if len(text) <= room or not rates:
                return text[:room]
            del rates[0]

    def _drawn_bar(self, done: int, room: int) -> str:
        """The bar and its space; in a step it never grows, so that it does not come and go with the text."""
        if self._total is None:
            return ""
        self._bar = min(self._bar, room - len("[] "))
        if self._bar < _LEAST_BAR:
            self._bar = 0
            return ""
        # Of a folder that grows meanwhile more may be done than was counted.
        full = min(self._bar, self._bar * done // max(1, self._total))
        return f"[{'#' * full:<{self._bar}}] "

    def _rates(self, now: float, done: int, rejected: int) -> Iterator[str]:
        """The rate of the last seconds, the time that is left at this rate, and what was rejected."""
        if done or not self._seen:
            # The first items come late: processes start, and connections open. Later ones say what they take.
            if len(self._seen) == 1 and self._seen[0][1] == 0:
                self._seen.clear()
            self._seen.append((now, done))
        while len(self._seen) > 2 and now - self._seen[0][0] > _RATE_SECONDS:
            self._seen.popleft()
        (start, before), elapsed = self._seen[0], now - self._seen[0][0]
        rate = (done - before) / elapsed if elapsed > 0 else 0.0
        if rate > 0 and now > start:
            yield f"{rate:.0f}/s" if rate >= 10 else f"{rate:.1f}/s"
            if self._total is not None and done < self._total:
                yield f"{_minutes((self._total - done) / rate)} left"
        if rejected:
            yield f"{rejected} rejected"

    def erase(self) -> None:
        if self._visible:
            self._write("\r\x1b[K")
            self._visible = False

    @staticmethod
    def _write(text: str) -> None:
        # A terminal that has gone away must not end the work.
        with suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()
