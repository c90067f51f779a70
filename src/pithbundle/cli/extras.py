"""How to install an optional dependency. Imports none of them, so that it works where all are missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager


def how_to_install(extra: str) -> str:
    """Return what to run to install an extra of the package."""
    return (
        f"in a checkout run python -m pip install -e '.[{extra}]', "
        f"or, where a package index has pithbundle, python -m pip install 'pithbundle[{extra}]'"
    )


@contextmanager
def needing(extra: str, what: str, *packages: str) -> Iterator[None]:
    """Import inside this block what an extra of the package brings.

    Args:
        extra: its name.
        what: what needs which package, as in ``archives need zstd``.
        packages: the top-level packages that may be missing; any other error is raised as it is.

    Raises:
        click.UsageError: one of them is.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in packages:
            raise
        import click

        verb = "are" if " and " in what else "is"
        message = f"{what}, which {verb} not installed. {how_to_install(extra)}"
        raise click.UsageError(message, click.get_current_context()) from error


def needing_zstd() -> AbstractContextManager[None]:
    """Import inside this block what reads or writes archives.

    Raises:
        click.UsageError: zstd is not installed.
    """
    return needing("archive", "archives need zstd", "backports", "compression")
