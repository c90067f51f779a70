"""The output is a function of the set of lines, not of how they are laid out (RECOMP-1, RECOMP-3)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from kit.recomputed import Read, expected, in_cbor, registry, run
from pithbundle.archive.lines import Line

COUNT = 12


@pytest.fixture(scope="module", params=["", "small"])
def plain(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Read]:
    """One archive, one process; also with small frames and packs, most of which are copied from units."""
    with pytest.MonkeyPatch.context() as patched:
        if request.param:
            patched.setattr("pithbundle.archive.borders.MAX_LINES", 5)
            patched.setattr("pithbundle.archive.borders._FRAME_DIVISOR", 2)
            patched.setattr("pithbundle.archive.borders._PACK_DIVISOR", 4)
        yield run(tmp_path_factory.mktemp("plain"), registry(COUNT))


def assert_equal(found: Read, plain: Read) -> None:
    assert found == plain


def test_it_is_what_a_loop_of_the_verifier_computes(plain: Read) -> None:
    states, digests = expected(registry(COUNT))
    assert plain.states == states and plain.digests == digests
    suffixes = [line.split()[0] for line in plain.digests.splitlines()]
    assert len(suffixes) == COUNT and all(one < other for one, other in pairwise(suffixes))
    assert plain.summary["bundles"] == 3 * COUNT and plain.summary["records"] == COUNT


def parted(lines: Sequence[Line], how: str) -> list[list[Line]]:
    lines = [*lines]
    shuffled = random.Random(how).sample(lines, len(lines))
    if how == "by record":
        return [lines[:18], lines[18:]]
    if how == "scattered":
        return [lines[0::3], lines[1::3], lines[2::3]]
    if how == "in a frame too many":
        return [lines[:17], lines[17:]]
    if how == "doubled":
        return [lines, lines]
    if how == "one is part of the other":
        return [lines[::2], lines]
    return [shuffled[:5], shuffled[3:20], shuffled[15:], shuffled[:1]]


@pytest.mark.parametrize(
    "how",
    ["by record", "scattered", "in a frame too many", "doubled", "one is part of the other", "overlapping"],
)
def test_lines_in_several_archives(how: str, plain: Read, tmp_path: Path) -> None:
    archives = parted(registry(COUNT), how)
    assert_equal(run(tmp_path, *archives), plain)
    assert_equal(run(tmp_path, *reversed(archives), name="reversed"), plain)


def test_cbor_and_both(plain: Read, tmp_path: Path) -> None:
    lines = registry(COUNT)
    items = run(tmp_path, in_cbor(lines), name="items")
    assert (items.states, items.digests, items.summary) == (plain.states, plain.digests, plain.summary)
    both = run(tmp_path, lines, in_cbor(lines[5:20]), name="both")
    assert (both.states, both.digests, both.counts) == (plain.states, plain.digests, plain.counts)
    one = run(tmp_path, [*lines, *in_cbor(lines[5:20])], name="one")
    assert one == both


@pytest.mark.parametrize("plain", [""], indirect=True)
def test_processes(plain: Read, tmp_path: Path) -> None:
    lines = registry(COUNT)
    assert_equal(run(tmp_path, lines, name="two", jobs=2), plain)
    assert_equal(run(tmp_path, lines[0::2], lines[1::2], name="four", jobs=4), plain)


def test_lines_that_overlap_in_more_archives_than_are_merged_at_once(
    plain: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pithbundle.recompute.store.FAN_IN", 2)
    monkeypatch.setattr("pithbundle.recompute.store.MAX_LINES", 3)
    monkeypatch.setattr("pithbundle.recompute.work.HELD_BYTES", 1)
    monkeypatch.setattr("pithbundle.recompute.run._GATHERED", 1)
    lines = registry(COUNT)
    assert_equal(run(tmp_path, *(lines[at::7] for at in range(7))), plain)
