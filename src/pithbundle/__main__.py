"""The command ``pithbundle``, also as ``python -m pithbundle``.

The command line needs the extra ``cli``; an installation without it prints which package is
missing and how to install it.
"""

from __future__ import annotations

import sys


def main() -> int:
    """Run one command with the arguments of the process and return its exit status."""
    try:
        return _main()
    except KeyboardInterrupt:
        # While modules are imported: afterwards the command line itself ends on the signal (CLI-7).
        print("pithbundle: interrupted", file=sys.stderr)
        return 130


def _main() -> int:
    try:
        from pithbundle.cli.main import main as run
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        from pithbundle.cli.extras import how_to_install

        print("pithbundle: error: the command line needs click, which is not installed", file=sys.stderr)
        print(f"pithbundle: hint: {how_to_install('cli')}", file=sys.stderr)
        return 2
    return run()


if __name__ == "__main__":
    sys.exit(main())
