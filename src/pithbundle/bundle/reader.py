"""The bundle reader: bytes in, a frozen :class:`Bundle` or one error out (spec BUN-1 to BUN-6).

The reader recomputes everything that needs no key: the canonical hash, the Pith Number,
the derived aliases. What is recomputed replaces what is claimed. A fault inside one
event is confined to that event; a fault anywhere else rejects the whole input.

An input is read as a whole, into five to six times its size of memory. One of 4 MiB, the default
limit, takes a tenth of a second in JSON and most of a second in CBOR, whose items are walked in
Python. A larger set of events is published as several bundles, which merge to the same state (LIM-5).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from os import PathLike
from typing import Final

from pithbundle.bundle.document_types import BUNDLE_TYPE, BUNDLE_VERSION
from pithbundle.bundle.event import MAX_DEPTH
from pithbundle.bundle.number import PithNumber
from pithbundle.bundle.record import Record
from pithbundle.encoding.cbor import read_cbor
from pithbundle.encoding.json_reader import read_json
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits, require_limits
from pithbundle.encoding.parsed import Encoding, Parsed, chosen_encoding
from pithbundle.encoding.values import BytesLike, Object, Value, as_bytes
from pithbundle.errors import BundleError, Fault, InputError, NumberError
from pithbundle.newtypes import Pointer

# An event lies below the bundle's object and its array of events.
_LEVELS_ABOVE_AN_EVENT: Final = 2


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle as read: the record is recomputed, the events are as claimed."""

    #: The encoding of the input.
    encoding: Encoding
    record: Record
    #: For each element of the input, in its order: its value, or the fault that makes it malformed.
    events: tuple[Value | Fault, ...]
    #: The faults of members that no signature covers and that nothing uses (BUN-6).
    mismatches: tuple[Fault, ...]
    #: The whole object as claimed, for display.
    frame: Object
    #: Whether the depth of every event is known to be within LIM-6.
    events_within_depth: bool

    def __repr__(self) -> str:
        return f"Bundle({self.record.number}, {self.encoding}, events={len(self.events)})"


def read_bundle(
    data: BytesLike, *, limits: Limits = DEFAULT_LIMITS, encoding: Encoding | None = None
) -> Bundle:
    """Read one bundle, JSON or CBOR (BUN-1 to BUN-6). No key is needed and no signature is checked.

    The whole input is in memory; it takes time and memory linear in its size, of which
    ``limits.size`` bounds the bytes, 4 MiB unless raised. A fault inside one event is confined
    to that event: the element is the fault, and nothing is raised for it.

    Args:
        data: the file's content, bytes-like.
        limits: the limits of the input (LIM-1 to LIM-5); the depth is ``limits.bundle_depth``.
        encoding: ``"json"`` or ``"cbor"``; None detects it by the first byte.

    Raises:
        InputError: a fault of the bytes outside every event, or a limit of JSON or CBOR.
        BundleError: a wrong member of the bundle (``type``, ``version``); too many events or
            aliases (``events``, ``size``); a wrong canonical hash (``hash_mismatch``) or number
            (``subject``).
        RecordError: ``canonical_record`` is not a record, as :meth:`Record.from_read`.
        TypeError: ``data`` is not bytes-like, ``limits`` is not :class:`Limits`, or ``encoding``
            is another value.
    """
    require_limits(limits)
    data = as_bytes(data, "use read_bundle_file")
    chosen = chosen_encoding(data, encoding)
    read = read_json if chosen == "json" else read_cbor
    document = read(data, limits, confine="events", depth=limits.bundle_depth)
    outside = document.faults.get(None)
    if outside is not None:
        raise InputError.of(outside)
    return _bundle(document, chosen, limits)


def read_bundle_file(
    path: str | PathLike[str], *, limits: Limits = DEFAULT_LIMITS, encoding: Encoding | None = None
) -> Bundle:
    """Read the bundle in a file, as :func:`read_bundle`; ``-`` is standard input (CLI-3).

    Raises:
        FileError: the file cannot be read.
        InputError: the file is larger than ``limits.size``; also as :func:`read_bundle`.
        BundleError: as :func:`read_bundle`.
        RecordError: as :func:`read_bundle`.
        TypeError: ``path`` is not a path, or ``limits`` is not :class:`Limits`.
    """
    require_limits(limits)
    # Lazily: whoever has the bytes needs no file system.
    from pithbundle.files import read_input

    return read_bundle(read_input(path, limits.size), limits=limits, encoding=encoding)


def _bundle(document: Parsed, encoding: Encoding, limits: Limits) -> Bundle:
    frame = document.value
    if type(frame) is not dict:
        raise BundleError("type", "a bundle must be an object", pointer="", clause="BUN-1")
    if frame.get("bundle_type") != BUNDLE_TYPE:
        raise BundleError("type", f'bundle_type must be "{BUNDLE_TYPE}"', pointer="/bundle_type")
    version = frame.get("bundle_version")
    if version != BUNDLE_VERSION:
        code = "version" if type(version) is str else "type"
        raise BundleError(code, f'bundle_version must be "{BUNDLE_VERSION}"', pointer="/bundle_version")
    events = frame.get("events")
    if type(events) is not list:
        raise BundleError("type", "events must be an array", pointer="/events")
    if len(events) > limits.events:
        raise BundleError.over_limit("events", limits.events, len(events), pointer="/events")
    claimed_aliases = frame.get("source_aliases")
    if type(claimed_aliases) is list and len(claimed_aliases) > limits.aliases:
        raise BundleError.over_limit(
            "aliases", limits.aliases, len(claimed_aliases), pointer="/source_aliases"
        )
    record = Record.from_read(frame.get("canonical_record"), "/canonical_record")
    if frame.get("canonical_sha256") != record.hex:
        state = "differs from the hash of canonical_record" if "canonical_sha256" in frame else "is missing"
        detail = f"canonical_sha256 {state}, {record.hex}"
        raise BundleError("hash_mismatch", detail, pointer="/canonical_sha256")
    fault = subject_fault(frame.get("pith_number"), record)
    if fault is not None:
        raise BundleError("subject", f"{fault}; the record's is {record.number}", pointer="/pith_number")
    elements: tuple[Value | Fault, ...] = tuple(events)
    if document.faults:
        elements = tuple(_confined(document, index, value) for index, value in enumerate(events))
    within = document.depth - _LEVELS_ABOVE_AN_EVENT <= MAX_DEPTH
    return Bundle(encoding, record, elements, _mismatches(frame, record), frame, within)


def _confined(document: Parsed, index: int, value: Value) -> Value | Fault:
    fault = document.faults.get(index)
    if fault is None:
        return value
    # Inside an event the pointer of every fault starts at the event.
    return replace(fault, pointer=Pointer((fault.pointer or "").removeprefix(f"/events/{index}")))


def subject_fault(claimed: Value, record: Record) -> str | None:
    """Return why ``claimed`` does not name ``record``, or None where it does (CHECK-4).

    The suffix is the record's; the year is that of ``submitted_at`` or of the arXiv id,
    because which of the two governs is not known.
    """
    if claimed == str(record.number):
        return None
    if type(claimed) is not str:
        return "the Pith Number is missing or not a string"
    try:
        named = PithNumber.parse(claimed)
    except NumberError:
        return "the Pith Number is not a full number"
    if named.suffix != record.number.suffix:
        return "the Pith Number is another record's"
    return None if named.year in record.years else "the Pith Number has another year"


def _mismatches(frame: Object, record: Record) -> tuple[Fault, ...]:
    """The members that nothing signs, compared with what the record gives (BUN-6)."""
    faults = []
    number = record.number
    short = frame.get("short_pith_number")
    if "short_pith_number" in frame and short != number.short:
        faults.append(Fault("subject", f"short_pith_number is not {number.short}", "/short_pith_number"))
    if "source" in frame and not _same_source(frame["source"], record):
        faults.append(Fault("subject", "source differs from the record's", "/source"))
    claimed = frame.get("source_aliases", [])
    if type(claimed) is not list:
        faults.append(Fault("type", "source_aliases must be an array", "/source_aliases"))
        return tuple(faults)
    derived = dict(record.aliases)
    for index, alias in enumerate(claimed):
        where = f"/source_aliases/{index}"
        kind = alias.get("alias_kind") if type(alias) is dict else None
        value = alias.get("alias_value") if type(alias) is dict else None
        if type(kind) is not str or type(value) is not str:
            faults.append(Fault("type", "an alias has the strings alias_kind and alias_value", where))
        elif kind in derived and derived[kind] != value:
            faults.append(Fault("subject", f"the {kind} alias of this record is {derived[kind]}", where))
    return tuple(faults)


def _same_source(claimed: Value, record: Record) -> bool:
    # For Python's == 1, 1.0 and True are equal; the exact types are compared first.
    if type(claimed) is not dict:
        return False
    source = (("id", record.source_id), ("kind", record.source_kind), ("version", record.version))
    return all(type(claimed.get(name)) is type(value) and claimed[name] == value for name, value in source)
