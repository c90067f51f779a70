"""The payload of a record of a WARC file, in each form of its bytes (spec CAPT-6, CAPT-7)."""

from __future__ import annotations

import re
from base64 import b32decode, urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from pithbundle.brief import brief
from pithbundle.encoding.values import portable
from pithbundle.errors import EvidenceError
from pithbundle.evidence.contents import Content, content_of
from pithbundle.evidence.expansion import PIECE, Counter, decoded

#: Whether the file's own digest of a payload is that of one of its forms (CAPT-6).
OwnDigest: TypeAlias = Literal["agrees", "differs", "not_compared"]

_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r\n").match
#: The chunks of a payload at most; a file of single bytes would take minutes.
_MOST_CHUNKS: Final = 100_000
_SCHEME: Final = re.compile("https?://").match


@dataclass(frozen=True, slots=True)
class Payload:
    """What a record of a WARC file has of one capture."""

    #: The name of the file.
    name: str
    target: str
    #: 14 digits, the time of the record to the second.
    stamp: str
    #: Its forms: that without chunks first, then as it was sent, then decoded. Empty of a record that refers
    #: to another one.
    contents: tuple[Content, ...]
    own_digest: OwnDigest

    __repr__ = brief

    def to_value(self) -> dict[str, Any]:
        """The payload as JSON: strings, arrays and integers."""
        return {
            "name": portable(self.name),
            "target": portable(self.target),
            "time": self.stamp,
            "contents": [each.to_value() for each in self.contents],
            "own_digest": self.own_digest,
        }


def capture_key(target: str, stamp: str) -> tuple[str, str]:
    """That by which a record is chosen: the URL but for ``http`` or ``https``, and the second (CAPT-6)."""
    scheme = _SCHEME(target)
    return (target if scheme is None else target[scheme.end() :]), stamp


def contents_of(
    name: str, body: bytes, *, chunked: bool, encoding: str, counter: Counter
) -> tuple[Content, ...]:
    """Return the digests of a payload in each of its forms (CAPT-7).

    Args:
        name: the name of the file.
        body: the bytes behind the headers.
        chunked: whether ``Transfer-Encoding`` is ``chunked``.
        encoding: ``Content-Encoding`` in lower case; empty without one.
        counter: that of the file.

    Raises:
        EvidenceError: ``warc_invalid``: it is over a bound.
    """
    view = memoryview(body)
    # What archives keep is often without the chunks that its headers name.
    spans, whole = _spans(body) if chunked else None, [(0, len(body))]

    def payload() -> Iterator[memoryview]:
        return _pieces(view, whole if spans is None else spans)

    found = [content_of(name, payload(), "payload")]
    if spans is not None:
        found.append(content_of(name, _pieces(view, whole), "message"))
    without = decoded(name, encoding, payload, counter) if encoding else None
    return (*found, without) if without is not None else tuple(found)


def compare_own(text: str, contents: tuple[Content, ...]) -> OwnDigest:
    """Compare the digest that a file itself has of a payload, in any of its spellings (CAPT-6)."""
    algorithm, _, value = text.partition(":")
    lengths = {"sha1": 20, "sha-1": 20, "sha256": 32, "sha-256": 32}
    length = lengths.get(algorithm.lower())
    digest = None if length is None or not contents else _digest(value, length)
    if digest is None:
        return "not_compared"
    ours = {b32decode(each.sha1) if length == 20 else bytes.fromhex(each.sha256) for each in contents}
    return "agrees" if digest in ours else "differs"


def _digest(text: str, length: int) -> bytes | None:
    """A digest in hex, base32 or base64, by its length; None of another text."""
    for pattern, read in _DIGESTS:
        digest = read(text) if pattern(text) else b""
        if len(digest) == length:
            return digest
    return None


_DIGESTS: Final = (
    (re.compile("(?:[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})").fullmatch, bytes.fromhex),
    (
        re.compile("[A-Za-z2-7]{32}|[A-Za-z2-7]{52}={0,4}").fullmatch,
        lambda text: b32decode(_padded(text.upper(), 8)),
    ),
    (
        re.compile("[A-Za-z0-9+/_-]{27}=|[A-Za-z0-9+/_-]{43}=").fullmatch,
        lambda text: urlsafe_b64decode(text.replace("+", "-").replace("/", "_")),
    ),
)


def _padded(text: str, unit: int) -> str:
    bare = text.rstrip("=")
    return bare + "=" * (-len(bare) % unit)


def _pieces(view: memoryview, spans: list[tuple[int, int]]) -> Iterator[memoryview]:
    return (view[at : min(at + PIECE, end)] for start, end in spans for at in range(start, end, PIECE))


def _spans(body: bytes) -> list[tuple[int, int]] | None:
    """Where the data of each chunk of a body begins and ends; None of one that is not chunks to its end.

    Raises:
        EvidenceError: ``warc_invalid``: there are too many chunks.
    """
    spans: list[tuple[int, int]] = []
    at = 0
    while head := _CHUNK(body, at):
        start, size = head.end(), int(head[1], 16)
        if not size:
            # Fields may follow the last chunk; they are no part of the payload.
            return spans if body.endswith(b"\r\n") else None
        at = start + size + 2
        if body[at - 2 : at] != b"\r\n":
            return None
        spans.append((start, at - 2))
        if len(spans) > _MOST_CHUNKS:
            raise EvidenceError("warc_invalid", f"a payload has more than the limit of {_MOST_CHUNKS} chunks")
    return None
