"""Mirrors on loopback: what a plain file server has of a published store, and a switch for each lie."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pithbundle.archive.lines import line_of
from pithbundle.archive.writer import Writer
from pithbundle.bundle.reader import read_bundle
from pithbundle.digests.head import Head
from pithbundle.digests.lines import LeafLine
from pithbundle.encoding.canonical import encode
from pithbundle.mirror.digest_folder import Statement, write_digests
from pithbundle.mirror.manifest import Mirror
from pithbundle.mirror.sync.results import MirrorResult
from pithbundle.mirror.sync.run import synchronise
from pithbundle.net.client import AsyncClient, ClientOptions
from pithbundle.store import Store

RULES: Final = "pithbundle-merge-1"
_RANGE: Final = re.compile("bytes=([0-9]+)-([0-9]+)")


@dataclass(frozen=True)
class Reply:
    """What the server sends: a status, a body, more fields. ``hang``: nothing, until the end."""

    status: int = 200
    body: bytes = b""
    fields: tuple[str, ...] = ()
    etag: str | None = None
    hang: bool = False

    def to_bytes(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status} X", *self.fields]
        if self.status != 304:
            lines.append(f"Content-Length: {len(self.body)}")
        if self.etag:
            lines.append(f"ETag: {self.etag}")
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + self.body


def etag_of(body: bytes) -> str:
    return f'"{sha256(body).hexdigest()}"'


@dataclass
class FakeMirror:
    """Files by their paths, and replies in their place.

    Attributes:
        files: what a plain file server has.
        lies: by path, what is replied instead.
        etags: whether responses have entity tags.
        requests: the paths that were requested, in order, and the fields of each request.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    lies: dict[str, Reply | Callable[[], Reply]] = field(default_factory=dict)
    etags: bool = True
    requests: list[str] = field(default_factory=list)
    fields: list[dict[str, str]] = field(default_factory=list)
    sent: int = 0
    base: str = ""

    def reply(self, path: str, fields: dict[str, str]) -> Reply:
        self.requests.append(path)
        self.fields.append(fields)
        lie = self.lies.get(path)
        if lie is not None:
            return lie if isinstance(lie, Reply) else lie()
        body = self.files.get(path)
        if body is None:
            return Reply(404, b"<html>not found</html>")
        etag = etag_of(body) if self.etags else None
        if etag is not None and fields.get("if-none-match") == etag:
            return Reply(304, etag=etag)
        span = _RANGE.fullmatch(fields.get("range", ""))
        if span:
            start, end = int(span[1]), min(int(span[2]), len(body) - 1)
            of = f"Content-Range: bytes {start}-{end}/{len(body)}"
            return Reply(206, body[start : end + 1], (of,), etag)
        return Reply(200, body, (), etag)

    def take_requests(self) -> list[str]:
        """The paths since the last call."""
        found, self.requests, self.fields = self.requests, [], []
        return found

    @property
    def head(self) -> Head:
        return Head.from_bytes(self.files["/pith-digests/head.json"])


@contextlib.contextmanager
def serving(*mirrors: FakeMirror) -> Iterator[None]:
    """Serve each mirror on a port of its own, in a thread, until the block ends."""
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    stop = asyncio.Event()

    async def run() -> None:
        connections: set[asyncio.Task[Any]] = set()
        writers: set[asyncio.StreamWriter] = set()
        servers = []
        for mirror in mirrors:
            handler = _handler(mirror, connections, writers)
            server = await asyncio.start_server(handler, "127.0.0.1", 0)
            mirror.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            servers.append(server)
        ready.set()
        await stop.wait()
        for server in servers:
            server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        for writer in writers:
            writer.transport.abort()
        for _ in range(5):
            await asyncio.sleep(0)

    def thread() -> None:
        loop.run_until_complete(run())
        loop.close()

    running = threading.Thread(target=thread)
    running.start()
    ready.wait()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        running.join()


def _handler(mirror: FakeMirror, tasks: set[asyncio.Task[Any]], writers: set[asyncio.StreamWriter]) -> Any:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        writers.add(writer)
        with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                line, *lines = head.decode("latin-1").split("\r\n")[:-2]
                fields = {one.split(": ")[0].lower(): one.split(": ", 1)[1] for one in lines}
                reply = mirror.reply(line.split(" ")[1], fields)
                if reply.hang:
                    await asyncio.sleep(3600)
                data = reply.to_bytes()
                mirror.sent += len(data)
                writer.write(data)
                await writer.drain()
        writer.close()
        tasks.discard(task)
        writers.discard(writer)

    return handle


def client(**options: Any) -> AsyncClient:
    """A client of these mirrors: no limit on its rate, one attempt."""
    given: dict[str, Any] = {"deadline": 10.0, "rate": None, "attempts": 1, "allow_loopback_http": True}
    return AsyncClient(ClientOptions(**{**given, **options}))


class Publisher:
    """Publishes a store into the files of a mirror, as a plain file server would have them.

    Written from the table of paths alone, so that it checks what the package publishes too.
    """

    def __init__(self, folder: Path, mirror: FakeMirror, origin: str = "mirror.example") -> None:
        self._folder = folder
        self._mirror = mirror
        self._origin = origin

    def publish(self, store: Store, *, archive: bool = False, digests: bool = True, second: int = 0) -> None:
        """Write everything anew but the files of earlier digests."""
        files = self._mirror.files
        for path in [path for path in files if not path.startswith("/pith-digests/")]:
            del files[path]
        records = [*store.records()]
        bundles: list[bytes] = []
        for row in records:
            served = store.bundles_of(row.suffix)
            assert served is not None
            bundles += served.parts
            self._put_record(row.suffix, served.parts)
        if archive:
            self._put_archive(bundles)
        if digests:
            self._put_digests(store, archive, second)

    def _put_record(self, suffix: str, parts: tuple[bytes, ...]) -> None:
        files = self._mirror.files
        files[f"/pith/{suffix}/bundle.json"] = max(parts, key=len)
        if len(parts) == 1:
            return
        events = sum(len(read_bundle(part).events) for part in parts)
        listed: list[Any] = [{"bytes": len(part), "sha256": sha256(part).hexdigest()} for part in parts]
        files[f"/pith/{suffix}/parts.json"] = encode(
            {
                "events": events, "parts": listed, "parts_type": "pithbundle_mirror_parts",
                "parts_version": "1", "suffix": suffix,
            }
        )  # fmt: skip
        for part in parts:
            files[f"/pith/{suffix}/parts/{sha256(part).hexdigest()}.json"] = part

    def _put_archive(self, bundles: list[bytes]) -> None:
        folder = self._folder / "archive"
        shutil.rmtree(folder, ignore_errors=True)
        with Writer(str(folder)) as writer:
            for bundle in bundles:
                writer.add(line_of(bundle))
            writer.finish()
        for path in folder.iterdir():
            self._mirror.files[f"/archive/{path.name}"] = path.read_bytes()

    def _put_digests(self, store: Store, archive: bool, second: int) -> None:
        records = [*store.records()]
        folder = self._folder / "digests"
        statement = Statement(
            self._origin, RULES, store.policy.sha256, len(records), sum(row.valid for row in records),
            f"2026-11-20T00:{second // 60:02}:{second % 60:02}Z",
            "archive/pith-archive.json" if archive else None,
        )  # fmt: skip
        write_digests(str(folder), lambda: (LeafLine(row.suffix, row.leaf) for row in records), statement)
        for name in [name for name in self._mirror.files if name.startswith("/pith-digests/")]:
            del self._mirror.files[name]
        for path in folder.iterdir():
            if path.name != "kept.txt":
                self._mirror.files[f"/pith-digests/{path.name}"] = path.read_bytes()


def synchronised(
    store: Store, *mirrors: FakeMirror, numbers: Any = None, **options: Any
) -> list[MirrorResult]:
    """Bring a store up to date with mirrors; the result of each."""

    async def run() -> list[MirrorResult]:
        async with client(**options) as opened:
            named = [Mirror.at(each.base, allow_loopback_http=True) for each in mirrors]
            return await synchronise(opened, store, named, numbers=numbers)

    return asyncio.run(run())


def digests_of(store: Store) -> dict[str, str]:
    """The leaf digest of each record."""
    return {row.suffix: row.leaf for row in store.records()}
