"""The Rust implementation keeps the rules of this repository; nothing here needs cargo."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

import check_crates
from architecture.test_vocabulary import _PROSE, without_code
from kit.committed import committed_files
from kit.data import REPO

RUST: Final = REPO / "rust"
SOURCES: Final = [REPO / name for name in committed_files() if re.fullmatch(r"rust/.+\.rs", name)]
CORE: Final = [path for path in SOURCES if path.is_relative_to(RUST / "pithbundle-core" / "src")]
#: Written by tools/make_unicode14.py.
GENERATED: Final = RUST / "pithbundle-core" / "src" / "bundle" / "unicode14.rs"
FUNCTION: Final = re.compile(r"^( *)(?:pub(?:\(\w+\))? )?(?:const )?fn (\w+)", re.MULTILINE)
CLAUSE: Final = re.compile(
    r"\b(?:DATA|JSON|CBOR|LIM|CANON|TEXT|TIME|REC|TITLE|NUM|ALIAS|SIG|KEY|BUN|EVT|FORMAT|UNV|POL|CHECK"
    r"|RCPT|MERGE|KIND|STATE|TRACE|STATUS|TIMELINE|PROOF|EXPORT|REPORT|FAULT|ERR|MIRROR|DISPLAY)-\d+\b"
)


def functions(source: str) -> dict[str, int]:
    """The lines of each function, by its name and line."""
    found = {}
    lines = source.split("\n")
    for each in FUNCTION.finditer(source):
        start = source.count("\n", 0, each.start())
        end = next((at for at in range(start, len(lines)) if lines[at] == each[1] + "}"), start)
        found[f"{each[2]}:{start + 1}"] = end - start + 1
    return found


def test_the_lines_of_a_function_are_counted() -> None:
    assert functions("fn a() {\n}\n    pub(crate) fn b(\n    ) {\n        x\n    }\n") == {"a:1": 2, "b:3": 4}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(RUST).as_posix())
def test_files_and_functions_are_short(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= 400
    assert {name: size for name, size in functions(source).items() if size > 60} == {}
    assert [line for line in source.split("\n") if len(line) > 112 and path != GENERATED] == []


def test_every_clause_that_is_named_exists() -> None:
    spec = "".join(page.read_text(encoding="utf-8") for page in (REPO / "spec").glob("*.md"))
    known = set(re.findall(r"^### <a id=\"[a-z0-9-]+\"></a>([A-Z]+-\d+):", spec, re.MULTILINE))
    named = {name for path in SOURCES for name in CLAUSE.findall(path.read_text(encoding="utf-8"))}
    assert len(named) > 80
    assert named - known == set()


def test_comments_have_no_old_word() -> None:
    found = [
        f"{path.relative_to(REPO)}: {word[0]}"
        for path in SOURCES
        for line in re.findall(r"//[^\n]*", path.read_text(encoding="utf-8"))
        for word in _PROSE.finditer(without_code(line))
    ]
    assert found == []


def test_the_core_has_no_input_or_output_clock_or_state() -> None:
    forbidden = re.compile(
        r"std::(?:fs|io|env|net|time|process|thread)\b|\bstatic mut\b|\bunsafe\b|println!|OnceLock"
    )
    found = [
        f"{path.relative_to(REPO)}: {word}"
        for path in CORE
        for word in forbidden.findall(re.sub(r"//[^\n]*", "", path.read_text(encoding="utf-8")))
    ]
    assert found == []


def manifest(name: str) -> dict[str, Any]:
    """A manifest of cargo."""
    return tomllib.loads((RUST / name / "Cargo.toml").read_text(encoding="utf-8"))


def test_overflow_is_checked_and_unsafe_code_forbidden() -> None:
    workspace = manifest(".")
    assert workspace["profile"]["release"]["overflow-checks"] is True
    assert workspace["workspace"]["lints"]["rust"]["unsafe_code"] == "forbid"
    for member in workspace["workspace"]["members"]:
        assert manifest(member)["lints"] == {"workspace": True}


def test_the_crates_of_a_lock_file_are_those_of_a_registry() -> None:
    ours = '[[package]]\nname = "ours"\nversion = "0.1.0"\n'
    other = '[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "registry"\nchecksum = "00"\n'
    assert check_crates.locked(ours + other) == ["a 1.0.0 00"]


def test_every_crate_is_pinned_listed_and_justified() -> None:
    listed = {}
    for line in (RUST / "checksums.txt").read_text(encoding="utf-8").splitlines():
        name, version, checksum = line.split(" ")
        assert re.fullmatch("[0-9a-f]{64}", checksum)
        listed[name] = f"={version}"
    core = manifest("pithbundle-core")
    pinned = {**core["dependencies"], **core["target"]["cfg(any())"]["dependencies"]}
    assert {name: each["version"] for name, each in pinned.items()} == listed
    table = (RUST / "README.md").read_text(encoding="utf-8")
    assert [name for name in listed if f"`{name}`" not in table] == []
    assert "Cargo.lock" not in {Path(name).name for name in committed_files()}
