"""Leaf lines (MIRROR-1)."""

from __future__ import annotations

import hashlib

import pytest

from pithbundle.digests.lines import (
    LINE_BYTES,
    LeafLine,
    leaf_digest,
    lines_of_digests,
    parse_line,
)
from pithbundle.errors import DigestError

PARTS = tuple(hashlib.sha256(b"%d" % at).hexdigest() for at in range(4))
EXPECTED = hashlib.sha256(bytes.fromhex("".join(PARTS))).hexdigest()[:32]


def row(suffix: str) -> bytes:
    return f"{suffix} {' '.join(PARTS)}\n".encode()


def test_the_digest_of_a_record() -> None:
    assert leaf_digest(*PARTS) == EXPECTED
    assert leaf_digest(PARTS[1], PARTS[0], *PARTS[2:]) != EXPECTED


@pytest.mark.parametrize("at", range(4))
def test_a_digest_has_32_bytes(at: int) -> None:
    parts = [part[:62] if here == at else part for here, part in enumerate(PARTS)]
    with pytest.raises(ValueError, match="32 bytes in hex"):
        leaf_digest(*parts)


def test_lines_of_digests() -> None:
    rows = [row("A" * 26), row("B" * 26)]
    assert list(lines_of_digests(rows)) == [LeafLine("A" * 26, EXPECTED), LeafLine("B" * 26, EXPECTED)]


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"\n",
        row("A" * 26)[:-1],
        row("A" * 25),
        row("a" * 26),
        row("A" * 26).replace(b" ", b"  ", 1),
        row("A" * 26).upper(),
        row("A" * 26)[:-1] + b"\r\n",
        row("A" * 26)[:-1] + b" x\n",
        row("A" * 26) + b"\n",
        b"\xff" + row("A" * 26),
    ],
)
def test_a_line_that_is_not_one_of_digests_txt(given: bytes) -> None:
    with pytest.raises(DigestError, match=r"line 1 is not one of digests\.txt") as caught:
        list(lines_of_digests([given]))
    assert (caught.value.code, caught.value.clause) == ("digest_invalid", "RECOMP-5")


@pytest.mark.parametrize("second", ["A" * 26, "2" * 26])
def test_lines_out_of_order_or_twice(second: str) -> None:
    with pytest.raises(DigestError, match="line 2 is not after the line before"):
        list(lines_of_digests([row("A" * 26), row(second)]))


def test_a_leaf_line_is_read_back() -> None:
    line = LeafLine("A" * 26, EXPECTED)
    assert line.to_bytes() == f"{'A' * 26} {EXPECTED}\n".encode() and len(line.to_bytes()) == LINE_BYTES
    assert parse_line(line.to_bytes()[:-1]) == line
    assert parse_line(line.to_bytes()) is None
