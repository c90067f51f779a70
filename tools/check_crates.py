"""Compares cargo's lock file with the list of crates that is committed: ``python3 tools/check_crates.py``.

The lock file names the host of a registry and is not committed. ``rust/checksums.txt`` has a line for each
crate: its name, its version and its SHA-256. Cargo verifies the archive of a crate against the checksum in
the lock file, so a lock file that agrees with the list pins the bytes of every crate. ``--write`` writes the
list anew. Only the standard library is used.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent / "rust"
LIST: Final = ROOT / "checksums.txt"


def locked(text: str) -> list[str]:
    """The line of each crate of a lock file that comes from a registry, sorted."""
    packages = tomllib.loads(text)["package"]
    return sorted(f"{one['name']} {one['version']} {one['checksum']}" for one in packages if "source" in one)


def main(arguments: list[str]) -> int:
    """Compare, or write the list; 1 if they differ, 2 for a wrong argument or without a lock file."""
    if arguments not in ([], ["--write"]):
        print("usage: python3 tools/check_crates.py [--write]", file=sys.stderr)
        return 2
    try:
        found = locked((ROOT / "Cargo.lock").read_text(encoding="utf-8"))
    except FileNotFoundError:
        print("there is no rust/Cargo.lock: `cargo generate-lockfile` in rust makes it", file=sys.stderr)
        return 2
    if arguments:
        LIST.write_text("".join(f"{line}\n" for line in found), encoding="utf-8")
        return 0
    listed = LIST.read_text(encoding="utf-8").split("\n")[:-1]
    for line in sorted({*found} ^ {*listed}):
        where = "is in the lock file and not in the list" if line in found else "is in the list alone"
        print(f"rust/checksums.txt: {line.rsplit(' ', 1)[0]} {where}", file=sys.stderr)
    return 0 if found == listed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
