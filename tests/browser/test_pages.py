"""The pages of a mirror in headless Chromium, from a plain file server (PAGE-2, PAGE-3, PAGE-5, PAGE-9).

The page in one file is opened from the disk (PAGE-10).
Screenshots are written to ``out/pages``.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.data import REPO
from kit.demo import RECORD, rich
from kit.markup import MARKUP
from kit.nodejs import JS, node
from kit.ots import bitcoin, pending, proof
from kit.pages_of import PLACES, hostile_bundle, snapshot, titled
from kit.payloads import (
    attached,
    author_claim,
    citation,
    orcid,
    replication,
    storage_attestation,
    timestamp_anchor,
)
from kit.signing import (
    AUTHOR,
    DEMO,
    DEMO_OLD,
    MIRROR,
    UNKNOWN_SIGNER,
    Json,
    Signer,
    bundle,
    canonical_hash,
    pith_number,
    policy,
    to_json,
)
from kit.signing import suffix as suffix_of
from kit.stores import body, suffix, unverified
from pithbundle import Policy
from pithbundle.mirror.publishing import publish
from pithbundle.mirror.target import LocalTarget
from pithbundle.store import Store

CHROMIUM = Path(os.environ.get("PITHBUNDLE_CHROMIUM", "/usr/bin/chromium"))
TITLE = "Confinement and the lattice: a study of improved actions at finite spacing"
#: The texts of the run in the browser: every 19th of E1, at all places at once.
SAMPLE = MARKUP[5::19]
KEYS = Policy.from_bytes(
    to_json(policy(DEMO, DEMO_OLD, AUTHOR, MIRROR, Signer(7, "x", "key"), Signer(8, "other.example", "key")))
)


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """A plain file server of a folder on this machine."""
    handler = functools.partial(Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _paper() -> bytes:
    """A record with a title, authors, and a few events."""
    record = titled(TITLE, 3)
    paper = snapshot(record, title=TITLE, authors_text="Ada Example, Ben Sample and Chi Probe")
    events = [
        attached(DEMO, record, "graph_snapshot", paper, "2026-01-01T00:00:00Z"),
        attached(AUTHOR, record, "author_claim", author_claim(orcid(1)), "2026-01-02T00:00:00Z"),
        attached(DEMO, record, "citation", citation(pith_number(RECORD), "extends"), "2026-01-03T00:00:00Z"),
        attached(DEMO, record, "replication", replication("Lean 4", "Theorem 2"), "2026-01-04T00:00:00Z"),
    ]
    return to_json(bundle(record, events))


def _claims() -> bytes:
    """A record with a title and claims that evidence can speak of, some of them by an unknown key."""
    record = titled(TITLE, 6)
    paper = attached(DEMO, record, "graph_snapshot", snapshot(record, title=TITLE), "2026-01-01T00:00:00Z")
    return to_json(bundle(record, [paper, *_evidence(record)]))


def _evidence(record: Json) -> Iterator[Json]:
    waiting = proof(pending(), digest=bytes.fromhex(canonical_hash(record)))
    mined = proof(bitcoin(358_391), digest=bytes.fromhex(canonical_hash(record)))
    when = "2026-01-05T12:30:00Z"
    yield attached(DEMO, record, "timestamp_anchor", timestamp_anchor(record, waiting), when)
    yield attached(MIRROR, record, "timestamp_anchor", timestamp_anchor(record, mined), when)
    yield attached(DEMO, record, "storage_attestation", storage_attestation(record, when), when)
    yield attached(UNKNOWN_SIGNER, record, "author_claim", author_claim(orcid(1)[:-1] + "0"), when)
    yield attached(UNKNOWN_SIGNER, record, "timestamp_anchor", timestamp_anchor(record), when)


def _bundles() -> dict[str, tuple[str, bytes]]:
    """A name, the suffix and the bundle of each record."""
    found = {
        "rich": (suffix_of(RECORD), to_json(rich())),
        "paper": (suffix_of(titled(TITLE, 3)), _paper()),
        "claims": (suffix_of(titled(TITLE, 6)), _claims()),
        "unverified": (suffix(4), body(4, 1, more=(unverified(4, 2), unverified(4, 3)))),
        "altered": (suffix(5), body(5, 1, 2)),
        "dropped": (suffix(6), body(6, 1, 2)),
        "state": (suffix(7), body(7, 1, 2)),
        "many": (suffix(8), body(8, *range(5_000))),
    }
    for at, text in enumerate(SAMPLE):
        data, _ = hostile_bundle({**dict.fromkeys(PLACES, text), "signer": "x"})
        found[f"hostile {at}"] = json.loads(data)["pith_number"].rpartition(":")[2], data
    return found


def _lie(folder: Path, records: dict[str, tuple[str, bytes]]) -> None:
    """What a mirror that lies serves, behind pages that it wrote before."""
    place = {name: folder / "pith" / of for name, (of, _) in records.items()}
    altered = place["altered"] / "bundle.json"
    altered.write_bytes(altered.read_bytes().replace(b"archive.example", b"archive.exampel", 1))
    (place["dropped"] / "bundle.json").write_bytes(body(6, 1))
    state = place["state"] / "state.json"
    state.write_bytes(state.read_bytes().replace(b"archive.example", b"archive.exampel"))


@pytest.mark.slow
def test_the_pages_in_chromium(tmp_path: Path) -> None:
    for path, how in [
        (JS / "node_modules" / "playwright-core", "make js"),
        (JS / "node_modules" / "axe-core", "make js"),
        (CHROMIUM, "PITHBUNDLE_CHROMIUM names another browser"),
    ]:
        if not path.exists():
            pytest.skip(f"{path} does not exist: {how}")
    records = _bundles()
    with Store.create(str(tmp_path / "store"), KEYS) as store:
        for _, data in records.values():
            store.add(data, origin="https://pith.example")
    with LocalTarget(str(tmp_path / "public")) as target:
        publish(str(tmp_path / "store"), target, origin="mirror.example", pages=True)
    _lie(tmp_path / "public", records)
    output = REPO / "out" / "pages"
    output.mkdir(parents=True, exist_ok=True)
    with serving(tmp_path / "public") as address:
        given = {
            "address": address,
            "folder": str(tmp_path / "public"),
            "pages": {name: f"pith/{of}/index.html" for name, (of, _) in records.items()},
            "output": str(output),
        }
        env = {**os.environ, "PITHBUNDLE_PAGES": json.dumps(given)}
        script = str(Path(__file__).with_name("pages.mjs"))
        done = subprocess.run(
            [node(), "--test", script], env=env, capture_output=True, text=True, timeout=900, check=False
        )
    assert done.returncode == 0, (done.stdout + done.stderr)[-8000:]
