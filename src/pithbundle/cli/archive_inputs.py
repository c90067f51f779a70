"""The inputs of the commands that read containers of bundles (spec ARCH-11, ARCH-12, ARCH-15).

Loaded only where zstd is installed.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import click

from pithbundle.archive import tar
from pithbundle.archive.inputs import ENDINGS, FORMATS, InputBundle, InputFormat, format_of_name, read_bundles
from pithbundle.archive.manifest import MANIFEST, Manifest
from pithbundle.archive.reader import Reader
from pithbundle.archive.rejected import Rejections
from pithbundle.archive.storage import LOCAL, Storage
from pithbundle.cli.guard import Identity, identity, part_of
from pithbundle.cli.inputs import InputRejected, require_single_stdin
from pithbundle.cli.output import Exit
from pithbundle.cli.sources import IS_ARCHIVE, OTHER_NAME, kind_of_folder, walk
from pithbundle.cli.store_bundles import served_bundles
from pithbundle.cli.terminal import Progress, progress_bar
from pithbundle.encoding.limits import Limits
from pithbundle.errors import FileError, PithError
from pithbundle.files import STDIN
from pithbundle.graph.rows import APART, NODES
from pithbundle.output_folder import JUST_WRITTEN, WRITING
from pithbundle.recompute.assemble import DIGESTS, PACKS, SUMMARY
from pithbundle.store.settings import SETTINGS

#: The end of the name of a file that is written and never read.
PARQUET: Final = ".parquet"
#: The names of a folder that are read.
_TAKEN: Final = tuple(f"{one}{other}" for one in ENDINGS for other in ("", ".zst", ".gz"))
#: Folders that are not read, and what to read instead; nothing in them is an input.
_IS_OUTPUT: Final = "is an output of recompute, and no source of bundles: give what it was made of"
_IS_GRAPH: Final = "is an output of graph, and no source of bundles: give what it was made of"
_IS_STATES: Final = "has packs of states or reports, and no bundles: give the archive that they were made of"
_REJECTED_FOLDERS: Final = (_IS_OUTPUT, _IS_GRAPH, _IS_STATES)
#: A folder of which what it serves is read.
_IS_STORE: Final = "a store"
_IS_PART: Final = "what an earlier run left of this output"
#: The most paths that are printed of what was passed over: with a reason, and of other names.
_MOST_NAMED: Final = 10
_MOST_OTHERS: Final = 3
_OF_MANIFEST: Final = (
    f"fetch {MANIFEST} again from where the archive came; without it, "
    "pithbundle archive pack DIR/*.zst -o OUT packs its bundles anew"
)
#: What an error of the system contains, and what the user does about it.
_HINTS: Final[tuple[tuple[str, str], ...]] = (
    (MANIFEST, f"an archive is a folder with {MANIFEST}; pithbundle archive pack writes one"),
    (SETTINGS, f"a store is a folder with {SETTINGS}; pithbundle store init makes one"),
    ("has no digests itself", "give the folder with the digests, which is in the one of the mirror"),
    ("nothing is replaced by a store", "pithbundle store add adds to it; name another folder for a new one"),
    (
        "a finding of another version of pithbundle",
        "move the folder findings elsewhere, or name a new folder: nothing was changed",
    ),
    (", which pithbundle did not write", "move it elsewhere, or name another output: nothing was changed"),
    (
        ", which is not of a cache",
        "name a folder of the cache's own, which need not exist; nothing was changed",
    ),
    (
        "others can write results into it",
        "remove what others may have written into it, then chmod 700 it; or name a new folder",
    ),
    ("begins anew", "nothing was changed: what is finished there stays until --force removes it"),
    (
        "the connection to the scheduler was lost",
        "what was finished is kept: --resume goes on with it, with a cluster or without",
    ),
    (
        "address already in use",
        "another program listens there: end it, or name another port; 0 takes a free one",
    ),
    ("another store publishes there", "publish from that store, or add --adopt to go on after its head"),
    ("exists already", "to keep it, name another output"),
    ("has the head of", "a mirror keeps its name: give that one with --origin, or publish to another place"),
    (
        "contains the digests of",
        "a mirror keeps the name that its readers know: give the one that is there, or take another store or "
        "folder for another name",
    ),
    (WRITING, "wait until the other run has ended, or name another output; nothing was changed"),
    (
        JUST_WRITTEN,
        "look at what it wrote; --force replaces it, another output keeps it; nothing was changed",
    ),
    ("file too large", "the system limits the size of a file: ulimit -f shows and raises the limit"),
    (
        "no space left on device",
        "free space there, or write to another disk; nothing that was there is lost",
    ),
)


#: Those of a run with --resume.
_RESUMED: Final[tuple[tuple[str, str], ...]] = (
    (
        "exists already",
        "--resume goes on with what an interrupted run left, and this name is taken; to keep what has it, "
        "name another output",
    ),
)


@dataclass(slots=True)
class Skipped:
    """What was passed over of folders and tars, counted; the first ones are named."""

    count: int = 0
    #: Files whose names state no container.
    others: list[str] = field(default_factory=list)
    #: What may contain bundles and is not entered or opened, with the reason.
    notes: list[tuple[str, str]] = field(default_factory=list)

    def add(self, path: str, reason: str) -> None:
        """Count one file or folder; a hidden one is not named."""
        self.count += 1
        if reason == OTHER_NAME:
            self.others += [path] * (len(self.others) < _MOST_OTHERS)
        elif not os.path.basename(path).startswith("."):
            self.notes += [(path, reason)] * (len(self.notes) < _MOST_NAMED)


@dataclass(slots=True)
class Written:
    """What a command read and wrote."""

    rejected: Rejections = field(default_factory=Rejections)
    skipped: Skipped = field(default_factory=Skipped)
    #: The bundles that were read, and those that were written.
    read: int = 0
    bundles: int = 0
    manifest: Manifest | None = None


@contextlib.contextmanager
def failing(path: str, resume: bool = False) -> Iterator[None]:
    """Attribute every error raised inside to ``path``, a folder as often as a file.

    Args:
        path: what the errors are of.
        resume: whether the user wants to go on with what is there.

    Raises:
        InputRejected: for any :class:`PithError`; with exit status 2 for one of the system.
    """
    try:
        yield
    except PithError as error:
        status = Exit.USAGE if isinstance(error, FileError) else Exit.INVALID
        hint = _hint_of_system(error, resume) if isinstance(error, FileError) else error.hint
        raise InputRejected(path, error, status, hint) from error


def _hint_of_system(error: FileError, resume: bool) -> str:
    for part, hint in _RESUMED + _HINTS if resume else _HINTS:
        if part in error.fault.detail:
            return hint
    return error.hint


def open_archive(path: str, limits: Limits, storage: Storage = LOCAL) -> Reader:
    """Open an archive; what is wrong with its manifest is attributed to that file (ARCH-10).

    Raises:
        InputRejected: there is no archive, or its manifest is not in its form.
    """
    with failing(path):
        try:
            return Reader(path, limits, storage)
        except FileError:
            raise
        except PithError as error:
            raise _manifest_rejected(path, error) from error


def _manifest_rejected(path: str, error: PithError) -> InputRejected:
    return InputRejected(os.path.join(path, MANIFEST), error, Exit.INVALID, _OF_MANIFEST)


@dataclass(frozen=True, slots=True)
class Input:
    """A file of bundles or the folder of an archive or a store, and its format."""

    path: str
    form: InputFormat
    #: Whether a folder names it: then what cannot be read is rejected, and the rest goes on.
    is_of_folder: bool = False


def inputs_of(
    paths: Iterable[str], form: str | None, written: Written, output: str | None = None
) -> Iterator[Input]:
    """The inputs with their formats; folders are walked.

    What an earlier run left of the folder ``output`` is none of them (CLI-5).

    Raises:
        InputRejected: a folder that is named contains no input, or is none that has bundles.
        click.UsageError: neither the name nor an option states a format.
    """
    part = None if output is None else identity(part_of(output))
    for path in paths:
        if path != STDIN and os.path.isdir(path):
            yield from _of_named_folder(path, written, part)
            continue
        found = FORMATS[form] if form is not None else format_of_name(path)
        if found is None:
            with failing(path):
                if path != STDIN and not os.path.lexists(path):
                    raise FileError.at(path, "no such file or directory")
            if path.lower().endswith(PARQUET):
                message = (
                    f"{path} is a table for analysts, and no source of bundles (ARCH-14). "
                    "Give the archive or the files that it was written from"
                )
                raise click.UsageError(message, click.get_current_context())
            what = "standard input" if path == STDIN else f"the name of {path}"
            message = f"{what} states no format. Give it with --from, as in --from jsonl.gz"
            raise click.UsageError(message, click.get_current_context())
        yield Input(path, found)


def is_archive_folder(path: str) -> bool:
    """Whether a path of this machine is the folder of an archive."""
    return path != STDIN and os.path.lexists(os.path.join(path, MANIFEST))


def _of_named_folder(path: str, written: Written, part: Identity | None) -> Iterator[Input]:
    """The inputs of a folder that the user named: one without any was mistyped, or is empty by a fault."""
    before = len(written.rejected)
    is_empty = True
    for each in _of_folder(path, written, part):
        is_empty = False
        yield each
    if is_empty and len(written.rejected) == before:
        error = FileError.at(path, "contains no archive and no file of bundles")
        hint = "check the path; a file whose name states no format is read if it is named, with --from FORMAT"
        raise InputRejected(path, error, Exit.INVALID, hint)


def _kind_of_folder(part: Identity | None, folder: str, names: Container[str]) -> str:
    """Why a folder with these names is not walked for files of bundles."""
    if part is not None and identity(folder) == part:
        return _IS_PART
    if SUMMARY in names and DIGESTS in names:
        found = _IS_OUTPUT
    elif NODES in names and APART + NODES in names:
        found = _IS_GRAPH
    elif PACKS in names:
        found = _IS_STATES
    else:
        found = _IS_STORE if SETTINGS in names else ""
    return kind_of_folder(folder, names) or found


def _of_folder(folder: str, written: Written, part: Identity | None) -> Iterator[Input]:
    for source in walk(folder, _TAKEN, partial(_kind_of_folder, part)):
        path, reason = source.path, source.skipped
        if source.error is not None:
            written.rejected.add(path, "", source.error)
        elif reason == IS_ARCHIVE:
            yield Input(path, FORMATS["archive"], is_of_folder=path != folder)
        elif reason == _IS_STORE:
            yield Input(path, FORMATS["store"], is_of_folder=path != folder)
        elif reason in _REJECTED_FOLDERS:
            error = FileError.at(path, reason)
            if path == folder:
                raise InputRejected(path, error, Exit.USAGE, "")
            written.rejected.add(path, "", error)
        elif not reason and (found := format_of_name(path)) is not None:
            yield Input(path, found, is_of_folder=True)
        elif source.named_by == "folder":
            written.skipped.add(path, reason or OTHER_NAME)


def read_all(
    paths: tuple[str, ...], form: str | None, limits: Limits, written: Written
) -> Iterator[InputBundle]:
    """Every bundle of all inputs, with a progress bar.

    Raises:
        InputRejected: an input that was named cannot be read.
        click.UsageError: the format of an input is not known.
    """
    require_single_stdin(*paths)
    with progress_bar("reading", None) as bar:
        yield from bundles_of([*inputs_of(paths, form, written)], limits, written, bar)


def _bundles_in(
    given: Input, limits: Limits, written: Written, skipped: tar.Skipped
) -> Iterator[InputBundle]:
    if given.form.container == "store":
        return served_bundles(given.path, written.rejected, limits)
    return read_bundles(
        given.path, given.form, written.rejected, limits, skipped, is_regular=given.is_of_folder
    )


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
            for bundle in _bundles_in(given, limits, written, skipped):
                written.read += 1
                progress(written.read, len(written.rejected))
                yield bundle
        except PithError as error:
            # Reading an archive raises what is wrong with its manifest, and what the system reports.
            is_of_manifest = given.form.container == "archive" and not isinstance(error, FileError)
            if given.is_of_folder:
                path = os.path.join(given.path, MANIFEST) if is_of_manifest else given.path
                written.rejected.add(path, "", error)
                continue
            if is_of_manifest:
                raise _manifest_rejected(given.path, error) from error
            with failing(given.path):
                raise
    written.skipped.count += skipped.count
