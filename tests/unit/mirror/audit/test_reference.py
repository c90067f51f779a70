"""The store as the other side: its tree, its records, what a mirror served before (AUDIT-4, AUDIT-6)."""

from __future__ import annotations

from pathlib import Path

from kit.lying_mirror import MARKS, SEED
from kit.stores import body, event, ids, make, suffix, unverified
from kit.trees import Files
from pithbundle.digests.differences import tree_differences
from pithbundle.digests.tree import build, walk
from pithbundle.mirror.audit.reference import Reference
from pithbundle.mirror.audit.sides import Reports

A, B = "https://a.example", "https://b.example/"


def test_its_tree_is_that_of_its_lines_and_is_read_file_by_file(tmp_path: Path) -> None:
    given = [(body(seed, 1), A) for seed in range(1, 160)]
    with make(tmp_path / "s") as store:
        for data, origin in given:
            store.add(data, origin=origin)
        with Reference(store) as reference:
            lines = [*reference.view.lines()]
            files = Files()
            assert reference.tree == build(lines, len(lines), files.write) and reference.tree.depth == 1
            assert [*walk(reference.tree, reference.fetch)] == lines
            assert [*tree_differences(reference.tree, reference.tree, reference.fetch, files.fetch)] == []
            assert reference.leaf(lines[3].suffix) == lines[3].digest
            assert reference.leaf("A" * 26) is reference.leaf("7" * 26) is None
            assert [*reference.suffixes()] == [line.suffix for line in lines]
            # What is added later belongs to another audit.
            store.add(body(500, 1), origin=A)
            assert reference.leaf(suffix(500)) is None and len([*reference.suffixes()]) == 159


def test_an_empty_store_is_a_side_too(tmp_path: Path) -> None:
    with make(tmp_path / "s") as store, Reference(store) as reference:
        assert reference.tree.records == 0 and reference.fetch(reference.tree.root, 1) == b""
        assert reference.side(suffix(SEED), Reports(reference.verifier)).status == "absent"


def test_the_side_has_all_valid_events_also_of_other_origins(tmp_path: Path) -> None:
    first = body(SEED, 1, more=(unverified(SEED, 7),))
    store = make(tmp_path / "s", (first, A), (body(SEED, 2), B), sources=[A])
    with store, Reference(store) as reference:
        side = reference.side(suffix(SEED), Reports(reference.verifier))
        assert side.ids == ids(store, SEED) and len(side.unverified) == 1
        assert reference.served_before(A + "/", suffix(SEED)) == {event(SEED, 1)["event_id"]}
        assert reference.served_before("https://b.example", suffix(SEED)) == {event(SEED, 2)["event_id"]}
        assert reference.served_before("https://c.example", suffix(SEED)) == frozenset()


def test_an_export_of_several_origins_is_one_side(tmp_path: Path) -> None:
    store = make(tmp_path / "s", (body(SEED, 1), A), (body(SEED, *MARKS[1:]), B))
    with store, Reference(store) as reference:
        side = reference.side(suffix(SEED), Reports(reference.verifier))
        assert len(side.ids) == 3 and side.leaf == reference.leaf(suffix(SEED))
