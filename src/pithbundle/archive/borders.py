"""Where frames and packs end: by content alone (spec ARCH-5, ARCH-6).

Borders by count would move with every line that is added. A border that follows from the suffix
before it stays where it is, so that one added bundle changes the frame that it enters and, where a
limit moves, the frames up to the next border by content.

The look-ahead is bounded: of a group of lines with one suffix no more is held than fits into a frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Final, Generic, Protocol, TypeVar

#: The most lines of a frame.
MAX_LINES: Final = 256
#: The most raw bytes of a frame of more than one line.
MAX_BYTES: Final = 1 << 20

_BASE32: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_FRAME_DIVISOR: Final = 64
_PACK_DIVISOR: Final = 16_384


class Sized(Protocol):
    """What a frame is made of: a line or an item, in the order of ARCH-4."""

    @property
    def suffix(self) -> str:
        """The suffix of the Pith Number, 26 characters ``A-Z2-7``."""

    @property
    def raw_size(self) -> int:
        """The bytes that it has in the frame, with the line feed that ends a line."""


T = TypeVar("T", bound=Sized)


@dataclass(frozen=True, slots=True)
class FrameLines(Generic[T]):
    """The lines of one frame, and whether its pack ends with it."""

    lines: tuple[T, ...]
    ends_pack: bool


def ends_frame(suffix: str) -> bool:
    """Whether a frame ends after the lines of ``suffix`` (ARCH-5)."""
    return suffix[-2:] in _ends(2, _FRAME_DIVISOR)


def ends_pack(suffix: str) -> bool:
    """Whether a pack ends after the lines of ``suffix`` (ARCH-6)."""
    return suffix[-3:] in _ends(3, _PACK_DIVISOR)


@cache
def _ends(count: int, divisor: int) -> frozenset[str]:
    """The ``count`` characters that are a number in base32 which ``divisor`` divides."""
    every = map("".join, product(_BASE32, repeat=count))
    return frozenset(chars for number, chars in enumerate(every) if number % divisor == 0)


def is_one_frame(suffixes: Sequence[str], size: int) -> bool:
    """Whether sorted lines are one frame; False does not say that they are several.

    Args:
        suffixes: the suffix of each line, of which there is one at least.
        size: the raw bytes of all lines.
    """
    return len(suffixes) <= MAX_LINES and size <= MAX_BYTES and not any(map(ends_frame, suffixes[:-1]))


def frames(lines: Iterable[T]) -> Iterator[FrameLines[T]]:
    """Divide sorted lines into frames (ARCH-5, ARCH-6)."""
    framer = Framer[T]()
    for line in lines:
        yield from framer.add(line)
    yield from framer.finish()


class Framer(Generic[T]):
    """Divides sorted lines into frames, line by line (ARCH-5, ARCH-6).

    At most two frames and one line are in memory, however many lines have one suffix.
    """

    def __init__(self) -> None:
        self._current = _Frame[T]()
        self._group = _Frame[T]()
        self._suffix: str | None = None
        # A group over the limits has begun a frame and is parted: its lines go to the current frame.
        self._is_parted = False

    def add(self, line: T) -> list[FrameLines[T]]:
        """Take the next line; return the frames that are complete."""
        found: list[FrameLines[T]] = []
        if line.suffix != self._suffix:
            found += self._current.take_whole(self._group)
            if self._suffix is not None and ends_frame(self._suffix):
                found.append(self._current.cut(ends_pack(self._suffix)))
            self._suffix, self._is_parted = line.suffix, False
        if not self._is_parted and not self._group.has_room(line):
            # It exceeds the limits alone. A group of none yet is one line over the limit.
            if self._current.lines:
                found.append(self._current.cut())
            self._current, self._group = self._group, self._current
            self._is_parted = True
        if not self._is_parted:
            self._group.add(line)
            return found
        if self._current.lines and not self._current.has_room(line):
            found.append(self._current.cut())
        self._current.add(line)
        return found

    def finish(self) -> list[FrameLines[T]]:
        """Return the frames that are left; the next line begins a frame."""
        found = self._current.take_whole(self._group)
        if self._current.lines:
            found.append(self._current.cut(self._suffix is not None and ends_pack(self._suffix)))
        self._suffix = None
        return found


class _Frame(Generic[T]):
    """Lines that are gathered, up to the limits of a frame."""

    __slots__ = ("lines", "size")

    def __init__(self) -> None:
        self.lines: list[T] = []
        self.size = 0

    def has_room(self, line: T) -> bool:
        """Whether the line fits in too."""
        return len(self.lines) < MAX_LINES and self.size + line.raw_size <= MAX_BYTES

    def add(self, line: T) -> None:
        self.lines.append(line)
        self.size += line.raw_size

    def cut(self, ends_pack: bool = False) -> FrameLines[T]:
        """Return the lines as a frame, and begin the next one."""
        made = FrameLines(tuple(self.lines), ends_pack)
        self.lines, self.size = [], 0
        return made

    def take_whole(self, group: _Frame[T]) -> list[FrameLines[T]]:
        """Take over a group that fits into a frame; return the frame that is cut if both do not fit."""
        if not group.lines:
            return []
        found = []
        if len(self.lines) + len(group.lines) > MAX_LINES or self.size + group.size > MAX_BYTES:
            found.append(self.cut())
        self.lines += group.lines
        self.size += group.size
        group.lines, group.size = [], 0
        return found
