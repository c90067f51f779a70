"""The application of a server: from a request to a response of the site (spec SERVE-5 to SERVE-12).

It is a plain ASGI application: the site is the one table of addresses, and a router before it would be a
second reader of paths. What is held is answered at once; everything else is found by threads, so that no
record that is verified for the first time, and no disk, delays the other clients.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, Final, Protocol, TypeAlias

from pithbundle.errors import FileError, PithError
from pithbundle.files import open_regular
from pithbundle.mirror.answers import Document, FileDocument
from pithbundle.mirror.serve.cache import Cache
from pithbundle.mirror.serve.counts import Counts
from pithbundle.mirror.serve.hosts import Hosts
from pithbundle.mirror.serve.requests import Request, name_of, path_of, prefers_page
from pithbundle.mirror.serve.responses import Rendered, Response, error, rendered
from pithbundle.mirror.site import Site

#: What ASGI passes.
Scope: TypeAlias = Any
Receive: TypeAlias = Callable[[], Any]
Send: TypeAlias = Callable[[Any], Any]

#: The bytes of a file that are read at once.
_READ: Final = 1 << 18
#: The name of the extension by which the application reaches its connection.
CONNECTION: Final = "pithbundle.connection"


class Connection(Protocol):
    """What the application needs of the connection of a request."""

    def is_open(self) -> bool:
        """Whether the client can still receive."""

    def took(self, count: int) -> None:
        """Note that the client has taken so many bytes of a file."""


class App:
    """Answers requests with what a site has.

    Args:
        site: what is served.
        hosts: the names under which it is.
        counts: where requests are counted.
        threads: that find what is not held, and read files.
        report: receives a line for each request that failed.
        pages: whether records have pages (SERVE-9).
    """

    def __init__(
        self,
        site: Site,
        hosts: Hosts,
        counts: Counts,
        threads: Executor,
        report: Callable[[str], None],
        pages: bool = False,
    ) -> None:
        self._site = site
        self._hosts = hosts
        self._counts = counts
        self._threads = threads
        self._report = report
        self._pages = pages
        self.cache = Cache()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request.of(scope["headers"])
        found = self._checked(scope, request)
        if found is None:
            found = await self._found(scope["raw_target"], request)
        response = found.respond(request)
        self._counts.responses[response.status] += 1
        if response.file is not None and scope["method"] != "HEAD":
            await self._send_file(response, response.file, scope["extensions"][CONNECTION], send)
            return
        await send({"type": "http.response.start", "status": response.status, "headers": response.fields})
        await send({"type": "http.response.body", "body": response.body})

    def _checked(self, scope: Scope, request: Request) -> Rendered | None:
        """The error of a request that is not answered; None if it is."""
        if scope["method"] not in ("GET", "HEAD"):
            return error(405)
        if len(request.hosts) != 1:
            return error(400)
        return None if self._hosts.accept(request.hosts[0]) else error(421)

    async def _found(self, target: bytes, request: Request) -> Rendered:
        preferred = self._pages and prefers_page(request.accept)
        moment = self._site.moment
        # The target as it was received: what is found at it depends on nothing else.
        key = (target, preferred)
        held = self.cache.get(moment, key)
        if held is not None:
            self._counts.cache_hits += 1
            return held
        self._counts.cache_misses += 1
        loop = asyncio.get_running_loop()
        made = await loop.run_in_executor(self._threads, self._find, target, preferred)
        if made.status == 200 and self._site.moment is moment:
            self.cache.keep(moment, key, made)
        return made

    def _find(self, target: bytes, preferred: bool) -> Rendered:
        path = path_of(target)
        try:
            if path is not None:
                return rendered(path, self._site.find(path, preferred))
            name = name_of(target)
            found = None if name is None else self._site.find(name)
            # Documents are at their exact addresses alone.
            if name is None or isinstance(found, Document | FileDocument):
                return error(404)
            return rendered(name, found)
        except PithError as fault:
            self._report(str(fault))
            return error(503 if isinstance(fault, FileError) else 500)

    async def _send_file(
        self, response: Response, document: FileDocument, connection: Connection, send: Send
    ) -> None:
        """Send the span of a file, piece by piece, as fast as the client takes it."""
        run = asyncio.get_running_loop().run_in_executor
        try:
            file = await run(self._threads, _opened, document)
        except (OSError, PithError) as fault:
            self._report(str(fault))
            failed = error(503)
            await send({"type": "http.response.start", "status": 503, "headers": failed.fields})
            await send({"type": "http.response.body", "body": failed.body})
            return
        with file:
            await send({"type": "http.response.start", "status": response.status, "headers": response.fields})
            at, end = response.span.start, response.span.end
            while at < end and connection.is_open():
                data = await run(self._threads, os.pread, file.fileno(), min(_READ, end - at), at)
                if not data:
                    self._report(f"{document.path}: shorter than it was")
                    return
                at += len(data)
                await send({"type": "http.response.body", "body": data, "more_body": at < end})
                connection.took(len(data))


def _opened(document: FileDocument) -> Any:
    """The file of a document.

    Raises:
        FileError: ``io``: it is no regular file, or has another size than it had.
        OSError: the system cannot open it.
    """
    file = open_regular(document.path)
    if os.fstat(file.fileno()).st_size != document.bytes:
        file.close()
        raise FileError.at(document.path, "has another size than its list states")
    return file
