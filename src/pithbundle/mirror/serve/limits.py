"""What one client may take of a server (spec SERVE-1 to SERVE-4, SERVE-16)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServeLimits:
    """The limits on connections and requests; times in seconds."""

    #: From the connection, or from the end of the response before, to the end of the head of a request.
    head_seconds: float = 10.0
    #: From the end of the head until the client has taken the response, and again for each piece of a file.
    response_seconds: float = 60.0
    #: The bytes of a file that make such a piece.
    piece_bytes: int = 4 << 20
    #: How long the rest of a rejected request is read and dropped, so that the client receives the response.
    linger_seconds: float = 2.0
    #: The bytes of a request line without its line end, and of a whole head.
    line_bytes: int = 8_192
    head_bytes: int = 16_384
    #: Connections at once.
    connections: int = 64
    #: Those whose clients took a response last and that make room last.
    kept: int = 16
    #: Requests that wait at once until what they are for is found.
    finding: int = 16
    #: Requests on one connection.
    requests: int = 1_000
    #: From a signal that ends the server until running responses are cut off.
    shutdown_seconds: float = 10.0
