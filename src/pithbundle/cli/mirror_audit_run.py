"""What ``pithbundle mirror audit`` and ``watch`` do; loaded only where zstd and the client are installed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Container, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Final

import click

from pithbundle.cli import event_loop
from pithbundle.cli.archive_inputs import failing
from pithbundle.cli.inputs import InputRejected, write_files
from pithbundle.cli.mirror_urls import mirror_at
from pithbundle.cli.store_run import opened
from pithbundle.ed25519.strict import PublicKey
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.values import Object
from pithbundle.errors import PithError
from pithbundle.mirror.audit.classify import Found
from pithbundle.mirror.audit.finding import FindingDocument, finding_of
from pithbundle.mirror.audit.folder import CURSOR, REPORT, AuditFolder
from pithbundle.mirror.audit.page import page
from pithbundle.mirror.audit.reference import Reference
from pithbundle.mirror.audit.report import metrics, report_value
from pithbundle.mirror.audit.run import Audit, AuditOptions, Keep, audit
from pithbundle.mirror.audit.watch import CURSOR_BYTES, Cursor
from pithbundle.mirror.manifest import Mirror
from pithbundle.mirror.numbers import NUMBERS_BYTES, read_numbers
from pithbundle.mirror.remote import Remote
from pithbundle.net import AsyncClient, ClientOptions
from pithbundle.verifier import Verifier
from pithbundle.verify.policy import Policy
from pithbundle.wall_clock import stamp

__all__ = [
    "NUMBERS_BYTES",
    "AuditOptions",
    "Request",
    "Round",
    "audited",
    "base_urls",
    "read_numbers",
    "watch",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a user wants to be audited, and how."""

    #: As :func:`base_urls` returns them.
    urls: tuple[str, ...]
    policy: Policy
    store: str | None
    folder: str | None
    keys: tuple[tuple[str, PublicKey], ...]
    options: AuditOptions
    client: ClientOptions
    html: str | None = None
    metrics: str | None = None
    force: bool = False


@dataclass(slots=True)
class Round:
    """One audit, and the names of the files of its findings."""

    audit: Audit
    names: dict[tuple[str, ...], str] = field(default_factory=dict)
    #: Whether findings are kept at all.
    has_folder: bool = False

    @property
    def value(self) -> Object:
        """The report."""
        return report_value(self.audit, self.names)


@contextlib.contextmanager
def _opened_folder(path: str | None) -> Iterator[AuditFolder | None]:
    if path is None:
        yield None
        return
    with failing(path), AuditFolder(path) as folder:
        yield folder


@contextlib.contextmanager
def _reference(path: str | None) -> Iterator[Reference | None]:
    if path is None:
        yield None
        return
    with opened(path) as store, Reference(store) as found:
        yield found


def audited(request: Request) -> Round:
    """Audit once.

    Raises:
        InputRejected: a store or a folder cannot be used.
        click.UsageError: a URL is not accepted.
    """
    mirrors = _mirrors(request)
    with _opened_folder(request.folder) as folder:
        done = _round(request, mirrors, folder)
        if request.html is not None:
            write_files({request.html: page(done.value, done.audit.exit_status)}, request.force)
    return done


def _round(
    request: Request,
    mirrors: Sequence[Mirror],
    folder: AuditFolder | None,
    reported: Container[str] = frozenset(),
) -> Round:
    """One audit; what it finds is on the disk at the end."""
    with _reference(request.store) as store:
        verifier = Verifier(request.policy) if store is None else store.verifier
        names: dict[tuple[str, ...], str] = {}

        def keep(found: Found, documents: Sequence[FindingDocument]) -> bool:
            if folder is None:
                return True
            name = folder.keep(finding_of(found, documents, verifier, stamp()), found)
            if name is not None:
                names[found.key] = name
            return name is not None

        earlier = () if folder is None else tuple(folder.heads(request.urls))
        options = replace(request.options, earlier_heads=earlier, reported=reported)
        found = event_loop.run(lambda: _audit(request, options, mirrors, verifier, store, keep))
    done = Round(found, names, has_folder=folder is not None)
    if folder is not None:
        folder.keep_heads(found.mirrors)
        folder.write(REPORT, encode(done.value) + b"\n")
    if request.metrics is not None:
        write_files({request.metrics: metrics(found)}, force=True)
    return done


async def _audit(
    request: Request,
    options: AuditOptions,
    mirrors: Sequence[Mirror],
    verifier: Verifier,
    store: Reference | None,
    keep: Keep,
) -> Audit:
    async with AsyncClient(request.client) as client:
        readers = [Remote(client, mirror) for mirror in mirrors]
        return await audit(readers, verifier, store, options, keep, keys=request.keys)


def _mirrors(request: Request) -> list[Mirror]:
    """The mirrors, each URL checked before anything is requested.

    Raises:
        click.UsageError: one is not accepted.
    """
    allow = request.client.allow_loopback_http
    return [mirror_at(url, allow_loopback_http=allow, argument="URL...") for url in request.urls]


def base_urls(urls: Sequence[str], *, allow_loopback_http: bool) -> tuple[str, ...]:
    """The base URLs of mirrors in their one form, each once (NET-2).

    Raises:
        click.UsageError: one is not accepted.
    """
    found = (mirror_at(url, allow_loopback_http=allow_loopback_http, argument="URL...") for url in urls)
    return tuple(dict.fromkeys(one.base for one in found))


#: Waits between two rounds; tests replace it.
pause: Final[Callable[[float], None]] = time.sleep


def watch(
    request: Request,
    patience: int,
    interval: float,
    *,
    once: bool,
    report: Callable[[Round, list[Found]], None],
    failed: Callable[[PithError], None],
) -> int:
    """Audit again and again. Returns only with ``once``.

    Args:
        request: what is audited.
        patience: in how many rounds in a row something is unreachable or moving before it is reported.
        interval: seconds between two rounds.
        once: end after one round.
        report: is called with what is new in each round.
        failed: is called with the error of a round that failed; the next one begins anew (AUDIT-15).

    Raises:
        InputRejected: the folder cannot be used; with ``once`` also what a round needs.
        PithError: with ``once``: the round failed.
        click.UsageError: a URL is not accepted.
    """
    mirrors = _mirrors(request)
    with _opened_folder(request.folder) as folder:
        if folder is None:
            raise click.UsageError("a watch needs a folder: add -o FOLDER", click.get_current_context())
        with failing(f"{folder.path}/{CURSOR}"):
            cursor = Cursor.from_bytes(folder.read(CURSOR, CURSOR_BYTES))
        while True:
            # What a round notes counts once its findings are on the disk.
            noted = deepcopy(cursor)
            try:
                done, new = _watched(request, mirrors, folder, noted, patience)
                report(done, new)
                # Not before: who ends the program in between has it reported twice, and never not at all.
                cursor = noted
                folder.write(CURSOR, cursor.to_bytes())
                if once:
                    return done.audit.exit_status
            except (InputRejected, PithError) as error:
                if once:
                    raise
                failed(error.error if isinstance(error, InputRejected) else error)
            pause(interval)


def _watched(
    request: Request, mirrors: Sequence[Mirror], folder: AuditFolder, cursor: Cursor, patience: int
) -> tuple[Round, list[Found]]:
    """One round of a watch, its findings on the disk, and what is new in it."""
    done = _round(request, mirrors, folder, cursor.reported)
    new = cursor.take(done.audit.found, patience, done.audit.again)
    cursor.forget_others(one.base for one in done.audit.mirrors)
    cursor.end_round(done.audit.ended_at, [*done.audit.counts.items()])
    if request.html is not None:
        html = page(done.value, done.audit.exit_status, cursor.rounds)
        write_files({request.html: html}, force=True)
    return done, new
