"""pithbundle mirror: digests and their comparison, hostile text, exit statuses (MIRROR-1 to MIRROR-10)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from kit import to_json
from kit.command_line import HOSTILE, assert_harmless, run
from kit.signing import AUTHOR, DEMO, MIRROR, policy
from kit.stores import POLICY, body, make, suffix
from kit.trees import KEY
from pithbundle.cli import mirror_publish_run
from pithbundle.digests.head import Head
from pithbundle.store import Store

WORDS = {
    "head", "sha256", "root", "delta", "archive", "signed", "files", "equal", "different", "not", "records",
    "and", "target", "pithbundle:",
}  # fmt: skip
AT = ("--generated-at", "2026-11-20T00:00:00Z")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.json").write_bytes(to_json(policy(DEMO, AUTHOR, MIRROR)))
    make(tmp_path / "s", (body(1, 1), "a"), (body(2, 1, 2), "a")).close()
    return tmp_path


def result(*args: str, status: int = 0) -> dict[str, Any]:
    done = run("mirror", *args, "--json")
    assert done.status == status, done
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def add(data: bytes) -> None:
    with Store.open("s") as store:
        store.add(data, origin="a")


def head(path: str = "d") -> Head:
    return Head.from_bytes((Path(path) / "head.json").read_bytes())


def test_digests_are_made_and_brought_up_to_date(folder: Path) -> None:
    first = result("digests", "s", "-o", "d", "--origin", "mirror.example", *AT)
    assert first["is_new"] and first["head"]["sha256"] == head().sha256
    assert first["head"]["generated_at"] == head().generated_at == AT[1]
    assert (head().generation, head().records, head().events) == (1, 2, 3)
    again = result("digests", "s", "-o", "d")
    assert not again["is_new"] and again["written"] == 0 and again["head"] == first["head"]
    add(body(3, 1))
    text = run("mirror", "digests", "s", "-o", "d", "--archive", "packs/pith-archive.json", *AT).out
    assert text.startswith("head          mirror.example, generation 2, new: 3 records, 4 valid events\n")
    assert f"  delta       {head().delta}\n  archive     packs/pith-archive.json\n" in text
    assert (
        text.endswith("  files       2 written, 0 removed\n") and head().previous == first["head"]["sha256"]
    )


def test_what_digests_need(folder: Path) -> None:
    done = run("mirror", "digests", "s", "-o", "d")
    assert done.status == 2 and "add --origin, as in --origin mirror.example" in done.err
    (folder / "d").mkdir()
    assert run("mirror", "digests", "s", "-o", "d").status == 2
    result("digests", "s", "-o", "d", "--origin", "a")
    assert (
        "contains the digests of a, not of b" in run("mirror", "digests", "s", "-o", "d", "--origin", "b").err
    )
    for bad in ("B", "a/b", "-a", "a" * 254, "\x1b[2J"):
        done = run("mirror", "digests", "s", "-o", "e", "--origin", bad)
        assert done.status == 2 and "--origin takes the name of the mirror" in done.err
        assert "\x1b" not in done.err
    for bad in ("x", "../pith-archive.json", "/pith-archive.json", "a" * 250 + "/pith-archive.json"):
        done = run("mirror", "digests", "s", "-o", "e", "--origin", "a", "--archive", bad)
        assert done.status == 2 and "--archive takes a relative path" in done.err
    assert run("mirror", "digests", "s", "-o", "d", "--generated-at", "today").status == 2
    assert run("mirror", "digests", "d", "-o", "e", "--origin", "a").status == 2
    assert run("mirror", "digests", "s", "-o", "policy.json").status == 2
    assert run("mirror", "digests", "absent", "-o", "e", "--origin", "a").status == 2
    (folder / "d" / "notes").write_text("x")
    add(body(3, 1))
    done = run("mirror", "digests", "s", "-o", "d")
    assert done.status == 2 and "which pithbundle did not write" in done.err
    (folder / "d" / "head.json").write_text("{}")
    assert run("mirror", "digests", "s", "-o", "d").status == 1


@pytest.mark.parametrize("how", ["the same path", "hard link", "symbolic link"])
def test_the_output_is_no_input(folder: Path, how: str) -> None:
    if how == "hard link":
        (folder / "other").hardlink_to(folder / "policy.json")
    elif how == "symbolic link":
        (folder / "other").symlink_to("policy.json")
    name = "policy.json" if how == "the same path" else "other"
    before = (folder / "policy.json").read_bytes()
    done = run("mirror", "digests", "s", "-o", name, "--origin", "a", "--policy", "policy.json")
    assert done.status == 2 and "is also an input" in done.err
    assert (folder / "policy.json").read_bytes() == before


def test_the_output_is_not_inside_the_store(folder: Path) -> None:
    before = {each: each.read_bytes() for each in (folder / "s").rglob("*") if each.is_file()}
    for name in ("s", "s/d", "."):
        assert run("mirror", "digests", "s", "-o", name, "--origin", "a").status == 2
    assert {each: each.read_bytes() for each in (folder / "s").rglob("*") if each.is_file()} == before


def test_what_differs_is_listed_by_side(folder: Path) -> None:
    result("digests", "s", "-o", "d", "--origin", "a")
    make(folder / "t", (body(1, 1), "a"), (body(2, 1), "a"), (body(3, 1), "a")).close()
    result("digests", "t", "-o", "e", "--origin", "b")
    assert result("compare", "d", "s")["outcome"] == "equal"
    for left, right in (("d", "e"), ("s", "e"), ("s", "t")):
        found = result("compare", left, right, status=1)
        assert found["outcome"] == "different" and found["difference_count"] == 2
        rows = {each["suffix"]: each for each in found["differences"]}
        assert rows[suffix(3)]["left"] is None and None not in rows[suffix(2)].values()
        text = run("mirror", "compare", left, right)
        assert text.status == 1 and f"  records     1 only {right}\n" in text.out
        assert "  records     1 in both, with another digest\n" in text.out
        assert f"  {suffix(3)} absent {rows[suffix(3)]['right']}\n" in text.out
    assert "  records     1 only e\n" in run("mirror", "compare", "e", "d").out


def test_another_policy_is_not_compared(folder: Path) -> None:
    (folder / "b.json").write_bytes(body(1, 1))
    assert run("archive", "pack", "b.json", "-o", "a").status == 0
    found = result("compare", "s", "a", "--jobs", "1", status=3)
    assert found["outcome"] == "not_comparable" and found["reason"].startswith("another policy: ")
    assert found["differences"] == []
    done = run("mirror", "compare", "s", "a", "--jobs", "1")
    assert done.status == 3 and done.out.startswith("not comparable s and a: another policy: ")
    assert result("compare", "s", "a", "--policy", "policy.json", status=1)["difference_count"] == 1


def test_many_differences_end_in_a_count(folder: Path) -> None:
    rows = "".join(
        f"{chr(65 + at // 26)}{chr(65 + at % 26)}{'A' * 24}" + f" {'0' * 64}" * 4 + "\n" for at in range(120)
    )
    (folder / "o").mkdir()
    (folder / "o" / "digests.txt").write_text(rows)
    with Store.open("s") as store:
        sha = store.policy.sha256
    summary = {
        "summary_type": "pithbundle_recompute_summary", "rules": "pithbundle-merge-1", "policy_sha256": sha,
        "event_types": {"a": 2},
    }  # fmt: skip
    (folder / "o" / "summary.json").write_text(json.dumps(summary))
    done = run("mirror", "compare", "s", "o")
    assert (
        done.out.endswith("  and 22 more records; --json lists 122\n") and len(done.out.splitlines()) == 104
    )
    assert len(result("compare", "s", "o", status=1)["differences"]) == 122
    assert result("digests", "o", "-o", "d", "--origin", "a")["head"]["events"] == 2


def test_damage_is_attributed_to_its_side(folder: Path) -> None:
    result("digests", "s", "-o", "d", "--origin", "a")
    result("digests", "s", "-o", "e", "--origin", "a")
    add(body(3, 1))
    result("digests", "s", "-o", "e")
    name = f"{head('e').root}.txt"
    (folder / "e" / name).write_bytes(b"x")
    done = run("mirror", "compare", "d", "e")
    assert done.status == 1 and "[digest_invalid, MIRROR-3]" in done.err
    (folder / "e" / name).unlink()
    done = run("mirror", "compare", "d", "e")
    assert done.status == 2 and f"e/{name}" in done.err


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_escaped(folder: Path, text: str) -> None:
    """E2: paths, origins and archives."""
    name = text.replace("\0", "").replace("/", "_")[:60].encode("utf-8", "ignore").decode().strip() or "x"
    given = (
        ["compare", "s", name],
        ["digests", "s", "-o", "d", "--origin", name],
        ["digests", name, "-o", "x"],
    )
    for args in (*given, ["digests", "s", "-o", "e", "--origin", "a", "--archive", name]):
        assert_harmless(run("mirror", *args), WORDS)
        done = run("mirror", *args, "--json")
        assert done.stdout.isascii() and "\x1b" not in done.err


# Publishing.

PUBLISH = ("publish", "--store", "s", "--to", "p")


def signer(folder: Path, source: str) -> tuple[str, ...]:
    """The options that sign with a program."""
    (folder / "sign.py").write_text(source)
    return "--sign-with", f"{sys.executable} sign.py", "--sign-key", MIRROR.public_key.hex()


def test_a_store_is_published(folder: Path) -> None:
    found = result(
        *PUBLISH, "--origin", "mirror.example", "--base-url", "https://m.example/a/", "--packs", *AT
    )
    assert (
        found["is_new"] and found["changed"] == 2 and found["head"]["sha256"] == head("p/pith-digests").sha256
    )
    assert (folder / "p" / "pith-mirrors.json").exists() and (folder / "p" / "pith-packs").is_dir()
    text = run("mirror", *PUBLISH, "--base-url", "https://m.example/a/").out
    assert text.endswith(
        "  records     0 changed, 0 withdrawn\n  target      p: 0 files of 0 bytes written, 0 removed\n"
    )
    for bad in (
        "http://m.example",
        "https://",
        "https://a b",
        "https://m.example/../x",
        "https://m.example?x",
    ):
        assert run("mirror", *PUBLISH, "--base-url", bad).status == 2
    assert run("mirror", "publish", "--store", "s", "--to", "s/p").status == 2
    assert run("mirror", "publish", "--store", "s", "--to", ".").status == 2
    assert run("mirror", *PUBLISH, "--origin", "A").status == 2
    done = run("mirror", "publish", "--store", "s", "--to", "q", "--origin", "other.example")
    assert done.status == 2 and "contains the digests of mirror.example" in done.err
    Store.create("another", POLICY).close()
    other = run("mirror", "publish", "--store", "another", "--to", "p", "--origin", "other.example")
    assert other.status == 2 and "has the head of mirror.example, not of other.example" in other.err
    assert "a mirror keeps its name" in other.err and "permissions" not in other.err


def test_a_head_is_signed_by_a_command(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = "import sys; data = sys.stdin.buffer.read()\n"
    sound = read + f"import nacl.signing as s; key = s.SigningKey({MIRROR.seed!r})\n"
    sound += "sys.stdout.buffer.write(key.sign(data).signature)\n"
    args = (*PUBLISH, "--origin", "a", *AT)
    assert result(*args, *signer(folder, sound))["head"]["is_signed"]
    assert head("p/pith-digests").signature_status(KEY) == "signed"
    assert "  signed by   " in run("mirror", *PUBLISH, *signer(folder, sound)).out
    before = (folder / "p" / "pith-digests" / "head.json").read_bytes()
    add(body(3, 1))
    for source, status, message in (
        (read + "sys.stdout.buffer.write(bytes(64))", 1, "not a signature of this head"),
        (read + "print('short')", 2, "wrote 6 bytes; a signature has 64 raw bytes"),
        (read + "sys.exit(3)", 2, "ended with the status 3"),
        ("import sys; sys.exit(0)", 2, "wrote 0 bytes"),
        ("import sys\nwhile True: sys.stdout.write('garbage' * 999)", 2, "wrote more than the 64 raw bytes"),
        ("import time\nprint('x' * 9, flush=True)\ntime.sleep(99)", 2, "did not answer within 2 seconds"),
        (
            "import os\nif os.fork():\n os._exit(0)\nos.setsid()\nimport time\ntime.sleep(9)",
            2,
            "did not answer within",
        ),
        (
            "import os, sys\nsys.stdout.close()\nos.close(1)\nimport time\ntime.sleep(9)",
            2,
            "did not answer within",
        ),
    ):
        monkeypatch.setattr("pithbundle.cli.mirror_publish_run._DEADLINE", 2.0)
        done = run("mirror", *PUBLISH, *signer(folder, source))
        assert done.status == status and message in done.err, done
    done = run("mirror", *PUBLISH, "--sign-with", "./absent", "--sign-key", MIRROR.public_key.hex())
    assert done.status == 2 and "cannot be run" in done.err
    for words in (
        ("--sign-with", "x"),
        ("--sign-key", "00"),
        ("--sign-with", "x", "--sign-key", "00"),
        ("--sign-with", "'", "--sign-key", MIRROR.public_key.hex()),
        ("--sign-with", " ", "--sign-key", MIRROR.public_key.hex()),
    ):
        assert run("mirror", *PUBLISH, *words).status == 2
    assert (folder / "p" / "pith-digests" / "head.json").read_bytes() == before


def test_a_command_that_does_not_answer_is_ended(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror_publish_run, "_DEADLINE", 0.5)
    child = "[sys.executable, '-c', 'import time; time.sleep(60)']"
    source = f"import subprocess, sys, time; subprocess.Popen({child})\n"
    done = run("mirror", *PUBLISH, "--origin", "a", *signer(folder, source + "time.sleep(60)"))
    assert done.status == 2 and "did not answer within 0.5 seconds" in done.err
