"""One mirror on the network: what is accepted of it, and that every error has a code and its name."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import pytest

from kit.mirrors import FakeMirror, Publisher, Reply, client, etag_of, serving
from kit.stores import body, event, make, suffix
from kit.trees import Files, changed, head, lines
from pithbundle import PithError
from pithbundle.digests.delta import Delta
from pithbundle.digests.differences import Descent, Difference, Want
from pithbundle.digests.head import Head
from pithbundle.digests.tree import Tree
from pithbundle.mirror.manifest import MirrorList
from pithbundle.mirror.remote import Body, Remote, descend, fetch_manifest
from pithbundle.net import Known
from pithbundle.newtypes import DigestHex

T = TypeVar("T")


@pytest.fixture
def mirror() -> Iterator[FakeMirror]:
    made = FakeMirror()
    with serving(made):
        yield made


def read(mirror: FakeMirror, work: Callable[[Remote], Awaitable[T]], **options: Any) -> T:
    async def run() -> T:
        async with client(**options) as opened:
            return await work(Remote(opened, mirror.base))

    return asyncio.run(run())


def rejected(mirror: FakeMirror, work: Callable[[Remote], Awaitable[Any]], **options: Any) -> PithError:
    with pytest.raises(PithError) as caught:
        read(mirror, work, **options)
    assert mirror.base in caught.value.fault.detail
    return caught.value


def put(mirror: FakeMirror, files: Files, one: Head) -> None:
    for name, data in files.by_name.items():
        mirror.files[f"/pith-digests/{name}.txt"] = data
    mirror.files["/pith-digests/head.json"] = one.to_bytes()


# -- heads, digests --------------------------------------------------------------------------


def test_a_head_is_returned_as_it_was_received(mirror: FakeMirror) -> None:
    files = Files()
    one = head(files.build(lines(5)))
    put(mirror, files, one)
    found = read(mirror, Remote.head)
    assert found is not None and found.head == one and found.raw == one.to_bytes()
    assert found.exchange.address == "127.0.0.1"


def test_a_mirror_without_digests(mirror: FakeMirror) -> None:
    assert read(mirror, Remote.head) is None
    mirror.lies["/pith-digests/head.json"] = Reply(410)
    assert read(mirror, Remote.head) is None


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(200, b"<html>SECRET</html>"), "digest_invalid"),
        (Reply(200, b'{"error":"SECRET"}'), "digest_invalid"),
        (Reply(200, b'{"head_type":"pithbundle_mirror_head","head_version":"2"}'), "version"),
        (Reply(200, b"x" * 5000), "size"),
        (Reply(500, b"SECRET"), "http"),
        (Reply(403, b"SECRET"), "http"),
        (Reply(200, b"\x1f\x8b00"), "encoding"),
    ],
)
def test_a_head_that_is_not_accepted(mirror: FakeMirror, reply: Reply, code: str) -> None:
    mirror.lies["/pith-digests/head.json"] = reply
    error = rejected(mirror, Remote.head)
    assert error.code == code and "SECRET" not in str(error)
    assert error.exchange is None or error.exchange.body == reply.body


def test_a_file_of_digests_is_the_one_of_its_name(mirror: FakeMirror) -> None:
    data = b"A" * 26 + b" " + b"0" * 32 + b"\n"
    name = sha256(data).hexdigest()
    path = f"/pith-digests/{name}.txt"
    mirror.files[path] = data
    assert read(mirror, lambda remote: remote.file(name, 4096)) == data
    mirror.files[path] = data.replace(b"0", b"1")
    error = rejected(mirror, lambda remote: remote.file(name, 4096))
    assert (error.code, error.exchange.body) == ("digest_invalid", mirror.files[path])
    assert rejected(mirror, lambda remote: remote.file(name, 10)).code == "size"
    del mirror.files[path]
    assert rejected(mirror, lambda remote: remote.file(name, 10)).code == "http"
    mirror.take_requests()
    for none in ("../head", name.upper(), name[1:]):
        assert rejected(mirror, lambda remote, none=none: remote.file(none, 10)).code == "digest_invalid"  # type: ignore[misc]
    assert mirror.take_requests() == []


def test_a_descent_requests_several_files_at_once(mirror: FakeMirror) -> None:
    files, given = Files(), lines(5000)
    left = files.build(given)
    touched = given[::50]
    right = files.build([changed(one) if one in touched else one for one in given])
    put(mirror, files, head(right))

    async def local(want: Want) -> bytes:
        return files.by_name[want.name]

    async def work(remote: Remote) -> list[Difference]:
        return [each async for each in descend(Descent(left, right), local, remote.wanted)]

    assert [each.suffix for each in read(mirror, work)] == [one.suffix for one in touched]
    requested = len(mirror.take_requests())
    assert requested <= 1 + 32 + len(touched)
    mirror.lies[f"/pith-digests/{right.root}.txt"] = Reply(200, b"junk")
    assert rejected(mirror, work).code == "digest_invalid"


def chained(count: int) -> tuple[Files, list[Tree], Head]:
    """Generations that each change one record."""
    files, given = Files(), lines(5)
    trees, name = [files.build(given)], None
    for at in range(count):
        from pithbundle.digests.delta import Change

        old = given[at % 5]
        given[at % 5] = changed(old)
        trees.append(files.build(given))
        change = Change(old.suffix, old.digest, given[at % 5].digest)
        name = files.put(Delta(trees[-2].root, trees[-1].root, name, (change,)).to_bytes())
    return files, trees, head(trees[-1], count + 1, delta=name)


def test_deltas_are_followed(mirror: FakeMirror) -> None:
    files, trees, last = chained(3)
    put(mirror, files, last)
    found = read(mirror, lambda remote: remote.changes(last, trees[0].root))
    assert found is not None and len(found) == 3
    assert len(mirror.take_requests()) == 3
    assert read(mirror, lambda remote: remote.changes(last, last.root)) == ()
    assert read(mirror, lambda remote: remote.changes(last, "0" * 64)) is None
    mirror.files[f"/pith-digests/{last.delta}.txt"] += b"\n"
    assert rejected(mirror, lambda remote: remote.changes(last, trees[0].root)).code == "digest_invalid"
    other = files.put(Delta("1" * 64, "2" * 64, None, ()).to_bytes())
    lying = head(trees[-1], 9, delta=other)
    put(mirror, files, lying)
    assert rejected(mirror, lambda remote: remote.changes(lying, trees[0].root)).code == "digest_invalid"


# -- bundles ---------------------------------------------------------------------------------


def test_a_bundle_is_returned_as_it_was_received(mirror: FakeMirror) -> None:
    one = suffix(1)
    mirror.files[f"/pith/{one}/bundle.json"] = body(1, 1)
    found = read(mirror, lambda remote: remote.first(one))
    assert (found.body, found.status) == (body(1, 1), 200)
    assert mirror.take_requests() == [f"/pith/{one}/bundle.json"]
    known = Known(etag_of(body(1, 1)), DigestHex(sha256(body(1, 1)).hexdigest()))
    assert read(mirror, lambda remote: remote.first(one, known)).status == 304
    assert mirror.fields[0]["if-none-match"] == etag_of(body(1, 1))


def test_a_bundle_that_is_not_there(mirror: FakeMirror) -> None:
    error = rejected(mirror, lambda remote: remote.first(suffix(1)))
    assert (error.code, error.exchange.status) == ("http", 404) and "html" not in str(error)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 26, "A" * 25, "A" * 26 + "/", "%41" * 26])
def test_a_suffix_is_checked_before_a_request(mirror: FakeMirror, name: str) -> None:
    for work in (Remote.first, Remote.state):
        with pytest.raises(PithError) as caught:
            read(mirror, lambda remote, work=work: work(remote, name))  # type: ignore[misc]
        assert caught.value.code == "suffix"
    assert mirror.take_requests() == []


def parted(mirror: FakeMirror, tmp_path: Path) -> tuple[str, tuple[bytes, ...]]:
    """A record that is served in two parts."""
    large = "x" * 40_000
    halves = [
        body(1, 1, more=({**event(1, 2), "note": large},)),
        body(1, 3, more=({**event(1, 4), "note": large},)),
    ]
    one = suffix(1)
    mirror.files[f"/pith/{one}/bundle.json"] = halves[0]
    listed = [{"bytes": len(part), "sha256": sha256(part).hexdigest()} for part in halves]
    mirror.files[f"/pith/{one}/parts.json"] = json.dumps(
        {
            "events": 4,
            "parts": listed,
            "parts_type": "pithbundle_mirror_parts",
            "parts_version": "1",
            "suffix": one,
        },
        separators=(",", ":"),
    ).encode()
    for part in halves:
        mirror.files[f"/pith/{one}/parts/{sha256(part).hexdigest()}.json"] = part
    return one, tuple(halves)


def test_the_parts_of_a_record(mirror: FakeMirror, tmp_path: Path) -> None:
    one, halves = parted(mirror, tmp_path)

    async def both(remote: Remote, held: tuple[str, ...] = ()) -> Body:
        return await remote.rest(one, await remote.first(one), held)

    found = read(mirror, both)
    assert [each.body for each in found.parts] == [*halves]
    assert found.listing is not None
    assert found.listed == {sha256(half).hexdigest() for half in halves}
    assert len(mirror.take_requests()) == 3
    # What the reader has is not requested.
    found = read(mirror, lambda remote: both(remote, (sha256(halves[1]).hexdigest(),)))
    assert [each.body for each in found.parts] == [halves[0]] and len(mirror.take_requests()) == 2
    # A bundle that the list does not name is of another moment.
    mirror.files[f"/pith/{one}/bundle.json"] = halves[0] + b" "
    found = read(mirror, both)
    assert [each.body for each in found.parts] == [halves[0] + b" ", *halves]
    assert found.parts[0].sha256 not in found.listed
    del mirror.files[f"/pith/{one}/parts.json"]
    assert len(read(mirror, both).parts) == 1


def test_parts_that_lie(mirror: FakeMirror, tmp_path: Path) -> None:
    one, halves = parted(mirror, tmp_path)

    async def work(remote: Remote) -> Body:
        return await remote.rest(one, await remote.first(one))

    def fails(code: str) -> None:
        error = rejected(mirror, work)
        assert error.code == code and "SECRET" not in str(error)

    path = f"/pith/{one}/parts/{sha256(halves[1]).hexdigest()}.json"
    mirror.lies[path] = Reply(200, bytes(reversed(halves[1])))
    fails("hash_mismatch")
    mirror.lies[path] = Reply(200, halves[1][:-1])
    fails("hash_mismatch")
    mirror.lies[path] = Reply(200, halves[1] + b" ")
    fails("size")
    mirror.lies[path] = Reply(404)
    fails("http")
    listing = f"/pith/{one}/parts.json"
    mirror.lies[listing] = Reply(200, b"<html>SECRET")
    fails("syntax")
    mirror.lies[listing] = Reply(200, mirror.files[listing].replace(one.encode(), suffix(2).encode()))
    fails("subject")
    mirror.lies[listing] = Reply(500)
    fails("http")


def test_a_state_is_only_returned(mirror: FakeMirror) -> None:
    path = f"/pith/{suffix(1)}/state.json"
    mirror.files[path] = b"{}"
    assert read(mirror, lambda remote: remote.state(suffix(1))).body == b"{}"
    mirror.lies[path] = Reply(404)
    assert rejected(mirror, lambda remote: remote.state(suffix(1))).code == "http"


# -- manifests, packs ------------------------------------------------------------------------


def test_the_manifest_and_the_packs_of_a_mirror(mirror: FakeMirror, tmp_path: Path) -> None:
    with make(tmp_path / "store", *((body(seed, 1), "local") for seed in range(5))) as store:
        Publisher(tmp_path, mirror).publish(store, archive=True)

    async def work(remote: Remote) -> tuple[int, bytes, bytes]:
        path = "archive/pith-archive.json"
        manifest = await remote.archive(path)
        (pack,) = manifest.packs
        whole = b"".join([piece async for piece in remote.pieces(path, pack)])
        rest = b"".join([piece async for piece in remote.pieces(path, pack, 100)])
        assert sha256(whole).hexdigest() == pack.file_sha256
        return manifest.bundles, whole, rest

    count, whole, rest = read(mirror, work)
    assert count == 5 and rest == whole[100:]
    mirror.lies["/archive/pith-archive.json"] = Reply(200, b'{"archive_type":"SECRET"}')
    error = rejected(mirror, work)
    assert error.code == "archive" and "SECRET" not in str(error)
    mirror.lies["/archive/pith-archive.json"] = Reply(404)
    assert rejected(mirror, work).code == "http"


def test_a_pack_beside_the_head(mirror: FakeMirror, tmp_path: Path) -> None:
    with make(tmp_path / "store", (body(1, 1), "local")) as store:
        Publisher(tmp_path, mirror).publish(store, archive=True)
    for path in [path for path in mirror.files if path.startswith("/archive/")]:
        mirror.files[path.removeprefix("/archive")] = mirror.files.pop(path)

    async def work(remote: Remote) -> bytes:
        manifest = await remote.archive("pith-archive.json")
        return b"".join([piece async for piece in remote.pieces("pith-archive.json", manifest.packs[0])])

    assert read(mirror, work)


def test_the_mirrors_that_a_mirror_names(mirror: FakeMirror) -> None:
    value = {"manifest_type": "pith_mirror_manifest", "manifest_version": "1.0"}
    listed = [{"base_url": mirror.base}, {"base_url": "https://other.example"}]
    mirror.files["/pith-mirrors.json"] = json.dumps({**value, "mirrors": listed}).encode()

    async def work() -> MirrorList:
        async with client() as opened:
            return await fetch_manifest(opened, f"{mirror.base}/pith-mirrors.json")

    found = asyncio.run(work())
    assert [each.base for each in found.mirrors] == [mirror.base, "https://other.example"]


def test_a_name_shows_which_mirror(mirror: FakeMirror) -> None:
    async def work(remote: Remote) -> str:
        assert Remote(remote._client, remote.mirror).base == remote.base
        return repr(remote)

    assert read(mirror, work) == f"Remote('{mirror.base}')"
