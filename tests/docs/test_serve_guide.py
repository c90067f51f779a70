"""docs/guides/serve-a-mirror.md: the server and the registry's line, run as they are printed."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kit.command_line import process_env, spawn, start
from kit.data import REPO
from kit.servers import Connection

GUIDE = (REPO / "docs" / "guides" / "serve-a-mirror.md").read_text(encoding="utf-8")
S = "OMJFN3CZBZK4KRI4XCDIFRLNQH"


def commands() -> list[str]:
    """The commands of the guide, lines that go on joined."""
    text = GUIDE.replace("\\\n", "")
    return re.findall(r"^\$ (.+)$", text, re.MULTILINE)


@pytest.mark.signals
def test_the_guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vectors").symlink_to(REPO / "vectors")
    init, add, serve, verify, *_ = commands()
    for line in (init, add):
        assert spawn(*shlex.split(line)[1:]).status == 0
    words = ["0" if word == "9100" else word for word in shlex.split(serve)[1:]]
    with start(*words, "--port", "0") as child:
        assert child.stdout is not None
        printed = [child.stdout.readline().decode().rstrip("\n") for _ in range(6)]
        port = int(printed[0].rpartition(":")[2])
        shown = re.search(r"^listening .*?(?=\n```)", GUIDE, re.DOTALL | re.MULTILINE)
        assert shown is not None
        # But for the ports and the time of the head.
        mask = re.compile(r"(?<=127\.0\.0\.1:)\d+|(?<=sha256      )\w+")
        assert [mask.sub("", line) for line in printed] == mask.sub("", shown[0]).splitlines()
        hashed = re.findall(r"^[0-9a-f]{64}$", GUIDE, re.MULTILINE)
        program = shlex.split(verify)[-1]
        record = requested(port)
        assert hash_of(program, record) == hashed[0]
        if shutil.which("curl") and shutil.which("jq"):
            line = verify.replace(":8080/", f":{port}/").replace("python3", shlex.quote(sys.executable))
            done = subprocess.run(
                ["sh", "-c", line], capture_output=True, text=True, timeout=60, env=process_env(), check=True
            )
            assert done.stdout.split() == hashed
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 0


def requested(port: int) -> str:
    """What curl and jq pass on: the same request, and the same member."""
    import json

    with Connection(port) as connection:
        fields = ["Accept: application/ld+json", "User-Agent: curl/7.88.1", f"Host: 127.0.0.1:{port}"]
        return json.dumps(connection.ask(f"/pith/{S}", *fields).json["canonical_record"])


def hash_of(program: str, record: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], input=record, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()
