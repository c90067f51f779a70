"""The table of words: exit statuses and classes of evidence (AUDIT-1, AUDIT-2)."""

from __future__ import annotations

from typing import get_args

import pytest

from kit.data import REPO
from pithbundle.mirror.audit.words import REPORTED, WORDS, Evidence, Word, exit_status


def test_every_word_has_its_row() -> None:
    assert set(WORDS) == set(get_args(Word))
    assert {each for info in WORDS.values() for each in info.evidence} == set(get_args(Evidence))


def test_the_table_of_the_specification_is_that_of_the_code() -> None:
    text = (REPO / "spec" / "audit.md").read_text()
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| `")]
    found = {row[0].strip("|` "): (int(row[1]), tuple(row[2].split(", "))) for row in rows if len(row) == 4}
    assert found == {word: (info.exit_status, info.evidence) for word, info in WORDS.items()}
    assert [*found] == [*WORDS]


def test_nothing_is_written_of_what_is_no_fault() -> None:
    assert set(WORDS) - REPORTED == {"same", "extra"}


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ([], 0), (["same", "extra"], 0), (["missing", "same"], 3), (["missing", "forged"], 1),
        (["moving"], 3), (["conflict"], 1),
    ],
)  # fmt: skip
def test_the_gravest_word_decides(words: list[Word], status: int) -> None:
    assert exit_status(words) == status
