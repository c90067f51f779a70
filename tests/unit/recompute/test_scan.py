"""What a scan finds of a pack: frames, keys, damage and the digest of the content (RECOMP-18)."""

from __future__ import annotations

import pickle
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from kit.damage import MAGIC
from kit.recomputed import in_cbor, registry, verifier, write_frames
from pithbundle import FileError
from pithbundle.archive.lines import Line
from pithbundle.archive.reader import Damage, Frame, PackReader
from pithbundle.archive.storage import LOCAL
from pithbundle.archive.writer import Writer
from pithbundle.archive.zstd import compress
from pithbundle.encoding.limits import DEFAULT_LIMITS
from pithbundle.errors import ArchiveError
from pithbundle.recompute import scan as module
from pithbundle.recompute.frame_runs import frame_runs
from pithbundle.recompute.plan import Keys
from pithbundle.recompute.scan import Scan, Scanned, ScannedUnit, scan

KEYS = Keys.of(verifier())
LINES = registry(4)


def pack_of(path: Path, lines: tuple[Line, ...] = LINES, count: int = 1) -> Path:
    write_frames(path, lines, count)
    (pack,) = path.glob("*.zst")
    return pack


def scanned(pack: Path, most: int = 0) -> Scanned:
    return scan(Scan(str(pack), "json", LOCAL, KEYS.under, most), DEFAULT_LIMITS)


def frames_of(pack: Path) -> list[Frame | Damage]:
    with PackReader(str(pack), "json") as opened:
        return [*opened.frames()]


def test_the_units_are_those_of_a_reader(tmp_path: Path) -> None:
    pack = pack_of(tmp_path / "a")
    found = scanned(pack)
    wanted = [
        ScannedUnit(
            run[0].offset,
            tuple(each.length for each in run),
            False,
            KEYS.of_frames("json", [each.raw for each in run]),
        )
        for run in frame_runs(frames_of(pack))
        if isinstance(run, tuple)
    ]
    assert [*found.from_number()] == wanted and len(found) == len(wanted) >= 2
    assert [*found.from_number(1)] == wanted[1:] and sum(len(each.lengths) for each in wanted) == 12
    assert found.damages == () and found.content_sha256.startswith(pack.name.partition(".")[0])


def test_the_first_frames_are_those_of_the_whole(tmp_path: Path) -> None:
    pack = pack_of(tmp_path / "a")
    first, whole = scanned(pack, 2), scanned(pack)
    assert len(first) == 2 and whole.units.startswith(first.units)
    assert first.content_sha256 == "" and scanned(pack, 9) == whole


def test_a_frame_of_one_large_line_is_marked(tmp_path: Path) -> None:
    pack = tmp_path / "p.jsonl.zst"
    pack.write_bytes(compress(b"{}\n") + compress(b"x" * (1 << 20) + b"\n"))
    assert [each.is_large for each in scanned(pack).from_number()] == [False, True]


def test_items_have_keys_of_their_encoding(tmp_path: Path) -> None:
    with Writer(tmp_path / "a") as writer:
        writer.write_sorted(in_cbor(LINES))
    (pack,) = (tmp_path / "a").glob("*.zst")
    (one,) = scan(Scan(str(pack), "cbor", LOCAL, KEYS.under), DEFAULT_LIMITS).from_number()
    raw = b"".join(line.raw for line in in_cbor(LINES))
    assert one.key == KEYS.of_frames("cbor", [raw]) != KEYS.of_frames("json", [raw])


def test_damage_is_between_the_frames_where_it_is(tmp_path: Path) -> None:
    pack = pack_of(tmp_path / "a")
    data = bytearray(pack.read_bytes())
    # The second frame of the first unit, which is in two units then.
    frames = [each for each in frames_of(pack) if isinstance(each, Frame)]
    second = frames[1]
    data[second.offset + 50] ^= 1
    pack.write_bytes(data + b"junk")
    found = scanned(pack)
    end = second.offset + second.length
    assert [(at, each.path, each.position) for at, each in found.damages] == [
        (1, "", f"bytes {second.offset} to {end}"),
        (len(found), "", f"bytes {len(data)} to {len(data) + 4}"),
    ]
    assert found.content_sha256 == "" and [len(each.lengths) for each in found.from_number()][:1] == [1]


def test_of_much_damage_a_hundred_are_listed_and_the_others_are_counted(tmp_path: Path) -> None:
    pack = tmp_path / "p.jsonl.zst"
    pack.write_bytes(b"".join(b"junk" + compress(b"{%d}\n" % number) for number in range(103)))
    found = scanned(pack)
    assert Counter(each.count for _, each in found.damages) == {1: 100, 3: 1} and len(found) == 103
    assert [at for at, _ in found.damages] == [*range(100), 103]
    assert found.damages[-1][1].reason == "more entries of this code, not listed"


def test_it_is_the_same_as_bytes_and_from_another_process(tmp_path: Path) -> None:
    pack = pack_of(tmp_path / "a")
    pack.write_bytes(MAGIC + pack.read_bytes())
    found = scanned(pack)
    assert found.damages and Scanned.from_bytes(found.to_bytes()) == found
    assert pickle.loads(pickle.dumps(found)) == found


@pytest.mark.parametrize("at", [0, 20, 60, -40, -1])
def test_bytes_that_are_damaged_are_an_error(tmp_path: Path, at: int) -> None:
    data = bytearray(scanned(pack_of(tmp_path / "a")).to_bytes())
    data[at] ^= 1
    with pytest.raises(ArchiveError, match="damaged, or of another version"):
        Scanned.from_bytes(bytes(data))


def test_the_result_of_a_unit_is_no_scan() -> None:
    from pithbundle.recompute.unit import compute

    with pytest.raises(ArchiveError, match="damaged, or of another version"):
        Scanned.from_bytes(compute(verifier(), [("json", LINES[0].raw)]).to_bytes())


def test_a_pack_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no such file"):
        scanned(tmp_path / "absent.jsonl.zst")


@pytest.mark.parametrize(
    "head",
    [
        b"", b"{", b"[]", b"1", b"{}", b'{"damages":[]}', b'{"damages":1,"content_sha256":""}',
        b'{"damages":[1],"content_sha256":""}', b'{"damages":[[1]],"content_sha256":""}', b"[" * 100_000,
        b'{"damages":[[1,2,3,4,5,6]],"content_sha256":""}',
    ],
)  # fmt: skip
def test_a_malformed_head_with_the_right_digest_is_an_error(head: bytes) -> None:
    block = module.MAGIC + len(head).to_bytes(4) + head
    with pytest.raises(ArchiveError, match="damaged, or of another version"):
        Scanned.from_bytes(block + sha256(block).digest())


def test_units_that_are_cut_are_an_error(tmp_path: Path) -> None:
    block = scanned(pack_of(tmp_path / "a")).to_bytes()[:-33]
    with pytest.raises(ArchiveError, match="damaged, or of another version"):
        Scanned.from_bytes(block + sha256(block).digest())
