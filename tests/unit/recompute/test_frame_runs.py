"""Which frames are one unit: from border to border, bounded, without effect on the output (RECOMP-19)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kit.archives import write
from kit.recomputed import files_of, in_cbor, registry, verifier, write_frames
from pithbundle.archive.borders import MAX_BYTES, ends_frame
from pithbundle.archive.lines import Line
from pithbundle.archive.reader import Damage, Frame
from pithbundle.archive.writer import PackWriter
from pithbundle.archive.zstd import compress
from pithbundle.encoding.parsed import Encoding
from pithbundle.errors import ArchiveError
from pithbundle.recompute import frame_runs as module
from pithbundle.recompute.frame_runs import claims_border, frame_runs
from pithbundle.recompute.run import recompute

ENDS = b'{"pith_number":"pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNAA"}\n'
GOES_ON = b'{"pith_number":"pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH"}\n'


def frame(raw: bytes, offset: int = 0) -> Frame:
    return Frame("pack", "json", offset, 1, raw)


def divided(*found: Frame | Damage) -> list[list[bytes] | Damage]:
    return [run if isinstance(run, Damage) else [each.raw for each in run] for run in frame_runs(found)]


@pytest.mark.parametrize("encoding", ["json", "cbor"])
def test_the_border_is_that_of_the_last_number(encoding: Encoding) -> None:
    lines = registry(60) if encoding == "json" else in_cbor(registry(60))
    found = [
        claims_border(encoding, b"".join(line.raw for line in lines[:end])) for end in range(1, len(lines))
    ]
    assert found == [ends_frame(line.suffix) for line in lines[:-1]] and len({*found}) == 2


def test_lines_without_a_number_are_a_unit() -> None:
    for raw in (b"", b"{}\n", b"\n" * 1000, GOES_ON.replace(b'"pith_number"', b'"number"')):
        assert claims_border("json", raw) and claims_border("cbor", raw)
    assert not claims_border("json", GOES_ON) and claims_border("json", GOES_ON + ENDS)
    # One that is cut, or of other characters, is none of a border.
    assert not claims_border("json", ENDS[:30]) and not claims_border("json", ENDS[:40] + b"\xff" * 20)


def test_units_go_from_border_to_border() -> None:
    given = [frame(GOES_ON), frame(GOES_ON), frame(ENDS), frame(ENDS), frame(b"{}\n"), frame(GOES_ON)]
    assert divided(*given) == [[GOES_ON, GOES_ON, ENDS], [ENDS], [b"{}\n"], [GOES_ON]]
    assert divided() == []


def test_units_are_bounded() -> None:
    """Four frames have 1,024 bundles or 4 MiB at most; a line that is larger than a frame is alone."""
    given = [frame(GOES_ON)] * 9
    assert [len(run) for run in divided(*given) if isinstance(run, list)] == [4, 4, 1]
    large = b"x" * (MAX_BYTES + 1)
    assert divided(frame(GOES_ON), frame(large), frame(GOES_ON)) == [[GOES_ON], [large], [GOES_ON]]
    whole = b"x" * (MAX_BYTES - len(GOES_ON)) + GOES_ON
    assert divided(frame(whole), frame(whole)) == [[whole, whole]]


def test_what_is_damaged_ends_a_unit() -> None:
    damage = Damage("pack", 1, 2, ArchiveError("archive", "damaged"))
    given: list[Frame | Damage] = [frame(GOES_ON), damage, frame(GOES_ON), frame(GOES_ON), damage, damage]
    assert divided(*given) == [[GOES_ON], damage, [GOES_ON, GOES_ON], damage, damage]


def output(tmp_path: Path, name: str, **options: Any) -> dict[str, bytes]:
    archives = [str(each) for each in sorted(tmp_path.glob("in-*"))]
    recompute(archives, str(tmp_path / name), verifier(), **options)
    return files_of(tmp_path / name)


def damaged(path: Path, lines: tuple[Line, ...]) -> None:
    """An archive with lines that are no bundles, lines twice, other records between, and a damaged frame."""
    write_frames(path, lines, 3)
    (pack,) = path.glob("*.zst")
    frames = [pack.read_bytes(), compress(b"x\n" + lines[4].raw + b"y\n"), compress(lines[5].raw + b"{}\n")]
    frames += [compress(line.raw) for line in lines[:6]]
    pack.write_bytes(b"".join([*frames, b"junk", compress(lines[7].raw), compress(lines[8].raw + b"x\n")]))


@pytest.mark.parametrize("most", [1, 2, 3])
def test_nothing_that_is_written_depends_on_the_division(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Of archives that share records, with damage, by one process or by two that read by offset."""
    lines = registry(12)
    damaged(tmp_path / "in-0", lines)
    write_frames(tmp_path / "in-1", lines[::2], 2)
    write(tmp_path / "in-2", in_cbor(lines[:9]))
    before = output(tmp_path, "four")
    assert before["rejected.jsonl"].count(b"frame at byte") >= 4
    if most == 3:
        assert output(tmp_path, "processes", jobs=2) == before
    monkeypatch.setattr(module, "MOST_FRAMES", most)
    assert output(tmp_path, "other") == before


def test_frames_of_the_output_are_copied_where_a_limit_cut_those_of_the_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a frame as a unit most of them are compressed anew."""
    monkeypatch.setattr("pithbundle.archive.borders.MAX_LINES", 5)
    monkeypatch.setattr("pithbundle.archive.borders._FRAME_DIVISOR", 8)
    write(tmp_path / "in-0", registry(40))
    calls: Counter[str] = Counter()
    for name in ("copy", "write"):
        real = getattr(PackWriter, name)
        monkeypatch.setattr(
            PackWriter, name, lambda *given, real=real, name=name: (calls.update([name]), real(*given))
        )
    found = []
    for most in (64, 1):
        monkeypatch.setattr(module, "MOST_FRAMES", most)
        calls.clear()
        output(tmp_path, f"{most}")
        found.append((calls["write"], calls["copy"]))
    # The frames after the last border are written anew: two of the states, two of the reports.
    (few, many), (more, fewer) = found
    assert few <= 4 < more and many > fewer
