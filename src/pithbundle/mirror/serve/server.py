"""A server from its sockets to its end: two ports, further views, signals (spec SERVE-12 to SERVE-14)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

import uvicorn

from pithbundle.errors import PithError
from pithbundle.escape import visible
from pithbundle.mirror.serve.app import App
from pithbundle.mirror.serve.counts import Counts
from pithbundle.mirror.serve.hosts import LOOPBACK_NAMES, Hosts
from pithbundle.mirror.serve.limits import ServeLimits
from pithbundle.mirror.serve.listening import is_unspecified, lengthen_queue, listening, name_of
from pithbundle.mirror.serve.monitor import Monitor
from pithbundle.mirror.serve.protocol import Gate
from pithbundle.mirror.site import Site

#: What reads the files of packs, beside the one thread that finds documents.
_READERS: Final = 3
#: The connections that the loop accepts before it looks at the requests of others: far fewer than there may
#: be, or one burst of connections would displace clients whose requests had come before it (SERVE-4).
_ACCEPTED: Final = 8
#: Connections to the second port at once.
_MONITOR_CONNECTIONS: Final = 16


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """How a site is served."""

    #: The address of this machine, and the port; 0 for any free one.
    address: str = "127.0.0.1"
    port: int = 8080
    #: The names under which it is reached, beside those of this machine for itself.
    hosts: tuple[str, ...] = ()
    #: The port of ``/health`` and ``/metrics`` on the loopback address; None for none.
    monitor_port: int | None = None
    #: The seconds between two looks at the store.
    renew_seconds: float = 5.0
    limits: ServeLimits = field(default_factory=ServeLimits)


@dataclass(frozen=True, slots=True)
class Started:
    """Where a server listens."""

    address: str
    port: int
    monitor_port: int | None


def serve(
    site: Site,
    options: ServeOptions,
    started: Callable[[Started], None],
    report: Callable[[str], None],
    signals: Callable[[Callable[[], None]], contextlib.AbstractContextManager[None]],
    pages: bool = False,
) -> None:
    """Serve a site until it is ended.

    Args:
        site: what is served; the caller closes it.
        options: how.
        started: called once both ports are open, unless the server was ended before.
        report: receives one line for each thing that goes wrong.
        signals: inside its block, the signals that end the server call its argument, the first time to
            end after the running responses, the second time at once.
        pages: whether records have pages (SERVE-9).

    Raises:
        FileError: ``io``: an address or a port cannot be used.
    """
    with _escaped_log(report), asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(_Run(site, options, report, pages).run(started, signals))


class _Server(uvicorn.Server):
    """uvicorn's server with the gate of its connections; its caller handles signals."""

    def __init__(self, config: uvicorn.Config, gate: Gate) -> None:
        super().__init__(config)
        self.gate = gate

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second, end the connections whose time has passed."""
        self.gate.sweep(asyncio.get_running_loop().time())
        return await super().on_tick(counter)


class _Run:
    """One run of a server."""

    def __init__(self, site: Site, options: ServeOptions, report: Callable[[str], None], pages: bool) -> None:
        self._site = site
        self._options = options
        self._report = report
        self._pages = pages
        self._counts = Counts()
        self._last_report = ""
        self._servers: list[_Server] = []

    async def run(
        self,
        started: Callable[[Started], None],
        signals: Callable[[Callable[[], None]], contextlib.AbstractContextManager[None]],
    ) -> None:
        """Open the ports, serve, and close them."""
        options = self._options
        finder = ThreadPoolExecutor(1, thread_name_prefix="pithbundle-find")
        readers = ThreadPoolExecutor(_READERS, thread_name_prefix="pithbundle-read")
        renewer = ThreadPoolExecutor(1, thread_name_prefix="pithbundle-renew")
        sockets = []
        running: list[asyncio.Task[None]] = []
        renewing: asyncio.Task[None] | None = None
        try:
            sockets.append(listening(options.address, options.port))
            if options.monitor_port is not None:
                sockets.append(listening("127.0.0.1", options.monitor_port))
            self._make_servers(finder, readers)
            with signals(self._end):
                running = [
                    asyncio.create_task(server.serve(sockets=[each]))
                    for server, each in zip(self._servers, sockets, strict=True)
                ]
                renewing = asyncio.create_task(self._renewing(renewer))
                while not all(server.started for server in self._servers):
                    await asyncio.sleep(0.01)
                # Who is ended before has closed its socket.
                if not any(server.should_exit for server in self._servers):
                    for each in sockets:
                        lengthen_queue(each)
                    ports = [each.getsockname()[1] for each in sockets]
                    started(Started(options.address, ports[0], ports[1] if len(ports) > 1 else None))
                await asyncio.gather(*running)
        finally:
            for server in self._servers:
                # If it cannot be printed where it listens, it is still running.
                server.should_exit = server.force_exit = True
                server.gate.end()
            if renewing is not None:
                renewing.cancel()
                await asyncio.wait([*running, renewing])
            for each in sockets:
                each.close()
            for threads in (finder, readers, renewer):
                threads.shutdown()
            # The transports that were ended close their sockets in the next round of the loop.
            await asyncio.sleep(0)

    def _make_servers(self, finder: Executor, readers: Executor) -> None:
        options, counts = self._options, self._counts
        own = {*LOOPBACK_NAMES, *options.hosts}
        if not is_unspecified(options.address):
            own.add(name_of(options.address))
        gate = Gate(options.limits, counts)
        app = App(
            self._site,
            Hosts(own),
            counts,
            finder,
            readers,
            options.limits.finding,
            self._report,
            self._pages,
        )
        self._servers = [_Server(_config(app, gate), gate)]
        if options.monitor_port is not None:
            monitor = Monitor(self._site, Hosts(LOOPBACK_NAMES), counts, gate, app.cache)
            beside = Gate(
                ServeLimits(connections=_MONITOR_CONNECTIONS, kept=_MONITOR_CONNECTIONS // 4), Counts()
            )
            self._servers.append(_Server(_config(monitor, beside), beside))

    def _end(self) -> None:
        for server in self._servers:
            if server.should_exit:
                server.force_exit = True
                server.gate.end()
            server.should_exit = True

    async def _renewing(self, renewer: ThreadPoolExecutor) -> None:
        """Serve what the store has, whenever it has something else (SERVE-12)."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._options.renew_seconds)
            try:
                renewed = await loop.run_in_executor(renewer, self._renew)
            except PithError as error:
                self._counts.failed_renewals += 1
                self._counts.renewal_failed = True
                # Once for as long as it lasts.
                if str(error) != self._last_report:
                    self._last_report = str(error)
                    self._report(f"still serving what the store had before: {error}")
            else:
                self._counts.renewals += renewed
                self._counts.renewal_failed = False
                self._last_report = ""

    def _renew(self) -> bool:
        if self._site.is_current():
            return False
        self._site.refresh()
        return True


def _config(app: Any, gate: Gate) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=gate.protocol(),
        ws="none",
        interface="asgi3",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=_ACCEPTED,
        proxy_headers=False,
        timeout_graceful_shutdown=int(gate.limits.shutdown_seconds),
    )


class _Lines(logging.Handler):
    """Reports what uvicorn logs, a line each, without control characters of a request."""

    def __init__(self, report: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._report = report

    def emit(self, record: logging.LogRecord) -> None:
        """Report one record."""
        kind = record.exc_info[0] if record.exc_info else None
        more = f": {kind.__name__}: {record.exc_info[1]}" if kind and record.exc_info else ""
        self._report(visible(record.getMessage().strip() + more))


@contextlib.contextmanager
def _escaped_log(report: Callable[[str], None]) -> Iterator[None]:
    logger = logging.getLogger("uvicorn.error")
    handler, before = _Lines(report), logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = before
