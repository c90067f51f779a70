"""The canonical record: its rules, its hash, its number and its aliases (spec REC, NUM-1, ALIAS-1).

Every member is hashed, known or not, and none is repaired. The hash of a record is its name,
so a fault here rejects the whole input that contains it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from os import PathLike
from typing import Final, NoReturn, cast

from pithbundle.bundle.number import PithNumber
from pithbundle.encoding.canonical import canonical_bytes, decode, digest, encode_canonical
from pithbundle.encoding.cbor import parse_cbor
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits, require_limits
from pithbundle.encoding.parsed import Encoding, chosen_encoding
from pithbundle.encoding.spellings import hex_bytes
from pithbundle.encoding.timestamps import is_submitted_at
from pithbundle.encoding.values import MAX_INTEGER, BytesLike, Object, Value, as_bytes, string_fault
from pithbundle.encoding.values import pointer as pointer_of
from pithbundle.errors import InputError, RecordError
from pithbundle.newtypes import DigestHex, Pointer

#: The only ``schema_version`` that this reader knows (REC-3).
SCHEMA_VERSION: Final = "1.0"

_RECORD: Final = frozenset({"metadata", "schema_version", "source"})
_METADATA: Final = frozenset(
    {
        "abstract_canon_sha256",
        "cross_cats_sorted",
        "license",
        "primary_cat",
        "submitted_at",
        "title_canon_sha256",
    }
)
_SOURCE: Final = frozenset({"id", "kind", "version"})

# arXiv ids: `YYMM.NNNN`, later `YYMM.NNNNN`; before April 2007 `archive/YYMMNNN`, with or
# without a subject class (NUM-3).
_MONTH: Final = "(?:0[1-9]|1[0-2])"
_NEW_ID: Final = re.compile(rf"([0-9]{{2}}){_MONTH}\.[0-9]{{4,5}}").fullmatch
_OLD_ID: Final = re.compile(rf"[a-z-]+(\.[A-Za-z-]+)?/([0-9]{{2}}){_MONTH}[0-9]{{3}}").fullmatch
# The archive's first papers are of 1991, so an old-style 91 to 99 is of that century.
_FIRST_YY: Final = 91


@dataclass(frozen=True, slots=True)
class Record:
    """A well-formed canonical record with its canonical bytes and hash (REC-1, REC-5).

    Built by :meth:`from_value`. Two records are equal iff their canonical bytes are. Immutable:
    a record keeps no part of the value that it was made of.
    """

    canonical: bytes
    #: The raw 32 bytes of the SHA-256 of ``canonical``: what a receipt signs.
    sha256: bytes = field(compare=False, repr=False)
    #: The years that a Pith Number of this record may state: that of ``submitted_at``, then
    #: that of the arXiv id where there is one and it differs (NUM-3).
    years: tuple[int, ...] = field(compare=False)
    #: ``source.id`` where ``source.kind`` is ``arxiv`` and aliases follow from the id (ALIAS-1).
    arxiv_id: str | None = field(compare=False)
    #: ``source.id``.
    source_id: str = field(compare=False)
    #: ``source.kind``.
    source_kind: str = field(compare=False)
    #: ``source.version``, from 1.
    version: int = field(compare=False)
    #: The Pith Number: the year of ``submitted_at`` and the suffix of the hash (NUM-1).
    number: PithNumber = field(compare=False)

    def __repr__(self) -> str:
        return f"<Record {self.number}: {len(self.canonical)} bytes>"

    @property
    def value(self) -> Object:
        """The record as a JSON object, decoded for each caller: changing it changes no record."""
        return cast("Object", decode(self.canonical))

    @property
    def hex(self) -> DigestHex:
        """The canonical hash as 64 lower-case hex digits."""
        return DigestHex(self.sha256.hex())

    @property
    def aliases(self) -> tuple[tuple[str, str], ...]:
        """The (kind, value) pairs that follow from the record alone, sorted by kind (ALIAS-1).

        The arXiv and DOI aliases exist only for an arXiv id.
        """
        suffix = self.number.suffix
        short = (
            ("pith_short_12", suffix[:12]),
            ("pith_short_16", suffix[:16]),
            ("pith_short_8", suffix[:8]),
        )
        if self.arxiv_id is None:
            return short
        return (
            ("arxiv", self.arxiv_id),
            ("arxiv_version", f"{self.arxiv_id}v{self.version}"),
            ("doi", f"10.48550/arxiv.{self.arxiv_id}"),
            *short,
        )

    @classmethod
    def from_value(cls, value: Value, pointer: str = "", limits: Limits = DEFAULT_LIMITS) -> Record:
        """Check a Python value as a canonical record and hash it (REC-1 to REC-4).

        The checks, first fault first:

        1. an object, and without a member ``event_type``;
        2. the members that a record must have, in sorted order, depth first;
        3. if there are others: all of the record is within the data model and ``limits``, and
           has no float.

        Args:
            value: any Python value; :meth:`from_read` is for the value of a parsed input.
            pointer: the location of the value in the caller's input, with which the pointer
                of every error begins.
            limits: limits of unknown members: depth (that of a bundle), values, one string
                and the canonical bytes.

        Raises:
            RecordError: ``type``, ``encoding``, ``time``, ``version``, ``number_form``, a
                code of the data model or of a limit; always with a pointer.
        """
        return cls._of(value, pointer, limits)

    @classmethod
    def from_read(cls, value: Value, pointer: str = "") -> Record:
        """Check a value that a reader of this package returned, or a part of one (REC-1 to REC-4).

        As :meth:`from_value`, without limits: those of the input were applied when it was
        read, to all of it, and apply once (LIM-10).

        Raises:
            RecordError: ``type``, ``encoding``, ``time``, ``version`` or ``number_form``; always
                with a pointer.
        """
        return cls._of(value, pointer, None)

    @classmethod
    def from_bytes(
        cls, data: BytesLike, *, limits: Limits = DEFAULT_LIMITS, encoding: Encoding | None = None
    ) -> Record:
        """Read a canonical record on its own, JSON or CBOR (REC-1 to REC-4).

        Args:
            data: the content of the file, bytes-like.
            limits: the limits of the input (LIM-1 to LIM-4); the depth is ``limits.depth``.
            encoding: ``"json"`` or ``"cbor"``; None detects it by the first byte.

        Raises:
            InputError: the bytes are not JSON or CBOR of the profile, or are over a limit.
            RecordError: as :meth:`from_read`.
            TypeError: ``data`` is not bytes-like, ``limits`` is not :class:`Limits`, or ``encoding``
                is another value.
        """
        data = as_bytes(data, "use Record.from_file")
        parse = parse_json if chosen_encoding(data, encoding) == "json" else parse_cbor
        return cls.from_read(parse(data, limits))

    @classmethod
    def from_file(
        cls, path: str | PathLike[str], *, limits: Limits = DEFAULT_LIMITS, encoding: Encoding | None = None
    ) -> Record:
        """Read the canonical record in a file, as :meth:`from_bytes`; ``-`` is standard input (CLI-3).

        Raises:
            FileError: the file cannot be read.
            InputError: the file is larger than ``limits.size``; also as :meth:`from_bytes`.
            RecordError: as :meth:`from_read`.
            TypeError: ``path`` is not a path, ``limits`` is not :class:`Limits`, or ``encoding`` is
                another value.
        """
        require_limits(limits)
        # Lazily: whoever has the bytes needs no file system.
        from pithbundle.files import read_input

        return cls.from_bytes(read_input(path, limits.size), limits=limits, encoding=encoding)

    @classmethod
    def _of(cls, value: Value, pointer: str, limits: Limits | None) -> Record:
        try:
            return cls._checked(value, limits)
        except RecordError as error:
            within = Pointer(pointer + (error.pointer or ""))
            raise RecordError.of(replace(error.fault, pointer=within)) from None

    @classmethod
    def _checked(cls, value: Value, limits: Limits | None) -> Record:
        # Pointers are relative to the record here, so that the usual case builds none.
        if type(value) is not dict:
            _reject("type", "a canonical record is an object", "")
        if "event_type" in value:
            # A signature covers 32 bytes and does not show their origin. With this rule no object
            # is both a record and an event, so none can pass as the other.
            _reject("type", "a canonical record has no member event_type", "/event_type")
        metadata = value.get("metadata")
        if type(metadata) is not dict:
            _reject("type", "must be an object", "/metadata")
        year = _check_metadata(metadata)
        schema_version = value.get("schema_version")
        if type(schema_version) is not str:
            _reject("type", 'must be the string "1.0"', "/schema_version")
        if schema_version != SCHEMA_VERSION:
            _reject("version", f"schema_version {schema_version}, not 1.0", "/schema_version")
        source = value.get("source")
        if type(source) is not dict:
            _reject("type", "must be an object", "/source")
        version = _check_source(source)
        if value.keys() == _RECORD and metadata.keys() == _METADATA and source.keys() == _SOURCE:
            # Every value has been checked under its name: nothing is left to walk.
            canonical = encode_canonical(value)
        else:
            canonical = _open_shape(value, limits)
        identifier, kind = cast("str", source["id"]), cast("str", source["kind"])
        id_year, arxiv_id = _read_arxiv_id(identifier, kind)
        years = (year,) if id_year is None or id_year == year else (year, id_year)
        sha256 = digest(canonical)
        number = PithNumber.of_hash(year, sha256)
        return cls(canonical, sha256, years, arxiv_id, identifier, kind, version, number)


def _reject(code: str, detail: str, pointer: str) -> NoReturn:
    raise RecordError(code, detail, pointer=pointer)


def _check_string(value: Value, pointer: str) -> str:
    if type(value) is not str:
        _reject("type", "must be a string", pointer)
    # A parsed string has passed this already; a string of a caller has not.
    code = string_fault(value)
    if code is not None:
        _reject(code, "", pointer)
    return value


def _check_hash(value: Value, pointer: str) -> None:
    if type(value) is not str:
        _reject("type", "must be a string", pointer)
    if hex_bytes(value, 32) is None:
        _reject("encoding", "must be 64 lower-case hex digits", pointer)


def _check_metadata(metadata: Object) -> int:
    """Check ``metadata`` (REC-2) and return the year of ``submitted_at``."""
    _check_hash(metadata.get("abstract_canon_sha256"), "/metadata/abstract_canon_sha256")
    cross_cats = metadata.get("cross_cats_sorted")
    if type(cross_cats) is not list:
        _reject("type", "must be an array of strings", "/metadata/cross_cats_sorted")
    for index, category in enumerate(cross_cats):
        _check_string(category, f"/metadata/cross_cats_sorted/{index}")
    _check_string(metadata.get("license"), "/metadata/license")
    _check_string(metadata.get("primary_cat"), "/metadata/primary_cat")
    submitted_at = metadata.get("submitted_at")
    if type(submitted_at) is not str:
        _reject("type", "must be a string", "/metadata/submitted_at")
    if not is_submitted_at(submitted_at):
        _reject("time", "must be a real time written YYYY-MM-DDTHH:MM:SSZ", "/metadata/submitted_at")
    _check_hash(metadata.get("title_canon_sha256"), "/metadata/title_canon_sha256")
    return int(submitted_at[:4])


def _check_source(source: Object) -> int:
    """Check ``source`` (REC-2) and return the version."""
    _check_string(source.get("id"), "/source/id")
    _check_string(source.get("kind"), "/source/kind")
    version = source.get("version")
    # By exact type: True is an int to isinstance, and 1.0 == 1.
    if type(version) is not int or version < 1:
        _reject("type", "must be an integer from 1", "/source/version")
    if version > MAX_INTEGER:
        _reject("number_range", "", "/source/version")
    return version


def _read_arxiv_id(identifier: str, kind: str) -> tuple[int | None, str | None]:
    """Return the year in the id of a source (NUM-3) and the id where aliases follow (ALIAS-1)."""
    if kind != "arxiv":
        return None, None
    if new := _NEW_ID(identifier):
        return 2000 + int(new[1]), identifier
    if old := _OLD_ID(identifier):
        yy = int(old[2])
        # arXiv leaves the class out of its own form of the id, so what follows from one with it is unknown.
        return (1900 if yy >= _FIRST_YY else 2000) + yy, None if old[1] else identifier
    return None, None


def _open_shape(value: Object, limits: Limits | None) -> bytes:
    """Check a record that has members beyond the known ones, and return its canonical bytes (REC-4).

    Without ``limits`` the value is one of the data model.
    """
    try:
        canonical = encode_canonical(value) if limits is None else canonical_bytes(value, limits)
    except InputError as error:
        raise RecordError.of(error.fault) from None
    path = _path_of_float(value)
    if path is not None:
        _reject("number_form", "a canonical record contains no float", pointer_of(path))
    return canonical


def _path_of_float(value: Value) -> tuple[str | int, ...] | None:
    """Return the path of the first float in sorted order, or None.

    A stack of its own, not recursion: the answer must not depend on the caller's stack.
    """
    pending: list[tuple[tuple[str | int, ...], Value]] = [((), value)]
    while pending:
        path, item = pending.pop()
        if type(item) is float:
            return path
        if type(item) is dict:
            pending.extend(((*path, key), item[key]) for key in sorted(item, reverse=True))
        elif type(item) is list:
            pending.extend(((*path, index), item[index]) for index in range(len(item) - 1, -1, -1))
    return None
