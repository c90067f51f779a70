"""Digests of lists: when they are recomputed, and what they then show (SNAP-1, SNAP-2)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kit.documents import beginnings, graph_document, real_graph, snapshot
from pithbundle.bundle.document import read_document
from pithbundle.bundle.snapshots import snapshot_findings, snapshot_sha256

EMPTY = "258153158e38e3291e3d48162225fcdb2d5a3ed65a07baac614ab91432fd4f57"
ITEMS = [{"b": 1, "a": "é"}]
DIGEST = snapshot(ITEMS)["snapshot_sha256"]


def found(value: Any) -> list[tuple[str, str]]:
    document = read_document(json.dumps(value).encode())
    return [(finding.pointer, finding.status) for finding in snapshot_findings(document)]


def test_the_digest_of_a_list() -> None:
    assert snapshot_sha256([]) == EMPTY
    assert snapshot_sha256([{"b": 1, "a": "é"}]) == DIGEST


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ({"items": [], "snapshot_sha256": EMPTY}, "reproduced"),
        ({"items": [], "count": 0, "snapshot_sha256": EMPTY}, "reproduced"),
        ({"count": 0, "snapshot_sha256": EMPTY}, "reproduced"),
        ({"evidence_count": 0, "snapshot_sha256": EMPTY}, "reproduced"),
        ({"items": ITEMS, "count": 1, "snapshot_sha256": DIGEST}, "reproduced"),
        ({"items": ITEMS, "snapshot_sha256": DIGEST}, "reproduced"),
        ({"items": [{"a": "é", "b": 1}], "snapshot_sha256": DIGEST}, "reproduced"),
        ({"items": [{"a": "e", "b": 1}], "snapshot_sha256": DIGEST}, "not_reproduced"),
        ({"items": [], "count": 0, "snapshot_sha256": DIGEST}, "not_reproduced"),
        ({"count": 0, "snapshot_sha256": DIGEST}, "not_reproduced"),
        ({"items": ITEMS, "snapshot_sha256": EMPTY}, "not_reproduced"),
        ({"items": [], "snapshot_sha256": EMPTY.upper()}, "not_reproduced"),
        # A list that is not there, or may be a part.
        ({"snapshot_sha256": EMPTY}, "unknown"),
        ({"count": 2, "snapshot_sha256": DIGEST}, "unknown"),
        ({"count": 2, "items": ITEMS, "snapshot_sha256": DIGEST}, "unknown"),
        ({"count": 0, "items": ITEMS, "snapshot_sha256": DIGEST}, "unknown"),
        ({"count": "1", "items": ITEMS, "snapshot_sha256": DIGEST}, "unknown"),
        ({"count": True, "items": ITEMS, "snapshot_sha256": DIGEST}, "unknown"),
        ({"count": False, "snapshot_sha256": EMPTY}, "unknown"),
        ({"count": 0, "items": {}, "snapshot_sha256": EMPTY}, "unknown"),
        ({"count": 0, "items": None, "snapshot_sha256": EMPTY}, "unknown"),
        ({"count": 3, "sample": [], "snapshot_sha256": EMPTY}, "unknown"),
        # The first name of a count decides.
        ({"count": 1, "evidence_count": 0, "snapshot_sha256": EMPTY}, "unknown"),
    ],
)
def test_one_digest(value: Any, status: str) -> None:
    assert found(value) == [("/snapshot_sha256", status)]


def test_what_is_no_string_is_no_digest() -> None:
    assert found({"items": [], "snapshot_sha256": None}) == []
    assert found([]) == [] and found(None) == []


def test_all_digests_in_the_order_of_the_document() -> None:
    empty = {"items": [], "snapshot_sha256": EMPTY}
    value = {"a": [empty, {"b": {**empty, "c": empty}}], "d": {**empty, "items": [empty]}}
    assert [pointer for pointer, _ in found(value)] == [
        "/a/0/snapshot_sha256",
        "/a/1/b/snapshot_sha256",
        "/a/1/b/c/snapshot_sha256",
        "/d/snapshot_sha256",
        "/d/items/0/snapshot_sha256",
    ]


def test_the_real_graph_document() -> None:
    document = read_document(real_graph())
    assert [(one.pointer, one.status) for one in snapshot_findings(document)] == [
        ("/claims/snapshot_sha256", "reproduced"),
        ("/references/snapshot_sha256", "reproduced"),
        ("/formal_canon/snapshot_sha256", "reproduced"),
        ("/author_claims/snapshot_sha256", "reproduced"),
    ]


def test_a_list_that_is_not_empty_is_called_inferred() -> None:
    document = read_document(
        json.dumps({**graph_document(), "claims": snapshot([1], snapshot_sha256="0")}).encode()
    )
    details = {str(one.pointer): one.detail for one in snapshot_findings(document)}
    assert "inferred" in details["/claims/snapshot_sha256"]


def test_an_object_that_is_cut_has_no_digest() -> None:
    data = json.dumps({"snapshot_sha256": EMPTY, "count": 0, "items": []}).encode()
    for cut in range(data.index(b"count") - 2, len(data)):
        (finding,) = snapshot_findings(read_document(data[:cut], truncated=True))
        assert finding.status == "unknown"
    (finding,) = snapshot_findings(read_document(data, truncated=True))
    assert finding.status == "reproduced"


def test_the_beginnings_of_real_states() -> None:
    for text in beginnings("state_prefixes"):
        document = read_document(text.encode(), truncated=True)
        assert [one.status for one in snapshot_findings(document)] == ["reproduced"] * 2
