"""The file of a finding: written, read strictly, and hostile (AUDIT-11)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from kit.audits import VERIFIER
from kit.signing import canonical
from pithbundle.errors import FindingError
from pithbundle.mirror.audit.classify import Found
from pithbundle.mirror.audit.finding import (
    _MOST_BYTES,
    FINDING_BYTES,
    MAX_DOCUMENTS,
    MAX_IDS,
    FindingDocument,
    finding_name,
    finding_of,
    read_finding,
    received,
)
from pithbundle.mirror.audit.shares import mirror_digest
from pithbundle.net.exchange import Exchange
from pithbundle.newtypes import DigestHex

BASE = "https://a.example"
TIME = "2026-11-20T00:00:00Z"
EXCHANGE = Exchange(
    url=f"{BASE}/pith/x", redirects=(), address="93.184.216.34", certificate_sha256=DigestHex("c" * 64),
    tls="TLSv1.3", status=200, headers=(("server", "x\ud800"),), body=b"\x00body", started_at="a",
    ended_at="b", seconds=1.0, raw_bytes=10,
)  # fmt: skip


def made(**changes: Any) -> bytes:
    found = Found("forged", BASE, "A" * 26, ("sha256:" + "0" * 64,), "signature_invalid", "why")
    documents = [received("bundle", EXCHANGE), FindingDocument("genuine", b"{}")]
    found = Found(**{**{name: getattr(found, name) for name in found.__slots__}, "evidence": "reproducible"})
    value = json.loads(finding_of(found, documents, VERIFIER, "2026-11-20T00:00:00Z").to_bytes())
    for pointer, change in changes.items():
        at = value
        *path, last = pointer.split("__")
        for part in path:
            at = at[int(part) if part.isdigit() else part]
        if change is KeyError:
            del at[last]
        else:
            at[int(last) if last.isdigit() else last] = change
    return canonical(value)


def test_what_is_written_is_read() -> None:
    data = made()
    found = read_finding(data)
    assert found.to_bytes() == data
    assert found.bodies("bundle") == [b"\x00body"] and found.bodies("genuine") == [b"{}"]
    # Texts of a server get the form of the data model.
    assert found.documents[0].exchange is not None
    assert found.documents[0].exchange["headers"] == [["server", "x\ufffd"]]
    assert "forged" in repr(found) and "5 bytes" in repr(found.documents[0])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"word": "same"}, "no word"), ({"word": "liar"}, "no word"), ({"word": 1}, "string"),
        ({"evidence": "signer"}, "no class"), ({"suffix": "../etc"}, "suffix"),
        ({"suffix": "a" * 26}, "suffix"),
        ({"policy_sha256": "0"}, "SHA-256"), ({"found_at": "now"}, "time"), ({"message": "x" * 5000}, "4096"),
        ({"more": 1}, "no others"), ({"ids": KeyError}, "no others"), ({"ids": {}}, "list"),
        ({"ids": [1]}, "an id"), ({"ids": ["x" * 129]}, "an id"), ({"ids": [""] * (MAX_IDS + 1)}, "at most"),
        ({"finding_type": "x"}, "finding_type"), ({"documents": {}}, "list"), ({"documents": [1]}, "members"),
        ({"documents": [{}] * 301}, "at most"), ({"documents__0__role": "x"}, "role"),
        ({"documents__0__role": []}, "role"), ({"documents__0__body_b64": 1}, "string"),
        ({"documents__0__body_b64": "A"}, "base64"), ({"documents__0__body_b64": "AGJvZHk"}, "base64"),
        ({"documents__0__body_b64": "AGJvZHl="}, "canonical"), ({"documents__0__exchange": None}, "members"),
        ({"documents__0__exchange__more": 1}, "members"), ({"documents__0__exchange__status": "200"}, "type"),
        ({"documents__0__exchange__status": True}, "type"), ({"documents__1__exchange": {}}, "not received"),
        ({"documents__0__exchange__body_bytes": 4}, "not the one"),
        ({"documents__0__exchange__body_sha256": "0" * 64}, "not the one"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)  # fmt: skip
def test_what_is_not_in_its_form_is_rejected(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(FindingError, match=message) as caught:
        read_finding(made(**changes))
    assert (caught.value.code, caught.value.clause) == ("finding", "AUDIT-11")


def test_another_version_is_no_fault() -> None:
    with pytest.raises(FindingError, match="finding_version") as caught:
        read_finding(made(finding_version="2"))
    assert caught.value.code == "version"


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b"null", made() + b"\n", b" " + made()])
def test_other_bytes_are_rejected(data: bytes) -> None:
    with pytest.raises(FindingError):
        read_finding(data)


def test_a_file_of_digests_needs_no_exchange() -> None:
    data = made(documents=[{"role": "digests", "exchange": None, "body_b64": ""}])
    assert read_finding(data).documents[0].exchange is None


def test_the_name_does_not_depend_on_times_and_texts() -> None:
    one = Found("missing", BASE, "A" * 26, ("x",), "", "why")
    other = Found("missing", BASE, "A" * 26, ("x",), "", "another text")
    assert finding_name(one.key) == finding_name(other.key)
    assert finding_name(one.key).startswith("missing-" + "A" * 26 + f"-{mirror_digest(BASE)}-")
    assert finding_name(Found("stale", BASE).key).startswith("stale-mirror-")
    # A mirror chooses ids until two names are one: 64 bits were too few.
    assert len(finding_name(one.key).rpartition("-")[2]) == len("0" * 32 + ".json")
    assert finding_name(Found("missing", BASE, "A" * 26, ("y",)).key) != finding_name(one.key)


def test_documents_are_dropped_before_a_finding_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pithbundle.mirror.audit.finding._MOST_BYTES", 70)
    found = Found("missing", BASE, "A" * 26, ("x",) * (MAX_IDS + 1), "", "y" * 2_000)
    documents = [FindingDocument("genuine", b"12345"), FindingDocument("genuine", b"67")]
    kept = finding_of(found, documents, VERIFIER, "2026-11-20T00:00:00Z")
    assert kept.bodies("genuine") == [b"12345"] and len(kept.ids) == MAX_IDS
    assert kept.message == "y" * 1_000 + "; a finding has no room for 1 document of 2"
    read_finding(kept.to_bytes())
    monkeypatch.undo()
    # More documents than a finding may have: a record may have 1,024 parts.
    many = finding_of(found, [FindingDocument("genuine", b"")] * 1_025, VERIFIER, "2026-11-20T00:00:00Z")
    assert len(read_finding(many.to_bytes()).documents) == MAX_DOCUMENTS
    assert many.message.endswith("no room for 725 documents of 1025")


def test_long_header_fields_leave_no_finding_that_is_too_large_to_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only bodies counted: of 300 parts with 64 KiB of fields, nobody could check what was written."""
    monkeypatch.setattr("pithbundle.mirror.audit.finding._MOST_BYTES", 1 << 20)
    exchange = replace(EXCHANGE, headers=(("server", "\xe9" * 8_000),) * 8, body=b"x" * 1_000)
    found = Found("missing", BASE, "A" * 26)
    kept = finding_of(found, [received("bundle", exchange)] * 10, VERIFIER, TIME)
    assert len(kept.documents) == 8 and "no room for 2 documents of 10" in kept.message
    assert len(kept.to_bytes()) < (1 << 20) + 2_000
    assert FINDING_BYTES - _MOST_BYTES > MAX_IDS * 128 * 2
