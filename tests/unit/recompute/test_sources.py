"""Lines that are read again: each once, from the packs that were read (RECOMP-1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.archives import write
from kit.recomputed import in_cbor, registry, write_frames
from pithbundle.archive.lines import Line
from pithbundle.archive.reader import Frame, Reader
from pithbundle.archive.storage import LOCAL
from pithbundle.encoding.limits import DEFAULT_LIMITS
from pithbundle.errors import FileError
from pithbundle.recompute.result import RecordResult, Row
from pithbundle.recompute.sources import PackFile, Source, Sources, lines_at, names_of
from pithbundle.recompute.work import Lines, LinesAt

LINES = registry(4)


def read(path: Path, is_shared: bool = False) -> list[tuple[Source, Frame]]:
    """The frames of an archive."""
    reader = Reader(path)
    found: list[tuple[Source, Frame]] = []
    for info in reader.packs:
        with reader.open(info) as pack:
            file = PackFile(pack.path, pack.encoding, pack.identity, pack.storage, pack.path * is_shared)
            frames = [frame for frame in pack.frames() if isinstance(frame, Frame)]
            found += [(Source(file, frame.offset, (frame.length,), 0), frame) for frame in frames]
    return found


def rows(found: list[tuple[Source, Frame]]) -> list[RecordResult]:
    """A row for each frame, with all of its lines."""
    made = []
    for number, (_, frame) in enumerate(found):
        data = [part for _, part in frame.parts()]
        names = tuple(line.digest.hex() for line in [*LINES, *in_cbor(LINES)] if line.data in data)
        made.append(RecordResult(Row("A" * 26, names, (), source=number), b"", b"", b""))
    return made


def sources_of(found: list[tuple[Source, Frame]]) -> Sources:
    made = Sources()
    for source, _ in found:
        made.add(source)
    return made


@pytest.mark.parametrize("is_shared", [False, True])
def test_each_line_is_read_once(tmp_path: Path, is_shared: bool) -> None:
    write_frames(tmp_path / "a", LINES, 2)
    write(tmp_path / "b", [*LINES[:3], *in_cbor(LINES[:3])])
    found = read(tmp_path / "a", is_shared) + read(tmp_path / "b", is_shared)
    given = rows(found)
    work = lines_at(sources_of(found), given, DEFAULT_LIMITS)
    # What processes cannot read is read here, and they are given the bytes (RECOMP-18).
    assert isinstance(work, LinesAt if is_shared else Lines)
    lines = [*(work.parts(DEFAULT_LIMITS) if isinstance(work, LinesAt) else work)]
    expected: list[Line] = [*LINES, *in_cbor(LINES[:3])]
    assert sorted(lines) == sorted((line.encoding, line.raw) for line in expected)
    assert names_of(sources_of(found), given) == {line.digest.hex(): line.encoding for line in expected}


def test_units_are_kept_by_number() -> None:
    """Whatever they are of: packs in turns, the largest numbers, a frame of one large line."""
    one, other = (PackFile(path, "json", (1, 2, 3, 4), LOCAL) for path in ("a", "b"))
    given = [
        Source(one, 0, (30, 2), 1), Source(one, 2**63, (2**62,), 2**40, True), Source(other, 7, (), 2**41),
        Source(one, 8, (1, 2, 3, 4), 2**42),
    ]  # fmt: skip
    made = Sources()
    assert [made.add(each) for each in given] == [0, 1, 2, 3] and len(made) == 4
    assert [made[number] for number in range(4)] == given
    with pytest.raises(IndexError):
        made[4]
    assert [given[3].offset_of(number) for number in range(4)] == [8, 9, 11, 14]


def test_a_pack_with_other_lines_by_now(tmp_path: Path) -> None:
    write_frames(tmp_path / "a", LINES, 2)
    found = read(tmp_path / "a")
    (pack,) = (tmp_path / "a").glob("*.zst")
    write_frames(tmp_path / "b", LINES[::-1][2:], 2)
    (other,) = (tmp_path / "b").glob("*.zst")
    other.rename(pack)
    work = lines_at(sources_of(found), rows(found), DEFAULT_LIMITS)
    assert isinstance(work, Lines)
    with pytest.raises(FileError, match="changed while it was read"):
        assert [*work]
