"""Signed times: one grammar, compared as strings (spec TIME-1, TIME-2, REC-2).

No library parses here. ``datetime.fromisoformat`` takes 29 of the 79 malformed strings of
our tests, and which ones depends on its version. An instant is never turned into a number
either: as text of one fixed width it sorts the same in every language, and nothing is
rounded.
"""

from __future__ import annotations

import re
from typing import Final

from pithbundle.newtypes import Instant

# The calendar is in the pattern, but for the 29th of February.
_DAY: Final = (
    "(?!0000)[0-9]{4}-"
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|[12][0-9]))"
)
_CLOCK: Final = "T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"

_CREATED_AT: Final = re.compile(_DAY + _CLOCK + r"(\.[0-9]{3}(?:[0-9]{3})?)?(?:Z|\+00:00)").fullmatch
_SUBMITTED_AT: Final = re.compile(_DAY + _CLOCK + "Z").fullmatch


def _is_missing_day(text: str) -> bool:
    """Whether ``text``, which matches the pattern, names a 29th of February that its year lacks.

    The proleptic Gregorian rule, for every year from 0001.
    """
    if text[5:10] != "02-29":
        return False
    year = int(text[:4])
    return year % 4 != 0 or (year % 100 == 0 and year % 400 != 0)


def instant(text: str) -> Instant | None:
    """Return the instant that a ``created_at`` names, or None where it is not of the grammar (TIME-1).

    The instant is 26 ASCII characters, ``YYYY-MM-DDTHH:MM:SS.ffffff``, UTC; instants sort as
    text (TIME-2). The text itself is kept and hashed as written: ``Z`` and ``+00:00`` are
    one instant and two strings.
    """
    found = _CREATED_AT(text)
    if found is None or _is_missing_day(text):
        return None
    return Instant(text[:19] + (found[1] or ".").ljust(7, "0"))


def is_submitted_at(text: str) -> bool:
    """Whether ``text`` is ``YYYY-MM-DDTHH:MM:SSZ`` of a real day: what a record may contain (REC-2)."""
    return _SUBMITTED_AT(text) is not None and not _is_missing_day(text)


#: The seconds since 1970 of 0001-01-01 and of 10000-01-01 (FORMAT-11).
_FIRST_SECOND: Final = -62_135_596_800
_END_SECOND: Final = 253_402_300_800


def instant_of_count(count: int, per_second: int) -> Instant | None:
    """Return the instant of a count since 1970, or None outside the years 1 to 9999 (FORMAT-11).

    Args:
        count: the seconds or milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
        per_second: how many of them are one second: 1 or 1,000.
    """
    seconds, rest = divmod(count, per_second)
    if not _FIRST_SECOND <= seconds < _END_SECOND:
        return None
    days, of_day = divmod(seconds, 86_400)
    year, month, day = _civil(days)
    hour, of_hour = divmod(of_day, 3_600)
    clock = f"{hour:02}:{of_hour // 60:02}:{of_hour % 60:02}"
    return Instant(f"{year:04}-{month:02}-{day:02}T{clock}.{rest * 1_000_000 // per_second:06}")


def _civil(days: int) -> tuple[int, int, int]:
    """Year, month and day of the days since 1970, in the proleptic Gregorian calendar.

    The year begins in March here, so that the day that a leap year adds is its last.
    """
    era, of_era = divmod(days + 719_468, 146_097)
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    return year + 400 * era + (month > 9), month - 9 if month > 9 else month + 3, day
