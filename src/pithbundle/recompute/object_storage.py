"""Archives and outputs in object storage (spec RECOMP-16).

Loaded only where fsspec is installed, which the extra ``cluster`` brings. Credentials, regions and
addresses of servers are those of the configuration of the library for each scheme, never of a path.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final, TypeVar

import fsspec

from pithbundle.archive.storage import LOCAL, Identity, OpenFile
from pithbundle.errors import FileError, InputError
from pithbundle.recompute.location import location, scheme_of

T = TypeVar("T")

#: How much is read at once: a frame has at most about 1 MiB, and each request takes its time.
AHEAD: Final = 1 << 23
#: What distinguishes two states of an object, as far as a storage states it.
_FACTS: Final = (
    "ETag",
    "etag",
    "VersionId",
    "generation",
    "LastModified",
    "last_modified",
    "mtime",
    "created",
)


def _asked(path: str, ask: Callable[[], T]) -> T:
    """The answer of a storage.

    Raises:
        FileError: ``io``: it does not answer as it should.
    """
    try:
        return ask()
    except FileNotFoundError as error:
        raise FileError.at(path, "no such object") from error
    # Each file system raises errors of its own library.
    except Exception as error:
        lines = str(error).splitlines() or [""]
        raise FileError.at(path, f"{lines[0] or type(error).__name__}") from error


class StoredFile:
    """An object that is read by offset, some megabytes at once."""

    def __init__(self, system: Any, path: str, name: str) -> None:
        self._system = system
        self._path = path
        self._name = name
        info = self._info()
        if info.get("type") != "file" or not isinstance(info.get("size"), int):
            raise FileError.at(path, "is not a regular file")
        self.size: int = info["size"]
        self.identity = self._identity(info)
        self._start = 0
        self._held = b""

    def _info(self) -> dict[str, Any]:
        self._system.invalidate_cache()
        info: dict[str, Any] = _asked(self._path, lambda: self._system.info(self._name))
        return info

    def _identity(self, info: dict[str, Any]) -> Identity:
        return self._path, info.get("size", -1), *(str(info.get(name, "")) for name in _FACTS)

    def read_at(self, offset: int, size: int) -> bytes:
        """Return at most ``size`` bytes, and none only at the end.

        Raises:
            FileError: ``io``: the storage does not answer as it should.
        """
        at = offset - self._start
        if not 0 <= at < len(self._held):
            end = min(self.size, offset + max(size, AHEAD))
            if offset >= end:
                return b""
            data: bytes = _asked(self._path, lambda: self._system.cat_file(self._name, start=offset, end=end))
            if len(data) != end - offset:
                raise FileError.at(self._path, "changed while it was read; read it again")
            self._start, self._held, at = offset, data, 0
        return self._held[at : at + size]

    def require_unchanged(self) -> None:
        """Check that the object is still the one that was opened (ARCH-8).

        Raises:
            FileError: ``io``: it is not.
        """
        if self._identity(self._info()) != self.identity:
            raise FileError.at(self._path, "changed while it was read; read it again")

    def close(self) -> None:
        """Forget what was read ahead."""
        self._held = b""


class ObjectStorage:
    """Paths of this machine, and those of object storage whose scheme is allowed.

    Args:
        allowed: the schemes, of :data:`pithbundle.recompute.location.SCHEMES`.
    """

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = frozenset(allowed)
        self._systems: dict[str, Any] = {}

    def __reduce__(self) -> tuple[type[ObjectStorage], tuple[frozenset[str]]]:
        # A process that is given it connects itself.
        return ObjectStorage, (self._allowed,)

    def _located(self, path: str) -> tuple[Any, str]:
        """The file system of a path of object storage, and the name in it."""
        try:
            scheme, name = location(path, self._allowed)
        except ValueError as error:
            raise FileError.at(path, str(error)) from error
        if scheme not in self._systems:
            self._systems[scheme] = _asked(path, lambda: fsspec.filesystem(scheme))
        return self._systems[scheme], name

    def open(self, path: str) -> OpenFile:
        """Open a file or an object.

        Raises:
            FileError: ``io``: it cannot be opened, is no regular file, or may not be read.
        """
        if scheme_of(path) is None:
            return LOCAL.open(path)
        system, name = self._located(path)
        return StoredFile(system, path, name)

    def read(self, path: str, limit: int) -> bytes:
        """Return the bytes of a small file or object.

        Raises:
            InputError: ``size`` (LIM-1), more than ``limit`` bytes.
            FileError: ``io``: it cannot be read, is no regular file, or may not be read.
        """
        if scheme_of(path) is None:
            return LOCAL.read(path, limit)
        file = self.open(path)
        if file.size > limit:
            raise InputError.over_limit("size", limit, file.size)
        parts: list[bytes] = []
        while part := file.read_at(sum(map(len, parts)), file.size):
            parts.append(part)
        file.require_unchanged()
        return b"".join(parts)

    def read_part(self, path: str, offset: int, size: int) -> bytes:
        """Return ``size`` bytes of a file or an object by one request, and nothing is read ahead.

        Raises:
            FileError: ``io``: it cannot be read, or may not be read.
        """
        if scheme_of(path) is None:
            return LOCAL.read_part(path, offset, size)
        system, name = self._located(path)
        data: bytes = _asked(path, lambda: system.cat_file(name, start=offset, end=offset + size))
        return data

    # -- writing --------------------------------------------------------------------------

    def names(self, path: str) -> list[str]:
        """The names of all objects below a path, relative to it.

        Raises:
            FileError: ``io``: the storage does not answer as it should.
        """
        system, name = self._located(path)
        system.invalidate_cache()
        found: list[str] = _asked(path, lambda: [*system.find(name)])
        return sorted(each[len(name) + 1 :] for each in found if each.startswith(f"{name}/"))

    def upload(self, path: str, local: str) -> None:
        """Write a file of this machine as an object.

        Raises:
            FileError: ``io``: the storage does not answer as it should.
        """
        system, name = self._located(path)
        _asked(path, lambda: system.put_file(local, name))

    def write(self, path: str, data: bytes, media_type: str, cache_control: str) -> None:
        """Write an object of S3 with what a response states of it; it is replaced in one step.

        Raises:
            FileError: ``io``: the storage does not answer as it should.
        """
        system, name = self._located(path)
        headers = {"ContentType": media_type, "CacheControl": cache_control}
        _asked(path, lambda: system.pipe_file(name, data, **headers))

    def size(self, path: str) -> int | None:
        """The bytes of an object; None where there is none.

        Raises:
            FileError: ``io``: the storage does not answer as it should.
        """
        system, name = self._located(path)
        system.invalidate_cache()

        def ask() -> int | None:
            try:
                info = system.info(name)
            except FileNotFoundError:
                return None
            return int(info["size"]) if info.get("type") == "file" else None

        return _asked(path, ask)

    def remove(self, path: str) -> None:
        """Remove an object.

        Raises:
            FileError: ``io``: the storage does not answer as it should.
        """
        system, name = self._located(path)
        _asked(path, lambda: system.rm_file(name))
