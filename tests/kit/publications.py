"""A store that is published into a folder, and what a reader of the folder must find (MIRROR-17)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kit.published import TIME
from kit.stores import POLICY, WIDER
from pithbundle import Verifier
from pithbundle.digests.head import Head
from pithbundle.digests.lines import leaf_digest
from pithbundle.digests.tree import walk
from pithbundle.mirror.publishing import Publication, publish
from pithbundle.mirror.target import LocalTarget
from pithbundle.store import Store


def run(tmp_path: Path, store: str = "s", to: str = "to", **options: Any) -> Publication:
    with LocalTarget(str(tmp_path / to)) as target:
        options = {"origin": "mirror.example", "generated_at": TIME, **options}
        return publish(str(tmp_path / store), target, **options)


def add(tmp_path: Path, *given: tuple[bytes, str], store: str = "s") -> None:
    with Store.open(str(tmp_path / store)) as opened:
        for data, origin in given:
            opened.add(data, origin=origin)


def files(path: Path) -> dict[str, bytes]:
    return {str(each.relative_to(path)): each.read_bytes() for each in path.rglob("*") if each.is_file()}


def head(path: Path, name: str = "head.json") -> Head:
    return Head.from_bytes((path / "pith-digests" / name).read_bytes())


def leaves(path: Path, of: Head) -> dict[str, str]:
    """The lines of a head, each file read from the target and checked."""

    def fetch(name: str, limit: int) -> bytes:
        return (path / "pith-digests" / f"{name}.txt").read_bytes()

    return {line.suffix: line.digest for line in walk(of.tree, fetch)}


def leaf_of(path: Path, of: str, head_: Head) -> str:
    """The digest of what a reader gets of a record, under the policy of a head."""
    folder = path / "pith" / of
    parts = [(folder / "bundle.json").read_bytes()]
    if (folder / "parts.json").exists():
        listed = json.loads((folder / "parts.json").read_bytes())["parts"]
        parts = [(folder / "parts" / f"{each['sha256']}.json").read_bytes() for each in listed]
    (policy,) = (each for each in (POLICY, WIDER) if each.sha256 == head_.policy_sha256)
    (report,) = Verifier(policy).verify_together(("", part) for part in parts)
    assert report.state is not None and report.record is not None
    four = report.record.hex, report.state.events_sha256, report.state.sha256, report.unverified_sha256
    return leaf_digest(*four)


def require_readable(path: Path) -> None:
    """A reader of the head that is there finds everything, whatever happened to the publisher.

    What has another digest has the one of the next head, whose files are there too.
    """
    if not (path / "pith-digests" / "head.json").exists():
        return
    heads = [head(path)]
    if (path / "pith-digests" / "next.json").exists():
        heads += [each for each in (head(path, "next.json"),) if each.previous == heads[0].sha256]
    listed = [leaves(path, each) for each in heads]
    for of in listed[0]:
        found = [lines.get(of) == leaf_of(path, of, each) for each, lines in zip(heads, listed, strict=True)]
        assert any(found), of


def require_published(path: Path) -> None:
    """What is there is what the head states."""
    require_readable(path)
    now = head(path)
    assert {of: leaf_of(path, of, now) for of in leaves(path, now)} == leaves(path, now)
