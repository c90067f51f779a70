"""Vector files, requests and answers, as values (vectors/README.md sections 1 to 3).

Nothing here reads a file or starts a process. Inputs of megabytes are spelt compactly in a
vector and expanded when its request is made, never before.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, Literal, TypeAlias

from pithbundle.errors import PithError
from pithbundle.model import pointer

Json: TypeAlias = dict[str, Any]
#: Reads a file named by a vector, by its path under the folder of vectors.
ReadFile: TypeAlias = Callable[[str], bytes]

PROTOCOL: Final = "1"
VECTORS_VERSION: Final = "1"
STAGES: Final = (
    "json", "cbor", "number", "record", "signature", "policy", "event", "receipt",
    "check", "merge", "equivocation", "mirror", "real",
)  # fmt: skip
#: Operations that every implementation has, and those that it may leave out.
CORE: Final = frozenset(
    {
        "hello", "parse_json", "parse_cbor", "cbor", "time", "text_form", "number", "record", "title",
        "verify_signature", "pin_key", "policy", "check", "merge",
    }
)  # fmt: skip
EXTRA: Final = frozenset({"status", "timeline", "proof", "verify_proof", "compare", "export", "accumulate"})

#: The largest input that a vector may expand to: a typing error must not fill the memory.
MAX_EXPANDED: Final = 64 * 1024 * 1024
_FORMS: Final = frozenset({"$text", "$hex", "$base64", "$concat", "$repeat", "$part", "$file", "$bundle"})
_DIGEST: Final = "$sha256"


class VectorError(PithError):
    """A vector file, or a list of expected failures, is not of its format."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One more request of a vector: arguments and expected members that replace its own."""

    name: str
    args: Json
    ok: Json


@dataclass(frozen=True, slots=True)
class Vector:
    """One vector as its file spells it; byte strings are still in their compact form."""

    stage: str
    id: str
    about: str
    clauses: tuple[str, ...]
    op: str
    args: Json
    expect: Json
    control: str | None
    variants: tuple[Variant, ...]
    parts: Mapping[str, Any] = field(repr=False)

    @property
    def requests(self) -> int:
        """How many requests the vector makes."""
        return 1 + len(self.variants)


@dataclass(frozen=True, slots=True)
class Request:
    """One request and what must be answered; byte strings are base64, as on the wire."""

    name: str
    op: str
    args: Json
    expect: Json

    def line(self, number: int) -> bytes:
        """The request as a line of the protocol."""
        return json.dumps({"id": number, "op": self.op, "args": self.args}).encode() + b"\n"


def read_vectors(data: bytes, name: str) -> list[Vector]:
    """Return the vectors of one file; ``name`` is what an error calls it.

    Raises:
        VectorError: the file is not of the format; the detail says where.
    """
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise VectorError("syntax", f"{name}: {error}") from None
    if type(whole) is not dict or whole.get("vectors_version") != VECTORS_VERSION:
        raise VectorError("version", f'{name}: vectors_version must be "{VECTORS_VERSION}"')
    stage, listed, parts = whole.get("stage"), whole.get("vectors"), whole.get("parts", {})
    if stage not in STAGES or type(listed) is not list or type(parts) is not dict:
        raise VectorError("type", f"{name}: stage, vectors and parts are a stage, an array and an object")
    return [_vector(one, stage, parts, f"{name}: /vectors/{place}") for place, one in enumerate(listed)]


def _vector(one: Any, stage: str, parts: Json, where: str) -> Vector:
    if type(one) is not dict:
        raise VectorError("type", f"{where}: a vector is an object")
    clauses, control, variants = one.get("clauses"), one.get("control"), one.get("variants", [])
    expect, args = one.get("expect"), one.get("args")
    sound = (
        type(one.get("id")) is str
        and type(one.get("about")) is str
        and one.get("op") in CORE | EXTRA
        and type(args) is dict
        and type(expect) is dict
        and (type(expect.get("ok")) is dict) != (type(expect.get("error")) is dict)
        and type(clauses) is list
        and all(type(clause) is str for clause in clauses)
        and (control is None or type(control) is str)
        and type(variants) is list
    )
    if not sound:
        raise VectorError("type", f"{where}: see vectors/README.md for what a vector holds")
    return Vector(
        stage, one["id"], one["about"], tuple(clauses or ()), one["op"], one["args"], one["expect"], control,
        tuple(_variant(variant, where) for variant in variants), parts,
    )  # fmt: skip


def _variant(one: Any, where: str) -> Variant:
    if type(one) is not dict or type(one.get("name")) is not str:
        raise VectorError("type", f"{where}: a variant is an object with a name")
    args, expect = one.get("args", {}), one.get("expect", {"ok": {}})
    if type(args) is not dict or type(expect) is not dict or type(expect.get("ok")) is not dict:
        raise VectorError("type", f"{where}: the args and expect.ok of a variant are objects")
    return Variant(one["name"], args, expect["ok"])


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


def expand(value: Any, parts: Mapping[str, Any], read: ReadFile) -> Any:
    """Return ``value`` with every byte string in it as base64, as on the wire."""
    if type(value) is dict:
        if len(value) == 1 and not _FORMS.isdisjoint(value):
            return b64encode(to_bytes(value, parts, read)).decode("ascii")
        return {name: expand(member, parts, read) for name, member in value.items()}
    if type(value) is list:
        return [expand(item, parts, read) for item in value]
    return value


def to_bytes(form: Any, parts: Mapping[str, Any], read: ReadFile, *, level: int = 0) -> bytes:
    """Return the bytes that a form of section 3 stands for.

    Raises:
        VectorError: it is no such form, names no part, nests endlessly or is too large.
    """
    if level > 16 or type(form) is not dict or len(form) != 1:
        raise VectorError("type", "a byte string is an object with one member, its form")
    ((name, value),) = form.items()

    def inner(each: Any) -> bytes:
        return to_bytes(each, parts, read, level=level + 1)

    try:
        match name:
            case "$text":
                made = str(value).encode()
            case "$hex":
                made = bytes.fromhex(value)
            case "$base64":
                made = b64decode(value, validate=True)
            case "$concat":
                made = b"".join(map(inner, value))
            case "$repeat":
                unit, times = inner(value[0]), int(value[1])
                if len(unit) * times > MAX_EXPANDED:
                    raise VectorError("size", f"a byte string over {MAX_EXPANDED} bytes")
                made = unit * times
            case "$part":
                made = inner(parts[value])
            case "$file":
                made = read(value)
            case "$bundle":
                frame, *elements = (inner(parts[each]) for each in value)
                made = frame + b",".join(elements) + b"]}"
            case _:
                raise VectorError("type", f"{name} is not a form of a byte string")
    except (KeyError, IndexError, TypeError, ValueError, Base64Error) as error:
        raise VectorError("type", f"not a byte string: {name}: {error}") from None
    if len(made) > MAX_EXPANDED:
        raise VectorError("size", f"a byte string over {MAX_EXPANDED} bytes")
    return made


def judge(expect: Json, answer: Json) -> str | None:
    """Return why an answer is not the expected one, or None (section 3, Passing)."""
    if "error" in expect:
        return _judge_error(expect["error"], answer)
    if "ok" not in answer:
        said = answer.get("error")
        code = said.get("code") if type(said) is dict else None
        return f"refused with {code!r}, where a value is expected"
    if type(answer["ok"]) is not dict:
        return "ok is not an object"
    for name, wanted in expect["ok"].items():
        if name not in answer["ok"]:
            return f"the answer lacks {name}"
        found = difference(wanted, answer["ok"][name], (name,))
        if found is not None:
            return found
    return None


def _judge_error(wanted: Json, answer: Json) -> str | None:
    said = answer.get("error")
    if type(said) is not dict:
        return f"accepted, where {wanted['code']!r} is expected"
    if said.get("code") != wanted["code"]:
        return f"code {said.get('code')!r}, where {wanted['code']!r} is expected"
    for name in ("pointer", "offset"):
        if name in wanted and said.get(name) is not None:
            found = difference(wanted[name], said[name], (name,))
            if found is not None:
                return found
    return None


def difference(wanted: Any, found: Any, path: tuple[str | int, ...] = ()) -> str | None:
    """Return the first place where two JSON values differ, in words, or None.

    Types are exact: to Python 1, 1.0 and true are equal, to JSON they are not.
    """
    if type(wanted) is dict and wanted.keys() == {_DIGEST}:
        return _digest_difference(wanted[_DIGEST], found, path)
    if type(wanted) is not type(found):
        return f"at {pointer(path)}: {shown(found)}, where {shown(wanted)} is expected"
    if type(wanted) is dict:
        for name in wanted.keys() | found.keys():
            if name not in wanted or name not in found:
                return f"at {pointer(path)}: member {name!r} is {'missing' if name in wanted else 'too many'}"
        inner = ((wanted[name], found[name], name) for name in sorted(wanted))
        return next((d for w, f, n in inner if (d := difference(w, f, (*path, n))) is not None), None)
    if type(wanted) is list:
        for place, (left, right) in enumerate(zip(wanted, found, strict=False)):
            told = difference(left, right, (*path, place))
            if told is not None:
                return told
        if len(wanted) != len(found):
            return f"at {pointer(path)}: {len(found)} items, where {len(wanted)} are expected"
        return None
    if wanted == found:
        return None
    return f"at {pointer(path)}: {shown(found, wanted)}, where {shown(wanted, found)} is expected"


def _digest_difference(wanted: str, found: Any, path: tuple[str | int, ...]) -> str | None:
    try:
        got = sha256(b64decode(found, validate=True)).hexdigest()
    except (TypeError, ValueError):
        return f"at {pointer(path)}: not base64"
    return None if got == wanted else f"at {pointer(path)}: bytes of another digest, {got}"


def shown(value: Any, beside: Any = None) -> str:
    """A value in a message: base64 of text as the text, long ones cut to where they differ."""
    if type(value) is str and type(beside) is str and len(value) > 60:
        value, beside = _readable(value), _readable(beside)
        same = next((i for i, (a, b) in enumerate(zip(value, beside, strict=False)) if a != b), len(beside))
        return f"…{value[max(0, same - 30) : same + 40]!r}"
    told = repr(value)
    return told if len(told) <= 120 else told[:119] + "…"


def _readable(text: str) -> str:
    try:
        return b64decode(text, validate=True).decode()
    except ValueError:
        return text


@dataclass(frozen=True, slots=True)
class ExpectedFailure:
    """One line of an expected-failure list: an id, or a group that ends in ``*``, and why."""

    pattern: str
    reason: str

    def covers(self, vector: str) -> bool:
        """Whether the line speaks of this vector."""
        if self.pattern.endswith("*"):
            return vector.startswith(self.pattern[:-1])
        return vector == self.pattern


def read_expected_failures(text: str) -> list[ExpectedFailure]:
    """Read an expected-failure list: ``ID reason`` a line, ``#`` begins a comment.

    Raises:
        VectorError: a line without a reason. What nobody can explain is not expected.
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        entry = line.split("#", 1)[0].strip()
        if not entry:
            continue
        pattern, _, reason = entry.partition(" ")
        if not reason.strip():
            raise VectorError("type", f"line {number} of the expected failures gives no reason: {pattern}")
        found.append(ExpectedFailure(pattern, reason.strip()))
    return found


def expected_failure(listed: Iterable[ExpectedFailure], vector: str) -> ExpectedFailure | None:
    """The first line that speaks of a vector, or None."""
    return next((line for line in listed if line.covers(vector)), None)


#: What came of one vector. ``xfailed`` failed and is on the list, ``xpassed`` passed and is on it.
Status: TypeAlias = Literal["passed", "failed", "crash", "timeout", "unsupported", "xfailed", "xpassed"]
#: What makes the run fail.
BAD: Final = frozenset({"failed", "crash", "timeout", "xpassed"})


@dataclass(frozen=True, slots=True)
class Result:
    """One vector and what came of it; ``detail`` may quote the worker."""

    vector: Vector
    status: Status
    detail: str = ""
    variant: str = ""
    seconds: float = 0.0
    reason: str = ""

    @property
    def bad(self) -> bool:
        """Whether it makes the run fail."""
        return self.status in BAD
