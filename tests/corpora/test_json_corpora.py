"""JSONTestSuite and the JCS cases: verdict, code and canonical hash exactly as expected."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable
from typing import Any

import pytest

from kit.data import corpora
from pithbundle.encoding.canonical import canonical_bytes, sha256_hex
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.json_strict import read_strictly
from pithbundle.encoding.limits import DEFAULT_LIMITS
from pithbundle.encoding.values import Value
from pithbundle.errors import PithError

JCS = ("arrays", "french", "structures", "unicode", "values", "weird")


def verdict(read: Callable[[bytes], Value], data: bytes) -> dict[str, str]:
    try:
        value = read(data)
    except PithError as error:
        return {"expect": "error", "code": error.code}
    return {"expect": "ok", "code": "ok", "canonical_sha256": sha256_hex(canonical_bytes(value))}


def strict(data: bytes) -> Value:
    return read_strictly(data, DEFAULT_LIMITS, DEFAULT_LIMITS.depth, None).whole()


@pytest.mark.parametrize("read", [parse_json, strict])
def test_jsontestsuite(read: Callable[[bytes], Value]) -> None:
    expected = json.loads(corpora("json/jsontestsuite-strict-expectations.json").read_text())["tests"]
    found: dict[str, Any] = {}
    with tarfile.open(corpora("json/jsontestsuite.tar.gz")) as suite:
        for member in suite:
            file = suite.extractfile(member)
            if file is not None:
                found[member.name] = verdict(read, file.read())
    assert len(found) == 340
    wrong = {name: (found[name], want) for name, want in expected.items() if found[name] != want}
    assert wrong == {}
    assert found.keys() == expected.keys()


@pytest.mark.parametrize("case", JCS)
def test_jcs(case: str) -> None:
    expected = json.loads(corpora("jcs/strict-expectations.json").read_text())["tests"]
    assert sorted(expected) == sorted(JCS)
    want = expected[case]
    output = corpora(f"jcs/output/{case}.json").read_bytes()
    assert bytes.fromhex(corpora(f"jcs/outhex/{case}.txt").read_text()) == output
    for side, data in (("input", corpora(f"jcs/input/{case}.json").read_bytes()), ("output", output)):
        assert verdict(parse_json, data)["code"] == want[side], side
        if want[side] == "ok" and want["bytes"] == "equal to output":
            assert canonical_bytes(parse_json(data)) == output
