"""Hostile WARC files, URLs and records of ORCID: a finding or one error, within bounds (CAPT-5, ORCID-4)."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from typing import Any, Final

import pytest

from kit.captures import (
    PERSON,
    STAMP,
    TARGET,
    chunked,
    claim,
    external_id,
    orcid_json,
    orcid_xml,
    record,
    response,
    warc_record,
    work,
    zipped,
)
from kit.memory import peak_kib, printed_apart
from kit.mutants import outcomes
from kit.processor import slowness
from pithbundle.errors import EvidenceError
from pithbundle.evidence import (
    EventClaim,
    ExternalId,
    Material,
    OrcidRecord,
    Party,
    Payload,
    Work,
    check_author,
    check_capture,
    check_claims,
    content_of,
    read_orcid,
)
from pithbundle.evidence.warc import read_payloads
from pithbundle.joined import Location
from pithbundle.newtypes import Pointer

RECORD: Final = record()
SEED: Final = 1479
#: The memory of a process that reads the worst files, in KiB.
MOST_KIB: Final = 256 << 10
_PACKED: Final = response(
    chunked(gzip.compress(b"<p>" * 99)), Transfer_Encoding="chunked", Content_Encoding="gzip"
)
WARCS: Final = (
    warc_record(b"software: x", WARC_Type="warcinfo") + warc_record(response()) + warc_record(_PACKED),
    zipped(warc_record(_PACKED), warc_record(response(), WARC_Target_URI="http://a/")),
    warc_record(b"%PDF", WARC_Type="resource", headers=("WARC-Payload-Digest: sha1:AAAA", "X: a\r\n b")),
)
RECORDS: Final = tuple(
    make(work(external_id(), external_id("10.48550/arXiv.1203.00001", "doi")))
    for make in (orcid_json, orcid_xml)
)
URLS: Final = (
    claim().url.encode(),
    b"https://web.archive.org/web/2026*/https://doi.org/10.48550/arXiv.1203.00001",
)


def of_warc(data: bytes) -> str:
    payloads = read_payloads("a", [data], [(TARGET, STAMP)])
    return json.dumps(check_capture(RECORD, claim(content_sha256="0" * 64), payloads=payloads).to_value())


def of_orcid(data: bytes) -> str:
    return json.dumps(check_author(RECORD, "orcid", PERSON, [read_orcid(data)]).to_value())


def of_url(data: bytes) -> str:
    text = data.decode("latin-1")
    found = check_capture(RECORD, claim(url=text, captured_at=text[-20:]))
    return json.dumps(
        [
            found.to_value(),
            check_author(RECORD, "orcid", text).to_value(),
            check_author(RECORD, "did", text).to_value(),
        ]
    )


#: What reads mutants, and of what they are.
READERS: Final[dict[str, tuple[Callable[[bytes], str], tuple[bytes, ...]]]] = {
    "warc": (of_warc, WARCS),
    "orcid": (of_orcid, RECORDS),
    "url": (of_url, URLS),
}


def outcome(read: Callable[[bytes], str], data: bytes) -> str:
    """The finding, or the code of the one error; no other exception."""
    try:
        return read(data)
    except EvidenceError as error:
        assert error.clause.split("-")[0] in ("CAPT", "ORCID", "LIM") and "\n" not in str(error)
        return error.code


def tried(name: str, count: int) -> tuple[set[str], float]:
    read, samples = READERS[name]
    return outcomes(lambda data: outcome(read, data), samples, count, SEED)


@pytest.mark.parametrize("name", READERS)
def test_a_mutant_has_a_finding_or_one_error(name: str) -> None:
    assert "finding" in tried(name, 200)[0]


@pytest.mark.long
@pytest.mark.parametrize("name", READERS)
def test_100000_mutants_have_a_finding_or_one_error(name: str) -> None:
    seen, slowest = tried(name, 100_000)
    assert "finding" in seen and slowest < slowness()
    assert peak_kib() < MOST_KIB


def event(event_type: str, payload: dict[str, Any]) -> EventClaim:
    return EventClaim(
        "not_signed", event_type, payload, None, "0" * 64, None, Location(0, "a", 0, Pointer(""))
    )


def test_5000_claims_beside_1000_payloads_and_15000_works_cost_what_each_does_alone() -> None:
    made, body = claim(content_sha256="0" * 64), content_of("a.warc", [b"x"], "payload")
    capture = {name: getattr(made, name) for name in ("provider", "url", "captured_at", "content_sha256")}
    claims = [event("storage_attestation", capture)] * 5_000
    claims += [event("author_claim", {"scheme": "orcid", "identifier": PERSON})] * 5_000
    summary = Work((ExternalId("arxiv", "1203.00001", "", "self"),), Party(name="x"), Party())
    material = Material(
        payloads=(Payload("a.warc", TARGET, STAMP, (body,), "agrees"),) * 1_000,
        persons=(OrcidRecord(f"https://orcid.org/{PERSON}", (summary,) * 15_000),),
    )
    begun = time.process_time()
    findings = check_claims(claims, RECORD, material)
    assert len(findings) == 25_000
    assert time.process_time() - begun < 4 * slowness()


#: Eight blocks of deflate in 90 bytes, each with a code of its own and nothing in it: the slowest ones.
DYNAMIC: Final = bytes.fromhex(
    "04c081000000000090ff6b100007020000000040feaf41001c080000000000f9bf06017020000000"
    "0000e4ff1a04c081000000000090ff6b100007020000000040feaf41001c080000000000f9bf0601"
    "70200000000000e4ff1a"
)
BOMBS: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "a gzip bomb": (
        "warc",
        lambda: zipped(warc_record(Content_Length="9" * 12, WARC_Type="")[:-4]) + zeros(),
    ),
    "a bomb in a payload": ("warc", lambda: warc_record(response(zeros(), Content_Encoding="gzip"))),
    "empty members": ("warc", lambda: zipped(b"") * 400_000),
    "empty blocks": ("warc", lambda: zipped(b"")[:10] + DYNAMIC * 300_000),
    "a flood of headers": ("warc", lambda: warc_record(headers=("a:b",) * 500_000)),
    "a flood of headers of HTTP": ("warc", lambda: warc_record(b"HTTP/1.1 200 OK" + b"\r\na:b" * 500_000)),
    "a flood of records": ("warc", lambda: warc_record(WARC_Type="request") * 20_000),
    "a long line": ("warc", lambda: b"WARC/1.0\r\nX: " + b"a" * (4 << 20)),
    "empty lines": ("warc", lambda: b"\r\n" * (1 << 21)),
    "a flood of chunks": ("warc", lambda: warc_record(response(ones(150_000), Transfer_Encoding="chunked"))),
    "open elements": ("orcid", lambda: b"<a>" * 1_000_000),
    "entities": ("orcid", lambda: b'<!DOCTYPE a [<!ENTITY b "%b">]><a>' % (b"c" * 9_999) + b"&b;" * 99_999),
    "blanks before a document": ("orcid", lambda: b" " * 4_000_000 + b"<a/>"),
    "instructions before a document": ("orcid", lambda: b"<??> " * 800_000 + b"<a/>"),
    "long names": ("orcid", lambda: b'<a xmlns="%b">' % (b"n" * 200_000) + b"<b/>" * 190_000 + b"</a>"),
    "open arrays": ("orcid", lambda: b"[" * 1_000_000),
    "many works": ("orcid", lambda: orcid_json(*[work(external_id("1"))] * 9_000)),
    "many works in XML": ("orcid", lambda: orcid_xml(*[work(external_id("1"))] * 6_000)),
    "a long URL": ("url", lambda: b"https://web.archive.org/web/" + b"2" * 2_000_000),
}


def zeros() -> bytes:
    """320 MiB of zeros in gzip."""
    return gzip.compress(bytes(8 << 20), mtime=0) * 40


def ones(count: int) -> bytes:
    """Chunks of one byte each."""
    return chunked(*[b"a"] * count)


#: Those that are read to their end.
READ: Final = {"a flood of records", "many works", "many works in XML", "a long URL"}
#: Peak memory is that of a whole process, so the bombs have one of their own.
MEASURE: Final = """
import time
from hostile.test_captures import BOMBS, READERS, outcome
from kit.memory import peak_kib
for name, (reader, make) in BOMBS.items():
    data = make()
    started = time.process_time()
    code = outcome(READERS[reader][0], data)[:30]
    print(name, code, time.process_time() - started, peak_kib(), sep=";")
"""


@pytest.mark.slow
def test_every_bomb_costs_little_time_and_memory() -> None:
    found = printed_apart(MEASURE)
    assert [name for name, *_ in found] == [*BOMBS]
    codes = {"warc_invalid", "orcid_invalid", "depth", "nodes", "size"}
    assert {name for name, code, *_ in found if code not in codes} == READ
    bound = slowness()
    for name, _, seconds, peak in found:
        # Reading of 256 MiB is what is allowed of one file.
        assert float(seconds) < (2 if "bomb" in name else 1) * bound and int(peak) < MOST_KIB, name


def test_a_small_bomb_ends_at_the_bound() -> None:
    with pytest.raises(EvidenceError, match="limit of 1000000 bytes"):
        read_payloads("a", [BOMBS["a gzip bomb"][1]()], [(TARGET, STAMP)], 1_000_000)
