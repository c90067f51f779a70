"""Trees of digests in memory: lines by a counter, counted requests, a tree written from the page."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from typing import Final

from kit.oracle import digests as oracle_digests
from kit.signing import MIRROR, UNKNOWN_SIGNER
from pithbundle.digests.head import Head
from pithbundle.digests.lines import LeafLine
from pithbundle.digests.tree import Tree, build
from pithbundle.ed25519.strict import PublicKey

TIME: Final = "2026-11-20T00:00:00Z"
POLICY: Final = "a" * 64
#: The key of the mirror, which a reader has pinned, and another one.
KEY: Final = PublicKey(MIRROR.public_key)
OTHER_KEY: Final = PublicKey(UNKNOWN_SIGNER.public_key)


class Files:
    """Files by their names; each request and its bytes are counted."""

    def __init__(self) -> None:
        self.by_name: dict[str, bytes] = {}
        self.requests = 0
        self.bytes = 0

    def fetch(self, name: str, limit: int) -> bytes:
        data = self.by_name[name]
        self.requests += 1
        self.bytes += len(data)
        return data[: limit + 1]

    def write(self, name: str, data: bytes) -> None:
        self.by_name.setdefault(name, data)

    def put(self, data: bytes) -> str:
        """Add a file, whatever it contains, and return its name."""
        name = hashlib.sha256(data).hexdigest()
        self.by_name[name] = data
        return name

    def build(self, lines: Iterable[LeafLine]) -> Tree:
        lines = list(lines)
        return build(lines, len(lines), self.write)


def line(number: int, version: int = 0) -> LeafLine:
    """A line whose suffix follows from a number, and whose digest from that and a version."""
    suffix = base64.b32encode(hashlib.sha256(b"%d" % number).digest()[:17])[:26].decode()
    return LeafLine(suffix, hashlib.sha256(b"%d/%d" % (number, version)).hexdigest()[:32])


def lines(count: int) -> list[LeafLine]:
    return sorted(line(number) for number in range(count))


def changed(of: LeafLine) -> LeafLine:
    """The line of the same record with another digest."""
    return LeafLine(of.suffix, hashlib.sha256(of.digest.encode()).hexdigest()[:32])


def head(tree: Tree, generation: int = 1, **members: object) -> Head:
    """A head of a tree without a signature; ``previous`` is made up where one is needed."""
    if generation > 1:
        members.setdefault("previous", hashlib.sha256(b"%d" % generation).hexdigest())
    given: dict[str, object] = {
        "origin": "mirror.example",
        "rules": "pithbundle-merge-1",
        "policy_sha256": POLICY,
        "generation": generation,
        "generated_at": TIME,
        "records": tree.records,
        "events": 0,
        "root": tree.root,
        **members,
    }
    return Head(**given)  # type: ignore[arg-type]


def signed(one: Head) -> Head:
    """The head, signed by the key of the mirror."""
    return one.signed(KEY, MIRROR.sign(one.message))


def naive_tree(given: Iterable[LeafLine]) -> dict[str, bytes]:
    """The content of each file by its prefix, as the oracle makes it."""
    return oracle_digests.tree((one.suffix, one.digest) for one in given)
