"""What ``pithbundle headers fetch`` does; loaded only where the network client is installed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import click

from pithbundle.cli import event_loop
from pithbundle.cli.archive_inputs import failing
from pithbundle.cli.inputs import rejecting
from pithbundle.cli.output import Output
from pithbundle.cli.terminal import Progress, progress_bar
from pithbundle.errors import EvidenceError, NetworkError
from pithbundle.evidence.header_fetch import ANSWER_BYTES, HeaderFetch
from pithbundle.evidence.header_runs import HEADER_BYTES
from pithbundle.files import write_output
from pithbundle.net import AsyncClient, ClientOptions, parse_url

#: The file is written whenever it has so many headers more, and at the end.
_WRITE_EVERY: Final = 100_000


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
        message = f"{Output.show(error.fault.message)}; {error.hint}"
        raise click.BadParameter(message, click.get_current_context(), param_hint="--from") from error
    if target.path != "/":
        message = f"{Output.show(url)} has a path; a node has its interface below /rest"
        raise click.BadParameter(message, click.get_current_context(), param_hint="--from")
    return target.origin


def fetched(base: str, path: str, data: bytes, first: int, last: int | None, deadline: float) -> Fetched:
    """Bring a file up to date with a node.

    Raises:
        InputRejected: the file that is there cannot be gone on with, or the new one cannot be written.
    """
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
    data = fetch.data
    if data != written:
        with failing(path):
            write_output(path, data, force=True)
    return data
