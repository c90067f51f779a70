"""Frames as units: found by scans of workers, or read here; both give the same output (RECOMP-18)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from struct import Struct
from typing import Any

import pytest

from kit.archives import write
from kit.recomputed import Reading, files_of, in_cbor, read_output, registry, units_of, verifier, write_frames
from pithbundle import FileError
from pithbundle.archive.lines import Line
from pithbundle.archive.reader import Reader
from pithbundle.archive.storage import LocalFile
from pithbundle.archive.zstd import compress
from pithbundle.recompute import frame_units as module
from pithbundle.recompute.frame_units import FrameUnits, PackScan
from pithbundle.recompute.notes import Notes
from pithbundle.recompute.plan import Keys
from pithbundle.recompute.run import recompute
from pithbundle.recompute.work import Outcome, Work, performed

LINES = registry(12)


def archives(tmp_path: Path, *parts: Iterable[Line], size: int = 4) -> list[str]:
    for number, lines in enumerate(parts):
        write_frames(tmp_path / f"in-{number}", lines, size)
    return [str(tmp_path / f"in-{number}") for number in range(len(parts))]


def both(tmp_path: Path, given: list[str], **options: Any) -> dict[str, bytes]:
    """The output of packs that are read here, and that of workers, which is the same."""
    for name, pool in (("here", None), ("there", Reading())):
        shutil.rmtree(tmp_path / name, ignore_errors=True)
        recompute(given, str(tmp_path / name), verifier(), pool=pool, **options)
    found = files_of(tmp_path / "here")
    assert files_of(tmp_path / "there") == found
    return found


def pack_of(path: str) -> Path:
    (pack,) = Path(path).glob("*.jsonl.zst")
    return pack


def test_workers_read_what_this_process_does(tmp_path: Path) -> None:
    # Records in several frames and archives, in two encodings, and an archive that is empty.
    given = archives(tmp_path, LINES[0::3], LINES[1::3], LINES[4:9], LINES)
    both(tmp_path, given[3:])
    write(tmp_path / "both", [*LINES[2::3], *in_cbor(LINES[5:20])])
    write(tmp_path / "none", ())
    both(tmp_path, [*given, str(tmp_path / "both"), str(tmp_path / "none"), given[0]])


def test_this_process_reads_no_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither to verify it, nor to merge shared records, nor to check the content of the pack."""
    given = archives(tmp_path, LINES[0::2], LINES[1::2])
    inside = 0

    class Counted(Reading):
        def results(self, units: Iterable[tuple[Any, Work] | None]) -> Iterator[tuple[Any, Outcome | None]]:
            nonlocal inside
            for unit in units:
                assert unit is not None and not isinstance(unit[1], list)
                inside += 1
                found = performed(verifier(), unit[1])
                inside -= 1
                yield unit[0], found

    real = LocalFile.read_at

    def read_at(self: LocalFile, offset: int, size: int) -> bytes:
        assert inside == 1, "read by the parent"
        return real(self, offset, size)

    with monkeypatch.context() as patch:
        patch.setattr(LocalFile, "read_at", read_at)
        recompute(given, str(tmp_path / "out"), verifier(), pool=Counted())
    assert read_output(tmp_path / "out").summary["records"] == 12


def test_relative_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archives(tmp_path, LINES[:6])
    wanted = both(tmp_path, [str(tmp_path / "in-0")])
    monkeypatch.chdir(tmp_path)
    assert both(tmp_path, ["in-0"]) == wanted
    pack_of("in-0").write_bytes(b"junk")
    both(tmp_path, ["in-0"])
    (entry,) = read_output(tmp_path / "there").rejected
    assert entry["file"] == str(pack_of("in-0"))


def scattered(count: int) -> bytes:
    """Frames with something between them; each has a line that is no bundle and one that is one."""
    frames = [compress(b"{%d}\n" % at + LINES[at % len(LINES)].raw) for at in range(count)]
    return b"".join(b"junk" + frame for frame in frames) + b"at the end"


@pytest.mark.parametrize("first", [1, 3, 1_000])
@pytest.mark.parametrize("count", [2, 5, 130])
def test_what_is_rejected_has_the_same_order_and_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: int, count: int
) -> None:
    """Also where the first frames are found by a scan of their own."""
    monkeypatch.setattr(module, "WINDOW", first)
    given = archives(tmp_path, LINES[:9], LINES[3:])
    for path in given:
        pack_of(path).write_bytes(scattered(count))
    both(tmp_path, given)
    assert len(read_output(tmp_path / "there").rejected) >= 2 * min(count, 100)


@pytest.mark.parametrize("count", [3, 130])
def test_of_a_pack_with_more_units_than_a_scan_returns_the_others_are_read_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """Else a million frames of 15 bytes would be 73 bytes each in the parent, three times."""
    given = archives(tmp_path, LINES[:9], LINES[3:])
    pack_of(given[0]).write_bytes(scattered(count))
    pack_of(given[1]).write_bytes(b"".join(compress(line.raw) for line in LINES[3:]))
    monkeypatch.setattr("pithbundle.recompute.frame_runs.MOST_FRAMES", 1)
    monkeypatch.setattr("pithbundle.recompute.scan.MOST_FRAMES", 1)
    monkeypatch.setattr("pithbundle.recompute.scan._UNIT", Struct(">QQ?32s"))
    for most in (1, 2, count, count + 1):
        monkeypatch.setattr(module, "_MOST_SCANNED", most)
        both(tmp_path, given)
    found = read_output(tmp_path / "there")
    # All that is damaged is named; the content of the second pack, which is whole, is that of its manifest.
    assert len(found.rejected) >= 2 * min(count, 100)
    assert not [each for each in found.rejected if each["file"] == str(pack_of(given[1]))]
    info = Path(given[1], "pith-archive.json")
    digest = sha256(b"".join(line.raw for line in LINES[3:])).hexdigest()
    info.write_text(info.read_text().replace(digest[32:], "0" * 32))
    monkeypatch.setattr(module, "_MOST_SCANNED", 2)
    both(tmp_path, given)
    more = read_output(tmp_path / "there").rejected
    assert [each["code"] for each in more if each["file"] == str(pack_of(given[1]))] == ["archive"]


def test_a_pack_that_is_replaced_before_the_rest_of_it_is_read_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_SCANNED", 1)
    given = archives(tmp_path, LINES)
    pack, left = pack_of(given[0]), 2

    def changing(_: Work) -> bool:
        nonlocal left
        left -= 1
        if left == 0:
            shutil.copyfile(pack, tmp_path / "copy")
            os.replace(tmp_path / "copy", pack)
        return False

    with pytest.raises(FileError, match="changed while it was read; run again"):
        recompute(given, str(tmp_path / "out"), verifier(), pool=Losing(changing))


def test_packs_that_cannot_be_opened(tmp_path: Path) -> None:
    given = archives(tmp_path, LINES[:9], LINES[9:12], LINES[12:20])
    pack_of(given[1]).unlink()
    pack_of(given[2]).unlink()
    os.mkfifo(Path(given[2]) / Reader(given[2]).packs[0].file)
    both(tmp_path, [given[1], given[0], given[2]])
    codes = [entry["code"] for entry in read_output(tmp_path / "there").rejected]
    assert codes == ["io", "io"]


def test_a_pack_with_the_content_of_another(tmp_path: Path) -> None:
    given = archives(tmp_path, LINES[:9], LINES[9:])
    shutil.copyfile(pack_of(given[0]), pack_of(given[1]))
    both(tmp_path, given)
    (entry,) = read_output(tmp_path / "there").rejected
    assert "the content of the pack is not that of the manifest" in entry["reason"]


def test_a_cache_is_used_before_anything_is_read_to_be_verified(tmp_path: Path) -> None:
    given = archives(tmp_path, LINES[:20], LINES[10:])
    cache = str(tmp_path / "cache")
    recompute(given, str(tmp_path / "one"), verifier(), cache=cache)
    units = units_of(tmp_path / "one")["computed"]
    recompute(given, str(tmp_path / "two"), verifier(), cache=cache, recheck=0, pool=Reading())
    assert files_of(tmp_path / "two") == files_of(tmp_path / "one")
    assert units_of(tmp_path / "two")["cache_hits"] == units


# -- what workers lose or find changed --------------------------------------------------------


class Losing(Reading):
    """A pool whose processes end with the work that a function names."""

    def __init__(self, is_lost: Callable[[Work], bool]) -> None:
        super().__init__()
        self.is_lost = is_lost

    def results(self, units: Iterable[tuple[Any, Work] | None]) -> Iterator[tuple[Any, Outcome | None]]:
        for unit in units:
            if unit is not None:
                name, work = unit
                yield name, None if self.is_lost(work) else performed(verifier(), work)


def test_a_pack_whose_scan_ends_its_processes_is_the_only_one_lost(tmp_path: Path) -> None:
    given = archives(tmp_path, LINES[:9], LINES[9:])
    pool = Losing(lambda work: str(pack_of(given[1])) == getattr(work, "path", ""))
    recompute(given, str(tmp_path / "out"), verifier(), pool=pool)
    found = read_output(tmp_path / "out")
    assert [(each["file"], each["position"], each["code"]) for each in found.rejected] == [
        (str(pack_of(given[1])), "", "worker_lost")
    ]
    recompute(given[:1], str(tmp_path / "alone"), verifier())
    assert found.states == read_output(tmp_path / "alone").states


def test_a_scan_of_the_first_frames_that_is_lost_loses_nothing(tmp_path: Path) -> None:
    given = archives(tmp_path, LINES)
    pool = Losing(lambda work: 0 < getattr(work, "most", 0) < module._MOST_SCANNED)
    recompute(given, str(tmp_path / "out"), verifier(), pool=pool)
    recompute(given, str(tmp_path / "alone"), verifier())
    assert files_of(tmp_path / "out") == files_of(tmp_path / "alone")


def test_scans_that_differ_are_a_file_that_changed(tmp_path: Path) -> None:
    given = archives(tmp_path, LINES)
    real = pack_of(given[0]).read_bytes()

    def changing(work: Work) -> bool:
        if getattr(work, "most", None) == module._MOST_SCANNED:
            pack_of(given[0]).write_bytes(compress(LINES[0].raw) + real)
        return False

    with pytest.raises(FileError, match="changed while it was read; run again"):
        recompute(given, str(tmp_path / "out"), verifier(), pool=Losing(changing))
    assert not (tmp_path / "out").exists()


def test_a_pack_that_is_replaced_by_an_equal_one_is_a_file_that_changed(tmp_path: Path) -> None:
    given = archives(tmp_path, LINES[::2], LINES[1::2])
    left = 6

    def changing(_: Work) -> bool:
        nonlocal left
        left -= 1
        if left == 0:
            pack = pack_of(given[0])
            shutil.copyfile(pack, tmp_path / "copy")
            os.replace(tmp_path / "copy", pack)
        return False

    with pytest.raises(FileError, match="changed while it was read; run again"):
        recompute(given, str(tmp_path / "out"), verifier(), pool=Losing(changing))


@pytest.mark.parametrize("how", ["removed", "another"])
def test_a_manifest_that_is_replaced(tmp_path: Path, how: str) -> None:
    given = archives(tmp_path, LINES[:9], LINES[9:])
    manifest = Path(given[0]) / "pith-archive.json"

    def changing(_: Work) -> bool:
        if how == "removed":
            manifest.unlink(missing_ok=True)
        else:
            shutil.copyfile(Path(given[1]) / manifest.name, manifest)
        return False

    with pytest.raises(FileError, match="no such file" if how == "removed" else "was replaced"):
        recompute(given, str(tmp_path / "out"), verifier(), pool=Losing(changing))


# -- order and bounds ------------------------------------------------------------------------


def test_few_packs_are_scanned_before_their_turn(tmp_path: Path) -> None:
    given = archives(tmp_path, *(LINES[at::9] for at in range(9)))
    frames = FrameUnits([Reader(path) for path in given], Keys.of(verifier()), Notes())
    asked: list[PackScan] = []
    done = 0
    units = frames.units(Reading())
    for unit in units:
        if isinstance(unit, PackScan):
            asked.append(unit)
        elif unit is None:
            work = asked[done].work
            asked[done].take(performed(verifier(), work))
            done += 1
        assert len(asked) - done <= 3
    assert done == len(asked) == 10 and len(frames.sources) == 9


def test_no_worker_for_a_moment(tmp_path: Path) -> None:
    """A cluster may have none; the archives are read all the same."""
    given = archives(tmp_path, LINES)

    class Empty(Reading):
        @property
        def jobs(self) -> int:
            return 0

        @jobs.setter
        def jobs(self, value: int) -> None:
            pass

        def results(self, units: Iterable[tuple[Any, Work] | None]) -> Iterator[tuple[Any, Outcome | None]]:
            for unit in units:
                assert unit is not None
                yield unit[0], performed(verifier(), unit[1])

    recompute(given, str(tmp_path / "out"), verifier(), pool=Empty())
    assert read_output(tmp_path / "out").summary["records"] == 12
