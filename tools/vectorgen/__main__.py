"""``python -m vectorgen``: ``--write``, ``--check``, ``--archive FILE`` or ``--accumulated COUNT``."""

from __future__ import annotations

import sys

from vectorgen import accumulated
from vectorgen.build import FOLDER, archive, built, stale


def main(arguments: list[str]) -> int:
    """Exit status 1 where a file differs from what would be written, 2 for other arguments."""
    if arguments == ["--write"]:
        for name, data in built().items():
            (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
            (FOLDER / name).write_bytes(data)
        for name in stale():
            (FOLDER / name).unlink()
        return 0
    if arguments == ["--check"]:
        differing = stale()
        for name in differing:
            print(f"vectors/{name} is not what tools/vectorgen writes", file=sys.stderr)
        return 1 if differing else 0
    if len(arguments) == 2 and arguments[0] == "--archive":
        with open(arguments[1], "wb") as target:
            target.write(archive())
        return 0
    if len(arguments) == 2 and arguments[0] == "--accumulated":
        count = int(arguments[1])
        digest = accumulated.package_digest(count)
        print(f"{count} {digest}")
        return 0 if accumulated.DIGESTS.get(count, digest) == digest else 1
    print(
        "usage: python -m vectorgen --write | --check | --archive FILE | --accumulated COUNT", file=sys.stderr
    )
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
