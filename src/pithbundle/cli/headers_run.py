"""What ``pithbundle headers fetch`` does; loaded only where the network client is installed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import click

from pithbundle import durable
from pithbundle.cli import event_loop
from pithbundle.cli.archive_inputs import failing
from pithbundle.cli.inputs import rejecting
from pithbundle.cli.mirror_urls import not_accepted
from pithbundle.cli.terminal import Progress, progress_bar
from pithbundle.errors import EvidenceError, NetworkError
from pithbundle.evidence.header_fetch import ANSWER_BYTES, HeaderFetch
from pithbundle.evidence.header_runs import HEADER_BYTES, MOST_HEADERS
from pithbundle.files import file_error, read_regular, require_writable, write_output
from pithbundle.net import AsyncClient, ClientOptions, parse_url

#: The file is written whenever it has so many headers more, and at the end.
_WRITE_EVERY: Final = 100_000
#: How long a run waits for another one that writes into the same folder, in seconds.
_PATIENCE: Final = 30.0


@dataclass(slots=True)
class Fetched:
    """A fetch that has ended."""

    fetch: HeaderFetch
    #: Why it ended early; None if it did not.
    error: NetworkError | EvidenceError | None = None
    requests: int = 0


def base_of(url: str) -> str:
    """Return the URL of a node in its one form, without a slash at its end.

    Raises:
        click.UsageError: it is not accepted (NET-2, NET-3), or has a path.
    """
    try:
        target = parse_url(url, allow_loopback_http=True)
    except NetworkError as error:
        raise click.BadParameter(
            not_accepted(error), click.get_current_context(), param_hint="--from"
        ) from error
    if target.path != "/":
        message = f"{url} has a path; a node has its interface below /rest"
        raise click.BadParameter(message, click.get_current_context(), param_hint="--from")
    return target.origin


def fetched(base: str, path: str, data: bytes, first: int, last: int | None, deadline: float) -> Fetched:
    """Bring a file up to date with a node.

    Raises:
        InputRejected: the file that is there cannot be gone on with, or the new one cannot be written.
    """
    with failing(path):
        require_writable(path)
    with progress_bar("checking", None), rejecting(path):
        done = Fetched(HeaderFetch(data, first=first, last=last))
    with progress_bar("headers", None) as bar:
        event_loop.run(lambda: _run(base, path, done, deadline, bar))
    return done


async def _run(base: str, path: str, done: Fetched, deadline: float, bar: Progress) -> None:
    # One node, usually of this machine: it is asked as fast as it answers.
    options = ClientOptions(rate=None, at_once=1, deadline=deadline, allow_loopback_http=True)
    fetch, written = done.fetch, done.fetch.data
    try:
        async with AsyncClient(options) as client:
            try:
                while (wanted := fetch.path) is not None:
                    exchange = await client.get(base + wanted, limit=ANSWER_BYTES, accept="*/*")
                    fetch.accept(exchange.require_ok())
                    bar(fetch.count)
                    if fetch.count * HEADER_BYTES >= len(written) + _WRITE_EVERY * HEADER_BYTES:
                        written = _write(path, fetch, written)
            except (NetworkError, EvidenceError) as error:
                done.error = error.detached()
            finally:
                done.requests = client.requests_sent
    finally:
        # Whatever ended it, a signal too: what was checked is kept.
        _write(path, fetch, written)


def _write(path: str, fetch: HeaderFetch, written: bytes) -> bytes:
    """Write the headers if they have more work than the file, also if another run wrote it meanwhile."""
    if fetch.data == written:
        return written
    with failing(path), _alone(os.path.dirname(path) or "."):
        there = read_regular(path, HEADER_BYTES * MOST_HEADERS) if os.path.lexists(path) else b""
        if there != written:
            fetch.compare(there)
        if fetch.data != there:
            write_output(path, fetch.data, force=True)
    return fetch.data


@contextlib.contextmanager
def _alone(folder: str) -> Iterator[None]:
    """Hold a folder against other runs, so that none writes between the comparison and the writing."""
    try:
        with durable.Folder.open(folder) as held, held.locked(_PATIENCE):
            yield
    except OSError as error:
        raise file_error(folder, error) from error
