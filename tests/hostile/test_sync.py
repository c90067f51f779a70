"""Mirrors that lie, stop and change, and a run that is killed: nothing is lost (SYNC-9, SYNC-10, SYNC-14)."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from kit.crash import killed_at
from kit.mirrors import FakeMirror, Publisher, Reply, digests_of, serving, synchronised
from kit.runs import spread
from kit.stores import POLICY, body, ids, make, suffix, unverified, wanted
from pithbundle.archive.zstd import compress
from pithbundle.mirror.sync.known import KnownMirror
from pithbundle.mirror.sync.results import MirrorResult, exit_status
from pithbundle.store import Incoming, Store

SECRET = "SECRET"


@pytest.fixture
def mirror() -> Iterator[FakeMirror]:
    made = FakeMirror()
    with serving(made):
        yield made


def publish(tmp_path: Path, mirror: FakeMirror, *bodies: bytes, **options: Any) -> dict[str, str]:
    """Publish a new store of bundles; its digests."""
    folder = tmp_path / f"source-{len([*tmp_path.iterdir()])}"
    with make(folder) as source:
        list(source.add_many(Incoming(each, "registry") for each in bodies))
        Publisher(tmp_path, mirror).publish(source, **options)
        return digests_of(source)


def empty(tmp_path: Path, name: str = "store") -> Store:
    return Store.create(str(tmp_path / name), POLICY)


def sync(store: Store, mirror: FakeMirror, **options: Any) -> MirrorResult:
    (result,) = synchronised(store, mirror, **options)
    return result


def messages(result: MirrorResult) -> str:
    """Everything of a result that is printed."""
    faults = [fault.reason for fault in (*result.failed.first, *result.quarantined.first)]
    return " ".join([*faults, *map(str, result.problems.first), str(result.error)])


# -- D7, D9: what is served in the place of a bundle -------------------------------------------

LIES: list[tuple[Reply, str]] = [
    (Reply(200, b"<html><body>SECRET</body></html>"), "syntax"),
    (Reply(200, b'{"error":"SECRET"}'), "type"),
    (Reply(200, b'{"bundle_type":"SECRET"}'), "type"),
    (Reply(200, b""), "syntax"),
    (Reply(200, b"null"), "type"),
    (Reply(200, b"[]"), "type"),
    (Reply(200, body(1, 1)[:-1]), "syntax"),
    (Reply(200, body(1, 1) + b"SECRET"), "syntax"),
    (Reply(200, b"\xef\xbb\xbf" + body(1, 1)), "bom"),
    (Reply(200, b"\xff\xfe"), "utf8"),
    (Reply(200, body(2, 1)), "subject"),
    (Reply(200, body(1, more=(unverified(1, 1),))), "key_unknown"),
    (Reply(200, b"\x1f\x8bSECRET"), "encoding"),
    (Reply(200, body(1, 1), ("Content-Encoding: gzip",)), "encoding"),
    (Reply(200, b"x" * (5 << 20)), "size"),
    (Reply(404, b"SECRET"), "http"),
    (Reply(410, b"SECRET"), "http"),
    (Reply(500, b"SECRET"), "http"),
    (Reply(302, b"", ("Location: http://127.0.0.1:9/",)), "url"),
    (Reply(302, b"", ("Location: https://169.254.169.254/",)), "address"),
    (Reply(304), "http"),
    (Reply(206, body(1, 1)), "http"),
]


@pytest.mark.parametrize(("reply", "code"), LIES, ids=[f"{at}-{code}" for at, (_, code) in enumerate(LIES)])
def test_what_is_no_bundle_of_the_record(tmp_path: Path, mirror: FakeMirror, reply: Reply, code: str) -> None:
    expected = publish(tmp_path, mirror, body(1, 1), body(2, 1), body(3, 1))
    mirror.lies[f"/pith/{suffix(1)}/bundle.json"] = reply
    with empty(tmp_path) as store:
        result = sync(store, mirror)
        found = [each.code for each in (*result.failed.first, *result.quarantined.first)]
        assert found == [code] and SECRET not in messages(result)
        assert exit_status([result]) == (1 if result.contradicts else 3)
        assert digests_of(store) == {name: leaf for name, leaf in expected.items() if name != suffix(1)}
        if result.quarantined.count:
            # It is evidence, and is not requested again until the mirror states another digest.
            assert [one.sha256 for one in store.quarantined()] == [sha256(reply.body).hexdigest()]
            assert sync(store, mirror).how == "nothing"
        else:
            del mirror.lies[f"/pith/{suffix(1)}/bundle.json"]
            mirror.take_requests()
            assert sync(store, mirror).is_clean
            assert [path for path in mirror.take_requests() if path.endswith("bundle.json")] == [
                f"/pith/{suffix(1)}/bundle.json"
            ]
            assert digests_of(store) == expected


def test_every_record_replaced_by_another_one(tmp_path: Path, mirror: FakeMirror) -> None:
    """D9."""
    publish(tmp_path, mirror, *(body(seed, 1) for seed in range(20)))
    for seed in range(20):
        mirror.files[f"/pith/{suffix(seed)}/bundle.json"] = body((seed + 1) % 20, 1)
    with empty(tmp_path) as store:
        result = sync(store, mirror)
        assert [each.code for each in result.quarantined.first] == ["subject"] * 20
        assert exit_status([result]) == 1 and [*store.records()] == []


def test_one_bad_record_of_a_thousand(tmp_path: Path, mirror: FakeMirror) -> None:
    expected = publish(tmp_path, mirror, *(body(seed, 1) for seed in range(1000)))
    mirror.files[f"/pith/{suffix(500)}/bundle.json"] = b"junk"
    with empty(tmp_path) as store:
        result = sync(store, mirror)
        assert (result.added, result.quarantined.count, result.failed.count) == (999, 1, 0)
        del expected[suffix(500)]
        assert digests_of(store) == expected


def test_digests_that_lie(tmp_path: Path, mirror: FakeMirror) -> None:
    """Each file of the digests in turn: the fault is reported, and nothing that was there is lost."""
    publish(tmp_path, mirror, *(body(seed, 1) for seed in range(140)))
    names = [path for path in mirror.files if path.startswith("/pith-digests/")]
    numbers = [suffix(seed) for seed in range(3)]
    for at, name in enumerate(random.Random(1).sample(names, 8)):
        mirror.lies = {name: Reply(200, b"AAAA" + mirror.files[name])}
        with empty(tmp_path, f"store-{at}") as store:
            result = sync(store, mirror, numbers=numbers)
            assert [each.code for each in result.problems.first] in (
                ["digest_invalid"],
                ["size"],
            ) or result.error
            assert exit_status([result]) == 3 and len([*store.records()]) >= 3


# -- packs -------------------------------------------------------------------------------------


def packs(mirror: FakeMirror) -> tuple[dict[str, Any], str]:
    """The manifest of the archive, and the path of its one pack."""
    value: dict[str, Any] = json.loads(mirror.files["/archive/pith-archive.json"])
    (pack,) = value["packs"]
    return value, f"/archive/{pack['file']}"


def replace_pack(mirror: FakeMirror, lines: list[bytes], **changes: Any) -> None:
    """A pack of one frame with these lines, and a manifest that fits but for what is changed."""
    value, old = packs(mirror)
    raw = b"".join(line + b"\n" for line in lines)
    data = compress(raw)
    content = sha256(raw).hexdigest()
    pack = {
        **value["packs"][0],
        "file": content[:32] + ".jsonl.zst",
        "bundles": len(lines),
        "raw_bytes": len(raw),
        "file_bytes": len(data),
        "content_sha256": content,
        "file_sha256": sha256(data).hexdigest(),
        **changes,
    }
    del mirror.files[old]
    mirror.files[f"/archive/{pack['file']}"] = data
    value["packs"] = [pack]
    mirror.files["/archive/pith-archive.json"] = json.dumps(value).encode()


def flipped(mirror: FakeMirror) -> None:
    _, path = packs(mirror)
    data = bytearray(mirror.files[path])
    data[len(data) // 2] ^= 1
    mirror.files[path] = bytes(data)


def rehashed(mirror: FakeMirror) -> None:
    """Damage, with the hash of the damaged file in the manifest."""
    flipped(mirror)
    value, path = packs(mirror)
    value["packs"][0]["file_sha256"] = sha256(mirror.files[path]).hexdigest()
    mirror.files["/archive/pith-archive.json"] = json.dumps(value).encode()


def sorted_lines() -> list[bytes]:
    return [body(seed, 1) for seed in sorted(range(5), key=suffix)]


PACK_LIES: dict[str, Callable[[FakeMirror], object]] = {
    "another hash": flipped,
    "damaged frames": rehashed,
    "out of order": lambda mirror: replace_pack(mirror, sorted_lines()[::-1]),
    "a line twice": lambda mirror: replace_pack(mirror, sorted_lines()[:1] * 2),
    "another content": lambda mirror: replace_pack(
        mirror, sorted_lines(), content_sha256="0" * 64, file="0" * 32 + ".jsonl.zst"
    ),
    "another count": lambda mirror: replace_pack(mirror, sorted_lines(), bundles=7),
    "lines that are no bundles": lambda mirror: replace_pack(mirror, [b'{"SECRET":1}', *sorted_lines()]),
    "no pack": lambda mirror: mirror.files.pop(packs(mirror)[1]),
    "no manifest": lambda mirror: mirror.files.pop("/archive/pith-archive.json"),
    "a page": lambda mirror: mirror.files.update({"/archive/pith-archive.json": b"<html>SECRET"}),
    "longer than claimed": lambda mirror: mirror.files.update(
        {packs(mirror)[1]: mirror.files[packs(mirror)[1]] + b"SECRET"}
    ),
    "shorter than claimed": lambda mirror: mirror.files.update({packs(mirror)[1]: b"SECRET"}),
    "the whole for a part": lambda mirror: mirror.lies.update({packs(mirror)[1]: Reply(200, b"SECRET")}),
}


@pytest.mark.parametrize("name", PACK_LIES)
def test_packs_that_lie(tmp_path: Path, mirror: FakeMirror, name: str) -> None:
    expected = publish(tmp_path, mirror, *(body(seed, 1) for seed in range(5)), archive=True)
    PACK_LIES[name](mirror)
    with empty(tmp_path) as store:
        result = sync(store, mirror)
        assert result.problems.count == 1 and SECRET not in messages(result)
        assert mirror.base in messages(result) and exit_status([result]) == 3
        # Everything came by its number.
        assert digests_of(store) == expected and result.complete
        assert not [*(Path(store.path) / "downloads").glob("*")]
        assert sync(store, mirror).is_clean


def test_what_no_key_of_the_policy_signed_is_not_added_of_a_pack(tmp_path: Path, mirror: FakeMirror) -> None:
    publish(tmp_path, mirror, *(body(seed, 1) for seed in range(5)), archive=True)
    forged = [body(seed, more=(unverified(seed, 1),)) for seed in sorted(range(5), key=suffix)]
    replace_pack(mirror, forged)
    with empty(tmp_path) as store:
        result = sync(store, mirror)
        assert (result.from_packs, result.added, result.problems.count) == (0, 5, 0)
        assert [*store.quarantined()] == [] and result.is_clean


def test_a_pack_goes_on_where_it_ended(tmp_path: Path, mirror: FakeMirror) -> None:
    publish(tmp_path, mirror, *(body(seed, 1) for seed in range(5)), archive=True)
    value, path = packs(mirror)
    data, digest = mirror.files[path], value["packs"][0]["file_sha256"]
    for at, kept in enumerate((data[:100], b"SECRET", data, data + b"more")):
        with empty(tmp_path, f"store-{at}") as store:
            downloads = Path(store.path) / "downloads"
            downloads.mkdir()
            (downloads / f"{digest}.pack").write_bytes(kept)
            mirror.take_requests()
            result = sync(store, mirror)
            assert result.from_packs == 5 and result.is_clean
        ranges = [fields["range"] for fields in mirror.fields if "range" in fields]
        last = len(data) - 1
        assert (
            ranges
            == [
                [f"bytes=100-{last}"],
                # Of another file: it is received again from its beginning.
                [f"bytes=6-{last}", f"bytes=0-{last}"],
                [],
                [f"bytes=0-{last}"],
            ][at]
        )


# -- SIGKILL, limits ---------------------------------------------------------------------------


def done_before(path: Path, base: str) -> set[str]:
    with Store.open(str(path)) as store:
        return {name for name, row in KnownMirror(store, base).rows() if row.leaf}


def continue_after(path: Path, mirror: FakeMirror, expected: dict[str, str]) -> None:
    """The next run completes the store, and requests nothing that was done."""
    done = done_before(path, mirror.base)
    mirror.take_requests()
    with Store.open(str(path)) as store:
        result = sync(store, mirror)
        assert result.complete and not result.error and not result.quarantined.count
        assert digests_of(store) == expected
        # A torn tail of a segment is listed as damage; the index follows from the rest.
        assert not store.check().difference_count
    requested = {path.split("/")[2] for path in mirror.take_requests() if path.endswith("bundle.json")}
    assert not requested & done


@pytest.mark.parametrize("archive", [False, True])
def test_killed_at_each_operation(tmp_path: Path, mirror: FakeMirror, archive: bool) -> None:
    expected = publish(tmp_path, mirror, *(body(seed, 1) for seed in range(40)), archive=archive)
    empty(tmp_path, "first").close()

    def work() -> None:
        with Store.open(str(tmp_path / "store")) as store:
            sync(store, mirror)

    for at in range(100):
        shutil.rmtree(tmp_path / "store", ignore_errors=True)
        shutil.copytree(tmp_path / "first", tmp_path / "store")
        was_killed = killed_at(at, at % 3 / 2, work)
        continue_after(tmp_path / "store", mirror, expected)
        if not was_killed:
            assert at > 4
            return
    raise AssertionError("never at its end")


def test_killed_at_each_request(tmp_path: Path, mirror: FakeMirror) -> None:
    expected = publish(tmp_path, mirror, *(body(seed, 1) for seed in range(150)))
    empty(tmp_path, "first").close()
    for at in (1, 2, 5, 20, 34, 40, 80, 120, 180):
        shutil.rmtree(tmp_path / "store", ignore_errors=True)
        shutil.copytree(tmp_path / "first", tmp_path / "store")
        mirror.take_requests()
        pid = os.fork()
        if pid == 0:
            try:
                with Store.open(str(tmp_path / "store")) as store:
                    sync(store, mirror)
            finally:
                os._exit(0)
        while len(mirror.requests) < at:
            time.sleep(0.001)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        continue_after(tmp_path / "store", mirror, expected)


def test_a_limit_on_requests_is_continued(tmp_path: Path, mirror: FakeMirror) -> None:
    expected = publish(tmp_path, mirror, *(body(seed, 1) for seed in range(60)))
    with empty(tmp_path) as store:
        mirror.take_requests()
        for _ in range(30):
            result = sync(store, mirror, max_requests=9)
            if result.complete:
                break
            assert result.error is not None and result.error.code == "requests" and not result.failed.count
        assert digests_of(store) == expected
    requested = [path for path in mirror.take_requests() if path.endswith("bundle.json")]
    assert len(requested) == len({*requested}) == 60


# -- D11 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hangs", ["/pith-digests/head.json", "root", "bundles", "/archive/pith-archive.json"]
)
def test_a_silent_mirror_delays_no_other(tmp_path: Path, mirror: FakeMirror, hangs: str) -> None:
    expected = publish(tmp_path, mirror, *(body(seed, 1) for seed in range(40)), archive="archive" in hangs)
    silent = FakeMirror(dict(mirror.files))
    paths = {"root": [f"/pith-digests/{mirror.head.root}.txt"]}.get(hangs, [hangs])
    if hangs == "bundles":
        paths = [path for path in mirror.files if path.endswith("bundle.json")]
    silent.lies = dict.fromkeys(paths, Reply(hang=True))
    ended: list[float] = []
    real = mirror.reply

    def reply(path: str, fields: dict[str, str]) -> Reply:
        ended.append(time.monotonic())
        return real(path, fields)

    mirror.reply = reply  # type: ignore[method-assign]
    with serving(silent), empty(tmp_path) as store:
        began = time.monotonic()
        first, second = synchronised(store, silent, mirror, deadline=3.0)
        # All of the other one was requested before the first exchange with this one ended.
        assert ended[-1] - began < 3.0
        assert second.complete and not second.failed.count
        assert not first.complete or first.same == 40
        assert "timeout" in {first.error and first.error.code, *(one.code for one in first.failed.first)}
        assert digests_of(store) == expected
        # Given up after a few records, not after all of them.
        assert first.failed.count <= 40


def test_a_store_that_cannot_be_written_ends_everything(
    tmp_path: Path, mirror: FakeMirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pithbundle.errors import FileError

    publish(tmp_path, mirror, *(body(seed, 1) for seed in range(5)))
    with empty(tmp_path) as store:

        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("pithbundle.durable.write", full)
        with pytest.raises(FileError):
            sync(store, mirror)
        monkeypatch.undo()
        assert sync(store, mirror).is_clean


# -- histories ---------------------------------------------------------------------------------


class History:
    """A mirror that adds, takes down, lags, publishes meanwhile, and is restored; a reader that follows."""

    def __init__(self, tmp_path: Path, mirror: FakeMirror, seed: int) -> None:
        self.draw = random.Random(seed)
        self.mirror = mirror
        self.folder = tmp_path
        self.publisher = Publisher(tmp_path, mirror)
        self.marks: dict[int, set[int]] = {}
        self.seen: dict[int, set[int]] = {}
        self.backups: list[tuple[dict[int, set[int]], dict[str, bytes]]] = []
        self.second = 0

    def step(self, store: Store) -> None:
        kind = self.draw.choice(["change", "change", "grow", "takedown", "restore", "lag", "no-digests"])
        self.mirror.lies = {}
        if kind == "restore" and self.backups:
            backup, files = self.draw.choice(self.backups)
            self.marks = {seed: {*marks} for seed, marks in backup.items()}
            self.mirror.files = dict(files)
            shutil.rmtree(self.folder / "digests", ignore_errors=True)
            (self.folder / "digests").mkdir()
            for path, data in files.items():
                if path.startswith("/pith-digests/"):
                    (self.folder / "digests" / path.rpartition("/")[2]).write_bytes(data)
        else:
            self.change(kind)
            self.publish(digests=kind != "no-digests")
        lagging = None
        if kind == "lag" and self.marks:
            lagging = self.draw.choice([*self.marks])
            self.mirror.lies[f"/pith/{suffix(lagging)}/bundle.json"] = Reply(
                200, body(lagging, 1), (), '"old"'
            )
        numbers = [suffix(seed) for seed in self.marks] if kind == "no-digests" else None
        result = sync(store, self.mirror, numbers=numbers)
        assert not result.quarantined.count and not result.invalid.count and not result.contradicts
        assert not result.failed.count and not result.error and not result.problems.count
        for seed, marks in self.marks.items():
            if seed != lagging:
                self.seen.setdefault(seed, set()).update(marks)
        # Nothing is ever lost, and everything that the mirror has is there.
        for seed, marks in self.seen.items():
            assert ids(store, seed) >= wanted(seed, *marks), (kind, seed)
        if kind != "lag":
            assert result.complete, kind

    def change(self, kind: str) -> None:
        count = self.draw.randint(100, 150) if kind == "grow" and len(self.marks) < 100 else 3
        for _ in range(count):
            seed = self.draw.randrange(400)
            self.marks.setdefault(seed, {1}).add(self.draw.randrange(2, 6))
        if kind == "takedown":
            for seed in self.draw.sample([*self.marks], min(len(self.marks), self.draw.choice([1, 3, 60]))):
                del self.marks[seed]

    def publish(self, *, digests: bool) -> None:
        self.second += 1
        folder = self.folder / f"source-{self.second}"
        with make(folder) as source:
            bodies = [body(seed, *sorted(marks)) for seed, marks in self.marks.items()]
            list(source.add_many(Incoming(each, "registry") for each in bodies))
            files = {path: data for path, data in self.mirror.files.items() if path.startswith("/pith-dig")}
            self.mirror.files = files if digests else {}
            self.publisher.publish(source, digests=digests, second=self.second)
        shutil.rmtree(folder)
        if digests:
            self.backups.append(
                ({seed: {*each} for seed, each in self.marks.items()}, dict(self.mirror.files))
            )


@pytest.mark.parametrize("seed", spread(range(30), ordinary=range(3)))
def test_histories_of_an_honest_mirror(tmp_path: Path, mirror: FakeMirror, seed: int) -> None:
    history = History(tmp_path, mirror, seed)
    with empty(tmp_path) as store:
        for _ in range(8):
            history.step(store)
        assert store.check().is_sound


# -- others that use the store -----------------------------------------------------------------


@pytest.mark.slow
def test_two_runs_at_once_beside_whatever_else_uses_the_store(tmp_path: Path, mirror: FakeMirror) -> None:
    """F5: each run is complete, nothing that was answered is lost, and the index follows from segments."""
    expected = publish(tmp_path, mirror, *(body(seed, 1) for seed in range(1, 31)), archive=True)
    path = tmp_path / "store"
    Store.create(str(path), POLICY).close()
    ended = threading.Event()

    def add(store: Store, at: int) -> None:
        store.add(body(100 + at, 1), origin="local")
        store.add(b"junk %d" % at, origin="hostile")

    works: list[Callable[[Store, int], object]] = [
        add,
        lambda store, _: store.seal(),
        lambda store, _: store.repair(),
        lambda store, _: store.drop(origin="hostile"),
        lambda store, _: store.check(),
    ]

    def others() -> int:
        done = 0
        while not ended.is_set() or done <= len(works):
            with Store.open(str(path)) as store:
                works[done % len(works)](store, done)
            done += 1
        return done

    def run(_: int) -> MirrorResult:
        with Store.open(str(path)) as store:
            return sync(store, mirror)

    with ThreadPoolExecutor(3) as pool:
        other = pool.submit(others)
        try:
            results = [*pool.map(run, range(2))]
        finally:
            ended.set()
        count = other.result()
    assert [result.error for result in results] == [None, None]
    assert [result.complete for result in results] == [True, True], results
    with Store.open(str(path)) as store:
        found = {row.suffix: row.leaf for row in store.records()}
        assert expected.items() <= found.items()
        assert len(found) == len(expected) + len(range(0, count, len(works)))
        assert store.check().is_sound
        assert sync(store, mirror).complete
