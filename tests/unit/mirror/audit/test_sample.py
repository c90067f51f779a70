"""The sample: repeatable, and with the same chance for every record (AUDIT-14)."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

from kit.trees import line, lines
from pithbundle.digests.tree import depth_of
from pithbundle.mirror.audit.sample import draws, sample_of

SEED = "0123456789abcdef" * 2


def test_the_sample_follows_from_the_seed_alone() -> None:
    population = [line(number).suffix for number in range(200)]
    found = sample_of(population, SEED, 10)
    assert found == sample_of(reversed(population), SEED, 10) == sorted(found)
    by_digest = sorted(population, key=lambda name: sha256(f"{SEED}/{name}".encode()).digest())
    assert set(found) == set(by_digest[:10])
    assert found != sample_of(population, "f" * 32, 10)


def test_a_larger_sample_contains_the_smaller_one() -> None:
    population = [line(number).suffix for number in range(50)]
    assert set(sample_of(population, SEED, 5)) < set(sample_of(population, SEED, 20))
    assert sample_of(population, SEED, 500) == sorted(population)
    assert sample_of([], SEED, 3) == []


def test_draws_give_every_record_the_same_chance() -> None:
    given = lines(600)
    depth = depth_of(600)
    leaves: dict[str, list[str]] = {}
    for one in given:
        leaves.setdefault(one.suffix[:depth], []).append(one.suffix)
    hits: Counter[str] = Counter()
    for draw in draws(SEED, depth, 600, 2_000):
        leaf = leaves.get(draw.prefix, [])
        if draw.index < len(leaf):
            hits[leaf[draw.index]] += 1
    # 128,000 draws among 32 leaves with 100 places each: 40 hits of each record are expected.
    assert len(hits) == 600 and min(hits.values()) > 15 and max(hits.values()) < 75


def test_draws_are_as_the_specification_has_them() -> None:
    first, second = [*draws(SEED, 2, 10_000, 1)][:2]
    drawn = sha256(f"{SEED}/1".encode()).digest()
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    assert second.prefix == letters[drawn[0] % 32] + letters[drawn[1] % 32]
    assert second.index == int.from_bytes(drawn[8:24], "big") % (2 * (10_000 // 1024) + 64)
    assert first != second and len([*draws(SEED, 2, 10_000, 1)]) == 64
