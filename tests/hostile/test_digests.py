"""Files of digests from a hostile mirror: each is rejected with its reason (MIRROR-3, MIRROR-4, MIRROR-5)."""

from __future__ import annotations

import json
import random

import pytest

from kit.trees import Files, head, line, lines, signed
from pithbundle.digests.delta import DELTA_BYTES, DELTA_TITLE, read_delta
from pithbundle.digests.differences import tree_differences
from pithbundle.digests.head import Head
from pithbundle.digests.tree import LEAF_BYTES, NODE_BYTES, Tree, walk
from pithbundle.errors import DigestError

FILES = Files()
TREE = FILES.build(lines(200))
ROOT = FILES.by_name[TREE.root]
FIRST = ROOT[:2].strip().decode()
CHILD = ROOT[2:66].decode()
LEAF = FILES.by_name[CHILD]


def rejected(root: bytes, *more: bytes, records: int = 200, depth: int = 1) -> str:
    """Walk a tree with another root, and return why it is rejected."""
    files = Files()
    files.by_name |= FILES.by_name
    for each in more:
        files.put(each)
    with pytest.raises(DigestError) as caught:
        list(walk(Tree(files.put(root), depth, records), files.fetch))
    assert caught.value.code == "digest_invalid" and caught.value.clause == "MIRROR-3"
    return str(caught.value)


def replaced(leaf: bytes) -> bytes:
    """The root with another first leaf."""
    name = Files().put(leaf)
    return ROOT.replace(CHILD.encode(), name.encode())


@pytest.mark.parametrize(
    ("root", "reason"),
    [
        (ROOT[:-1], "the last line has no line feed"),
        (b"", "a node without a line"),
        (b"\n", "line 1 is not a line of a node"),
        (ROOT.replace(b" ", b"  ", 1), "line 1 is not a line of a node"),
        (ROOT.replace(b"\n", b"\r\n"), "line 1 is not a line of a node"),
        (ROOT.replace(CHILD.encode(), CHILD.upper().encode()), "line 1 is not a line of a node"),
        (ROOT.replace(CHILD.encode(), b"../../../../etc/passwd"), "line 1 is not a line of a node"),
        (ROOT.replace(CHILD.encode(), CHILD[:-1].encode()), "line 1 is not a line of a node"),
        (b"\xff" + ROOT, "line 1 is not a line of a node"),
        (b"A" + ROOT, "line 1 is of another node than the root"),
        (ROOT + ROOT.splitlines(keepends=True)[-1], "is not after the line before"),
        (b"".join(reversed(ROOT.splitlines(keepends=True))), "line 2 is not after the line before"),
        (ROOT + b"x" * NODE_BYTES, f"more than {NODE_BYTES} bytes"),
        (LEAF, "line 1 is not a line of a node"),
    ],
    ids=range(14),
)
def test_a_node(root: bytes, reason: str) -> None:
    assert reason in rejected(root)


OTHER = next(one for one in lines(200) if not one.suffix.startswith(FIRST))


@pytest.mark.parametrize(
    ("leaf", "reason"),
    [
        (LEAF[:-1], "the last line has no line feed"),
        (b"", "a leaf without a line"),
        (b"\n", "line 1 is not a line of a leaf"),
        (LEAF.replace(b" ", b"\t", 1), "line 1 is not a line of a leaf"),
        (LEAF.lower(), "line 1 is not a line of a leaf"),
        (LEAF + OTHER.to_bytes(), f"is of another leaf than {FIRST}"),
        (OTHER.to_bytes() + LEAF, f"is of another leaf than {FIRST}"),
        (LEAF + LEAF[-60:], "is not after the line before"),
        (LEAF[60:120] + LEAF[:60], "line 2 is not after the line before"),
        (b"A" * (LEAF_BYTES + 1), f"more than {LEAF_BYTES} bytes"),
        (ROOT, "line 1 is not a line of a leaf"),
    ],
    ids=range(11),
)
def test_a_leaf(leaf: bytes, reason: str) -> None:
    assert reason in rejected(replaced(leaf), leaf)


def test_a_child_with_another_prefix() -> None:
    """A node of the second level that the root lists under another character."""
    files = Files()
    tree = files.build(lines(5000))
    first, second = files.by_name[tree.root].splitlines()[:2]
    swapped = files.by_name[tree.root].replace(first[2:], second[2:], 1)
    with pytest.raises(DigestError, match=f"line 1 is of another node than {first[:1].decode()}"):
        list(walk(Tree(files.put(swapped), 2, 5000), files.fetch))


def test_a_file_of_another_content_than_its_name() -> None:
    files = Files()
    files.by_name |= FILES.by_name
    files.by_name[CHILD] = LEAF[60:]
    with pytest.raises(DigestError, match="another SHA-256 than its name"):
        list(walk(TREE, files.fetch))


def test_a_file_that_would_contain_itself_ends() -> None:
    """Names are digests, so a cycle needs a server that ignores the name; the first file ends it."""
    asked: list[str] = []

    def fetch(name: str, limit: int) -> bytes:
        asked.append(name)
        return f"A {name}\n".encode()

    with pytest.raises(DigestError, match="another SHA-256"):
        list(walk(Tree("0" * 64, 6, 1 << 40), fetch))
    assert asked == ["0" * 64]


def test_more_records_than_the_head_states() -> None:
    assert "more than the 150 records" in rejected(ROOT, records=150)


def test_a_limit_is_given_to_whoever_fetches() -> None:
    asked: list[int] = []

    def fetch(name: str, limit: int) -> bytes:
        asked.append(limit)
        return FILES.by_name[name]

    list(walk(TREE, fetch))
    assert set(asked) == {NODE_BYTES, LEAF_BYTES} and asked[0] == NODE_BYTES


@pytest.mark.parametrize("side", [0, 1])
def test_a_comparison_rejects_either_side(side: int) -> None:
    other = FILES.build(sorted([line(1000), *lines(200)]))

    def bad(name: str, limit: int) -> bytes:
        return b"x"

    fetches = [FILES.fetch, FILES.fetch]
    fetches[side] = bad
    with pytest.raises(DigestError, match="another SHA-256"):
        list(tree_differences(TREE, other, *fetches))


LINK = f"from {'0' * 64}\nto {'1' * 64}\nprevious none\n".encode()
TITLE = DELTA_TITLE + b"\n"
ONE, TWO = sorted([line(1), line(2)])
ADDED = b"+ " + ONE.to_bytes()


@pytest.mark.parametrize(
    ("data", "code", "reason"),
    [
        (b"", "version", "the first line is not"),
        (TITLE.replace(b"v1", b"v2") + LINK, "version", "the first line is not"),
        (TITLE[:-1], "digest_invalid", "no line feed"),
        (TITLE, "digest_invalid", "from, to and previous"),
        (TITLE + LINK.upper(), "digest_invalid", "from, to and previous"),
        (TITLE + LINK.replace(b"none", b"../x"), "digest_invalid", "from, to and previous"),
        (TITLE + LINK.replace(b"previous none\n", b""), "digest_invalid", "from, to and previous"),
        (TITLE + LINK + b"\n", "digest_invalid", "line 5 is not a line of a delta"),
        (TITLE + LINK + ADDED[:-1], "digest_invalid", "no line feed"),
        (TITLE + LINK + b"*" + ADDED[1:], "digest_invalid", "line 5 is not a line of a delta"),
        (TITLE + LINK + b"~" + ADDED[1:], "digest_invalid", "line 5 is not a line of a delta"),
        (
            TITLE + LINK + f"~ {ONE.suffix} {ONE.digest} {ONE.digest}\n".encode(),
            "digest_invalid",
            "line 5 is not a line of a delta",
        ),
        (TITLE + LINK + ADDED + ADDED, "digest_invalid", "line 6 is not after the line before"),
        (TITLE + LINK + b"- " + TWO.to_bytes() + ADDED, "digest_invalid", "line 6 is not after"),
        (TITLE + LINK + ADDED * (DELTA_BYTES // len(ADDED)), "digest_invalid", "more than 1048576 bytes"),
    ],
    ids=range(15),
)
def test_a_delta(data: bytes, code: str, reason: str) -> None:
    files = Files()
    with pytest.raises(DigestError, match=reason) as caught:
        read_delta(files.put(data), files.fetch)
    assert caught.value.code == code


def test_mutated_files_are_read_or_rejected() -> None:
    """2,000 changed bytes of each kind of file: the same content, or one error of the family."""
    rng = random.Random(11)
    good = [
        head(TREE).to_bytes(),
        signed(head(TREE, 2, delta="1" * 64)).to_bytes(),
        ROOT,
        LEAF,
        TITLE + LINK + ADDED,
    ]
    rejections = 0
    for _ in range(2000):
        for at, original in enumerate(good):
            data = bytearray(original)
            for _ in range(rng.randint(1, 3)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            files = Files()
            files.by_name |= FILES.by_name
            name = files.put(bytes(data))
            try:
                if at < 2:
                    assert Head.from_bytes(bytes(data)).to_bytes() == data
                elif at < 4:
                    depth = 3 - at
                    assert list(walk(Tree(name, depth, 200 if depth else LEAF.count(b"\n")), files.fetch))
                else:
                    assert read_delta(name, files.fetch).to_bytes() == data
            except (DigestError, KeyError):  # a name of a file that the mirror does not have
                rejections += 1
    assert rejections > 5_000


def test_a_head_with_hostile_text_is_reported_without_it() -> None:
    value = json.loads(head(TREE).to_bytes())
    value["origin"] = "mirror.example\x1b[31m"
    with pytest.raises(DigestError) as caught:
        Head.from_bytes(json.dumps(value).encode())
    assert "\x1b" not in str(caught.value) and caught.value.pointer == "/origin"
