"""Archives that are damaged or hostile, and what it costs to read them (threats C1, C2, F6)."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
from pathlib import Path
from typing import Final

from kit.command_line import process_env
from kit.processor import slowness
from pithbundle.archive.manifest import IndexEntry, read_index

MAGIC: Final = b"\x28\xb5\x2f\xfd"


def packs(archive: Path) -> list[tuple[Path, tuple[IndexEntry, ...]]]:
    """The packs of an archive with their indexes."""
    found = []
    for pack in sorted(archive.glob("*.zst")):
        index = read_index((archive / (pack.name.partition(".")[0] + ".idx")).read_bytes())
        assert index is not None
        found.append((pack, index))
    return found


class Damaged:
    """An archive with one damage, and which frames it hits."""

    def __init__(self, archive: Path, seed: int) -> None:
        self.drawn = random.Random(seed)
        self.archive = archive
        self.pack, self.index = self.drawn.choice(packs(archive))
        self.data = bytearray(self.pack.read_bytes())
        #: The bytes that are hit.
        self.start = self.end = 0
        self.kind = self.drawn.choice(["flip", "flip", "cut", "zero", "swap", "index", "insert", "remove"])
        getattr(self, f"_{self.kind}")()
        self.pack.write_bytes(self.data)

    def _flip(self) -> None:
        self.start = self.drawn.randrange(len(self.data))
        self.data[self.start] ^= 1 << self.drawn.randrange(8)
        self.end = self.start + 1

    def _cut(self) -> None:
        self.start, self.end = self.drawn.randrange(len(self.data)), len(self.data)
        del self.data[self.start :]

    def _zero(self) -> None:
        self.start = self.drawn.randrange(len(self.data))
        self.end = min(len(self.data), self.start + 4096)
        self.data[self.start : self.end] = bytes(self.end - self.start)

    def _swap(self) -> None:
        if len(self.index) > 1:
            at = self.drawn.randrange(len(self.index) - 1)
            one, two = self.index[at : at + 2]
            middle, end = two.offset, two.offset + two.length
            self.data[one.offset : end] = self.data[middle:end] + self.data[one.offset : middle]

    def _index(self) -> None:
        path = self.archive / (self.pack.name.partition(".")[0] + ".idx")
        data = bytearray(path.read_bytes())
        data[self.drawn.randrange(len(data))] ^= 1 << self.drawn.randrange(7)
        path.write_bytes(data)

    def _insert(self) -> None:
        entry = self.drawn.choice(self.index)
        self.start = self.end = entry.offset + self.drawn.choice([0, self.drawn.randrange(entry.length)])
        self.data[self.start : self.start] = self.drawn.choice([b"junk", MAGIC, MAGIC * 3, bytes(9)])
        # Between two frames nothing is hit.
        self.end += any(entry.offset < self.start < entry.offset + entry.length for entry in self.index)

    def _remove(self) -> None:
        self.start = self.drawn.randrange(len(self.data))
        self.end = min(len(self.data), self.start + self.drawn.randrange(1, 50))
        del self.data[self.start : self.end]

    @property
    def lost(self) -> set[int]:
        """The numbers of the frames of the pack that are hit."""
        return {
            at
            for at, entry in enumerate(self.index)
            if entry.offset < self.end and self.start < entry.offset + entry.length
        }


def measured(*args: str) -> tuple[int, float, int]:
    """The status of a command, its CPU seconds as of a machine that is not slow, and peak memory in bytes."""
    script = (
        "import resource, sys; from pithbundle.__main__ import main; "
        "status = main(); "
        "peak = [line for line in open('/proc/self/status') if line.startswith('VmHWM')][0].split()[1]; "
        "print(int(peak) * 1024, file=sys.stderr); sys.exit(status)"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", script, *args], env=process_env(), capture_output=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return done.returncode, seconds / slowness(), int(done.stderr.split()[-1])


def zst_bomb(size: int) -> bytes:
    """One frame of so many zero bytes, which states no size: a block of 128 KiB takes four bytes."""
    block = (1 << 17 << 3 | 2).to_bytes(3, "little") + b"\0"
    return MAGIC + b"\x00\x38" + block * (size >> 17) + b"\x01\0\0"
