"""``python -m docsite FOLDER`` builds the site into FOLDER/site; exit status 1 if it is faulty."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from docsite import check, finish
from docsite.build import stage

ROOT = Path(__file__).resolve().parents[2]


def main(folder: Path) -> int:
    """Stage, build strictly, check."""
    try:
        stage(ROOT, folder)
    except Exception as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    settings = folder / "zensical.toml"
    command = [
        str(Path(sys.executable).parent / "zensical"),
        "build",
        "--strict",
        "--clean",
        "-f",
        str(settings),
    ]
    done = subprocess.run(command, check=False)
    if done.returncode:
        return 1
    finish.finish(folder / "site")
    found = check.faults(folder / "site")
    for fault in found[:100]:
        print(f"error: {fault}", file=sys.stderr)
    print(f"{folder}/site: {len(list((folder / 'site').rglob('*.html')))} pages, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
