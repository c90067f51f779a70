"""Mirrors in memory that lie, behind ports of this machine, and the findings of an audit of them."""

from __future__ import annotations

from pathlib import Path

from kit.lying_mirror import LIES, LyingMirror
from kit.mirrors import FakeMirror, Reply
from pithbundle.mirror.audit.finding import read_finding


class Lying(FakeMirror):
    """A mirror of three records that tells some lies, for :func:`kit.mirrors.serving`."""

    def __init__(self, *lies: str) -> None:
        super().__init__()
        self.lying = LyingMirror.of({1: (1, 2, 3), 2: (1,), 3: (1,)}, origin="mirror.example")
        for name in lies:
            LIES[name][0](self.lying)

    def reply(self, path: str, fields: dict[str, str]) -> Reply:
        status, data = self.lying.respond(path)
        return Reply(status, data)


def findings(folder: Path) -> set[str]:
    """The names of the findings in the folder of an audit, each of which is whole."""
    inner = folder / "findings"
    paths = [*inner.iterdir()] if inner.exists() else []
    for path in paths:
        if path.name != "new.part":
            read_finding(path.read_bytes())
    return {path.name for path in paths if path.name != "new.part"}
