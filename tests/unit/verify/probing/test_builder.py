"""PROBE-4 by experiment: the fast builder makes what recipes define, for every family and variant."""

from __future__ import annotations

import json
from itertools import combinations
from math import comb
from typing import Any

import pytest

from kit.registries import draw
from pithbundle.verify.probing.builder import Builder, Written, differing, long_strings, subsets, texts
from pithbundle.verify.probing.elements import Element, elements_of
from pithbundle.verify.probing.families import MOST_SLOTS, Family, families, may_state
from pithbundle.verify.probing.lenient import Layout, read_lenient
from pithbundle.verify.probing.recipes import Variant
from pithbundle.verify.probing.tasks import VARIANTS

SIGNATURE, DIGEST = "ab" * 64, "cd" * 32


def element(value: dict[str, Any]) -> Element:
    node = read_lenient(json.dumps(value).encode())
    assert isinstance(node, dict)
    return Element(0, 0, node, other_ids=(DIGEST, "x"))


@pytest.mark.parametrize("seed", range(8))
def test_the_builder_and_the_recipe_make_the_same_bytes(seed: int) -> None:
    registry = draw(seed)
    found = elements_of(0, read_lenient(registry.bundle()))[1]
    for family in families(found)[:6]:
        differs = differing(found, family, Written(found, family.base))
        for variant in (variant for variant, _ in VARIANTS if differs(variant)):
            builder = Builder(found, family, variant)
            for size in (0, 1, len(family.slots)):
                made: dict[int, list[bytes]] = {}
                for mask, data in builder.recipes(size, 0, 5):
                    made.setdefault(mask, []).append(data)
                for mask, datas in made.items():
                    assert datas == [*builder.recipe(mask).preimages(found)]
                assert made or size < len(family.slots)


@pytest.mark.parametrize("count", range(6))
def test_subsets_begin_at_any_rank(count: int) -> None:
    for size in range(count + 2):
        every = [sum(each) for each in combinations([1 << at for at in range(count)], size)]
        for start in range(len(every) + 2):
            assert [*subsets(count, size, start)] == every[start:]


def test_what_members_are_as_written_decides_which_variants_differ() -> None:
    """Without the only member that is escaped or unsorted, the variants for it give the same bytes."""
    found = element({"a": {"z": 1, "b": 2}, "b": "é", "c": 1, "sig": SIGNATURE})
    written = Written(found, ())

    def differs(*out: str) -> tuple[bool, bool]:
        family = Family((), tuple((name,) for name in out), frozenset(), (), 0)
        of = differing(found, family, written)
        return of(Variant(Layout(ascii_only=True))), of(Variant(Layout(in_order=True)))

    assert [differs(), differs("b"), differs("a"), differs("a", "b")] == [
        (True, True), (False, True), (True, False), (False, False),
    ]  # fmt: skip
    found = element({"b": 1, "a": 2, "sig": SIGNATURE})
    written = Written(found, ())
    assert [differs(), differs("a")] == [(False, True), (False, False)]


def test_every_subset_is_made_once() -> None:
    found = element({"a": 1, "b": [2], "d": 3, "sig": SIGNATURE})
    family = families(found)[0]
    assert (family.excluded, len(family.slots)) == ((("sig",),), 3)
    builder = Builder(found, family, Variant())
    made = [data for size in range(4) for _, data in builder.recipes(size, 0, comb(3, size))]
    assert len(set(made)) == len(made) == 8
    assert b"{}" in made and b'{"a":1,"b":[2],"d":3}' in made
    assert [*builder.recipes(1, 1, 2)] == [*builder.recipes(1, 0, 3)][1:2]


def test_what_a_signature_is_likely_to_cover_is_excluded_later_and_nothing_twice() -> None:
    value = {
        "type": "citation", "of": "pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH", "on": "record", "data": {"n": 1},
        "at": "2026-06-01T00:00:00Z", "k": "key", "sig": SIGNATURE,
    }  # fmt: skip
    found = element(value)
    likely, others = (each for each in families(found) if each.excluded == (("sig",),) and not each.open)
    assert likely.slots == (("k",),)
    assert {*others.fresh} == {("of",), ("on",), ("type",), ("at",), ("data",)}
    assert likely.weight < others.weight
    made = []
    for family in (likely, others):
        builder = Builder(found, family, Variant())
        for size in range(len(family.slots) + 1):
            made += [data for _, data in builder.recipes(size, 0, comb(len(family.slots), size))]
    assert len(made) == len(set(made)) == 2**6
    # Of two times either may be unsigned, and a payload may be excluded where a digest covers it.
    (later, *_) = families(element({**value, "seen": "2026-07-01T00:00:00Z", "hash": DIGEST}))
    assert {("at",), ("seen",), ("data",)} <= {*later.slots}


def shown(found: Element) -> set[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]]:
    """Base, what is excluded and what is open of each family, as pointers."""

    def join(path: Any) -> str:
        return "/".join(map(str, path))

    return {
        ((join(each.base),), tuple(map(join, each.excluded)), tuple(sorted(map(join, each.open))))
        for each in families(found)
    }


def test_a_signature_and_an_id_are_left_out_with_their_object_or_alone() -> None:
    found = element({"a": 1, "b": {"x": 1, "y": 2}, "proof": {"sig": SIGNATURE, "id": DIGEST, "alg": "e"}})
    made = shown(found)
    assert (("",), ("proof",), ()) in made
    assert (("",), ("proof/id", "proof/sig"), ("proof",)) in made
    assert (("",), ("proof/sig",), ("proof",)) in made
    assert (("",), ("proof",), ("b",)) in made
    assert (("b",), (), ()) in made
    # What is inside a member that is left out whole is not opened.
    assert not any("proof" in excluded and "proof" in opened for _, excluded, opened in made)


def test_an_array_is_left_out_whole() -> None:
    found = element({"a": 1, "proof": {"list": [{"sig": SIGNATURE}], "k": 1}, "id": DIGEST})
    made = shown(found)
    assert (("",), ("id", "proof"), ()) in made
    assert (("",), ("id", "proof/list"), ("proof",)) in made


def test_an_id_far_from_the_content_and_the_signature_comes_later() -> None:
    found = element({"a": 1, "meta": {"id": DIGEST, "m": 1}, "sig": SIGNATURE})
    weights = {(each.excluded, each.open): each.weight for each in families(found) if not each.base}
    assert weights[(("sig",),), frozenset()] < weights[(("meta",), ("sig",)), frozenset()]
    assert (("meta", "id"), ("sig",)) in {excluded for excluded, _ in weights}


def test_a_digest_inside_the_content_is_not_its_digest() -> None:
    found = element({"a": {"b": DIGEST}, "sig": SIGNATURE, "id": DIGEST[::-1]})
    inner, outer = sorted(found.digests[1:], key=lambda each: -len(each.path))[0], found.digests[0]
    whole = Family((), (("sig",),), frozenset(), (("a",), ("id",)), 0)
    assert inner.path == ("a", "b")
    assert not may_state(whole, inner)
    assert may_state(whole, outer)
    assert may_state(Family(("a",), (), frozenset(), (), 0), outer)
    assert may_state(Family((), (("a",),), frozenset(), (), 0), inner)


def test_variants_that_make_nothing_new_are_known() -> None:
    plain = element({"a": 1, "b": "x", "sig": SIGNATURE})
    family = Family((), (("sig",),), frozenset(), (("a",), ("b",)), 0)
    differs = differing(plain, family, Written(plain, ()))
    assert differs(Variant()) and differs(Variant(Layout(spaced=True))) and differs(Variant(link="prev"))
    assert not differs(Variant(Layout(ascii_only=True)))
    assert not differs(Variant(Layout(in_order=True)))
    assert not differs(Variant(replaced="hex"))
    alone, inner = Element(0, 0, plain.value), Family(("a",), (), frozenset(), (), 0)
    assert not differing(alone, family, Written(alone, ()))(Variant(link="prev"))
    assert not differing(plain, inner, Written(plain, ("a",)))(Variant(Layout(in_order=True)))
    assert Builder(plain, Family(("a",), (), frozenset(), (), 0), Variant()).base == {}


def test_long_strings_are_preimages_and_digests_are_not() -> None:
    found = element({"a": "eyJhIjoxfXt9e30=", "b": "short", "id": DIGEST})
    made = [(recipe.text, recipe.decoding) for recipe, _ in texts(found, long_strings(found), [Variant()])]
    assert made == [(("a",), ""), (("a",), "base64")]


def test_wide_elements_have_few_families_and_slots() -> None:
    """Each open object has its share: a wide base does not hide what is in it (PROBE-11)."""
    wide: dict[str, Any] = {f"m{n}": {"a": 1, "b": 2} for n in range(2_000)}
    found = families(element({**wide, "sig": SIGNATURE}))
    assert len({each.base for each in found}) == 10
    assert max(len(each.slots) for each in found) == MOST_SLOTS
    opened = {each.open for each in found if each.base == () and each.open}
    assert opened == {frozenset({(f"m{n}",)}) for n in range(8)}
    for each in found:
        assert all((*path, name) in each.slots for path in each.open for name in ("a", "b"))


def test_few_long_strings_are_preimages() -> None:
    found = element({f"m{n}": f"a long string {n}" for n in range(1_000)})
    assert len(long_strings(found)) == 256
