"""The packs and files of an output (RECOMP-3 to RECOMP-5)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kit.recomputed import expected, read_output, registry, run
from pithbundle.archive.borders import frames
from pithbundle.archive.lines import Line
from pithbundle.archive.reader import Frame, PackReader
from pithbundle.durable import Folder
from pithbundle.recompute.assemble import is_output


def test_frames_end_where_the_borders_of_their_own_lines_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pithbundle.archive.borders.MAX_LINES", 5)
    monkeypatch.setattr("pithbundle.archive.borders._FRAME_DIVISOR", 2)
    monkeypatch.setattr("pithbundle.archive.borders._PACK_DIVISOR", 4)
    run(tmp_path, registry(24))
    for name in ("states", "reports"):
        folder = tmp_path / "out" / name
        packs = json.loads((folder / "packs.json").read_bytes())["packs"]
        assert len(packs) > 1
        found: list[list[bytes]] = []
        for info in packs:
            with PackReader(str(folder / info["file"]), "json") as pack:
                found.append([frame.raw for frame in pack.frames() if isinstance(frame, Frame)])
        lines = [
            Line(json.loads(data)["pith_number"][-26:], b"", data, "json")
            for each in found
            for raw in each
            for data in raw.splitlines()
        ]
        made = [*frames(lines)]
        raws = [raw for each in found for raw in each]
        assert raws == [b"".join(line.raw for line in frame.lines) for frame in made]
        ends = [frame.ends_pack for frame in made[:-1]]
        assert sum(ends) == len(packs) - 1


def test_digests_and_states_agree(tmp_path: Path) -> None:
    found = run(tmp_path, registry(4))
    assert (found.states, found.digests) == expected(registry(4))
    for line, report in zip(found.digests.decode().splitlines(), found.reports.splitlines(), strict=True):
        value = json.loads(report)
        assert line.split() == [
            value["pith_number"][-26:], value["canonical_sha256"], value["events_sha256"],
            value["state_sha256"], value["unverified_sha256"],
        ]  # fmt: skip
        assert value["rejected"] == []


def test_what_may_be_replaced(tmp_path: Path) -> None:
    run(tmp_path, registry(1))
    with Folder.open(str(tmp_path / "out")) as folder:
        is_output(folder)
    assert read_output(tmp_path / "out").summary["records"] == 1
    (tmp_path / "out" / "summary.json").unlink()
    with Folder.open(str(tmp_path / "out")) as folder, pytest.raises(OSError, match="no output"):
        is_output(folder)
    (tmp_path / "out" / "mine").write_bytes(b"")
    with Folder.open(str(tmp_path / "out")) as folder, pytest.raises(OSError, match="mine"):
        is_output(folder)
