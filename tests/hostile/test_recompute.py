"""Archives under damage and attack as recompute reads them (C1, C2, C5, F6, F7, F9, RECOMP-2)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from kit.archives import write
from kit.command_line import ENVIRONMENTS, process_env
from kit.damage import MAGIC, Damaged, measured, zst_bomb
from kit.recomputed import (
    POLICY_BYTES,
    Read,
    Reading,
    expected,
    in_cbor,
    read_output,
    registry,
    verifier,
)
from kit.recomputed import (
    files_of as compared,
)
from pithbundle import FileError, cbor_bytes, durable, parse_json
from pithbundle.archive import zstd
from pithbundle.archive.borders import FrameLines
from pithbundle.archive.lines import Line, line_of
from pithbundle.archive.manifest import MANIFEST, Manifest
from pithbundle.archive.reader import Reader
from pithbundle.archive.rejected import Rejections
from pithbundle.archive.writer import PackWriter
from pithbundle.durable import Folder
from pithbundle.encoding.parsed import Encoding
from pithbundle.recompute import recompute


def archive_of_frames(path: Path, lines: Iterable[Line], size: int) -> None:
    """An archive whose frames have so many lines, whatever their borders by content would be."""
    path.mkdir()
    packs = []
    with Folder.open(str(path)) as folder:
        for encoding in ("json", "cbor"):
            chosen = [line for line in lines if line.encoding == encoding]
            writer = PackWriter(folder, encoding)
            for at in range(0, len(chosen), size):
                writer.write(FrameLines(tuple(chosen[at : at + size]), False))
            packs += writer.finish()
    (path / MANIFEST).write_bytes(Manifest(tuple(packs), zstd.VERSION).to_bytes())


def recomputed(archive: Path, output: Path) -> Read:
    recompute([str(archive)], str(output), verifier(), force=True)
    return read_output(output)


# -- damage (F6) -----------------------------------------------------------------------------------


@cache
def sample_lines() -> tuple[Line, ...]:
    """20 records in JSON, and 5 of them in CBOR too: of 3 bundles each, so that frames part records."""
    return (*registry(20), *in_cbor(registry(5)))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("damage") / "a"
    archive_of_frames(path, sample_lines(), 8)
    return path


@cache
def wanted(lines: frozenset[Line]) -> tuple[bytes, bytes]:
    return expected(lines)


def one_damage(sample: Path, folder: Path, seed: int) -> str:
    """Recompute an archive with one damage: only frames that it hits are lost, and they are named."""
    archive = Path(shutil.copytree(sample, folder / str(seed)))
    damaged = Damaged(archive, seed)
    found = recomputed(archive, folder / "out")
    # Processes that read frames by offset find the same, and reject the same.
    recompute([str(archive)], str(folder / "by offset"), verifier(), force=True, pool=Reading())
    assert compared(folder / "by offset") == compared(folder / "out"), damaged.kind
    every = {*sample_lines()}
    left = {entry.line for entry in Reader(archive).entries(Rejections())}
    assert (found.states, found.digests) == wanted(frozenset(left)), damaged.kind
    mine = [line for line in every if (line.encoding == "json") == (".jsonl" in damaged.pack.name)]
    frames = [sorted(mine)[at : at + 8] for at in range(0, len(mine), 8)]
    hit = {line for at in damaged.lost for line in frames[at]}
    assert every - left <= hit, damaged.kind
    assert bool(every - left) <= bool(found.rejected)
    assert {entry["file"] for entry in found.rejected} <= {str(damaged.pack)}
    # Where the bytes of the pack are not what they were, the pack is named, even if nothing is lost.
    content = b"".join(line.raw for line in sorted(left) if line in mine)
    changed = sha256(content).hexdigest()[:32] != damaged.pack.name[:32]
    assert bool(found.rejected) >= changed
    assert found.summary["exit_status"] == (
        1 if found.rejected else 1 if "invalid" in found.summary["outcomes"] else 3
    )
    shutil.rmtree(archive)
    return damaged.kind


def test_damage_loses_at_most_the_frames_that_it_hits_and_is_named(sample: Path, tmp_path: Path) -> None:
    for seed in range(12):
        one_damage(sample, tmp_path, seed)


@pytest.mark.parametrize(
    "count", [pytest.param(50, marks=pytest.mark.slow), pytest.param(500, marks=pytest.mark.long)]
)
def test_many_damages(sample: Path, tmp_path: Path, count: int) -> None:
    kinds = {one_damage(sample, tmp_path, seed) for seed in range(count)}
    assert len(kinds) == 7


def test_a_bundle_that_contains_the_magic_of_a_frame(tmp_path: Path) -> None:
    """Before it a frame is damaged, so that the reader looks for the next one inside it."""
    lines = in_cbor(registry(2))
    data = cbor_bytes({**parse_json(registry(1)[0].data), "note": [0x28B52FFD] * 50})  # type: ignore[dict-item]
    special = line_of(data)
    archive_of_frames(tmp_path / "a", [*lines, special], 100)
    assert MAGIC in special.data
    pack = next((tmp_path / "a").glob("*.cborseq.zst"))
    # Stored, so that the magic is in the file, and without the checksum that it needs.
    stored = MAGIC + b"\xa4" + len(data).to_bytes(4, "little")
    stored += (len(data) << 3 | 1).to_bytes(3, "little") + data + bytes(4)
    pack.write_bytes(stored + zstd.compress(b"".join(line.raw for line in sorted([*lines, special]))))
    found = recomputed(tmp_path / "a", tmp_path / "out")
    assert (found.states, found.digests) == expected([*lines, special])
    assert [entry["position"] for entry in found.rejected if "content" not in entry["reason"]] == [
        f"bytes 0 to {len(stored)}"
    ]


# -- size and cost (C1, C2, C5) --------------------------------------------------------------------


def replaced(path: Path, data: bytes, encoding: Encoding = "json") -> None:
    """Replace the content of the only pack of a new archive."""
    lines = registry(2)
    write(path, lines if encoding == "json" else in_cbor(lines))
    next(path.glob("*.zst")).write_bytes(data)


GOOD: Final = zstd.compress(b"".join(line.raw for line in registry(2)))

HOSTILE: Final[dict[str, Callable[[], bytes]]] = {
    "a frame of 2 GiB": lambda: zst_bomb(2 << 30) + GOOD,
    "a size of 4 EiB": lambda: (
        MAGIC + b"\xe4" + (1 << 62).to_bytes(8, "little") + b"\x09\0\0a" + bytes(4) + GOOD
    ),
    "a size that is too small": lambda: (
        MAGIC + b"\xa4" + (5).to_bytes(4, "little") + zst_bomb(1 << 27)[6:] + GOOD
    ),
    "a size that is too large": lambda: (
        MAGIC + b"\xa4" + (1 << 20).to_bytes(4, "little") + b"\x09\0\0a" + bytes(4) + GOOD
    ),
    "a window of 1 GiB": lambda: MAGIC + b"\x04" + bytes([20 << 3]) + bytes(100) + GOOD,
    "an archive in a frame": lambda: GOOD + zstd.compress(GOOD),
    "trailing data": lambda: GOOD + b"\n{}" * 1000,
    "a million empty frames": lambda: GOOD + zstd.compress(b"") * 1_000_000,
    "a million skippable frames": lambda: GOOD + bytes.fromhex("502a4d1800000000") * 1_000_000,
    "two million magics": lambda: GOOD + MAGIC * 2_000_000,
    "256 MiB without a frame": lambda: GOOD + bytes(1 << 28),
    "frames of zeros": lambda: GOOD + zstd.compress(bytes(1 << 20)) * 3_000,
    "frames of line feeds": lambda: GOOD + zstd.compress(b"\n" * (1 << 20)) * 3_000,
}
#: Of these nothing is read after the bound on what a file expands to.
_BOMBS: Final = ("frames of zeros", "frames of line feeds")


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_costs_no_more_than_its_bytes(tmp_path: Path, name: str) -> None:
    replaced(tmp_path / "a", HOSTILE[name]())
    (tmp_path / "policy.json").write_bytes(POLICY_BYTES)
    args = [str(tmp_path / "a"), "-o", str(tmp_path / "out"), "--policy", str(tmp_path / "policy.json")]
    status, seconds, peak = measured("recompute", *args, "--jobs", "1")
    assert status == 1
    assert peak < 256 << 20
    assert seconds < 20
    found = read_output(tmp_path / "out")
    # What is sound of the pack is recomputed all the same.
    assert (found.states, found.digests) == expected(registry(2))
    assert 1 <= len(found.rejected) <= 304
    assert (sum(entry["code"] == "size" for entry in found.rejected) > 0) >= (name in _BOMBS)


@pytest.mark.parametrize("kind", ["fifo", "device", "folder", "absent"])
def test_a_pack_that_is_no_file(tmp_path: Path, kind: str) -> None:
    replaced(tmp_path / "a", b"")
    pack = next((tmp_path / "a").glob("*.zst"))
    pack.unlink()
    if kind == "fifo":
        os.mkfifo(pack)
    elif kind == "device":
        pack.symlink_to("/dev/zero")
    elif kind == "folder":
        pack.mkdir()
    found = recomputed(tmp_path / "a", tmp_path / "out")
    assert [entry["code"] for entry in found.rejected] == ["io"] and found.summary["records"] == 0


def junk(path: Path, count: int) -> None:
    """A pack of frames of 200 lines that are no bundles, and one of bundles."""
    frames = []
    for at in range(0, count, 200):
        frames.append(zstd.compress(b"".join(b'{"a":%d}\n' % number for number in range(at, at + 200))))
    replaced(path, b"".join(frames) + GOOD)


@pytest.mark.parametrize("count", [2_000, pytest.param(1_000_000, marks=pytest.mark.long)])
def test_junk_lines_end_in_a_hundred_and_a_count(tmp_path: Path, count: int) -> None:
    junk(tmp_path / "a", count)
    found = recomputed(tmp_path / "a", tmp_path / "out")
    assert (found.states, found.digests) == expected(registry(2))
    types = [entry for entry in found.rejected if entry["code"] == "type"]
    assert len(types) == 101 and types[-1]["count"] == count - 100
    assert found.summary["rejected"]["type"] == count
    assert (tmp_path / "out" / "rejected.jsonl").stat().st_size < 100_000


# -- files that change while they are read (F7) ---------------------------------------------------


def grown(path: Path) -> None:
    with path.open("ab") as file:
        file.write(GOOD)


def shrunk(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def exchanged(path: Path) -> None:
    """By a pack with other bundles, which is sound."""
    lines = registry(9)[6:]
    path.with_name("new").write_bytes(zstd.compress(b"".join(line.raw for line in lines)))
    os.replace(path.with_name("new"), path)


def overwritten(path: Path) -> None:
    """In place and with the same size."""
    data = path.read_bytes()
    path.write_bytes(data[:-9] + bytes(9))


@pytest.mark.parametrize("by", [None, Reading], ids=["this process", "workers"])
@pytest.mark.parametrize(
    "change", [grown, shrunk, exchanged, overwritten, os.unlink], ids=lambda each: each.__name__
)
def test_a_pack_that_changes_at_any_read_is_an_error_and_nothing_is_mixed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Path], None],
    by: Callable[[], Reading] | None,
) -> None:
    # Both archives have bundles of each record, so that records are read again.
    lines = registry(6)
    outcomes = set()
    # Workers read a pack once to find its frames, each frame, and those of shared records again.
    for at in range(16 if by else 8):
        folder = tmp_path / str(at)
        folder.mkdir()
        archive_of_frames(folder / "one", lines[0::2], 3)
        archive_of_frames(folder / "two", lines[1::2], 3)
        pack = next((folder / "one").glob("*.zst"))
        left, real = at, os.pread

        def pread(descriptor: int, size: int, offset: int, pack: Path = pack, real: Any = real) -> bytes:
            nonlocal left
            left -= os.readlink(f"/proc/self/fd/{descriptor}") == str(pack)
            if left == -1:
                left -= 1
                change(pack)
            found: bytes = real(descriptor, size, offset)
            return found

        with monkeypatch.context() as patch:
            patch.setattr(os, "pread", pread)
            try:
                pool = by and by()
                archives = [str(folder / "one"), str(folder / "two")]
                recompute(archives, str(folder / "out"), verifier(), pool=pool)
            except FileError as error:
                assert error.code == "io" and not (folder / "out").exists()
                outcomes.add("io")
            else:
                assert left >= 0, "a change that nobody noticed"
                found = read_output(folder / "out")
                assert (found.states, found.digests) == expected(lines)
                outcomes.add("unchanged")
    assert outcomes == {"io", "unchanged"}


# -- environments (F9) -----------------------------------------------------------------------------


def files_of(folder: Path, archive: Path, env: dict[str, str], jobs: int) -> dict[str, bytes]:
    """Run the command in a folder; the files that it writes, but for the facts of the run."""
    folder.mkdir(exist_ok=True)
    (folder / "policy.json").write_bytes(POLICY_BYTES)
    args = ["recompute", str(archive), "-o", "out", "--policy", "policy.json", "--jobs", str(jobs)]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pithbundle", *args],
        cwd=folder, env=process_env(env), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    found = (each for each in sorted((folder / "out").rglob("*")) if each.is_file())
    return {str(each.relative_to(folder)): each.read_bytes() for each in found if each.name != "run.json"}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    folder = tmp_path_factory.mktemp("plain")
    archive_of_frames(folder / "a", [*registry(6), *in_cbor(registry(2))], 4)
    return folder / "a", files_of(folder, folder / "a", {}, 1)


@pytest.mark.parametrize("env", ENVIRONMENTS, ids=lambda each: " ".join(each))
def test_no_environment_changes_a_byte(
    plain: tuple[Path, dict[str, bytes]], tmp_path: Path, env: dict[str, str]
) -> None:
    archive, wanted = plain
    for jobs in (1, 2):
        assert files_of(tmp_path / str(jobs), archive, env, jobs) == wanted


def test_no_module_of_the_working_directory_is_loaded(
    plain: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    """Neither by the command nor by the processes that verify, which are started there."""
    archive, wanted = plain
    for name in ("multiprocessing", "pickle", "struct", "json", "orjson", "nacl", "backports", "pithbundle"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'loaded')!r}, 'w')\nraise SystemExit\n")
    assert files_of(tmp_path, archive, {}, 2) == wanted
    assert not (tmp_path / "loaded").exists()


def test_everything_is_written_through_one_module(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is replayed after a crash is all that is written: nothing else creates a file."""
    created: list[str] = []
    real_open, real_create = os.open, durable.create

    def opened(path: Any, flags: int, *args: Any, **options: Any) -> int:
        if flags & os.O_CREAT:
            created.append(str(path))
        return real_open(path, flags, *args, **options)

    def create(name: str, folder: int) -> int:
        descriptor = real_create(name, folder)
        created.remove(name)
        return descriptor

    write(tmp_path / "a", registry(2))
    monkeypatch.setattr(os, "open", opened)
    monkeypatch.setattr(durable, "create", create)
    recompute([str(tmp_path / "a")], str(tmp_path / "out"), verifier())
    assert created == []
