"""The head of a response, without a network: tests/hostile/test_network.py has the lies of a server."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pithbundle.errors import NetworkError
from pithbundle.net.exchange import Exchange, Known, Span
from pithbundle.net.heads import MAGIC, Head, check_answer, check_body, check_framing
from pithbundle.newtypes import DigestHex

URL: Final = "https://mirror.example/a"
KNOWN: Final = Known('"a"', DigestHex("0" * 64))
SPAN: Final = Span(0, 2, 10)
EXCHANGE: Final = Exchange(
    URL, (), "93.184.216.34", None, None, 200, (("etag", '"a"'),), b"{}", "", "", 0.0, 0
)  # fmt: skip


def framing(*fields: tuple[str, str], status: int = 200) -> int | str | None:
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields]
    try:
        return check_framing(URL, Head.of(status, raw))
    except NetworkError as error:
        assert error.url == URL
        return error.code


@pytest.mark.parametrize(
    ("fields", "status", "expected"),
    [
        ([("Content-Length", "0")], 200, 0),
        ([("CONTENT-LENGTH", "40")], 200, 40),
        ([("content-length", "0040")], 200, 40),
        ([("Transfer-Encoding", "chunked")], 200, None),
        ([], 204, None),
        ([], 304, None),
        ([("Content-Length", "40")], 304, 40),
        ([], 404, "http"),
        ([], 200, "http"),
        ([("Content-Length", "")], 200, "http"),
        ([("Content-Length", "1_0")], 200, "http"),
        ([("Content-Length", "\xb2")], 200, "http"),
        ([("Content-Length", "9" * 16)], 200, "http"),
        ([("Content-Length", "1"), ("Content-Length", "1")], 200, "http"),
        ([("Content-Length", "1"), ("Transfer-Encoding", "chunked")], 200, "http"),
        ([("Transfer-Encoding", "Chunked")], 200, "http"),
        ([("Transfer-Encoding", "identity")], 200, "http"),
        ([("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")], 200, "http"),
        ([("Content-Length", "1"), ("Content-Encoding", "")], 200, "encoding"),
        ([("Content-Length", "1"), ("Server", "a\tb")], 200, 1),
        ([("Content-Length", "1"), ("Server", "a\x7fb")], 200, "http"),
        ([("Content-Length", "1"), ("Server", "a\rb")], 200, "http"),
    ],
)
def test_the_length_is_given_once(
    fields: list[tuple[str, str]], status: int, expected: int | str | None
) -> None:
    assert framing(*fields, status=status) == expected


@given(st.lists(st.tuples(st.sampled_from(["content-length", "transfer-encoding", "etag"]), st.text(
    st.characters(max_codepoint=255), max_size=8)), max_size=4))  # fmt: skip
def test_any_head_gives_a_length_or_an_error(fields: list[tuple[str, str]]) -> None:
    assert framing(*fields) in {None, "http"} or isinstance(framing(*fields), int)


def answer(
    status: int, *fields: tuple[str, str], known: Known | None = None, span: Span | None = None
) -> str:
    try:
        check_answer(URL, Head(status, fields), known, span)
    except NetworkError as error:
        return f"{error.code} {error.clause}"
    return ""


@pytest.mark.parametrize("status", [200, 204, 300, 302, 400, 404, 410, 416, 429, 500, 503, 599])
def test_every_status_is_an_answer(status: int) -> None:
    assert answer(status) == ""
    assert (answer(status, span=SPAN) == "") == (status != 200)


@pytest.mark.parametrize("status", [0, 99, 100, 101, 199, 600, 999])
def test_but_these(status: int) -> None:
    assert answer(status) == "http NET-10"


def test_conditions_and_parts() -> None:
    part = ("content-range", SPAN.content_range)
    assert answer(304) == "http NET-13"
    assert answer(304, known=KNOWN) == "" == answer(304, ("etag", 'W/"a"'), known=KNOWN)
    assert answer(304, ("etag", '"b"'), known=KNOWN) == "http NET-13"
    assert answer(206, part) == "http NET-14"
    assert answer(206, part, span=SPAN) == ""
    assert answer(206, part, part, span=SPAN) == "http NET-14" == answer(206, span=SPAN)


@pytest.mark.parametrize("magic", [*MAGIC, b"\x50\x2a\x4d\x18", b"\x5f\x2a\x4d\x18"])
def test_compressed_data_is_found_by_its_beginning(magic: bytes) -> None:
    exchange = replace(EXCHANGE, body=magic + b"abc")
    with pytest.raises(NetworkError) as caught:
        check_body(exchange, None, None, compressed=False)
    assert (caught.value.code, caught.value.clause) == ("encoding", "NET-12")
    assert caught.value.exchange is exchange
    check_body(exchange, None, None, compressed=True)


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"\xa1", b"\xbf", b"OMJF", b"x{", b"\x60\x2a\x4d\x18"])
def test_documents_do_not_begin_so(body: bytes) -> None:
    check_body(replace(EXCHANGE, body=body), None, None, compressed=False)


@pytest.mark.parametrize(
    ("changes", "known", "span", "clause"),
    [
        ({}, KNOWN, None, "NET-13"),
        ({"headers": (("etag", 'W/"a"'),)}, Known('W/"a"', KNOWN.sha256), None, ""),
        ({"headers": (("etag", '"b"'),)}, KNOWN, None, ""),
        ({}, Known('"a"', EXCHANGE.sha256), None, ""),
        ({"status": 500}, KNOWN, None, ""),
        ({"status": 206}, None, SPAN, ""),
        ({"status": 206, "body": b"a"}, None, SPAN, "NET-14"),
        ({"status": 416, "body": b"a"}, None, SPAN, ""),
    ],
)
def test_a_body_is_the_one_of_its_tag_and_its_part(
    changes: dict[str, object], known: Known | None, span: Span | None, clause: str
) -> None:
    exchange = replace(EXCHANGE, **changes)  # type: ignore[arg-type]
    if not clause:
        check_body(exchange, known, span, compressed=False)
        return
    with pytest.raises(NetworkError) as caught:
        check_body(exchange, known, span, compressed=False)
    assert (caught.value.code, caught.value.clause) == ("http", clause)
    # The body is evidence.
    assert caught.value.exchange is exchange
