"""Which files belong to the repository: as git lists them, or every file of an unpacked source archive."""

from __future__ import annotations

import subprocess
from typing import Final

from kit.data import REPO

#: Folders that a checkout has beside its files; .gitignore names them too.
MADE: Final = {
    ".venv",
    "node_modules",
    "__pycache__",
    "dist",
    "build",
    "out",
    ".git",
    ".hypothesis",
    "target",
}


def committed_files() -> list[str]:
    """The paths of all files of the repository, from its root, those not yet committed included."""
    if not (REPO / ".git").exists():
        return _unpacked()
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPO,
        capture_output=True,
        check=True,
    )
    return [name for name in listed.stdout.decode().split("\0") if name and (REPO / name).is_file()]


def _unpacked() -> list[str]:
    """Every file but what an installation or a test run has made, and the builder's PKG-INFO."""
    paths = [path.relative_to(REPO) for path in REPO.rglob("*") if path.is_file()]
    made = MADE | {part for path in paths for part in path.parts if part.endswith(("_cache", ".egg-info"))}
    kept = [path for path in paths if not made & set(path.parts) and not path.name.startswith(".coverage")]
    return sorted(path.as_posix() for path in kept if path.as_posix() != "PKG-INFO")
