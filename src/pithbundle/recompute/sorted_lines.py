"""Lines in any order as an archive of their own, in the part of the output (spec RECOMP-12).

The lines are sorted on the disk and written in frames and packs with the borders of an archive. From
there on they are an archive like any other: its units have the same keys and results as those of an
archive that was packed from the same lines, whatever file they came from.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Final

from pithbundle.archive.lines import Line
from pithbundle.archive.reader import Reader
from pithbundle.archive.sort import RUN_BYTES, LineSorter
from pithbundle.archive.writer import PART_FILES, write_archive
from pithbundle.archive.zstd import FASTEST_LEVEL
from pithbundle.durable import Folder

#: The folder in the part of the output.
SORTED: Final = "sorted"


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
        write_archive(folder, sorter.sorted(), FASTEST_LEVEL)
        return folder.path


def remove_sorted(part: Folder) -> None:
    """Remove the archive of sorted lines, if there is one.

    Raises:
        OSError: it cannot be removed.
    """
    if part.mode(SORTED) is not None:
        part.empty(SORTED, PART_FILES)


def position_of(reader: Reader, pack_path: str, offset: int) -> str:
    """Return which records a frame of sorted lines has: no person has the file that it is in."""
    (info,) = (each for each in reader.packs if each.file == os.path.basename(pack_path))
    firsts = [each.first_suffix for each in reader.index(info) or () if each.offset == offset]
    return f"the frame of the record {''.join(firsts)}, after sorting"
