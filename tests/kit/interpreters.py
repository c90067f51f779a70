"""Other versions of Python that the machine has, for what must not depend on the version."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

VERSIONS = ("3.11", "3.12", "3.13")


@cache
def find(version: str) -> str | None:
    """The path of a Python of this version, or None where the machine has none."""
    found = shutil.which(f"python{version}")
    if found is not None and _is(found, version):
        return found
    # pyenv leaves shims on the path that only start for a version that is switched on.
    if (pyenv := shutil.which("pyenv")) is not None:
        root = subprocess.run([pyenv, "root"], capture_output=True, text=True, check=False).stdout.strip()
        for path in sorted(Path(root, "versions").glob(f"{version}.*/bin/python"), reverse=True):
            if _is(str(path), version):
                return str(path)
    return None


def _is(path: str, version: str) -> bool:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([path, "-I", "-c", code], capture_output=True, text=True, check=False, timeout=60)
    return done.stdout.strip() == version


def run(path: str, *arguments: str) -> str:
    """What a script prints under an interpreter, isolated from this one's environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [path, "-I", *arguments], capture_output=True, text=True, check=False, timeout=300, env=kept
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
