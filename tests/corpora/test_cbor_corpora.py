"""The public CBOR vectors: verdict, code and canonical hash exactly as expected, in file order."""

from __future__ import annotations

import json

import pytest

from kit.data import corpora
from pithbundle.encoding.canonical import canonical_bytes, sha256_hex
from pithbundle.encoding.cbor import cbor_bytes, parse_cbor
from pithbundle.errors import PithError

COUNTS = {
    "cborwg-good": 88,
    "cborwg-bad": 47,
    "cborwg-spike": 1165,
    "bcdcbor-decode-vectors": 241,
    "bcdcbor-encode-vectors": 346,
}


def inputs(name: str) -> list[bytes | None]:
    """The bytes of every vector of a file, None where it has none."""
    data = json.loads(corpora(f"cbor/{name}.json").read_text())
    if "tests" in data:
        texts = [test["encoded"] for test in data["tests"]]
    else:
        texts = [vector.get("hex", vector["expect"].get("hex")) for vector in data["vectors"]]
    return [None if text is None else bytes.fromhex(text) for text in texts]


def verdict(data: bytes) -> list[str]:
    try:
        value = parse_cbor(data)
    except PithError as error:
        return [error.code]
    assert cbor_bytes(value) == data  # one value, one encoding
    return ["ok", sha256_hex(canonical_bytes(value))]


@pytest.mark.parametrize("name", COUNTS)
def test_cbor_vectors(name: str) -> None:
    expected = json.loads(corpora("cbor/public-strict-expectations.json").read_text())["files"]
    assert sorted(expected) == sorted(COUNTS)
    found = [None if data is None else verdict(data) for data in inputs(name)]
    assert len(found) == len(expected[name]) == COUNTS[name]
    wrong = [
        (data, got, want)
        for data, got, want in zip(inputs(name), found, expected[name], strict=True)
        if got != want
    ]
    assert wrong == []
