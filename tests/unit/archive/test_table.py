"""Tables in Parquet: rows, row groups, and what is never held (ARCH-14)."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kit.archives import items, lines
from kit.recomputed import bundles
from pithbundle.archive import table
from pithbundle.archive.inputs import FORMATS, InputBundle, read_bundles
from pithbundle.archive.lines import line_of
from pithbundle.archive.rejected import Rejections
from pithbundle.archive.table import BUNDLES, Row, bundle_row, parquet, require_pyarrow


def test_the_row_of_a_bundle() -> None:
    data = bundles(1)[0]
    line = line_of(data)
    row = dict(zip(BUNDLES, bundle_row(InputBundle(line, data)), strict=True))
    value = json.loads(data)
    assert row["suffix"] == line.suffix and row["pith_number"] == value["pith_number"]
    assert row["canonical_sha256"] == value["canonical_sha256"] and row["line_sha256"] == line.digest.hex()
    assert (row["encoding"], row["elements"]) == ("json", len(value["events"]))
    assert row["bundle"] == data and row["bytes"] == len(data)
    assert json.loads(str(row["record"])) == value["canonical_record"]
    (item,) = items(1)
    of_cbor = dict(zip(BUNDLES, bundle_row(InputBundle(item, item.data)), strict=True))
    assert of_cbor["encoding"] == "cbor" and of_cbor["bundle"] == item.data


# -- without pyarrow ---------------------------------------------------------------------------------


class Stub:
    """What is used of pyarrow: a group of rows is written as one line."""

    def __init__(self, sink: Any, schema: Any, **options: Any) -> None:
        self.sink, self.options = sink, options
        assert sink.writable() and not sink.readable() and not sink.seekable() and not sink.closed

    def __enter__(self) -> Stub:
        return self

    def __exit__(self, *_: object) -> None:
        before = self.sink.tell()
        assert self.sink.write(b"end") == 3 and self.sink.tell() == before + 3
        self.sink.flush()
        self.sink.close()

    def write_table(self, arrays: Any, row_group_size: int) -> None:
        assert self.options["write_statistics"] == ["name", "number", "data"]
        assert {len(each) for each in arrays} == {row_group_size}
        self.sink.write(f"{row_group_size}\n".encode())


def stub(name: str) -> Any:
    if name == "pyarrow.parquet":
        return SimpleNamespace(ParquetWriter=Stub)
    return SimpleNamespace(
        schema=list,
        field=lambda name, kind, nullable: (name, kind, nullable),
        string=lambda: "string",
        int64=lambda: "int64",
        binary=lambda: "binary",
        array=lambda values, kind: values,
        Table=SimpleNamespace(from_arrays=lambda arrays, schema: arrays),
    )


def rows(count: int, size: int = 1) -> Iterator[Row]:
    return ((f"{number}", number, b"x" * size) for number in range(count))


COLUMNS: table.Columns = {"name": "string", "number": "int64", "data": "binary"}


@pytest.mark.parametrize(
    ("count", "size", "groups"),
    [(0, 1, []), (1, 1, [1]), (7, 1, [3, 3, 1]), (6, 1, [3, 3]), (4, 60, [2, 2]), (2, 1000, [1, 1])],
)
def test_row_groups_are_bounded(
    monkeypatch: pytest.MonkeyPatch, count: int, size: int, groups: list[int]
) -> None:
    monkeypatch.setattr(importlib, "import_module", stub)
    monkeypatch.setattr(table, "MAX_ROWS", 3)
    monkeypatch.setattr(table, "MAX_BYTES", 100)
    parts = [*parquet(rows(count, size), COLUMNS)]
    assert parts == [*(f"{number}\n".encode() for number in groups), b"end"]


def test_no_more_than_a_group_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib, "import_module", stub)
    monkeypatch.setattr(table, "MAX_ROWS", 10)
    taken = 0

    def counted() -> Iterator[Row]:
        nonlocal taken
        for row in rows(35):
            taken += 1
            yield row

    seen = []
    for _ in parquet(counted(), COLUMNS):
        seen.append(taken)
    assert seen == [10, 20, 30, 35, 35]


def test_without_pyarrow_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(f"No module named {name!r}", name="pyarrow")

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(ModuleNotFoundError):
        require_pyarrow()
    with pytest.raises(ModuleNotFoundError):
        next(parquet(rows(1), COLUMNS))


# -- with pyarrow ------------------------------------------------------------------------------------


def written(given: Iterator[Row], columns: table.Columns = BUNDLES) -> bytes:
    return b"".join(parquet(given, columns))


def read_back(data: bytes) -> Any:
    parquet_module: Any = importlib.import_module("pyarrow.parquet")
    return parquet_module.read_table(BytesIO(data))


@pytest.mark.cluster
def test_a_table_of_bundles_is_read_by_pyarrow(tmp_path: Path) -> None:
    require_pyarrow()
    (tmp_path / "in.jsonl").write_bytes(b"".join(line.raw for line in lines(20)))
    found = [*read_bundles(str(tmp_path / "in.jsonl"), FORMATS["jsonl"], Rejections())]
    given = [bundle_row(bundle) for bundle in found]
    read = read_back(written(iter(given)))
    assert [(field.name, str(field.type), field.nullable) for field in read.schema] == [
        (name, kind, False) for name, kind in BUNDLES.items()
    ]
    assert read.to_pylist() == [dict(zip(BUNDLES, row, strict=True)) for row in given]
    # A row has the bytes of the bundle: what was written can be verified by other means.
    assert [line_of(row["bundle"]) for row in read.to_pylist()] == [bundle.line for bundle in found]


@pytest.mark.cluster
def test_the_same_rows_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_ROWS", 7)
    given = [bundle_row(InputBundle(line, line.data)) for line in lines(30)]
    once, again = written(iter(given)), written(iter(given))
    assert once == again
    module: Any = importlib.import_module("pyarrow.parquet")
    metadata = module.read_metadata(BytesIO(once))
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    assert [group.num_rows for group in groups] == [7, 7, 7, 7, 2]
    columns = [metadata.row_group(0).column(number) for number in range(metadata.num_columns)]
    assert {column.compression for column in columns} == {"ZSTD"}
    assert {column.path_in_schema for column in columns if not column.is_stats_set} == {"record", "bundle"}


@pytest.mark.cluster
def test_a_table_without_rows() -> None:
    read = read_back(written(iter(())))
    assert read.num_rows == 0 and read.schema.names == [*BUNDLES]


@pytest.mark.cluster
@pytest.mark.parametrize("change", [lambda text: text + "\x00", lambda text: text * 1000])
def test_text_of_any_kind(change: Callable[[str], str]) -> None:
    text = change("数学 \u202e\U0001f600")
    read = read_back(written(iter([(text, -(2**63), b"\xff\x00")]), COLUMNS))
    assert read.to_pylist() == [{"name": text, "number": -(2**63), "data": b"\xff\x00"}]
