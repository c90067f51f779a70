"""Titles and abstracts: the strings whose hashes a record contains (spec TITLE-1, TITLE-2).

Lower-casing uses the tables of Unicode 14.0 in :mod:`pithbundle.bundle.unicode14`, never ``str.lower``: its
answer changes with the Unicode version of the interpreter, and the hash would change with it.
"""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256
from typing import Final

from pithbundle.bundle.unicode14 import CASE_IGNORABLE, CASED, LOWER
from pithbundle.encoding.values import string_fault
from pithbundle.errors import RecordError
from pithbundle.newtypes import DigestHex

# Written out, because languages disagree on what white space is. Python 3.11 takes exactly these.
WHITE_SPACE: Final = re.compile("[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_SIGMA: Final = re.compile("\u03a3")
_ROW: Final = re.compile(r"([0-9a-f]+)(?:\.\.([0-9a-f]+))?(/2)?(?:([+-][0-9a-f]+)|=([0-9a-f.]+))?")


def title_sha256(title: str) -> DigestHex:
    """Return the ``title_canon_sha256`` of a title, 64 lower-case hex digits (TITLE-1).

    Raises:
        RecordError: ``surrogate`` or ``string`` for a title outside the data model.
        TypeError: ``title`` is not a string.
    """
    # By hashlib alone: every Python of a machine can compute it, without orjson (vectors/titles.md).
    return DigestHex(sha256(canonical_title(title).encode()).hexdigest())


def abstract_sha256(abstract: str) -> DigestHex:
    """Return the ``abstract_canon_sha256`` of an abstract, 64 lower-case hex digits (TITLE-2).

    Raises:
        RecordError: ``surrogate`` or ``string`` for an abstract outside the data model.
        TypeError: ``abstract`` is not a string.
    """
    return title_sha256(abstract)


def canonical_title(title: str) -> str:
    """Return the text that is hashed for a title (TITLE-1).

    White-space runs become one space, the ends are trimmed, letters are lower-cased by the full
    default mapping of Unicode 14.0 without a locale; nothing else changes, no normalisation.

    Raises:
        RecordError: ``surrogate`` or ``string`` for a title outside the data model.
        TypeError: ``title`` is not a string.
    """
    if type(title) is not str:
        raise TypeError(f"expected str, got {type(title).__name__}")
    code = string_fault(title)
    if code is not None:
        raise RecordError(code, pointer="")
    text = WHITE_SPACE.sub(" ", title).strip(" ")
    # Of ASCII no version of Unicode lower-cases anything but A to Z.
    return text.lower() if text.isascii() else _lower(text)


def _lower(text: str) -> str:
    # The final sigmas first: they are lower case, so the mapping leaves them as they are.
    sigmas_done = _SIGMA.sub(lambda found: "\u03c2" if _is_final(text, found.start()) else found[0], text)
    return sigmas_done.translate(_mapping())


def _is_final(text: str, index: int) -> bool:
    """Whether the condition Final_Sigma of Unicode is met for the character at ``index``.

    A character that is both Cased and Case_Ignorable is passed over. No sigma is Case_Ignorable, so
    however many there are, the walks between them are linear in the text together.
    """
    cased, ignorable = _set(CASED), _set(CASE_IGNORABLE)
    before, after = index - 1, index + 1
    while before >= 0 and text[before] in ignorable:
        before -= 1
    if before < 0 or text[before] not in cased:
        return False
    while after < len(text) and text[after] in ignorable:
        after += 1
    return after == len(text) or text[after] not in cased


@cache
def _mapping() -> dict[int, int | str]:
    """The lower-case mapping, for ``str.translate``."""
    mapping: dict[int, int | str] = {}
    for codes, added, to in _rows(LOWER):
        for code in codes:
            mapping[code] = "".join(chr(int(one, 16)) for one in to.split(".")) if to else code + added
    return mapping


@cache
def _set(table: str) -> frozenset[str]:
    """The characters of a property."""
    return frozenset(chr(code) for codes, _, _ in _rows(table) for code in codes)


def _rows(table: str) -> list[tuple[range, int, str]]:
    """The rows of a table: code points, what is added to each, or what they become."""
    return [
        (range(int(first, 16), int(last or first, 16) + 1, 2 if step else 1), int(added or "0", 16), to)
        for first, last, step, added, to in _ROW.findall(table)
    ]
