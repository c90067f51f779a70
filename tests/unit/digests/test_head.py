"""The head of a mirror's digests (MIRROR-4)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kit.signing import canonical
from kit.trees import POLICY, TIME, Files, head, lines, signed
from pithbundle.digests.head import HEAD_BYTES, Head
from pithbundle.digests.tree import Tree
from pithbundle.errors import DigestError

TREE = Files().build(lines(200))
FIRST: dict[str, Any] = {
    "head_type": "pithbundle_mirror_head",
    "head_version": "1",
    "origin": "mirror.example",
    "rules": "pithbundle-merge-1",
    "policy_sha256": POLICY,
    "generation": 1,
    "generated_at": TIME,
    "records": 200,
    "events": 0,
    "depth": 1,
    "root": TREE.root,
}
NEXT = {
    **FIRST,
    "generation": 2,
    "previous": "b" * 64,
    "delta": "c" * 64,
    "archive": "packs/v1/pith-archive.json",
}


@pytest.mark.parametrize("members", [FIRST, NEXT])
def test_a_head_is_canonical(members: dict[str, Any]) -> None:
    data = canonical(members)
    found = Head.from_bytes(data)
    assert found.to_bytes() == found.content == data
    assert found.tree == TREE == Tree(found.root, 1, 200)


def test_a_signed_head_has_less_than_a_kilobyte() -> None:
    largest = head(Tree("f" * 64, 3, 3_000_000), 10_000, events=60_000_000, delta="d" * 64,
                   archive="pith-archive.json")  # fmt: skip
    data = signed(largest).to_bytes()
    assert len(data) < 1024 and Head.from_bytes(data).to_bytes() == data


CHANGES: list[tuple[str, Any]] = [
    ("origin", ""), ("origin", "Mirror"), ("origin", "mirror/x"), ("origin", ".x"), ("origin", "x" * 254),
    ("origin", 1), ("origin", "x\n"), ("rules", "x y"), ("rules", None), ("policy_sha256", "A" * 64),
    ("policy_sha256", "0" * 63), ("generation", 0), ("generation", 2), ("generation", 1.5),
    ("generation", True),
    ("generation", "1"), ("generated_at", "2026-11-20"), ("generated_at", "2026-02-29T00:00:00Z"),
    ("records", -1), ("records", 5000), ("records", 200.5), ("records", None), ("events", -1),
    ("events", False),
    ("depth", 2), ("depth", True), ("depth", "1"), ("root", "../root"), ("root", "0" * 64 + "\n"),
    ("previous", "b" * 64),
    ("delta", "c" * 64), ("archive", "../pith-archive.json"), ("archive", "/pith-archive.json"),
    ("archive", "packs/"), ("archive", "a//pith-archive.json"), ("archive", ".x/pith-archive.json"),
    ("archive", "a\\pith-archive.json"), ("archive", "https://other.example/pith-archive.json"),
    ("archive", "a/" * 130 + "pith-archive.json"), ("archive", None), ("signature", 1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), CHANGES)
def test_a_member_that_is_another(name: str, value: Any) -> None:
    with pytest.raises(DigestError) as caught:
        Head.from_bytes(canonical({**FIRST, name: value}))
    pointer = "/previous" if (name, value) in [("generation", 2), ("previous", "b" * 64)] else f"/{name}"
    pointer = "/depth" if (name, value) == ("records", 5000) else pointer
    assert (caught.value.code, caught.value.clause) == ("digest_invalid", "MIRROR-4")
    assert caught.value.pointer == pointer


@pytest.mark.parametrize("name", sorted(FIRST.keys() - {"head_type", "head_version"}))
def test_an_absent_member(name: str) -> None:
    with pytest.raises(DigestError, match="the members of MIRROR-4 and no others"):
        Head.from_bytes(canonical({key: FIRST[key] for key in FIRST if key != name}))


def test_a_further_member() -> None:
    with pytest.raises(DigestError, match="the members of MIRROR-4 and no others"):
        Head.from_bytes(canonical({**FIRST, "more": 1}))


@pytest.mark.parametrize("value", [[], 1, {}, {"head_type": "x"}, None])
def test_another_document(value: Any) -> None:
    with pytest.raises(DigestError, match="head_type must be"):
        Head.from_bytes(canonical(value))


@pytest.mark.parametrize("version", ["2", 1, None])
def test_another_version(version: Any) -> None:
    with pytest.raises(DigestError, match="head_version must be") as caught:
        Head.from_bytes(canonical({**FIRST, "head_version": version}))
    assert caught.value.code == "version"


@pytest.mark.parametrize(
    "data",
    [json.dumps(FIRST, sort_keys=True).encode(), canonical(FIRST) + b"\n", json.dumps(FIRST).encode()],
)
def test_bytes_that_are_not_canonical(data: bytes) -> None:
    with pytest.raises(DigestError, match="not the canonical ones"):
        Head.from_bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff",
        b"<html>",
        canonical(FIRST)[:-1] + b',"depth":1}',
        b" " * HEAD_BYTES + canonical(FIRST),
    ],
)
def test_bytes_that_are_no_json(data: bytes) -> None:
    with pytest.raises(DigestError, match=r"head\.json: ") as caught:
        Head.from_bytes(data)
    assert (caught.value.code, caught.value.clause) == ("digest_invalid", "MIRROR-4")


def test_a_member_that_is_too_large_is_rejected_when_it_is_made_too() -> None:
    with pytest.raises(DigestError) as caught:
        head(TREE, records=1 << 53)
    assert caught.value.pointer == "/records"
