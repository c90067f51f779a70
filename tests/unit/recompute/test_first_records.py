"""The first records of each outcome, in the order of suffixes, whatever the layout (RECOMP-20)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kit.archives import write
from kit.command_line import run
from kit.recomputed import POLICY_BYTES, registry, verifier
from pithbundle.archive.lines import Line
from pithbundle.archive.reader import Frame, PackReader
from pithbundle.recompute.first_records import MOST
from pithbundle.recompute.run import recompute

LINES = registry(24)


def by_reports(output: Path) -> dict[str, list[str]]:
    """The same by reading every report."""
    found: dict[str, list[str]] = {}
    packs = json.loads((output / "reports" / "packs.json").read_bytes())["packs"]
    for info in packs:
        with PackReader(str(output / "reports" / info["file"]), "json") as pack:
            for frame in pack.frames():
                assert isinstance(frame, Frame)
                for line in frame.raw.splitlines():
                    report = json.loads(line)
                    found.setdefault(report["outcome"], []).append(report["pith_number"][-26:])
    return {outcome: listed[:MOST] for outcome, listed in found.items() if outcome != "valid"}


@pytest.mark.parametrize("parts", [(LINES,), (LINES[::2], LINES[1::2]), (LINES[:30], LINES[20:])])
def test_they_are_those_of_the_reports(tmp_path: Path, parts: tuple[tuple[Line, ...], ...]) -> None:
    folders = []
    for number, lines in enumerate(parts):
        folders.append(str(tmp_path / f"in-{number}"))
        write(Path(folders[-1]), lines)
    found = recompute(folders, str(tmp_path / "out"), verifier())
    first = {outcome: [suffix for suffix, _ in records] for outcome, records in found.first.items()}
    assert first == by_reports(tmp_path / "out") and len(first) > 1
    assert max(map(len, first.values())) == MOST
    assert all(lines == 3 for records in found.first.values() for _, lines in records)


def test_they_are_printed_with_a_command_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.json").write_bytes(POLICY_BYTES)
    write(Path("mirror"), LINES)
    write(Path("single"), LINES[::3])
    done = run("recompute", "mirror", "-o", "out", "--jobs", "1", "--policy", "p.json")
    first = by_reports(Path("out"))
    for outcome, suffixes in first.items():
        assert f"  first       {outcome}: {', '.join(suffixes)}" in done.out
    worst = first["invalid"][0]
    get = f"pithbundle archive get mirror {worst} | pithbundle archive unpack --from jsonl - -o {worst}"
    assert f"  next        {get} && pithbundle verify --policy p.json {worst}\n" in done.out
    lines = run("archive", "get", "mirror", worst).stdout
    assert run("archive", "unpack", "--from", "jsonl", "-", "-o", worst, stdin=lines).status == 0
    assert "INVALID" in run("verify", worst, "--policy", "p.json").out
    value = json.loads(run("recompute", "mirror", "-o", "other", "--policy", "p.json", "--json").stdout)
    assert value["first_records"] == first
    # What is no single archive has no command with a path.
    done = run("recompute", "mirror", "single", "-o", "both", "--jobs", "1", "--policy", "p.json")
    assert "  first  " in done.out and "  next  " not in done.out
