"""Archives under damage and attack: what is lost, what is named, what it costs (F6, C1, C2, ARCH-8)."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from kit.archives import content, items, lines, write
from kit.command_line import ENVIRONMENTS, process_env, run
from kit.damage import MAGIC, Damaged, measured, zst_bomb
from pithbundle import cbor_bytes, parse_json
from pithbundle.archive import tar, zstd
from pithbundle.archive.check import check_archive
from pithbundle.archive.lines import line_of
from pithbundle.archive.reader import Reader
from pithbundle.archive.rejected import Rejections


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "a"
    write(path, [*lines(400), *items(40)])
    return path


def one_damage(sample: Path, folder: Path, seed: int) -> str:
    archive = Path(shutil.copytree(sample, folder / str(seed)))
    damaged = Damaged(archive, seed)
    rejected = Rejections()
    found = {entry.line for entry in Reader(archive).entries(rejected)}
    every = {*lines(400), *items(40)}
    assert found <= every, "made up"
    mine = [
        line
        for line in sorted(every)
        if line.encoding == ("json" if ".jsonl" in damaged.pack.name else "cbor")
    ]
    firsts = [entry.first_suffix for entry in damaged.index]
    missing = every - found
    for line in missing:
        assert line in mine
        assert sum(first <= line.suffix for first in firsts) - 1 in damaged.lost, "a frame that was not hit"
    assert bool(missing) <= bool(rejected), "lost without a word"
    # check names the file whatever was hit, unless the bytes are what they were.
    unchanged = all((archive / path.name).read_bytes() == path.read_bytes() for path in sample.iterdir())
    *_, checked = check_archive(Reader(archive))
    assert bool(len(checked.problems)) != unchanged, damaged.kind
    if damaged.kind not in ("index", "swap") and not unchanged:
        assert {one.path for one in checked.problems} == {str(damaged.pack)}
    # What is not lost is found by its suffix too.
    for line in damaged.drawn.sample(sorted(found), 2):
        assert line in [entry.line for entry in Reader(archive).get(line.suffix).entries]
    shutil.rmtree(archive)
    return damaged.kind


@pytest.mark.parametrize("first", [0, 20])
def test_damage_loses_at_most_the_frames_that_it_hits_and_is_named(
    sample: Path, tmp_path: Path, first: int
) -> None:
    for seed in range(first, first + 8):
        one_damage(sample, tmp_path, seed)


@pytest.mark.parametrize(
    "count", [pytest.param(100, marks=pytest.mark.slow), pytest.param(500, marks=pytest.mark.long)]
)
def test_many_damages(tmp_path: Path, count: int) -> None:
    write(tmp_path / "sample", [*lines(120), *items(40)])
    every = {*lines(120), *items(40)}
    kinds = {one_small_damage(tmp_path / "sample", tmp_path, seed, every) for seed in range(count)}
    assert len(kinds) == 7


def one_small_damage(sample: Path, folder: Path, seed: int, every: set[Any]) -> str:
    """As :func:`one_damage`, with fewer bundles and without the search by suffix."""
    archive = Path(shutil.copytree(sample, folder / str(seed)))
    damaged = Damaged(archive, seed)
    *_, checked = check_archive(Reader(archive))
    unchanged = all((archive / path.name).read_bytes() == path.read_bytes() for path in sample.iterdir())
    assert bool(len(checked.problems)) != unchanged, damaged.kind
    rejected = Rejections()
    found = {entry.line for entry in Reader(archive).entries(rejected)}
    firsts = [entry.first_suffix for entry in damaged.index]
    for line in every - found:
        assert (line.encoding == "json") == (".jsonl" in damaged.pack.name)
        assert sum(first <= line.suffix for first in firsts) - 1 in damaged.lost
    assert found <= every and bool(every - found) <= bool(rejected)
    shutil.rmtree(archive)
    return damaged.kind


# -- bundles that look like frames -------------------------------------------------------------


def test_a_bundle_that_contains_the_magic_of_a_frame(tmp_path: Path) -> None:
    """In JSON the four bytes are no UTF-8; as characters they are other bytes. In CBOR a number has them."""
    value = json.loads(lines(1)[0].data)
    text = line_of(json.dumps({**value, "note": "(\u00b5/\u00fd" * 50}, ensure_ascii=False).encode())
    number = line_of(cbor_bytes({**parse_json(lines(2)[1].data), "note": [0x28B52FFD] * 50}))  # type: ignore[dict-item]
    assert MAGIC in number.data
    write(tmp_path / "a", [text, number])
    rejected = Rejections()
    assert [entry.line for entry in Reader(tmp_path / "a").entries(rejected)] == [text, number]
    assert not rejected
    # Stored, so that the magic is in the pack, and with its frame damaged: nothing is made up.
    frame = MAGIC + b"\xa4" + len(number.data).to_bytes(4, "little")
    frame += (len(number.data) << 3 | 1).to_bytes(3, "little") + number.data + b"\0\0\0\0"
    good = zstd.compress(number.data)
    pack = next((tmp_path / "a").glob("*.cborseq.zst"))
    pack.write_bytes(frame + good)
    found = [entry.line for entry in Reader(tmp_path / "a").entries(rejected)]
    assert found == [text, number] and len(rejected) == 1


# -- cost ----------------------------------------------------------------------------------------


BOMBS: Final[dict[str, Callable[[], bytes]]] = {
    "x.json.zst": lambda: zst_bomb(2 << 30),
    "x.jsonl.zst": lambda: zst_bomb(2 << 30),
    "x.cborseq.zst": lambda: zst_bomb(2 << 30),
    "x.tar.zst": lambda: zst_bomb(2 << 30),
    "y.jsonl.zst": lambda: zstd.compress(zst_bomb(1 << 28)),
    "x.jsonl.gz": lambda: gzip.compress(bytes(100 << 20), 9),
    "z.tar.zst": lambda: zstd.compress(
        tar.member("a.json", b"")[:512].replace(b"00000000000\0", b"77777777777\0", 1)
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_cost_no_more_than_a_bundle_may_have(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = BOMBS[name]()
    assert len(data) < 200_000
    Path(name).write_bytes(data)
    status, seconds, peak = measured("archive", "pack", name, "-o", "out")
    assert status == 1
    assert peak < 256 << 20
    assert seconds < 5


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("window.jsonl.zst", MAGIC + b"\x04" + bytes([20 << 3]) + bytes(100)),
        ("size.jsonl.zst", MAGIC + b"\xe4" + (1 << 62).to_bytes(8, "little") + b"\x09\0\0a" + bytes(4)),
        ("nested.tar", tar.member("inner.json", tar.member("a.json", b"{}") + tar.END) + tar.END),
    ],
)
def test_other_hostile_inputs_are_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(data)
    done = run("archive", "pack", name, "-o", "out", "--json")
    assert done.status == 1 and json.loads(done.stdout)["rejected_count"] == 1


@pytest.mark.parametrize(
    "piece",
    [zstd.compress(b""), bytes.fromhex("502a4d1800000000"), MAGIC],
    ids=["empty", "skippable", "magic"],
)
def test_a_pack_of_nothing_but_pieces_is_read_in_linear_time(tmp_path: Path, piece: bytes) -> None:
    """Of 8 million bytes the list has at most a hundred entries, and the time grows with the size."""

    def seconds(size: int) -> float:
        path = tmp_path / str(size)
        write(path, lines(1), force=True)
        pack = next(path.glob("*.zst"))
        pack.write_bytes(piece * (size // len(piece)))
        began = time.process_time()
        rejected = Rejections()
        assert [*Reader(path).entries(rejected)] == []
        assert 1 <= len([*rejected]) <= 101
        return time.process_time() - began

    small = max(min(seconds(1 << 18) for _ in range(2)), 0.02)
    assert seconds(1 << 21) < 16 * small


def stating(size: int) -> bytes:
    """The head of a frame that states its size and has a checksum."""
    return MAGIC + b"\xa4" + size.to_bytes(4, "little")


def of_empty_blocks(heads: int, size: int, good: bytes) -> bytes:
    """Heads of frames, each with a block up to blocks without content, of which so many bytes follow."""
    one = stating(1 << 22)
    step = len(one) + 3 + len(good)
    blocks = [(step * (heads - at) - step + len(good) << 3).to_bytes(3, "little") for at in range(heads)]
    return b"".join([one + block + good for block in blocks]) + bytes(size)


def of_wrong_checksums(count: int, good: bytes) -> bytes:
    """Frames that expand to 4 MiB each from 130 bytes, and have another checksum."""
    block = (1 << 17 << 3 | 2).to_bytes(3, "little") + b" "
    last = (1 << 17 << 3 | 3).to_bytes(3, "little") + b" "
    return (stating(1 << 22) + block * 31 + last + b"none" + good) * count


@pytest.mark.parametrize("good", [b"", zstd.compress(b"\n")], ids=["alone", "between frames"])
@pytest.mark.parametrize("kind", ["empty blocks", "wrong checksums"])
def test_frames_that_cost_much_and_cannot_be_read(tmp_path: Path, kind: str, good: bytes) -> None:
    """Each was walked or decompressed anew for each head: 160 s for a pack of 900 KB."""
    write(tmp_path / "a", lines(1))
    pack = next((tmp_path / "a").glob("*.zst"))
    if kind == "empty blocks":
        pack.write_bytes(of_empty_blocks(400, 600_000, good))
    else:
        pack.write_bytes(of_wrong_checksums(12_000, good))
    status, seconds, peak = measured("archive", "check", str(tmp_path / "a"))
    assert (status, seconds < 3, peak < 128 << 20) == (1, True, True), (seconds, peak >> 20)


def of_two_bytes(count: int) -> bytes:
    """A frame of so many blocks of two bytes."""
    return MAGIC + b"\x00\x38" + ((2 << 3).to_bytes(3, "little") + b"aa") * count + b"\x01\0\0"


@pytest.mark.parametrize("name", ["x.json.zst", pytest.param("x.jsonl.zst", marks=pytest.mark.slow)])
def test_a_frame_of_small_blocks_takes_no_more_memory_than_its_bytes(tmp_path: Path, name: str) -> None:
    """A list of the parts took 70 times as much."""
    (tmp_path / name).write_bytes(of_two_bytes(800_000))
    status, _, peak = measured("archive", "pack", str(tmp_path / name), "-o", str(tmp_path / "out"))
    assert (status, peak < 96 << 20) == (1, True), peak >> 20


@pytest.mark.parametrize("what", ["pack", "manifest", "index"])
def test_files_of_a_hostile_archive_take_no_more_memory_than_a_few_of_them(tmp_path: Path, what: str) -> None:
    """Blocks without content, values without meaning, frames of a byte: each took 300 MiB and more."""
    archive = tmp_path / "a"
    write(archive, lines(1))
    if what == "pack":
        frame = stating(4 << 20) + bytes(3 * 2_790_000) + b"\x01\0\0none"
        next(archive.glob("*.zst")).write_bytes(frame)
    elif what == "manifest":
        (archive / "pith-archive.json").write_text(f'{{"packs":[{",".join(["{}"] * 6_000_000)}]}}')
    else:
        entries = (f"{lines(1)[0].suffix} {at} 1 1\n" for at in range(1_500_000))
        next(archive.glob("*.idx")).write_text("".join(entries))
    status, _, peak = measured("archive", "check", str(archive))
    assert (status, peak < 200 << 20) == (1, True), peak >> 20


def test_an_index_or_a_manifest_of_a_hostile_mirror(tmp_path: Path) -> None:
    """Names lead nowhere else, and numbers allocate nothing."""
    write(tmp_path / "a", lines(20))
    manifest = tmp_path / "a" / "pith-archive.json"
    good = manifest.read_text()
    for name in ("../../etc/passwd", "/etc/passwd", "0" * 32 + ".jsonl.zst/../x", "pith-archive.json"):
        value = json.loads(good)
        value["packs"][0]["file"] = name
        manifest.write_text(json.dumps(value))
        assert run("archive", "list", str(tmp_path / "a")).status == 1
    manifest.write_text(good)
    index = next((tmp_path / "a").glob("*.idx"))
    index.write_text(f"{lines(20)[0].suffix} 0 {10**17} {10**17}\n")
    assert run("archive", "get", str(tmp_path / "a"), lines(20)[3].suffix).stdout == lines(20)[3].raw


# -- environments (F9) ------------------------------------------------------------------------------


def packed_in(folder: Path, source: Path, env: dict[str, str]) -> dict[str, bytes]:
    """Pack a folder of bundles in a working directory, and return the archive."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pithbundle", "archive", "pack", str(source), "-o", "packed"],
        cwd=folder, env=process_env(env), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    return content(folder / "packed")


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """A folder whose names have other orders under other locales, and the archive of it."""
    folder = tmp_path_factory.mktemp("environments")
    source = folder / "in"
    source.mkdir()
    for name, line in zip(
        ("I.json", "i.json", "\u0131.json", "Z.json", "a.json", "\u00e4.json"), lines(6), strict=True
    ):
        (source / name).write_bytes(line.data)
    (source / "x.cbor").write_bytes(items(1)[0].data)
    return source, packed_in(folder / "plain", source, {})


@pytest.mark.parametrize("env", ENVIRONMENTS, ids=lambda each: " ".join(each))
def test_no_environment_changes_a_byte(
    bundles: tuple[Path, dict[str, bytes]], tmp_path: Path, env: dict[str, str]
) -> None:
    source, wanted = bundles
    assert packed_in(tmp_path / "elsewhere", source, env) == wanted


def test_no_module_of_the_working_directory_is_loaded(
    bundles: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    source, wanted = bundles
    for name in ("json", "tarfile", "gzip", "zlib", "hashlib", "orjson", "nacl", "backports", "pithbundle"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'loaded')!r}, 'w')\nraise SystemExit\n")
    assert packed_in(tmp_path, source, {}) == wanted
    assert not (tmp_path / "loaded").exists()
