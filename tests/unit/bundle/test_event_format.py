"""FORMAT-1, FORMAT-4: event formats as values: digests, binding, equality, files, the built-in ones."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from kit.format_vectors import documents, rejected
from kit.formats import OURS, renamed
from kit.oracle import formats as oracle
from pithbundle.bundle.event_format import (
    BUILT_IN,
    INTEGRITY_1,
    PITHBUNDLE_EVENT_1,
    EventFormat,
    uncovered_roles,
)
from pithbundle.errors import FileError, FormatError, InputError


def test_digest_and_binding_are_those_of_the_oracle() -> None:
    for document in documents():
        made = EventFormat.from_value(document)
        assert made.sha256 == oracle.format_sha256(document)
        assert made.is_binding is oracle.binds(document)
        assert made.has_constant_signer is isinstance(document["body"]["roles"]["signer_id"], dict)
        assert made.effective() == oracle.effective(document)
        assert pickle.loads(pickle.dumps(made)) == made
        assert EventFormat.from_value(made.to_value()) == made


def test_the_roles_that_keep_a_format_from_binding_are_named() -> None:
    body = copy.deepcopy(OURS["body"])
    assert uncovered_roles(EventFormat.from_value(OURS)) == ()
    del body["roles"]["subject"]
    body["excluded"] = [*body["excluded"], "/payload", "/created_at"]
    made = EventFormat.from_value(renamed({**OURS, "body": body}, "other"))
    assert uncovered_roles(made) == ("payload", "subject", "created_at")
    # A payload whose digest is covered is covered.
    body["roles"]["payload_sha256"] = "/payload_sha256"
    made = EventFormat.from_value(renamed({**OURS, "body": body}, "other"))
    assert uncovered_roles(made) == ("subject", "created_at")


def test_every_document_that_the_vectors_reject() -> None:
    for name, document, pointer in rejected():
        with pytest.raises(FormatError) as caught:
            EventFormat.from_value(document)
        assert (caught.value.code, caught.value.pointer) == ("format", pointer), name


def test_names_that_are_built_in() -> None:
    for name in ("unknown", "integrity-1", "pithbundle-event-1"):
        with pytest.raises(FormatError) as caught:
            EventFormat.from_value(renamed(OURS, name, proof={"signs": "hex"}))
        assert caught.value.pointer == "/name"
    assert EventFormat.from_value(OURS) == PITHBUNDLE_EVENT_1
    assert BUILT_IN == {"pithbundle-event-1": PITHBUNDLE_EVENT_1, "integrity-1": INTEGRITY_1}
    assert (INTEGRITY_1.sha256, INTEGRITY_1.is_binding, INTEGRITY_1.has_constant_signer) == (
        "integrity-1",
        False,
        False,
    )


def test_formats_that_share_a_body_share_its_digest() -> None:
    one, other = (
        EventFormat.from_value(renamed(OURS, name, proof={"signs": name})) for name in ("hex", "bytes")
    )
    assert one.body_sha256 == other.body_sha256 == PITHBUNDLE_EVENT_1.body_sha256
    assert len({one.sha256, other.sha256, PITHBUNDLE_EVENT_1.sha256}) == 3


def test_equality_hash_and_copies() -> None:
    one = EventFormat.from_value(renamed(OURS, "mine"))
    assert one != PITHBUNDLE_EVENT_1
    assert one.sha256 == PITHBUNDLE_EVENT_1.sha256
    assert one != "mine"
    for twin in (
        pickle.loads(pickle.dumps(one)),
        copy.deepcopy(one),
        EventFormat.from_value(renamed(OURS, "mine")),
    ):
        assert twin == one
        assert hash(twin) == hash(one)
    assert "mine" in repr(one)
    assert len(repr(one)) < 200


def test_it_is_made_of_a_document_only() -> None:
    with pytest.raises(TypeError, match="from_value"):
        EventFormat("x")


@pytest.mark.parametrize("value", [{"a": "\ud800"}, {"a": 2**53}, {1: 2}, object(), float("nan")])
def test_a_value_outside_of_the_model(value: Any) -> None:
    with pytest.raises(FormatError) as caught:
        EventFormat.from_value(value)
    assert caught.value.code == "format"


def test_bytes_and_files(tmp_path: Path) -> None:
    data = json.dumps(OURS).encode()
    assert EventFormat.from_bytes(data) == PITHBUNDLE_EVENT_1
    target = tmp_path / "format.json"
    target.write_bytes(data)
    assert EventFormat.from_file(target) == PITHBUNDLE_EVENT_1
    with pytest.raises(InputError):
        EventFormat.from_bytes(b"{")
    with pytest.raises(FileError):
        EventFormat.from_file(tmp_path / "absent.json")
