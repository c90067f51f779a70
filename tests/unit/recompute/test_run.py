"""Runs: what is rejected, what ends a run, what is written (RECOMP-2, RECOMP-3)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kit import bundle, made_record, to_json
from kit.archives import bundle_bytes, write
from kit.payloads import attached, author_claim
from kit.recomputed import bundles, expected, read_output, registry, run, verifier
from kit.signing import AUTHOR
from pithbundle.archive.lines import Line, line_of
from pithbundle.archive.reader import PackReader
from pithbundle.archive.zstd import compress
from pithbundle.bundle.number import PithNumber
from pithbundle.bundle.record import Record
from pithbundle.durable import Folder
from pithbundle.encoding.limits import Limits
from pithbundle.errors import FileError
from pithbundle.recompute import pool
from pithbundle.recompute.frame_units import Unit
from pithbundle.recompute.picture import summary_svg
from pithbundle.recompute.result import UnitResult
from pithbundle.recompute.run import _Run, recompute
from pithbundle.recompute.store import UnitRef
from pithbundle.recompute.unit import Parts, compute
from pithbundle.verifier import Verifier


def archive(tmp_path: Path, count: int = 6) -> Path:
    """An archive of several packs and frames, whatever the borders by content are."""
    write(tmp_path / "in", registry(count))
    return tmp_path / "in"


def pack_of(path: Path) -> Path:
    (pack,) = path.glob("*.jsonl.zst")
    return pack


def replaced(path: Path, *frames: bytes) -> None:
    """Replace the content of the only pack."""
    pack_of(path).write_bytes(b"".join(frames))


def test_what_is_written(tmp_path: Path) -> None:
    found = run(tmp_path, registry(3))
    assert [name for name in found.files if "/" not in name] == [
        "digests.txt", "rejected.jsonl", "run.json", "summary.json", "summary.svg",
    ]  # fmt: skip
    assert {name.partition("/")[0] for name in found.files if "/" in name} == {"states", "reports"}
    facts = json.loads((tmp_path / "out" / "run.json").read_bytes())
    assert (facts["engine"], facts["jobs"]) == ("python", 1) and set(facts["seconds"]) == {
        "units",
        "shared_records",
        "output",
    }
    assert (tmp_path / "out" / "summary.svg").read_bytes() == summary_svg(found.summary)
    assert found.rejected == [] and "rejected" not in found.summary["outcomes"]
    assert not (tmp_path / "out.part").exists()


def test_no_archive_has_a_bundle(tmp_path: Path) -> None:
    found = run(tmp_path, ())
    assert (found.states, found.reports, found.digests) == (b"", b"", b"")
    assert (found.summary["records"], found.summary["outcome"]) == (0, "valid")


def test_a_damaged_frame_is_named_and_the_rest_is_recomputed(tmp_path: Path) -> None:
    first, second = registry(6)[:9], registry(6)[9:]
    path = archive(tmp_path)
    damaged = bytearray(compress(b"".join(line.raw for line in first)))
    damaged[-2] ^= 1
    replaced(path, bytes(damaged), compress(b"".join(line.raw for line in second)))
    recompute([str(path)], str(tmp_path / "out"), verifier())
    found = read_output(tmp_path / "out")
    assert (found.states, found.digests) == expected(second)
    (entry,) = found.rejected
    assert entry["position"] == f"bytes 0 to {len(damaged)}" and entry["code"] == "archive"
    assert found.summary["rejected"] == {"archive": 1}
    assert (found.summary["outcome"], found.summary["exit_status"]) == ("rejected", 1)


def test_lines_that_are_no_bundles(tmp_path: Path) -> None:
    lines = registry(6)
    path = archive(tmp_path)
    spaced = bundles(0)[0].replace(b"{", b"{ ", 1)
    junk = b"".join(b"{%d}\n" % number for number in range(250))
    raw = b"".join(line.raw for line in lines)
    replaced(path, compress(junk + raw), compress(junk + spaced + b"\n"))
    recompute([str(path)], str(tmp_path / "out"), verifier())
    found = read_output(tmp_path / "out")
    assert (found.states, found.digests) == expected(lines)
    syntax = [entry for entry in found.rejected if entry["code"] == "syntax"]
    assert len(syntax) == 101 and syntax[0]["position"] == "frame at byte 0, line 1"
    assert sum(entry["count"] for entry in syntax) == 500 == found.summary["rejected"]["syntax"]
    others = {(entry["position"], entry["code"]) for entry in found.rejected} - {
        (entry["position"], entry["code"]) for entry in syntax
    }
    offset = len(compress(junk + raw))
    # Of the pack as a whole: its content is not the one that the manifest names.
    assert others == {("", "archive"), (f"frame at byte {offset}, line 251", "archive")}


def test_a_pack_that_is_missing(tmp_path: Path) -> None:
    path = archive(tmp_path)
    pack_of(path).unlink()
    recompute([str(path)], str(tmp_path / "out"), verifier())
    found = read_output(tmp_path / "out")
    assert [entry["code"] for entry in found.rejected] == ["io"] and found.summary["records"] == 0


def test_the_limits_are_those_of_the_verifier(tmp_path: Path) -> None:
    path = archive(tmp_path, 2)
    chosen = Verifier(verifier().policy, limits=Limits(events=2))
    recompute([str(path)], str(tmp_path / "out"), chosen)
    found = read_output(tmp_path / "out")
    assert found.summary["rejected"].keys() == {"events"} and found.summary["limits"]["events"] == 2


def test_there_is_no_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event of the year 9999 and one of 1971 are reported without a warning, and as at any other time."""
    record = made_record(1)
    dated = [
        attached(AUTHOR, record, "author_claim", author_claim(year), f"{year}-01-01T00:00:00Z")
        for year in ("1971", "9999")
    ]
    write(tmp_path / "in", [line_of(to_json(bundle(record, dated)))])
    found = []
    for now in (0.0, 4e9):
        with monkeypatch.context() as patch:
            patch.setattr("time.time", lambda now=now: now)
            recompute([str(tmp_path / "in")], str(tmp_path / f"out-{now}"), verifier())
        found.append(read_output(tmp_path / f"out-{now}"))
    assert found[0] == found[1]
    (report,) = (json.loads(line) for line in found[0].reports.splitlines())
    assert report["warnings"] == [] and [each["verdict"] for each in report["events"]] == ["verified"] * 2


def test_a_claimed_number_moves_no_bundle(tmp_path: Path) -> None:
    """D9: records are found by the recomputed suffix; a bundle with the number of another is rejected."""
    lines = registry(2)
    other = next(line for line in lines if line.suffix != lines[0].suffix)
    value = json.loads(lines[0].data)
    value["pith_number"] = json.loads(other.data)["pith_number"]
    claiming = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    path = archive(tmp_path)
    replaced(path, compress(claiming), compress(b"".join(line.raw for line in lines[1:]) + claiming))
    recompute([str(path)], str(tmp_path / "out"), verifier())
    found = read_output(tmp_path / "out")
    assert (found.states, found.digests) == expected(lines[1:])
    assert found.summary["rejected"] == {"subject": 2, "archive": 1}


@pytest.mark.parametrize("year", ["same", "other"])
def test_two_records_of_one_suffix_are_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, year: str
) -> None:
    """Both of them and no other, whichever frames their lines are in; made by hand (MERGE-2)."""
    one = Record.from_value(made_record(1)).number
    number = one if year == "same" else replace(one, year=one.year + 1)
    target = Record.from_value(made_record(2)).sha256
    real = PithNumber.of_hash
    monkeypatch.setattr(
        PithNumber, "of_hash", lambda year, digest: number if digest == target else real(year, digest)
    )
    lines = [line_of(bundle_bytes(seed)) for seed in (1, 3)]
    lines.append(line_of(bundle_bytes(2, pith_number=str(number))))
    for name, archives in (("together", [lines]), ("apart", [lines[:1], lines[1:]])):
        found = run(tmp_path, *archives, name=name)
        assert [entry["code"] for entry in found.rejected] == ["collision"] * 2
        assert found.summary["records"] == 1 and found.summary["outcome"] == "rejected"
        names = sorted(line.digest.hex() for line in lines if line.suffix == one.suffix)
        positions = [f"the line with SHA-256 {name}" for name in names]
        assert [entry["position"] for entry in found.rejected] == positions


# -- what ends a run -------------------------------------------------------------------------


def changing(action: Callable[[Path], None], path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do something to the pack when a frame of it has been read."""
    real = PackReader._frame

    def frame(self: PackReader, source: object) -> object:
        found = real(self, source)  # type: ignore[arg-type]
        action(path)
        return found

    monkeypatch.setattr(PackReader, "_frame", frame)


@pytest.mark.parametrize(
    "action",
    [
        lambda pack: os.truncate(pack, pack.stat().st_size - 1),
        lambda pack: pack.write_bytes(pack.read_bytes() + b"x"),
        lambda pack: pack.unlink(missing_ok=True),
    ],
    ids=["shrunk", "grown", "removed"],
)
def test_a_pack_that_changes_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, action: Callable[[Path], None]
) -> None:
    path = archive(tmp_path)
    changing(action, pack_of(path), monkeypatch)
    with pytest.raises(FileError) as caught:
        recompute([str(path)], str(tmp_path / "out"), verifier())
    assert caught.value.code == "io" and not (tmp_path / "out").exists()


def test_a_pack_that_is_replaced_before_it_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = registry(4)
    write(tmp_path / "a", lines[0::2])
    write(tmp_path / "b", lines[1::2])
    real = _Run._shared

    def shared(self: _Run, units: Sequence[UnitRef]) -> Iterator[Unit]:
        for pack in tmp_path.rglob("*.zst"):
            data = pack.read_bytes()
            pack.unlink()
            pack.write_bytes(data)
        return real(self, units)

    monkeypatch.setattr(_Run, "_shared", shared)
    with pytest.raises(FileError, match="changed while it was read"):
        recompute([str(tmp_path / "a"), str(tmp_path / "b")], str(tmp_path / "out"), verifier())


@pytest.mark.parametrize("how", ["removed", "another"])
def test_a_manifest_that_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    path = archive(tmp_path)
    write(tmp_path / "other", registry(2))
    manifest = path / "pith-archive.json"

    def replace_it(_: Path) -> None:
        if how == "removed":
            manifest.unlink(missing_ok=True)
        else:
            manifest.write_bytes((tmp_path / "other" / "pith-archive.json").read_bytes())

    changing(replace_it, pack_of(path), monkeypatch)
    with pytest.raises(FileError, match="no such file" if how == "removed" else "was replaced"):
        recompute([str(path)], str(tmp_path / "out"), verifier())


def test_an_existing_output(tmp_path: Path) -> None:
    path, out = archive(tmp_path), tmp_path / "out"
    recompute([str(path)], str(out), verifier())
    with pytest.raises(FileError, match="--force"):
        recompute([str(path)], str(out), verifier())
    recompute([str(path)], str(out), verifier(), force=True)
    (out / "states" / "mine").write_bytes(b"")
    with pytest.raises(FileError, match="did not write"):
        recompute([str(path)], str(out), verifier(), force=True)
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(FileError, match="contains no output of recompute"):
        recompute([str(path)], str(other), verifier(), force=True)


def test_leftovers_of_a_killed_run_are_removed(tmp_path: Path) -> None:
    path, part = archive(tmp_path), tmp_path / "out.part"
    (part / "states").mkdir(parents=True)
    for name in ("units.bin", "digests.txt", "file.tmp", "states/pack.tmp", "states/packs.json"):
        (part / name).write_bytes(b"x")
    recompute([str(path)], str(tmp_path / "out"), verifier())
    assert not part.exists() and read_output(tmp_path / "out").summary["records"] == 6
    # What no run leaves is not removed.
    (tmp_path / "out.part" / "mine").mkdir(parents=True)
    with pytest.raises(FileError, match="move it away first"):
        recompute([str(path)], str(tmp_path / "out"), verifier(), force=True)


def test_a_write_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path)
    real = Folder.write_file

    def write_file(self: Folder, name: str, data: bytes, *temporary: str) -> None:
        if name == "summary.json":
            raise OSError(28, "No space left on device")
        real(self, name, data, *temporary)

    monkeypatch.setattr(Folder, "write_file", write_file)
    with pytest.raises(FileError, match="no space left"):
        recompute([str(path)], str(tmp_path / "out"), verifier())
    assert sorted(os.listdir(tmp_path)) == ["in", "out.part"]
    assert sorted(os.listdir(tmp_path / "out.part")) == ["journal.txt", "plan.json", "units.bin"]


# -- lost processes --------------------------------------------------------------------------


def losing(monkeypatch: pytest.MonkeyPatch, is_lost: Callable[[Parts], bool]) -> None:
    """Lose each unit that a function names, as if its processes had ended."""

    def results(self: pool.Pool[int], units: list[tuple[int, Parts]]) -> list[tuple[int, UnitResult | None]]:
        return [(name, None if is_lost(parts) else compute(verifier(), parts)) for name, parts in units]

    monkeypatch.setattr(pool.Pool, "results", results)


def test_a_frame_that_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    losing(monkeypatch, lambda parts: True)
    found = run(tmp_path, registry(2))
    assert [(entry["position"], entry["code"]) for entry in found.rejected] == [
        ("frame at byte 0", "worker_lost")
    ]
    assert found.summary["records"] == 0


def test_a_shared_record_that_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = registry(2)
    suffix = lines[0].suffix
    group: list[Line] = [line for line in lines if line.suffix == suffix]
    losing(monkeypatch, lambda parts: sum(raw.count(b"\n") for _, raw in parts) == len(group))
    found = run(tmp_path, [group[0]], [*group[1:], *(line for line in lines if line.suffix != suffix)])
    assert [(entry["position"], entry["code"]) for entry in found.rejected] == [
        (f"suffix {suffix}", "worker_lost")
    ]
    assert (found.states, found.digests) == expected(line for line in lines if line.suffix != suffix)
