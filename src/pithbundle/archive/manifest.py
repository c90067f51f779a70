"""The manifest of an archive and the index of a pack (spec ARCH-9, ARCH-10)."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import asdict, dataclass, fields
from typing import Final

from pithbundle.bundle.document_types import ARCHIVE_FILE, ARCHIVE_TYPE
from pithbundle.bundle.number import is_suffix
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import ArchiveError

MANIFEST: Final = ARCHIVE_FILE
ARCHIVE_VERSION: Final = "1"
#: The endings of packs.
ENDINGS: Final[dict[Encoding, str]] = {"json": ".jsonl.zst", "cbor": ".cborseq.zst"}
INDEX_ENDING: Final = ".idx"
#: The characters of NAME.
_NAME: Final = 32
_MEMBERS: Final = ("archive_type", "archive_version", "zstd_version", "packs")
#: 100,000 packs of some hundred megabytes: a manifest lists each in 10 values and 500 bytes (ARCH-10).
LIMITS: Final = Limits(size=1 << 26, nodes=1 << 20)

#: The names of all files of an archive.
FILES: Final = re.compile(r"pith-archive\.json|[0-9a-f]{32}\.(?:jsonl\.zst|cborseq\.zst|idx)")
_PACK: Final = re.compile(r"[0-9a-f]{32}(\.jsonl\.zst|\.cborseq\.zst)").fullmatch
_DIGEST: Final = re.compile("[0-9a-f]{64}").fullmatch
_INDEX_LINE: Final = re.compile(rb"([A-Z2-7]{26}) (0|[1-9][0-9]{0,17}) ([1-9][0-9]{0,17}) ([1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class PackInfo:
    """What the manifest states of one pack (ARCH-10)."""

    #: The name of the file in the folder of the archive.
    file: str
    first_suffix: str
    last_suffix: str
    #: The number of lines.
    bundles: int
    #: The number of different suffixes.
    records: int
    #: The bytes of the content.
    raw_bytes: int
    #: The bytes of the file.
    file_bytes: int
    #: The SHA-256 of the content, in hex.
    content_sha256: str
    #: The SHA-256 of the file, in hex.
    file_sha256: str

    @property
    def encoding(self) -> Encoding:
        """The encoding of its bundles, which the name states."""
        return "cbor" if self.file.endswith(ENDINGS["cbor"]) else "json"

    @property
    def index_file(self) -> str:
        """The name of its index."""
        return self.file.partition(".")[0] + INDEX_ENDING

    def to_value(self) -> Object:
        """Return it as JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Manifest:
    """``pith-archive.json`` (ARCH-10)."""

    packs: tuple[PackInfo, ...]
    #: The version of zstd that wrote the packs, for information.
    zstd_version: str

    @property
    def bundles(self) -> int:
        """The number of lines of all packs."""
        return sum(pack.bundles for pack in self.packs)

    @property
    def records(self) -> int:
        """The number of suffixes of all packs, those of JSON and of CBOR counted apart."""
        return sum(pack.records for pack in self.packs)

    def to_bytes(self) -> bytes:
        """Return the file."""
        value = {
            "archive_type": ARCHIVE_TYPE,
            "archive_version": ARCHIVE_VERSION,
            "zstd_version": self.zstd_version,
            "packs": [pack.to_value() for pack in self.packs],
        }
        return json.dumps(value, indent=2).encode("ascii") + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> Manifest:
        """Read a manifest strictly.

        Raises:
            InputError: it is not JSON of the profile.
            ArchiveError: ``version`` or ``archive``: it is not a manifest of this form.
        """
        value = parse_json(data, LIMITS)
        if type(value) is not dict or value.get("archive_type") != ARCHIVE_TYPE:
            raise _error("/archive_type", f'archive_type must be "{ARCHIVE_TYPE}"')
        if value.get("archive_version") != ARCHIVE_VERSION:
            detail = f'archive_version must be "{ARCHIVE_VERSION}"'
            raise ArchiveError("version", detail, pointer="/archive_version", clause="ARCH-10")
        if sorted(value) != sorted(_MEMBERS):
            raise _error("", f"a manifest has the members {', '.join(_MEMBERS)} and no others")
        version, packs = value["zstd_version"], value["packs"]
        if type(version) is not str:
            raise _error("/zstd_version", "zstd_version must be a string")
        return cls(read_packs(packs), version)


def read_packs(packs: Value) -> tuple[PackInfo, ...]:
    """Read the member ``packs`` of a manifest or of another list of packs strictly (ARCH-10).

    Raises:
        ArchiveError: ``archive``: it is not in its form, or out of order.
    """
    if type(packs) is not list:
        raise _error("/packs", "packs must be an array")
    found = tuple(_pack(each, f"/packs/{at}") for at, each in enumerate(packs))
    _require_order(found)
    return found


def _pack(value: Value, pointer: str) -> PackInfo:
    if type(value) is not dict or sorted(value) != sorted(field.name for field in fields(PackInfo)):
        raise _error(pointer, "a pack has the nine members of ARCH-10 and no others")
    for field in fields(PackInfo):
        member = value[field.name]
        sound = type(member) is int and member >= 1 if field.type == "int" else type(member) is str
        if field.name.endswith("sha256"):
            sound = type(member) is str and _DIGEST(member) is not None
        elif field.name.endswith("suffix"):
            sound = type(member) is str and is_suffix(member)
        if not sound:
            raise _error(
                f"{pointer}/{field.name}", f"{field.name} must be {_form_of(field.name, field.type)}"
            )
    info = PackInfo(**value)  # type: ignore[arg-type]
    if _PACK(info.file) is None or info.file[:_NAME] != info.content_sha256[:_NAME]:
        raise _error(f"{pointer}/file", "the name of a pack is the beginning of its content_sha256")
    return info


def _form_of(name: str, kind: object) -> str:
    if kind == "int":
        return "an integer from 1"
    if name.endswith("sha256"):
        return "64 lower-case hex digits"
    return "26 characters A-Z2-7" if name.endswith("suffix") else "a string"


def _require_order(packs: tuple[PackInfo, ...]) -> None:
    keys = [(pack.encoding == "cbor", pack.first_suffix, pack.last_suffix) for pack in packs]
    for at, (one, other) in enumerate(itertools.pairwise(keys), 1):
        if one[0] > other[0] or (one[0] == other[0] and one[2] >= other[1]):
            raise _error(f"/packs/{at}", "packs are listed by encoding and suffix, without overlap")
    for at, key in enumerate(keys):
        if key[1] > key[2]:
            raise _error(f"/packs/{at}", "last_suffix is before first_suffix")


def _error(pointer: str, detail: str) -> ArchiveError:
    return ArchiveError("archive", detail, pointer=pointer, clause="ARCH-10")


def pack_name(content_sha256: str, encoding: Encoding) -> str:
    """Return the name of the pack with this content (ARCH-10)."""
    return content_sha256[:_NAME] + ENDINGS[encoding]


# -- indexes ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """Where one frame is (ARCH-9). Nothing of it is believed before the frame was read."""

    first_suffix: str
    offset: int
    #: The bytes of the frame.
    length: int
    #: The bytes of its content.
    raw_length: int

    def to_bytes(self) -> bytes:
        """Return its line."""
        return f"{self.first_suffix} {self.offset} {self.length} {self.raw_length}\n".encode("ascii")


def read_index(data: bytes) -> tuple[IndexEntry, ...] | None:
    """Read an index; None where a line is malformed, or the frames do not follow one another."""
    if data and not data.endswith(b"\n"):
        return None
    found: list[IndexEntry] = []
    offset, suffix = 0, ""
    for line in data.split(b"\n")[:-1]:
        match = _INDEX_LINE.fullmatch(line)
        if match is None:
            return None
        entry = IndexEntry(match[1].decode("ascii"), int(match[2]), int(match[3]), int(match[4]))
        if entry.offset != offset or entry.first_suffix < suffix:
            return None
        offset, suffix = offset + entry.length, entry.first_suffix
        found.append(entry)
    return tuple(found)
