"""Results of mirrors, and the exit status of all (SYNC-12)."""

from __future__ import annotations

import pytest

from pithbundle.errors import NetworkError
from pithbundle.mirror.sync.results import MOST_LISTED, Fault, Listed, MirrorResult, Stale, exit_status


def done() -> MirrorResult:
    return MirrorResult("https://mirror.example", complete=True)


def test_nothing_to_report() -> None:
    assert exit_status([]) == exit_status([done(), done()]) == 0
    assert exit_status([MirrorResult("https://mirror.example")]) == 3


def test_what_is_only_counted() -> None:
    listed: Listed[int] = Listed()
    for number in range(MOST_LISTED + 5):
        listed.add(number)
    assert listed.first == [*range(MOST_LISTED)] and listed.count == MOST_LISTED + 5


@pytest.mark.parametrize("name", ["differing", "absent"])
def test_records_that_differ_or_are_absent(name: str) -> None:
    result = done()
    getattr(result, name).add("A" * 26)
    assert exit_status([done(), result]) == 3


def test_what_is_not_clean() -> None:
    for change in range(5):
        result = done()
        if change == 0:
            result.stale.add(Stale("A" * 26, (), 1))
        elif change == 1:
            result.failed.add(Fault("A" * 26, "http", "x"))
        elif change == 2:
            result.problems.add(NetworkError("http"))
        elif change == 3:
            result.error = NetworkError("unreachable")
        else:
            result.not_comparable = "another policy"
        assert exit_status([result]) == 3 and not result.contradicts
    result = done()
    result.removed.add("A" * 26)
    assert exit_status([result]) == 0


def test_what_contradicts_the_policy() -> None:
    for code, status in (("key_unknown", 3), ("version", 3), ("subject", 1), ("hash_mismatch", 1)):
        result = done()
        for _ in range(MOST_LISTED + 1):
            result.quarantine(Fault("A" * 26, "key_unknown", ""))
        result.quarantine(Fault("A" * 26, code, ""))
        assert exit_status([result]) == status
    result = done()
    result.invalid.add("A" * 26)
    assert exit_status([result, MirrorResult("https://other.example")]) == 1
