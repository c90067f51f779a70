"""The page of a graph in headless Chromium, from the disk (GRAPH-9).

Screenshots are written to ``out/pages``.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from kit import payloads
from kit.data import REPO
from kit.graphs import FIRST, built, generated, made
from kit.markup import MARKUP, tame
from kit.nodejs import JS, node
from pithbundle.graph import Graph
from pithbundle.mirror.pages.graph import graph_page

CHROMIUM = Path(os.environ.get("PITHBUNDLE_CHROMIUM", "/usr/bin/chromium"))


def _hostile() -> Graph:
    texts = [tame(text) for text in MARKUP[5::19]]
    return built(
        {1: [made(FIRST, 1, "replication", payloads.replication(text, text)) for text in texts if text]}
    ).build()


@pytest.mark.slow
def test_the_page_in_chromium(tmp_path: Path) -> None:
    for path in (JS / "node_modules" / "playwright-core", JS / "node_modules" / "axe-core", CHROMIUM):
        if not path.exists():
            pytest.skip(f"{path} does not exist: make js, or PITHBUNDLE_CHROMIUM names a browser")
    nothing = Graph((), (), 0)
    pages = {
        "graph": (generated(40, 70), generated(6, 8)),
        "graph-1000": (generated(1_000, 1_700), nothing),
        "graph-hostile": (_hostile(), nothing),
        "graph-empty": (nothing, nothing),
    }
    for name, (verified, unverified) in pages.items():
        (tmp_path / f"{name}.html").write_bytes(graph_page(verified, unverified, "0" * 64))
    output = REPO / "out" / "pages"
    output.mkdir(parents=True, exist_ok=True)
    given = {"folder": str(tmp_path), "names": [*pages], "output": str(output)}
    done = subprocess.run(
        [node(), "--test", str(Path(__file__).with_name("graph.mjs"))],
        env={**os.environ, "PITHBUNDLE_GRAPHS": json.dumps(given)},
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout + done.stderr)[-8000:]
