"""A document of the registry as read, and what was found about its members (spec DOC-1 to DOC-4).

Nothing here needs a key. A document may be truncated: what it has complete is read, and an open
container never passes for a value (TRUNC-3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Literal, TypeAlias

from pithbundle.brief import brief
from pithbundle.bundle.document_types import BUNDLE, RECORD, RECORD_DOCUMENT, STATE, Document, recognise
from pithbundle.bundle.reader import subject_fault
from pithbundle.bundle.record import Record
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.cbor import read_cbor
from pithbundle.encoding.json_reader import read_json
from pithbundle.encoding.json_truncated import read_truncated
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits, require_limits
from pithbundle.encoding.parsed import Encoding, chosen_encoding, pointer_to
from pithbundle.encoding.values import BytesLike, Object, Value, as_bytes
from pithbundle.errors import PithError
from pithbundle.newtypes import Pointer

Path: TypeAlias = tuple[str | int, ...]

#: What is found about a member (DOC-3).
FindingStatus: TypeAlias = Literal[
    "agrees",
    "differs",
    "reproduced",
    "not_reproduced",
    "unknown",
    "well_formed",
    "malformed",
    "claimed",
]

#: The member with the record, by the document; at the top level of every other one.
_RECORD_AT: Final[dict[Document, Path]] = {RECORD: (), STATE: ("current", "canonical_record")}
_IN_OTHERS: Final[Path] = ("canonical_record",)


class DocumentError(PithError):
    """A document is rejected: its record, number, hash or key is not what it claims, or its type is wrong."""

    CLAUSES: ClassVar[dict[str, str]] = {
        "type": "DOC-4",
        "hash_mismatch": "DOC-4",
        "subject": "DOC-4",
        "events": "DOC-8",
    }

    @property
    def hint(self) -> str:
        """What the reader of the error can do: a document without a record is another file's neighbour."""
        if self.code == "type":
            return "give the bundle, the state or the record document of the paper"
        return super().hint


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one member of a document (DOC-3); ``detail`` may quote nothing of the input."""

    pointer: Pointer
    status: FindingStatus
    detail: str = ""

    __repr__ = brief


def finding(path: Path, status: FindingStatus, detail: str = "") -> Finding:
    """Return the finding of the member at a path."""
    return Finding(pointer_to(path), status, detail)


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document as read: every value is as claimed."""

    kind: Document
    encoding: Encoding
    value: Value
    #: Whether it was read as the beginning of a document (TRUNC-1).
    truncated: bool = False
    #: The path of the innermost container that the input does not close, None for none (TRUNC-3).
    open: Path | None = None

    def __repr__(self) -> str:
        cut = "" if self.open is None else f", cut in {pointer_to(self.open)!r}"
        return f"ReadDocument({self.kind.name}, {self.encoding}{cut})"

    @property
    def open_pointer(self) -> Pointer | None:
        """The pointer of the innermost container that the input does not close; None for none."""
        return None if self.open is None else pointer_to(self.open)

    def is_complete(self, *path: str | int) -> bool:
        """Whether the value at ``path``, if there is one, is complete (TRUNC-2)."""
        return self.open is None or path != self.open[: len(path)]

    def members(self, *path: str | int) -> Object:
        """The complete members of the object at ``path``, which may be open; empty for anything else."""
        value = self._at(path)
        if type(value) is not dict:
            return {}
        return {name: member for name, member in value.items() if self.is_complete(*path, name)}

    def get(self, *path: str | int) -> Value:
        """The complete value at ``path``; None where there is none."""
        return self._at(path) if self.is_complete(*path) else None

    def _at(self, path: Path) -> Value:
        value = self.value
        for step in path:
            if type(value) is dict and type(step) is str:
                value = value.get(step)
            elif type(value) is list and type(step) is int and step < len(value):
                value = value[step]
            else:
                return None
        return value

    @property
    def record_path(self) -> Path:
        """Where a document of this kind has its record (DOC-4)."""
        return _RECORD_AT.get(self.kind, _IN_OTHERS)


def read_document(
    data: BytesLike,
    limits: Limits = DEFAULT_LIMITS,
    *,
    encoding: Encoding | None = None,
    truncated: bool = False,
) -> ReadDocument:
    """Read and recognise a document, JSON or CBOR (DOC-1, DOC-2).

    In a bundle, or what else has a record beside ``events``, an event with a value-level fault is null.

    Args:
        data: the content of the file, bytes-like.
        limits: the limits of the input (LIM-1 to LIM-4); the depth is ``limits.bundle_depth``.
        encoding: ``"json"`` or ``"cbor"``; None detects it by the first byte.
        truncated: whether it is the beginning of a JSON document (TRUNC-1).

    Raises:
        InputError: the bytes are not JSON or CBOR of the profile, or are over a limit.
        TypeError: ``data`` is not bytes-like, ``limits`` is not :class:`Limits`, or ``encoding``
            is another value.
    """
    require_limits(limits)
    data = as_bytes(data)
    chosen = chosen_encoding(data, encoding)
    open_path = None
    if truncated:
        chosen = "json"
        beginning = read_truncated(data, limits, confine="events", depth=limits.bundle_depth)
        parsed, open_path = beginning.parsed, beginning.open
    else:
        read = read_json if chosen == "json" else read_cbor
        parsed = read(data, limits, confine="events", depth=limits.bundle_depth)
    kind = recognise(parsed.value)
    # A fault inside an event of a bundle affects that event alone, here too (FAULT-3).
    if parsed.faults and (kind not in (BUNDLE, RECORD_DOCUMENT) or None in parsed.faults):
        parsed.whole()
    return ReadDocument(kind, chosen, parsed.value, truncated, open_path)


def record_of(document: ReadDocument) -> Record | None:
    """Return the record of a document whose hash and number are those that it claims (DOC-4).

    None where the record is absent, or is not complete. A claim that is absent is no fault.

    Raises:
        RecordError: it is not a record, with a pointer into the document.
        DocumentError: ``hash_mismatch`` or ``subject``: the claimed hash or number is another one.
    """
    path = document.record_path
    if path and path[-1] not in document.members(*path[:-1]):
        return None
    if not document.is_complete(*path):
        return None
    record = Record.from_read(document.get(*path), pointer_to(path))
    if not path:
        return record
    claims = document.members()
    if "canonical_sha256" in claims and claims["canonical_sha256"] != record.hex:
        detail = f"canonical_sha256 differs from the hash of the record, {record.hex}"
        raise DocumentError("hash_mismatch", detail, pointer="/canonical_sha256")
    fault = subject_fault(claims["pith_number"], record) if "pith_number" in claims else None
    if fault is not None:
        raise DocumentError("subject", f"{fault}; the record's is {record.number}", pointer="/pith_number")
    return record


def same(one: Value, other: Value) -> bool:
    """Whether two values of the data model are one: for Python 1, 1.0 and True are equal."""
    return encode(one) == encode(other)
