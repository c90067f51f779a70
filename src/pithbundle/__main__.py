"""The command ``pithbundle``, also as ``python -m pithbundle``.

The command line needs the extra ``cli``; an installation without it prints which package is
missing and how to install it.
"""

from __future__ import annotations

import sys

from pithbundle.cli.extras import how_to_install


def main() -> int:
    """Run one command with the arguments of the process and return its exit status."""
    try:
        from pithbundle.cli.main import main as run
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        print("pithbundle: error: the command line needs click, which is not installed", file=sys.stderr)
        print(f"pithbundle: hint: {how_to_install('cli')}", file=sys.stderr)
        return 2
    return run()


if __name__ == "__main__":
    sys.exit(main())
