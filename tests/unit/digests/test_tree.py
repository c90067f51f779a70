"""Trees of digests: their files, written in one pass (MIRROR-2)."""

from __future__ import annotations

import hashlib
import tracemalloc

import pytest

from kit.trees import Files, line, lines, naive_tree
from pithbundle.digests.lines import LeafLine
from pithbundle.digests.tree import (
    LEAF_BYTES,
    NODE_BYTES,
    Tree,
    TreeBuilder,
    build,
    check_file,
    depth_of,
    is_name,
    names_of,
    walk,
)
from pithbundle.errors import DigestError


@pytest.mark.parametrize(
    ("records", "depth"),
    [
        (0, 0), (1, 0), (128, 0), (129, 1), (4096, 1), (4097, 2), (131_072, 2), (131_073, 3),
        (3_000_000, 3), (4_194_304, 3), (4_194_305, 4), (1 << 37, 6), ((1 << 37) + 1, 6), (1 << 52, 6),
    ],
)  # fmt: skip
def test_the_depth_follows_from_the_records(records: int, depth: int) -> None:
    assert depth_of(records) == depth


@pytest.mark.parametrize("count", [0, 1, 2, 128, 129, 130, 1000, 4097])
def test_the_files_are_those_of_the_page(count: int) -> None:
    files = Files()
    given = lines(count)
    tree = files.build(given)
    expected = naive_tree(given)
    assert sorted(set(files.by_name.values())) == sorted(set(expected.values()))
    assert files.by_name[tree.root] == expected[""]
    assert all(hashlib.sha256(data).hexdigest() == name for name, data in files.by_name.items())
    assert list(walk(tree, files.fetch)) == given
    assert set(names_of(tree, files.fetch)) == files.by_name.keys()


def test_children_are_written_before_their_parents_and_the_root_last() -> None:
    order: list[str] = []
    files = Files()

    def write(name: str, data: bytes) -> None:
        if len(data.split()[0]) < 26:
            assert {part.decode() for part in data.split()[1::2]} <= set(order)
        order.append(name)
        files.write(name, data)

    given = lines(5000)
    tree = build(given, 5000, write)
    assert tree.depth == 2 and order[-1] == tree.root and order.count(tree.root) == 1


def test_no_leaf_is_read_for_the_names() -> None:
    files = Files()
    tree = files.build(lines(1000))
    assert len(list(names_of(tree, files.fetch))) == 33
    assert files.requests == 1


def test_lines_out_of_order_are_rejected() -> None:
    builder = TreeBuilder(2)
    builder.add(LeafLine("B" * 26, "0" * 32))
    for suffix in ("B" * 26, "A" * 26):
        with pytest.raises(DigestError, match="is not after B") as caught:
            builder.add(LeafLine(suffix, "0" * 32))
        assert (caught.value.code, caught.value.clause) == ("digest_invalid", "MIRROR-2")


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_records_is_the_one_of_the_depth(count: int) -> None:
    with pytest.raises(DigestError, match=f"{count} records, but the depth is that of 2"):
        build(lines(count), 2)


def crowded(count: int, prefix: str) -> list[LeafLine]:
    """Lines of one leaf."""
    return sorted(LeafLine(prefix + one.suffix[len(prefix) :], one.digest) for one in lines(count))


def test_a_leaf_is_at_most_64_kib() -> None:
    most = LEAF_BYTES // 60
    tree = build(crowded(most, "AA"), most)
    assert tree.depth == 1
    with pytest.raises(DigestError, match="the leaf A has more than 65536 bytes") as caught:
        build(crowded(most + 1, "AA"), most + 1)
    assert caught.value.code == "digest_invalid"


def test_a_leaf_of_all_records_that_is_too_large() -> None:
    builder = TreeBuilder(128)
    with pytest.raises(DigestError, match="the leaf of all records has more"):
        for one in lines(2000):
            builder.add(one)


def test_the_largest_node_is_within_its_limit() -> None:
    files = Files()
    files.build(lines(5000))
    nodes = [data for data in files.by_name.values() if len(data.split()[0]) < 26]
    assert max(map(len, nodes)) == 32 * (2 + 1 + 64 + 1) and NODE_BYTES >= 32 * (6 + 1 + 64 + 1)


def test_the_memory_does_not_grow_with_the_records() -> None:
    """A tree of 20,000 records is written with a few open files (measured at 3 million as well)."""
    alphabet = "234567ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    count = 20_000

    def suffix(number: int) -> str:
        spread, found = number * (32**4 // count), ""
        for _ in range(4):
            spread, digit = divmod(spread, 32)
            found = alphabet[digit] + found
        return found + "A" * 22

    tracemalloc.start()
    try:
        tree = build((LeafLine(suffix(at), "0" * 32) for at in range(count)), count)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert tree.depth == 2 and peak < 200_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0" * 63,
        "0" * 65,
        "A" * 64,
        "g" * 64,
        "../" + "0" * 61,
        "0" * 63 + "\n",
        "0" * 64 + "\n",
        "0" * 63 + "/",
    ],
)
def test_what_is_no_name(text: str) -> None:
    assert not is_name(text)
    assert is_name("0" * 64)


def test_a_tree_of_another_number_of_records() -> None:
    files = Files()
    tree = files.build(lines(10))
    with pytest.raises(DigestError, match="10 records, but the head states 11"):
        list(walk(Tree(tree.root, 0, 11), files.fetch))
    with pytest.raises(DigestError, match="more than the 9 records"):
        list(walk(Tree(tree.root, 0, 9), files.fetch))


def test_the_counter_of_lines_is_a_digest() -> None:
    assert line(1) != line(2) and line(1).suffix == line(1, 2).suffix


def test_a_file_is_at_most_of_the_size_and_has_the_hash_of_its_name() -> None:
    data = b"a line\n"
    name = hashlib.sha256(data).hexdigest()
    assert check_file(name, data, len(data)) == data
    with pytest.raises(DigestError, match="more than 6 bytes"):
        check_file(name, data, len(data) - 1)
    with pytest.raises(DigestError, match="another SHA-256"):
        check_file(name, data[1:], len(data))
