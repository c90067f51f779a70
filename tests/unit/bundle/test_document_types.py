"""The type that a file claims (DOC-1), and the message that rejects a file of another type."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from kit import bundle, made_record
from kit.command_line import run
from kit.data import REPO
from kit.documents import graph_document, real_integrity
from pithbundle.bundle.document_types import (
    BUNDLE_TYPE,
    PROOF_TYPE,
    REPORT_TYPE,
    STATE_TYPE,
    TYPE_MEMBERS,
    recognise,
)
from pithbundle.cli.input_hints import hint_for
from pithbundle.errors import InputError

RECORD = made_record()
ENVELOPE: Any = {
    "type": "pithbundle_verify_result",
    "version": "1",
    "outcome": "valid",
    "exit_status": 0,
    "error": None,
}


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (bundle(RECORD, []), "bundle"),
        ({"state_type": STATE_TYPE}, "state"),
        ({"report_type": REPORT_TYPE, "outcome": "valid", "exit_status": 0}, "report"),
        ({**ENVELOPE, "reports": []}, "output"),
        ({**ENVELOPE, "type": "pithbundle_inspect_result", "error": {"code": "io"}}, "output"),
        ({name: ENVELOPE[name] for name in ("outcome", "exit_status", "error")}, "other"),
        ({"policy_type": "pithbundle_policy"}, "policy"),
        ({"proof_type": PROOF_TYPE}, "proof"),
        ({"manifest_type": "pith_mirror_manifest"}, "manifest"),
        ({"format_type": "pithbundle_event_format"}, "event_format"),
        ({"archive_type": "pithbundle_archive", "packs": []}, "archive"),
        ({"progress_type": "pithbundle_probe_progress"}, "progress"),
        ({"record_type": "pith_number_record", "canonical_record": RECORD}, "record_document"),
        ({"canonical_record": RECORD}, "record_document"),
        (RECORD, "record"),
        ({"pith_number": "x", "rules": "x", "trace": []}, "trace"),
        ({"vectors_version": "1", "vectors": []}, "vectors"),
        ({"event_type": "x", "payload": {}}, "event"),
        ({"public_key_b64": "x"}, "key"),
        ({"public_key_hex": "x"}, "key"),
        (graph_document(), "graph"),
        ({"claims": {}, "paper": {}, "canonical_record": {}}, "record_document"),
        ({"claims": {}}, "other"),
        (real_integrity(), "integrity"),
        ({"events": real_integrity(), "arxiv_id": "x"}, "integrity"),
        ({"events": []}, "other"),
        ({"events": {}}, "other"),
        ({"events": [*real_integrity(), {}]}, "other"),
        ([*real_integrity(), None], "none"),
        ({}, "other"),
        ({"state_type": BUNDLE_TYPE}, "other"),
        ([], "none"),
        (None, "none"),
    ],
)
def test_a_document_is_recognised(value: Any, name: str) -> None:
    assert recognise(value).name == name


def test_the_types_are_those_of_the_modules_that_write_them() -> None:
    assert {member: claimed for member, (claimed, _) in TYPE_MEMBERS.items()} == {
        "bundle_type": BUNDLE_TYPE,
        "state_type": STATE_TYPE,
        "report_type": REPORT_TYPE,
        "policy_type": "pithbundle_policy",
        "proof_type": PROOF_TYPE,
        "record_type": "pith_number_record",
        "manifest_type": "pith_mirror_manifest",
        "format_type": "pithbundle_event_format",
        "archive_type": "pithbundle_archive",
        "progress_type": "pithbundle_probe_progress",
    }


WHOLE = (REPO / "vectors" / "demo" / "bundle.json").read_bytes()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b"<!DOCTYPE html><html>", "the file is a web page"),
        (b"<?xml version='1.0'?>", "the file is a web page"),
        (gzip.compress(WHOLE), "the file is compressed with gzip"),
        (b"PK\x03\x04", "the file is a zip archive"),
        (WHOLE.decode().encode("utf-16"), "the file is text in UTF-16"),
        (b"\xef\xbb\xbf" + WHOLE, "the file is text with a byte order mark"),
        (WHOLE[:900], "the file is truncated"),
        (WHOLE + b"\nappended", "the file is longer than its content"),
        (WHOLE + b"\n" + WHOLE, "the file has several documents"),
        (b"\xd9\xd9\xf7\xa0", "the file is self-described CBOR"),
        (b"%PDF-1.7", "the file is a PDF"),
        (b"\x89PNG\r\n", "the file is a picture"),
        (json.dumps(RECORD).encode(), "the file is a canonical record"),
        (b"[1]", "the file is not an object: pithbundle inspect shows what is inside"),
        (b"{}", "the file is an object of no known type: pithbundle inspect shows what is inside"),
        (b'{"x":1}', "the file is an object of no known type: pithbundle inspect shows what is inside"),
        (b"{]", None),
    ],
)
def test_a_rejection_names_what_the_file_is(tmp_path: Path, data: bytes, words: str | None) -> None:
    (tmp_path / "file").write_bytes(data)
    result = run("verify", str(tmp_path / "file"))
    assert (result.status, result.out.split(":")[0]) == (1, "REJECTED")
    hint = json.loads(run("verify", "--json", str(tmp_path / "file")).stdout)["rejected"][0]["hint"]
    assert f"  hint        {hint}\n" in result.out
    assert words is None or hint == words or hint.startswith((words + ": ", words + ", "))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"state_type":"pith_open_graph_state"}', "the file is a state: "),
        (b'{"manifest_type":"pith_mirror_manifest"}', "the file is a manifest of mirrors: "),
    ],
)
def test_merge_names_a_document_that_verify_takes(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "file").write_bytes(data)
    result = run("merge", str(tmp_path / "file"), "-o", str(tmp_path / "new"))
    assert result.status == 1 and words in result.err
    assert run("verify", str(tmp_path / "file")).status == 3


def test_another_fault_keeps_its_own_hint() -> None:
    error = InputError("duplicate_key")
    assert hint_for("FILE", b"<html>", error) == error.hint
