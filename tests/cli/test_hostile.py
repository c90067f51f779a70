"""Hostile text at every location of records, policies and paths; for bundles see test_hostile_bundles."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kit.command_line import FIRST_WORDS, HOSTILE, Result, assert_harmless, columns, hostile_arguments, run

DATA = Path(__file__).parent / "data"

#: Each input and the commands that read it from standard input.
READERS: dict[str, list[list[str]]] = {
    "stated-wrong.json": [
        ["number", "-"],
        ["number", "--json", "-"],
        ["canonical", "--digest", "-"],
        ["canonical", "--json", "-"],
    ],
    "policy.json": [["policy", "check", "-"], ["keys", "--policy", "-"], ["keys", "--policy", "-", "--json"]],
}


def first_words(result: Result) -> Counter[str]:
    return Counter(line.split()[0] for line in result.out.splitlines() if line[:1].strip())


def read_by(args: list[str], value: Any, text: str, *, ascii_only: bool) -> None:
    """Run a command on each copy of ``value`` that has ``text`` at one location."""
    for where, changed in hostile_arguments(value, text):
        data = json.dumps(changed, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
        result = run(*args, stdin=data)
        if "--json" in args:
            assert result.stdout.isascii(), where
            assert not result.stdout or json.loads(result.stdout), where
        else:
            assert_harmless(result, FIRST_WORDS | set(digest(result)))
            assert all(count == 1 for count in first_words(result).values()), where


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
@pytest.mark.parametrize("name", READERS)
def test_in_every_argument(name: str, text: str) -> None:
    read_by(READERS[name][0], json.loads((DATA / name).read_bytes()), text, ascii_only=False)


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
@pytest.mark.parametrize("name", READERS)
def test_in_every_argument_of_every_command(name: str, text: str) -> None:
    for args in READERS[name]:
        read_by(args, json.loads((DATA / name).read_bytes()), text, ascii_only=True)


def digest(result: Result) -> list[str]:
    """The one line of ``canonical --digest``."""
    return [result.out.strip()] if len(result.out) == 65 else []


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_in_every_argument_on_a_narrow_terminal(text: str) -> None:
    value: Any = json.loads((DATA / "stated-wrong.json").read_bytes())
    for _, changed in hostile_arguments(value, text):
        data = json.dumps(changed).encode()
        result = run("number", "-", stdin=data, tty=True, env={"COLUMNS": "40"})
        assert_harmless(result, {"number", "mismatch", "rejected", "pithbundle:"})
        assert not [line for line in result.out.splitlines() if columns(line) > 40]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_as_the_name_of_a_file(tmp_path: Path, text: str) -> None:
    name = text[:60].replace("/", "_").replace("\0", "_").replace("\ud800", "\udc80")
    path = tmp_path / name
    for args in (["number", str(path)], ["convert", str(path), "--to", "json", "-o", str(path)]):
        assert_harmless(run(*args))
    path.write_bytes((DATA / "hostile.json").read_bytes())
    for args in (
        ["number", str(path)],
        ["number", "--json", str(path)],
        ["policy", "check", str(path)],
        ["keys", "--key", str(path)],
        ["convert", str(path), "--to", "json", "-o", str(path)],
    ):
        assert_harmless(run(*args), {"number", "rejected", "pithbundle:", *"{}"})


def test_bytes_that_are_no_text() -> None:
    for byte in range(256):
        for args in (["number", "-"], ["policy", "check", "-"], ["canonical", "--digest", "-"]):
            result = run(*args, stdin=bytes([byte]) * 3)
            assert_harmless(result, {"pithbundle:", "rejected", *digest(result)})
