"""Which frames of a pack are one unit (spec RECOMP-19).

Where a limit and no border ended a frame (ARCH-5), the states of its records and of those after it are in one
frame of the output. Such frames are one unit, so that its frames are those of the output and are copied.

Nothing that is written depends on this: a claimed number, which is cheaper to find than the suffix is to
compute, decides how the work is divided and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from pithbundle.archive.borders import MAX_BYTES, ends_frame
from pithbundle.archive.reader import Damage, Frame
from pithbundle.encoding.parsed import Encoding

#: The most frames of a unit: 1,024 bundles and 4 MiB, where frames are in the limits of ARCH-5.
MOST_FRAMES: Final = 4
#: What precedes the claimed number of a bundle in a line, and in an item.
_MEMBER: Final[dict[Encoding, bytes]] = {"json": b'"pith_number":"pith:', "cbor": b"kpith_numberx$pith:"}
#: The characters of a number before its suffix, after ``pith:``, and those of the suffix.
_YEAR: Final = 5
_SUFFIX: Final = 26

#: The frames of a unit, one after the other in the pack.
FrameRun: TypeAlias = tuple[Frame, ...]


def frame_runs(frames: Iterable[Frame | Damage]) -> Iterator[FrameRun | Damage]:
    """Divide the frames of a pack into units; what is damaged is between two of them."""
    run: list[Frame] = []
    for each in frames:
        is_alone = isinstance(each, Damage) or len(each.raw) > MAX_BYTES
        if is_alone and run:
            yield tuple(run)
            run = []
        if isinstance(each, Damage):
            yield each
            continue
        run.append(each)
        if is_alone or len(run) == MOST_FRAMES or claims_border(each.encoding, each.raw):
            yield tuple(run)
            run = []
    if run:
        yield tuple(run)


def claims_border(encoding: Encoding, raw: bytes) -> bool:
    """Whether a frame ends after the suffix of the last number that these lines claim, or they claim none."""
    member = _MEMBER[encoding]
    at = raw.rfind(member)
    start = at + len(member) + _YEAR
    return at < 0 or ends_frame(raw[start : start + _SUFFIX].decode("latin-1"))
