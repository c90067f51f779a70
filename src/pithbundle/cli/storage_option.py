"""The option ``--storage`` of ``recompute`` (spec RECOMP-16); what it needs is an extra."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from pithbundle.cli.extras import needing

if TYPE_CHECKING:
    from pithbundle.archive.storage import Storage

#: Those of :mod:`pithbundle.recompute.location`, which cannot be imported where zstd is missing.
SCHEMES: Final = ("s3", "gs", "abfs")
Command = TypeVar("Command", bound=Callable[..., Any])


def storage_option(command: Command) -> Command:
    """Add the option, whose value is the schemes that the user named."""
    return click.option(
        "--storage",
        "schemes",
        multiple=True,
        type=click.Choice(SCHEMES),
        help="Use object storage for INs and OUT that begin with this scheme, as in s3://BUCKET/KEY.",
    )(command)


def open_storage(paths: Iterable[str], schemes: tuple[str, ...]) -> Storage:
    """Return where the archives and the output of these paths are.

    Raises:
        click.UsageError: a path has a scheme that was not named, or is not in its form; or what object
            storage needs is not installed.
    """
    from pithbundle.archive.storage import LOCAL
    from pithbundle.recompute.location import location, scheme_of

    context = click.get_current_context()
    stored = [path for path in paths if scheme_of(path) is not None]
    for path in stored:
        try:
            location(path, schemes)
        except ValueError as error:
            raise click.UsageError(f"{path}: {error}", context) from None
    if not stored:
        return LOCAL
    with needing("cluster", "object storage needs fsspec", "fsspec"):
        from pithbundle.recompute.object_storage import ObjectStorage
    return ObjectStorage(schemes)


@contextlib.contextmanager
def local_folder(output: str, storage: Storage, force: bool) -> Iterator[str]:
    """The folder of this machine that is written: the output, or one that is uploaded to it at the end.

    Raises:
        InputRejected: there is something else, or the storage cannot be used.
    """
    from pithbundle.recompute.location import scheme_of

    if scheme_of(output) is None:
        yield output
        return
    from pithbundle.cli.archive_inputs import failing
    from pithbundle.recompute.object_storage import ObjectStorage
    from pithbundle.recompute.stored_output import StoredOutput

    if not isinstance(storage, ObjectStorage):
        raise TypeError("an output in object storage without one")
    with failing(output):
        place = StoredOutput(storage, output, force)
    with tempfile.TemporaryDirectory(prefix="pithbundle-") as folder:
        local = os.path.join(folder, "out")
        yield local
        # There is nothing if no bundle was read (ARCH-15).
        if os.path.isdir(local):
            with failing(output):
                place.write(local)


def require_local(output: str, option: str, value: object) -> None:
    """Check that an option that reads the output is not given for one in object storage.

    Raises:
        click.UsageError: it is.
    """
    from pithbundle.recompute.location import scheme_of

    if value and scheme_of(output) is not None:
        raise click.UsageError(
            f"{option} needs an output on this machine: leave it out, or name a folder with -o",
            click.get_current_context(),
        )
