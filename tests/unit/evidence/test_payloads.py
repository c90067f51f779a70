"""Payloads of records of WARC files (CAPT-6, CAPT-7)."""

from __future__ import annotations

import gzip
from base64 import b32encode, b64encode, urlsafe_b64encode
from hashlib import md5, sha1, sha256

import pytest

from kit.captures import chunked
from pithbundle.errors import EvidenceError
from pithbundle.evidence.contents import Content, content_of
from pithbundle.evidence.expansion import Counter
from pithbundle.evidence.payloads import capture_key, compare_own, contents_of

TEXT = b"<html>" * 50_000
PACKED = gzip.compress(TEXT, mtime=0)


def found(body: bytes, encoding: str = "", *, in_chunks: bool = False) -> tuple[Content, ...]:
    return contents_of("a", body, chunked=in_chunks, encoding=encoding, counter=Counter(1 << 20))


def as_content(body: bytes, form: str = "payload") -> Content:
    return content_of("a", [body], form)  # type: ignore[arg-type]


def test_a_plain_payload_has_one_form() -> None:
    assert found(TEXT) == (as_content(TEXT),)
    assert found(b"") == (as_content(b""),)


def test_each_form_of_a_payload_is_hashed() -> None:
    sent = chunked(PACKED[:5], PACKED[5:100], PACKED[100:])
    assert found(sent, "gzip", in_chunks=True) == (
        as_content(PACKED), as_content(sent, "message"), as_content(TEXT, "decoded"),
    )  # fmt: skip
    assert found(PACKED, "gzip") == (as_content(PACKED), as_content(TEXT, "decoded"))


@pytest.mark.parametrize("end", [b"0\r\n\r\n", b"0000 ; last\r\nDigest: x\r\n\r\n"])
def test_chunks_in_their_variants(end: bytes) -> None:
    sent = b"0A;name=value\r\n" + TEXT[:10] + b"\r\n" + chunked(TEXT[10:90_000], TEXT[90_000:], end=end)
    assert found(sent, in_chunks=True) == (as_content(TEXT), as_content(sent, "message"))
    assert found(chunked(), in_chunks=True) == (as_content(b""), as_content(chunked(), "message"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"plain",
        chunked(b"abc")[:-3],
        chunked(b"abc", end=b""),
        chunked(b"abc").replace(b"c\r\n", b"c\n\n"),
        b"fffffff\r\nabc",
        b"-1\r\nabc\r\n0\r\n\r\n",
        b"3\nabc\r\n0\r\n\r\n",
        b"0_1\r\na\r\n0\r\n\r\n",
    ],
)
def test_what_is_not_chunks_to_its_end_is_taken_as_it_is(body: bytes) -> None:
    assert found(body, in_chunks=True) == (as_content(body),)


def test_a_body_that_is_not_in_its_encoding_is_taken_as_it_is() -> None:
    assert found(TEXT, "gzip") == (as_content(TEXT),)
    assert found(TEXT, "br") == (as_content(TEXT),)


def test_a_flood_of_chunks_is_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pithbundle.evidence.payloads._MOST_CHUNKS", 9)
    with pytest.raises(EvidenceError, match="9 chunks") as caught:
        found(chunked(*[b"a"] * 10), in_chunks=True)
    assert caught.value.code == "warc_invalid"
    assert len(found(chunked(*[b"a"] * 9), in_chunks=True)) == 2


def test_captures_are_chosen_by_the_url_but_for_its_scheme() -> None:
    assert capture_key("http://a.org/", "1") == capture_key("https://a.org/", "1")
    assert capture_key("ftp://a.org/", "1") == ("ftp://a.org/", "1")
    assert capture_key("http://a.org/", "1") != capture_key("http://A.org/", "1")
    assert capture_key("http://a.org/", "20260520101112") != capture_key("http://a.org/", "20260520101113")


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_the_own_digest_is_compared_in_every_spelling(algorithm: str) -> None:
    function = {"sha1": sha1, "sha256": sha256}[algorithm]
    for body, expected in ((TEXT, "agrees"), (b"other", "differs")):
        digest = function(body).digest()
        for text in (
            digest.hex(),
            digest.hex().upper(),
            b32encode(digest).decode(),
            b32encode(digest).decode().lower(),
            b32encode(digest).decode().rstrip("="),
            b64encode(digest).decode(),
            urlsafe_b64encode(digest).decode(),
        ):
            assert compare_own(f"{algorithm}:{text}", found(TEXT)) == expected
            assert compare_own(f"{algorithm.upper().replace('SHA', 'SHA-')}:{text}", found(TEXT)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sha1",
        "sha1:",
        f"md5:{md5(TEXT).hexdigest()}",
        "sha1:zz",
        f"sha1:{'A' * 31}",
        f"sha256:{'0' * 40}",
        f"sha1:{'A' * 52}===",
    ],
)
def test_another_digest_is_not_compared(text: str) -> None:
    assert compare_own(text, found(TEXT)) == "not_compared"


def test_without_a_payload_nothing_is_compared() -> None:
    assert compare_own(f"sha1:{sha1(TEXT).hexdigest()}", ()) == "not_compared"
