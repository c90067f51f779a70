"""Tables for analysts: written by an extra, and never read (ARCH-14)."""

from __future__ import annotations

import importlib
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kit.archives import write
from kit.command_line import command_line, process_env, run
from kit.recomputed import POLICY_BYTES, read_output, registry


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.json").write_bytes(POLICY_BYTES)
    write(Path("in"), registry(4))


@pytest.mark.parametrize(
    "words",
    [
        ["archive", "unpack", "in", "-o", "new.parquet"],
        ["archive", "unpack", "in", "--to", "parquet", "-o", "new"],
        ["recompute", "in", "-o", "new", "--format", "parquet", "--jobs", "1"],
    ],
)
def test_without_pyarrow_the_missing_extra_is_named(words: list[str]) -> None:
    command = command_line(*words, first="import sys; sys.modules['pyarrow'] = None")
    done = subprocess.run(command, env=process_env(), capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "a table needs pyarrow" in done.stderr and "'.[parquet]'" in done.stderr
    assert sorted(path.name for path in Path().iterdir()) == ["in", "p.json"]


@pytest.mark.parametrize("words", [["archive", "pack"], ["archive", "unpack"], ["recompute"]])
@pytest.mark.parametrize("name", ["table.parquet", "TABLE.PARQUET"])
def test_a_table_is_no_input(words: list[str], name: str) -> None:
    Path(name).write_bytes(b"PAR1")
    result = run(*words, "in", name, "-o", "new")
    assert result.status == 2 and "is a table for analysts, and no source of bundles" in result.err
    assert not Path("new").exists()


@pytest.mark.cluster
def test_the_bundles_of_a_table_are_those_of_the_archive() -> None:
    parquet: Any = importlib.import_module("pyarrow.parquet")
    assert run("archive", "unpack", "in", "-o", "new.parquet").status == 0
    lines = [row["bundle"] for row in parquet.read_table("new.parquet").to_pylist()]
    assert lines == [line.data for line in registry(4)]
    # An existing file is replaced only by --force.
    assert run("archive", "unpack", "in", "-o", "new.parquet").status == 2
    before = Path("new.parquet").read_bytes()
    assert run("archive", "unpack", "in", "-o", "new.parquet", "--force").status == 0
    assert Path("new.parquet").read_bytes() == before


@pytest.mark.cluster
def test_an_output_with_a_table() -> None:
    parquet: Any = importlib.import_module("pyarrow.parquet")
    options = ("--policy", "p.json", "--jobs", "1")
    plain = run("recompute", "in", "-o", "plain", *options)
    result = run("recompute", "in", "-o", "out", "--format", "parquet", *options)
    assert result.out == plain.out.replace("plain", "out") and result.status == plain.status
    rows = parquet.read_table("out/states.parquet").to_pylist()
    assert "".join(f"{row['state']}\n" for row in rows).encode() == read_output(Path("plain")).states
    # It is compared as any other output is.
    compared = run("recompute", "in", "-o", "again", *options, "--expect", "out")
    assert "no record differs from out" in compared.out
