"""Numbers in options: plain decimal digits, within bounds (spec CLI-4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import click

# int() and float() also accept signs, spaces, underscores, digits of other scripts,
# exponents, nan and inf: none of these is accepted here.
_WHOLE: Final = re.compile("[0-9]{1,15}", re.ASCII)
_DECIMAL: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})?", re.ASCII)

#: The bytes of each unit of a size.
_UNITS: Final = {
    "": 1,
    **{f"{prefix}{end}": 1000**at for at, prefix in enumerate("kMGT", 1) for end in ("", "B")},
    **{f"{prefix}iB": 1024**at for at, prefix in enumerate("KMGT", 1)},
}
_BYTES: Final = re.compile(rf"([0-9]{{1,15}})({'|'.join(_UNITS)})", re.ASCII)


def whole_number(text: str) -> int | None:
    """The number that 1 to 15 ASCII digits write; None for any other text."""
    return int(text) if _WHOLE.fullmatch(text) else None


def decimal_number(text: str) -> float | None:
    """The number that ASCII digits write, with a fraction or without; None for any other text."""
    return float(text) if _DECIMAL.fullmatch(text) else None


def byte_count(text: str) -> int | None:
    """The number of bytes that digits and a unit write (CLI-4); None for any other text."""
    found = _BYTES.fullmatch(text)
    return int(found[1]) * _UNITS[found[2]] if found else None


def size(low: int, high: int) -> Callable[[click.Context, click.Parameter, str | None], int | None]:
    """The callback of an option that is a number of bytes from ``low`` to ``high``, or absent."""

    def read(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
        found = None if value is None else byte_count(value)
        if value is not None and (found is None or not low <= found <= high):
            raise click.BadParameter(
                f"{value!r} is not a size from {low} to {high} bytes, such as 4194304, 4MiB or 20GB",
                ctx,
                param,
            )
        return found

    return read


def whole(low: int, high: int) -> Callable[[click.Context, click.Parameter, str | None], int | None]:
    """The callback of an option that is a whole number from ``low`` to ``high``, or absent."""

    def read(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
        found = None if value is None else whole_number(value)
        if value is not None and (found is None or not low <= found <= high):
            raise click.BadParameter(f"{value!r} is not a whole number from {low} to {high}", ctx, param)
        return found

    return read


def decimal(low: float, high: int) -> Callable[[click.Context, click.Parameter, str | None], float | None]:
    """The callback of an option that is a number from ``low`` to ``high``, with a fraction or without."""

    def read(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
        found = None if value is None else decimal_number(value)
        if value is not None and (found is None or not low <= found <= high):
            raise click.BadParameter(
                f"{value!r} is not a number from {low:g} to {high}, such as 7 or 0.5", ctx, param
            )
        return found

    return read
