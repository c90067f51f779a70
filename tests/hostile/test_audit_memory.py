"""An audit of everything holds a bounded number of documents, however many there are (AUDIT-4)."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from kit.audits import audited
from kit.command_line import process_env
from kit.data import REPO
from kit.lying_mirror import LyingMirror, Wire
from kit.memory import peak_kib
from kit.stores import body, suffix
from pithbundle.mirror.audit import run
from pithbundle.net.exchange import Exchange

BASES = ("https://a.example", "https://b.example")


class Held(bytes):
    """Bytes that are counted as long as something refers to them."""

    now: ClassVar[int] = 0
    most: ClassVar[int] = 0
    all: ClassVar[int] = 0

    def __new__(cls, data: bytes) -> Held:
        made = super().__new__(cls, data)
        Held.now += len(data)
        Held.all += len(data)
        Held.most = max(Held.most, Held.now)
        return made

    def __del__(self) -> None:
        Held.now -= len(self)


class Counting(Wire):
    """A client of which every document of a record is counted while it is held."""

    async def get(self, url: str, **options: Any) -> Exchange:
        found = await super().get(url, **options)
        return replace(found, body=Held(found.body)) if "/pith/" in url else found


def test_documents_are_held_as_long_as_they_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "HELD_BYTES", 20_000)
    bodies = {seed: body(seed, *range(6)) for seed in range(40)}
    mirrors = [LyingMirror(base) for base in BASES]
    for mirror in mirrors:
        for seed, data in bodies.items():
            mirror.put(seed, data)
    # One of them differs: what is read again is held with the others.
    mirrors[1].put(20, body(20, 1))
    Held.now = Held.most = Held.all = 0
    found = audited(*mirrors, wire=Counting(*mirrors))
    assert found.audit.counts["same"] == 78 and found.audit.records == 40
    largest = max(map(len, bodies.values()))
    # Those after which no more were read, those that were being read, and a state for each bundle.
    assert Held.most < 20_000 + run.AT_ONCE * len(mirrors) * 2 * largest < Held.all / 4
    assert Held.now < Held.most / 4


def test_what_is_read_again_is_held_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """All reads were held until the last one, of all records that differ, whatever their size."""
    mirrors = [LyingMirror(base) for base in BASES]
    for seed in range(20):
        for mirror in mirrors:
            mirror.put(seed, body(seed, *range(6)))
        mirrors[1].entry(seed).leaf = "0" * 32
    Held.now = Held.most = Held.all = 0
    found = audited(*mirrors, wire=Counting(*mirrors))
    assert found.words() == ["digest_differs"] * 20
    # Five reads of each record, of which the last one of each mirror is held, and one that is being read.
    assert Held.most < Held.all * 2.2 / 5


class Large:
    """A mirror without digests of records of almost 4 MiB each, made when they are requested."""

    def __init__(self, base: str, count: int) -> None:
        self.base = base
        self.requests: list[str] = []
        self._seeds = {suffix(seed): seed for seed in range(count)}

    def respond(self, path: str) -> tuple[int, bytes]:
        parts = path.split("/")
        if path.startswith("/pith/") and parts[3] == "bundle.json":
            # Elements that nobody can check: cheap to make, and to verify.
            more = tuple({"event_id": f"{at}", "payload": "x" * 900_000} for at in range(4))
            return 200, body(self._seeds[parts[2]], 1, more=more)
        return 404, b""


def peak(count: int) -> int:
    """The peak memory of this process, in KiB, after an audit of so many large records on two mirrors."""
    mirrors = [Large(base, count) for base in BASES]
    found = audited(*mirrors, numbers=tuple(suffix(seed) for seed in range(count)))
    assert found.audit.counts["same"] == 2 * count
    return peak_kib()


@pytest.mark.long
def test_memory_does_not_grow_with_the_records() -> None:
    """16 and 64 records of almost 4 MiB: those of two mirrors together would be 128 and 512 MB."""
    peaks = []
    for count in (16, 64):
        done = subprocess.run(
            [sys.executable, "-c", f"from hostile import test_audit_memory as it; print(it.peak({count}))"],
            env={**process_env(), "PYTHONPATH": f"{REPO}/src:{REPO}/tests"},
            capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        peaks.append(int(done.stdout))
    assert peaks[1] < peaks[0] * 1.2
