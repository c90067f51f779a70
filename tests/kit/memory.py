"""The peak memory of this process."""

from __future__ import annotations

import resource
import sys


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
