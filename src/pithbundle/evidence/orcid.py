"""An ORCID iD in any of its spellings (spec ORCID-1, ORCID-2)."""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

#: What is found of the form of an iD (ORCID-2).
OrcidForm: TypeAlias = Literal["well_formed", "out_of_range", "bad_checksum", "not_orcid"]

# ASCII alone and an upper-case X: libraries accept wide digits, dashes and x.
_SPELLING: Final = re.compile(
    r"(?:(?:https?://)?orcid\.org/)?([0-9]{4})(?:-([0-9]{4})-([0-9]{4})-|([0-9]{4})([0-9]{4}))([0-9]{3}[0-9X])"
).fullmatch
#: The ranges of the first 15 digits that ORCID assigns, the last one excluded.
_RANGES: Final = ((15_000_000, 35_000_000), (900_000_000_000, 900_100_000_000))


def sixteen(text: str) -> str | None:
    """The 16 characters of an iD in any of its spellings, without hyphens (ORCID-1); None of another text."""
    found = _SPELLING(text)
    return None if found is None else "".join(part for part in found.groups() if part)


def has_checksum(characters: str) -> bool:
    """Whether the last of 16 characters is the check character of the others: ISO 7064 MOD 11-2 (ORCID-2)."""
    total = 0
    for digit in characters[:15]:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11] == characters[15]


def form_of(text: str) -> tuple[OrcidForm, str | None]:
    """What is found of a text as an iD, and its canonical form if it has the checksum (ORCID-1, ORCID-2)."""
    characters = sixteen(text)
    if characters is None:
        return "not_orcid", None
    if not has_checksum(characters):
        return "bad_checksum", None
    number = int(characters[:15])
    form: OrcidForm = "well_formed" if any(a <= number < b for a, b in _RANGES) else "out_of_range"
    grouped = "-".join(characters[start : start + 4] for start in range(0, 16, 4))
    return form, f"https://orcid.org/{grouped}"
