"""The manifest and the index: their bytes, and what is rejected (ARCH-9, ARCH-10)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pithbundle import PithError
from pithbundle.archive import manifest as manifest_module
from pithbundle.archive.manifest import IndexEntry, Manifest, PackInfo, pack_name, read_index

DIGEST = "0123456789abcdef" * 4
A, B, C, D = ("A" * 25 + char for char in "ABCD")


def info(first: str = A, last: str = A, ending: str = ".jsonl.zst", digest: str = DIGEST) -> PackInfo:
    return PackInfo(digest[:32] + ending, first, last, 1, 1, 10, 9, digest, DIGEST)


def manifest(*packs: PackInfo) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(Manifest(packs, "1.5.7").to_bytes())
    return value


def rejection(value: Any) -> PithError:
    with pytest.raises(PithError) as caught:
        Manifest.from_bytes(json.dumps(value).encode())
    return caught.value


def test_what_is_written_is_read() -> None:
    packs = info(), info(B, C, digest=DIGEST[::-1]), info(ending=".cborseq.zst")
    written = Manifest(packs, "1.5.7")
    assert Manifest.from_bytes(written.to_bytes()) == written
    assert written.to_bytes().endswith(b"}\n") and written.bundles == 3
    assert Manifest.from_bytes(Manifest((), "").to_bytes()).packs == ()


def test_a_name_is_the_beginning_of_the_content_hash() -> None:
    assert pack_name(DIGEST, "json") == "0123456789abcdef" * 2 + ".jsonl.zst"
    assert pack_name(DIGEST, "cbor") == "0123456789abcdef" * 2 + ".cborseq.zst"
    assert info().encoding == "json" and info(ending=".cborseq.zst").encoding == "cbor"
    assert info().index_file == "0123456789abcdef" * 2 + ".idx"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("file", "../" + DIGEST[:29] + ".jsonl.zst"),
        ("file", DIGEST[:32] + ".jsonl"),
        ("file", DIGEST[32:0:-1] + ".jsonl.zst"),
        ("file", 1),
        ("first_suffix", "a" * 26),
        ("first_suffix", B),
        ("last_suffix", None),
        ("bundles", 0),
        ("bundles", True),
        ("records", "1"),
        ("raw_bytes", -1),
        ("content_sha256", DIGEST.upper()),
        ("file_sha256", DIGEST[1:]),
    ],
)
def test_a_member_of_a_pack_that_is_wrong(member: str, value: Any) -> None:
    changed = manifest(info())
    changed["packs"][0][member] = value
    error = rejection(changed)
    assert (error.code, error.clause) == ("archive", "ARCH-10")
    assert str(error.pointer).startswith("/packs/0")


def test_missing_and_unknown_members() -> None:
    changes: tuple[dict[str, Any], ...] = (
        {"archive_type": "other"}, {"more": 1}, {"packs": {}}, {"zstd_version": 1}, {"packs": [1]},
    )  # fmt: skip
    for change in changes:
        assert rejection({**manifest(info()), **change}).code == "archive"
    assert rejection({**manifest(), "archive_version": "2"}).code == "version"
    assert rejection([]).code == "archive"
    changed = manifest(info())
    changed["packs"][0]["more"] = 1
    assert rejection(changed).pointer == "/packs/0"
    del changed["packs"][0]["more"], changed["packs"][0]["file"]
    assert rejection(changed).pointer == "/packs/0"
    with pytest.raises(PithError):
        Manifest.from_bytes(b"{")


def test_packs_are_in_order_and_do_not_overlap() -> None:
    two = info(B, C, digest=DIGEST[::-1])
    assert rejection(manifest(two, info())).pointer == "/packs/1"
    assert rejection(manifest(info(A, B), two)).pointer == "/packs/1"
    assert rejection(manifest(info(ending=".cborseq.zst"), two)).pointer == "/packs/1"


# -- indexes ---------------------------------------------------------------------------------


def test_an_index() -> None:
    entries = IndexEntry(A, 0, 20, 100), IndexEntry(A, 20, 30, 5), IndexEntry(B, 50, 1, 1)
    data = b"".join(entry.to_bytes() for entry in entries)
    assert data.startswith(f"{A} 0 20 100\n".encode())
    assert read_index(data) == entries
    assert read_index(b"") == ()


@pytest.mark.parametrize(
    "data",
    [
        f"{A} 0 20 100",
        f"{A} 0 20\n",
        f"{A} 0 20 100 \n",
        f"{A} 00 20 100\n",
        f"{A} 0 -20 100\n",
        f"{A} 0 0 100\n",
        f"{A} 1 20 100\n",
        f"{A} 0 20 100\n{A} 21 20 100\n",
        f"{B} 0 20 100\n{A} 20 20 100\n",
        f"{A[1:]} 0 20 100\n",
        f"{A} 0 9999999999999999999 100\n",
        "\n",
        "\u0660",
    ],
)
def test_a_malformed_index_is_none(data: str) -> None:
    assert read_index(data.encode()) is None


# -- the schema ------------------------------------------------------------------------------

SCHEMA = json.loads((Path(manifest_module.__file__).parent / "archive.schema.json").read_bytes())


def test_the_schema_accepts_what_is_written_and_rejects_what_a_reader_rejects() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    good = manifest(info(), info(ending=".cborseq.zst"))
    assert validator.is_valid(good)
    pack = good["packs"][0]
    for changed in (
        {**good, "archive_version": "2"},
        {**good, "more": 1},
        {**good, "packs": [{**pack, "file": "../x.jsonl.zst"}]},
        {**good, "packs": [{**pack, "first_suffix": "a" * 26}]},
        {**good, "packs": [{**pack, "bundles": 0}]},
        {**good, "packs": [{**pack, "file_sha256": "0"}]},
        {**good, "packs": [{**pack, "more": 1}]},
        *({**good, "packs": [{key: pack[key] for key in pack if key != name}]} for name in pack),
    ):  # fmt: skip
        assert not validator.is_valid(changed)
        assert rejection(changed).code in ("archive", "version")
