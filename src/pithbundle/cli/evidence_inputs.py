"""What ``pithbundle evidence`` reads besides bundles: headers, blocks, a table, proofs (spec EVID-21)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import click

from pithbundle.cli.inputs import input_name, read_bytes, rejecting
from pithbundle.cli.output import Exit
from pithbundle.errors import EvidenceError, FileError
from pithbundle.evidence import Block, Checkpoints, Headers, read_headers
from pithbundle.evidence.header_runs import HEADER_BYTES, MOST_HEADERS
from pithbundle.evidence.ots import PROOF_BYTES
from pithbundle.files import read_regular
from pithbundle.progress import Progress, Silent

#: The bytes of a file of headers at most.
_HEADER_FILE: Final = HEADER_BYTES * MOST_HEADERS
#: The bytes of a table of blocks at most.
_TABLE: Final = 1 << 20
#: The endings of the files that are taken from a folder of headers, in lower case.
_ENDINGS: Final = (".bin", ".dat", ".headers")
#: Shows nothing.
_SILENT: Final = Silent()


def read_chain(
    paths: Sequence[str], blocks: Sequence[str], table: str | None, progress: Progress = _SILENT
) -> Headers:
    """Return the headers of files and folders, by the blocks and the table that the user names.

    Args:
        paths: the files and folders.
        blocks: as the user wrote them.
        table: the path of a table; None for the built-in one.
        progress: takes the number of files that were read.

    Raises:
        InputRejected: a file cannot be read, or the table is none.
        click.UsageError: a block is none, or has another height; a folder has no file of headers.
    """
    checkpoints = None
    if table is not None:
        data = read_bytes(table, _TABLE, Exit.USAGE)
        with rejecting(table, Exit.USAGE, data=data):
            checkpoints = Checkpoints.from_bytes(data)
    try:
        named = [Block.from_text(text) for text in blocks]
        return read_headers(_counted(_files(paths), progress), blocks=named, checkpoints=checkpoints)
    except EvidenceError as error:
        # As it is: the message of a usage error is escaped where it is printed.
        message = error.fault.detail or error.fault.message
        raise click.UsageError(message, click.get_current_context()) from error


def read_proofs(paths: Sequence[str]) -> tuple[tuple[str, bytes], ...]:
    """Return the name and the bytes of each file with a proof.

    Raises:
        InputRejected: a file cannot be read, or is larger than a proof may be.
    """
    return tuple((path, read_bytes(path, PROOF_BYTES, Exit.USAGE)) for path in paths)


def _counted(files: Iterable[tuple[str, bytes]], progress: Progress) -> Iterator[tuple[str, bytes]]:
    progress.begin("files of headers", None)
    for done, each in enumerate(files):
        progress(done)
        yield each


def _files(paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    for path in paths:
        if not os.path.isdir(path):
            yield path, read_bytes(path, _HEADER_FILE, Exit.USAGE)
            continue
        with rejecting(path, Exit.USAGE):
            names = _names(path)
        if not names:
            raise click.UsageError(
                f"{input_name(path)} has no file of headers: {', '.join(_ENDINGS)}",
                click.get_current_context(),
            )
        for name in names:
            inner = os.path.join(path, name)
            with rejecting(inner, Exit.USAGE):
                yield inner, read_regular(inner, _HEADER_FILE)


def _names(folder: str) -> list[str]:
    """The files of a folder that have the ending of headers; the folders in it are left out."""
    try:
        with os.scandir(folder) as entries:
            found = [
                each.name for each in entries if each.name.lower().endswith(_ENDINGS) and not each.is_dir()
            ]
    except OSError as error:
        raise FileError("io", f"{folder}: {error.strerror or error}") from error
    return sorted(found)
