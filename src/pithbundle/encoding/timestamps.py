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
    """Whether ``text``, which fits the pattern, names a 29th of February that its year lacks.

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
