"""The pages of ``mirror serve`` in headless Chromium (PAGE-9, PAGE-11, PAGE-12, SERVE-15).

Screenshots are written to ``out/pages``.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from kit.data import REPO
from kit.demo import RECORD, rich
from kit.nodejs import JS, node
from kit.payloads import alias_added, attached
from kit.servers import served
from kit.signing import AUTHOR, DEMO, DEMO_OLD, MIRROR, policy, suffix, to_json
from kit.stores import body
from kit.stores import suffix as suffix_of
from kit.stream import made_record
from pithbundle import Policy
from pithbundle.store import Store

#: Records that have one name.
SEVERAL = (1, 2, 3)
CHROMIUM = Path(os.environ.get("PITHBUNDLE_CHROMIUM", "/usr/bin/chromium"))


@pytest.mark.slow
def test_the_pages_of_a_server_in_chromium(tmp_path: Path) -> None:
    for path in (JS / "node_modules" / "playwright-core", JS / "node_modules" / "axe-core", CHROMIUM):
        if not path.exists():
            pytest.skip(f"{path} does not exist: make js, or PITHBUNDLE_CHROMIUM names a browser")
    keys = Policy.from_bytes(to_json(policy(DEMO, DEMO_OLD, AUTHOR, MIRROR)))
    with Store.create(str(tmp_path / "store"), keys) as store:
        store.add(to_json(rich()), origin="https://pith.example")
        for seed in SEVERAL:
            alias = alias_added("openalex", "W1")
            event = attached(DEMO, made_record(seed), "alias_added", alias, "2026-01-01T00:00:00Z")
            store.add(body(seed, 1, more=(event,)), origin="https://pith.example")
    output = REPO / "out" / "pages"
    output.mkdir(parents=True, exist_ok=True)
    with served(tmp_path / "store", pages=True) as server:
        given: dict[str, object] = {"origin": server.base, "suffix": suffix(RECORD), "output": str(output)}
        given["several"] = sorted(map(suffix_of, SEVERAL))
        done = subprocess.run(
            [node(), "--test", str(Path(__file__).with_name("served.mjs"))],
            env={**os.environ, "PITHBUNDLE_SERVED": json.dumps(given)},
            capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
    assert done.returncode == 0, (done.stdout + done.stderr)[-8000:]
    assert server.reports == []
