"""pithbundle mirror sync: servers, manifests, numbers, messages, exit statuses (SYNC-1, SYNC-12, SYNC-13)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.command_line import HOSTILE, assert_harmless, run
from kit.mirrors import FakeMirror, Publisher, Reply, serving
from kit.stores import POLICY, body, invalid, make, suffix, unverified
from pithbundle.store import Store

WORDS = {
    "current", "contradicted", "incomplete", "head", "packs", "records", "compared", "requests", "next",
    "pithbundle:", "and", "Usage:", "Try",
}  # fmt: skip


@pytest.fixture(autouse=True)
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeMirror]:
    monkeypatch.chdir(tmp_path)
    made = FakeMirror()
    with make(tmp_path / "source", (body(1, 1), "a"), (body(2, 1), "a")) as source:
        Publisher(tmp_path, made).publish(source, archive=True)
    Store.create("s", POLICY).close()
    with serving(made):
        yield made


def sync(*args: str) -> Any:
    return run("mirror", "sync", "--store", "s", "--allow-loopback-http", "--rate", "1000", *args)


def result(*args: str, status: int = 0) -> dict[str, Any]:
    done = sync(*args, "--json")
    assert done.status == status, done
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def without_digests(mirror: FakeMirror) -> None:
    del mirror.files["/pith-digests/head.json"]


def test_a_mirror_is_synchronised(mirror: FakeMirror) -> None:
    first = result("--from", mirror.base)
    (only,) = first["mirrors"]
    assert (first["outcome"], only["from_packs"], only["confirmed"], only["how"]) == (
        "success",
        2,
        2,
        "digests",
    )
    assert only["head"]["origin"] == "mirror.example" and first["requests"] == only["requests"] == 3
    text = sync("--from", mirror.base + "/")
    assert text.out.startswith(
        f"current       {mirror.base}, nothing changed\n  head        mirror.example, gen"
    )
    assert "  records     0 added, 0 unchanged\n  requests    1, " in text.out and text.status == 0


def test_packs_are_counted(mirror: FakeMirror) -> None:
    text = sync("--from", mirror.base).out
    assert "  packs       2 bundles added\n" in text
    assert "  records     0 added, 0 unchanged, 2 confirmed by digest\n" in text


def test_manifests_from_a_file_and_from_a_url(mirror: FakeMirror) -> None:
    value = {"manifest_type": "pith_mirror_manifest", "manifest_version": "1.0"}
    data = json.dumps({**value, "mirrors": [{"base_url": mirror.base}, {"base_url": "http://x.example"}]})
    Path("mirrors.json").write_text(data)
    mirror.files["/pith-mirrors.json"] = data.encode()
    for source in ("mirrors.json", f"{mirror.base}/pith-mirrors.json"):
        found = result("--from", source, "--from", mirror.base, status=3)
        assert [each["mirror"] for each in found["mirrors"]] == [mirror.base]
        assert [each["error"]["code"] for each in found["rejected"]] == ["url"]
        assert found["mirrors"][0]["is_current"] and found["outcome"] == "incomplete"
    found = result("--from", f"{mirror.base}/absent.json", "--from", mirror.base, status=3)
    assert [each["error"]["code"] for each in found["rejected"]] == ["http"]
    assert (
        "absent.json: the server answered with status 404" in sync("--from", f"{mirror.base}/absent.json").err
    )
    Path("broken.json").write_text("<html>")
    assert sync("--from", "broken.json").status == 1


def test_numbers_name_the_line(mirror: FakeMirror) -> None:
    without_digests(mirror)
    Path("numbers.txt").write_text(f"pith:2026:{suffix(1)}\n{suffix(2)}\n")
    found = result("--from", mirror.base, "--numbers", "numbers.txt")
    assert found["mirrors"][0]["how"] == "numbers" and found["mirrors"][0]["added"] == 2
    mirror.take_requests()
    Path("numbers.txt").write_text(f"{suffix(1)}\njunk\n")
    done = sync("--from", mirror.base, "--numbers", "numbers.txt")
    assert done.status == 1 and "numbers.txt: line 2: neither a Pith Number" in done.err
    assert mirror.take_requests() == []


def test_a_mirror_without_digests_and_no_numbers(mirror: FakeMirror) -> None:
    without_digests(mirror)
    done = sync("--from", mirror.base)
    assert done.status == 3
    assert (
        "  next        the mirror has no digests and the store no records: give --numbers FILE\n" in done.out
    )


def test_what_is_reported_of_records(mirror: FakeMirror) -> None:
    sync("--from", mirror.base)
    without_digests(mirror)
    mirror.files[f"/pith/{suffix(1)}/bundle.json"] = body(1, 1, more=(invalid(1, 5),))
    done = sync("--from", mirror.base)
    assert done.status == 1 and done.out.startswith(f"contradicted  {mirror.base}, by numbers\n")
    assert "  records     1 with invalid elements\n" in done.out
    mirror.files[f"/pith/{suffix(1)}/bundle.json"] = body(2, 1)
    found = result("--from", mirror.base, status=1)
    assert found["outcome"] == "some_quarantined"
    assert found["mirrors"][0]["quarantined"]["first"][0]["code"] == "subject"
    mirror.files[f"/pith/{suffix(1)}/bundle.json"] = body(2, 1, more=(unverified(2, 1),))
    done = sync("--from", mirror.base)
    assert (
        "in quarantine" in done.err and "pithbundle store list s --quarantine lists what is there" in done.out
    )
    mirror.files[f"/pith/{suffix(2)}/bundle.json"] = body(2)
    mirror.lies[f"/pith/{suffix(1)}/bundle.json"] = Reply(500)
    done = sync("--from", mirror.base)
    assert f"{suffix(1)}: not received: " in done.err and "status 500 [http]" in done.err
    assert "run the same command again later: only what is missing is requested" in done.out


def test_less_than_before_and_another_digest(mirror: FakeMirror, tmp_path: Path) -> None:
    with Store.open("source") as source:
        source.add(body(1, 1, 2), origin="a")
        Publisher(tmp_path, mirror).publish(source, archive=True)
    sync("--from", mirror.base)
    mirror.files[f"/pith/{suffix(1)}/bundle.json"] = body(1, 1)
    without_digests(mirror)
    done = sync("--from", mirror.base)
    assert done.status == 3 and f"{suffix(1)}: {mirror.base} served more before: 1 valid event\n" in done.err
    assert "  records     1 less than before: the store keeps what it has\n" in done.out
    found = result("--from", mirror.base, status=3)
    assert len(found["mirrors"][0]["stale"]["first"][0]["event_ids"]) == 1


def test_a_limit_on_requests_and_a_mirror_that_is_silent(mirror: FakeMirror) -> None:
    done = sync("--from", mirror.base, "--max-requests", "1")
    assert done.status == 3 and "given up" in done.err
    assert "  next        run the same command again: it continues where this ended\n" in done.out
    assert result("--from", mirror.base)["outcome"] == "success"
    Path("other.json").write_text("x")
    found = result("--from", "http://127.0.0.1:1", "--from", mirror.base, status=3)
    assert [each["is_current"] for each in found["mirrors"]] == [False, True]
    assert found["mirrors"][0]["error"]["code"] == "unreachable" and found["mirrors"][0]["how"] is None


def test_digests_that_are_not_in_their_form(mirror: FakeMirror) -> None:
    mirror.files["/pith-digests/head.json"] = b"<html>SECRET</html>"
    Path("numbers.txt").write_text(suffix(1))
    done = sync("--from", mirror.base, "--numbers", "numbers.txt")
    assert done.status == 3 and "[digest_invalid, MIRROR-4]" in done.err and "SECRET" not in done.err
    assert "  records     1 added, 0 unchanged\n" in done.out


@pytest.mark.parametrize(
    "source", ["http://mirror.example", "https://10.0.0.1", "ftp://x.example/", "https://u@x.example"]
)
def test_a_url_that_is_not_accepted_is_a_usage_error(source: str) -> None:
    done = run("mirror", "sync", "--store", "s", "--from", source)
    assert done.status == 2 and "--from" in done.err


def test_options_are_checked() -> None:
    for args in (("--rate", "0"), ("--rate", "fast"), ("--max-requests", "0"), ("--max-requests", "-1")):
        assert sync("--from", "https://mirror.example", *args).status == 2
    assert run("mirror", "sync", "--store", "s").status == 2
    assert run("mirror", "sync", "--from", "https://mirror.example").status == 2


def test_the_text_of_an_error_is_escaped_once() -> None:
    """A backslash was printed as four or eight, so that nobody could copy the URL or the path."""
    Path("a\\b.json").write_bytes(b"{")
    rejected = run("mirror", "sync", "--from", "a\\b.json", "--store", "s")
    assert rejected.status != 0 and "a\\\\b.json: " in rejected.err and "\\\\\\" not in rejected.err
    url = run("mirror", "sync", "--from", "https://a\\b\x1b.example", "--store", "s")
    assert url.status == 2 and "https://a\\\\b\\u{1b}.example" in url.err and "\\\\\\" not in url.err


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_escaped(mirror: FakeMirror, text: str) -> None:
    """E2: names of files, URLs, numbers, and what a mirror sends."""
    name = text.replace("\0", "").replace("/", "_")[:60].encode("utf-8", "ignore").decode().strip() or "x"
    Path("numbers.txt").write_bytes(text.encode("utf-8", "surrogatepass"))
    mirror.files["/pith-digests/head.json"] = json.dumps({"head_type": text, text or "x": 1}).encode()
    mirror.files[f"/pith/{suffix(1)}/bundle.json"] = json.dumps({text or "x": text}).encode()
    Path("one.txt").write_text(suffix(1))
    for args in (
        ("--from", name),
        ("--from", f"https://{name}"),
        ("--from", mirror.base, "--numbers", "numbers.txt"),
        ("--from", mirror.base, "--numbers", "one.txt"),
    ):
        assert_harmless(sync(*args), WORDS)
        done = sync(*args, "--json")
        assert done.stdout.isascii() and "\x1b" not in done.err
