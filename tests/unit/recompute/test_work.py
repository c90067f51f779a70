"""What a worker reads by offset: the frame or the lines that were found, or an error (RECOMP-18)."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kit.recomputed import in_cbor, registry, verifier, write_frames
from pithbundle import FileError, Limits
from pithbundle.archive.lines import Line
from pithbundle.archive.storage import LOCAL
from pithbundle.archive.zstd import compress
from pithbundle.encoding.limits import DEFAULT_LIMITS
from pithbundle.encoding.parsed import Encoding
from pithbundle.recompute import work as module
from pithbundle.recompute.plan import Keys
from pithbundle.recompute.scan import Scan, Scanned
from pithbundle.recompute.unit import compute
from pithbundle.recompute.work import FramesAt, FramesSpan, LinesAt, Work, performed

KEYS = Keys.of(verifier())
LINES = registry(4)


def frame(path: Path, lines: tuple[Line, ...], before: bytes = b"") -> FramesSpan:
    """A file with one frame of lines after other bytes."""
    data = compress(b"".join(line.raw for line in lines))
    path.write_bytes(before + data + b"more")
    return FramesSpan(str(path), lines[0].encoding, LOCAL, len(before), (len(data),))


def unit(span: FramesSpan, lines: tuple[Line, ...]) -> FramesAt:
    raw = b"".join(line.raw for line in lines)
    return FramesAt(span, KEYS.of_frames(span.encoding, [raw]), KEYS.under)


@pytest.mark.parametrize("encoding", ["json", "cbor"])
def test_a_frame_is_read_where_it_is(tmp_path: Path, encoding: Encoding) -> None:
    lines = LINES[:3] if encoding == "json" else in_cbor(LINES[:3])
    work = unit(frame(tmp_path / "pack", lines, b"other frames"), lines)
    parts = [(encoding, b"".join(line.raw for line in lines))]
    assert work.parts(DEFAULT_LIMITS) == parts
    # As a process gets it.
    assert performed(verifier(), pickle.loads(pickle.dumps(work))) == compute(verifier(), parts)
    assert performed(verifier(), parts) == compute(verifier(), parts)


def test_a_frame_over_the_size_of_an_input_is_none(tmp_path: Path) -> None:
    work = unit(frame(tmp_path / "pack", LINES), LINES)
    assert work.parts(Limits(size=1)) == work.parts(DEFAULT_LIMITS)
    large = replace(work.span, lengths=(work.span.lengths[0] - 1,))
    with pytest.raises(FileError, match="changed while it was read; run again"):
        [*large.read(DEFAULT_LIMITS)]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:60])


def removed(path: Path) -> None:
    path.unlink()


def other(path: Path) -> None:
    """Sound lines of other bundles, in a frame that begins there."""
    frame(path, registry(6)[-6:])


def shorter(path: Path) -> None:
    """Another frame that ends before the one that was found."""
    frame(path, LINES[:1])


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[50] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("change", [cut, removed, other, shorter, flipped], ids=lambda each: each.__name__)
def test_what_changed_is_no_unit(tmp_path: Path, change: Callable[[Path], None]) -> None:
    """F7: nothing of another file is verified in the place of what was found."""
    span = frame(tmp_path / "pack", LINES)
    works: list[Work] = [unit(span, LINES), LinesAt((span,), ((0, LINES[0].digest.hex()),))]
    change(tmp_path / "pack")
    for work in works:
        with pytest.raises(
            FileError, match=r"pack: (changed while it was read; run again|no such file)"
        ) as found:
            performed(verifier(), work)
        assert found.value.code == "io"


def test_a_frame_of_the_same_length_with_other_lines_is_no_unit(tmp_path: Path) -> None:
    """The bytes that are verified have the key, whatever the file system states of the file."""
    span = frame(tmp_path / "pack", LINES)
    work = replace(unit(span, LINES), key=unit(span, LINES[:2]).key)
    with pytest.raises(FileError, match="changed while it was read"):
        work.parts(DEFAULT_LIMITS)


def test_lines_are_read_in_their_order(tmp_path: Path) -> None:
    spans = (frame(tmp_path / "a", LINES[:4]), frame(tmp_path / "b", in_cbor(LINES[4:8])))
    items = in_cbor(LINES[4:8])
    wanted = [(0, LINES[2]), (1, items[3]), (0, LINES[0]), (1, items[1])]
    work = LinesAt(spans, tuple((number, line.digest.hex()) for number, line in wanted))
    parts = pickle.loads(pickle.dumps(work)).parts(DEFAULT_LIMITS)
    expected = [
        ("json", LINES[2].raw),
        ("cbor", items[3].raw),
        ("json", LINES[0].raw),
        ("cbor", items[1].raw),
    ]
    # They may be read again.
    assert [*parts] == expected == [*parts]


def test_lines_over_what_is_held_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C1: of the frames that were read last no more is in memory, whatever a record has of lines."""
    spans = frame(tmp_path / "a", LINES[:4]), frame(tmp_path / "b", LINES[4:8])
    work = LinesAt(spans, tuple((number % 2, LINES[number % 2 * 4].digest.hex()) for number in range(6)))
    read: list[str] = []
    real = FramesSpan.read

    def noted(span: FramesSpan, limits: Limits) -> Iterator[bytes]:
        read.append(Path(span.path).name)
        return real(span, limits)

    monkeypatch.setattr(FramesSpan, "read", noted)
    held = [*work.parts(DEFAULT_LIMITS)]
    assert read == ["a", "b"]
    monkeypatch.setattr(module, "HELD_BYTES", 1)
    assert [*work.parts(DEFAULT_LIMITS)] == held
    assert read == ["a", "b", *"ababab"]


def frames_of(path: Path, *groups: tuple[Line, ...]) -> FramesSpan:
    """A file with a frame of each group of lines."""
    datas = [compress(b"".join(line.raw for line in lines)) for lines in groups]
    path.write_bytes(b"before" + b"".join(datas))
    return FramesSpan(str(path), "json", LOCAL, 6, tuple(map(len, datas)))


def test_frames_that_follow_one_another_are_read_where_they_are(tmp_path: Path) -> None:
    groups = LINES[:3], LINES[3:5], LINES[5:]
    span = frames_of(tmp_path / "pack", *groups)
    raws = [b"".join(line.raw for line in lines) for lines in groups]
    work = FramesAt(span, KEYS.of_frames("json", raws), KEYS.under)
    assert work.parts(DEFAULT_LIMITS) == [("json", each) for each in raws]
    assert performed(verifier(), pickle.loads(pickle.dumps(work))) == compute(
        verifier(), [("json", b"".join(raws))]
    )
    # The same lines in other frames are another unit.
    frames_of(tmp_path / "pack", LINES[:2], LINES[2:5], LINES[5:])
    with pytest.raises(FileError, match="changed while it was read"):
        work.parts(DEFAULT_LIMITS)


def test_lines_of_several_frames_are_read(tmp_path: Path) -> None:
    span = frames_of(tmp_path / "pack", LINES[:3], LINES[3:5], LINES[5:])
    wanted = LINES[7], LINES[0], LINES[4]
    work = LinesAt((span,), tuple((0, line.digest.hex()) for line in wanted))
    assert [*work.parts(DEFAULT_LIMITS)] == [("json", line.raw) for line in wanted]
    with pytest.raises(FileError, match="changed while it was read"):
        [*replace(work, lines=((0, "0" * 64),)).parts(DEFAULT_LIMITS)]


def test_a_pack_is_scanned(tmp_path: Path) -> None:
    write_frames(tmp_path / "a", LINES, 2)
    (pack,) = (tmp_path / "a").glob("*.zst")
    found = performed(verifier(), Scan(str(pack), "json", LOCAL, KEYS.under))
    assert isinstance(found, Scanned)
    assert sum(len(each.lengths) for each in found.from_number()) == len(LINES) // 2
