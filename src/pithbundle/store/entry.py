"""Entries of a segment: each is found again whatever is damaged before it (spec STORE-2, STORE-3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from pithbundle.archive.frames import CHUNK, Stream, decompress, frame_head
from pithbundle.archive.zstd import compress
from pithbundle.encoding.canonical import encode, sha256_hex
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import DEFAULT_LIMITS
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Object
from pithbundle.errors import ArchiveError, PithError, StoreError

#: The magic of the skippable frame of a head.
MAGIC: Final = b"\x5b\x2a\x4d\x18"
VERSION: Final = "1"
#: The most bytes of the content of a head, and of an origin.
MAX_HEAD: Final = 4_096
MAX_ORIGIN: Final = 1_024
#: The most bytes of a bundle.
MAX_SIZE: Final = DEFAULT_LIMITS.size
_START: Final = 8
#: What every head begins with: members are sorted.
_BEGIN: Final = b'{"address":"'
_MEMBERS: Final[dict[str, type]] = {
    "address": str,
    "encoding": str,
    "entry_sha256": str,
    "entry_version": str,
    "frame_bytes": int,
    "origin": str,
    "received_at": str,
    "requested": str,
    "sequence": int,
    "sha256": str,
    "size": int,
    "store": str,
    "suffix": str,
}


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an entry: what is known of a bundle beside its bytes."""

    sequence: int
    #: Where the bundle is from; may contain hostile text.
    origin: str
    received_at: str
    #: The network address; empty if there is none.
    address: str
    #: The suffix for which it was requested; empty if any was welcome.
    requested: str
    #: The recomputed suffix; empty without a readable record.
    suffix: str
    encoding: Encoding
    #: The digest of the bundle, in hex, and its bytes.
    sha256: str
    size: int
    frame_bytes: int
    #: The id of the store.
    store: str

    def _value(self) -> Object:
        return {
            "address": self.address,
            "encoding": self.encoding,
            "entry_version": VERSION,
            "frame_bytes": self.frame_bytes,
            "origin": self.origin,
            "received_at": self.received_at,
            "requested": self.requested,
            "sequence": self.sequence,
            "sha256": self.sha256,
            "size": self.size,
            "store": self.store,
            "suffix": self.suffix,
        }

    @property
    def entry_sha256(self) -> str:
        """The name of the entry: the digest of the head, in hex."""
        return sha256_hex(encode(self._value()))

    def to_bytes(self) -> bytes:
        """The skippable frame."""
        content = encode({**self._value(), "entry_sha256": self.entry_sha256})
        return MAGIC + len(content).to_bytes(4, "little") + content

    @classmethod
    def from_content(cls, content: bytes, store: str) -> Head:
        """Read the content of the skippable frame.

        Raises:
            PithError: it is no head of an entry of this store.
        """
        value: Any = parse_json(content)
        if type(value) is not dict or {name: type(each) for name, each in value.items()} != _MEMBERS:
            raise StoreError("store", "a head with other members", clause="STORE-2")
        claimed, version = value.pop("entry_sha256"), value.pop("entry_version")
        head = cls(**value)
        agrees = claimed == head.entry_sha256 and version == VERSION and head.store == store
        if not agrees or head.encoding not in ("json", "cbor") or not 0 <= head.size <= MAX_SIZE:
            raise StoreError("store", "no head of an entry of this store", clause="STORE-2")
        return head


@dataclass(frozen=True, slots=True)
class Found:
    """An entry, where it is in its segment, and the bundle."""

    head: Head
    offset: int
    #: The bytes of the entry.
    length: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes of a segment that are no entry."""

    offset: int
    length: int
    reason: str
    #: The head of the entry that they were, if it can be read.
    head: Head | None = None


def frame_of(data: bytes) -> bytes:
    """The frame of a bundle."""
    return compress(data)


def read_entry(content: bytes, store: str) -> Found:
    """Read the bytes of one entry.

    Raises:
        PithError: they are no entry of this store, or damaged.
    """
    head, at = _head_of(content, store)
    return Found(head, 0, at + head.frame_bytes, _body(head, content[at : at + head.frame_bytes]))


def _head_of(content: bytes, store: str) -> tuple[Head, int]:
    """The head at the beginning of some bytes, and where it ends.

    Raises:
        PithError: there is none.
    """
    size = int.from_bytes(content[4:_START], "little")
    end = _START + size
    if (
        content[:4] != MAGIC
        or size > MAX_HEAD
        or not content.startswith(_BEGIN, _START)
        or end > len(content)
    ):
        raise StoreError("store", "no head of an entry", clause="STORE-2")
    return Head.from_content(content[_START:end], store), end


def _body(head: Head, frame: bytes) -> bytes:
    """The bundle in the frame of an entry.

    Raises:
        PithError: it is damaged.
    """
    found = frame_head(frame[:18])
    if len(frame) != head.frame_bytes or found is None or found.content_size != head.size:
        raise ArchiveError(
            "archive", "the frame of an entry is cut or not that of its head", clause="STORE-2"
        )
    data = decompress(frame, head.size)
    if sha256(data).hexdigest() != head.sha256:
        raise StoreError("store", "the bundle is not the one of the head", clause="STORE-2")
    return data


def scan(read: Callable[[int], bytes], store: str, position: int = 0) -> Iterator[Found | Gap]:
    """The entries of a segment from a position on, and what is none; in order, without overlap.

    Args:
        read: returns at most so many bytes that follow, and none at the end.
        store: the id of the store.
        position: where ``read`` begins.
    """
    stream = Stream(read, position)
    start, reason, named = -1, "", None
    while stream.peek(1):
        offset = stream.position
        head, data, step, problem = _look(stream, store)
        if head is not None and start >= 0:
            yield Gap(start, offset - start, reason, named)
            start = -1
        if head is not None and data is not None:
            stream.skip(step)
            yield Found(head, offset, step, data)
            continue
        if start < 0:
            start, reason, named = offset, problem, head
        stream.skip(step)
        _to_magic(stream)
    if start >= 0:
        yield Gap(start, stream.position - start, reason, named)


def _look(stream: Stream, store: str) -> tuple[Head | None, bytes | None, int, str]:
    """Look at one position: the head, the bundle, how many bytes to pass over, and what is wrong."""
    try:
        head, at = _head_of(_peeked_head(stream), store)
    except PithError as error:
        return None, None, 1, error.fault.message
    whole = at + head.frame_bytes
    content = stream.peek(whole + 4)
    try:
        data = _body(head, content[at:whole])
    except PithError as error:
        # The head is intact, so the next entry begins where it states, unless bytes were removed.
        agrees = len(content) >= whole and content[whole:] in (b"", MAGIC)
        return head, None, whole if agrees else at, error.fault.message
    return head, data, whole, ""


def _peeked_head(stream: Stream) -> bytes:
    start = stream.peek(_START + len(_BEGIN))
    size = int.from_bytes(start[4:_START], "little")
    if start[:4] != MAGIC or size > MAX_HEAD or not start.endswith(_BEGIN):
        return b""
    return stream.peek(_START + size)


def _to_magic(stream: Stream) -> None:
    """Move to the next magic of a head, or to the end."""
    while ahead := stream.peek(CHUNK):
        found = ahead.find(MAGIC)
        if found >= 0:
            stream.skip(found)
            return
        # The end may be the beginning of a magic.
        stream.skip(max(1, len(ahead) - 3) if len(ahead) >= len(MAGIC) else len(ahead))
