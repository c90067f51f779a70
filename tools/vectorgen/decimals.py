"""The text of a float by DATA-3, from exact arithmetic: no library's shortest text is used."""

from __future__ import annotations

from fractions import Fraction
from math import ulp
from typing import Final

#: Halfway between two shortest texts, found by search: by what the last digit becomes, in each size.
TIES: Final = tuple(map(float.fromhex, (
    "0x1.01p-13", "0x1.8001p-1",
    "0x1.0f47280000000p+6", "0x1.5339cc0000000p+7", "0x1.f786a00000000p+3", "0x1.a392f00000000p+4",
    "0x1.4b38800000000p+0", "0x1.635ac00000000p+1", "0x1.3cf2000000000p-3", "0x1.dd0e000000000p-3",
    "0x1.19d0000000000p-7", "0x1.5b98000000000p-6", "0x1.a240000000000p-10", "0x1.6be0000000000p-9",
    "0x1.a500000000000p-13", "0x1.9f00000000000p-13", "0x1.8378e3736a000p+31", "0x1.c031dfb270000p+27",
    "0x1.1d1bc009c6800p+34", "0x1.1b5c1eb9bfa48p+46",
)))  # fmt: skip

#: Several shortest texts of which one is nearest, found by search.
SEVERAL: Final = tuple(map(float.fromhex, (
    "0x1.1d94b242d275fp+47", "0x1.d7950d196712dp+18", "0x1.727c841c60f04p-9", "0x1.0c09ae85642e6p+41",
    "0x1.479f0e5391bb7p-5", "0x1.d65c8a8fbfcd7p+0", "0x1.78e0fd88ce60cp-2", "0x1.1162f6ee8eb8bp+51",
)))  # fmt: skip


def candidates(number: float) -> list[Fraction]:
    """Every decimal of the fewest digits that reads back, nearest first, the even one of equally near."""
    exact = Fraction(abs(number))
    tens = len(str(int(exact)))
    while exact < Fraction(10) ** (tens - 1):
        tens -= 1
    for digits in range(1, 18):
        unit = Fraction(10) ** (tens - digits)
        # No decimal that reads back is further away than one step of the double.
        first, last = (exact - Fraction(ulp(number))) // unit, (exact + Fraction(ulp(number))) // unit + 1
        found = [whole * unit for whole in range(first, last + 1) if float(whole * unit) == abs(number)]
        if found:
            return sorted(found, key=lambda one: (abs(one - exact), one / unit % 2))
    raise ArithmeticError("17 digits are always enough")


def is_tie(number: float) -> bool:
    """Whether two of the shortest decimals are equally near."""
    found = candidates(number)
    exact = Fraction(abs(number))
    return len(found) > 1 and abs(found[0] - exact) == abs(found[1] - exact)


def plain(decimal: Fraction, negative: bool = False) -> str:
    """A decimal fraction written without an exponent."""
    places = 0
    while (decimal * 10**places).denominator != 1:
        places += 1
    digits = str(int(decimal * 10**places)).rjust(places + 1, "0")
    point = f"{digits[: len(digits) - places]}.{digits[len(digits) - places :]}" if places else digits
    return f"-{point}" if negative else point


def shortest(number: float) -> str:
    """The one text of a portable float (DATA-3)."""
    return plain(candidates(number)[0], number < 0)


def others(number: float) -> list[str]:
    """Texts of the same length that read back as the same double and are not its text."""
    return [plain(one, number < 0) for one in candidates(number)[1:]]
