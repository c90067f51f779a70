"""The pointers of an event format: where one lies, and what is there (spec FORMAT-2).

A path is a pointer as its tokens. All of them begin at the element.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Final, Literal, TypeAlias

from pithbundle.encoding.values import Object, Value, key_fault

#: The tokens of a pointer, unescaped.
Path: TypeAlias = tuple[str, ...]
#: Where a pointer lies relative to the content.
Region: TypeAlias = Literal["inside", "outside", "above"]

#: The most tokens of one pointer.
MAX_TOKENS: Final = 16
#: The tokens that index an array.
_INDICES: Final = frozenset(str(index) for index in range(64))


class Missing(Enum):
    """Nothing is at a pointer; ``null`` is something."""

    MISSING = 0


MISSING: Final = Missing.MISSING
#: What is at a pointer.
Found: TypeAlias = Value | Literal[Missing.MISSING]


def path_of(text: str) -> Path | None:
    """The path of a pointer, None where it is no pointer of a format."""
    if not text:
        return ()
    if text[0] != "/" or "~" in text.replace("~0", "").replace("~1", ""):
        return None
    tokens = tuple(token.replace("~1", "/").replace("~0", "~") for token in text[1:].split("/"))
    if len(tokens) > MAX_TOKENS or any(token == "-" or key_fault(token) is not None for token in tokens):
        return None
    return tokens


def is_above(path: Path, other: Path) -> bool:
    """Whether a path is equal to another or above it."""
    return other[: len(path)] == path


def overlap(path: Path, other: Path) -> bool:
    """Whether two paths are equal or one is above the other."""
    return is_above(path, other) or is_above(other, path)


def region(path: Path, base: Path, excluded: Iterable[Path]) -> Region:
    """Where a path lies relative to the content."""
    if any(is_above(each, path) for each in excluded) or not overlap(path, base):
        return "outside"
    return "inside" if is_above(base, path) else "above"


def is_covered(path: Path, base: Path, excluded: Iterable[Path]) -> bool:
    """Whether a path is inside the content, and nothing below it is excluded."""
    return is_above(base, path) and not any(overlap(each, path) for each in excluded)


def is_index(token: str) -> bool:
    """Whether a token indexes an array."""
    return token in _INDICES


def value_at(value: Value, path: Path, *, arrays: bool = True) -> Found:
    """What is at a path; only one outside the content may pass through ``arrays``."""
    for token in path:
        if type(value) is dict and token in value:
            value = value[token]
        elif type(value) is list and arrays and token in _INDICES and int(token) < len(value):
            value = value[int(token)]
        else:
            return MISSING
    return value


def without(value: Object, excluded: Iterable[Path]) -> Object:
    """A copy of an object without the values at paths below it; all else is shared."""
    by_token: dict[str, list[Path]] = {}
    for path in excluded:
        by_token.setdefault(path[0], []).append(path[1:])
    copy: Object = {}
    for name, member in value.items():
        below = by_token.get(name)
        if below is None:
            copy[name] = member
        elif () not in below:
            copy[name] = without(member, below) if type(member) is dict else member
    return copy
