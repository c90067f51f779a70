# ruff: noqa: E501  (tables: one case, one row)
"""FORMAT-2, FORMAT-3, FORMAT-8: elements as a format reads them, against the oracle of the tests."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from kit import DEMO
from kit.demo import CREATED, RECORD
from kit.format_vectors import pairs
from kit.formats import DETACHED, OURS, element, renamed
from kit.oracle import formats as oracle
from pithbundle.bundle.event import SignedContent
from pithbundle.bundle.event_format import EventFormat
from pithbundle.bundle.event_reader import FormatReader, reader_of
from pithbundle.errors import Fault

PAYLOAD: Any = {"alias_kind": "example", "alias_value": "reader"}
FORMS = [renamed(OURS, f"{signs}-{text}-{form}", proof={"signs": signs, "signature_text": text, "id_text": form})
         for signs, text, form in (("digest", "base64", "prefixed"), ("hex", "base64url", "hex"), ("prefixed", "hex", "hex"), ("bytes", "base64", "prefixed"))]  # fmt: skip


def compiled(document: Any) -> FormatReader:
    return reader_of(EventFormat.from_value(document))


def test_form_and_signed_content_are_those_of_the_oracle() -> None:
    codes = set()
    for document, one in pairs():
        reader = compiled(document)
        reading = reader.read(one)
        if reading is None:
            continue
        fault = reader.form_fault(reading, reader.moment(reading))
        content = reader.signed_content(reading)
        code = fault.code if fault else content.code if isinstance(content, Fault) else None
        assert code == oracle.form_code(document, one)
        codes.add(code)
        assert reader.content(reading) == oracle.content(document, one)
        if isinstance(content, SignedContent):
            assert content.message == oracle.signed_bytes(document, one)
            assert content.event_id == oracle.event_id(document, one)
            assert reader.message(content) == oracle.message(document, one)
            assert reader.signed_content(reading, within_depth=True) == content
            if oracle.binds(document):
                assert reader.signer(reading) == oracle.view(document, one)["signer"]
            assert [*reader.unsigned(one)] == oracle.unsigned_of(document, one)
            assert (reading.payload_sha256 is None) is ("payload_sha256" not in document["body"]["roles"])
    assert codes >= {None, "type", "time", "depth"}


@pytest.mark.parametrize("document", FORMS, ids=lambda one: str(one["name"]))
def test_texts_of_ids_and_signatures(document: Any) -> None:
    reader = compiled(document)
    one = element(document, DEMO, RECORD, "alias_added", "record", PAYLOAD, CREATED)
    reading = reader.read(one)
    assert reading is not None
    content = reader.signed_content(reading)
    assert isinstance(content, SignedContent)
    raw = DEMO.sign(reader.message(content))
    assert reader.raw_signature(one["signature"]["signature_b64"]) == raw
    assert reader.raw_signature("x") is None
    assert reader.id_text(content.event_id) == one["event_id"]
    assert reader.claimed_digest(one["event_id"]) == content.digest
    assert reader.claimed_digest("x") is None
    by_digest = reader.message_of_digest(content.digest)
    assert by_digest == (None if document["proof"]["signs"] == "bytes" else reader.message(content))


def test_a_payload_whose_hash_is_signed() -> None:
    reader = compiled(DETACHED)
    one = element(DETACHED, DEMO, RECORD, "alias_added", "record", PAYLOAD, 1779070754)
    faults = {}
    for name, change in {
        "same": {}, "prefixed": {"payload_sha256": "sha256:" + one["event"]["head"]["payload_sha256"]},
        "encoding": {"payload_sha256": "x"}, "hash_mismatch": {"payload_sha256": hashlib.sha256(b"").hexdigest()},
    }.items():  # fmt: skip
        head = {**one["event"]["head"], **change}
        reading = reader.read({**one, "event": {**one["event"], "head": head}})
        assert reading is not None
        content = reader.signed_content(reading)
        assert isinstance(content, SignedContent) and reading.payload_sha256 is not None
        fault = reader.payload_hash_fault(reading.payload_sha256, content)
        faults[name] = None if fault is None else (fault.code, fault.pointer)
        if name == "same":
            assert reader.signer(reading) == {"id": DEMO.signer_id, "key": DEMO.key_id}
    assert faults == {
        "same": None, "prefixed": None, "encoding": ("encoding", "/event/head/payload_sha256"),
        "hash_mismatch": ("hash_mismatch", "/event/payload"),
    }  # fmt: skip


def test_limits_of_a_payload_that_is_not_in_the_content() -> None:
    reader = compiled(DETACHED)
    deep: Any = 0
    for _ in range(30):
        deep = [deep]
    for payload, code in (
        ({"x": deep}, "depth"),
        ({"x": [0] * 20_001}, "nodes"),
        ({"x": "x" * 262_144}, "event_size"),
    ):
        reading = reader.read(element(DETACHED, DEMO, RECORD, "alias_added", "record", payload, 1779070754))
        assert reading is not None
        fault = reader.signed_content(reading)
        assert isinstance(fault, Fault) and fault.code == code


def test_the_signer_object_is_without_what_is_excluded() -> None:
    document = renamed(OURS, "x", body={"excluded": ["/event_id", "/signature", "/signer/note"]})
    one = element(document, DEMO, RECORD, "alias_added", "record", PAYLOAD, CREATED)
    reading = compiled(document).read({**one, "signer": {**one["signer"], "note": 1}})
    assert reading is not None
    assert compiled(document).signer(reading) == DEMO.described()


def test_a_reader_is_compiled_once() -> None:
    assert compiled(OURS) is compiled(OURS)
