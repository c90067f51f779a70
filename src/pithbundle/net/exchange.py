"""What one exchange with a mirror was: request, response, address, certificate and times (spec NET-16)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import Any, Final

from pithbundle.errors import NetworkError
from pithbundle.newtypes import DigestHex

#: The header fields of a response that are kept, in lower case (NET-16).
KEPT: Final = frozenset(
    {
        *("accept-ranges", "age", "cache-control", "content-encoding", "content-length", "content-range"),
        *("content-type", "date", "etag", "expires", "last-modified", "location", "retry-after", "server"),
        *("transfer-encoding", "vary", "via"),
    }
)
#: An entity tag that is compared and sent back.
_ETAG: Final = re.compile(r'(?:W/)?"[!#-~]{0,256}"', re.ASCII)


@dataclass(frozen=True, slots=True)
class Known:
    """A body that the caller has, so that it need not be sent again (NET-13)."""

    #: The entity tag with which it came, as :attr:`Exchange.etag`.
    etag: str
    #: The SHA-256 of its bytes, in hex.
    sha256: DigestHex

    def __post_init__(self) -> None:
        if _ETAG.fullmatch(self.etag) is None:
            raise ValueError("not an entity tag")


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a file: ``length`` bytes from ``start`` (NET-14)."""

    start: int
    length: int
    #: The bytes of the whole file.
    total: int

    def __post_init__(self) -> None:
        if self.start < 0 or self.length < 1 or self.start + self.length > self.total:
            raise ValueError("not a part of the file")

    @property
    def range(self) -> str:
        """The header Range of the request."""
        return f"bytes={self.start}-{self.start + self.length - 1}"

    @property
    def content_range(self) -> str:
        """The header Content-Range that the response must have."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{self.total}"


@dataclass(frozen=True, slots=True, repr=False)
class Exchange:
    """One request and its response, redirects included (NET-16). All text of the server is hostile."""

    #: The URL that was requested.
    url: str
    #: The URLs to which it was redirected, in order.
    redirects: tuple[str, ...]
    #: The address to which the last connection was made.
    address: str
    #: The SHA-256 of the certificate of the server in DER; None without TLS.
    certificate_sha256: DigestHex | None
    #: The version of TLS, such as ``TLSv1.3``; None without TLS.
    tls: str | None
    #: The status of the response.
    status: int
    #: The header fields that are kept, names in lower case, in the order in which they came.
    headers: tuple[tuple[str, str], ...]
    #: The bytes of the body.
    body: bytes
    #: When the first request was sent and when the response had arrived: UTC, by the clock of this machine.
    started_at: str
    ended_at: str
    #: Seconds between the two, by a clock that is never set.
    seconds: float
    #: The raw bytes that were received, heads and TLS included.
    raw_bytes: int
    #: How often the request was tried.
    attempts: int = 1

    def __repr__(self) -> str:
        return f"<Exchange {self.status} {self.final_url} {len(self.body)} bytes from {self.address}>"

    @property
    def final_url(self) -> str:
        """The URL that answered."""
        return self.redirects[-1] if self.redirects else self.url

    @property
    def sha256(self) -> DigestHex:
        """The SHA-256 of the body, in hex."""
        return DigestHex(hashlib.sha256(self.body).hexdigest())

    def header(self, name: str) -> str | None:
        """Return the first value of a header field that is kept, or None."""
        return next((value for kept, value in self.headers if kept == name.lower()), None)

    @property
    def etag(self) -> str | None:
        """The entity tag of the body, or None if there is none in its form."""
        value = self.header("etag")
        return value if value is not None and _ETAG.fullmatch(value) else None

    @property
    def content_type(self) -> str:
        """The media type that the server states, in lower case and without parameters. It proves nothing."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    def require_ok(self) -> bytes:
        """Return the body of a response with status 200 or 206 (NET-13).

        Raises:
            NetworkError: ``http``, for any other status.
        """
        if self.status in (200, 206):
            return self.body
        reason = f"the server answered with status {self.status}"
        error = NetworkError.at("http", self.final_url, reason, "NET-13")
        error.exchange = self
        raise error

    def tried(self, attempts: int) -> Exchange:
        """Return the same exchange with the number of attempts."""
        return self if attempts == self.attempts else replace(self, attempts=attempts)

    def to_value(self) -> dict[str, Any]:
        """The exchange as JSON, with the digest of the body in its place (NET-16)."""
        return {
            "url": self.url,
            "redirects": list(self.redirects),
            "address": self.address,
            "certificate_sha256": self.certificate_sha256,
            "tls": self.tls,
            "status": self.status,
            "headers": [list(field) for field in self.headers],
            "body_bytes": len(self.body),
            "body_sha256": self.sha256,
            "raw_bytes": self.raw_bytes,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "attempts": self.attempts,
        }
