"""One digest over many merges (vectors/accumulated.md): the same from both implementations."""

from __future__ import annotations

import re
import shlex
from typing import Final

import pytest

from kit.data import REPO
from kit.nodejs import JS, node
from pithbundle.conformance.process import Worker
from pithbundle.conformance.protocol import Request
from pithbundle.conformance.runner import SELF, command_of, load, reader
from pithbundle.conformance.vectorfiles import requests

VECTORS: Final = REPO / "vectors"
DIGESTS: Final = {
    int(count.replace(",", "")): digest
    for count, digest in re.findall(
        r"^\| ([\d,]+) \| `([0-9a-f]{64})` \|$", (VECTORS / "accumulated.md").read_text("utf-8"), re.MULTILINE
    )
}


def test_the_page_contains_the_digests() -> None:
    assert {1_000, 10_000, 1_000_000} <= DIGESTS.keys()


@pytest.mark.parametrize("count", [1_000, pytest.param(10_000, marks=pytest.mark.long)])
def test_both_give_the_digest_of_the_page(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(REPO / "src"))
    given = next(vector for vector in load(VECTORS, "merge") if vector.id == "merge/accumulated/1000")
    (request,) = requests(given, reader(VECTORS))
    asked = Request("", request.op, {**request.args, "count": count}, {})
    found = []
    for command in (command_of(SELF, shlex.split), [node(), str(JS / "worker.js")]):
        with Worker(command, 300) as worker:
            answer = worker.ask(asked)
        assert answer.value is not None, answer
        found.append(answer.value["ok"]["digest"])
    assert found == [DIGESTS[count]] * 2
