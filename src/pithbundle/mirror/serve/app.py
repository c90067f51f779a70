"""The application of a server: from a request to a response of the site (spec SERVE-5 to SERVE-12, SERVE-16).

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
from pithbundle.mirror.answers import Document, FileDocument, Found, Redirect
from pithbundle.mirror.serve.cache import Cache
from pithbundle.mirror.serve.counts import Counts
from pithbundle.mirror.serve.hosts import Hosts
from pithbundle.mirror.serve.readers import failed, page_for
from pithbundle.mirror.serve.requests import Request, name_of, path_of, prefers_page, reads_pages, text_of
from pithbundle.mirror.serve.responses import BASE, SEARCH, Rendered, Response, error, rendered
from pithbundle.mirror.site import Site

#: What ASGI passes.
Scope: TypeAlias = Any
Receive: TypeAlias = Callable[[], Any]
Send: TypeAlias = Callable[[Any], Any]

#: The bytes of a response that wait in memory until its client takes them (SERVE-16).
_PIECE: Final = 1 << 18
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
        finder: finds what is not held. One thread suffices, since the site finds one document at a time.
        readers: read files beside it, so that none waits for what is found.
        finding: the requests that wait at once for the finder (SERVE-16).
        report: receives a line for each request that failed.
        pages: whether records have pages (SERVE-9).
    """

    def __init__(
        self,
        site: Site,
        hosts: Hosts,
        counts: Counts,
        finder: Executor,
        readers: Executor,
        finding: int,
        report: Callable[[str], None],
        pages: bool = False,
    ) -> None:
        self._site = site
        self._hosts = hosts
        self._counts = counts
        self._finder = finder
        self._readers = readers
        self._most_finding = finding
        self._finding = 0
        self._report = report
        self._pages = pages
        self.cache = Cache()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request.of(scope["headers"])
        target = scope["raw_target"]
        readable = self._pages and reads_pages(request.accept)
        status = self._rejected(scope, request)
        found = (
            await self._found(target, request, readable)
            if status is None
            else failed(status, target, readable)
        )
        response = found.respond(request)
        self._counts.responses[response.status] += 1
        has_body = scope["method"] != "HEAD"
        if response.file is not None and has_body:
            await self._send_file(response, response.file, scope["extensions"][CONNECTION], send)
            return
        await send({"type": "http.response.start", "status": response.status, "headers": response.fields})
        await _send_body(response.body if has_body else b"", send)

    def _rejected(self, scope: Scope, request: Request) -> int | None:
        """The status of a request that is not answered; None if it is."""
        if scope["method"] not in ("GET", "HEAD"):
            return 405
        if len(request.hosts) != 1:
            return 400
        return None if self._hosts.accept(request.hosts[0]) else 421

    async def _found(self, target: bytes, request: Request, readable: bool) -> Rendered:
        preferred = self._pages and prefers_page(request.accept)
        moment = self._site.moment
        # The target as it was received: what is found at it depends on nothing else.
        key = (target, preferred)
        held = self.cache.get(moment, key)
        if held is not None:
            self._counts.cache_hits += 1
            return held
        self._counts.cache_misses += 1
        if self._finding >= self._most_finding:
            return failed(503, target, readable)
        loop = asyncio.get_running_loop()
        self._finding += 1
        try:
            made = await loop.run_in_executor(self._finder, self._find, target, preferred, readable)
        finally:
            self._finding -= 1
        if made.status == 200 and self._site.moment is moment:
            self.cache.keep(moment, key, made)
        return made

    def _find(self, target: bytes, preferred: bool, readable: bool) -> Rendered:
        found: Found | None
        try:
            text = text_of(target)
            if text is not None:
                found = self._site.search(text) if text.strip() else Redirect(BASE)
                return rendered(SEARCH, found, page_for(found, target, text) if readable else None)
            path = path_of(target)
            if path is None:
                path, found = self._named(target)
            else:
                found = self._site.find(path, preferred)
            return rendered(path, found, page_for(found, target) if readable else None)
        except PithError as fault:
            self._report(str(fault))
            return failed(503 if isinstance(fault, FileError) else 500, target, readable)

    def _named(self, target: bytes) -> tuple[str, Found | None]:
        """What a name with percent-encodings leads to: documents are at their exact addresses alone."""
        name = name_of(target)
        found = None if name is None else self._site.find(name)
        return name or "", None if isinstance(found, Document | FileDocument) else found

    async def _send_file(
        self, response: Response, document: FileDocument, connection: Connection, send: Send
    ) -> None:
        """Send the span of a file, piece by piece, as fast as the client takes it."""
        run = asyncio.get_running_loop().run_in_executor
        try:
            file = await run(self._readers, _opened, document)
        except (OSError, PithError) as fault:
            self._report(str(fault))
            made = error(503)
            await send({"type": "http.response.start", "status": 503, "headers": made.fields})
            await send({"type": "http.response.body", "body": made.body})
            return
        with file:
            await send({"type": "http.response.start", "status": response.status, "headers": response.fields})
            at, end = response.span.start, response.span.end
            while at < end and connection.is_open():
                data = await run(self._readers, os.pread, file.fileno(), min(_PIECE, end - at), at)
                if not data:
                    self._report(f"{document.path}: shorter than it was")
                    return
                at += len(data)
                await send({"type": "http.response.body", "body": data, "more_body": at < end})
                connection.took(len(data))


async def _send_body(body: bytes, send: Send) -> None:
    """Send a body piece by piece: the next one once the client has taken the one before."""
    size = len(body)
    for start in range(0, max(size, 1), _PIECE):
        if start:
            # Others are answered meanwhile, and nothing more is written to a connection that was lost.
            await asyncio.sleep(0)
        end = start + _PIECE
        await send({"type": "http.response.body", "body": body[start:end], "more_body": end < size})


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
