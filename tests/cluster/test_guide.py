"""The commands of the guide to clusters, run with a scheduler and workers of their own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from docsite import markdown
from kit import pages
from kit.buckets import bucket, upload
from kit.data import REPO

pytestmark = pytest.mark.cluster


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def test_the_guide_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (REPO / "docs" / "guides" / "recompute-on-a-cluster.md").read_text(encoding="utf-8")
    page = markdown.parse(text.replace("8786", str(free_port())))
    monkeypatch.chdir(tmp_path)
    session = pages.scratch(tmp_path)
    folders = [str(Path(sys.executable).parent), os.environ["PATH"]]
    monkeypatch.setenv("PATH", os.pathsep.join(folders))
    try:
        with bucket() as system:
            for item in pages.console(page, session, also={"needs the extra cluster"}):
                assert item.agrees(), f"{item.what}:\n" + "\n".join(item.found)
                if "pithbundle archive pack" in item.what:
                    upload(system, tmp_path / "registry", "bucket/registry")
    finally:
        # Where the page was not followed to its end.
        for path in tmp_path.glob("*.pid"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(path.read_text()), signal.SIGKILL)
