"""The table of blocks, and blocks that the user names (EVID-13)."""

from __future__ import annotations

import pytest

from pithbundle.errors import EvidenceError
from pithbundle.evidence.checkpoints import MOST_HASHES, Block, Checkpoints

LINE = b"0" * 62 + b"1f"
GENESIS = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"


def test_the_table_of_this_package_is_shown_by_its_digest() -> None:
    table = Checkpoints.shipped()
    assert table.sha256 == "eb0e32ee8170a84133428b8bdbca68c5e931d276a6d7a013c8bac61dae9f450b"
    assert len(table.digests) == 473
    assert str(table.blocks[0]) == "2015:00000000693067b0e6b440bc51450b9f3850561b07f6d3c021c54fbd6abb9763"
    assert (table.blocks[-1].height, table.blocks[1].height) == (953_567, 4031)
    assert len(repr(table)) <= 200


def test_another_table_takes_its_place() -> None:
    table = Checkpoints.from_bytes(LINE + b"\n" + LINE[::-1] + b"\n")
    assert [block.height for block in table.blocks] == [2015, 4031]
    assert table.digests[0] == bytes([0x1F]) + bytes(31)
    assert Checkpoints.from_bytes(table.to_bytes()) == table
    assert Checkpoints.from_bytes((LINE + b"\n") * MOST_HASHES).blocks[-1].height == 2016 * MOST_HASHES - 1


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"", "from 1 to 5000 lines"),
        (LINE, "from 1 to 5000 lines"),
        ((LINE + b"\n") * (MOST_HASHES + 1), "from 1 to 5000 lines"),
        (LINE + b"\n" + LINE.upper() + b"\n", "line 2 of the table"),
        (LINE + b"\r\n", "line 1 of the table"),
        (LINE + b"\n\n", "line 2 of the table"),
        (b"\x1b[31m\n", "line 1 of the table"),
    ],
)
def test_a_table_that_is_none(data: bytes, detail: str) -> None:
    with pytest.raises(EvidenceError, match=detail) as caught:
        Checkpoints.from_bytes(data)
    assert (caught.value.code, caught.value.clause) == ("headers_invalid", "EVID-13")


def test_a_block_is_read_as_it_is_written() -> None:
    block = Block.from_text("0:" + GENESIS)
    assert block.digest.hex().startswith("6fe28c0ab6f1")
    assert (str(block), block.hex) == ("0:" + GENESIS, GENESIS)
    assert Block.from_text(f"4294967295:{GENESIS}").height == 4_294_967_295


@pytest.mark.parametrize(
    "text",
    [
        *("", GENESIS, "0:", "0:" + GENESIS[:-1], "00:" + GENESIS, "-1:" + GENESIS, "0:" + GENESIS.upper()),
        *("0:" + GENESIS + "\n", "4294967296:" + GENESIS, "\u0661:" + GENESIS),
    ],
)
def test_a_block_that_is_none(text: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        Block.from_text(text)
    assert (caught.value.code, caught.value.clause) == ("headers_invalid", "EVID-13")
    assert "\n" not in str(caught.value)
