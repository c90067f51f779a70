"""Every clause that code, documentation or a test names is one that the specification defines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from kit.data import REPO
from specgen.pages import all_clauses

#: Names of the form of a clause's that are none.
OTHERS: Final = {"CVE", "RIPEMD", "SHA", "UTF", "ISO", "PDF", "RFC", "MPL"}
#: What a test makes up.
MADE_UP: Final = {
    # The removed ids, where they are named as such.
    "spec.md": {f"RULE-{number}" for number in range(1, 6)},
    "CHANGELOG.md": {f"RULE-{number}" for number in range(1, 6)},
    "tests/docs/test_spec.py": {f"RULE-{number}" for number in range(1, 6)},
    "tests/conformance/test_protocol.py": {"DATA-10"},
    "tests/docs/test_clauses.py": {"LAW-9", "CHEK-1", "DATA-10"},
}
NAMED: Final = re.compile(r"\b([A-Z]{2,})-(\d+)\b(?: to (\d+)\b)?")
PLACES: Final = (
    *("src", "js", "docs", "tests", "tools", "benchmarks"),
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "spec.md", "spec", "Makefile", ".ci/run"),
    *("vectors/README.md", "vectors/accumulated.md", "vectors/CLAUSES.md"),
)
#: What a person writes; a vector's own clauses are compared with the specification elsewhere.
SUFFIXES: Final = {".py", ".js", ".md", ".html", ".css", ".txt", ".mutation", ".json", ""}


def texts() -> Iterator[Path]:
    for folder in PLACES:
        for path in [REPO / folder, *sorted((REPO / folder).rglob("*"))]:
            if path.is_file() and path.suffix in SUFFIXES and "node_modules" not in path.parts:
                yield path


def dangling(text: str, defined: set[str]) -> list[str]:
    """The clauses that a text names and the specification does not define; a range names each in it."""
    found = []
    for prefix, first, last in NAMED.findall(text):
        if prefix not in OTHERS:
            named = range(int(first), int(last or first) + 1)
            found += [f"{prefix}-{number}" for number in named if f"{prefix}-{number}" not in defined]
    return found


def test_every_clause_that_is_named_is_defined() -> None:
    defined = set(all_clauses())
    found = {
        (name, clause)
        for path in texts()
        for name in [path.relative_to(REPO).as_posix()]
        for clause in dangling(path.read_text(encoding="utf-8"), defined)
        if clause not in MADE_UP.get(name, ())
    }
    assert found == set()


def test_the_sources_of_clause_ids_are_read() -> None:
    read = {path.relative_to(REPO).as_posix() for path in texts()}
    assert {
        "spec.md",
        "spec/checks.md",
        "README.md",
        "src/pithbundle/verify/checks.py",
        "js/src/verify/checks.js",
        "tests/kit/oracle/state.py",
    } <= read
    assert len(read) > 300


@pytest.mark.parametrize(
    "text, found",
    [
        ("(spec LAW-1, LAW-9)", ["LAW-9"]),
        ("LAW-1 to 3", ["LAW-2", "LAW-3"]),
        ("CHEK-1, SHA-256 and UTF-8", ["CHEK-1"]),
        ("LAW-1.", []),
    ],
)
def test_what_is_found(text: str, found: list[str]) -> None:
    assert dangling(text, {"LAW-1"}) == found
