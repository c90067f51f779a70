"""Checking an archive: every hash, frame, line, border and index (spec ARCH-2 to ARCH-10)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from pithbundle.archive.borders import frames as borders
from pithbundle.archive.lines import Line
from pithbundle.archive.manifest import MANIFEST, IndexEntry, PackInfo, pack_name
from pithbundle.archive.reader import Damage, PackReader, Reader, note_damage
from pithbundle.archive.rejected import Rejections
from pithbundle.durable import Folder
from pithbundle.errors import ArchiveError, FileError
from pithbundle.files import file_error, write_output

_REINDEX: Final = "pithbundle archive check --reindex writes it anew"


@dataclass(frozen=True, slots=True)
class Lost:
    """What a damaged part contained by the index of its pack, or by the manifest: nothing confirms it."""

    file: str
    first_suffix: str
    #: The suffix with which the next frame begins, or of the last bundle that the manifest states.
    last_suffix: str
    #: Whether the whole pack is lost: then it is the manifest that states this.
    is_whole: bool = False


@dataclass(slots=True)
class Checked:
    """What was found in an archive."""

    problems: Rejections = field(default_factory=Rejections)
    packs: int = 0
    bundles: int = 0
    records: int = 0
    raw_bytes: int = 0
    #: The bundles that the manifest states.
    claimed_bundles: int = 0
    #: What the damaged parts contained.
    lost: list[Lost] = field(default_factory=list)
    #: How many files the manifest does not list, and how many indexes are missing or differ.
    unlisted: int = 0
    unindexed: int = 0
    #: The indexes that were written anew.
    reindexed: list[str] = field(default_factory=list)

    @property
    def missing(self) -> int:
        """How many of the bundles that the manifest states were not read."""
        return max(0, self.claimed_bundles - self.bundles)


def check_archive(reader: Reader, *, reindex: bool = False) -> Iterator[Checked]:
    """Check an archive whole: every pack is read once, from its first byte to its last.

    Gives the same :class:`Checked` after each pack and once at the end, so that a caller can show
    progress. ``reindex`` writes an index that is missing or differs, if its pack is sound.

    Raises:
        FileError: ``io``: a pack changed while it was read, or an index cannot be written.
    """
    checked = Checked(claimed_bundles=reader.manifest.bundles)
    _check_names(reader, checked)
    for at, info in enumerate(reader.packs):
        following = reader.packs[at + 1] if at + 1 < len(reader.packs) else None
        is_last = following is None or following.encoding != info.encoding
        try:
            pack = reader.open(info)
        except FileError as error:
            checked.problems.add(os.path.join(reader.path, info.file), "", error)
            checked.lost.append(Lost(info.file, info.first_suffix, info.last_suffix, is_whole=True))
            continue
        with pack:
            _PackCheck(reader, pack, info, checked, is_last).run(reindex)
        yield checked
    yield checked


def _check_names(reader: Reader, checked: Checked) -> None:
    """Name each file of the folder that the manifest does not list."""
    known = {MANIFEST, *(pack.file for pack in reader.packs), *(pack.index_file for pack in reader.packs)}
    try:
        with Folder.open(reader.path) as folder:
            names = folder.names()
    except OSError as error:
        raise file_error(reader.path, error) from error
    for name in names:
        if name not in known:
            unknown = ArchiveError("archive", "the manifest does not list this file", clause="ARCH-10")
            checked.problems.add(os.path.join(reader.path, name), "", unknown)
            checked.unlisted += 1


class _PackCheck:
    """One pack against what the manifest, the index and the specification say of it."""

    def __init__(
        self, reader: Reader, pack: PackReader, info: PackInfo, checked: Checked, is_last: bool
    ) -> None:
        self._reader, self._pack, self._info, self._checked = reader, pack, info, checked
        self._is_last = is_last
        self._content = sha256()
        self._raw_bytes = self._bundles = self._records = 0
        self._index: list[IndexEntry] = []
        #: The number of lines of each frame, None once one is damaged or has no lines.
        self._counts: list[int] | None = []
        self._first = self._last = ""
        self._before: tuple[str, bytes] | None = None

    def run(self, reindex: bool) -> None:
        before = len(self._checked.problems)
        made = [(len(frame.lines), frame.ends_pack) for frame in borders(self._lines())]
        self._compare_borders(made)
        self._compare_manifest()
        self._compare_index(reindex and len(self._checked.problems) == before)
        self._checked.packs += 1
        self._checked.bundles += self._bundles
        self._checked.records += self._records
        self._checked.raw_bytes += self._raw_bytes

    def _lines(self) -> Iterator[Line]:
        for frame in self._pack.frames():
            if isinstance(frame, Damage):
                note_damage(self._pack, frame, self._checked.problems)
                self._note_lost(frame)
                self._counts = None
                continue
            self._content.update(frame.raw)
            self._raw_bytes += len(frame.raw)
            count = 0
            for entry in self._pack.entries(frame, self._checked.problems):
                if not count:
                    self._index.append(
                        IndexEntry(entry.line.suffix, frame.offset, frame.length, len(frame.raw))
                    )
                count += 1
                self._note(entry.line, f"frame at byte {frame.offset}, line {entry.number}")
                yield entry.line
            if frame.encoding == "json" and not frame.raw.endswith(b"\n"):
                self._problem(
                    "the last line of a frame lacks its line feed", "ARCH-2", f"frame at byte {frame.offset}"
                )
            if self._counts is not None:
                self._counts.append(count)

    def _note_lost(self, damage: Damage) -> None:
        index = self._reader.index(self._info) or ()
        ends = [*(entry.first_suffix for entry in index[1:]), self._info.last_suffix]
        # Of a file that is cut the frames behind its end are lost too.
        until = damage.offset + damage.length
        hit = [
            (entry.first_suffix, end)
            for entry, end in zip(index, ends, strict=False)
            if damage.offset <= entry.offset and (entry.offset < until or until == self._pack.size)
        ]
        if hit:
            self._checked.lost.append(Lost(self._info.file, hit[0][0], hit[-1][1]))

    def _note(self, line: Line, position: str) -> None:
        self._bundles += 1
        self._records += line.suffix != self._last
        self._first = self._first or line.suffix
        self._last = line.suffix
        key = line.suffix, line.digest
        if self._before is not None and key <= self._before:
            what = "a line twice" if key == self._before else "a line out of order"
            self._problem(f"{what}; pithbundle archive pack writes the archive anew", "ARCH-4", position)
        self._before = key

    def _compare_borders(self, made: list[tuple[int, bool]]) -> None:
        if self._counts is None:
            return
        if [count for count, _ in made] != self._counts:
            self._problem("the borders of its frames are not those of its lines", "ARCH-5")
        ended = [at for at, (_, ends_pack) in enumerate(made, 1) if ends_pack]
        if ended not in ([len(made)], [] if self._is_last else [len(made)]):
            self._problem("the border of the pack is not that of its lines", "ARCH-6")

    def _compare_manifest(self) -> None:
        found = {
            "first_suffix": self._first,
            "last_suffix": self._last,
            "bundles": self._bundles,
            "records": self._records,
            "raw_bytes": self._raw_bytes,
            "file_bytes": self._pack.size,
            "content_sha256": self._content.hexdigest(),
            "file_sha256": self._pack.whole_sha256(),
        }
        claimed = self._info.to_value()
        wrong = [name for name, value in found.items() if claimed[name] != value]
        if wrong:
            self._problem(f"the manifest states other values: {', '.join(wrong)}", "ARCH-10")
        elif self._info.file != pack_name(self._info.content_sha256, self._info.encoding):
            self._problem("its name is not that of its content", "ARCH-10")

    def _compare_index(self, reindex: bool) -> None:
        index = self._reader.index(self._info)
        if self._counts is None or index == tuple(self._index):
            return
        path = os.path.join(self._reader.path, self._info.index_file)
        if reindex:
            write_output(path, b"".join(entry.to_bytes() for entry in self._index), force=True)
            self._checked.reindexed.append(self._info.index_file)
            return
        what = "is missing or malformed" if index is None else "differs from the frames"
        error = ArchiveError("archive", f"the index {what}; {_REINDEX}", clause="ARCH-9")
        self._checked.problems.add(path, "", error)
        self._checked.unindexed += 1

    def _problem(self, detail: str, clause: str, position: str = "") -> None:
        self._checked.problems.add(self._pack.path, position, ArchiveError("archive", detail, clause=clause))
