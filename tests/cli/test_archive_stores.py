"""A store is an input of what reads archives (ARCH-11); what these commands report (CLI-3, CLI-4)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

import pytest

from kit.archives import content, lines, write
from kit.command_line import command_line, process_env, run
from kit.data import REPO
from kit.recomputed import POLICY_BYTES, read_output, registry
from pithbundle.cli.numeric import byte_count

LINES = registry(6)
OPTIONS = ("--policy", "p.json", "--jobs", "1")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("p.json").write_bytes(POLICY_BYTES)
    return tmp_path


def test_what_a_store_serves_is_the_input() -> None:
    Path("x.jsonl").write_bytes(b"".join(line.raw for line in LINES))
    os.mkdir("all")
    os.mkdir("exported")
    run("store", "init", "all/store", "--policy", "p.json")
    run("store", "add", "all/store", "x.jsonl")
    listed = [
        one["suffix"] for one in json.loads(run("store", "list", "all/store", "--json").stdout)["records"]
    ]
    for suffix in listed:
        assert run("store", "export", "all/store", suffix, "--out-dir", f"exported/{suffix}").status == 0
    for number, given in enumerate(("all/store", "all", "exported")):
        assert run("archive", "pack", given, "-o", f"packed-{number}").status == 0
        run("recompute", given, "-o", f"states-{number}", *OPTIONS)
        assert content(Path(f"packed-{number}")) == content(Path("packed-0"))
        assert read_output(Path(f"states-{number}")) == read_output(Path("states-0"))
    assert read_output(Path("states-0")).summary["records"] == len(listed) > 3
    for words in (("archive", "pack"), ("recompute",)):
        done = run(*words, "all/store", "-o", "all/store/new")
        assert done.status == 2 and "is inside an input" in done.err
    for given in ("all/store", "all/store/segments"):
        done = run("store", "add", "all/store", given)
        assert done.status == 2 and "is the store itself, or in it" in done.err


def test_a_time_that_is_none_is_a_usage_error() -> None:
    run("store", "init", "s")
    Path("x.jsonl").write_bytes(LINES[0].raw)
    for text in ("yesterday", "2026-02-30T00:00:00Z", ""):
        done = run("store", "add", "s", "x.jsonl", "--received-at", text)
        assert done.status == 2 and "--received-at takes a time such as 2026-11-20T00:00:00Z" in done.err


def test_another_year_than_that_of_the_record() -> None:
    write(Path("a"), lines(1))
    suffix = lines(1)[0].suffix
    number = json.loads(lines(1)[0].data)["pith_number"]
    assert run("archive", "get", "a", number).stdout == run("archive", "get", "a", suffix).stdout != b""
    done = run("archive", "get", "a", f"pith:1999:{suffix}")
    assert (done.status, done.stdout) == (1, b"")
    assert f"the record with the suffix {suffix} is {number}, and not pith:1999:{suffix}" in done.err


def test_a_pack_that_is_missing_has_a_line_of_what_is_lost() -> None:
    write(Path("a"), lines(3))
    (pack,) = Path("a").glob("*.jsonl.zst")
    pack.unlink()
    done = run("archive", "check", "a")
    suffixes = sorted(line.suffix for line in lines(3))
    assert done.status == 1
    assert f"  lost        {suffixes[0]} to {suffixes[-1]}, by the manifest, all of {pack.name}\n" in done.out


def test_sizes_have_units() -> None:
    sizes = {
        "0": 0, "4194304": 4 << 20, "1k": 1000, "1kB": 1000, "2M": 2 * 10**6, "10GB": 10**10, "1TB": 10**12,
        "1KiB": 1024, "16MiB": 16 << 20, "1GiB": 1 << 30, "1TiB": 1 << 40,
    }  # fmt: skip
    assert {text: byte_count(text) for text in sizes} == sizes
    write(Path("a"), lines(1))
    for text in ("", "k", "1K", "1 MB", "1.5MB", "-1", "1mb", "1kiB", "1MiB ", "\u0661", "1MiBB", "9" * 16):
        assert byte_count(text) is None, text
        done = run("archive", "list", "a", "--max-raw", text)
        assert done.status == 2 and "invalid value for '--max-raw'" in done.err
    assert run("archive", "list", "a", "--max-raw", "1GiB").status == 0


def test_the_largest_file_of_the_system_is_named() -> None:
    write(Path("a"), lines(40))
    code = (
        "import resource, signal; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)"
    )
    words = command_line("archive", "merge", "a", "-o", "b", first=code)
    # A limit on files must not cut those in which Python keeps compiled modules.
    env = process_env({"PYTHONDONTWRITEBYTECODE": "1"})
    done = subprocess.run(words, capture_output=True, env=env, check=False)
    assert done.returncode == 2 and b"ulimit -f shows and raises the limit" in done.stderr
    assert not os.path.lexists("b") and not os.path.lexists("b.part")


#: A program that is interrupted when it imports a module.
INTERRUPTED: Final = """
import signal, sys
from {entry} import main
class Interrupting:
    def find_spec(self, name, *rest):
        if name == {module!r}:
            signal.raise_signal(signal.SIGINT)
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Interrupting())
sys.exit(main())
"""


@pytest.mark.signals
@pytest.mark.parametrize(
    ("entry", "module"),
    [
        ("pithbundle_command", "pithbundle.verifier"),
        ("pithbundle.__main__", "pithbundle.cli.main"),
    ],
)
def test_an_interrupt_while_modules_are_imported_is_one_line(entry: str, module: str) -> None:
    code = INTERRUPTED.format(entry=entry, module=module)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=process_env(), check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"pithbundle: interrupted\n")


def test_the_program_is_the_module_outside_of_the_package() -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]
    assert project["scripts"] == {"pithbundle": "pithbundle_command:main"}
    code = "import sys; from pithbundle_command import main; print(*sorted(sys.modules)); sys.exit(main())"
    words = [sys.executable, "-c", code, "--version"]
    done = subprocess.run(words, capture_output=True, text=True, env=process_env(), check=False)
    before, version = done.stdout.splitlines()
    assert "pithbundle_command" in before.split() and "pithbundle" not in before.split()
    assert done.returncode == 0 and version.startswith("pithbundle ")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no full device")
def test_without_room_for_any_output_the_status_is_that_of_the_command() -> None:
    write(Path("a"), lines(2))
    with open("/dev/full", "wb") as full:
        words = [sys.executable, "-m", "pithbundle", "archive", "list", "a"]
        done = subprocess.run(words, stdout=full, stderr=full, env=process_env(), check=False)
    assert done.returncode == 2
