"""The packs and files of an output (RECOMP-3 to RECOMP-5)."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from kit.recomputed import expected, read_output, registry, run
from pithbundle.archive.borders import ends_frame, frames
from pithbundle.archive.lines import Line
from pithbundle.archive.reader import Frame, PackReader
from pithbundle.archive.rejected import Rejections
from pithbundle.archive.writer import PackWriter
from pithbundle.durable import Folder
from pithbundle.errors import ArchiveError
from pithbundle.recompute.assemble import RunResults, WholeUnit, _chosen, is_output
from pithbundle.recompute.result import RecordResult, Row, result_of
from pithbundle.recompute.store import Store

#: Sorted; a frame ends after the second, the third and the last.
SUFFIXES = ["A" * 24 + "AB", "A" * 24 + "CA", "A" * 24 + "EA", "A" * 24 + "EB", "A" * 24 + "GA"]


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


@pytest.mark.parametrize(("parts", "most"), [(1, 1), (1, 4), (3, 1), (3, 4)])
def test_frames_that_are_copied_are_those_that_the_writer_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: int, most: int
) -> None:
    """Each file is equal, byte for byte, where every row of every unit is written anew."""
    monkeypatch.setattr("pithbundle.archive.borders.MAX_LINES", 13)
    monkeypatch.setattr("pithbundle.archive.borders._FRAME_DIVISOR", 2)
    monkeypatch.setattr("pithbundle.archive.borders._PACK_DIVISOR", 4)
    monkeypatch.setattr("pithbundle.recompute.frame_runs.MOST_FRAMES", most)
    # The lines of some records are in several archives, and those of most in one.
    lines = registry(40)
    archives = [lines, lines[50:52], lines[1:2]] if parts == 3 else [lines]
    calls: Counter[str] = Counter()
    for name in ("copy", "write"):
        real = getattr(PackWriter, name)
        monkeypatch.setattr(
            PackWriter, name, lambda *given, real=real, name=name: (calls.update([name]), real(*given))
        )
    run(tmp_path, *archives)
    archived = sum(len([*frames(each)]) for each in archives)
    calls.subtract({"write": archived})
    assert calls["copy"] >= 4 and (calls["write"] >= 4 or parts < most)
    monkeypatch.setattr("pithbundle.recompute.assemble.ends_frame", lambda suffix: False)
    calls.clear()
    run(tmp_path, *archives, name="anew")
    assert calls["copy"] == 0
    assert files(tmp_path / "anew") == files(tmp_path / "out")


def written(each: WholeUnit | RecordResult) -> list[str] | str:
    """The suffixes of frames that are copied, or of rows that are written anew."""
    if isinstance(each, RecordResult):
        return each.row.suffix
    suffixes = [*each.result.suffixes()]
    return suffixes if each.is_copied else "+".join(suffixes)


def files(folder: Path) -> dict[str, bytes]:
    """Every file of an output that is compared."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "run.json"
    }


def test_a_unit_is_copied_only_from_a_border_to_a_border(tmp_path: Path) -> None:
    """What is before it and has no border at its end is in the frame that it would begin, and so on."""
    lines = {
        suffix: RecordResult(Row(suffix, (suffix,), ()), f"{suffix} d\n".encode(), suffix.encode(), b"r")
        for suffix in SUFFIXES
    }
    inside, border, collides = SUFFIXES[0], SUFFIXES[1], SUFFIXES[2]
    assert [ends_frame(suffix) for suffix in SUFFIXES] == [False, True, True, False, True]
    lines[collides] = RecordResult(Row(collides, ("x",), (), True), b"", b"", b"")
    cases: list[tuple[list[list[str]], list[str | list[str]]]] = [
        ([[inside], [border]], [inside, border]),
        ([[inside, border]], [[inside, border]]),
        ([[border], SUFFIXES[3:]], [[border], SUFFIXES[3:]]),
        # The suffix with a border has no state, so that no frame ends there.
        ([[inside, collides], SUFFIXES[3:]], [inside, "+".join(SUFFIXES[3:])]),
        ([[border], [collides], SUFFIXES[3:]], [[border], SUFFIXES[3:]]),
        # Two units of one record.
        ([[border], [border, SUFFIXES[4]]], [border, SUFFIXES[4]]),
    ]
    for number, (units, wanted) in enumerate(cases):
        (tmp_path / str(number)).mkdir()
        with Folder.open(str(tmp_path / str(number))) as folder, closing(Store(folder)) as store:
            # Different numbers of lines read make different results.
            refs = [
                store.add(result_of([lines[each] for each in unit], at), at) for at, unit in enumerate(units)
            ]
            found = RunResults(store, [ref for ref in refs if ref is not None], [])
            chosen = _chosen(found, Rejections())
            given = [written(each) for each in chosen]
            assert given == wanted


def test_a_frame_that_is_damaged_while_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = result_of([RecordResult(Row("A" * 26, ("0",), ()), b"", b"state", b"report")])
    (frame,) = result.states
    with Folder.open(str(tmp_path)) as folder, closing(PackWriter(folder, "json")) as writer:
        data = frame.data[:-1] + bytes([frame.data[-1] ^ 1])
        with pytest.raises(ArchiveError, match="damaged frame"):
            writer.copy(replace(frame, data=data))


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
