"""Outputs of recompute for tests: lines with events, and outputs that are read again."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

from kit.archives import write
from kit.payloads import attached, author_claim, checkpoint
from kit.signing import AUTHOR, DEMO, UNKNOWN_SIGNER, bundle, policy, to_json
from kit.stream import instant, made_record, many_events
from pithbundle import Policy, Verifier, cbor_bytes, parse_json
from pithbundle.archive.frames import decompress
from pithbundle.archive.lines import Line, line_of
from pithbundle.archive.reader import Frame, PackReader, Reader
from pithbundle.archive.rejected import RejectedEntry, Rejections
from pithbundle.archive.writer import PackFrame
from pithbundle.archive.zstd import compress
from pithbundle.recompute.pool import Pool
from pithbundle.recompute.resume import RESUMABLE
from pithbundle.recompute.run import recompute
from pithbundle.verifier import NamedInput

POLICY_BYTES: Final = to_json(policy(DEMO, AUTHOR))
POLICY: Final = Policy.from_bytes(POLICY_BYTES)


def verifier() -> Verifier:
    """A new verifier under the policy of these tests."""
    return Verifier(POLICY)


class Reading(Pool[Any]):
    """A pool that reads packs by offset as its processes do, in this process."""

    def __init__(self) -> None:
        super().__init__(verifier(), 1)

    def reads(self, archive: Reader) -> bool:
        """Whether it reads the packs of an archive."""
        return True


@cache
def bundles(seed: int) -> tuple[bytes, ...]:
    """Three bundles of one record that share events; the record of each ``seed`` is another."""
    record = made_record(seed)
    events = list(islice(many_events(record, 4), 4))
    tampered = {**events[0], "created_at": instant(999)}
    foreign = attached(UNKNOWN_SIGNER, record, "author_claim", author_claim(f"x{seed}"), instant(5))
    listed = checkpoint([events[0]["event_id"], *(["sha256:" + "0" * 64] if seed % 2 else [])])
    checked = attached(DEMO, record, "checkpoint", listed, instant(9))
    parts = [events[:3], events[2:], [events[1], checked]]
    if seed % 3 == 0:
        parts[1] = [*parts[1], tampered]
    if seed % 4 == 0:
        parts[2] = [foreign, *parts[2]]
    return tuple(to_json(bundle(record, part)) for part in parts)


@cache
def registry(count: int) -> tuple[Line, ...]:
    """The sorted lines of so many records."""
    return tuple(sorted(line_of(data) for seed in range(count) for data in bundles(seed)))


def in_cbor(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The same bundles as items of CBOR."""
    return tuple(sorted(line_of(cbor_bytes(parse_json(line.data))) for line in lines))


@dataclass(frozen=True)
class Read:
    """An output, decompressed."""

    states: bytes
    reports: bytes
    digests: bytes
    summary: dict[str, Any]
    rejected: list[dict[str, Any]]
    #: The names of all files.
    files: list[str]

    @property
    def counts(self) -> dict[str, Any]:
        """The summary without the number of lines, which differs where a bundle is in two encodings."""
        return {name: value for name, value in self.summary.items() if name != "bundles"}


def read_output(path: Path) -> Read:
    """Read an output, and check each pack against the list of packs."""
    summary = json.loads((path / "summary.json").read_bytes())
    rejected = [json.loads(line) for line in (path / "rejected.jsonl").read_bytes().splitlines()]
    files = sorted(str(each.relative_to(path)) for each in path.rglob("*") if each.is_file())
    return Read(
        _content(path / "states", "pithbundle_states"),
        _content(path / "reports", "pithbundle_reports"),
        (path / "digests.txt").read_bytes(),
        summary,
        rejected,
        files,
    )


def _content(folder: Path, packs_type: str) -> bytes:
    packs = json.loads((folder / "packs.json").read_bytes())
    assert packs["packs_type"] == packs_type and packs["packs_version"] == "1"
    parts: list[bytes] = []
    for info in packs["packs"]:
        with PackReader(str(folder / info["file"]), "json") as pack:
            found = [frame for frame in pack.frames() if isinstance(frame, Frame)]
            assert pack.whole_sha256() == info["file_sha256"]
        parts += [frame.raw for frame in found]
        index = (folder / info["file"].replace(".jsonl.zst", ".idx")).read_text().splitlines()
        places = [tuple(map(int, line.split()[1:])) for line in index]
        assert places == [(frame.offset, frame.length, len(frame.raw)) for frame in found]
    return b"".join(parts)


def run(path: Path, *archives: Iterable[Line], jobs: int = 1, name: str = "out", **options: Any) -> Read:
    """Write archives of lines in any order, recompute them and read the output."""
    folders = []
    for number, lines in enumerate(archives):
        folder = path / f"{name}-in-{number}"
        write(folder, lines)
        folders.append(str(folder))
    recompute(folders, str(path / name), verifier(), jobs=jobs, **options)
    return read_output(path / name)


def expected(lines: Iterable[Line]) -> tuple[bytes, bytes]:
    """The states and digests of lines by one loop of the verifier, all in memory."""
    by_suffix: dict[str, list[NamedInput]] = defaultdict(list)
    for line in sorted(set(lines)):
        by_suffix[line.suffix].append((line.digest.hex(), line.data))
    states, digests = b"", b""
    for suffix in sorted(by_suffix):
        (report,) = verifier().verify_together(by_suffix[suffix])
        assert report.state is not None
        state = report.state
        states += state.to_json() + b"\n"
        parts = [suffix, state.record.hex, state.events_sha256, state.sha256, report.unverified_sha256]
        digests += " ".join(parts).encode() + b"\n"
    return states, digests


def unpacked(frames: Iterable[PackFrame]) -> bytes:
    """The content of frames."""
    return b"".join([decompress(frame.data, frame.raw_size) for frame in frames])


def listed(rejected: Rejections | tuple[RejectedEntry, ...]) -> list[tuple[str, str, int]]:
    """Position, code and count of what was rejected."""
    return [(entry.position, entry.code, entry.count) for entry in rejected]


def write_frames(path: Path, lines: Iterable[Line], count: int) -> int:
    """Write an archive with so many lines in a frame, whatever the borders are; return its frames."""
    write(path, lines)
    frames = 0
    for pack in path.glob("*.zst"):
        content = pack_content(pack).splitlines(keepends=True)
        parts = [compress(b"".join(content[at : at + count])) for at in range(0, len(content), count)]
        pack.write_bytes(b"".join(parts))
        frames += len(parts)
    return frames


def pack_content(path: Path) -> bytes:
    """The content of a pack of JSON."""
    with PackReader(str(path), "json") as pack:
        return b"".join(frame.raw for frame in pack.frames() if isinstance(frame, Frame))


def files_of(path: Path) -> dict[str, bytes]:
    """The files of an output that are compared: all but the facts of the run."""
    return {
        str(each.relative_to(path)): each.read_bytes()
        for each in sorted(path.rglob("*"))
        if each.is_file() and each.name != "run.json"
    }


def output_of(path: Path) -> dict[str, bytes]:
    """The same of a run that may have been killed when its output was complete (RECOMP-9)."""
    return {name: data for name, data in files_of(path).items() if RESUMABLE.fullmatch(name) is None}


def units_of(path: Path) -> dict[str, int]:
    """How the results of the units of a run were found."""
    counts: dict[str, int] = json.loads((path / "run.json").read_bytes())["units"]
    return counts


class EndsAfter:
    """The progress of a run that ends when so many units are finished."""

    def __init__(self, units: int, error: BaseException) -> None:
        self.left = units
        self.error = error

    def begin(self, what: str, total: int | None) -> None:
        """Do nothing."""

    def __call__(self, done: int, rejected: int = 0) -> None:
        """One more unit is finished."""
        self.left -= 1
        if self.left == 0:
            raise self.error
