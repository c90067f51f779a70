"""The peak memory of this process."""

from __future__ import annotations

import resource
import subprocess
import sys

from kit.command_line import process_env
from kit.data import REPO


def peak_kib() -> int:
    """The most memory that this process had so far, in KiB.

    On Linux ``ru_maxrss`` is no measure of that: it begins with the size of the process that started
    this one, and a test that compares it could not fail under a large parent.
    """
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return int(status.read().partition("VmHWM:")[2].split()[0])
    except OSError:
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return used // 1024 if sys.platform == "darwin" else used


def printed_apart(script: str) -> list[list[str]]:
    """The fields, parted by ``;``, of each line that a script of the tests prints in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=REPO / "tests",
        env=process_env(),
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.split(";") for line in done.stdout.splitlines()]
