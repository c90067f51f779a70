"""The packs of an archive: received in parts, compared with their hashes, and added (spec SYNC-9)."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, TypeVar

from pithbundle.archive.lines import Line
from pithbundle.archive.manifest import PackInfo
from pithbundle.archive.reader import Damage, PackReader
from pithbundle.archive.rejected import Rejections
from pithbundle.durable import Folder, OutputFile
from pithbundle.errors import ArchiveError, InputError, NetworkError, PithError
from pithbundle.files import file_error, open_regular
from pithbundle.mirror.remote import Remote
from pithbundle.mirror.sync.known import KnownMirror
from pithbundle.mirror.sync.results import MirrorResult
from pithbundle.mirror.sync.worker import Worker
from pithbundle.store import Incoming, Store

_Result = TypeVar("_Result")
#: The folder in a store where packs are received (STORE-1).
DOWNLOADS: Final = "downloads"
#: Codes of errors that concern one pack and not the mirror.
_OF_A_PACK: Final = frozenset({"http", "size", "encoding"})
_KNOWN: Final = re.compile(r"[0-9a-f]{64}\.pack")


class Packs:
    """Receives and adds the packs of one mirror."""

    def __init__(
        self,
        remote: Remote,
        store: Store,
        worker: Worker,
        known: KnownMirror,
        result: MirrorResult,
        progress: Callable[[int], None],
    ) -> None:
        self._remote = remote
        self._store = store
        self._work = worker
        self._known = known
        self._result = result
        self._progress = progress

    async def take(self, path: str) -> None:
        """Add what the packs of an archive contain and a key of the policy signed.

        What is wrong with a pack is reported, and its records are requested one by one.

        Args:
            path: of the manifest of the archive, as the head states it.

        Raises:
            NetworkError: the mirror cannot be read any more.
            FileError: ``io``: a file cannot be written.
        """
        await self._work(lambda: self._known.take_packs(done=False))
        try:
            manifest = await self._remote.archive(path)
        except (NetworkError, ArchiveError, InputError) as error:
            self._note(error)
            await self._work(lambda: self._known.take_packs(done=True))
            return
        for pack in manifest.packs:
            if not await self._work(partial(self._known.has_pack, pack.content_sha256)):
                await self._take(path, pack)
                await self._work(partial(self._known.put_pack, pack.content_sha256))
        await self._work(lambda: self._known.take_packs(done=True))

    def _note(self, error: PithError) -> None:
        """Note what is wrong with a pack.

        Raises:
            NetworkError: it is not the pack alone.
        """
        if isinstance(error, NetworkError) and error.code not in _OF_A_PACK:
            raise error
        self._result.problems.add(error.detached())

    async def _take(self, path: str, pack: PackInfo) -> None:
        try:
            name = await self._receive(path, pack)
        except (NetworkError, ArchiveError) as error:
            self._note(error)
            await self._work(lambda: self._in_downloads(lambda folder: _forget(folder, pack)))
            return
        received = os.path.join(self._store.path, DOWNLOADS, name)
        async with self._work.opened(lambda: PackReader(received, pack.encoding)) as reader:
            batches = _Contents(reader, pack, self._remote.base).batches()
            try:
                while (batch := await self._work(lambda: next(batches, None))) is not None:
                    await self._work(partial(self._add, batch))
                    self._progress(len(batch))
            except ArchiveError as error:
                self._note(error)
        await self._work(lambda: self._in_downloads(lambda folder: folder.remove(name)))

    def _add(self, lines: list[Line]) -> None:
        """Add what is admitted; everything else is requested by its number."""
        base = self._remote.base
        incoming = [Incoming(line.data, base) for line in lines]
        added = self._store.take(incoming, quarantine=False)
        for one in added:
            if one is None or one.outcome != "added":
                continue
            self._result.from_packs += 1
            if one.entry.invalid:
                self._result.invalid.add(one.entry.suffix)

    # -- receiving ------------------------------------------------------------------------

    async def _receive(self, path: str, pack: PackInfo) -> str:
        """Receive a pack, go on where an earlier run ended, and compare its hash; the name of the file.

        Raises:
            NetworkError: a part cannot be received; what was received stays.
            ArchiveError: ``archive``: it has another hash than the manifest states.
        """
        name = f"{pack.file_sha256}.pack"
        for _ in range(2):
            opening = partial(self._in_downloads, partial(_opened, name=name, pack=pack))
            async with self._work.opened(opening) as file:
                start = file.size
                async for piece in self._remote.pieces(path, pack, start):
                    await self._work(partial(file.write, piece))
                await self._work(file.sync)
            if await self._work(lambda: self._sha256(name)) == pack.file_sha256:
                return name
            await self._work(lambda: self._in_downloads(lambda folder: folder.remove(name)))
            if not start:
                break
            # The part that was there may have been of another file.
        detail = f"{self._remote.base}: {pack.file}: another SHA-256 than the manifest states"
        raise ArchiveError("archive", detail, clause="SYNC-9")

    def _sha256(self, name: str) -> str:
        with open_regular(os.path.join(self._store.path, DOWNLOADS, name), 1 << 20) as file:
            digest = hashlib.sha256()
            while part := file.read(1 << 20):
                digest.update(part)
            return digest.hexdigest()

    def _in_downloads(self, work: Callable[[Folder], _Result]) -> _Result:
        """Do something in the folder of downloads, which is made where it is missing."""
        path = os.path.join(self._store.path, DOWNLOADS)
        try:
            with Folder.open(self._store.path) as store:
                if store.mode(DOWNLOADS) is None:
                    store.make_folder(DOWNLOADS).close()
                    store.sync()
                with store.subfolder(DOWNLOADS) as folder:
                    return work(folder)
        except OSError as error:
            raise file_error(path, error) from error


def _opened(folder: Folder, name: str, pack: PackInfo) -> OutputFile:
    """The file of a pack, with what there is of it."""
    folder.require_known(_KNOWN)
    size = folder.size(name)
    if size is not None and size <= pack.file_bytes:
        return folder.reopen(name, size)
    if size is not None:
        folder.remove(name)
    return folder.create(name)


def _forget(folder: Folder, pack: PackInfo) -> None:
    """Remove what was received of a pack that is not used."""
    name = f"{pack.file_sha256}.pack"
    if folder.mode(name) is not None:
        folder.remove(name)


class _Contents:
    """The lines of a pack, compared with what the manifest states (ARCH-4, ARCH-10)."""

    def __init__(self, reader: PackReader, pack: PackInfo, base: str) -> None:
        self._reader = reader
        self._pack = pack
        self._base = base
        self._content = hashlib.sha256()
        self._before: tuple[str, bytes] | None = None
        self._bundles = 0

    def batches(self) -> Iterator[list[Line]]:
        """The lines of each frame.

        Raises:
            ArchiveError: ``archive``: the pack is not what the manifest states; what was returned before
                stays usable.
        """
        rejected = Rejections()
        for frame in self._reader.frames():
            if isinstance(frame, Damage):
                raise self._error(f"bytes {frame.offset} to {frame.offset + frame.length} are damaged")
            self._content.update(frame.raw)
            lines = [entry.line for entry in self._reader.entries(frame, rejected)]
            for line in lines:
                self._require_order(line)
            self._bundles += len(lines)
            yield lines
        if len(rejected):
            raise self._error("it has lines that are no bundles")
        if self._content.hexdigest() != self._pack.content_sha256 or self._bundles != self._pack.bundles:
            raise self._error("another content than the manifest states")

    def _require_order(self, line: Line) -> None:
        key = line.suffix, line.digest
        if self._before is not None and key <= self._before:
            raise self._error("lines out of order")
        self._before = key

    def _error(self, detail: str) -> ArchiveError:
        return ArchiveError("archive", f"{self._base}: {self._pack.file}: {detail}", clause="SYNC-9")
