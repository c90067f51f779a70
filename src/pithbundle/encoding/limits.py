"""Limits of inputs: how large, how deep, how many (spec LIM-1 to LIM-10)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one input (LIM-1 to LIM-5). They are options: they change no verdict.

    An input over a limit is rejected as a whole and never truncated. The limits apply once, to
    the input as a whole, and not again to a part of it (LIM-10). Sizes are bytes, the rest counts.

    Raises:
        TypeError: a limit is not an int from 0.
    """

    #: Bytes of the input (LIM-1).
    size: int = 4 * 1024 * 1024
    #: Nesting of any input but a bundle or a proof (LIM-2).
    depth: int = 32
    #: Values, member names not counted (LIM-3).
    nodes: int = 200_000
    #: UTF-8 bytes of one string or member name (LIM-4).
    string: int = 1024 * 1024
    #: Events of a bundle (LIM-5).
    events: int = 5_000
    #: Elements of ``source_aliases`` of a bundle (LIM-4).
    aliases: int = 1_000
    #: Nesting of a bundle or a proof (LIM-2).
    bundle_depth: int = 64

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if type(value) is not int or value < 0:
                raise TypeError(f"limit {each.name} must be an int from 0, not {value!r}")


DEFAULT_LIMITS: Final = Limits()
#: Of what this library wrote itself: readers cap the nesting all the same (LIM-2).
UNBOUNDED: Final = Limits(size=1 << 62, depth=1 << 30, nodes=1 << 62, string=1 << 62)


def require_limits(limits: object) -> None:
    """Check that a caller gave limits.

    Raises:
        TypeError: ``limits`` is not :class:`Limits`.
    """
    if not isinstance(limits, Limits):
        raise TypeError(f"limits must be Limits, not {type(limits).__name__}")
