"""What ``pithbundle mirror sync`` does; loaded only where zstd and the network client are installed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from pithbundle.cli import event_loop
from pithbundle.cli.archive_inputs import failing
from pithbundle.cli.mirror_urls import mirror_at
from pithbundle.cli.store_run import opened
from pithbundle.cli.terminal import Progress, progress_bar
from pithbundle.errors import PithError
from pithbundle.files import read_input
from pithbundle.mirror.manifest import MANIFEST_BYTES, Mirror, MirrorList, read_manifest
from pithbundle.mirror.numbers import NUMBERS_BYTES, read_numbers
from pithbundle.mirror.remote import fetch_manifest
from pithbundle.mirror.sync.results import MirrorResult
from pithbundle.mirror.sync.run import synchronise
from pithbundle.net import AsyncClient, ClientOptions
from pithbundle.store import Store

_MANIFEST_ENDING: Final = ".json"
#: Requests a second to one mirror (NET-15).
_RATE: Final = 5.0


@dataclass(slots=True)
class Done:
    """The results of all mirrors, and what is wrong with manifests."""

    results: list[MirrorResult] = field(default_factory=list)
    #: A manifest, and why it or an element of it is not used.
    rejected: list[tuple[str, PithError]] = field(default_factory=list)
    requests: int = 0


def options_of(rate: float | None, max_requests: int | None, allow_loopback_http: bool) -> ClientOptions:
    """The options of the client."""
    return ClientOptions(
        rate=_RATE if rate is None else rate,
        max_requests=max_requests,
        allow_loopback_http=allow_loopback_http,
    )


def synchronised(
    sources: tuple[str, ...], store: str, numbers_path: str | None, options: ClientOptions
) -> Done:
    """Bring a store up to date.

    Raises:
        InputRejected: the store, a manifest or the file of numbers cannot be used.
        click.UsageError: a URL is not accepted.
    """
    done = Done()
    mirrors: dict[str, Mirror] = {}
    urls: list[str] = []
    for source in sources:
        if "://" not in source:
            with failing(source):
                data = read_input(source, MANIFEST_BYTES)
                found = read_manifest(data, allow_loopback_http=options.allow_loopback_http)
            _take(done, mirrors, source, found)
        elif source.endswith(_MANIFEST_ENDING):
            urls.append(source)
        else:
            allow = options.allow_loopback_http
            mirror = mirror_at(source, allow_loopback_http=allow, argument="--from")
            mirrors.setdefault(mirror.base, mirror)
    numbers: tuple[str, ...] | None = None
    if numbers_path is not None:
        with failing(numbers_path):
            numbers = read_numbers(read_input(numbers_path, NUMBERS_BYTES))
    with opened(store) as found_store, progress_bar("connecting", None) as bar:
        event_loop.run(lambda: _run(found_store, mirrors, urls, numbers, options, done, bar))
    return done


def _take(done: Done, mirrors: dict[str, Mirror], source: str, found: MirrorList) -> None:
    done.rejected += [(source, each.error) for each in found.rejected]
    for mirror in found.mirrors:
        mirrors.setdefault(mirror.base, mirror)


async def _run(
    store: Store,
    mirrors: dict[str, Mirror],
    urls: list[str],
    numbers: tuple[str, ...] | None,
    options: ClientOptions,
    done: Done,
    bar: Progress,
) -> None:
    count = 0

    def progress(records: int) -> None:
        nonlocal count
        count += records
        bar(count)

    async with AsyncClient(options) as client:
        for url in urls:
            try:
                _take(done, mirrors, url, await fetch_manifest(client, url))
            except PithError as error:
                done.rejected.append((url, error.detached()))
        bar.begin("records", None)
        done.results = await synchronise(
            client, store, [*mirrors.values()], numbers=numbers, progress=progress
        )
        done.requests = client.requests_sent
