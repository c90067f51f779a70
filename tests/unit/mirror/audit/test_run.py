"""An audit: what is requested, drawn, compared and given up (AUDIT-3, AUDIT-4, AUDIT-10, AUDIT-14)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kit.audits import RANDOM, Audited, audited
from kit.lying_mirror import MARKS, OTHER_POLICY, SEED, LyingMirror, Wire, digest_of_other, omit_event
from kit.stores import body, make, suffix, unverified
from kit.trees import line
from pithbundle.digests.tree import build
from pithbundle.mirror.audit.reference import Reference
from pithbundle.mirror.audit.sample import sample_of
from pithbundle.mirror.parts import LEAST_BYTES, Part, Parts

A, B, C = "https://a.example", "https://b.example", "https://c.example"
RECORDS = {SEED: MARKS, 2: (1,), 3: (1, 2)}


def mirror(base: str = A, **options: Any) -> LyingMirror:
    return LyingMirror.of(RECORDS, base, **options)


def paths(found: Audited, base: str) -> list[str]:
    return [url.removeprefix(base) for url in found.wire.requests if url.startswith(base)]


def test_equal_mirrors_need_one_request_each() -> None:
    found = audited(mirror(A), mirror(B), mirror(C), sample=0)
    assert [paths(found, base) for base in (A, B, C)] == [["/pith-digests/head.json"]] * 3
    assert found.audit.exit_status == 0 and found.audit.records == 0
    assert [one.requests for one in found.audit.mirrors] == [1, 1, 1]
    assert all(0 < one.body_bytes < 1_000 for one in found.audit.mirrors)


def test_a_record_that_differs_is_read_of_every_mirror() -> None:
    other = mirror(B)
    omit_event(other)
    found = audited(mirror(A), other, mirror(C), sample=0)
    assert found.audit.records == 1 and found.words() == ["missing"]
    for base in (A, B, C):
        assert f"/pith/{suffix(SEED)}/bundle.json" in paths(found, base)
    assert sum("/pith/" in url for url in found.wire.requests) == 6


def test_the_sample_is_drawn_after_the_heads_and_repeats() -> None:
    found = audited(mirror(A), mirror(B), sample=2)
    assert found.audit.seed == RANDOM and found.audit.population == 3 and found.audit.sampled == 2
    read = {url.split("/")[-2] for url in paths(found, A) if url.endswith("bundle.json")}
    assert read == set(sample_of(map(suffix, RECORDS), RANDOM, 2))
    again = audited(mirror(A), mirror(B), sample=2, seed=RANDOM)
    assert again.wire.requests == found.wire.requests
    assert audited(mirror(A), mirror(B), sample=1, seed="0" * 32).audit.seed == "0" * 32


def test_a_lie_about_a_record_whose_digest_agrees_is_found_by_the_sample() -> None:
    liar = mirror(B)
    honest = liar.entry(SEED)
    leaf = liar._follows(honest)[1]
    omit_event(liar)
    liar.entry(SEED).leaf = leaf
    assert audited(mirror(A), liar, sample=0).words() == []
    assert audited(mirror(A), liar, sample=3).words() == ["digest_differs", "missing"]


def test_numbers_are_a_population_where_nothing_lists_records() -> None:
    one, other = mirror(A, has_digests=False), mirror(B, has_digests=False)
    omit_event(other)
    assert audited(one, other, sample=5).audit.records == 0
    found = audited(one, other, sample=5, numbers=(suffix(SEED), "A" * 26))
    assert found.audit.population == 2 and found.words() == ["missing"]
    assert found.audit.counts["same"] == 2 and found.audit.counts["extra"] == 1


def test_everything_that_any_mirror_lists_is_read_with_full() -> None:
    one, other = mirror(A), mirror(B)
    other.put(9, body(9, 1))
    found = audited(one, other)
    assert found.audit.records == 4 and found.words("a") == ["missing"]


def test_digests_of_another_policy_are_not_compared_and_records_are() -> None:
    other = mirror(B, policy=OTHER_POLICY)
    omit_event(other)
    other.entry(2).leaf = "0" * 32
    found = audited(mirror(A), other)
    assert found.words("b") == ["missing", "not_comparable"] and found.audit.exit_status == 3
    alone = audited(mirror(A), replace(other, rules="another-rules"), sample=3)
    assert "not_comparable" in alone.words("b")


def test_only_so_many_differing_records_are_read() -> None:
    other = mirror(B)
    for seed in RECORDS:
        other.put(seed, body(seed, 9))
    found = audited(mirror(A), other, sample=0, most=2)
    assert found.audit.records == 2 and found.audit.mirrors[1].more == 1
    assert [one.code for one, _ in found.kept if one.word == "not_comparable"] == ["records"]
    sampled = audited(mirror(A), other, sample=3, most=2)
    assert sampled.audit.records == 3


def test_a_store_is_the_other_side(tmp_path: Path) -> None:
    bodies = [(body(seed, *marks), C) for seed, marks in RECORDS.items()]
    other = mirror(A)
    omit_event(other)
    other.put(9, body(9, 1))
    with make(tmp_path / "s", *bodies) as store, Reference(store) as reference:
        equal = audited(mirror(A), store=reference, sample=3)
        assert equal.audit.counts == {"same": 3} and equal.audit.has_store
        found = audited(other, store=reference, sample=3)
        more = audited(other, store=reference, sample=3, most=1)
    assert found.words() == ["missing"] and found.audit.counts["extra"] == 1
    assert more.words() == ["missing", "not_comparable"]


def test_without_a_head_the_records_are_compared() -> None:
    other = mirror(B, has_digests=False)
    omit_event(other)
    found = audited(mirror(A), other, sample=3)
    assert found.words() == ["missing"] and found.audit.mirrors[1].head is None


@pytest.mark.parametrize("ending", ["head.json", ".txt"])
def test_an_unreachable_head_or_file_is_a_finding_and_stops_nothing(ending: str) -> None:
    def gone(path: str, status: int, data: bytes) -> tuple[int, bytes]:
        return (0, b"unreachable") if "pith-digests" in path and path.endswith(ending) else (status, data)

    other = mirror(B)
    digest_of_other(other)
    other.hooks.append(gone)
    found = audited(mirror(A), other)
    assert found.words("b") == ["unreachable"] and found.audit.counts["same"] == 6


def test_a_file_that_several_records_need_is_requested_once() -> None:
    one, other = mirror(A), mirror(B)
    found = audited(one, other, sample=3, numbers=tuple(map(suffix, RECORDS)))
    assert sum(path.endswith(".txt") for path in paths(found, A)) == 1


def test_a_file_of_the_first_mirror_is_its_own_fault() -> None:
    first, other = mirror(A), mirror(B)
    digest_of_other(other)

    def cut(path: str, status: int, data: bytes) -> tuple[int, bytes]:
        return status, data[:-1] if path.endswith(".txt") else data

    first.hooks.append(cut)
    found = audited(first, other, sample=0)
    assert found.words() == ["digest_invalid"] and found.words("a") == ["digest_invalid"]


@pytest.mark.parametrize("side", [0, 1])
def test_a_file_with_its_name_that_is_not_in_its_form_names_its_mirror(side: int) -> None:
    mirrors = [mirror(A), mirror(B)]
    digest_of_other(mirrors[1 - side])
    bad = b"not a line\n"
    name = hashlib.sha256(bad).hexdigest()

    def malformed(path: str, status: int, data: bytes) -> tuple[int, bytes]:
        if path.endswith("head.json"):
            _, head = mirrors[side].files()
            return 200, replace(head, root=name).to_bytes()
        return (200, bad) if path.endswith(f"{name}.txt") else (status, data)

    mirrors[side].hooks.append(malformed)
    found = audited(*mirrors, sample=0)
    assert found.words() == ["digest_invalid"] and found.kept[0][0].mirror == mirrors[side].base
    # It is listed by nobody then, and found again where the tree is walked or looked up.
    assert set(audited(*mirrors).words()) >= {"digest_invalid"}


def big_tree(count: int) -> tuple[dict[str, bytes], Any]:
    files: dict[str, bytes] = {}
    lines = sorted(line(number) for number in range(count))
    return files, build(lines, count, files.__setitem__)


def serving(mirror_: LyingMirror, count: int) -> None:
    """Serve a large tree of records that are not there."""
    files, tree = big_tree(count)
    _, head = mirror_.files()
    head = replace(head, records=count, root=tree.root)

    def hook(path: str, status: int, data: bytes) -> tuple[int, bytes]:
        if path.endswith("head.json"):
            return 200, head.to_bytes()
        name = path.rpartition("/")[2].removesuffix(".txt")
        return (200, files[name]) if name in files else (status, data)

    mirror_.hooks.append(hook)


def test_a_large_tree_is_drawn_from_and_not_read_as_a_whole() -> None:
    one, other = LyingMirror(A), LyingMirror(B)
    serving(one, 5_000)
    serving(other, 5_000)
    found = audited(one, other, sample=5)
    assert found.audit.population is None and found.audit.sampled == 5
    # A file that came from one mirror is not requested of another.
    assert sum(path.endswith(".txt") for path in paths(found, B)) == 0
    assert sum(path.endswith(".txt") for path in paths(found, A)) < 90
    # What is listed and not served is missing.
    assert found.words() == ["missing"] * 10


def test_a_tree_that_cannot_be_drawn_from_is_a_finding() -> None:
    one = LyingMirror(A)
    serving(one, 5_000)

    def cut(path: str, status: int, data: bytes) -> tuple[int, bytes]:
        return status, data[:-1] if path.endswith(".txt") else data

    one.hooks.append(cut)
    assert audited(one, mirror(B, has_digests=False), sample=5).words("a") == ["digest_invalid"]


def test_a_large_record_is_read_in_its_parts() -> None:
    one, other = mirror(A), mirror(B)
    whole = body(SEED, *range(1, 120))
    first, second = body(SEED, *range(1, 110)), body(SEED, *range(110, 120))
    assert len(first) >= LEAST_BYTES
    one.put(SEED, whole)
    other.put(SEED, first)
    other.entry(SEED).leaf = one._follows(one.entry(SEED))[1]
    other.entry(SEED).state = one._follows(one.entry(SEED))[0]
    parts = [Part(len(data), hashlib.sha256(data).hexdigest()) for data in (first, second)]
    listing = Parts(suffix(SEED), 119, tuple(parts)).to_bytes()
    served = {"parts.json": listing, **{f"parts/{part.sha256}.json": second for part in parts}}

    def hook(path: str, status: int, data: bytes) -> tuple[int, bytes]:
        found = next((data_ for name, data_ in served.items() if path.endswith(name)), None)
        return (status, data) if found is None or SEED_PATH not in path else (200, found)

    other.hooks.append(hook)
    SEED_PATH = suffix(SEED)
    assert audited(one, other).words() == []
    other.has_digests = False
    assert audited(one, other).words() == []
    served[f"parts/{parts[1].sha256}.json"] = second[:-1]
    assert audited(one, other).words("b") == ["not_comparable"]


def test_a_bundle_with_unverified_elements_may_be_one_of_several() -> None:
    """Without a digest that can be compared, a valid event in another part would be missing (MIRROR-13)."""
    marks = unverified(SEED, 9)
    one, other = mirror(A), mirror(B, policy=OTHER_POLICY)
    one.put(SEED, body(SEED, 1, 2, more=(marks,)))
    first, second = body(SEED, 1, more=(marks,)), body(SEED, 2)
    other.put(SEED, first)
    parts = [Part(len(data), hashlib.sha256(data).hexdigest()) for data in (first, second)]
    below = f"/pith/{suffix(SEED)}/"
    served = {f"{below}parts/{part.sha256}.json": second for part in parts}
    served[f"{below}parts.json"] = Parts(suffix(SEED), 2, tuple(parts)).to_bytes()
    other.hooks.append(lambda path, status, data: (200, served[path]) if path in served else (status, data))
    assert "missing" not in audited(one, other).words()
    # A mirror without a head has no parts of bundles of this size.
    other.has_digests = False
    assert "missing" in audited(one, other).words("b")


def test_a_state_that_cannot_be_had_is_named() -> None:
    other = mirror(B)

    def hook(path: str, status: int, data: bytes) -> tuple[int, bytes]:
        return (500, b"") if path.endswith("state.json") and suffix(SEED) in path else (status, data)

    other.hooks.append(hook)
    found = audited(mirror(A), other)
    assert found.words() == ["unreachable"] and found.kept[0][0].code == "http"
    assert [one.role for one in found.kept[0][1]] == ["bundle", "response"]


def test_many_findings_are_counted_and_not_all_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pithbundle.mirror.audit.shares.SHARE", 2)
    other = mirror(B)
    other.entries.clear()
    found = audited(mirror(A), other)
    missing = [one for one in found.audit.found if one.word == "missing"]
    assert len(missing) == 2 and found.audit.counts["missing"] == 3 and found.audit.unlisted[B] == 1


def test_a_client_that_may_send_no_more_requests_accuses_nobody() -> None:
    wire = Wire(mirror(A), mirror(B))
    wire.silent = {A: 1, B: 1}
    found = audited(mirror(A), mirror(B), wire=wire, sample=3)
    assert set(found.words()) == {"unreachable"} and found.audit.exit_status == 3
