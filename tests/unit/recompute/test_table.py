"""``states.parquet`` (ARCH-14)."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.archives import write
from kit.recomputed import read_output, registry, run, verifier
from pithbundle.archive.table import Columns, Row
from pithbundle.errors import FileError
from pithbundle.recompute import table
from pithbundle.recompute.run import recompute
from pithbundle.recompute.table import STATE_COLUMNS


def as_json(rows: Iterable[Row], columns: Columns) -> Iterator[bytes]:
    for row in rows:
        yield json.dumps(dict(zip(columns, row, strict=True))).encode() + b"\n"


def written(tmp_path: Path, name: str = "out") -> Path:
    if not (tmp_path / "in").exists():
        write(tmp_path / "in", registry(6))
    recompute([str(tmp_path / "in")], str(tmp_path / name), verifier(), table=True, force=True)
    return tmp_path / name / "states.parquet"


def test_a_row_for_each_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "parquet", as_json)
    rows = [json.loads(line) for line in written(tmp_path).read_bytes().splitlines()]
    found = read_output(tmp_path / "out")
    assert "".join(row["state"] + "\n" for row in rows).encode() == found.states
    names = ("suffix", "canonical_sha256", "events_sha256", "state_sha256", "unverified_sha256")
    listed = "".join(" ".join(row[name] for name in names) + "\n" for row in rows)
    assert listed.encode() == found.digests
    for row in rows:
        state = json.loads(row["state"])
        assert row.keys() == STATE_COLUMNS.keys() and row["pith_number"] == state["pith_number"]
        assert (
            row["event_count"] == state["event_count"]
            and row["valid_event_count"] == state["valid_event_count"]
        )
        assert json.loads(row["record"]) == state["current"]["canonical_record"]
    # Beside the table the output is the one without it.
    without = run(tmp_path, registry(6), name="without")
    assert {*found.files} - {*without.files} == {"states.parquet"} and found.states == without.states


def test_an_output_with_a_table_can_be_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "parquet", as_json)
    assert written(tmp_path).exists()
    recompute([str(tmp_path / "in")], str(tmp_path / "out"), verifier(), force=True)
    assert not (tmp_path / "out" / "states.parquet").exists()


def test_a_table_that_cannot_be_written_leaves_what_can_be_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(rows: Iterable[Row], columns: Columns) -> Iterator[bytes]:
        yield b"x"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(table, "parquet", failing)
    with pytest.raises(FileError, match="space"):
        written(tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["in", "out.part"]
    assert sorted(os.listdir(tmp_path / "out.part")) == ["journal.txt", "plan.json", "units.bin"]


@pytest.mark.cluster
def test_pyarrow_reads_the_table(tmp_path: Path) -> None:
    parquet: Any = importlib.import_module("pyarrow.parquet")
    path = written(tmp_path)
    read = parquet.read_table(path)
    assert [(field.name, str(field.type)) for field in read.schema] == [*STATE_COLUMNS.items()]
    states = "".join(f"{row['state']}\n" for row in read.to_pylist()).encode()
    assert states == read_output(tmp_path / "out").states
    assert written(tmp_path, "again").read_bytes() == path.read_bytes()
