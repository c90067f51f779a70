"""The connections of a server: uvicorn's protocol with limits (spec SERVE-1 to SERVE-4).

uvicorn waits for ever for the rest of a head, takes two megabytes of one, and processes what a client sends
ahead as fast as it comes. Here a connection passes the parser one whole head at a time: since no request
has a body, a connection is a sequence of heads, and where the parser sees anything else in one, the
connection ends.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from functools import partial
from itertools import islice
from typing import Any, Final, Literal, cast

try:
    import httptools
    from uvicorn.config import Config
    from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
    from uvicorn.server import ServerState
except ModuleNotFoundError as error:
    message = "the server of a mirror needs uvicorn and httptools: install pithbundle with its extra serve"
    raise ModuleNotFoundError(message, name=error.name) from error

from pithbundle.mirror.serve.app import CONNECTION
from pithbundle.mirror.serve.counts import Closing, Counts
from pithbundle.mirror.serve.limits import ServeLimits

_LINE_END: Final = b"\r\n"
_HEAD_END: Final = b"\r\n\r\n"
#: The parser also takes other versions, a line without one, and several spaces.
_REQUEST_LINE: Final = re.compile(rb"[A-Z]{1,32} /[!-~]* HTTP/1[.][01]\r\n").match
#: What a rejected request receives before its connection is closed: no word of the request is in it.
_REJECTED: Final = {
    400: "The request is not in its form (SERVE-3).",
    408: "The head of the request did not end in time (SERVE-1).",
    413: "A request has no body (SERVE-3).",
    414: "The request line is too long (SERVE-2).",
    431: "The head of the request is too long (SERVE-2).",
    503: "All connections are in use (SERVE-4).",
}


class Gate:
    """The open connections of a server, at most so many at once (SERVE-4).

    Args:
        limits: on each connection, and their number.
        counts: where connections are counted.
    """

    def __init__(self, limits: ServeLimits, counts: Counts) -> None:
        self.limits = limits
        self.counts = counts
        self._open: dict[LimitedProtocol, None] = {}
        #: Those whose clients took a response, in the order in which they did so last.
        self._served: OrderedDict[LimitedProtocol, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    def admit(self, connection: LimitedProtocol) -> bool:
        """Take a connection; at the cap the one that has waited longest for its client makes room."""
        self.counts.connections += 1
        if len(self._open) >= self.limits.connections:
            longest = self._longest()
            if longest is None:
                self.counts.closed["refused"] += 1
                return False
            self.release(longest)
            longest.cut("displaced")
        self._open[connection] = None
        return True

    def _longest(self) -> LimitedProtocol | None:
        # Without those that are kept, as many connections as there may be, made while a client computes its
        # next request, would displace it; were all kept that took one response, nobody else would be taken.
        kept = {*islice(reversed(self._served), self.limits.kept)}
        waiting = (each for each in self._open if each.waits())
        return min(waiting, key=lambda each: (each in kept, each.since), default=None)

    def served(self, connection: LimitedProtocol) -> None:
        """Note that the client of a connection has taken a response."""
        self._served[connection] = None
        self._served.move_to_end(connection)

    def release(self, connection: LimitedProtocol) -> None:
        """Let go of a connection that has ended."""
        self._open.pop(connection, None)
        self._served.pop(connection, None)

    def sweep(self, now: float) -> None:
        """End the connections whose time has passed, by the clock of the event loop."""
        for each in [each for each in self._open if each.deadline <= now]:
            each.expire()

    def end(self) -> None:
        """End all connections at once."""
        for each in [*self._open]:
            each.transport.abort()

    def protocol(self) -> type[asyncio.Protocol]:
        """What makes the connections of this gate, as uvicorn's ``Config`` takes it."""
        return cast(type[asyncio.Protocol], partial(LimitedProtocol, self))


class LimitedProtocol(HttpToolsProtocol):
    """One connection: it waits for a head, then for the client to take the response, and so on."""

    def __init__(
        self,
        gate: Gate,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._gate = gate
        self._limits = gate.limits
        self._received = bytearray()
        #: Where the end of the head is not.
        self._scanned = 0
        self._requests = 0
        self._taken = 0
        self._is_complete = self._is_last = False
        self._phase: Literal["head", "response", "linger"] = "head"
        self._extensions = {CONNECTION: self}
        #: Since when the phase lasts, and until when it may last, by the clock of the loop.
        self.since = self.deadline = 0.0

    # -- what the gate and the application see ------------------------------------------------

    def waits(self) -> bool:
        """Whether the server has nothing to do for it, and waits for the client."""
        return self._phase != "response" or self.flow.write_paused

    def is_open(self) -> bool:
        """Whether the client can still receive."""
        return not self.transport.is_closing()

    def took(self, count: int) -> None:
        """Give the client time for the next piece of a file, once it has taken one (SERVE-1)."""
        self._taken += count
        if self._taken >= self._limits.piece_bytes:
            self._taken = 0
            self._enter("response", self._limits.response_seconds)

    def cut(self, reason: Closing) -> None:
        """End the connection at once; what the client has not taken is dropped."""
        self._gate.counts.closed[reason] += 1
        self.transport.abort()

    def expire(self) -> None:
        """End the connection, whose time has passed."""
        if self._phase == "head" and self._received:
            self._gate.counts.closed["head_timeout"] += 1
            self._reject(408)
        elif self._phase == "head":
            self.cut("head_timeout")
        elif self._phase == "response":
            self.cut("response_timeout")
        else:
            self.transport.abort()

    # -- the transport ------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        # Whatever the socket does not take at once is waited for, so that it is known what was taken.
        transport.set_write_buffer_limits(high=0)
        self._wait_for_head()
        if not self._gate.admit(self):
            transport.write(_rejection(503))
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the connection."""
        self._gate.release(self)
        super().connection_lost(exc)

    def eof_received(self) -> bool | None:  # type: ignore[override]
        """Close, unless a response is owed to a client that has closed its own side."""
        if self._phase != "response":
            return None
        self.cycle.keep_alive = False
        return True

    def data_received(self, data: bytes) -> None:
        """Take bytes of heads; those that come during a response wait."""
        if self._phase == "linger" or self.transport.is_closing():
            return
        self._received += data
        if self._phase == "head":
            self._take_head()
        else:
            self.flow.pause_reading()

    def resume_writing(self) -> None:
        """Go on with the response, or with the next head once the client has taken all of it."""
        super().resume_writing()
        if self._phase == "response" and self.cycle.response_complete and not self.transport.is_closing():
            self._response_taken()

    def shutdown(self) -> None:
        """End after the response that runs."""
        if self._phase == "response" and not self.cycle.response_complete:
            self.cycle.keep_alive = False
        else:
            self.transport.close()

    # -- heads --------------------------------------------------------------------------------

    def _wait_for_head(self) -> None:
        self._enter("head", self._limits.head_seconds)
        self.flow.resume_reading()
        if self._received:
            self._take_head()

    def _enter(self, phase: Literal["head", "response", "linger"], seconds: float) -> None:
        self._phase = phase
        self.since = self.loop.time()
        self.deadline = self.since + seconds

    def _take_head(self) -> None:
        """Pass the parser the next head, if it is complete."""
        received, limits = self._received, self._limits
        if received.find(_LINE_END, 0, limits.line_bytes + 2) < 0 and len(received) > limits.line_bytes:
            self._reject(414)
            return
        end = received.find(_HEAD_END, self._scanned, limits.head_bytes)
        if end < 0:
            self._scanned = max(0, len(received) - 3)
            if len(received) >= limits.head_bytes:
                self._reject(431)
            return
        head = bytes(received[: end + 4])
        del received[: end + 4]
        self._scanned = 0
        self._parse(head)

    def _parse(self, head: bytes) -> None:
        # No request may begin in it.
        self.url, self.headers = b"", []
        self._is_complete = False
        try:
            self.parser.feed_data(head)
        except httptools.HttpParserUpgrade:
            # It is answered as if nothing else had been offered. The parser reads nothing after it.
            self._is_last = True
        except httptools.HttpParserError:
            self._reject(400, head)
            return
        if any(_announces_body(name, value) for name, value in self.headers):
            self._reject(413, head)
        elif not self._is_complete or _REQUEST_LINE(head) is None:
            self._reject(400, head)
        else:
            self._respond()

    def on_headers_complete(self) -> None:
        """Note what the parser forgets at the end of the head; the request is answered once it is whole."""
        self._is_last = self.parser.get_http_version() == "1.0" or not self.parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        """Leave the body of a request alone, which is rejected."""

    def on_message_complete(self) -> None:
        """Note that the head is a whole request."""
        self._is_complete = True

    # -- responses ----------------------------------------------------------------------------

    def _respond(self) -> None:
        version = self.parser.get_http_version()
        self._requests += 1
        self._taken = 0
        self._is_last |= self._requests >= self._limits.requests
        raw_path, _, query = self.url.partition(b"?")
        self.scope["method"] = self.parser.get_method().decode("ascii")
        self.scope["http_version"] = version
        self.scope["path"] = self.scope["raw_path"] = raw_path.decode("latin-1")  # type: ignore[typeddict-item]
        self.scope["query_string"] = query
        self.scope["raw_target"] = self.url  # type: ignore[typeddict-unknown-key]
        self.scope["extensions"] = self._extensions  # type: ignore[typeddict-item]
        self.cycle = RequestResponseCycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=not self._is_last,
            on_response=self.on_response_complete,
        )
        self._enter("response", self._limits.response_seconds)
        self._start_asgi_task(self.cycle, self.app)

    def on_response_complete(self) -> None:
        """Wait for the next head, once the client has taken the response."""
        self.server_state.total_requests += 1
        if not self.transport.is_closing() and not self.flow.write_paused:
            self._response_taken()

    def _response_taken(self) -> None:
        self._gate.served(self)
        self._wait_for_head()

    def _reject(self, status: int, head: bytes = b"") -> None:
        """Answer and close; what the client still sends is dropped, so that it receives the answer."""
        self._gate.counts.responses[status] += 1
        self._enter("linger", self._limits.linger_seconds)
        self._received.clear()
        self.flow.resume_reading()
        self.transport.write(_rejection(status, without_body=head.startswith(b"HEAD ")))
        self.transport.write_eof()


def _announces_body(name: bytes, value: bytes) -> bool:
    return name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0 \t") != b"")


def _rejection(status: int, *, without_body: bool = False) -> bytes:
    """A whole response that ends its connection."""
    body = _REJECTED[status].encode("ascii") + b"\n"
    return b"".join(
        (
            STATUS_LINE[status],
            b"content-type: text/plain; charset=us-ascii\r\nx-content-type-options: nosniff\r\n",
            b"cache-control: no-store\r\nconnection: close\r\n",
            b"retry-after: 1\r\n" if status == 503 else b"",
            b"content-length: %d\r\n\r\n" % len(body),
            b"" if without_body else body,
        )
    )
