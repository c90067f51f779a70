"""No identifier contains a word that the vocabulary replaced: one standard word names one thing."""

from __future__ import annotations

import io
import tokenize
from pathlib import Path

import pytest

from kit.data import REPO

#: Each old word and the word in use.
REPLACED = {
    "fold": "load, merge", "folded": "loaded, merged", "folding": "loading", "folds": "loads, merges",
    "forge": "testkit", "honour": "accept", "honours": "accepts", "house": "fixture",
    "misfit": "nonconforming", "misfits": "nonconforming",
    "refusal": "rejection", "refuse": "reject", "refused": "rejected", "refuses": "rejects",
    "spoil": "tamper", "spoils": "tampers", "spoilt": "tampered", "spoken": "by_id",
    "standing": "current", "stands": "is current", "stated": "claimed",
    "stranger": "unknown signer, unknown member", "strangers": "unknown signers, unknown members",
    "telling": "report", "told": "reported", "unsound": "ids_without_valid_event",
}  # fmt: skip
FILES = [
    path
    for folder in ("src", "tests", "tools", "benchmarks")
    for path in sorted((REPO / folder).rglob("*.py"))
]


def old_words(identifier: str) -> set[str]:
    """The old words among the parts of an identifier."""
    return REPLACED.keys() & set(identifier.lower().split("_"))


def test_the_parts_of_an_identifier_are_compared() -> None:
    assert old_words("test_it_is_told") == {"told"}
    assert old_words("_STATED_ID") == {"stated"}
    assert old_words("untold_statement") == set()


@pytest.mark.parametrize("folder", ["src", "tests", "tools", "benchmarks"])
def test_no_identifier_has_an_old_word(folder: str) -> None:
    found = [
        f"{path.relative_to(REPO)}:{token.start[0]}: {token.string}; use {REPLACED[words[0]]}"
        for path in FILES
        if path.is_relative_to(REPO / folder)
        for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
        if token.type == tokenize.NAME and (words := sorted(old_words(token.string)))
    ]
    assert found == []


def test_no_file_of_a_test_or_mutation_is_named_by_an_old_word() -> None:
    names: list[Path] = [*FILES, *(REPO / "tests" / "mutations").rglob("*.mutation")]
    assert [path.name for path in names if old_words(path.stem.replace("-", "_"))] == []
