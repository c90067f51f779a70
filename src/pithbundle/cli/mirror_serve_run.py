"""What ``pithbundle mirror serve`` does and prints; loaded only where zstd and the server are installed."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

import click

from pithbundle.cli.archive_inputs import failing
from pithbundle.cli.envelope import SUCCESS
from pithbundle.cli.extras import how_to_install
from pithbundle.cli.mirror_print import head_value, print_head
from pithbundle.cli.mirror_publish_run import require_base_url, signing
from pithbundle.cli.mirror_run import require_origin
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.signals import Received, noting_signals
from pithbundle.encoding.values import portable
from pithbundle.mirror.optional_pages import are_installed
from pithbundle.mirror.serve.hosts import is_host_name
from pithbundle.mirror.serve.listening import is_loopback, name_of
from pithbundle.mirror.serve.server import ServeOptions, Started, serve
from pithbundle.mirror.site import Site

_PORT: Final = 8_080
_RENEW: Final = 5.0


def served(
    out: Output,
    store: str,
    address: str,
    port: int | None,
    expose: bool,
    hosts: tuple[str, ...],
    metrics_port: int | None,
    renew: float | None,
    origin: str | None,
    base_url: str | None,
    packs: bool,
    sign_with: str | None,
    sign_key: str | None,
) -> int:
    """Serve a store until a signal ends it; return the exit status.

    Raises:
        InputRejected: the store is damaged, or a port cannot be opened.
        click.UsageError: a value is not in its form.
    """
    require_origin(origin)
    require_base_url(base_url)
    _require_address(address, expose)
    options = ServeOptions(
        address=address,
        port=_PORT if port is None else port,
        hosts=_names(hosts, base_url),
        monitor_port=metrics_port,
        renew_seconds=_RENEW if renew is None else renew,
    )
    sign = signing(sign_with, sign_key)
    with (
        failing(store),
        Site.open(store, origin=origin, base_url=base_url, sign=sign, packs=packs) as site,
        noting_signals(_nothing) as received,
    ):

        def started(found: Started) -> None:
            _print_started(out, store, site, found)
            received.is_raised = False

        serve(site, options, started, _report, partial(_ending, received), pages=_has_pages())
    return Exit.VALID


def _has_pages() -> bool:
    """Whether records have pages; if not, say why: everything else is served all the same."""
    if are_installed():
        return True
    _report(f"no pages: they need jinja2, which is not installed. {how_to_install('mirror')}")
    return False


def _require_address(address: str, expose: bool) -> None:
    ctx = click.get_current_context()
    try:
        is_of_this_machine = is_loopback(address)
    except ValueError as error:
        raise click.UsageError("--address takes an IP address, as 127.0.0.1 or ::1", ctx) from error
    if not (is_of_this_machine or expose):
        message = (
            f"--address {address} can be reached from other machines: add --expose if they shall, or leave "
            "it out and put a proxy before the server"
        )
        raise click.UsageError(message, ctx)


def _names(hosts: tuple[str, ...], base_url: str | None) -> tuple[str, ...]:
    """The accepted names in lower case, that of the base URL among them."""
    found = [host.lower() for host in hosts]
    for host, name in zip(hosts, found, strict=True):
        if not is_host_name(name):
            message = f"--host {host} is no name of a host, as mirror.example, without a port"
            raise click.UsageError(message, click.get_current_context())
    if base_url is not None:
        found.append(base_url.split("/")[2].partition(":")[0].lower())
    return tuple(found)


def _print_started(out: Output, store: str, site: Site, started: Started) -> None:
    """Print where the server listens, at once."""
    url = f"http://{name_of(started.address)}:{started.port}"
    metrics = None if started.monitor_port is None else f"http://127.0.0.1:{started.monitor_port}/metrics"
    head = site.head
    if out.as_json:
        members = {
            "store": portable(store),
            "url": url,
            "metrics_url": metrics,
            "head": None if head is None else head_value(head),
        }
        out.result(SUCCESS, Exit.VALID, members)
    else:
        out.heading("listening", url, "good")
        out.detail("store", out.show(store))
        if metrics is not None:
            out.detail("metrics", metrics)
        if head is None:
            out.detail("head", "none: name the mirror with --origin, so that others can compare with it")
        else:
            print_head(out, head, "current")
    out.send()


def _report(line: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(f"pithbundle: {Output.show(line)}\n")
        sys.stderr.flush()


def _nothing() -> None:
    """What a signal does while the loop does not run: it is noted."""


@contextlib.contextmanager
def _ending(received: Received, end: Callable[[], None]) -> Iterator[None]:
    """Have each signal call ``end``, which ends the server.

    Raises:
        Terminated: there was a signal before.
        KeyboardInterrupt: it was SIGINT.
    """
    loop = asyncio.get_running_loop()

    def act() -> None:
        loop.call_soon_threadsafe(end)

    received.act = act
    try:
        # After that: no signal is lost in between.
        received.require_none()
        yield
    finally:
        received.act = _nothing
