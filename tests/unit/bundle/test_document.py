"""A document as read (DOC-1, DOC-2), and its record, hash and number (DOC-4)."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest

from kit import bundle, changed, without
from kit.documents import beginnings, record_document, record_value
from pithbundle.bundle.document import (
    DocumentError,
    Finding,
    ReadDocument,
    finding,
    read_document,
    record_of,
    same,
)
from pithbundle.bundle.record import Record
from pithbundle.encoding.cbor import cbor_bytes
from pithbundle.encoding.limits import Limits
from pithbundle.errors import InputError, RecordError
from pithbundle.newtypes import Pointer

DOCUMENT = record_document()
RECORD = Record.from_value(DOCUMENT["canonical_record"])


def read(value: Any, **options: Any) -> ReadDocument:
    return read_document(json.dumps(value).encode(), **options)


def test_json_and_cbor_are_read_alike() -> None:
    one, other = read(DOCUMENT), read_document(cbor_bytes(DOCUMENT))
    assert (one.kind.name, one.encoding) == ("record_document", "json")
    assert (other.kind.name, other.encoding) == ("record_document", "cbor")
    assert one.value == other.value and not one.truncated and one.open is None
    assert repr(one) == "ReadDocument(record_document, json)"
    assert record_of(one) == record_of(other) == RECORD


def test_a_fault_inside_an_event_is_confined_in_a_bundle_alone() -> None:
    data = json.dumps(bundle(record_value(), [{"a": 1}, {"a": 2}])).replace('{"a": 2}', '{"a": 2.0}').encode()
    assert read_document(data).get("events") == [{"a": 1}, None]
    flat = '{"payload_sha256":"x","signature_b64":"y","signing_key_id":"z","a":2.0}'
    for text in (f'{{"events":[{flat}]}}', '{"a":1.0}', '{"bundle_type":"pith_open_graph_bundle","a":1.0}'):
        with pytest.raises(InputError) as caught:
            read_document(text.encode())
        assert caught.value.code == "number_form"


def test_limits_and_arguments() -> None:
    with pytest.raises(InputError):
        read_document(b"[[[]]]", Limits(bundle_depth=2))
    with pytest.raises(InputError):
        read_document(b"[[[", Limits(bundle_depth=2), truncated=True)
    with pytest.raises(TypeError):
        read_document(b"{}", 5)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        read_document("{}")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        read_document(b"{}", encoding="xml")  # type: ignore[arg-type]


def test_values_by_path() -> None:
    document = read({"a": {"b": [1, {"c": 2}]}, "d": None})
    assert document.get("a", "b", 1, "c") == 2
    assert document.get() == document.value
    missing: list[tuple[str | int, ...]] = [
        ("x",), ("a", 0), ("a", "b", "c"), ("a", "b", 2), ("d", "e"), ("a", "b", 0, 0)
    ]  # fmt: skip
    for path in missing:
        assert document.get(*path) is None
        assert document.members(*path) == {}
    assert document.members("a", "b", 1) == {"c": 2}


def test_a_truncated_document_has_its_complete_members() -> None:
    data = b'{"record_type":"pith_number_record","a":{"b":1,"c":[{"d":2,"e":3'
    document = read_document(data, truncated=True)
    assert document.truncated and document.open == ("a", "c", 0) and document.open_pointer == "/a/c/0"
    assert repr(document) == "ReadDocument(record_document, json, cut in '/a/c/0')"
    assert document.members() == {"record_type": "pith_number_record"}
    assert document.members("a") == {"b": 1}
    assert document.members("a", "c", 0) == {"d": 2}
    assert document.get("a") is None and document.get("a", "c") is None
    assert document.get("a", "c", 0, "d") == 2 and document.get("a", "c", 0, "e") is None
    whole = read_document(b'{"a":1}', truncated=True)
    assert whole.truncated and whole.open_pointer is None and whole.is_complete()


@pytest.mark.parametrize("name", ["bundle_prefixes", "state_prefixes", "state_prefixes_claims"])
def test_the_records_in_the_beginnings_of_real_documents(name: str) -> None:
    """Each is complete: the number and the hash that the document claims are recomputed."""
    for text in beginnings(name):
        document = read_document(text.encode(), truncated=True)
        record = record_of(document)
        assert record is not None and document.open
        assert document.get("pith_number") == str(record.number)
        assert document.get("canonical_sha256") in (record.hex, None)


def test_a_record_that_is_cut_has_no_hash() -> None:
    (text,) = beginnings("record_document_prefixes")
    document = read_document(text.encode(), truncated=True)
    assert document.open == ("canonical_record", "metadata")
    assert record_of(document) is None
    whole = json.dumps(RECORD.value).encode()
    cut_off = read_document(whole[:-1], truncated=True)
    assert cut_off.kind.name == "record" and record_of(cut_off) is None
    assert record_of(read_document(whole, truncated=True)) == RECORD
    # Complete in all its members but one, it is no record either.
    data = json.dumps(record_document()).encode()
    start, end = data.index(b'"canonical_record"'), len(data)
    for cut in range(start, end):
        found = record_of(read_document(data[:cut], truncated=True))
        assert (found == RECORD) == (cut == end - 1) and (found is None) == (cut < end - 1)


def test_where_the_record_is() -> None:
    state = {
        "state_type": "pith_open_graph_state",
        "pith_number": str(RECORD.number),
        "current": {"canonical_record": RECORD.value},
    }
    assert record_of(read(state)) == RECORD
    assert record_of(read(RECORD.value)) == RECORD
    assert record_of(read(bundle(RECORD.value, []))) == RECORD
    assert record_of(read({"state_type": "pith_open_graph_state"})) is None
    assert record_of(read({**state, "current": []})) is None
    assert record_of(read({"record_type": "pith_number_record"})) is None


def test_claims_may_be_absent() -> None:
    bare = without(without(DOCUMENT, ("pith_number",)), ("canonical_sha256",))
    assert record_of(read(bare)) == RECORD


def test_the_year_of_the_id_is_accepted() -> None:
    value = record_value(submitted_at="2016-01-01T00:00:00Z")
    document = record_document(value)
    assert record_of(read(changed(document, ("pith_number",), "pith:2015" + document["pith_number"][9:])))


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("canonical_sha256",), "0" * 64, "hash_mismatch"),
        (("canonical_sha256",), None, "hash_mismatch"),
        (("canonical_sha256",), RECORD.hex.upper(), "hash_mismatch"),
        (("pith_number",), "pith:2015:AAAAAAAAAAAAAAAAAAAAAAAAAA", "subject"),
        (("pith_number",), RECORD.number.short, "subject"),
        (("pith_number",), None, "subject"),
        (("canonical_record", "metadata", "license"), "http://other.example/", "hash_mismatch"),
    ],
)
def test_a_hash_or_number_that_does_not_recompute_is_rejected(path: Any, value: Any, code: str) -> None:
    with pytest.raises(DocumentError) as caught:
        record_of(read(changed(DOCUMENT, path, value)))
    assert (caught.value.code, caught.value.clause) == (code, "DOC-4")
    assert pickle.loads(pickle.dumps(caught.value)) == caught.value
    assert "another mirror" in caught.value.hint


def test_the_hint_for_another_document_names_those_with_a_record() -> None:
    assert "record document" in DocumentError("type", "x").hint


def test_what_is_no_record_is_rejected_with_its_location() -> None:
    with pytest.raises(RecordError) as caught:
        record_of(read(changed(DOCUMENT, ("canonical_record", "metadata"), [])))
    assert caught.value.pointer == "/canonical_record/metadata"
    state = {"state_type": "pith_open_graph_state", "current": {"canonical_record": None}}
    with pytest.raises(RecordError) as caught:
        record_of(read(state))
    assert caught.value.pointer == "/current/canonical_record"


def test_values_are_compared_by_type() -> None:
    assert same({"a": [1]}, {"a": [1]})
    assert not same(1, True)


def test_results_are_values() -> None:
    found = finding(("a", 0), "agrees", "x")
    assert found == Finding(Pointer("/a/0"), "agrees", "x")
    assert pickle.loads(pickle.dumps(found)) == found
    document = read(DOCUMENT)
    assert copy.deepcopy(document) == document == pickle.loads(pickle.dumps(document))
