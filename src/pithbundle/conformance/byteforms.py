"""The compact forms of byte strings in vectors, and their bytes (vectors/README.md section 3).

A form is measured before anything of it is made: a typing error in a count must cost a
message and not the memory.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from pithbundle.conformance.protocol import ReadFile, VectorError
from pithbundle.encoding.values import pointer

#: The largest byte string, and the largest sum of those of one request.
MAX_EXPANDED: Final = 64 * 1024 * 1024
#: How deep forms may be nested in forms, through parts as well.
MAX_LEVEL: Final = 16
#: Of how many forms one byte string may be made; this also ends what refers to itself widely.
MAX_FORMS: Final = 100_000

FORMS: Final = frozenset({"$text", "$hex", "$base64", "$concat", "$repeat", "$part", "$file", "$bundle"})
DIGEST: Final = "$sha256"
_HEX: Final = re.compile("(?:[0-9a-f]{2})*")
_DIGEST_TEXT: Final = re.compile("[0-9a-f]{64}")

_Path = tuple[str | int, ...]


def is_form(value: object) -> bool:
    """Whether a value is a form of bytes."""
    return type(value) is dict and len(value) == 1 and not FORMS.isdisjoint(value)


class Measure:
    """Checks forms and adds up their bytes, without making any.

    Args:
        name: the location of the value, with which every message begins.
        parts: the named byte strings of the file.
        read: reads a file that a form names.
    """

    def __init__(self, name: str, parts: Mapping[str, Any], read: ReadFile) -> None:
        self._name = name
        self._parts = parts
        self._read = read
        self._forms = 0

    def total(self, value: Any, path: _Path = (), *, digests: bool = False) -> int:
        """Return how many bytes the forms anywhere in a value expand to.

        Raises:
            VectorError: a form is malformed, or they are too large.
        """
        if type(value) is dict:
            if any(name.startswith("$") for name in value):
                return self._digest_or_form(value, path, digests)
            inner = list(value.items())
        elif type(value) is list:
            inner = list(enumerate(value))
        else:
            return 0
        found = sum(self.total(member, (*path, name), digests=digests) for name, member in inner)
        return self._bounded(found, path)

    def _digest_or_form(self, value: dict[str, Any], path: _Path, digests: bool) -> int:
        if digests and value.keys() == {DIGEST}:
            if type(value[DIGEST]) is not str or not _DIGEST_TEXT.fullmatch(value[DIGEST]):
                raise self.error((*path, DIGEST), "must be a SHA-256 digest in lower-case hex")
            return 0
        return self.form(value, path)

    def form(self, form: Any, path: _Path, level: int = 0) -> int:
        """Return the number of bytes that one form expands to.

        Raises:
            VectorError: it is no such form, names no part, nests endlessly or is too large.
        """
        self._forms += 1
        if self._forms > MAX_FORMS:
            raise self.error(path, f"is made of more than {MAX_FORMS} forms", "size")
        if level > MAX_LEVEL:
            raise self.error(path, f"nests more than {MAX_LEVEL} forms, or refers to itself", "depth")
        if not is_form(form):
            raise self.error(path, f"must be an object with one member, one of {', '.join(sorted(FORMS))}")
        ((name, value),) = form.items()
        return self._bounded(self._sized(name, value, (*path, name), level + 1), path)

    def _sized(self, name: str, value: Any, path: _Path, level: int) -> int:
        match name:
            case "$text":
                return len(self._text(value, path))
            case "$hex":
                if type(value) is not str or not _HEX.fullmatch(value):
                    raise self.error(path, "must be pairs of lower-case hex digits")
                return len(value) // 2
            case "$base64":
                return len(self._base64(value, path))
            case "$concat":
                if type(value) is not list:
                    raise self.error(path, "must be an array of byte strings")
                return sum(self.form(each, (*path, at), level) for at, each in enumerate(value))
            case "$repeat":
                return self._repeated(value, path, level)
            case "$part":
                return self._part(value, path, level)
            case "$file":
                if type(value) is not str:
                    raise self.error(path, "must be the path of a file in the folder of the vectors")
                return len(self._file(value, path))
            case _:
                return self._bundle(value, path, level)

    def _text(self, value: Any, path: _Path) -> bytes:
        with suppress(UnicodeEncodeError):
            if type(value) is str:
                return value.encode()
        raise self.error(path, "must be a string without lone surrogates")

    def _base64(self, value: Any, path: _Path) -> bytes:
        with suppress(ValueError):
            if type(value) is str:
                made = b64decode(value, validate=True)
                if b64encode(made).decode("ascii") == value:
                    return made
        raise self.error(path, "must be padded standard base64")

    def _repeated(self, value: Any, path: _Path, level: int) -> int:
        if type(value) is not list or len(value) != 2:
            raise self.error(path, "must be an array of a byte string and a count")
        unit = self.form(value[0], (*path, 0), level)
        times = value[1]
        if type(times) is not int or not 0 <= times <= MAX_EXPANDED:
            raise self.error((*path, 1), f"must be an integer from 0 to {MAX_EXPANDED}")
        return unit * times

    def _part(self, value: Any, path: _Path, level: int) -> int:
        if type(value) is not str or value not in self._parts:
            raise self.error(path, "must be the name of a part of this file")
        return self.form(self._parts[value], path, level)

    def _file(self, value: str, path: _Path) -> bytes:
        try:
            return self._read(value)
        except VectorError as error:
            raise self.error(path, error.fault.detail) from None

    def _bundle(self, value: Any, path: _Path, level: int) -> int:
        if type(value) is not list or not value:
            raise self.error(path, "must be an array of names of parts, the frame first")
        sizes = [self._part(each, (*path, at), level) for at, each in enumerate(value)]
        return sum(sizes) + max(0, len(value) - 2) + 2

    def _bounded(self, size: int, path: _Path) -> int:
        if size > MAX_EXPANDED:
            raise self.error(path, f"expands to more than {MAX_EXPANDED} bytes", "size")
        return size

    def error(self, path: _Path, message: str, code: str = "type") -> VectorError:
        """Return the error with its location."""
        return VectorError(code, f"{self._name}{pointer(path)} {message}")


def expand(value: Any, parts: Mapping[str, Any], read: ReadFile) -> Any:
    """Return ``value`` with every byte string in it as base64, as on the wire.

    Raises:
        VectorError: a form is malformed or too large.
    """
    Measure("", parts, read).total(value, digests=True)
    return _expanded(value, parts, read)


def _expanded(value: Any, parts: Mapping[str, Any], read: ReadFile) -> Any:
    if is_form(value):
        return b64encode(_made(value, parts, read)).decode("ascii")
    if type(value) is dict:
        return {name: _expanded(member, parts, read) for name, member in value.items()}
    if type(value) is list:
        return [_expanded(item, parts, read) for item in value]
    return value


def to_bytes(form: Any, parts: Mapping[str, Any], read: ReadFile) -> bytes:
    """Return the bytes of a form.

    Raises:
        VectorError: it is no such form, names no part, nests endlessly or is too large.
    """
    Measure("", parts, read).form(form, ())
    return _made(form, parts, read)


def _made(form: Any, parts: Mapping[str, Any], read: ReadFile) -> bytes:
    """The bytes of a form that has been measured."""
    ((name, value),) = form.items()
    match name:
        case "$text":
            return bytes(value.encode())
        case "$hex":
            return bytes.fromhex(value)
        case "$base64":
            return b64decode(value, validate=True)
        case "$concat":
            return b"".join(_made(each, parts, read) for each in value)
        case "$repeat":
            return bytes(_made(value[0], parts, read) * value[1])
        case "$part":
            return _made(parts[value], parts, read)
        case "$file":
            return read(value)
        case _:
            frame, *elements = (_made(parts[each], parts, read) for each in value)
            return frame + b",".join(elements) + b"]}"
