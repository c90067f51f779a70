"""A mirror that is published to a bucket of object storage, S3 or what speaks it (spec MIRROR-18)."""

from __future__ import annotations

import re
from typing import Final, Protocol

from pithbundle.archive.manifest import FILES
from pithbundle.errors import FileError
from pithbundle.files import file_error
from pithbundle.mirror.answers import (
    CBOR,
    HTML,
    IMMUTABLE,
    JSON,
    PACK,
    REVALIDATED,
    SCRIPT,
    STYLES,
    SVG,
    TEXT,
)
from pithbundle.mirror.served_folder import DIGESTS, PACKS
from pithbundle.mirror.target import own_names

#: The bytes of an object that is written by one request.
MOST_OBJECT: Final = 5 << 30
_TYPES: Final = {
    "json": JSON,
    "txt": TEXT,
    "idx": TEXT,
    "cbor": CBOR,
    "zst": PACK,
    "html": HTML,
    "css": STYLES,
    "js": SCRIPT,
    "svg": SVG,
}
_OF_ITS_CONTENT: Final = re.compile(
    rf"{DIGESTS}/[0-9a-f]{{64}}\.txt|pith/[A-Z2-7]{{26}}/parts/[0-9a-f]{{64}}\.json"
    rf"|{PACKS}/(?!pith-archive\.json)(?:{FILES.pattern})"
).fullmatch


class Objects(Protocol):
    """Object storage that can be written."""

    def size(self, path: str) -> int | None:
        """The bytes of an object; None where there is none."""

    def read_part(self, path: str, offset: int, size: int) -> bytes:
        """Return ``size`` bytes of an object by one request."""

    def write(self, path: str, data: bytes, media_type: str, cache_control: str) -> None:
        """Write an object with what a response states of it."""

    def names(self, path: str) -> list[str]:
        """The names of all objects below a path, relative to it."""

    def remove(self, path: str) -> None:
        """Remove an object."""


def headers_of(address: str) -> tuple[str, str]:
    """Return the media type and the cache control of an address (MIRROR-18)."""
    media_type = _TYPES.get(address.rpartition(".")[2], "application/octet-stream")
    return media_type, IMMUTABLE if _OF_ITS_CONTENT(address) else REVALIDATED


class BucketTarget:
    """A prefix in a bucket. An answer to a write means that the object is there, so that nothing is flushed.

    Args:
        storage: where it is.
        path: ``s3://BUCKET/PREFIX``.

    Every method raises ``FileError``, ``io``, where the storage does not answer as it should.
    """

    #: A bucket cannot be held against other processes.
    is_held = False

    def __init__(self, storage: Objects, path: str) -> None:
        self.name = path
        self._storage = storage
        self._path = path.rstrip("/")

    def _at(self, address: str) -> str:
        return f"{self._path}/{address}"

    def read(self, address: str, limit: int) -> bytes | None:
        """Return at most ``limit`` + 1 bytes of an object; None where there is none."""
        size = self._storage.size(self._at(address))
        if not size:
            return None if size is None else b""
        return self._storage.read_part(self._at(address), 0, min(size, limit + 1))

    def put(self, address: str, data: bytes) -> bool:
        """Write an object; return False if it was there with this content, and nothing was written."""
        if self.read(address, len(data)) == data:
            return False
        self._storage.write(self._at(address), data, *headers_of(address))
        return True

    def put_file(self, address: str, path: str, size: int) -> bool:
        """Write an object that is named by its content, from a file of this machine, unless it is there.

        Raises:
            FileError: ``io``: the file cannot be read, or is too large for one request.
        """
        if self._storage.size(self._at(address)) == size:
            return False
        if size > MOST_OBJECT:
            raise FileError.at(path, f"has more than {MOST_OBJECT} bytes, which are the most of one object")
        try:
            with open(path, "rb") as file:
                data = file.read()
        except OSError as error:
            raise file_error(path, error) from error
        self._storage.write(self._at(address), data, *headers_of(address))
        return True

    def names(self, folder: str) -> set[str]:
        """The names of the objects directly below a folder that a publisher may have written."""
        found = self._storage.names(self._at(folder))
        return own_names(folder, (name for name in found if "/" not in name))

    def remove(self, address: str) -> None:
        """Remove an object; nothing happens where there is none."""
        if self._storage.size(self._at(address)) is not None:
            self._storage.remove(self._at(address))

    def flush(self) -> None:
        """Do nothing: what was written is there."""
