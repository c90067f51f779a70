"""A node of Bitcoin Core as far as headers need one: what the documentation of its REST interface says."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

from kit.mined import double
from kit.mirrors import FakeMirror, Reply

#: The headers 0 to 3 of Bitcoin.
BITCOIN: Final = bytes.fromhex(
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f61"
    "7fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c"
    "010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000982051fd1e4ba744bbbe680e1fee1467"
    "7ba1a3c3540bf7b1cdb606e857233e0e61bc6649ffff001d01e36299"
    "010000004860eb18bf1b1620e37e9490fc8a427514416fd75159ab86688e9a8300000000d5fdcc541e25de1c7a5addedf24858b8"
    "bb665c9f36ef744ee42c316022c90f9bb0bc6649ffff001d08d2bd61"
    "01000000bddd99ccfda39da1b108ce1a5d70038d0a967bacb68b6b63065f626a0000000044f672226090d85db9a9f2fbfe5f0f96"
    "09b387af7be5b7fbb7a1767c831c9e995dbe6649ffff001d05e0ed6d"
)
_HEADERS: Final = re.compile(r"/rest/headers/([0-9]+)/([0-9a-f]{64})\.bin").fullmatch


@dataclass
class Node:
    """The chain of a node, what it says of it, and the paths that were requested."""

    chain: bytes
    info: dict[str, Any] = field(default_factory=dict)
    #: The height of the first header, of a node of which the others are not there.
    first: int = 0
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> bytes:
        """The body for a path."""
        self.asked.append(path)
        if path == "/rest/chaininfo.json":
            blocks = self.first + len(self.chain) // 80 - 1
            members = {"chain": "main", "blocks": blocks, "headers": blocks, "difficulty": 1.5, **self.info}
            return json.dumps({"initialblockdownload": False, **members}).encode()
        found = _HEADERS(path)
        assert found is not None, path
        wanted, most = bytes.fromhex(found[2])[::-1], 80 * int(found[1])
        for at in range(0, len(self.chain), 80):
            if double(self.chain[at : at + 80]) == wanted:
                return self.chain[at : at + most]
        return b""


@dataclass
class ServedNode(FakeMirror):
    """A node on a port of this machine."""

    node: Node = field(default_factory=lambda: Node(BITCOIN))

    def reply(self, path: str, fields: dict[str, str]) -> Reply:
        if path in self.lies:
            return super().reply(path, fields)
        self.requests.append(path)
        return Reply(200, self.node.answer(path))
