"""Targets of proof of work: their compact form, their work, and how they change (spec EVID-9, EVID-11)."""

from __future__ import annotations

from typing import Final

#: The headers between two changes of the target (EVID-11).
EPOCH: Final = 2016
#: The seconds that an epoch should take: two weeks.
SPAN: Final = 1_209_600
#: One epoch changes the target by this factor at most.
_FACTOR: Final = 4


def target_of(bits: int) -> int | None:
    """Return the target of a compact form, or None where it is not from 1 to 2^256 - 1 (EVID-9)."""
    size, mantissa = bits >> 24, bits & 0x7FFFFF
    target = mantissa << 8 * (size - 3) if size > 3 else mantissa >> 8 * (3 - size)
    return target if not bits & 0x800000 and 0 < target < 1 << 256 else None


def bits_of(target: int) -> int:
    """Return the compact form of a target, which keeps its 23 or 24 highest bits and no others."""
    size = (target.bit_length() + 7) // 8
    mantissa = target >> 8 * (size - 3) if size > 3 else target << 8 * (3 - size)
    if mantissa & 0x800000:  # that bit is a sign
        mantissa >>= 8
        size += 1
    return size << 24 | mantissa


def work_of(target: int) -> int:
    """Return the hashes that a header of this target takes on average (EVID-13)."""
    return (1 << 256) // (target + 1)


def retarget(target: int, seconds: int, limit: int) -> int:
    """Return the compact form that follows an epoch of ``target`` (EVID-11).

    Args:
        target: that of the epoch.
        seconds: the time of its last header less that of its first one, which may be negative.
        limit: the greatest target.
    """
    span = min(max(seconds, SPAN // _FACTOR), SPAN * _FACTOR)
    return bits_of(min(target * span // SPAN, limit))


def reachable(target: int, following: int, limit: int) -> bool:
    """Return whether some epoch of ``target`` is followed by the target ``following`` (EVID-11)."""
    least, most = retarget(target, 0, limit), retarget(target, SPAN * _FACTOR, limit)
    return (target_of(least) or 0) <= following <= (target_of(most) or 0)
