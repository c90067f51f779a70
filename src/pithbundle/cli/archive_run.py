"""What the commands of ``pithbundle archive`` do and print; loaded only where zstd is installed."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Final, TypeVar

import click

from pithbundle.archive import tar
from pithbundle.archive.check import Checked, check_archive
from pithbundle.archive.inputs import InputBundle
from pithbundle.archive.lines import Line
from pithbundle.archive.reader import Lookup, Reader
from pithbundle.archive.sort import in_order, merged
from pithbundle.archive.table import BUNDLES, Row, bundle_row, parquet, require_pyarrow
from pithbundle.archive.writer import Writer
from pithbundle.bundle.number import PithNumber, is_suffix
from pithbundle.bundle.number import suffix_of as suffix_named
from pithbundle.bundle.reader import read_bundle
from pithbundle.cli.archive_inputs import Written, failing, inputs_of, open_archive, read_all
from pithbundle.cli.extras import needing
from pithbundle.cli.load import require_absent
from pithbundle.cli.terminal import progress_bar
from pithbundle.durable import Folder
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.errors import NumberError
from pithbundle.files import STDIN, file_error, write_stream
from pithbundle.output_folder import OutputFolder

T = TypeVar("T")

#: The hexadecimal digits of a digest in the name of a bundle: as many as of a pack, since two bundles of
#: one name, of which one would not be written, then cost somebody 2^64 hashes.
_NAME_DIGITS: Final = 32
_UNPACKED: Final = re.compile(rf"[A-Z2-7]{{26}}-[0-9a-f]{{{_NAME_DIGITS}}}\.(?:json|cbor)|file\.tmp")


def suffix_of(text: str) -> str:
    """Return the suffix that a user names.

    Raises:
        click.BadParameter: it is neither a suffix nor a full number.
    """
    try:
        return suffix_named(text)
    except NumberError as error:
        message = f"{text} is neither a suffix, 26 characters A-Z2-7, nor a full Pith Number"
        raise click.BadParameter(message, param_hint="NUMBER") from error


# -- writing --------------------------------------------------------------------------------


def pack(
    paths: tuple[str, ...], output: str, force: bool, level: int, form: str | None, limits: Limits
) -> Written:
    """Write an archive of all inputs, unless they contain no bundle (ARCH-15)."""
    written = Written()
    _check_formats(paths, form)
    with failing(output), Writer(output, level=level, force=force) as writer:
        for bundle in read_all(paths, form, limits, written):
            writer.add(bundle.line)
        if not written.read:
            return written
        with progress_bar("packing", written.read) as bar:
            written.manifest = writer.finish(bar)
    written.bundles = written.manifest.bundles
    return written


def merge(paths: tuple[str, ...], output: str, force: bool, level: int, limits: Limits) -> Written:
    """Write the union of archives, unless they contain no bundle (ARCH-15)."""
    written = Written()
    readers: list[Reader] = []
    for path in paths:
        readers.append(open_archive(path, limits))

    def lines(reader: Reader) -> Iterator[Line]:
        with failing(reader.path):
            yield from in_order(reader.entries(written.rejected), reader.path, written.rejected)

    with (
        failing(output),
        Writer(output, level=level, force=force) as writer,
        progress_bar("merging", sum(reader.manifest.bundles for reader in readers)) as bar,
    ):

        def counted(found: Iterator[Line]) -> Iterator[Line]:
            for line in found:
                written.read += 1
                bar(written.read)
                yield line

        union = _begun(merged(counted(lines(reader)) for reader in readers))
        if union is None:
            return written
        written.manifest = writer.write_sorted(union)
    written.bundles = written.manifest.bundles
    return written


def unpack(
    paths: tuple[str, ...], output: str, force: bool, to: str, form: str | None, limits: Limits
) -> Written:
    """Write each bundle: as a file into a folder or a tar, or as a row of a table (ARCH-15)."""
    if to == "parquet":
        require_table()
    written = Written()
    _check_formats(paths, form)
    found = read_all(paths, form, limits, written)
    with failing(output):
        if to == "folder":
            _write_folder(output, found, force, written)
            return written
        require_absent([output], force)
        begun = _begun(found)
        if begun is not None:
            parts = _tar(begun, written) if to == "tar" else parquet(_rows(begun, limits, written), BUNDLES)
            write_stream(output, parts, force=force)
    return written


def _begun(items: Iterator[T]) -> Iterator[T] | None:
    """The items, of which the first has been read; None if there is none."""
    return next((chain([first], items) for first in items), None)


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
    return f"{line.suffix}-{line.digest.hex()[:_NAME_DIGITS]}.{line.encoding}"


def _tar(bundles: Iterator[InputBundle], written: Written) -> Iterator[bytes]:
    for bundle in bundles:
        written.bundles += 1
        yield tar.member(_name(bundle.line), bundle.received)
    yield tar.END


def _rows(bundles: Iterator[InputBundle], limits: Limits, written: Written) -> Iterator[Row]:
    for bundle in bundles:
        written.bundles += 1
        yield bundle_row(bundle, limits)


def _write_folder(output: str, bundles: Iterator[InputBundle], force: bool, written: Written) -> None:
    try:
        with OutputFolder(
            output, force, _UNPACKED, lambda folder: folder.require_known(_UNPACKED)
        ) as unpacked:
            for bundle in bundles:
                with contextlib.suppress(FileExistsError):
                    _write_bundle(unpacked.part, _name(bundle.line), bundle.received)
                    written.bundles += 1
            if written.bundles:
                unpacked.give_name()
    except OSError as error:
        raise file_error(output, error) from error


def _write_bundle(folder: Folder, name: str, data: bytes) -> None:
    with folder.create(name) as file:
        file.write(data)
        file.sync()


def check(reader: Reader, reindex: bool) -> Checked:
    """Check an archive, with a progress bar of its packs."""
    checked = Checked()
    with progress_bar("checking", len(reader.packs)) as bar:
        for checked in check_archive(reader, reindex=reindex):
            bar(checked.packs)
    return checked


def only(lookup: Lookup, encoding: Encoding | None) -> Lookup:
    """Return what was found in one encoding."""
    entries = tuple(entry for entry in lookup.entries if encoding in (None, entry.line.encoding))
    return replace(lookup, entries=entries)


def require_number(lookup: Lookup, number: str) -> Lookup:
    """Return what was found if it has the number that the user named, of which the suffix led to it.

    Raises:
        NumberError: ``subject``: it is of a record with another year (NUM-1).
    """
    for entry in () if is_suffix(number) else lookup.entries:
        own = read_bundle(entry.line.data, encoding=entry.line.encoding).record.number
        if own != PithNumber.parse(number):
            detail = f"the record with the suffix {own.suffix} is {own}, and not {number}"
            raise NumberError("subject", detail, clause="NUM-1")
    return lookup


def require_one_encoding(lookup: Lookup) -> None:
    """Check that what is printed is lines or a sequence of CBOR, and not both.

    Raises:
        click.UsageError: bundles in JSON and in CBOR were found.
    """
    if len({entry.line.encoding for entry in lookup.entries}) > 1:
        message = "there are bundles in JSON and in CBOR. Choose with --encoding json or --encoding cbor"
        raise click.UsageError(message, click.get_current_context())
