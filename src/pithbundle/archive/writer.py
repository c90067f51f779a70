"""Writing archives (spec ARCH-5 to ARCH-7, ARCH-9, ARCH-10, ARCH-13)."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from types import TracebackType
from typing import Final, Self

from pithbundle.archive.borders import FrameLines, ends_pack, frames
from pithbundle.archive.frames import decompress
from pithbundle.archive.lines import Line
from pithbundle.archive.manifest import FILES, MANIFEST, IndexEntry, Manifest, PackInfo, pack_name
from pithbundle.archive.sort import RUN_BYTES, LineSorter
from pithbundle.archive.zstd import DEFAULT_LEVEL, LEVELS, VERSION, compress
from pithbundle.durable import TEMPORARY, Folder
from pithbundle.encoding.parsed import Encoding
from pithbundle.files import file_error
from pithbundle.output_folder import OutputFolder

#: The name of a pack while it is written.
PACK_TEMPORARY: Final = "pack.tmp"
#: The names that writing an archive leaves in a folder, ``DIR.part`` for one (ARCH-13).
PART_FILES: Final = re.compile(
    f"{FILES.pattern}|run-[0-9]{{6}}|{re.escape(PACK_TEMPORARY)}|{re.escape(TEMPORARY)}"
)


@dataclass(frozen=True, slots=True)
class PackFrame:
    """A frame of a pack that is compressed already. Its lines have different suffixes."""

    #: The first and the last suffix.
    first: str
    last: str
    #: The number of lines.
    lines: int
    #: The bytes of the content.
    raw_size: int
    data: bytes


class PackWriter:
    """Writes packs of one encoding with their indexes into a folder, frame by frame.

    :class:`Writer` makes archives of lines in any order, and gives them their manifest and their name.
    """

    def __init__(self, folder: Folder, encoding: Encoding, level: int = DEFAULT_LEVEL) -> None:
        self._folder = folder
        self._encoding = encoding
        self._level = level
        self._pack: _OpenPack | None = None
        #: The packs that are complete.
        self.packs: list[PackInfo] = []

    def write(self, frame: FrameLines[Line]) -> None:
        """Write one frame; with the last one of a pack the pack gets its name."""
        raw = b"".join([line.raw for line in frame.lines])
        suffixes = [line.suffix for line in frame.lines]
        pack = self._open()
        # The lines of one suffix may be parted between frames.
        records = len(set(suffixes)) - (suffixes[0] == pack.last)
        pack.add(suffixes[0], suffixes[-1], len(suffixes), records, raw, compress(raw, self._level))
        if frame.ends_pack:
            self._end()

    def copy(self, frame: PackFrame) -> None:
        """Write one frame as it is, which is the one that :meth:`write` would make of its lines.

        Raises:
            ArchiveError: it is damaged.
        """
        raw = decompress(frame.data, frame.raw_size)
        self._open().add(frame.first, frame.last, frame.lines, frame.lines, raw, frame.data)
        if ends_pack(frame.last):
            self._end()

    def finish(self) -> list[PackInfo]:
        """End the last pack and return all of them."""
        self._end()
        return self.packs

    def close(self) -> None:
        """Close the file of a pack that is not complete, which stays under its temporary name."""
        if self._pack is not None:
            self._pack.file.close()
            self._pack = None

    def _open(self) -> _OpenPack:
        if self._pack is None:
            self._pack = _OpenPack(self._folder)
        return self._pack

    def _end(self) -> None:
        if self._pack is not None:
            self.packs.append(self._pack.end(self._encoding))
            self._pack = None


class _OpenPack:
    """A pack that is being written, under a temporary name: its own follows from its content."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self.file = folder.create(PACK_TEMPORARY)
        self._content, self._whole = sha256(), sha256()
        #: The lines of the index: of a large pack they are an eighth of the entries.
        self._index = bytearray()
        self._first = self.last = ""
        self._bundles = self._records = self._raw_bytes = 0

    def add(self, first: str, last: str, bundles: int, records: int, raw: bytes, compressed: bytes) -> None:
        self._index += IndexEntry(first, self.file.size, len(compressed), len(raw)).to_bytes()
        self.file.write(compressed)
        self._content.update(raw)
        self._whole.update(compressed)
        self._first = self._first or first
        self.last = last
        self._bundles += bundles
        self._records += records
        self._raw_bytes += len(raw)

    def end(self, encoding: Encoding) -> PackInfo:
        self.file.sync()
        size = self.file.size
        self.file.close()
        content = self._content.hexdigest()
        info = PackInfo(
            pack_name(content, encoding),
            self._first,
            self.last,
            self._bundles,
            self._records,
            self._raw_bytes,
            size,
            content,
            self._whole.hexdigest(),
        )
        self._folder.rename(PACK_TEMPORARY, info.file)
        self._folder.write_file(info.index_file, bytes(self._index))
        return info


class Writer:
    """Writes an archive: lines in any order, or sorted ones, then :meth:`finish`.

    Nothing is under the name of the archive before :meth:`finish` gives it. Leaving the ``with``
    block without it removes what was written.

    Args:
        path: the folder of the archive, which must not exist.
        level: the level of zstd, 1 to 22.
        force: replace an existing archive; anything else of that name is never replaced.
        run_bytes: how many bytes of unsorted lines are held in memory.

    Raises:
        FileError: ``io``: it exists, another run is writing it, or the system rejects something.
        TypeError: ``level`` is not an int of that range.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        level: int = DEFAULT_LEVEL,
        force: bool = False,
        run_bytes: int = RUN_BYTES,
    ) -> None:
        if type(level) is not int or not LEVELS[0] <= level <= LEVELS[1]:
            raise TypeError(f"level must be an int from {LEVELS[0]} to {LEVELS[1]}, not {level!r}")
        self.path = os.fspath(path)
        self._level = level
        self._stack = contextlib.ExitStack()
        with self._errors(), contextlib.ExitStack() as stack:
            self._output = stack.enter_context(OutputFolder(self.path, force, PART_FILES, is_archive))
            self._stack = stack.pop_all()
        self._sorter = LineSorter(self._output.part, run_bytes)
        self._manifest: Manifest | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def add(self, line: Line) -> None:
        """Take one line, in any order.

        Raises:
            FileError: ``io``: a run cannot be written.
        """
        with self._errors():
            self._sorter.add(line)

    def finish(self, progress: Callable[[int], None] = lambda _: None) -> Manifest:
        """Sort what :meth:`add` took, write the archive and give it its name.

        Args:
            progress: called with the number of lines that were written so far.

        Raises:
            FileError: ``io``: something cannot be written.
        """
        with self._errors():
            return self.write_sorted(_counted(self._sorter.sorted(), progress))

    def write_sorted(self, lines: Iterable[Line]) -> Manifest:
        """Write lines in the order of ARCH-4, JSON before CBOR, and give the archive its name.

        Raises:
            FileError: ``io``: something cannot be written.
        """
        with self._errors():
            manifest = write_archive(self._output.part, lines, self._level)
            self._output.give_name()
        return manifest

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise file_error(self.path, error) from error


def write_archive(folder: Folder, lines: Iterable[Line], level: int) -> Manifest:
    """Write the packs, indexes and manifest of lines in the order of ARCH-4, JSON before CBOR.

    Raises:
        OSError: something cannot be written.
    """
    packs: list[PackInfo] = []
    for encoding, group in groupby(lines, key=lambda line: line.encoding):
        with contextlib.closing(PackWriter(folder, encoding, level)) as writer:
            for frame in frames(group):
                writer.write(frame)
            packs += writer.finish()
    manifest = Manifest(tuple(packs), VERSION)
    folder.write_file(MANIFEST, manifest.to_bytes())
    return manifest


def _counted(lines: Iterable[Line], progress: Callable[[int], None]) -> Iterator[Line]:
    for number, line in enumerate(lines, 1):
        yield line
        progress(number)


def is_archive(folder: Folder) -> None:
    """Check that a folder contains an archive and nothing else, so that it may be replaced.

    Raises:
        OSError: it does not.
    """
    folder.require_known(FILES)
    if folder.mode(MANIFEST) is None:
        raise OSError(errno.EEXIST, "exists and contains no archive; --force replaces archives only")
