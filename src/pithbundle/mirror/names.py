"""The names of records: numbers, short forms and aliases (spec MIRROR-11)."""

from __future__ import annotations

import contextlib
import re
from typing import Final

from pithbundle.bundle.number import PithNumber
from pithbundle.errors import NumberError
from pithbundle.mirror.answers import MOST_CHOICES, Choice, Redirect
from pithbundle.store import View

_VISIBLE: Final = re.compile(r"[!-~]+").fullmatch
_PREFIX: Final = re.compile(r"(?:pith:)?([A-Z2-7]{8,26})").fullmatch
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


def _suffixes_of(view: View, name: str) -> list[str]:
    most = MOST_CHOICES + 1
    with contextlib.suppress(NumberError):
        number = PithNumber.parse(name)
        return view.suffixes_that_begin(number.suffix, 1)
    prefix = _PREFIX(name)
    if prefix is not None:
        return view.suffixes_that_begin(prefix[1], most)
    scheme = _SCHEME(name)
    value = name if scheme is None else scheme[1]
    return sorted({each for one in {value, value.lower()} for each in view.suffixes_of_alias(one, most)})
