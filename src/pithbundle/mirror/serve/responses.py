"""Responses: status, fields and body of what was found, pure (spec SERVE-7 to SERVE-11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pithbundle.encoding.canonical import encode_canonical
from pithbundle.encoding.values import Value
from pithbundle.mirror.answers import (
    IMMUTABLE,
    JSON,
    REVALIDATED,
    TEXT,
    Choice,
    Document,
    FileDocument,
    Found,
    Redirect,
)
from pithbundle.mirror.serve.requests import NOTHING, Field, Request, Span, matches, span_of
from pithbundle.mirror.served_folder import INDEX

CHOICES_TYPE: Final = "pithbundle_mirror_choices"
CHOICES_VERSION: Final = "1"
#: The address of a search.
SEARCH: Final = "find"
#: The base URL, as seen from that address.
BASE: Final = "./"

_IMMUTABLE: Final = IMMUTABLE.encode("ascii")
_REVALIDATED: Final = REVALIDATED.encode("ascii")
#: Of what is not run.
_POLICY: Final = b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
#: Of every response: what is served is public, so that scripts of any page may read it.
_COMMON: Final[tuple[Field, ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"ETag, Pith-Unverified, Accept-Ranges, Content-Range, Content-Length",
    ),
)
#: What errors say, and the clauses that have their rules: no word of a request is in them.
ERRORS: Final = {
    400: ("The request is not in its form", "SERVE-5"),
    404: ("Nothing is at this address", "MIRROR-11"),
    405: ("Only GET and HEAD are answered", "SERVE-3"),
    416: ("No byte of the range is in the file", "SERVE-8"),
    421: ("This server does not answer under this name of a host", "SERVE-6"),
    500: ("The record could not be read", "SERVE-11"),
    503: ("The server cannot answer now", "SERVE-11"),
}


@dataclass(frozen=True, slots=True)
class Response:
    """What is sent: ``body``, or the span of a file."""

    status: int
    fields: list[Field]
    body: bytes = b""
    file: FileDocument | None = None
    span: Span = NOTHING


@dataclass(frozen=True, slots=True)
class Rendered:
    """What was found at an address, with all that does not depend on the request."""

    status: int
    fields: list[Field]
    body: bytes = b""
    file: FileDocument | None = None
    #: The strong entity tag; empty where there is none.
    etag: bytes = b""
    #: The fields that a response 304 has.
    short: list[Field] | None = None

    def respond(self, request: Request) -> Response:
        """Return the response to a request for it."""
        if self.short is not None and request.if_none_match and matches(request.if_none_match, self.etag):
            return Response(304, self.short)
        if self.file is None:
            return Response(self.status, self.fields, self.body)
        return _of_file(self, self.file, span_of(request, self.etag, self.file.bytes))


def rendered(path: str, found: Found | None, page: Document | None = None) -> Rendered:
    """Return what a server answers with.

    Args:
        path: the address, as :meth:`Site.find` takes it.
        found: what is there.
        page: what a reader receives in place of a list or an error.
    """
    if isinstance(found, Redirect):
        return _redirect(path, found)
    if isinstance(found, Choice):
        return _of_document(path, page or _choices(found), status=300)
    return error(404, page) if found is None else _of_document(path, found)


def error(status: int, page: Document | None = None) -> Rendered:
    """Return an error: one line, or a page that says the same."""
    made = page
    if made is None:
        sentence, clause = ERRORS[status]
        made = Document(f"{sentence} ({clause}).\n".encode("ascii"), TEXT, immutable=False)
    body = made.body
    fields = [
        (b"content-type", made.media_type.encode("ascii")),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"vary", b"Accept"),
        (b"content-security-policy", _policy(made)),
        *_COMMON,
    ]
    if status == 405:
        fields.append((b"allow", b"GET, HEAD"))
    if status == 503:
        fields.append((b"retry-after", b"5"))
    return Rendered(status, fields, body)


def _of_document(path: str, found: Document | FileDocument, status: int = 200) -> Rendered:
    etag = found.etag.encode("ascii")
    media_type = found.media_type.encode("ascii")
    short: list[Field] = [
        (b"etag", etag),
        (b"cache-control", _IMMUTABLE if found.immutable else _REVALIDATED),
        *_COMMON,
    ]
    # A list is at any name, also at one that has dots.
    if status == 300 or _is_negotiated(path):
        short.append((b"vary", b"Accept"))
    own: list[Field] = [(b"content-type", media_type), (b"content-security-policy", _policy(found))]
    if isinstance(found, FileDocument):
        return Rendered(status, [*own, (b"accept-ranges", b"bytes"), *short], b"", found, etag, short)
    if found.unverified:
        short.append((b"pith-unverified", b"%d" % found.unverified))
    own.append((b"content-length", b"%d" % len(found.body)))
    return Rendered(status, [*own, *short], found.body, None, etag, short)


def _policy(found: Document | FileDocument) -> bytes:
    """The content policy of a page, which no other page embeds; a meta element cannot state that."""
    if isinstance(found, FileDocument) or not found.content_policy:
        return _POLICY
    return found.content_policy.encode("ascii") + b"; frame-ancestors 'none'"


def _of_file(of: Rendered, file: FileDocument, span: Span | None) -> Response:
    if span is None:
        size = file.bytes
        return Response(200, [*of.fields, (b"content-length", b"%d" % size)], file=file, span=Span(0, size))
    if span.start == span.end:
        rejected = error(416)
        return Response(
            416, [*rejected.fields, (b"content-range", b"bytes */%d" % file.bytes)], rejected.body
        )
    fields = [
        *of.fields,
        (b"content-length", b"%d" % (span.end - span.start)),
        (b"content-range", b"bytes %d-%d/%d" % (span.start, span.end - 1, file.bytes)),
    ]
    return Response(206, fields, file=file, span=span)


def _is_negotiated(path: str) -> bool:
    """Whether what is at an address depends on the header Accept: pages and short names (SERVE-9)."""
    below = path.removeprefix("pith/")
    return path in ("", INDEX) or (below != path and "." not in below and "/" not in below)


def _redirect(path: str, found: Redirect) -> Rendered:
    """A redirect relative to the address itself, so that it holds below any base URL."""
    location = found.location
    if path != SEARCH:
        location = "../" * (path.count("/") - 1) + location.removeprefix("pith/")
    fields = [
        (b"location", location.encode("ascii")),
        (b"content-length", b"0"),
        (b"cache-control", _REVALIDATED),
        (b"vary", b"Accept"),
        *_COMMON,
    ]
    return Rendered(302, fields)


def _choices(found: Choice) -> Document:
    suffixes: list[Value] = [*found.suffixes]
    value: dict[str, Value] = {
        "choices_type": CHOICES_TYPE,
        "choices_version": CHOICES_VERSION,
        "suffixes": suffixes,
    }
    return Document(encode_canonical(value), JSON, immutable=False)
