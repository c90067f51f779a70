"""The payloads of a WARC file that are of captures (spec CAPT-5, CAPT-6).

warcio parses the headers of records and of HTTP. What it does not bound is bounded by the stream that it
reads: lines, headers, and what a compressed file expands to. It is an extra: nothing else of the package
imports this module.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final, NoReturn

from warcio.statusandheaders import StatusAndHeadersParser, StatusAndHeadersParserException

from pithbundle.errors import EvidenceError
from pithbundle.evidence.expansion import PIECE, Counter, expand
from pithbundle.evidence.payloads import Payload, capture_key, compare_own, contents_of

#: The bytes of a file, and those that it and its payloads expand to, together.
MOST_BYTES: Final = 256 << 20
#: The bytes of a payload that is chosen.
_MOST_OF_PAYLOAD: Final = 64 << 20
#: The payloads of captures in one file; a claim has one or two.
_MOST_PAYLOADS: Final = 1_000
#: The bytes of a line, the lines of the headers of a record, and the lines of a file.
_LONGEST_LINE: Final = 16_384
_MOST_LINES: Final = 1_000
_MOST_LINES_OF_FILE: Final = 1_000_000

_RECORDS: Final = StatusAndHeadersParser(["WARC/1.1", "WARC/1.0", "WARC/0.18", "WARC/0.17"])
_HTTP: Final = StatusAndHeadersParser(["HTTP/1.1", "HTTP/1.0", "HTTP/2"])
_LENGTH: Final = re.compile("[0-9]{1,12}").fullmatch
_DATE: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]{1,9})?Z"
).fullmatch
#: The types of records that have a payload, or refer to one.
_WITH_PAYLOAD: Final = frozenset({"response", "resource", "revisit"})
#: The headers on which the reading rests; each is there once.
_DECIDING: Final = frozenset({"content-length", "warc-date", "warc-target-uri", "warc-type"})


class _Stream:
    """A file, or a part of it, that is read in lines and pieces, and counted."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._piece = b""
        self._at = 0
        self._of_block = 0
        self._of_file = 0
        #: How many bytes were read.
        self.read_bytes = 0

    def begin_headers(self) -> None:
        """The next lines are a block of headers of its own."""
        self._of_block = 0

    def read(self, size: int) -> bytes:
        """At most so many bytes; none at the end alone."""
        self._fill()
        found = self._piece[self._at : self._at + size]
        self._at += len(found)
        self.read_bytes += len(found)
        return found

    def readline(self) -> bytes:
        """A line with its end, or what is left; none at the end alone."""
        self._of_block += 1
        self._of_file += 1
        if self._of_block > _MOST_LINES or self._of_file > _MOST_LINES_OF_FILE:
            self.reject("more lines of headers than the limit")
        found = b""
        while not found.endswith(b"\n"):
            self._fill()
            end = self._piece.find(b"\n", self._at)
            part = self.read(PIECE if end < 0 else end + 1 - self._at)
            found += part
            if len(found) > _LONGEST_LINE:
                self.reject(f"a line of headers of more than the limit of {_LONGEST_LINE} bytes")
            if not part:
                break
        return found

    def _fill(self) -> None:
        """Have a byte that was not read, unless the file is at its end."""
        while self._at == len(self._piece):
            piece = next(self._pieces, None)
            if piece is None:
                return
            self._piece, self._at = piece, 0

    def reject(self, detail: str) -> NoReturn:
        raise EvidenceError("warc_invalid", detail, offset=self.read_bytes)


def read_payloads(
    name: str, blocks: Iterable[bytes], wanted: Collection[tuple[str, str]], limit: int = MOST_BYTES
) -> tuple[Payload, ...]:
    """Return the payloads of a WARC file, compressed or not, that are of captures (CAPT-6).

    Args:
        name: the name of the file.
        blocks: its bytes in blocks of any size.
        wanted: the captures: the URL that was captured, and 14 digits of the time.
        limit: the bytes of the file, and those that it and its payloads expand to, together.

    Raises:
        EvidenceError: ``warc_invalid``: it is not a WARC file, is damaged, or is over a bound.
    """
    counter = Counter(limit)
    stream = _Stream(expand(blocks, counter))
    keys = {capture_key(target, stamp) for target, stamp in wanted}
    found: list[Payload] = []
    while (headers := _record_headers(stream)) is not None:
        kind, target, stamp, length = _deciding(stream, headers)
        if kind in _WITH_PAYLOAD and capture_key(target, stamp) in keys:
            if length > _MOST_OF_PAYLOAD:
                stream.reject(f"a payload of more than the limit of {_MOST_OF_PAYLOAD} bytes")
            if len(found) == _MOST_PAYLOADS:
                stream.reject(f"more payloads of captures than the limit of {_MOST_PAYLOADS}")
            block = b"".join(_block(stream, length))
            found.append(_payload(name, kind, target, stamp, block, headers, counter))
        else:
            for _ in _block(stream, length):
                pass
    return tuple(found)


def _record_headers(stream: _Stream) -> Any:
    """The headers of the next record; None at the end of the file."""
    stream.begin_headers()
    line = stream.readline()
    while line and not line.strip(b"\r\n"):
        line = stream.readline()
    return _parsed(_RECORDS, stream, line) if line else None


def _parsed(parser: Any, stream: _Stream, line: bytes) -> Any:
    """Headers behind their first line, which is one of the parser."""
    if line.strip(b"\r\n"):
        try:
            return parser.parse(stream, line)
        except StatusAndHeadersParserException:
            pass
    stream.reject("a record, or the response in it, does not begin with a version of WARC or HTTP")


def _deciding(stream: _Stream, headers: Any) -> tuple[str, str, str, int]:
    """Type, target, 14 digits of the time and length of a record; empty texts of what is not there."""
    values: dict[str, str] = {}
    for header, value in headers.headers:
        header = header.lower()
        if header in _DECIDING:
            if header in values:
                stream.reject(f"a record has two headers {header}")
            values[header] = value
    length = values.get("content-length", "")
    if _LENGTH(length) is None:
        stream.reject("a record does not say how long it is")
    date = _DATE(values.get("warc-date", ""))
    target = values.get("warc-target-uri", "")
    if target.startswith("<") and target.endswith(">"):
        # Versions of Wget write it so.
        target = target[1:-1]
    return values.get("warc-type", ""), target, "".join(date.groups()) if date else "", int(length)


def _block(stream: _Stream, length: int) -> Iterator[bytes]:
    """The block of a record in pieces."""
    while length:
        piece = stream.read(min(length, PIECE))
        if not piece:
            stream.reject("the file ends inside of a record")
        length -= len(piece)
        yield piece


def _payload(
    name: str, kind: str, target: str, stamp: str, block: bytes, headers: Any, counter: Counter
) -> Payload:
    body, chunked, encoding = block, False, ""
    if kind == "revisit":
        return Payload(name, target, stamp, (), "not_compared")
    if kind == "response" and target.startswith(("http://", "https://")):
        inner = _Stream(iter([block]))
        http = _parsed(_HTTP, inner, inner.readline())
        body = block[inner.read_bytes :]
        chunked = (http.get_header("transfer-encoding") or "").strip().lower() == "chunked"
        encoding = (http.get_header("content-encoding") or "").strip().lower()
    contents = contents_of(name, body, chunked=chunked, encoding=encoding, counter=counter)
    return Payload(
        name, target, stamp, contents, compare_own(headers.get_header("warc-payload-digest") or "", contents)
    )
