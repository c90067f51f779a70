"""Reading vector files: all rules of the format are checked here, with the location of each fault.

The rules are those of ``vectors/vectors.schema.json`` and of section 3 of vectors/README.md.
A file that breaks one is rejected before a worker starts, so that a run cannot lose a vector
to a typing error in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NoReturn

from pithbundle.codes import CODES
from pithbundle.conformance.byteforms import Measure, expand
from pithbundle.conformance.protocol import (
    CORE,
    EXTRA,
    STAGES,
    VECTORS_VERSION,
    Json,
    ReadFile,
    Request,
    Variant,
    Vector,
    VectorError,
)

#: How deep a file may nest, and the largest magnitude of a number in it.
MAX_DEPTH: Final = 64
MAX_INTEGER: Final = (1 << 53) - 1

ID: Final = re.compile("[a-z]+/[a-z0-9-]+/[!-~]{1,200}")
_CLAUSE: Final = re.compile("[A-Z]+-[0-9]+")
_FILE: Final = frozenset({"vectors_version", "stage", "about", "parts", "vectors"})
_VECTOR: Final = frozenset({"id", "about", "clauses", "op", "args", "expect", "control", "variants"})


def read_vectors(data: bytes, name: str) -> list[Vector]:
    """Return the vectors of one file; ``name`` is what an error calls it.

    Raises:
        VectorError: the file is not of the format; the detail has the location.
    """
    whole = _Located(f"{name}: ", "", _read_json(data, name))
    if type(whole.value) is not dict or whole.value.get("vectors_version") != VECTORS_VERSION:
        raise VectorError("version", f'{name}: vectors_version must be "{VECTORS_VERSION}"')
    whole.members(_FILE, optional={"parts"})
    stage = whole.member("stage").one_of(STAGES)
    whole.member("about").text()
    parts: Json = whole.member("parts").object() if "parts" in whole.value else {}
    for part, form in parts.items():
        Measure(f"{name}: /parts", parts, _unread).form(form, (part,))
    return [_vector(one, stage, parts) for one in whole.member("vectors").items(least=1)]


class _Located:
    """A value in a file and its location; each method rejects a value of another type."""

    def __init__(self, name: str, path: str, value: Any) -> None:
        self.name = name
        self.path = path
        self.value = value

    def reject(self, message: str) -> NoReturn:
        raise VectorError("type", f"{self.name}{self.path or 'the top level'} {message}")

    def member(self, name: str) -> _Located:
        return _Located(self.name, f"{self.path}/{name}", self.value[name])

    def object(self) -> Json:
        if type(self.value) is not dict:
            self.reject("must be an object")
        found: Json = self.value
        return found

    def members(self, names: Iterable[str], *, optional: Iterable[str] = ()) -> None:
        """The value is an object with exactly these members, of which some may be absent."""
        known, least = set(names), set(names) - set(optional)
        found = self.object().keys()
        for name in sorted(found - known):
            self.reject(f"has the unknown member {name!r}")
        for name in sorted(least - found):
            self.reject(f"has no member {name!r}")

    def text(self) -> str:
        if type(self.value) is not str or not self.value:
            self.reject("must be a string that is not empty")
        return str(self.value)

    def matching(self, pattern: re.Pattern[str]) -> str:
        if type(self.value) is not str or not pattern.fullmatch(self.value):
            self.reject(f"must be a string of the form {pattern.pattern}")
        return str(self.value)

    def one_of(self, choices: Iterable[str]) -> str:
        if type(self.value) is not str or self.value not in choices:
            self.reject(f"must be one of {', '.join(sorted(choices))}")
        return str(self.value)

    def items(self, *, least: int) -> list[_Located]:
        if type(self.value) is not list or len(self.value) < least:
            self.reject(f"must be an array of at least {least} items")
        return [_Located(self.name, f"{self.path}/{at}", item) for at, item in enumerate(self.value)]

    def forms(self, parts: Json, *, digests: bool = False) -> Json:
        """The value is an object; the byte strings in it are well-formed, and their sum is bounded."""
        Measure(f"{self.name}{self.path}", parts, _unread).total(self.object(), digests=digests)
        return self.object()


def _vector(one: _Located, stage: str, parts: Json) -> Vector:
    one.members(_VECTOR, optional={"control", "variants"})
    name = one.member("id").matching(ID)
    if not name.startswith(f"{stage}/"):
        one.member("id").reject(f"must begin with the stage, {stage}/")
    clauses = [clause.matching(_CLAUSE) for clause in one.member("clauses").items(least=1)]
    if len(set(clauses)) < len(clauses):
        one.member("clauses").reject("names a clause twice")
    expect = _expect(one.member("expect"), parts)
    variants = one.member("variants").items(least=0) if "variants" in one.value else []
    found = tuple(_variant(variant, parts, "ok" in expect) for variant in variants)
    if len({variant.name for variant in found}) < len(found):
        one.member("variants").reject("has two variants of one name")
    return Vector(
        stage=stage,
        id=name,
        about=one.member("about").text(),
        clauses=tuple(clauses),
        op=one.member("op").one_of(CORE | EXTRA),
        args=one.member("args").forms(parts),
        expect=expect,
        control=one.member("control").matching(ID) if "control" in one.value else None,
        variants=found,
        parts=parts,
        where=f"{one.name}{one.path}",
    )


def _expect(expect: _Located, parts: Json) -> Json:
    found = expect.object()
    if found.keys() == {"ok"}:
        expect.member("ok").forms(parts, digests=True)
        return found
    if found.keys() != {"error"}:
        expect.reject("must have one member, ok or error")
    error = expect.member("error")
    error.members({"code", "pointer", "offset"}, optional={"pointer", "offset"})
    error.member("code").one_of(CODES)
    if "pointer" in error.value and type(error.value["pointer"]) is not str:
        error.member("pointer").reject("must be a JSON pointer")
    if "offset" in error.value and (type(error.value["offset"]) is not int or error.value["offset"] < 0):
        error.member("offset").reject("must be an integer that is not negative")
    return found


def _variant(one: _Located, parts: Json, accepted: bool) -> Variant:
    # What an error is expected of has no members that a variant could replace.
    one.members({"name", "args", "expect"} if accepted else {"name", "args"}, optional={"args", "expect"})
    args = one.member("args").forms(parts) if "args" in one.value else {}
    ok: Json = {}
    if "expect" in one.value:
        one.member("expect").members({"ok"})
        ok = one.member("expect").member("ok").forms(parts, digests=True)
    return Variant(one.member("name").text(), args, ok)


def _unread(name: str) -> bytes:
    """Files are read when the requests are checked: a file of vectors alone does not have their content."""
    return b""


def _read_json(data: bytes, name: str) -> Any:
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_float=_no_float,
            parse_constant=_no_float,
            parse_int=_integer,
        )
    except ValueError as error:
        raise VectorError("syntax", f"{name}: {error}") from None
    except RecursionError:
        # Its text differs between versions of Python.
        raise _too_deep(name) from None
    if depth(value) > MAX_DEPTH:
        raise _too_deep(name)
    return value


def _too_deep(name: str) -> VectorError:
    return VectorError("depth", f"{name}: nests more than {MAX_DEPTH} levels")


def _unique(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"an object has a member twice: {sorted(name for name, _ in pairs)}")
    return found


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"{text[:40]} is not an integer, and vectors have no other numbers")


def _integer(text: str) -> int:
    value = int(text) if len(text) < 20 else MAX_INTEGER + 1
    if abs(value) > MAX_INTEGER:
        raise ValueError(f"an integer beyond {MAX_INTEGER}: {text[:40]}")
    return value


def depth(value: Any) -> int:
    """Return how deep arrays and objects nest; 0 for a scalar. It does not recurse."""
    found, level = 0, [value]
    while True:
        containers = [each for each in level if type(each) in (dict, list)]
        if not containers:
            return found
        found += 1
        level = [member for each in containers for member in (each.values() if type(each) is dict else each)]


def requests(vector: Vector, read: ReadFile) -> Iterator[Request]:
    """Make the requests of a vector one after the other, byte strings expanded.

    Raises:
        VectorError: a byte string is not of one of the forms.
    """
    expect = expand(vector.expect, vector.parts, read)
    yield Request("", vector.op, expand(vector.args, vector.parts, read), expect)
    for variant in vector.variants:
        args = {**vector.args, **variant.args}
        ok = {**vector.expect.get("ok", {}), **variant.ok}
        yield Request(
            variant.name,
            vector.op,
            expand(args, vector.parts, read),
            {"ok": expand(ok, vector.parts, read)} if "ok" in vector.expect else expect,
        )


def check_requests(vectors: Iterable[Vector], read: ReadFile) -> None:
    """Reject vectors whose requests cannot be made, before any is: a missing file, or too many bytes.

    Raises:
        VectorError: the detail has the location.
    """
    for vector in vectors:
        spelled = [(vector.where, {**vector.args}, vector.expect)]
        for at, variant in enumerate(vector.variants):
            args = {**vector.args, **variant.args}
            ok = {**vector.expect.get("ok", {}), **variant.ok}
            spelled.append((f"{vector.where}/variants/{at}", args, {"ok": ok}))
        for where, args, expect in spelled:
            Measure(f"{where}/args", vector.parts, read).total(args)
            Measure(f"{where}/expect", vector.parts, read).total(expect, digests=True)
