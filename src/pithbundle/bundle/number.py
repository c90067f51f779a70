"""Pith Numbers: the name that a canonical record gives itself (spec NUM-1 to NUM-5).

A number is ``pith:YYYY:SUFFIX``. The suffix is 130 bits of the record's hash; the year is
for people. A number in a mirror's answer, a file name or a URL is only compared with it, and a
string that is not of the grammar is rejected before a path or URL is built from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pithbundle.encoding.spellings import base32_prefix
from pithbundle.encoding.values import require_type
from pithbundle.errors import NumberError

if TYPE_CHECKING:
    from pithbundle.bundle.record import Record

_SUFFIX: Final = re.compile("[A-Z2-7]{26}").fullmatch
_NUMBER: Final = re.compile("pith:([0-9]{4}):([A-Z2-7]{26})").fullmatch
_SHORT: Final = re.compile("pith:([A-Z2-7]{8}|[A-Z2-7]{12}|[A-Z2-7]{16})").fullmatch


def is_suffix(text: str) -> bool:
    """Whether ``text`` is a bare suffix, 26 characters ``A-Z2-7`` (NUM-2)."""
    return _SUFFIX(text) is not None


def suffix_of(text: str) -> str:
    """Return the suffix that a suffix or a full number names (NUM-2, NUM-4).

    Raises:
        NumberError: ``suffix``, for any other text.
    """
    return text if is_suffix(text) else PithNumber.parse(text).suffix


@dataclass(frozen=True, slots=True, order=True)
class PithNumber:
    """A Pith Number; ``str()`` is its full form (NUM-1).

    Raises:
        NumberError: ``suffix``, for a year outside 1 to 9999 or a suffix that is not 26
            characters ``A-Z2-7``.
    """

    year: int
    suffix: str

    def __post_init__(self) -> None:
        if type(self.year) is not int or not 1 <= self.year <= 9999:
            raise NumberError("suffix", "the year of a Pith Number is 0001 to 9999")
        if type(self.suffix) is not str or not is_suffix(self.suffix):
            raise NumberError("suffix", "the suffix of a Pith Number is 26 characters A-Z2-7")

    def __str__(self) -> str:
        return f"pith:{self.year:04d}:{self.suffix}"

    @classmethod
    def from_record(cls, record: Record) -> PithNumber:
        """Return the number of a record: the year of ``submitted_at``, its hash's suffix (NUM-1).

        Raises:
            TypeError: ``record`` is not a :class:`Record`; :meth:`Record.from_value` makes
                one of a JSON value.
        """
        number = getattr(record, "number", None)
        if type(number) is not cls:
            raise TypeError(f"expected a Record, got {type(record).__name__}; use Record.from_value first")
        return number

    @classmethod
    def of_hash(cls, year: int, sha256: bytes) -> PithNumber:
        """Return the number of a canonical hash, 32 raw bytes, under a year.

        Raises:
            NumberError: ``suffix``, for a hash that is not 32 bytes or a year out of range.
        """
        if type(sha256) is not bytes or len(sha256) != 32:
            raise NumberError("suffix", "a canonical hash is 32 bytes")
        return cls(year, base32_prefix(sha256))

    @classmethod
    def parse(cls, text: str) -> PithNumber:
        """Read the full form, ``pith:YYYY:`` and 26 characters, and no other (NUM-4).

        Raises:
            NumberError: ``suffix``, for any other text.
            TypeError: ``text`` is not a str.
        """
        require_type("text", text, str)
        found = _NUMBER(text)
        if found is None:
            raise NumberError("suffix", f"not a full Pith Number: {text}")
        return cls(int(found[1]), found[2])

    @staticmethod
    def parse_short(text: str) -> str:
        """Read a short form, ``pith:`` and 8, 12 or 16 characters, and return those characters (NUM-5).

        A short form is a prefix of a suffix and names no record for certain: 40 bits can be
        met on purpose. Bare characters without ``pith:`` are rejected, since a word of eight
        letters is not a number. A full number is not a short one.

        Raises:
            NumberError: ``suffix``, for any other text.
            TypeError: ``text`` is not a str.
        """
        require_type("text", text, str)
        found = _SHORT(text)
        if found is None:
            raise NumberError("suffix", f"not a short Pith Number: {text}")
        return found[1]

    @property
    def short(self) -> str:
        """The short form that the registry prints, ``pith:`` and 8 characters."""
        return f"pith:{self.suffix[:8]}"

    def matches(self, short: str) -> bool:
        """Whether a short form, read by :meth:`parse_short`, is one of this number (NUM-5).

        Raises:
            NumberError: ``suffix``, if ``short`` is not a short form at all.
        """
        return self.suffix.startswith(self.parse_short(short))
