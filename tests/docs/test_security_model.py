"""docs/security-model.md has each threat that code cites, and each test that it names for a threat exists."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Final

from kit.committed import committed_files
from kit.data import REPO
from pithbundle.conformance.runner import load

PAGE: Final = (REPO / "docs" / "security-model.md").read_text(encoding="utf-8")
ROWS: Final = re.findall(r"^\| ([A-H]\d+) \|.*\| ([^|]*) \|$", PAGE, re.MULTILINE)
CITED: Final = re.compile(r"threats? ([A-H]\d+)(?: to ([A-H]\d+))?((?:, [A-H]\d+)*)")


def test_each_threat_has_one_row() -> None:
    ids = [name for name, _ in ROWS]
    assert len(ids) > 35
    assert len(set(ids)) == len(ids)


def test_every_threat_that_is_cited_has_a_row() -> None:
    cited = set()
    for name in committed_files():
        if name.startswith(("src/", "tests/", "js/", "tools/")) and name.endswith((".py", ".js")):
            for first, last, more in CITED.findall((REPO / name).read_text(encoding="utf-8")):
                numbers = range(int(first[1:]), int((last or first)[1:]) + 1)
                cited |= {f"{first[0]}{number}" for number in numbers} | set(re.findall(r"[A-H]\d+", more))
    assert {"E1", "F1", "C5"} <= cited
    assert cited - {name for name, _ in ROWS} == set()


def test_what_shows_a_threat_exists() -> None:
    vectors = [vector.id for vector in load(REPO / "vectors")]
    for threat, shown in ROWS:
        named = re.findall(r"`([^`]+)`", shown)
        assert named, threat
        for name in named:
            found = (REPO / name).exists() or any(fnmatchcase(vector, name) for vector in vectors)
            assert found, f"{threat}: {name}"
