"""Archives of generated bundles: their size, what one more bundle changes, and the cost of packing.

Every figure is a ratio of one run. The bundles are those of archive_recipe.py.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from archive_recipe import made_bundle, made_bundles

from pithbundle import read_bundle
from pithbundle.archive.borders import frames
from pithbundle.archive.check import check_archive
from pithbundle.archive.inputs import FORMATS, read_bundles
from pithbundle.archive.lines import Line, line_of
from pithbundle.archive.reader import Reader
from pithbundle.archive.rejected import Rejections
from pithbundle.archive.writer import Writer
from pithbundle.archive.zstd import compress

SIZES = (1_000, 10_000)
#: How many bundles are added, one by one, to see what changes.
ADDED = 20


def measure(size: int, level: int, folder: Path) -> None:
    """Print the figures of one archive."""
    path = folder / "bundles.jsonl"
    with open(path, "wb") as file:
        file.writelines(data + b"\n" for data in made_bundles(size))
    began = time.process_time()
    for data in path.read_bytes().splitlines():
        read_bundle(data)
    reading = time.process_time() - began
    began = time.process_time()
    with Writer(folder / "archive", level=level) as writer:
        for bundle in read_bundles(str(path), FORMATS["jsonl"], Rejections()):
            writer.add(bundle.line)
        manifest = writer.finish()
    packing = time.process_time() - began
    began = time.process_time()
    *_, checked = check_archive(Reader(folder / "archive"))
    checking = time.process_time() - began
    if checked.problems:
        sys.exit("the archive is not sound")
    lines = sorted(map(line_of, path.read_bytes().splitlines()))
    raw = b"".join(line.raw for line in lines)
    packed = sum(info.file_bytes for info in manifest.packs)
    whole = len(compress(raw, level))
    changed = [changes(lines, line_of(made_bundle(size + at))) for at in range(ADDED)]
    print(
        f"{size:>9} {len(raw) / size:>8.0f} {len(raw) / packed:>6.2f} {packed / whole:>8.3f} "
        f"{max(changed):>8} {packing / reading:>8.2f} {checking / reading:>8.2f}"
    )


def changes(lines: list[Line], more: Line) -> int:
    """How many frames differ if one line is added."""
    old, new = (
        {tuple(line.digest for line in frame.lines) for frame in frames(each)}
        for each in (lines, sorted([*lines, more]))
    )
    return max(len(new - old), len(old - new))


def main() -> None:
    """Measure archives of the sizes that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--level", type=int, default=3)
    given = parser.parse_args()
    print("  bundles  bytes  ratio  to one  changed  packing checking")
    for size in given.sizes or SIZES:
        with tempfile.TemporaryDirectory() as folder:
            measure(size, given.level, Path(folder))


if __name__ == "__main__":
    main()
