"""The statements of docs/conforming-reader.md on the first worker are true, and what it names exists."""

from __future__ import annotations

import os
import re
import sys
from fnmatch import fnmatchcase
from typing import Final

from kit.data import REPO
from pithbundle.conformance.process import Worker as Process
from pithbundle.conformance.protocol import STAGES, ExpectedFailure, Result, Vector, account
from pithbundle.conformance.runner import load, reader, run_vector
from pithbundle.conformance.runner import run as run_vectors
from specgen.pages import all_clauses

PATH: Final = REPO / "docs" / "conforming-reader.md"
PAGE: Final = PATH.read_text(encoding="utf-8")
WORKER: Final = REPO / "docs" / "examples" / "first_worker.py"
VECTORS: Final = {vector.id: vector for vector in load(REPO / "vectors")}
#: ``PITHBUNDLE_UPDATE=1`` rewrites the list of expected failures; read the difference.
UPDATE: Final = os.environ.get("PITHBUNDLE_UPDATE") == "1"
TEN: Final = re.findall(r"^\| (\d+) \| `([^`]+)` \| (.+) \| (\w+) \|$", PAGE, re.MULTILINE)


def worker_results() -> list[Result]:
    given = [vector for vector in VECTORS.values() if vector.stage == "json"]
    found = run_vectors([sys.executable, str(WORKER)], given, reader(REPO / "vectors"), timeout=60)
    assert account(found) == []
    return [*found.results]


def test_the_list_of_the_first_worker_is_what_it_fails() -> None:
    path = REPO / "docs" / "examples" / "first_worker.xfail"
    lines = path.read_text(encoding="utf-8").splitlines()
    failed = [result.vector for result in worker_results() if result.status != "passed"]
    if UPDATE:
        lines = updated(lines, failed)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    named = [matched(line) for line in lines if line and line[0] != "#"]
    assert all(named), "a line names no vector"
    assert set().union(*named) == {vector.id for vector in failed}


def matched(line: str) -> set[str]:
    """The vectors of the worker's stage that a line of the list names."""
    pattern, _, reason = line.partition(" ")
    entry = ExpectedFailure(pattern, reason)
    return {name for name, vector in VECTORS.items() if vector.stage == "json" and entry.covers(name)}


def updated(lines: list[str], failed: list[Vector]) -> list[str]:
    """The list with what is failed now: a new line goes below the last one of the same reason."""
    names = {vector.id for vector in failed}
    kept = [line for line in lines if line[:1] in ("", "#") or (matched(line) and matched(line) <= names)]
    listed = set().union(*map(matched, kept))
    for vector in failed:
        if vector.id not in listed:
            reason = vector.expect.get("error", {}).get("code", "accepted")
            same = [at for at, line in enumerate(kept) if line.partition(" ")[2] == reason and line[0] != "#"]
            kept.insert(same[-1] + 1 if same else len(kept), f"{vector.id} {reason}")
    return kept


def test_there_are_ten_first_vectors_with_the_result_of_the_first_worker() -> None:
    assert [number for number, *_ in TEN] == [str(number) for number in range(1, 11)]
    read = reader(REPO / "vectors")
    with Process([sys.executable, str(WORKER)], 10) as worker:
        found = [run_vector(worker, VECTORS[name], read) for _, name, _, _ in TEN]
    words = {"passed": "passes", "failed": "fails"}
    reported = [
        "unsupported" if "not supported" in result.detail else words[result.status] for result in found
    ]
    assert reported == [word for *_, word in TEN]


def test_the_clauses_of_each_are_among_those_that_it_shows() -> None:
    for _, name, teaches, _ in TEN:
        named = set(re.findall(r"[A-Z]+-\d+", teaches))
        assert named, name
        assert named <= set(VECTORS[name].clauses), name


def test_every_vector_and_every_clause_that_it_names_exists() -> None:
    named = re.findall(rf"`((?:{'|'.join(STAGES)})/[^`]*)`", PAGE)
    assert len(named) > 12
    for pattern in named:
        assert any(fnmatchcase(name, pattern) for name in VECTORS), pattern
    defined = set(all_clauses())
    for clause in re.findall(r"\b(?!UTF-|SHA-)[A-Z]{3,}-\d+\b", PAGE):
        assert clause in defined, clause


def test_it_counts_the_arrangements_of_the_tenth() -> None:
    (_, name, _, _) = TEN[9]
    assert len(VECTORS[name].variants) + 1 == 10
    assert "in ten arrangements" in PAGE


def test_the_page_is_linked() -> None:
    for page in ("README.md", "vectors/README.md"):
        assert "docs/conforming-reader.md" in (REPO / page).read_text(encoding="utf-8"), page
