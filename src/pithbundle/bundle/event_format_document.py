"""The document of an event format and its strict reading (spec FORMAT-1, FORMAT-2).

A misspelt member would change which bytes a signature covers, so every fault is reported, the
first in one fixed order, with the pointer to it. `event_format.schema.json` states the shape;
it lacks the texts of pointers and how pointers lie to each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, NoReturn, TypeAlias, TypeVar

from pithbundle.bundle.document_types import FORMAT_TYPE
from pithbundle.bundle.event_pointers import Path, is_covered, overlap, path_of, region
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.values import Object, Value, pointer, string_fault
from pithbundle.errors import FormatError

FORMAT_VERSION: Final = "1"
#: The most canonical bytes of a document and of its effective document, and the most pointers in it.
MAX_BYTES: Final = 16_384
MAX_POINTERS: Final = 32
#: The longest constant, in UTF-8 bytes.
MAX_CONSTANT_BYTES: Final = 256

JsonType: TypeAlias = Literal["array", "boolean", "integer", "number", "object", "string"]
Escape: TypeAlias = Literal["none", "ascii"]
TimeForm: TypeAlias = Literal["rfc3339", "seconds", "milliseconds"]
Signs: TypeAlias = Literal["digest", "hex", "prefixed", "bytes"]
SignatureText: TypeAlias = Literal["base64", "base64url", "hex"]
IdText: TypeAlias = Literal["prefixed", "hex"]
Scalar: TypeAlias = str | int | None
_Word = TypeVar("_Word", bound=str)

_TYPES: Final[tuple[JsonType, ...]] = ("array", "boolean", "integer", "number", "object", "string")
#: The names of an object around what is signed or hashed (FORMAT-1).
WRAPPERS: Final = ("body", "content", "data", "envelope", "event", "message", "payload", "signed")
_ESCAPES: Final[tuple[Escape, ...]] = ("none", "ascii")
_TIMES: Final[tuple[TimeForm, ...]] = ("rfc3339", "seconds", "milliseconds")
_SIGNS: Final[tuple[Signs, ...]] = ("digest", "hex", "prefixed", "bytes")
_SIGNATURE_TEXTS: Final[tuple[SignatureText, ...]] = ("base64", "base64url", "hex")
_ID_TEXTS: Final[tuple[IdText, ...]] = ("prefixed", "hex")
# Without what a key can list beside documents.
_NAME: Final = re.compile(r"(?!(?:unknown|integrity-1)\Z)[a-z0-9][a-z0-9._-]{0,63}").fullmatch

_MEMBERS: Final = ("format_type", "format_version", "name", "body", "proof")
_BODY: Final = (
    "base",
    "excluded",
    "required",
    "wrapper",
    "escape",
    "payload_wrapper",
    "roles",
    "constants",
    "time",
)
_PROOF: Final = ("roles", "constants", "algorithm_text", "signs", "signature_text", "id_text")
_BODY_ROLES: Final = (
    "event_type",
    "subject",
    "target",
    "payload",
    "payload_sha256",
    "created_at",
    "signer_id",
)
_PROOF_ROLES: Final = ("signature", "event_id", "key_id", "fingerprint", "algorithm")
_NEEDED: Final = frozenset({"event_type", "target", "payload", "signer_id", "signature", "key_id"})
_CONSTANT: Final = frozenset({"event_type", "target", "signer_id", "key_id"})


class Constant(NamedTuple):
    """A role whose value is in the document instead of the element."""

    value: str


#: Where a role is, or what it is.
Role: TypeAlias = Path | Constant


@dataclass(frozen=True, slots=True)
class Body:
    """What is signed, and where its members are; paths begin at the element."""

    base: Path
    excluded: tuple[Path, ...]
    required: Mapping[Path, JsonType]
    wrapper: str | None
    escape: Escape
    payload_wrapper: str | None
    roles: Mapping[str, Role]
    constants: Mapping[Path, Scalar]
    time: TimeForm

    def covers(self, path: Path) -> bool:
        """Whether a path is in the content, with everything below it (FORMAT-2)."""
        return is_covered(path, self.base, self.excluded)

    def json_type(self, role: str) -> JsonType:
        """The JSON type of the value of a role in an element (FORMAT-1)."""
        if role == "payload":
            return "object"
        return "integer" if role == "created_at" and self.time != "rfc3339" else "string"

    def to_value(self) -> Object:
        """The member ``body`` of the effective document."""
        return {
            "base": pointer([*self.base]),
            "excluded": [pointer([*path]) for path in self.excluded],
            "required": {pointer([*path]): kind for path, kind in self.required.items()},
            "wrapper": self.wrapper,
            "escape": self.escape,
            "payload_wrapper": self.payload_wrapper,
            "roles": {name: _role_value(role) for name, role in self.roles.items()},
            "constants": {pointer([*path]): value for path, value in self.constants.items()},
            "time": self.time,
        }


@dataclass(frozen=True, slots=True)
class Proof:
    """Where id and signature are and how they are written; paths begin at the element."""

    #: All roles but ``key_id``.
    roles: Mapping[str, Path]
    key_id: tuple[Path, ...] | Constant
    constants: Mapping[Path, Scalar]
    algorithm_text: str
    signs: Signs
    signature_text: SignatureText
    id_text: IdText

    def to_value(self) -> Object:
        """The member ``proof`` of the effective document."""
        key_id: Value
        if isinstance(self.key_id, Constant):
            key_id = _role_value(self.key_id)
        else:
            key_id = [pointer([*path]) for path in self.key_id]
        return {
            "roles": {**{name: pointer([*path]) for name, path in self.roles.items()}, "key_id": key_id},
            "constants": {pointer([*path]): value for path, value in self.constants.items()},
            "algorithm_text": self.algorithm_text,
            "signs": self.signs,
            "signature_text": self.signature_text,
            "id_text": self.id_text,
        }


def _role_value(role: Role) -> Value:
    return {"constant": role.value} if isinstance(role, Constant) else pointer([*role])


def effective_document(body: Body, proof: Proof) -> Object:
    """The effective document without its name: every default written out, lists sorted (FORMAT-1)."""
    return {
        "format_type": FORMAT_TYPE,
        "format_version": FORMAT_VERSION,
        "body": body.to_value(),
        "proof": proof.to_value(),
    }


def read_format_document(value: Value) -> tuple[str, Body, Proof]:
    """Read a format document: its name, body and proof (FORMAT-1, FORMAT-2).

    Raises:
        FormatError: ``format``, the first fault in the order of FORMAT-2, with its pointer.
    """
    if type(value) is not dict:
        _reject("a format is an object with format_type, format_version, name, body and proof", "")
    if len(encode(value)) > MAX_BYTES:
        _reject(f"a format has at most {MAX_BYTES} canonical bytes", "")
    if value.get("format_type") != FORMAT_TYPE:
        _reject(f'must be "{FORMAT_TYPE}"', "/format_type")
    if value.get("format_version") != FORMAT_VERSION:
        _reject(f'must be "{FORMAT_VERSION}", the only version that this reader knows', "/format_version")
    _check_members(value, _MEMBERS, "")
    name = value.get("name")
    if type(name) is not str or not _NAME(name):
        _reject("must be 1 to 64 of a-z 0-9 . _ -, first a-z or 0-9, and not unknown or integrity-1", "/name")
    body, excluded = _read_body(value.get("body"))
    proof, key_ids = _read_proof(value.get("proof"))
    pointers = 1 + len(body.excluded) + len(body.required) + len(body.constants) + len(proof.constants)
    pointers += sum(not isinstance(role, Constant) for role in body.roles.values())
    pointers += len(proof.roles) + len(key_ids)
    if pointers > MAX_POINTERS:
        _reject(f"{pointers} pointers; a format has at most {MAX_POINTERS}", "")
    # What is written is the effective document, and what is written can be read.
    size = len(encode({"name": name, **effective_document(body, proof)}))
    if size > MAX_BYTES:
        _reject(
            f"{size} canonical bytes with every default written out; a format has at most {MAX_BYTES}", ""
        )
    _check_content(body, excluded)
    _check_proof(body, proof, key_ids)
    return name, body, proof


def _reject(detail: str, where: str) -> NoReturn:
    raise FormatError("format", detail, pointer=where)


def _check_members(value: Object, known: tuple[str, ...], where: str) -> None:
    unknown = sorted(name for name in value if name not in known)
    if unknown:
        _reject(f"no such member; known here: {', '.join(known)}", where + pointer([unknown[0]]))


def _object(value: Value, where: str) -> Object:
    if type(value) is not dict:
        _reject("must be an object", where)
    return value


def _word(value: Value, words: tuple[_Word, ...], where: str) -> _Word:
    for word in words:
        if value == word:
            return word
    _reject(f"must be one of: {', '.join(words)}", where)


def _wrapper(value: Value, where: str) -> str | None:
    return None if value is None else _word(value, WRAPPERS, where)


def _path(value: Value, where: str) -> Path:
    path = path_of(value) if type(value) is str and string_fault(value) is None else None
    if path is None:
        _reject('must be a JSON pointer from the element, of at most 16 tokens, none of them "-"', where)
    return path


def _constant(value: Value, where: str) -> Constant:
    """Read ``{"constant": STRING}``."""
    text = value.get("constant") if type(value) is dict and len(value) == 1 else None
    if type(text) is not str:
        _reject('must be a pointer or {"constant": STRING}', where)
    return Constant(_text(text, where))


def _text(value: Value, where: str) -> str:
    if type(value) is not str or not value or len(value.encode()) > MAX_CONSTANT_BYTES:
        _reject(f"must be a string of 1 to {MAX_CONSTANT_BYTES} bytes", where)
    return value


def _paths(value: Value, where: str) -> tuple[Path, ...]:
    if type(value) is not list:
        _reject("must be an array of pointers", where)
    paths: list[Path] = []
    for index, item in enumerate(value):
        path = _path(item, f"{where}/{index}")
        if path in paths:
            _reject("is in the list twice", f"{where}/{index}")
        paths.append(path)
    return tuple(paths)


_Item = TypeVar("_Item")


def _by_path(value: Value, read: Callable[[Value, str], _Item], where: str) -> dict[Path, _Item]:
    """Read an object whose members are pointers, by name."""
    found = {}
    for name, item in sorted(_object(value, where).items()):
        at = where + pointer([name])
        found[_path(name, at)] = read(item, at)
    return found


def _json_type(value: Value, where: str) -> JsonType:
    return _word(value, _TYPES, where)


def _scalar(value: Value, where: str) -> Scalar:
    if value is not None and type(value) is not str and type(value) is not int and type(value) is not bool:
        _reject("must be a string, an integer, true, false or null", where)
    return value


def _roles(value: Value, known: tuple[str, ...], where: str) -> Iterator[tuple[str, Value, str]]:
    """The roles that a document names, in order, each with its location."""
    _check_members(_object(value, where), known, where)
    for name in known:
        if name in _object(value, where):
            yield name, _object(value, where)[name], f"{where}/{name}"
        elif name in _NEEDED:
            _reject("is missing: a format names this role", f"{where}/{name}")


def _read_body(value: Value) -> tuple[Body, tuple[Path, ...]]:
    """Read ``body``; also the excluded paths as given, to which locations refer."""
    body = _object(value, "/body")
    _check_members(body, _BODY, "/body")
    base = _path(body.get("base", ""), "/body/base")
    excluded = _paths(body.get("excluded", []), "/body/excluded")
    required = _by_path(body.get("required", {}), _json_type, "/body/required")
    wrapper = _wrapper(body.get("wrapper"), "/body/wrapper")
    escape = _word(body.get("escape", "none"), _ESCAPES, "/body/escape")
    payload_wrapper = _wrapper(body.get("payload_wrapper"), "/body/payload_wrapper")
    roles: dict[str, Role] = {}
    for name, role, where in _roles(body.get("roles"), _BODY_ROLES, "/body/roles"):
        is_constant = name in _CONSTANT and type(role) is not str
        roles[name] = _constant(role, where) if is_constant else _path(role, where)
    constants = _by_path(body.get("constants", {}), _scalar, "/body/constants")
    time = _word(body.get("time", "rfc3339"), _TIMES, "/body/time")
    by_pointer = tuple(sorted(excluded, key=_text_of))
    return Body(
        base, by_pointer, required, wrapper, escape, payload_wrapper, roles, constants, time
    ), excluded


def _text_of(path: Path) -> str:
    return pointer([*path])


def _read_proof(value: Value) -> tuple[Proof, tuple[tuple[Path, str], ...]]:
    """Read ``proof``; also the paths of ``key_id`` with their locations."""
    proof = _object(value, "/proof")
    _check_members(proof, _PROOF, "/proof")
    roles: dict[str, Path] = {}
    key_id: tuple[Path, ...] | Constant = ()
    located: tuple[tuple[Path, str], ...] = ()
    for name, role, where in _roles(proof.get("roles"), _PROOF_ROLES, "/proof/roles"):
        if name != "key_id":
            roles[name] = _path(role, where)
        elif type(role) is list:
            key_id = tuple(sorted(_paths(role, where), key=_text_of))
            located = tuple((_path(item, where), f"{where}/{index}") for index, item in enumerate(role))
            if not role:
                _reject("must not be empty", where)
        elif type(role) is str:
            key_id = (_path(role, where),)
            located = ((key_id[0], where),)
        else:
            key_id = _constant(role, where)
    constants = _by_path(proof.get("constants", {}), _scalar, "/proof/constants")
    return Proof(
        roles, key_id, constants,
        _text(proof.get("algorithm_text", "ed25519"), "/proof/algorithm_text"),
        _word(proof.get("signs", "digest"), _SIGNS, "/proof/signs"),
        _word(proof.get("signature_text", "base64"), _SIGNATURE_TEXTS, "/proof/signature_text"),
        _word(proof.get("id_text", "prefixed"), _ID_TEXTS, "/proof/id_text"),
    ), located  # fmt: skip


def _check_content(body: Body, excluded: tuple[Path, ...]) -> None:
    """Check how the pointers of the body lie to the content (FORMAT-2, 1 to 3)."""
    for index, path in enumerate(excluded):
        where = f"/body/excluded/{index}"
        if path == body.base or path[: len(body.base)] != body.base:
            _reject("must lie below base: only a part of what is signed can be excluded", where)
        if any(overlap(path, earlier) for earlier in excluded[:index]):
            _reject("is equal to an excluded pointer before it, above it or below it", where)
    for name, paths in (("required", [*body.required]), ("constants", [*body.constants])):
        for path in paths:
            if region(path, body.base, excluded) != "inside":
                _reject("must lie inside the signed content", f"/body/{name}" + pointer([_text_of(path)]))
    for name in ("target", "payload_sha256"):
        role = body.roles.get(name)
        if role is not None and not isinstance(role, Constant) and not body.covers(role):
            _reject(
                "the signed content does not contain it: no signature would cover it", f"/body/roles/{name}"
            )


def _check_proof(body: Body, proof: Proof, key_ids: tuple[tuple[Path, str], ...]) -> None:
    """Check how the pointers of the proof lie to the content and to each other (FORMAT-2, 4 to 6)."""
    located = [
        (proof.roles[name], f"/proof/roles/{name}")
        for name in ("signature", "event_id")
        if name in proof.roles
    ]
    for path, where in located:
        if region(path, body.base, body.excluded) != "outside":
            _reject("must lie outside the signed content, excluded for example: it cannot sign itself", where)
    others = [*key_ids]
    others += [
        (proof.roles[name], f"/proof/roles/{name}")
        for name in ("fingerprint", "algorithm")
        if name in proof.roles
    ]
    others += [(path, "/proof/constants" + pointer([_text_of(path)])) for path in proof.constants]
    for path, where in others:
        if region(path, body.base, body.excluded) == "above":
            _reject("must not lie above the signed content", where)
    payload = body.roles["payload"]
    before: list[Path] = []
    if not isinstance(payload, Constant) and not body.covers(payload):
        before.append(payload)
    for path, where in (*located, *others):
        if region(path, body.base, body.excluded) == "outside":
            if any(overlap(path, earlier) for earlier in before):
                _reject("is equal to another pointer outside the signed content, above it or below it", where)
            before.append(path)
