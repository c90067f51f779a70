"""Event formats: where an event has its members, and what its id and signature cover (FORMAT-1 to FORMAT-7).

The registry's own format has not been seen, so a format is data of the policy. It never comes
from the bundle: an unsigned member must not choose how it is checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pithbundle.bundle.document_types import FORMAT_TYPE
from pithbundle.bundle.event_format_document import (
    FORMAT_VERSION,
    Body,
    Constant,
    Proof,
    effective_document,
    read_format_document,
)
from pithbundle.encoding.canonical import canonical_bytes, encode, sha256_hex
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import DEFAULT_LIMITS
from pithbundle.encoding.values import BytesLike, Object, Value
from pithbundle.errors import FormatError, InputError

if TYPE_CHECKING:
    from os import PathLike

#: Listed by a key whose events may have another format than those listed (CHECK-13).
UNKNOWN: Final = "unknown"
#: The roles that a format covers if it binds (FORMAT-4); the payload has a separate rule.
_BOUND: Final = ("event_type", "subject", "target", "created_at", "signer_id")


@dataclass(frozen=True, slots=True, eq=False, init=False)
class EventFormat:
    """One event format, read from its document; immutable, equal by name and digest."""

    name: str
    _body: Body
    _proof: Proof
    #: ``format_sha256``: the digest of the effective document without its name, in hex (FORMAT-1).
    sha256: str
    #: The digest of the effective ``body``: formats that share it read and encode an event alike.
    body_sha256: str
    #: Whether the content has type, subject, target, payload, time and signer id (FORMAT-4).
    is_binding: bool

    def __init__(self, *_: object, **__: object) -> None:
        """Raise TypeError: a format is defined by its document.

        Raises:
            TypeError: always.
        """
        raise TypeError("an event format is made by EventFormat.from_value or EventFormat.from_bytes")

    @classmethod
    def from_value(cls, value: Value) -> EventFormat:
        """Read a format document (FORMAT-1, FORMAT-2).

        Raises:
            FormatError: ``format``, with the pointer to the first fault in the order of FORMAT-2.
        """
        try:
            canonical_bytes(value)
        except InputError as error:
            raise FormatError("format", error.fault.message, pointer=error.pointer or "") from None
        name, body, proof = read_format_document(value)
        made = _made(name, body, proof)
        named = _DOCUMENTS.get(name)
        if named is not None and named != made.sha256:
            detail = "is the name of something built in: give your format another"
            raise FormatError("format", detail, pointer="/name")
        return made

    @classmethod
    def from_bytes(cls, data: BytesLike) -> EventFormat:
        """Read a format file: JSON under the strict profile.

        Raises:
            InputError: the bytes are not JSON of the profile.
            FormatError: as :meth:`from_value`.
            TypeError: ``data`` is not bytes.
        """
        return cls.from_value(parse_json(data))

    @classmethod
    def from_file(cls, path: str | PathLike[str]) -> EventFormat:
        """Read a format file by its path; ``-`` is standard input.

        Raises:
            FileError: the file cannot be read.
            InputError: the bytes are not JSON of the profile.
            FormatError: as :meth:`from_value`.
            TypeError: ``path`` is neither a string nor a path.
        """
        # Lazily: bytes and values need no file system.
        from pithbundle.files import read_input

        return cls.from_bytes(read_input(path, DEFAULT_LIMITS.size))

    def to_value(self) -> Object:
        """The effective document with its name: every default written out, lists sorted (FORMAT-1)."""
        return {"name": self.name, **self.effective()}

    def effective(self) -> Object:
        """The effective document without its name, whose digest is :attr:`sha256`."""
        return effective_document(self._body, self._proof)

    @property
    def has_constant_signer(self) -> bool:
        """Whether the signer is a constant: events of others of the same shape are ambiguous (FORMAT-6)."""
        return isinstance(self._body.roles["signer_id"], Constant)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, EventFormat):
            return NotImplemented
        return (self.name, self.sha256) == (other.name, other.sha256)

    def __hash__(self) -> int:
        return hash((self.name, self.sha256))

    def __repr__(self) -> str:
        return f"EventFormat({self.name!r}, sha256={self.sha256})"

    def __reduce__(self) -> tuple[Any, ...]:
        # Not by its document, which would be checked once more.
        return _made, (self.name, self._body, self._proof)


def _made(name: str, body: Body, proof: Proof) -> EventFormat:
    made = object.__new__(EventFormat)
    for member, value in (
        ("name", name),
        ("_body", body),
        ("_proof", proof),
        ("is_binding", not _uncovered(body)),
    ):
        # A frozen dataclass sets its own fields this way only.
        object.__setattr__(made, member, value)
    object.__setattr__(made, "sha256", sha256_hex(encode(made.effective())))
    object.__setattr__(made, "body_sha256", sha256_hex(encode(body.to_value())))
    return made


def uncovered_roles(one: EventFormat) -> tuple[str, ...]:
    """Return the roles that a format would have to cover to bind; none of one that binds (FORMAT-4)."""
    return _uncovered(one._body)


def _uncovered(body: Body) -> tuple[str, ...]:
    uncovered = [] if "payload_sha256" in body.roles or body.covers(body.roles["payload"]) else ["payload"]
    for role in _BOUND:
        found = body.roles.get(role)
        if found is None or not (isinstance(found, Constant) or body.covers(found)):
            uncovered.append(role)
    return tuple(uncovered)


@dataclass(frozen=True, slots=True)
class FlatFormat:
    """The built-in format that is no document: the flat shape, whose digest is unknown (EVT-7)."""

    name: str = "integrity-1"
    #: Its name replaces its digest (FORMAT-1).
    sha256: str = "integrity-1"
    is_binding: bool = False
    has_constant_signer: bool = False


#: A format that a policy can list.
AnyFormat: TypeAlias = EventFormat | FlatFormat

INTEGRITY_1: Final = FlatFormat()
#: The digests of the built-in documents by name; filled below.
_DOCUMENTS: Final[dict[str, str]] = {}

#: Our own format, CHOSEN: the event without its id and signature is signed (EVT-1, EVT-3).
PITHBUNDLE_EVENT_1: Final = EventFormat.from_value(
    {
        "format_type": FORMAT_TYPE,
        "format_version": FORMAT_VERSION,
        "name": "pithbundle-event-1",
        "body": {
            "excluded": ["/event_id", "/signature"],
            "required": {
                "/signer": "object",
                "/signer/public_key_fingerprint": "string",
                "/signer/signer_type": "string",
            },
            "roles": {
                "event_type": "/event_type",
                "subject": "/subject_pith_number",
                "target": "/target",
                "payload": "/payload",
                "created_at": "/created_at",
                "signer_id": "/signer/signer_id",
            },
        },
        "proof": {
            "roles": {
                "signature": "/signature/signature_b64",
                "event_id": "/event_id",
                "key_id": ["/signature/key_id", "/signer/key_id"],
                "fingerprint": "/signer/public_key_fingerprint",
                "algorithm": "/signature/algorithm",
            },
            "constants": {"/signature/kind": "pith_event_signature"},
        },
    }
)
_DOCUMENTS[PITHBUNDLE_EVENT_1.name] = PITHBUNDLE_EVENT_1.sha256

#: The built-in formats by name.
BUILT_IN: Final[dict[str, AnyFormat]] = {
    PITHBUNDLE_EVENT_1.name: PITHBUNDLE_EVENT_1,
    INTEGRITY_1.name: INTEGRITY_1,
}
