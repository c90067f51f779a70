"""Comparing an answer with what is expected (vectors/README.md section 3, Passing).

A difference is described for people: with its pointer, also inside of byte strings that are JSON,
and with both sides decoded.
"""

from __future__ import annotations

import json
from base64 import b64decode
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

from pithbundle.conformance.byteforms import DIGEST
from pithbundle.conformance.protocol import Json
from pithbundle.conformance.vectorfiles import MAX_DEPTH, depth
from pithbundle.encoding.values import pointer

#: Of a side that is shown: lines, characters of a line, and characters of the text around a difference.
_LINES: Final = 12
_COLUMNS: Final = 160
_AROUND: Final = 40
#: A decoded byte string that is longer is not parsed for a message.
_MOST_BYTES: Final = 8 * 1024 * 1024

#: What a JSON value that is shown decoded begins with.
_JSON_STARTS: Final = frozenset('{["-0123456789tf')

_Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Why an answer is not the expected one, on one line; and both sides where they are longer."""

    reason: str
    expected: str = ""
    found: str = ""

    def __str__(self) -> str:
        return self.reason


def compare_answer(expect: Json, answer: Json) -> Difference | None:
    """Return why an answer is not the expected one, or None."""
    if "error" in expect:
        return _compare_error(expect["error"], answer)
    if "ok" not in answer:
        error = answer.get("error")
        code = error.get("code") if type(error) is dict else None
        return Difference(f"rejected with {shown(code)}, where a value is expected")
    if type(answer["ok"]) is not dict:
        return Difference("ok is not an object")
    for name, wanted in expect["ok"].items():
        if name not in answer["ok"]:
            return Difference(f"the answer lacks {name}")
        found = difference(wanted, answer["ok"][name], (name,))
        if found is not None:
            return found
    return None


def _compare_error(wanted: Json, answer: Json) -> Difference | None:
    error = answer.get("error")
    if type(error) is not dict:
        return Difference(f"accepted, where {wanted['code']!r} is expected", found=_pretty(answer.get("ok")))
    if error.get("code") != wanted["code"]:
        return Difference(f"code {shown(error.get('code'))}, where {wanted['code']!r} is expected")
    for name in ("pointer", "offset"):
        if name in wanted and error.get(name) is not None:
            found = difference(wanted[name], error[name], (name,))
            if found is not None:
                return found
    return None


def difference(wanted: Any, found: Any, path: _Path = ()) -> Difference | None:
    """Return the first difference of two JSON values, or None.

    Types are exact: to Python 1, 1.0 and true are equal, to JSON they are not.
    """
    if type(wanted) is dict and wanted.keys() == {DIGEST}:
        return _digest_difference(wanted[DIGEST], found, path)
    if type(wanted) is not type(found):
        return _differ(wanted, found, path)
    if type(wanted) is dict:
        for name in sorted(wanted.keys() ^ found.keys()):
            state = "is missing" if name in wanted else "is not expected"
            reason = f"{_at(path)}: member {name!r} {state}"
            return Difference(reason, _pretty(wanted), _pretty(found))
        inner = (difference(wanted[name], found[name], (*path, name)) for name in sorted(wanted))
        return _with_sides(next((each for each in inner if each is not None), None), wanted, found)
    if type(wanted) is list:
        inner = (
            difference(left, right, (*path, at))
            for at, (left, right) in enumerate(zip(wanted, found, strict=False))
        )
        first = next((each for each in inner if each is not None), None)
        if first is None and len(wanted) != len(found):
            reason = f"{_at(path)}: {len(found)} items, where {len(wanted)} are expected"
            return Difference(reason, _pretty(wanted), _pretty(found))
        return first
    if wanted == found:
        return None
    return _string_difference(wanted, found, path) if type(wanted) is str else _differ(wanted, found, path)


def _with_sides(inner: Difference | None, wanted: Json, found: Json) -> Difference | None:
    """A difference of one member, with the objects around it where they are short."""
    if inner is None or inner.expected or inner.found:
        return inner
    sides = _pretty(wanted), _pretty(found)
    return (
        inner
        if any(side.endswith("…") for side in sides)
        else replace(inner, expected=sides[0], found=sides[1])
    )


def _at(path: _Path) -> str:
    return f"at {pointer(path) or 'the top level'}"


def _differ(wanted: Any, found: Any, path: _Path) -> Difference:
    reason = f"{_at(path)}: {shown(found)}, where {shown(wanted)} is expected"
    if type(wanted) in (dict, list) or type(found) in (dict, list):
        return Difference(reason, _pretty(wanted), _pretty(found))
    return Difference(reason)


def _string_difference(wanted: str, found: str, path: _Path) -> Difference:
    """Two strings that differ: by their decoded JSON, their decoded text, or as they are."""
    left, right = _decoded(wanted), _decoded(found)
    one, other = _json_of(left), _json_of(right)
    if one is not None and other is not None:
        inner = difference(one, other)
        if inner is not None:
            return replace(inner, reason=f"{_at(path)}, decoded: {inner.reason}")
        return _text_difference(left, right, path, "the same JSON value in other bytes, first ")
    if left is not None and right is not None and max(len(wanted), len(found)) > 60:
        return _text_difference(left, right, path, "decoded, first ")
    if max(len(wanted), len(found)) > 60:
        return _text_difference(wanted, found, path, "")
    return _differ(wanted, found, path)


def _text_difference(wanted: str | None, found: str | None, path: _Path, prefix: str) -> Difference:
    left, right = wanted or "", found or ""
    pairs = zip(left, right, strict=False)
    at = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(left), len(right)))
    start = max(0, at - _AROUND)
    sides = [("…" if start else "") + repr(text[start : at + _AROUND]) for text in (left, right)]
    reason = f"{_at(path)}: {prefix}at character {at}: {sides[1]}, where {sides[0]} is expected"
    return Difference(reason)


def _digest_difference(wanted: str, found: Any, path: _Path) -> Difference | None:
    try:
        data = b64decode(found, validate=True)
    except (TypeError, ValueError):
        return Difference(f"{_at(path)}: not base64")
    got = sha256(data).hexdigest()
    if got == wanted:
        return None
    return Difference(f"{_at(path)}: bytes of the digest {got}, where {wanted} is expected")


def _decoded(text: str) -> str | None:
    """The text of a base64 string, if it is one and has one."""
    if len(text) > _MOST_BYTES:
        return None
    with suppress(ValueError):
        return b64decode(text, validate=True).decode("utf-8")
    return None


def _json_of(text: str | None) -> Any:
    """The JSON value that a text spells, or None; null is left as it is."""
    if text is None or text[:1] not in _JSON_STARTS:
        return None
    with suppress(ValueError, RecursionError):
        value = json.loads(text)
        return value if depth(value) <= MAX_DEPTH else None
    return None


def revealed(value: Any) -> Any:
    """A JSON value with the byte strings in it decoded, where they are JSON."""
    if type(value) is dict:
        return {name: revealed(member) for name, member in value.items()}
    if type(value) is list:
        return [revealed(item) for item in value]
    if type(value) is str:
        found = _json_of(_decoded(value))
        return value if found is None else found
    return value


def _pretty(value: Any) -> str:
    """A value over several lines, decoded and cut."""
    lines = json.dumps(revealed(value), indent=1).splitlines()
    cut = [line if len(line) <= _COLUMNS else line[: _COLUMNS - 1] + "…" for line in lines[:_LINES]]
    return "\n".join(cut + (["…"] if len(lines) > _LINES else []))


def shown(value: Any) -> str:
    """A value in a line of a message, cut."""
    text = repr(value) if type(value) is str else json.dumps(value)
    return text if len(text) <= 120 else text[:119] + "…"
