"""pithbundle store: what is kept, hostile text, exit statuses (STORE-1 to STORE-13)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from kit import to_json
from kit.archives import bundle_bytes
from kit.command_line import HOSTILE, assert_harmless, run
from kit.signing import AUTHOR, DEMO, MIRROR, UNKNOWN_SIGNER, policy
from kit.stores import body, segments, suffix, unverified
from pithbundle.archive import zstd
from pithbundle.cli import terminal
from pithbundle.store import Store
from pithbundle.store.index import FILES, INDEX

WORDS = {
    "store", "policy", "source", "unchanged", "quarantine", "skipped", "rejected", "record", "status",
    "events", "served", "unverified", "digest", "bundle", "sound", "damaged", "next", "sealed", "dropped",
    "pithbundle:",
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.json").write_bytes(to_json(policy(DEMO, AUTHOR, MIRROR)))
    (tmp_path / "wider.json").write_bytes(to_json(policy(DEMO, AUTHOR, MIRROR, UNKNOWN_SIGNER)))
    (tmp_path / "in").mkdir()
    for seed in (1, 2, 3):
        (tmp_path / "in" / f"{seed}.json").write_bytes(body(seed, 1))
    assert run("store", "init", "s", "--policy", "policy.json").status == 0
    return tmp_path


def result(*args: str, status: int = 0, stdin: bytes = b"") -> dict[str, Any]:
    done = run("store", *args, "--json", stdin=stdin)
    assert done.status == status, done
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def test_folders_and_containers_are_added(folder: Path) -> None:
    (folder / "in" / "README").write_text("x")
    (folder / "in" / "bad.json").write_text("{")
    (folder / "in" / "gone.json").symlink_to("absent")
    (folder / "more.jsonl.zst").write_bytes(zstd.compress(body(4, 1) + b"\nnothing\n" + body(1, 1) + b"\n"))
    found = result("add", "s", "in", "more.jsonl.zst", status=1)
    assert (found["added"], found["unchanged"], found["skipped"]) == (4, 1, 1)
    assert [(one["file"], one["code"]) for one in found["quarantined"]] == [("in/bad.json", "syntax")]
    assert sorted((one["file"], one["code"]) for one in found["rejected"]) == [
        ("in/gone.json", "io"), ("more.jsonl.zst", "syntax"),
    ]  # fmt: skip
    text = run("store", "add", "s", "in", "more.jsonl.zst")
    assert (
        "  unchanged   5 bundles\n  quarantine  1 file, listed on stderr\n  skipped     1 file: in/README\n"
        in text.out
    )
    assert result("add", "s", "-", "--from", "json", stdin=body(9, 1))["added"] == 1
    assert len(result("list", "s")["records"]) == 5


def test_an_input_that_was_named_must_be_there(folder: Path) -> None:
    assert run("store", "add", "s", "absent.json").status == 2
    assert run("store", "add", "s", "in/1.json", "in/1.json", "policy.txt").status == 2
    assert result("list", "s")["records"] == []
    (folder / "large.json").write_bytes(b" " * 4_194_305)
    assert [one["code"] for one in result("add", "s", "large.json", status=1)["rejected"]] == ["size"]


def test_where_a_bundle_is_from(folder: Path) -> None:
    times = ("--received-at", "2026-11-20T00:00:00Z")
    result("add", "s", "in/1.json", "--origin", "https://pith.example", *times)
    found = result("show", "s", suffix(1))
    (entry,) = found["entries"]
    assert (entry["origin"], entry["received_at"]) == ("https://pith.example", "2026-11-20T00:00:00Z")
    assert found["served"] == {
        "sha256": entry["sha256"], "origin": "https://pith.example", "parts": [len(body(1, 1))],
        "unverified": 0,
    }  # fmt: skip
    wrong = result("add", "s", "in/1.json", "--requested", f"pith:2003:{suffix(2)}", status=1)
    assert [(one["code"], one["requested"]) for one in wrong["quarantined"]] == [("subject", suffix(2))]
    for option in (("--requested", "../x"), ("--received-at", "now"), ("--origin", "")):
        assert run("store", "add", "s", "in/2.json", *option).status in (1, 2)


def test_an_export_is_the_bundle_as_it_was_received_or_the_union(folder: Path) -> None:
    spaced = json.dumps(json.loads(body(1, 1)), indent=2).encode()
    (folder / "1.json").write_bytes(spaced)
    result("add", "s", "1.json")
    assert run("store", "export", "s", suffix(1)).stdout == spaced
    (folder / "2.json").write_bytes(body(1, 2))
    result("add", "s", "2.json", "--origin", "b")
    exported = run("store", "export", "s", suffix(1)).stdout
    assert exported == run("export", "1.json", "2.json", "--policy", "policy.json").stdout
    found = result("export", "s", suffix(1), "--out-dir", "parts")
    assert [one["file"] for one in found["parts"]] == [f"parts/{suffix(1)}-part-0001.json"]
    assert (folder / found["parts"][0]["file"]).read_bytes() == exported
    # Quarantined bytes come out by their digest.
    (folder / "bad.json").write_bytes(b"{ as received")
    digest = result("add", "s", "bad.json", status=1)["quarantined"][0]["sha256"]
    assert run("store", "export", "s", "--bundle", digest).stdout == b"{ as received"
    assert run("store", "export", "s", "--bundle", digest, "-o", "out.bin").status == 0
    assert run("store", "export", "s", "--bundle", digest, "-o", "out.bin").status == 2
    for options in ((), (suffix(1), "--bundle", digest), (suffix(1), "-o", "x", "--out-dir", "y")):
        assert run("store", "export", "s", *options).status == 2
    absent = run("store", "export", "s", suffix(7))
    assert (absent.status, absent.stdout) == (1, b"") and "store list" in absent.err


def test_parts_need_a_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result("add", "s", "in/1.json")
    (folder / "2.json").write_bytes(body(1, 2))
    result("add", "s", "2.json", "--origin", "b")
    from pithbundle.merge.ledger import Ledger

    monkeypatch.setattr(Ledger, "export", lambda self: [b"1", b"2"])
    assert run("store", "export", "s", suffix(1), "-o", "x").status == 2
    assert len(result("export", "s", suffix(1), "--out-dir", "y")["parts"]) == 2


def test_no_output_is_part_of_the_store(folder: Path) -> None:
    result("add", "s", "in/1.json")
    before = {each: each.read_bytes() for each in (folder / "s").rglob("*") if each.is_file()}
    for name in ("s/policy.json", "s/segments/00000001.seg", "s/new.json", "s/segments/new.seg"):
        assert run("store", "export", "s", suffix(1), "-o", name, "--force").status == 2
    assert {each: each.read_bytes() for each in (folder / "s").rglob("*") if each.is_file()} == before


def test_a_policy_is_replaced_only_where_it_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "x.json").write_bytes(body(1, more=(unverified(1, 1),)))
    result("add", "s", "x.json", status=1)
    monkeypatch.setenv("PITHBUNDLE_POLICY", "wider.json")
    assert result("repair", "s")["quarantined"] == 1
    assert result("repair", "s", "--policy", "wider.json")["quarantined"] == 0
    assert [row["valid"] for row in result("list", "s")["records"]] == [1]
    assert run("store", "repair", "s", "--policy", "in/1.json").status == 2


def test_unverified_elements_are_counted(folder: Path) -> None:
    (folder / "x.json").write_bytes(body(1, 1, more=(unverified(1, 1), unverified(1, 2))))
    result("add", "s", "x.json")
    text = run("store", "show", "s", suffix(1)).out
    assert "  unverified  2 elements of it could not be checked under the policy of the store\n" in text
    assert result("list", "s")["records"][0]["unverified"] == 2


def test_damage_is_named_and_what_to_do(folder: Path) -> None:
    result("add", "s", "in")
    (segment,) = segments(folder / "s")
    data = bytearray(segment.read_bytes())
    data[-5] ^= 1
    segment.write_bytes(data)
    done = run("store", "check", "s")
    assert done.status == 1
    assert "s/segments/00000001.seg: " in done.err and suffix(3) in done.err
    assert done.out.splitlines()[0] == "damaged       2 records, 2 bundles"
    repaired = run("store", "repair", "s")
    assert repaired.status == 1 and "next        add what was lost again; " in repaired.out
    sealed = run("store", "seal", "s")
    assert sealed.status == 1 and "names that end in .damaged" in sealed.out
    assert result("add", "s", "in")["added"] == 1
    assert result("check", "s")["outcome"] == "sound"
    (folder / "s" / "segments" / "notes.txt").write_text("x")
    assert result("check", "s", status=1)["unknown"] == ["segments/notes.txt"]


def test_many_problems_end_in_a_count(folder: Path) -> None:
    for number in range(120):
        (folder / "in" / f"bad{number}.json").write_bytes(b"%d" % number)
    done = run("store", "add", "s", "in")
    assert done.status == 1 and len(done.err.splitlines()) <= 101
    with Store.open("s") as store:
        index = store._keeper.index.connection
        index.execute("DELETE FROM entries")
    done = run("store", "check", "s")
    assert done.status == 1 and "more differences of the index, not listed [store]" in done.err
    # 120 entries, each destroyed.
    (segment,) = segments(folder / "s", "quarantine")
    data = segment.read_bytes()
    segment.write_bytes(data.replace(b"\x28\xb5\x2f\xfd", b"\x28\xb5\x2f\xfc"))
    done = run("store", "repair", "s")
    assert "20 more damaged parts, not listed [store]" in done.err


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_escaped(folder: Path, text: str) -> None:
    """E2: origins, reasons, and rows of an index that was edited by hand."""
    origin = text.replace("\0", "")[:200].encode("utf-8", "ignore").decode() or "x"
    with Store.open("s") as store:
        store.add(body(1, 1), origin=origin)
        store.add(to_json({"bundle_type": text[:300]}), origin=origin, requested=suffix(1))
        store.add(bundle_bytes(5), origin=origin)
        known = {one.sha256 for one in store.quarantined()} | {row.pith_number for row in store.records()}
    for args in (
        ("list", "s"), ("list", "s", "--quarantine"), ("show", "s", suffix(1)), ("check", "s"),
        ("repair", "s"), ("show", "s", suffix(7)), ("init", "new", "--source", origin),
    ):  # fmt: skip
        assert_harmless(run("store", *args), WORDS | known)
    with Store.open("s") as store:
        connection = store._keeper.index.connection
        shown = text.replace("\0", "").encode("utf-8", "ignore").decode()
        connection.execute("UPDATE records SET pith_number = ?, leaf = ?", (shown, shown))
        connection.execute("UPDATE entries SET address = ?, reason = ?, code = ?", (shown, shown, "x"))
    for args in (("list", "s"), ("list", "s", "--quarantine"), ("show", "s", suffix(1)), ("check", "s")):
        for extra in ((), ("--json",)):
            done = run("store", *args, *extra)
            assert "\x1b" not in done.out + done.err and "\u202e" not in done.out + done.err


def test_what_is_no_store(folder: Path) -> None:
    for command in ("list", "check", "repair", "seal"):
        done = run("store", command, "in")
        assert done.status == 2 and "pith-store.json" in done.err
    os.mkfifo(folder / "fifo")
    assert run("store", "check", "fifo").status == 2
    (folder / "s" / INDEX).unlink()
    assert run("store", "check", "s").status == 0


def test_the_hints_of_a_store_name_the_command_to_use(folder: Path) -> None:
    assert run("store", "add", "s", "in").status == 0
    done = run("store", "init", "s", "--policy", "policy.json")
    assert done.status == 2
    assert "hint: pithbundle store add adds to it; name another folder for a new one\n" in done.err
    done = run("store", "check", "in")
    assert done.status == 2
    assert "hint: a store is a folder with pith-store.json; pithbundle store init makes one\n" in done.err
    done = run("store", "export", "s", "--bundle", "0123456789abcdef")
    assert done.status == 1
    assert (
        "hint: --bundle takes all 64 digits, which pithbundle store show DIR NUMBER --json prints" in done.err
    )


def test_long_work_is_drawn_on_a_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result("add", "s", "in")
    # Only of several bundles a record is computed at the end.
    result("add", "s", "in", "--origin", "https://b.example")
    monkeypatch.setattr(terminal, "_INTERVAL", 0)
    for name in FILES:
        (folder / "s" / name).unlink(missing_ok=True)
    for args, steps in (
        (("list", "s"), ("opening 0", "kB read 1/", "records computed 3/3")),
        (("check", "s", "--jobs", "1"), ("checking 0", "kB read 1/", "records computed 3/3")),
        (("repair", "s"), ("repairing 0", "records computed 3/3")),
        (("seal", "s"), ("bundles sealed 6/6",)),
    ):
        done = run("store", *args, tty=True, env={"TERM": "xterm"})
        assert done.status == 0 and all(step in done.err for step in steps), (args, done.err)
        assert done.err.endswith("\r\x1b[K")
    for jobs in ("0", "257", "x"):
        assert run("store", "check", "s", "--jobs", jobs).status == 2


def test_what_is_dropped_is_named_by_origin_or_code(folder: Path) -> None:
    (folder / "in" / "bad.json").write_bytes(b"{")
    assert run("store", "add", "s", "in", "--origin", "https://hostile.example").status == 1
    for args in ((), ("--origin", ""), ("--code", "")):
        done = run("store", "drop", "s", *args)
        assert done.status == 2 and "say what is dropped: give --origin, --code or both" in done.err
    assert result("drop", "s", "--code", "key_unknown")["dropped"] == 0
    done = run("store", "drop", "s", "--origin", "https://hostile.example")
    assert done.out == "dropped       1 file of the quarantine, 0 files in 0 bytes left\n"
    assert result("list", "s", "--quarantine")["quarantined"] == []
    assert len(result("list", "s")["records"]) == 3
