"""Payloads of captures in WARC files (CAPT-5, CAPT-6)."""

from __future__ import annotations

import gzip
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.captures import DATE, STAMP, TARGET, chunked, response, warc_record, zipped
from pithbundle.errors import EvidenceError
from pithbundle.evidence import Payload, content_of
from pithbundle.evidence.warc import read_payloads

BODY: Final = b"%PDF-1.5"
INFO: Final = warc_record(b"software: x\r\n", WARC_Type="warcinfo", WARC_Target_URI="")
OTHER: Final = warc_record(response(b"other"), WARC_Target_URI="https://example.org/")
GOOD: Final = warc_record(response(BODY))
PAYLOAD: Final = content_of("a", [BODY], "payload")


def read(data: bytes, block: int = 1 << 20, limit: int = 1 << 24) -> tuple[Payload, ...]:
    blocks = [data[at : at + block] for at in range(0, len(data), block)]
    return read_payloads("a", blocks, [(TARGET, STAMP)], limit)


def reason(data: bytes, limit: int = 1 << 24) -> str:
    with pytest.raises(EvidenceError) as caught:
        read(data, limit=limit)
    assert (caught.value.code, caught.value.clause) == ("warc_invalid", "CAPT-5")
    return caught.value.fault.message


@given(st.integers(1, 300), st.booleans())
def test_the_payload_of_a_capture_is_found(block: int, compressed: bool) -> None:
    records = (INFO, OTHER, GOOD, OTHER)
    data = zipped(*records) if compressed else b"".join(records)
    assert read(data, block) == (Payload("a", TARGET, STAMP, (PAYLOAD,), "not_compared"),)


def test_one_member_with_all_records_is_read() -> None:
    assert len(read(gzip.compress(INFO + GOOD + GOOD))) == 2


def test_the_payloads_of_captures_are_bounded() -> None:
    few = warc_record(WARC_Type="resource")
    assert len(read(few * 1_000 + OTHER)) == 1_000
    assert "more payloads of captures than the limit of 1000" in reason(few * 1_001)


def test_an_empty_file_has_no_payload() -> None:
    assert read(b"") == read(b"\r\n\r\n") == read(INFO) == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"WARC_Date": "2026-05-20T10:11:13Z"}, {"WARC_Date": "20260520101112"}, {"WARC_Date": ""},
        {"WARC_Target_URI": f"{TARGET}.pdf"}, {"WARC_Target_URI": ""}, {"WARC_Type": "request"},
        {"WARC_Type": "metadata"}, {"WARC_Type": "conversion"}, {"WARC_Type": ""},
    ],
)  # fmt: skip
def test_other_records_are_no_payload(fields: Any) -> None:
    assert read(warc_record(response(BODY), **fields)) == ()


@pytest.mark.parametrize(
    ("target", "date"),
    [
        (TARGET.replace("https", "http"), DATE),
        (f"<{TARGET}>", DATE),
        (TARGET, DATE.replace("Z", ".123456789Z")),
    ],
)
def test_variants_that_are_the_capture(target: str, date: str) -> None:
    (found,) = read(warc_record(response(BODY), WARC_Target_URI=target, WARC_Date=date))
    assert found.contents == (PAYLOAD,)


def test_a_resource_has_no_headers_of_http() -> None:
    data = warc_record(BODY, WARC_Type="resource")
    assert [each.contents for each in read(data)] == [(PAYLOAD,)]


def test_a_response_of_another_scheme_has_none_either() -> None:
    found = read_payloads("a", [warc_record(BODY, WARC_Target_URI="ftp://a/")], [("ftp://a/", STAMP)])
    assert [each.contents for each in found] == [(PAYLOAD,)]


def test_a_revisit_has_no_payload() -> None:
    assert read(warc_record(response(b""), WARC_Type="revisit")) == (
        Payload("a", TARGET, STAMP, (), "not_compared"),
    )


def test_chunks_and_encoding_are_those_of_the_headers() -> None:
    sent = chunked(gzip.compress(BODY))
    block = response(sent, Transfer_Encoding="Chunked", Content_Encoding="GZIP")
    (found,) = read(warc_record(block, headers=(f"WARC-Payload-Digest: sha256:{PAYLOAD.sha256}",)))
    assert [each.form for each in found.contents] == ["payload", "message", "decoded"]
    assert found.contents[2] == content_of("a", [BODY], "decoded")
    assert found.own_digest == "agrees"


def test_lines_may_be_continued_and_end_with_a_line_feed_alone() -> None:
    data = GOOD.replace(b"WARC-Type: response", b"WARC-Type: response\r\nX: a\r\n  b\r\nY", 1)
    assert len(read(data)) == 1
    head, _, rest = GOOD.partition(b"\r\n\r\n")
    assert len(read(head.replace(b"\r\n", b"\n") + b"\n\n" + rest)) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"x",
        b"\x00" * 100,
        b"PK\x03\x04",
        b"WARC/2.0\r\nContent-Length: 0\r\n\r\n",
        GOOD.replace(b"%PDF", b"%PDF\r\n\r\nx"),
        warc_record(b"no HTTP"),
        warc_record(b"\r\n"),
        warc_record(b""),
        b"filedesc://x 0.0.0.0 20260520101112 text/plain 1\n",
    ],
)
def test_what_does_not_begin_as_a_record_is_one_error(data: bytes) -> None:
    assert "does not begin with a version" in reason(data)


@pytest.mark.parametrize("length", ["", "-1", "+1", "1_0", "1e3", "9" * 13, "x", "1, 1"])
def test_a_record_says_how_long_it_is(length: str) -> None:
    assert "how long" in reason(warc_record(response(BODY), Content_Length=length))


@pytest.mark.parametrize(
    "header", ["Content-Length: 1", "warc-date: x", "WARC-Target-URI: x", "WARC-type: x"]
)
def test_a_deciding_header_is_there_once(header: str) -> None:
    assert f"two headers {header.partition(':')[0].lower()}" in reason(warc_record(headers=(header,)))


@pytest.mark.parametrize("data", [GOOD[:-5], OTHER[:-5], GOOD[: GOOD.index(b"%PDF")]])
def test_a_file_that_ends_inside_of_a_record(data: bytes) -> None:
    assert "ends inside of a record" in reason(data)


def test_headers_that_end_with_the_file() -> None:
    assert "how long" in reason(b"WARC/1.0\r\nX: y")
    assert read(b"WARC/1.0\r\nContent-Length: 0") == ()


def test_lines_are_bounded() -> None:
    assert "16384" in reason(b"WARC/1.0\r\nX: " + b"a" * 16_384)
    assert "16384" in reason(b"W" * 1_000_000)
    assert "lines of headers" in reason(warc_record(headers=("X: y",) * 1_000))
    assert "lines of headers" in reason(b"\r\n" * 1_001)
    assert "lines of headers" in reason(warc_record(b"HTTP/1.1 200\r\n" + b"X: y\r\n" * 1_000))


def test_the_lines_of_a_file_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pithbundle.evidence.warc._MOST_LINES_OF_FILE", 20)
    assert len(read(GOOD + INFO)) == 1
    assert "lines of headers" in reason(GOOD * 4)


def test_a_payload_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pithbundle.evidence.warc._MOST_OF_PAYLOAD", len(response(BODY)))
    assert len(read(GOOD)) == 1
    assert "payload of more than the limit" in reason(warc_record(response(BODY + b"x")))
    assert read(warc_record(response(BODY + b"x"), WARC_Type="request")) == ()


def test_what_a_file_expands_to_is_bounded_together_with_its_payloads() -> None:
    body = gzip.compress(bytes(50_000))
    data = zipped(warc_record(response(body, Content_Encoding="gzip")))
    assert len(read(data, limit=53_000)) == 1
    assert "53000 bytes" in reason(data * 2, 53_000)


def test_nothing_is_printed_or_logged(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    read(warc_record(response(BODY), WARC_Target_URI="https://a.org/a b\x1b[2J") + GOOD)
    assert capfd.readouterr() == ("", "") and not caplog.records
