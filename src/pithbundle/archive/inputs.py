"""Bundles of any container that can be packed (spec ARCH-11, ARCH-12)."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, Literal, TypeAlias

from pithbundle.archive.frames import Stream
from pithbundle.archive.lines import Line, line_of
from pithbundle.archive.reader import Reader
from pithbundle.archive.rejected import Rejections
from pithbundle.archive.streams import (
    Compression,
    Part,
    items,
    lines,
    most_rejected,
    opened,
    over_limit,
)
from pithbundle.archive.tar import Skipped, members
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.errors import FileError, InputError, PithError
from pithbundle.files import (
    STDIN,
    FileIdentity,
    file_error,
    file_identity,
    open_regular,
    require_unchanged,
)

#: What contains bundles: one file of one, lines, a sequence, a tar, an archive, a store (ARCH-11).
Container: TypeAlias = Literal["json", "cbor", "jsonl", "cborseq", "tar", "archive", "store"]
_CONTAINERS: Final[dict[str, Container]] = {
    ".json": "json",
    ".cbor": "cbor",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".cborseq": "cborseq",
    ".tar": "tar",
}
#: The ends of names that state a container, without the compression.
ENDINGS: Final = (*_CONTAINERS, ".tgz")
_COMPRESSIONS: Final[dict[str, Compression]] = {".zst": "zst", ".gz": "gz"}
#: The encoding that a container gives its bundles; of the others the first byte of each decides.
_ENCODINGS: Final[dict[Container, Encoding]] = {
    "json": "json",
    "cbor": "cbor",
    "jsonl": "json",
    "cborseq": "cbor",
}


@dataclass(frozen=True, slots=True)
class InputFormat:
    """A container and how it is compressed."""

    container: Container
    compression: Compression = ""

    def __str__(self) -> str:
        return f"{self.container}.{self.compression}" if self.compression else self.container


#: Every format by the name that ``--from`` takes.
FORMATS: Final[dict[str, InputFormat]] = {
    str(made): made
    for made in (
        *(
            InputFormat(container, compression)
            for container in dict.fromkeys(_CONTAINERS.values())
            for compression in ("", *_COMPRESSIONS.values())
        ),
        InputFormat("archive"),
        InputFormat("store"),
    )
}


def format_of_name(path: str) -> InputFormat | None:
    """The format that the end of a name states, in any case of letters; None where it states none."""
    name = os.path.basename(path).lower()
    if name.endswith(".tgz"):
        return InputFormat("tar", "gz")
    stem, ending = os.path.splitext(name)
    compression = _COMPRESSIONS.get(ending, "")
    if compression:
        _, ending = os.path.splitext(stem)
    container = _CONTAINERS.get(ending)
    return InputFormat(container, compression) if container else None


@dataclass(frozen=True, slots=True)
class InputBundle:
    """A bundle of an input: as a line, and as it was received."""

    line: Line
    received: bytes


def read_bundles(
    path: str,
    form: InputFormat,
    rejected: Rejections,
    limits: Limits = DEFAULT_LIMITS,
    skipped: Skipped | None = None,
    *,
    is_regular: bool = False,
) -> Iterator[InputBundle]:
    """Every bundle of one input; what is none goes to ``rejected``, and the rest is read.

    Args:
        path: the file, the folder of an archive, or ``-`` for standard input.
        form: its format; a store is read by :mod:`pithbundle.store`.
        rejected: takes what is no bundle.
        limits: the limits of each bundle. ``limits.size`` bounds what it may expand to.
        skipped: counts the members of a tar that are passed over.
        is_regular: whether only a regular file is opened, as of a file that a folder names: what is a
            FIFO by now would block.

    Raises:
        FileError: ``io``: it cannot be read, or changed while it was read.
        InputError: of an archive: as :class:`~pithbundle.archive.reader.Reader`.
        ArchiveError: of an archive: as :class:`~pithbundle.archive.reader.Reader`.
    """
    if form.container == "archive":
        for entry in Reader(path, limits).entries(rejected):
            yield InputBundle(entry.line, entry.line.data)
        return
    encoding = _ENCODINGS.get(form.container)
    count = 0
    with _OpenInput(path, is_regular) as file:
        stream = opened(file.read, form.compression)
        for position, part in _safe(_parts(stream, form, limits, skipped or Skipped())):
            try:
                if isinstance(part, PithError):
                    raise part
                line = line_of(part, limits, encoding)
            except PithError as error:
                rejected.add(path, position, error)
                count += 1
                if count >= most_rejected(stream):
                    detail = f"{count} entries were rejected; the rest of the file was not read"
                    rejected.add(path, "", InputError("size", detail, clause="ARCH-12"))
                    break
                continue
            if form.container in ("json", "cbor"):
                # Of one bundle nothing is used before it is known to be of one file.
                file.require_unchanged()
            yield InputBundle(line, part)
        file.require_unchanged()


def _parts(stream: Stream, form: InputFormat, limits: Limits, skipped: Skipped) -> Iterator[Part]:
    if form.container == "tar":
        yield from members(stream, limits.size, form.compression, skipped)
    elif form.container == "jsonl":
        yield from lines(stream, limits.size, form.compression)
    elif form.container == "cborseq":
        yield from items(stream, limits.size, form.compression)
    else:
        data = stream.take(limits.size + 1)
        yield "", over_limit(limits.size) if len(data) > limits.size else data


def _safe(parts: Iterator[Part]) -> Iterator[Part]:
    """The parts; damage of the compressed stream ends them, as one more part."""
    try:
        yield from parts
    except FileError:
        raise
    except PithError as error:
        yield "", error


class _OpenInput:
    """A file that is read in order; a regular one must not change meanwhile (ARCH-8).

    Raises:
        FileError: ``io``: it cannot be opened, or is a folder.
    """

    def __init__(self, path: str, is_regular: bool) -> None:
        self._path = path
        self._identity: FileIdentity | None = None
        try:
            if path == STDIN:
                if sys.stdin is None:
                    raise FileError("io", "standard input is closed")
                self._file: BinaryIO = sys.stdin.buffer
                return
            self._file = open_regular(path) if is_regular else open(path, "rb", buffering=0)  # noqa: SIM115
            found = os.fstat(self._file.fileno())
        except (OSError, ValueError) as error:
            raise file_error(path, error) from error
        if stat.S_ISREG(found.st_mode):
            self._identity = file_identity(found)

    def __enter__(self) -> _OpenInput:
        return self

    def __exit__(self, *_: object) -> None:
        if self._path != STDIN:
            self._file.close()

    def read(self, size: int) -> bytes:
        """The next bytes.

        Raises:
            FileError: ``io``: the system cannot read them.
        """
        try:
            return self._file.read(size) or b""
        except OSError as error:
            raise file_error(self._path, error) from error

    def require_unchanged(self) -> None:
        """Check that a regular file is still the one of its path, with its size and time.

        Raises:
            FileError: ``io``: it is not.
        """
        if self._identity is not None:
            require_unchanged(self._path, self._file.fileno(), self._identity)
