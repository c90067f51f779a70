"""No command writes over what it reads (spec CLI-5)."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from typing import Final, Literal, TextIO

import click

from pithbundle.bundle.document_types import ARCHIVE_FILE, STORE_FILE
from pithbundle.cli.inputs import input_name
from pithbundle.files import STDIN
from pithbundle.output_folder import PART

#: The end of a name that states a container (ARCH-11), a table, or a compression.
CONTAINER_NAME: Final = re.compile(
    r"\.(?:(?:json|cbor|jsonl|ndjson|cborseq|tar)(?:\.zst|\.gz)?|tgz|parquet|zst|gz|zip|7z|bz2|xz)\Z",
    re.IGNORECASE,
)
#: A file whatever its name: device and inode.
Identity = tuple[int, int]


def guard_inputs(inputs: Iterable[str | None], outputs: Iterable[tuple[str, str | None]]) -> None:
    """Check before anything is read that no output is also an input or another output, under whatever name.

    A hard link, a symbolic link and another spelling of the path are the same file.
    ``outputs`` are pairs of an option and its path; None and ``-`` are standard output.
    ``--force`` makes no difference: inputs are evidence.

    Raises:
        click.UsageError: an output is an input, or two outputs are one file.
    """
    known = dict(_identities(inputs))
    places: dict[tuple[object, ...], str] = {}
    for option, path in outputs:
        for place in () if path in (None, STDIN) else _places(str(path)):
            if places.setdefault(place, option) != option:
                message = f"{places[place]} and {option} name the same file"
                raise click.UsageError(message, click.get_current_context())
        found = _of_stream(sys.stdout) if path in (None, STDIN) else identity(str(path))
        if found is not None and found in known:
            where = "standard output" if path in (None, STDIN) else f"{option} {path}"
            raise click.UsageError(
                f"{where} is also an input ({input_name(known[found])}), and inputs are never "
                "overwritten: name another file",
                click.get_current_context(),
            )


def guard_folder(inputs: Iterable[str | None], option: str, paths: Iterable[str]) -> None:
    """The same for the files of a folder, whose names are known when the work is done.

    Raises:
        click.UsageError: one of the paths is an input.
    """
    guard_inputs(inputs, ((option, path) for path in paths if os.path.lexists(path)))


def files_in(folder: str | None) -> list[str]:
    """The files of a folder of inputs and of its folders, each of which is an input; none without one."""
    return (
        []
        if folder is None
        else [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]
    )


def require_name_of(output: str, kind: Literal["folder", "tar", "parquet"], step: str) -> None:
    """Check that the name of an output states no other container than the one that is written (ARCH-15).

    Args:
        output: the output, as it was given.
        kind: what is written.
        step: what the user does instead.

    Raises:
        click.UsageError: it does.
    """
    found = CONTAINER_NAME.search(output.rstrip("/"))
    ending = found[0][1:].lower() if found else None
    if ending not in (None, kind):
        what = "a folder" if kind == "folder" else f"a file in {kind}"
        raise click.UsageError(
            f"-o {output} is {what} here, and no file in {ending}: {step}",
            click.get_current_context(),
        )


def guard_archives(inputs: Iterable[str | None], option: str, output: str) -> None:
    """Check that an output contains no input, and is not inside an archive or a store that is one (CLI-5).

    What exists inside a folder that is walked would be read as an input. What is in the part of the output
    is removed.

    Raises:
        click.UsageError: it does, or is.
    """
    above = {identity(folder) for folder in _above(output)} - {None}
    existing, part = identity(output), identity(part_of(output))
    for path in inputs:
        if path is None or path == STDIN:
            continue
        folder = identity(path) if os.path.isdir(path) else None
        if existing is not None and existing in map(identity, _above(path)):
            problem = f"contains an input ({input_name(path)})"
        elif part is not None and part in map(identity, (path, *_above(path))):
            where = part_of(output)
            problem = f"is written in {where}, where an input is ({input_name(path)})"
        elif folder in above and (existing or is_whole(path)):
            problem = f"is inside an input ({input_name(path)})"
        else:
            continue
        raise click.UsageError(
            f"{option} {output} {problem}: name a folder beside it", click.get_current_context()
        )


def part_of(output: str) -> str:
    """The folder in which an output is written until it is complete (ARCH-13)."""
    return output.rstrip("/") + PART


def is_whole(folder: str) -> bool:
    """Whether a folder is an archive or a store, in which nothing else may be written."""
    return any(os.path.lexists(os.path.join(folder, name)) for name in (ARCHIVE_FILE, STORE_FILE))


def is_inside(path: str, folder: str) -> bool:
    """Whether a path leads to the folder or below it; the folder may not exist yet."""
    target = os.path.realpath(folder)
    found = identity(target)
    places = (os.path.realpath(path), *_above(path))
    return any(at == target or (found is not None and identity(at) == found) for at in places)


def _above(path: str) -> Iterator[str]:
    """The folders that contain what a path leads to, the nearest first; some may not exist yet."""
    at = os.path.realpath(path)
    while at != os.path.dirname(at):
        at = os.path.dirname(at)
        yield at


def identity(path: str) -> Identity | None:
    """Which file a path leads to, None where there is none."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def _places(path: str) -> Iterator[tuple[object, ...]]:
    """Where an output is written: the file that is there, and its name in its folder, which may be new."""
    found = identity(path)
    if found is not None:
        yield found
    folder = identity(os.path.dirname(path) or ".")
    if folder is not None:
        yield *folder, os.path.basename(path)


def _identities(inputs: Iterable[str | None]) -> Iterator[tuple[Identity, str]]:
    for path in inputs:
        if path is None:
            continue
        found = _of_stream(sys.stdin) if path == STDIN else identity(path)
        if found is not None:
            yield found, path


def _of_stream(stream: TextIO | None) -> Identity | None:
    """The file behind a standard stream; a pipe, a terminal and a device are none."""
    try:
        found = os.fstat(stream.fileno()) if stream is not None else None
    except (OSError, ValueError):
        return None
    return (found.st_dev, found.st_ino) if found is not None and stat.S_ISREG(found.st_mode) else None
