"""The names of records: numbers, short forms and aliases (spec MIRROR-11, SERVE-15)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pithbundle.mirror.answers import MOST_CHOICES, Choice, Redirect
from pithbundle.store import View

_VISIBLE: Final = re.compile(r"[!-~]+").fullmatch
_PREFIX: Final = re.compile(r"(?:pith:(?:([0-9]{4}):)?)?([A-Z2-7]{8,26})").fullmatch
#: Spellings of a number, of an arXiv id and of a DOI as papers and web sites have them, without white space.
_NUMBER: Final = re.compile(r"(?:pith:)?(\d{4}:)?([a-z2-7]{8,26})", re.IGNORECASE | re.ASCII).fullmatch
_ARXIV: Final = re.compile(
    r"(?:https?://)?(?:(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/)?(?:arxiv:)?"
    r"(\d{4}\.\d{4,5}|[a-z-]+/\d{7})(v\d{1,6})?(?:\.pdf)?/?(?:\[[a-z.-]+\])?(?:[?#].*)?",
    re.IGNORECASE | re.ASCII,
).fullmatch
_DOI: Final = re.compile(
    r"(?:https?://)?(?:(?:dx\.|www\.)?doi\.org/|doi:)(10\..+)", re.IGNORECASE | re.ASCII
).fullmatch
_SCHEME: Final = re.compile(r"(?:arxiv|doi):(.+)", re.IGNORECASE).fullmatch


def named(view: View, name: str) -> Redirect | Choice | None:
    """Return what a name leads to: the address of one record, or the records that have it.

    Args:
        view: the records.
        name: any text; only visible characters of ASCII name a record.

    Raises:
        FileError: ``io``: the system rejects something.
        StoreError: the index is damaged.
    """
    suffixes = [] if _VISIBLE(name) is None else _suffixes_of(view, name)
    if len(suffixes) > 1:
        return Choice(tuple(suffixes[:MOST_CHOICES]))
    return Redirect(f"pith/{suffixes[0]}") if suffixes else None


def searched(view: View, text: str) -> Redirect | Choice | None:
    """Return what a text that a person wrote leads to (SERVE-15).

    Args:
        view: the records.
        text: any text. As it is it comes first, so that a spelling never hides an alias.

    Raises:
        FileError: ``io``: the system rejects something.
        StoreError: the index is damaged.
    """
    found = (named(view, name) for name in _spellings(text.strip()))
    return next((one for one in found if one is not None), None)


def _spellings(text: str) -> Iterator[str]:
    """The names that a text may mean, the likeliest first."""
    yield text
    bare = "".join(text.split())
    yield bare
    number = _NUMBER(bare)
    if number is not None:
        yield f"pith:{number[1] or ''}{number[2].upper()}"
    # With the version and without: an older version may be the one that has a number.
    arxiv = _ARXIV(bare)
    if arxiv is not None:
        yield arxiv[1] + (arxiv[2] or "").lower()
        yield arxiv[1]
    doi = _DOI(bare)
    if doi is not None:
        yield doi[1]
        # What a web site adds to an address; a DOI may have these characters itself.
        yield re.split("[?#]", doi[1], maxsplit=1)[0]


def _suffixes_of(view: View, name: str) -> list[str]:
    most = MOST_CHOICES + 1
    prefix = _PREFIX(name)
    if prefix is not None:
        return view.suffixes_that_begin(prefix[2], most, prefix[1] or "")
    scheme = _SCHEME(name)
    value = name if scheme is None else scheme[1]
    return sorted({each for one in {value, value.lower()} for each in view.suffixes_of_alias(one, most)})
