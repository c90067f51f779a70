"""The list of the parts in which a mirror serves a record that one bundle cannot contain (spec SYNC-5)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pithbundle.encoding.canonical import encode_canonical
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.values import Value
from pithbundle.errors import BundleError, InputError

PARTS_FILE: Final = "parts.json"
PARTS_TYPE: Final = "pithbundle_mirror_parts"
PARTS_VERSION: Final = "1"
#: The bytes of the largest part of several at least: two neighbours together exceed a limit.
LEAST_BYTES: Final = 65_536
#: Bytes of a list at most, and parts of a record.
PARTS_BYTES: Final = 1 << 17
MAX_PARTS: Final = 1_024
#: Bytes of all parts at most: whoever reads a record holds all of them at once.
MOST_BYTES: Final = 256 << 20
_LIMITS: Final = Limits(size=PARTS_BYTES)


def may_be_part(size: int, *, has_unverified: bool, has_digests: bool) -> bool:
    """Whether a bundle whose digest is not known may be one part of several (MIRROR-13, SYNC-5).

    Args:
        size: the bytes of the bundle.
        has_unverified: whether it has unverified elements (UNV-1).
        has_digests: whether the mirror has a head; one without has no parts of other bundles either.
    """
    return size >= LEAST_BYTES or (has_unverified and has_digests)


def check_parts(suffix: str, parts: Sequence[bytes]) -> None:
    """Check that a record may be served in these parts (MIRROR-13): readers reject more.

    Raises:
        InputError: ``size``: it has too many parts, or too many bytes; the message names the record.
    """
    total = sum(map(len, parts))
    if len(parts) > MAX_PARTS or total > MOST_BYTES:
        bound = f"the limits are {MAX_PARTS} parts and {MOST_BYTES} bytes"
        detail = f"{suffix}: a mirror cannot serve its {len(parts)} parts of {total} bytes: {bound}"
        raise InputError("size", detail, clause="MIRROR-13")


_MEMBERS: Final = frozenset({"events", "parts", "parts_type", "parts_version", "suffix"})
_DIGEST: Final = re.compile("[0-9a-f]{64}").fullmatch


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its bytes, and their SHA-256 in hex."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Parts:
    """``parts.json``: the parts of a record in the order of the export."""

    suffix: str
    #: The number of valid events in all parts.
    events: int
    parts: tuple[Part, ...]

    def to_bytes(self) -> bytes:
        """Return the file: canonical bytes."""
        parts: list[Value] = [{"bytes": part.bytes, "sha256": part.sha256} for part in self.parts]
        return encode_canonical(
            {
                "events": self.events,
                "parts": parts,
                "parts_type": PARTS_TYPE,
                "parts_version": PARTS_VERSION,
                "suffix": self.suffix,
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes, suffix: str) -> Parts:
        """Read the list of the parts of a record strictly.

        Raises:
            InputError: it is not JSON of the profile.
            BundleError: ``subject``: it is that of another record. ``size``: its parts together have too
                many bytes. ``type`` or ``version``: it is not in its form.
        """
        value = parse_json(data, _LIMITS)
        if type(value) is not dict or value.get("parts_type") != PARTS_TYPE:
            raise _error("type", "/parts_type", f'parts_type must be "{PARTS_TYPE}"')
        if value.get("parts_version") != PARTS_VERSION:
            raise _error("version", "/parts_version", f'parts_version must be "{PARTS_VERSION}"')
        events, listed = value.get("events"), value.get("parts")
        if value.keys() != _MEMBERS or type(events) is not int or events < 0 or type(listed) is not list:
            raise _error("type", "", "a list of parts has the five members of SYNC-5 and no others")
        if value["suffix"] != suffix:
            raise _error("subject", "/suffix", f"the parts of another record than {suffix}")
        if not 2 <= len(listed) <= MAX_PARTS:
            raise _error("type", "/parts", f"a record has 2 to {MAX_PARTS} parts")
        parts = tuple(_part(each, f"/parts/{at}") for at, each in enumerate(listed))
        if len({part.sha256 for part in parts}) != len(parts):
            raise _error("type", "/parts", "a part is listed twice")
        total = sum(part.bytes for part in parts)
        if total > MOST_BYTES:
            raise _error("size", "/parts", f"the parts have {total} bytes, the limit is {MOST_BYTES}")
        found = cls(suffix, events, parts)
        if found.to_bytes() != data:
            raise _error("type", "", "the bytes are not the canonical ones of the same members")
        return found


def _part(value: Value, pointer: str) -> Part:
    if type(value) is not dict or value.keys() != {"bytes", "sha256"}:
        raise _error("type", pointer, "a part has the members bytes and sha256 and no others")
    size, digest = value["bytes"], value["sha256"]
    if type(size) is not int or not 1 <= size <= DEFAULT_LIMITS.size:
        raise _error("type", f"{pointer}/bytes", "bytes must be the size of a bundle")
    if type(digest) is not str or _DIGEST(digest) is None:
        raise _error("type", f"{pointer}/sha256", "sha256 must be 64 lower-case hex digits")
    return Part(size, digest)


def _error(code: str, pointer: str, detail: str) -> BundleError:
    return BundleError(code, f"{PARTS_FILE}: {detail}", pointer=pointer, clause="SYNC-5")
