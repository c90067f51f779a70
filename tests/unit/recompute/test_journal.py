"""The journal: what is noted is found again, and damage costs what it hits (RECOMP-9)."""

from __future__ import annotations

import os
import random
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from kit.crash import Recorder
from pithbundle.durable import Folder
from pithbundle.recompute import journal as module
from pithbundle.recompute.journal import JOURNAL, Extent, Journal, count_noted, has_noted, noted

EXTENTS = {
    f"{number:02x}" * 32: Extent(number * 1_000, number + 1, bytes([number]) * 32) for number in range(40)
}
#: The bytes of the file of these results.
SIZE = max(extent.end for extent in EXTENTS.values())
LINE = 64 + 1 + 18 + 1 + 18 + 1 + 64 + 1 + 16 + 1


def written(tmp_path: Path) -> Path:
    with Folder.open(str(tmp_path)) as folder:
        journal = Journal(folder, 0)
        for key, extent in EXTENTS.items():
            journal.note(key, extent)
        journal.flush()
        journal.close()
    return tmp_path / JOURNAL


def read(tmp_path: Path) -> dict[str, Extent]:
    with Folder.open(str(tmp_path)) as folder:
        return dict(noted(folder))


def test_a_unit_that_is_noted_twice_is_counted_once(tmp_path: Path) -> None:
    """Processes compute the equal frames of two archives at the same time."""
    with Folder.open(str(tmp_path)) as folder:
        assert count_noted(folder) == 0 and not has_noted(folder)
        with closing(Journal(folder, 0)) as journal:
            for extent in EXTENTS.values():
                journal.note("a" * 64, extent)
            journal.note("b" * 64, extent)
            journal.flush()
        assert len([*noted(folder)]) == len(EXTENTS) + 1
        assert count_noted(folder) == 2 and has_noted(folder)


def test_what_was_flushed_is_read(tmp_path: Path) -> None:
    assert read(tmp_path) == {}
    path = written(tmp_path)
    assert read(tmp_path) == EXTENTS and path.stat().st_size == len(EXTENTS) * LINE
    with Folder.open(str(tmp_path)) as folder:
        journal = Journal(folder, SIZE)
        journal.note("f" * 64, Extent(1, 2, bytes(32)))
        assert journal.find("f" * 64) == Extent(1, 2, bytes(32)) and len(journal) == 41
        assert len(read(tmp_path)) == 40
        journal.flush()
        journal.flush()
        assert len(read(tmp_path)) == 41
        journal.forget("f" * 64)
        assert journal.find("f" * 64) is None
        journal.close()


def test_the_journal_of_a_resumed_run_is_on_the_disk_before_anything_is_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a crash would lose each note of the run, however often it was synced: its name was not."""
    written(tmp_path)
    with Folder.open(str(tmp_path)) as folder:
        recorder = Recorder(monkeypatch)
        Journal(folder, SIZE).close()
    names = [operation.name for operation in recorder.operations]
    assert names[names.index("sync") :] == ["sync", "rename", "sync_folder", "truncate"]


def test_a_journal_is_read_and_written_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path)
    for chunk in (1, 7, LINE - 1, LINE, LINE + 1, 3 * LINE):
        monkeypatch.setattr(module, "_CHUNK", chunk)
        monkeypatch.setattr(module, "_LINES", chunk)
        assert read(tmp_path) == EXTENTS
        with Folder.open(str(tmp_path)) as folder:
            journal = Journal(folder, SIZE)
            assert (len(journal), journal.end) == (len(EXTENTS), SIZE)
            journal.close()


def test_what_is_noted_beyond_the_end_of_the_results_is_dropped(tmp_path: Path) -> None:
    written(tmp_path)
    with Folder.open(str(tmp_path)) as folder:
        journal = Journal(folder, SIZE - 1)
        assert len(journal) == len(EXTENTS) - 1 and journal.end < SIZE
        assert journal.find(max(EXTENTS)) is None
        journal.close()
    assert read(tmp_path) == {key: extent for key, extent in EXTENTS.items() if key != max(EXTENTS)}


def test_a_result_that_is_noted_has_few_bytes_in_memory(tmp_path: Path) -> None:
    """An archive may have a million frames without a bundle: each took 150 bytes, 500 in a resumed run."""
    count = 20_000
    with Folder.open(str(tmp_path)) as folder:
        journal = Journal(folder, 0)
        for number in range(count):
            journal.note(sha256(b"%d" % number).hexdigest(), Extent(number, 1, bytes(32)))
        journal.flush()
        journal.close()
        tracemalloc.start()
        journal = Journal(folder, count)
        left, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        journal.close()
    # In the moment of reading a part of the file and its lines are there too.
    assert len(journal) == count and left < 40 * count and most - left < 6 << 20


def cut(data: bytes, drawn: random.Random) -> tuple[bytes, int]:
    at = drawn.randrange(len(data))
    return data[:at], -(-(len(data) - at) // LINE)


def flipped(data: bytes, drawn: random.Random) -> tuple[bytes, int]:
    at = drawn.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << drawn.randrange(8)]) + data[at + 1 :], 1


def zeroed(data: bytes, drawn: random.Random) -> tuple[bytes, int]:
    at = drawn.randrange(len(data) - 1_000)
    return data[:at] + bytes(1_000) + data[at + 1_000 :], 1_000 // LINE + 2


def inserted(data: bytes, drawn: random.Random) -> tuple[bytes, int]:
    at = drawn.randrange(len(data))
    return data[:at] + b"0" + data[at:], 1


def swapped(data: bytes, drawn: random.Random) -> tuple[bytes, int]:
    lines = data.splitlines(keepends=True)
    drawn.shuffle(lines)
    return b"".join(lines), 0


@pytest.mark.parametrize("damage", [cut, flipped, zeroed, inserted, swapped])
def test_damage_costs_what_it_hits(
    tmp_path: Path, damage: Callable[[bytes, random.Random], tuple[bytes, int]]
) -> None:
    path = written(tmp_path)
    data = path.read_bytes()
    for seed in range(100):
        damaged, most = damage(data, random.Random(seed))
        path.write_bytes(damaged)
        found = read(tmp_path)
        assert found.items() <= EXTENTS.items() and len(found) >= len(EXTENTS) - most


def test_a_torn_line_is_not_written_again(tmp_path: Path) -> None:
    path = written(tmp_path)
    os.truncate(path, path.stat().st_size - 5)
    with Folder.open(str(tmp_path)) as folder:
        Journal(folder, SIZE).close()
    assert path.stat().st_size == (len(EXTENTS) - 1) * LINE and len(read(tmp_path)) == 39


@pytest.mark.parametrize("kind", ["link", "fifo", "device"])
def test_only_a_regular_file_is_read(tmp_path: Path, kind: str) -> None:
    if kind == "fifo":
        os.mkfifo(tmp_path / JOURNAL)
    else:
        target = "/dev/zero" if kind == "device" else written(tmp_path).rename(tmp_path / "other")
        (tmp_path / JOURNAL).symlink_to(target)
    with pytest.raises(OSError):
        read(tmp_path)


def test_places_are_found_in_the_file_and_before_they_are_written(tmp_path: Path) -> None:
    """Of the results of an earlier run and of this one; a line that is damaged meanwhile is not found."""
    path = written(tmp_path)
    more = {f"{number:x}" + "a" * 63: Extent(number, 1, bytes(32)) for number in range(1, 16)}
    with Folder.open(str(tmp_path)) as folder:
        journal = Journal(folder, SIZE)
        for number, (key, extent) in enumerate(more.items()):
            journal.note(key, extent)
            if number == 7:
                journal.flush()
        assert {key: journal.find(key) for key in more} == more
        assert {key: journal.find(key) for key in EXTENTS} == EXTENTS and len(journal) == len(EXTENTS) + 15
        # Of two keys that begin alike the last one is found, and nothing of another key ever is.
        alike = "1" + "a" * 62 + "b"
        assert journal.find(alike) is None
        journal.note(alike, Extent(9, 9, bytes(32)))
        assert journal.find(alike) == Extent(9, 9, bytes(32)) and journal.find("1" + "a" * 63) is None
        with path.open("r+b") as file:
            file.seek((len(EXTENTS) - 1) * LINE + 80)
            file.write(b"9")
        assert journal.find(max(EXTENTS)) is None and journal.find(min(EXTENTS)) == EXTENTS[min(EXTENTS)]
        journal.close()
