"""Compare the vectors of an older commit with those here: ``python tools/compare_renamed.py REV``.

Every request of every old vector is passed through ``renamed_words.json`` and must then equal the
request here, but for digests that are recomputed. A digest may differ only where it stands for one
other digest everywhere, so a digest that changed its meaning in one place is found. Byte strings are
compared decoded. Vectors that only one side has are listed. Needs git and the whole history.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

Json: TypeAlias = Any
REPO = Path(__file__).resolve().parents[1]
TABLE = json.loads((REPO / "tools" / "renamed_words.json").read_text("utf-8"))
NAMES: dict[str, str] = {row["old"]: row["new"] for row in TABLE["names"]}
VALUES: dict[str, str] = {row["old"]: row["new"] for row in TABLE["values"]}
IDS: dict[str, str] = {row["old"]: row["new"] for row in TABLE["ids"]}
OPERATIONS: dict[str, str] = {row["old"]: row["new"] for row in TABLE["operations"]}
DIGEST = re.compile(r"(?:sha256:)?[0-9a-f]{64}")
BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")


def renamed(value: Json) -> Json:
    """The value with every old name and value replaced; texts that are JSON are renamed inside."""
    if isinstance(value, dict):
        return {NAMES.get(name, name): renamed(below) for name, below in value.items()}
    if isinstance(value, list):
        return [renamed(below) for below in value]
    if isinstance(value, str) and value.startswith("/"):
        return "/".join(NAMES.get(name, name) for name in value.split("/"))
    if isinstance(value, str):
        return VALUES.get(value, value)
    return value


def decoded(value: Json) -> Json:
    """The value with every byte string that is JSON replaced by what it says."""
    if isinstance(value, dict):
        return {name: decoded(below) for name, below in value.items()}
    if isinstance(value, list):
        return [decoded(below) for below in value]
    if isinstance(value, str):
        data = value.encode()
        if BASE64.fullmatch(value) and len(value) % 4 == 0:
            data = base64.b64decode(value)
        if data[:1] in (b"{", b"["):
            try:
                return {"json": decoded(json.loads(data, parse_constant=str))}
            except (ValueError, RecursionError):
                return value
    return value


def differences(old: Json, new: Json, digests: dict[str, str], at: str) -> Iterator[str]:
    """Where two values differ; ``digests`` maps an old digest to the new one and grows."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted({*old, *new}):
            if name not in old or name not in new:
                yield f"{at}/{name}: only {'new' if name in new else 'old'}"
            else:
                yield from differences(old[name], new[name], digests, f"{at}/{name}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from differences(one, other, digests, f"{at}/{index}")
    elif type(old) is not type(new) or old != new:
        recomputed = isinstance(old, str) and isinstance(new, str)
        if not (recomputed and DIGEST.fullmatch(old) and DIGEST.fullmatch(new)):
            yield f"{at}: {str(old)[:200]!r} became {str(new)[:200]!r}"
        elif digests.setdefault(old, new) != new:
            yield f"{at}: the digest {old} became both {digests[old]} and {new}"


def vectors(folder: Path) -> dict[str, Json]:
    """Every vector below a folder by its id, byte strings resolved by the conformance reader there."""
    from pithbundle.conformance.runner import load, reader
    from pithbundle.conformance.vectorfiles import requests

    read = reader(folder)
    found: dict[str, Json] = {}
    for vector in load(folder):
        for request in requests(vector, read):
            found[f"{vector.id} {request.name}"] = {
                "op": request.op,
                "args": request.args,
                "expect": request.expect,
            }
    return found


def main(arguments: list[str]) -> int:
    """Print every difference; exit 1 if there is one."""
    if len(arguments) != 1:
        print("usage: compare_renamed.py REV", file=sys.stderr)
        return 2
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        archive = subprocess.run(
            ["git", "archive", arguments[0], "vectors"], cwd=REPO, capture_output=True, check=True
        ).stdout
        subprocess.run(["tar", "-x", "-C", name], input=archive, check=True)
        for path in Path(name).glob("vectors/*/*.json"):
            # The reader here knows the operations and the file names of today only.
            text = path.read_text("utf-8")
            for before, after in [*OPERATIONS.items(), *IDS.items()]:
                text = text.replace(f'"{before}', f'"{after}')
            path.write_text(text, "utf-8")
        old, new = vectors(Path(name) / "vectors"), vectors(REPO / "vectors")
    digests: dict[str, str] = {}
    wrong = 0
    for key in sorted(old.keys() & new.keys()):
        for difference in differences(renamed(decoded(old[key])), decoded(new[key]), digests, key):
            wrong += 1
            print(ascii(difference)[1:-1])
    for key in sorted(old.keys() ^ new.keys()):
        print(f"{key}: only {'old' if key in old else 'new'}")
    compared = len(old.keys() & new.keys())
    print(f"{compared} requests compared, {wrong} differences, {len(digests)} digests recomputed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
