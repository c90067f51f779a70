"""``python -m specgen --write`` or ``--check``: the generated parts of the specification."""

from __future__ import annotations

import sys
from pathlib import Path

from specgen.generated import written


def main(arguments: list[str]) -> int:
    """Exit status 1 where a page differs from what would be written, 2 for other arguments."""
    if arguments not in (["--write"], ["--check"]):
        print("usage: python -m specgen --write | --check", file=sys.stderr)
        return 2
    stale = {Path(path): text for path, text in written().items() if Path(path).read_text("utf-8") != text}
    for path, text in stale.items():
        if arguments == ["--write"]:
            path.write_text(text, encoding="utf-8")
        else:
            print(f"{path.name} is not what tools/specgen writes", file=sys.stderr)
    return 1 if stale and arguments == ["--check"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
