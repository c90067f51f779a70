"""``mirror serve`` against a bare route of starlette with the same body, and beside 500 slow clients.

wrk asks both servers in turns, each in a process of its own; the best of the rounds counts, because noise
only ever takes. The targets: at least 0.7 of the rate of the bare route, and at most 3 times its 99th
percentile; a fast client beside slow ones at least 0.8 of its rate alone. A slow client that was cut off
comes again within 5 seconds, so that 500 of them make about 90 connections a second. Were it twice a second,
they would make 870, and a server of one process has time for little beside.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO / "tests"))

from kit.stores import body, make, suffix  # noqa: E402

_BARE = """
import pathlib, socket, sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
body = pathlib.Path(sys.argv[1]).read_bytes()
async def state(request):
    return Response(body, media_type="application/json")
listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
listening.bind(("127.0.0.1", 0))
listening.listen(128)
print(listening.getsockname()[1], flush=True)
app = Starlette(routes=[Route("/{path:path}", state)])
uvicorn.Server(uvicorn.Config(app, http="httptools", loop="asyncio", access_log=False)).run([listening])
"""
#: Clients that send a head byte by byte, that take a response byte by byte, and that do nothing. Each looks
#: every 5 seconds, one after the other, and comes again if it was cut off.
_SLOW = """
import socket, sys, time
port, count, large = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3].encode()
def connected(kind):
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    try:
        made.connect(("127.0.0.1", port))
        if kind == 1:
            made.send(b"GET " + large + b" HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
        made.setblocking(False)
        return made
    except OSError:
        made.close()
def goes_on(made, kind):
    try:
        if kind == 0:
            made.send(b"G")
        return made.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
clients = [connected(number % 3) for number in range(count)]
# Until the server has taken the first burst.
time.sleep(1)
print("connected", flush=True)
while True:
    for number, made in enumerate(clients):
        time.sleep(5 / count)
        if made is None or not goes_on(made, number % 3):
            if made is not None:
                made.close()
            clients[number] = connected(number % 3)
"""


@dataclass(frozen=True)
class Figures:
    """What wrk measured in one round."""

    #: Requests a second.
    rate: float
    #: The 99th percentile of the times to a response, in milliseconds.
    p99: float


def measured(port: int, path: str, connections: int, seconds: int) -> Figures:
    """Ask for one address over and over."""
    command = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "--latency",
        f"http://127.0.0.1:{port}{path}",
    ]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"99%\s+([0-9.]+)(us|ms|s)\b.*Requests/sec:\s+([0-9.]+)", printed, re.DOTALL)
    if found is None or "Non-2xx" in printed:
        raise SystemExit(f"wrk did not measure: {printed}")
    return Figures(float(found[3]), float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]])


@contextlib.contextmanager
def started(*command: str) -> Iterator[str]:
    """A process that prints one line when it is ready, until the block ends."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        try:
            assert child.stdout is not None
            yield child.stdout.readline()
        finally:
            child.kill()


def best(rounds: list[Figures]) -> Figures:
    """The largest rate and the least percentile."""
    return Figures(max(one.rate for one in rounds), min(one.p99 for one in rounds))


def missing() -> str:
    """What this benchmark needs and the machine lacks."""
    if shutil.which("wrk") is None:
        return "wrk is not installed: it is a package of Debian"
    return "" if find_spec("starlette") else "starlette is not installed: make bench installs it"


def main() -> None:
    """Print the rates, the percentiles and the three ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=2, help="of each round")
    parser.add_argument("--slow", type=int, default=500, help="slow clients")
    given = parser.parse_args()
    if lacks := missing():
        print(f"serve    not measured: {lacks}")
        return
    with tempfile.TemporaryDirectory() as root, contextlib.ExitStack() as stack:
        store = Path(root, "store")
        make(store, (body(1, 1, 2, 3), "a"), (body(2, *range(3_000)), "a")).close()
        own = [sys.executable, "-m", "pithbundle", "mirror", "serve", "--store", str(store)]
        line = stack.enter_context(started(*own, "--origin", "mirror.example", "--port", "0"))
        port = int(line.rpartition(":")[2])
        path = f"/pith/{suffix(1)}/state.json"
        state = Path(root, "state.json")
        state.write_bytes(fetched(port, path))
        large = f"/pith/{suffix(2)}/bundle.json"
        # Its signatures are verified at the first request: that is not measured here.
        fetched(port, large)
        bare = int(stack.enter_context(started(sys.executable, "-c", _BARE, str(state))))
        rounds: dict[str, list[Figures]] = {"serve": [], "starlette": [], "alone": [], "beside": []}
        for _ in range(given.rounds):
            rounds["serve"].append(measured(port, path, 16, given.seconds))
            rounds["starlette"].append(measured(bare, path, 16, given.seconds))
        for _ in range(given.rounds):
            rounds["alone"].append(measured(port, path, 1, given.seconds))
            with started(sys.executable, "-c", _SLOW, str(port), str(given.slow), large):
                rounds["beside"].append(measured(port, path, 1, given.seconds))
    figures = {name: best(found) for name, found in rounds.items()}
    for name, one in figures.items():
        print(f"{name:10} {one.rate:9.0f} requests a second, 99 % within {one.p99:7.2f} ms")
    print(f"rate       {figures['serve'].rate / figures['starlette'].rate:9.2f} of starlette")
    print(f"99 %       {figures['serve'].p99 / figures['starlette'].p99:9.2f} times starlette")
    print(f"beside     {figures['beside'].rate / figures['alone'].rate:9.2f} of alone")


def fetched(port: int, path: str) -> bytes:
    """One body."""
    from kit.servers import Connection

    with Connection(port) as connection:
        return connection.ask(path).body


if __name__ == "__main__":
    main()
