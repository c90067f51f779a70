"""The digests of a mirror, written a second time from MIRROR-1 to MIRROR-7.

A tree is a dict of contents by prefix, a leaf line a pair of suffix and digest. Nothing is built
in one pass, nothing is cached.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

Line = tuple[str, str]
CONTEXT: Final = b"pithbundle mirror head v1\n"


def name_of(content: bytes) -> str:
    """The name of a file (MIRROR-2)."""
    return hashlib.sha256(content).hexdigest()


def leaf_digest(canonical: str, events: str, state: str, unverified: str) -> str:
    """The digest of a record, of four digests in hex (MIRROR-1)."""
    return name_of(bytes.fromhex(canonical + events + state + unverified))[:32]


def depth_of(records: int) -> int:
    """The depth of the tree of so many records (MIRROR-2)."""
    return next((depth for depth in range(6) if records <= 128 * 32**depth), 6)


def lines_bytes(lines: Iterable[Line]) -> bytes:
    """Leaf lines as a file has them."""
    return "".join(f"{suffix} {digest}\n" for suffix, digest in lines).encode()


def tree(lines: Iterable[Line]) -> dict[str, bytes]:
    """The content of each file by its prefix (MIRROR-2)."""
    every = sorted(lines)
    depth = depth_of(len(every))
    found = {
        prefix: lines_bytes(line for line in every if line[0][:depth] == prefix)
        for prefix in {line[0][:depth] for line in every} or {""}
    }
    for level in range(depth - 1, -1, -1):
        for prefix in {line[0][:level] for line in every}:
            children = sorted(each for each in found if len(each) == level + 1 and each.startswith(prefix))
            found[prefix] = "".join(f"{each} {name_of(found[each])}\n" for each in children).encode()
    return found


def root_of(lines: Iterable[Line]) -> str:
    """The name of the root."""
    return name_of(tree(lines)[""])


def delta(before: Iterable[Line], after: Iterable[Line], previous: str | None) -> bytes:
    """The delta between two sets of lines (MIRROR-5)."""
    old, new = dict(before), dict(after)
    changes = []
    for suffix in sorted(old.keys() | new.keys()):
        if suffix not in old:
            changes.append(f"+ {suffix} {new[suffix]}")
        elif suffix not in new:
            changes.append(f"- {suffix} {old[suffix]}")
        elif old[suffix] != new[suffix]:
            changes.append(f"~ {suffix} {old[suffix]} {new[suffix]}")
    heading = (
        "pithbundle mirror delta v1",
        f"from {root_of(old.items())}",
        f"to {root_of(new.items())}",
        f"previous {previous or 'none'}",
    )
    return "".join(f"{line}\n" for line in (*heading, *changes)).encode()


def head_content(members: Mapping[str, Any]) -> bytes:
    """The canonical bytes of a head without its signature (MIRROR-4)."""
    kept = {name: value for name, value in members.items() if name != "signature"}
    return json.dumps(kept, sort_keys=True, separators=(",", ":")).encode()


def head_message(members: Mapping[str, Any]) -> bytes:
    """What the signature of a head signs (MIRROR-6)."""
    return CONTEXT + head_content(members)
