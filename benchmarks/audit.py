"""An audit of 1,000 records in full, against the client alone and the engine alone on the same bytes.

Two equal mirrors on loopback, in processes of their own. The figure is the processor's time of this process:
the audit, over the bare client on the same URLs plus the engine on what it received. The target is 1.3.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO / "tests"))

from kit.published import published  # noqa: E402
from kit.stores import POLICY, body, make, suffix  # noqa: E402
from pithbundle import Verifier  # noqa: E402
from pithbundle.mirror.audit.run import AuditOptions, audit  # noqa: E402
from pithbundle.mirror.remote import Remote  # noqa: E402
from pithbundle.net import AsyncClient, ClientOptions  # noqa: E402

_SERVER = """
import http.server, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def __init__(self, *args):
        super().__init__(*args, directory=sys.argv[1])
    def log_message(self, *args):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""
#: No pace: what is measured is work.
_OPTIONS = ClientOptions(rate=None, allow_loopback_http=True)


def timed(work: Callable[[AsyncClient], Awaitable[object]]) -> float:
    """Seconds of the processor for something that uses a client."""

    async def run() -> float:
        async with AsyncClient(_OPTIONS) as client:
            start = time.process_time()
            await work(client)
            return time.process_time() - start

    return asyncio.run(run())


class Work:
    """The three candidates on the same mirrors."""

    def __init__(self, bases: Sequence[str], suffixes: Sequence[str]) -> None:
        self.bases, self.suffixes = bases, suffixes
        self.bodies: list[bytes] = []

    async def client(self, client: AsyncClient) -> None:
        """Request bundles and states, and nothing else."""
        readers = [Remote(client, base) for base in self.bases]
        self.bodies = []
        for start in range(0, len(self.suffixes), 128):
            some = self.suffixes[start : start + 128]
            firsts = await asyncio.gather(*(one.first(name) for name in some for one in readers))
            self.bodies += [one.body for one in firsts]
            await asyncio.gather(*(one.state(name) for name in some for one in readers))

    async def engine(self, _: AsyncClient) -> None:
        """Verify and merge every bundle that was received, with its state."""
        verifier = Verifier(POLICY)
        for data in self.bodies:
            state = verifier.verify(data).report().state
            assert state is not None
            state.to_json()

    async def audit(self, client: AsyncClient) -> None:
        """Audit every record."""
        readers = [Remote(client, base) for base in self.bases]
        options = AuditOptions(full=True)
        found = await audit(readers, Verifier(POLICY), None, options, lambda *_: True)
        assert found.counts["same"] == len(self.bases) * len(self.suffixes), found.counts


def main() -> None:
    """Print the seconds of each candidate, and the ratio; the best of several rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        store, to = Path(root, "store"), Path(root, "to")
        make(store, *((body(seed, 1, 2, 3), "a") for seed in range(given.records))).close()
        published(store, to)
        servers = [
            subprocess.Popen([sys.executable, "-c", _SERVER, str(to)], stdout=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        try:
            ports = [one.stdout.readline().strip() for one in servers if one.stdout is not None]
            bases = [f"http://127.0.0.1:{port}" for port in ports]
            work = Work(bases, sorted(map(suffix, range(given.records))))
            best = {"client": float("inf"), "engine": float("inf"), "audit": float("inf")}
            for _ in range(given.rounds):
                for name in best:
                    best[name] = min(best[name], timed(getattr(work, name)))
        finally:
            for one in servers:
                one.kill()
                one.wait()
    for name, seconds in best.items():
        print(f"{name:8} {seconds:7.2f} s")
    print(f"ratio    {best['audit'] / (best['client'] + best['engine']):7.2f}")


if __name__ == "__main__":
    main()
