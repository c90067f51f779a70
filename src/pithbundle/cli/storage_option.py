"""The option ``--storage`` of ``recompute`` (spec RECOMP-16); what it needs is an extra."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pithbundle.cli.extras import how_to_install
from pithbundle.recompute.location import SCHEMES, location, scheme_of

if TYPE_CHECKING:
    from pithbundle.archive.storage import Storage

Command = TypeVar("Command", bound=Callable[..., Any])


def storage_option(command: Command) -> Command:
    """Add the option, whose value is the schemes that the user named."""
    return click.option(
        "--storage",
        "schemes",
        multiple=True,
        type=click.Choice(SCHEMES),
        help="Read archives of object storage: paths that begin with this scheme, as in s3://BUCKET/KEY.",
    )(command)


def open_storage(paths: Iterable[str], schemes: tuple[str, ...]) -> Storage:
    """Return where the archives of these paths are.

    Raises:
        click.UsageError: a path has a scheme that was not named, or is not in its form; or what object
            storage needs is not installed.
    """
    from pithbundle.archive.storage import LOCAL

    context = click.get_current_context()
    stored = [path for path in paths if scheme_of(path) is not None]
    for path in stored:
        try:
            location(path, schemes)
        except ValueError as error:
            raise click.UsageError(f"{path}: {error}", context) from None
    if not stored:
        return LOCAL
    try:
        from pithbundle.recompute.object_storage import ObjectStorage
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "fsspec":
            raise
        raise click.UsageError(
            f"object storage needs fsspec, which is not installed. {how_to_install('cluster')}", context
        ) from error
    return ObjectStorage(schemes)
