"""The program ``pithbundle``, outside of the package.

Most of the time of a short command passes while the package is imported, and nothing in a package runs
before it is. An interrupt in that moment ends the program as a later one does (spec CLI-7).
"""

from __future__ import annotations

import sys


def main() -> int:
    """Run one command with the arguments of the process and return its exit status."""
    try:
        from pithbundle.__main__ import main as run
    except KeyboardInterrupt:
        print("pithbundle: interrupted", file=sys.stderr)
        return 130
    return run()
