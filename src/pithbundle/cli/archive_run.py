"""What the commands of ``pithbundle archive`` do and print; loaded only where zstd is installed."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

import click

from pithbundle.archive import tar
from pithbundle.archive.check import Checked, check_archive
from pithbundle.archive.inputs import FORMATS, InputBundle, InputFormat, format_of_name, read_bundles
from pithbundle.archive.lines import Line
from pithbundle.archive.manifest import MANIFEST, Manifest
from pithbundle.archive.reader import Found, Reader, in_order
from pithbundle.archive.rejected import Rejections
from pithbundle.archive.sort import merged
from pithbundle.archive.table import BUNDLES, Row, bundle_row, parquet, require_pyarrow
from pithbundle.archive.writer import Writer
from pithbundle.bundle.number import PithNumber, is_suffix
from pithbundle.cli.extras import needing
from pithbundle.cli.inputs import InputRejected, require_single_stdin
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.sources import IS_ARCHIVE, walk
from pithbundle.cli.terminal import Progress, progress_bar
from pithbundle.durable import Folder
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.errors import FileError, NumberError, PithError
from pithbundle.files import STDIN, file_error, write_stream
from pithbundle.output_folder import OutputFolder

#: The end of the name of a file that is written and never read.
PARQUET: Final = ".parquet"
_ENDINGS: Final = tuple(f"{one}{other}" for one in (".json", ".cbor") for other in ("", ".zst", ".gz"))
#: What an error of the system contains, and what the user does about it.
_HINTS: Final = (
    (MANIFEST, f"an archive is a folder with {MANIFEST}; pithbundle archive pack writes one"),
    ("pith-store.json", "a store is a folder with pith-store.json; pithbundle store init makes one"),
    ("nothing is replaced by a store", "pithbundle store add adds to it; name another folder for a new one"),
    ("another store publishes there", "publish from that store, or add --adopt to go on after its head"),
    ("exists already", "to keep it, name another output"),
    ("no space left on device", "free some space there, or name an output on another disk"),
)
_UNPACKED: Final = re.compile(r"[A-Z2-7]{26}-[0-9a-f]{16}\.(?:json|cbor)|file\.tmp")


@dataclass(slots=True)
class Written:
    """What a command read and wrote."""

    rejected: Rejections = field(default_factory=Rejections)
    skipped: int = 0
    #: The bundles that were read, and those that were written.
    read: int = 0
    bundles: int = 0
    manifest: Manifest | None = None


@contextlib.contextmanager
def failing(path: str) -> Iterator[None]:
    """Attribute every error raised inside to ``path``, a folder as often as a file.

    Raises:
        InputRejected: for any :class:`PithError`; with exit status 2 for one of the system.
    """
    try:
        yield
    except PithError as error:
        status = Exit.USAGE if isinstance(error, FileError) else Exit.INVALID
        hint = _hint_of_system(error) if isinstance(error, FileError) else error.hint
        raise InputRejected(path, error, status, hint) from error


def _hint_of_system(error: FileError) -> str:
    for part, hint in _HINTS:
        if part in error.fault.detail:
            return hint
    return error.hint


# -- inputs ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Input:
    """A file of bundles or the folder of an archive, and its format."""

    path: str
    form: InputFormat
    #: Whether a folder names it: then what cannot be read is rejected, and the rest goes on.
    is_of_folder: bool = False


def inputs_of(paths: Iterable[str], form: str | None, written: Written) -> Iterator[Input]:
    """The inputs with their formats; folders are walked.

    Raises:
        click.UsageError: neither the name nor an option states a format.
    """
    for path in paths:
        if path != STDIN and os.path.isdir(path):
            if os.path.lexists(os.path.join(path, MANIFEST)):
                yield Input(path, FORMATS["archive"])
            else:
                yield from _of_folder(path, written)
            continue
        found = FORMATS[form] if form is not None else format_of_name(path)
        if found is None:
            with failing(path):
                if path != STDIN and not os.path.lexists(path):
                    raise FileError.at(path, "no such file or directory")
            if path.lower().endswith(PARQUET):
                message = (
                    f"{Output.show(path)} is a table for analysts, and no source of bundles (ARCH-14). "
                    "Give the archive or the files that it was written from"
                )
                raise click.UsageError(message, click.get_current_context())
            what = "standard input" if path == STDIN else f"the name of {Output.show(path)}"
            message = f"{what} states no format. Give it with --from, as in --from jsonl.gz"
            raise click.UsageError(message, click.get_current_context())
        yield Input(path, found)


def _of_folder(path: str, written: Written) -> Iterator[Input]:
    for source in walk(path, _ENDINGS):
        found = format_of_name(source.path)
        if source.error is not None:
            written.rejected.add(source.path, "", source.error)
        elif source.skipped == IS_ARCHIVE:
            yield Input(source.path, FORMATS["archive"], is_of_folder=True)
        elif source.skipped or found is None:
            written.skipped += source.named_by == "folder"
        else:
            yield Input(source.path, found, is_of_folder=True)


def _bundles(
    paths: tuple[str, ...], form: str | None, limits: Limits, written: Written
) -> Iterator[InputBundle]:
    """Every bundle of all inputs, with a progress bar.

    Raises:
        InputRejected: an input that was named cannot be read.
    """
    require_single_stdin(*paths)
    with progress_bar(None) as bar:
        yield from bundles_of([*inputs_of(paths, form, written)], limits, written, bar)


def bundles_of(
    inputs: Iterable[Input], limits: Limits, written: Written, progress: Progress
) -> Iterator[InputBundle]:
    """Every bundle of the inputs.

    Raises:
        InputRejected: an input that was named cannot be read.
    """
    skipped = tar.Skipped()
    for given in inputs:
        try:
            found = read_bundles(
                given.path, given.form, written.rejected, limits, skipped, is_regular=given.is_of_folder
            )
            for bundle in found:
                written.read += 1
                progress(written.read, len(written.rejected))
                yield bundle
        except PithError as error:
            if given.is_of_folder:
                written.rejected.add(given.path, "", error)
                continue
            with failing(given.path):
                raise
    written.skipped += skipped.count


def suffix_of(text: str) -> str:
    """Return the suffix that a user names.

    Raises:
        click.BadParameter: it is neither a suffix nor a full number.
    """
    if is_suffix(text):
        return text
    try:
        return PithNumber.parse(text).suffix
    except NumberError as error:
        message = f"{Output.show(text)} is neither a suffix, 26 characters A-Z2-7, nor a full Pith Number"
        raise click.BadParameter(message, param_hint="NUMBER") from error


# -- writing --------------------------------------------------------------------------------


def pack(
    paths: tuple[str, ...], output: str, force: bool, level: int, form: str | None, limits: Limits
) -> Written:
    """Write an archive of all inputs."""
    written = Written()
    _check_formats(paths, form)
    with failing(output), Writer(output, level=level, force=force) as writer:
        for bundle in _bundles(paths, form, limits, written):
            writer.add(bundle.line)
        with progress_bar(written.read) as bar:
            written.manifest = writer.finish(bar)
    written.bundles = written.manifest.bundles
    return written


def merge(paths: tuple[str, ...], output: str, force: bool, level: int, limits: Limits) -> Written:
    """Write the union of archives."""
    written = Written()
    readers: list[Reader] = []
    for path in paths:
        with failing(path):
            readers.append(Reader(path, limits))

    def lines(reader: Reader) -> Iterator[Line]:
        with failing(reader.path):
            yield from in_order(reader.entries(written.rejected), reader.path, written.rejected)

    with (
        failing(output),
        Writer(output, level=level, force=force) as writer,
        progress_bar(sum(reader.manifest.bundles for reader in readers)) as bar,
    ):

        def counted(found: Iterator[Line]) -> Iterator[Line]:
            for line in found:
                written.read += 1
                bar(written.read)
                yield line

        written.manifest = writer.write_sorted(merged(counted(lines(reader)) for reader in readers))
    written.bundles = written.manifest.bundles
    return written


def unpack(
    paths: tuple[str, ...], output: str, force: bool, to: str, form: str | None, limits: Limits
) -> Written:
    """Write each bundle: as a file into a folder or a tar, or as a row of a table."""
    if to == "parquet":
        require_table()
    written = Written()
    _check_formats(paths, form)
    found = _bundles(paths, form, limits, written)
    with failing(output):
        if to == "tar":
            write_stream(output, _tar(found, written), force=force)
        elif to == "parquet":
            write_stream(output, parquet(_rows(found, limits, written), BUNDLES), force=force)
        else:
            _write_folder(output, found, force, written)
    return written


def require_table() -> None:
    """Check that a table can be written.

    Raises:
        click.UsageError: pyarrow is not installed.
    """
    with needing("parquet", "a table needs pyarrow", "pyarrow"):
        require_pyarrow()


def _check_formats(paths: tuple[str, ...], form: str | None) -> None:
    """Report an input without a format before anything is written."""
    for path in paths:
        if path == STDIN or not os.path.isdir(path):
            list(inputs_of([path], form, Written()))


def _name(line: Line) -> str:
    return f"{line.suffix}-{line.digest.hex()[:16]}.{line.encoding}"


def _tar(found: Iterator[InputBundle], written: Written) -> Iterator[bytes]:
    for bundle in found:
        written.bundles += 1
        yield tar.member(_name(bundle.line), bundle.received)
    yield tar.END


def _rows(found: Iterator[InputBundle], limits: Limits, written: Written) -> Iterator[Row]:
    for bundle in found:
        written.bundles += 1
        yield bundle_row(bundle, limits)


def _write_folder(output: str, found: Iterator[InputBundle], force: bool, written: Written) -> None:
    try:
        with OutputFolder(output, force, _UNPACKED, lambda folder: folder.require_known(_UNPACKED)) as place:
            for bundle in found:
                with contextlib.suppress(FileExistsError):
                    _write_bundle(place.part, _name(bundle.line), bundle.received)
                    written.bundles += 1
            place.give_name()
    except OSError as error:
        raise file_error(output, error) from error


def _write_bundle(folder: Folder, name: str, data: bytes) -> None:
    with folder.create(name) as file:
        file.write(data)
        file.sync()


def check(reader: Reader, reindex: bool) -> Checked:
    """Check an archive, with a progress bar of its packs."""
    checked = Checked()
    with progress_bar(len(reader.packs)) as bar:
        for checked in check_archive(reader, reindex=reindex):
            bar(checked.packs)
    return checked


def only(found: Found, encoding: Encoding | None) -> Found:
    """Return what was found in one encoding."""
    entries = tuple(entry for entry in found.entries if encoding in (None, entry.line.encoding))
    return replace(found, entries=entries)


def require_one_encoding(found: Found) -> None:
    """Check that what is printed is lines or a sequence of CBOR, and not both.

    Raises:
        click.UsageError: bundles in JSON and in CBOR were found.
    """
    if len({entry.line.encoding for entry in found.entries}) > 1:
        message = "there are bundles in JSON and in CBOR. Choose with --encoding json or --encoding cbor"
        raise click.UsageError(message, click.get_current_context())
