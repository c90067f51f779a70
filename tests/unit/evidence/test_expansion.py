"""Compressed bytes within a bound (CAPT-5)."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pithbundle.errors import EvidenceError
from pithbundle.evidence.contents import content_of
from pithbundle.evidence.expansion import PIECE, Counter, decoded, expand

TEXT = b"WARC/1.0" * 30_000
MEMBERS = gzip.compress(TEXT[:100_000]) + gzip.compress(b"") + gzip.compress(TEXT[100_000:])


def whole(data: bytes, block: int = 1_000, limit: int = 1 << 20) -> bytes:
    blocks = [data[at : at + block] for at in range(0, len(data), block)]
    return b"".join(expand(blocks, Counter(limit)))


@given(st.integers(1, 400))
def test_members_are_expanded_whatever_the_blocks(block: int) -> None:
    assert whole(MEMBERS, block) == TEXT


@pytest.mark.parametrize("data", [b"", b"\x1f", b"\x1f\x8a", b"W", TEXT])
@pytest.mark.parametrize("block", [1, 100_000])
def test_what_is_not_compressed_is_given_as_it_is(data: bytes, block: int) -> None:
    assert whole(data[:2_000], block) == data[:2_000]


@pytest.mark.parametrize("data", [MEMBERS, TEXT])
def test_pieces_are_short(data: bytes) -> None:
    assert max(map(len, expand([data], Counter(1 << 20)))) <= PIECE


@pytest.mark.parametrize(("data", "members"), [(TEXT, 0), (MEMBERS, 3)])
def test_the_bound_is_of_what_is_given_and_of_the_members(data: bytes, members: int) -> None:
    enough = len(TEXT) + 1_024 * members
    assert whole(data, limit=enough) == TEXT
    with pytest.raises(EvidenceError, match=f"more than the limit of {enough - 1} bytes") as caught:
        whole(data, limit=enough - 1)
    assert (caught.value.code, caught.value.clause) == ("warc_invalid", "CAPT-5")


#: The header of a member, and blocks of deflate that expand to nothing: stored ones, and fixed codes.
HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
EMPTY = {"stored": b"\x00\x00\x00\xff\xff" * 40_000, "fixed": bytes.fromhex("02082080000208208000") * 20_000}


@pytest.mark.parametrize("name", EMPTY)
def test_empty_blocks_without_an_end_are_bounded(name: str) -> None:
    read = []

    def endless() -> Iterator[bytes]:
        yield HEADER
        while True:
            read.append(len(EMPTY[name]))
            yield EMPTY[name]

    with pytest.raises(EvidenceError, match="more than the limit of 64000000 bytes"):
        list(expand(endless(), Counter(64_000_000)))
    assert sum(read) <= 64_000_000 // 25


@pytest.mark.parametrize(
    "data",
    [MEMBERS[:-1], MEMBERS + b"x", MEMBERS[:90] + b"\xff" * 20 + MEMBERS[110:], b"\x1f\x8b", b"\x1f\x8b\x00"],
)
def test_a_damaged_member_is_one_error(data: bytes) -> None:
    with pytest.raises(EvidenceError, match="gzip is damaged or cut off") as caught:
        whole(data)
    assert caught.value.code == "warc_invalid"


def raw(data: bytes) -> bytes:
    maker = zlib.compressobj(wbits=-15)
    return maker.compress(data) + maker.flush()


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("x-gzip", MEMBERS),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw(TEXT)),
    ],
)
def test_encodings_that_are_undone(encoding: str, data: bytes) -> None:
    def blocks() -> Iterator[memoryview]:
        yield memoryview(data)[:7]
        yield memoryview(data)[7:]

    assert decoded("a", encoding, blocks, Counter(1 << 20)) == content_of("a", [TEXT], "decoded")
    with pytest.raises(EvidenceError, match="limit"):
        decoded("a", encoding, blocks, Counter(1_000))


@pytest.mark.parametrize("more", [0, 1, 3, 100, 258, 300])
def test_what_the_last_bytes_expand_to_is_not_lost_at_the_end_of_a_piece(more: int) -> None:
    text = b"a" * (PIECE + more)
    made = decoded("a", "deflate", lambda: iter([memoryview(raw(text))]), Counter(1 << 20))
    assert made == content_of("a", [text], "decoded")


@pytest.mark.parametrize("encoding", ["br", "identity", "", "gzip, gzip", "gzip", "deflate"])
def test_what_is_not_in_the_encoding_is_not_undone(encoding: str) -> None:
    assert decoded("a", encoding, lambda: iter([memoryview(b"plain text")]), Counter(1_000)) is None
