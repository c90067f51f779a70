"""Nothing is reported of a state or a digest before it was read again (AUDIT-10)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kit.audits import Audited, audited
from kit.lying_mirror import LIES, MARKS, OTHER_POLICY, SEED, LyingMirror, digest_of_other
from kit.stores import body, suffix
from pithbundle.mirror.audit.second_reads import PAUSES

BASE = "https://l.example"
RECORDS = {SEED: MARKS, 2: (1,)}


def lying(*names: str) -> LyingMirror:
    mirror = LyingMirror.of(RECORDS, BASE)
    for name in names:
        LIES[name][0](mirror)
    return mirror


def run(mirror: LyingMirror, on_sleep: Callable[[], None] | None = None) -> Audited:
    return audited(LyingMirror.of(RECORDS, "https://h.example"), mirror, on_sleep=on_sleep)


def heads(found: Audited) -> int:
    return sum(url == f"{BASE}/pith-digests/head.json" for url in found.wire.requests)


def test_an_honest_mirror_is_read_once() -> None:
    found = run(lying())
    assert found.slept == [] and heads(found) == 1


def test_a_difference_that_stays_is_reported_after_three_pauses() -> None:
    found = run(lying("digest_of_other"))
    assert found.slept == list(PAUSES) and found.words() == ["digest_differs"]
    assert heads(found) == 1 + 2 * len(PAUSES)
    documents = found.kept[0][1]
    assert [one.role for one in documents] == ["bundle", "head", "head", "digests"]
    assert run(lying("other_state")).slept == list(PAUSES)


def test_a_difference_that_passes_is_none() -> None:
    mirror = lying("digest_of_other")

    def repair() -> None:
        mirror.entry(SEED).leaf = None
        mirror.publish()

    found = run(mirror, repair)
    assert found.words() == [] and found.slept == [PAUSES[0]]


def test_a_state_that_is_written_later_is_none() -> None:
    mirror = lying("other_state")
    found = run(mirror, lambda: setattr(mirror.entry(SEED), "state", None))
    assert found.words() == []


def test_what_changes_each_time_is_moving() -> None:
    mirror = lying("other_state")
    marks = [10]

    def change() -> None:
        marks.append(marks[-1] + 1)
        state = mirror.entry(SEED).state
        mirror.put(SEED, body(SEED, *MARKS, *marks))
        mirror.entry(SEED).state = state

    found = run(mirror, change)
    assert "moving" in found.words("l") and "state_differs" not in found.words("l")
    assert run(lying("moving")).words("l") == ["moving"]


def test_a_mirror_without_digests_is_read_again_too() -> None:
    mirror = lying("other_state")
    mirror.has_digests = False
    found = run(mirror)
    assert found.words() == ["state_differs"] and heads(found) == 1


def test_a_head_that_disappears_or_changes_its_policy_ends_the_comparison() -> None:
    mirror = lying("digest_of_other")
    found = run(mirror, lambda: setattr(mirror, "has_digests", False))
    assert found.words("l") == []
    mirror = lying("digest_of_other")
    found = run(mirror, lambda: setattr(mirror, "policy", OTHER_POLICY))
    assert found.words("l") == []


@pytest.mark.parametrize(("status", "word"), [(200, "digest_invalid"), (0, "unreachable")])
def test_a_tree_that_breaks_in_between_is_a_finding(status: int, word: str) -> None:
    mirror = lying("digest_of_other")
    broken: list[int] = []

    def hook(path: str, old: int, data: bytes) -> tuple[int, bytes]:
        return (status, b"unreachable") if path.endswith(".txt") and broken else (old, data)

    def breaks() -> None:
        broken.append(1)
        mirror.entry(2).leaf = "1" * 32
        mirror.publish()

    mirror.hooks.append(hook)
    assert word in run(mirror, breaks).words("l")


def test_a_mirror_that_dies_in_between_is_unreachable() -> None:
    mirror = lying("digest_of_other")

    def dies() -> None:
        if not mirror.hooks:
            mirror.hooks.append(lambda *_: (0, b"timeout"))

    found = run(mirror, dies)
    assert "unreachable" in found.words("l") and "digest_differs" not in found.words("l")
    assert suffix(SEED) in {one.suffix for one, _ in found.kept}


def test_only_the_generation_of_the_last_read_is_evidence() -> None:
    mirror = LyingMirror.of({**RECORDS, 7: (1,)}, BASE)
    digest_of_other(mirror)
    found = run(mirror)
    heads_ = [one.body for one in found.kept[-1][1] if one.role == "head"]
    assert len(set(heads_)) <= 1
