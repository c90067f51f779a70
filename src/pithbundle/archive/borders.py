"""Where frames and packs end: by content alone (spec ARCH-5, ARCH-6).

Borders by count would move with every line that is added. A border that follows from the suffix
before it stays where it is, so that one added bundle changes the frame that it enters and, where a
limit moves, the frames up to the next border by content.

The look-ahead is bounded: of a group of lines with one suffix no more is held than fits into a frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

#: The most lines of a frame.
MAX_LINES: Final = 256
#: The most raw bytes of a frame of more than one line.
MAX_BYTES: Final = 1 << 20

_BASE32: Final = {char: value for value, char in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")}
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
    return _last(suffix, 2) % _FRAME_DIVISOR == 0


def ends_pack(suffix: str) -> bool:
    """Whether a pack ends after the lines of ``suffix`` (ARCH-6)."""
    return _last(suffix, 3) % _PACK_DIVISOR == 0


def _last(suffix: str, count: int) -> int:
    value = 0
    for char in suffix[-count:]:
        value = value * 32 + _BASE32[char]
    return value


def frames(lines: Iterable[T]) -> Iterator[FrameLines[T]]:
    """Divide sorted lines into frames (ARCH-5, ARCH-6).

    At most two frames and one line are in memory, however many lines have one suffix.
    """
    current = _Frame[T]()
    group = _Frame[T]()
    suffix: str | None = None
    # A group over the limits has begun a frame and is parted: its lines go to the current frame.
    is_parted = False
    for line in lines:
        if line.suffix != suffix:
            yield from current.take_whole(group)
            if suffix is not None and ends_frame(suffix):
                yield current.cut(ends_pack(suffix))
            suffix, is_parted = line.suffix, False
        if not is_parted and not group.has_room(line):
            # It exceeds the limits alone. A group of none yet is one line over the limit.
            if current.lines:
                yield current.cut()
            current, group = group, current
            is_parted = True
        if not is_parted:
            group.add(line)
            continue
        if current.lines and not current.has_room(line):
            yield current.cut()
        current.add(line)
    yield from current.take_whole(group)
    if current.lines:
        yield current.cut(suffix is not None and ends_pack(suffix))


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

    def take_whole(self, group: _Frame[T]) -> Iterator[FrameLines[T]]:
        """Take over a group that fits into a frame, which is cut before it where both do not fit."""
        if not group.lines:
            return
        if len(self.lines) + len(group.lines) > MAX_LINES or self.size + group.size > MAX_BYTES:
            yield self.cut()
        self.lines += group.lines
        self.size += group.size
        group.lines, group.size = [], 0
