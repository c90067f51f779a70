"""What a mirror answers, and the documents of a record that it makes (spec MIRROR-11 to MIRROR-14)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, TypeAlias

from pithbundle.encoding.canonical import canonical_bytes
from pithbundle.encoding.cbor import cbor_bytes, parse_cbor
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.parsed import Encoding, detect_encoding
from pithbundle.errors import InputError
from pithbundle.mirror.contents import json_ld_document, parts_document, record_document
from pithbundle.store import Served

#: Records of an ambiguous name that are listed at most.
MOST_CHOICES: Final = 100

JSON: Final = "application/json"
JSON_LD: Final = "application/ld+json"
TEXT: Final = "text/plain; charset=us-ascii"
HTML: Final = "text/html; charset=utf-8"
CBOR: Final = "application/cbor"
STYLES: Final = "text/css; charset=utf-8"
SCRIPT: Final = "text/javascript; charset=utf-8"
SVG: Final = "image/svg+xml"
PACK: Final = "application/zstd"
_TYPES: Final[dict[Encoding, str]] = {"json": JSON, "cbor": CBOR}
#: What caches may do with a body that its address has for ever, and with any other (MIRROR-16).
IMMUTABLE: Final = "public, max-age=31536000, immutable"
REVALIDATED: Final = "no-cache"


@dataclass(frozen=True, slots=True)
class Document:
    """A body with what a response states of it."""

    body: bytes
    media_type: str
    #: Whether the address has this body for ever.
    immutable: bool
    #: The elements of the record that could not be checked under the policy of the mirror (MIRROR-12).
    unverified: int = 0
    #: The content policy of a page and of what it runs (PAGE-3); empty for what is not run.
    content_policy: str = ""
    #: The SHA-256 of the body in hex.
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", sha256(self.body).hexdigest())

    @property
    def etag(self) -> str:
        """The strong entity tag, with its quotation marks."""
        return f'"{self.sha256}"'


@dataclass(frozen=True, slots=True)
class FileDocument:
    """A file of an archive, which a server sends from the disk, also in part."""

    #: Where it is on this machine.
    path: str
    bytes: int
    media_type: str
    sha256: str
    immutable: bool

    @property
    def etag(self) -> str:
        """The strong entity tag, with its quotation marks."""
        return f'"{self.sha256}"'


@dataclass(frozen=True, slots=True)
class Redirect:
    """The address of the record that an alias or a short form names."""

    #: Relative to the base URL of the mirror.
    location: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The records that an ambiguous alias or short form names, at most :data:`MOST_CHOICES`."""

    suffixes: tuple[str, ...]


Found: TypeAlias = Document | FileDocument | Redirect | Choice


# -- documents of a record --------------------------------------------------------------------


def json_document(body: bytes | None, unverified: int = 0) -> Document | None:
    """A document of JSON under an address whose content may change; None without a body."""
    return None if body is None else Document(body, JSON, immutable=False, unverified=unverified)


def _chosen(served: Served) -> bytes:
    """The bundle of the record: as it was received, or else the largest part (MIRROR-12)."""
    return served.parts[0] if served.entry is not None else max(served.parts, key=len)


def bundle_document(served: Served, encoding: Encoding) -> Document | None:
    """The bundle in an encoding, as it was received if that is its own (MIRROR-12).

    None if it exceeds the limits of a bundle in this encoding.
    """
    data = _chosen(served)
    if detect_encoding(data) != encoding:
        try:
            data = canonical_bytes(parse_cbor(data)) if encoding == "json" else cbor_bytes(parse_json(data))
        except InputError:
            return None
    return Document(data, _TYPES[encoding], immutable=False, unverified=served.unverified)


def _state(served: Served) -> Document | None:
    return json_document(served.ledger.snapshot().to_json(), served.unverified)


def _parts(served: Served) -> Document | None:
    if len(served.parts) == 1:
        return None
    record = served.record
    body = parts_document(record.number.suffix, len(record.ledger), served.parts)
    return json_document(body, served.unverified)


def part_document(served: Served, name: str) -> Document | None:
    """The part of a SHA-256 in hex, of a record that is served in several parts (MIRROR-12)."""
    for part in served.parts if len(served.parts) > 1 else ():
        found = Document(part, _TYPES[detect_encoding(part)], immutable=True, unverified=served.unverified)
        if found.sha256 == name:
            return found
    return None


def _record(served: Served) -> Document | None:
    ledger = served.ledger
    return json_document(
        record_document(ledger.record, ledger.snapshot(), served.unverified), served.unverified
    )


def _json_ld(served: Served) -> Document | None:
    ledger = served.ledger
    body = json_ld_document(ledger.record, ledger.snapshot(), served.unverified)
    return Document(body, JSON_LD, immutable=False, unverified=served.unverified)


#: The documents of a record by the end of their addresses.
OF_RECORD: Final[dict[str, Callable[[Served], Document | None]]] = {
    "": _json_ld,
    ".json": _record,
    "/bundle.json": lambda served: bundle_document(served, "json"),
    "/bundle.cbor": lambda served: bundle_document(served, "cbor"),
    "/state.json": _state,
    "/parts.json": _parts,
}
