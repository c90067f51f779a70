"""Lines in any order as an archive of their own, in the part of the output (spec RECOMP-12).

The lines are sorted on the disk and written in frames and packs with the borders of an archive. From
there on they are an archive like any other: its units have the same keys and results as those of an
archive that was packed from the same lines, whatever file they came from.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable
from itertools import groupby
from typing import Final

from pithbundle.archive.borders import frames
from pithbundle.archive.lines import Line
from pithbundle.archive.manifest import FILES, MANIFEST, Manifest, PackInfo
from pithbundle.archive.reader import Reader
from pithbundle.archive.sort import RUN_BYTES, LineSorter
from pithbundle.archive.writer import PackWriter
from pithbundle.archive.zstd import VERSION
from pithbundle.durable import Folder

#: The folder in the part of the output, and the names of its files.
SORTED: Final = "sorted"
KNOWN_OF_SORTED: Final = re.compile(FILES.pattern + r"|run-[0-9]{6}|pack\.tmp|file\.tmp")
#: It is read once and removed: the fastest level.
_LEVEL: Final = 1


def write_sorted(part: Folder, lines: Iterable[Line], run_bytes: int = RUN_BYTES) -> str:
    """Write lines in any order as an archive, equal ones once, and return its path.

    Args:
        part: the folder in which it is written.
        lines: the lines, read one by one.
        run_bytes: how many bytes of them are held in memory.

    Raises:
        OSError: it cannot be written.
    """
    with part.make_folder(SORTED) as folder:
        sorter = LineSorter(folder, run_bytes)
        for line in lines:
            sorter.add(line)
        packs: list[PackInfo] = []
        for encoding, group in groupby(sorter.sorted(), key=lambda line: line.encoding):
            with contextlib.closing(PackWriter(folder, encoding, _LEVEL)) as writer:
                for frame in frames(group):
                    writer.write(frame)
                packs += writer.finish()
        folder.write_file(MANIFEST, Manifest(tuple(packs), VERSION).to_bytes(), "file.tmp")
        return folder.path


def remove_sorted(part: Folder) -> None:
    """Remove the archive of sorted lines, if there is one.

    Raises:
        OSError: it cannot be removed.
    """
    if part.mode(SORTED) is not None:
        part.empty(SORTED, KNOWN_OF_SORTED)


def place_of(reader: Reader, pack_path: str, offset: int) -> str:
    """Return which records a frame of sorted lines has: no person has the file that it is in."""
    (info,) = (each for each in reader.packs if each.file == os.path.basename(pack_path))
    firsts = [each.first_suffix for each in reader.index(info) or () if each.offset == offset]
    return f"the frame of the record {''.join(firsts)}, after sorting"
