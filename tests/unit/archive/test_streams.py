"""Streams of lines and items, compressed or not: bounded and in linear time (ARCH-11, ARCH-12)."""

from __future__ import annotations

import gzip
import io
import time
from collections.abc import Callable, Iterable
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pithbundle import PithError
from pithbundle.archive import zstd
from pithbundle.archive.frames import Stream
from pithbundle.archive.streams import Compression, Part, items, lines, opened

COMPRESS: dict[Compression, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    "zst": zstd.compress,
    "gz": gzip.compress,
}


def reader(data: bytes, compression: Compression = "") -> Stream:
    return opened(io.BytesIO(COMPRESS[compression](data)).read, compression)


def shown(parts: Iterable[Part]) -> list[tuple[str, Any]]:
    return [(position, part.code if isinstance(part, PithError) else part) for position, part in parts]


@pytest.mark.parametrize("compression", COMPRESS)
def test_lines(compression: Compression) -> None:
    data = b'{"a":1}\r\n\n  \n{"b":2} \nlast'
    assert shown(lines(reader(data, compression), 100)) == [
        ("line 1", b'{"a":1}'), ("line 4", b'{"b":2}'), ("line 5", b"last"),
    ]  # fmt: skip
    assert shown(lines(reader(b"", compression), 100)) == []


@given(
    st.lists(st.binary(max_size=30).map(lambda data: data.replace(b"\n", b"").strip(b"\t\r "))),
    st.integers(1, 9),
)
def test_lines_of_any_pieces(wanted: list[bytes], size: int) -> None:
    file = io.BytesIO(b"\n".join(wanted))
    stream = Stream(lambda _: file.read(size))
    assert [part for _, part in lines(stream, 100)] == [line for line in wanted if line]


@pytest.mark.parametrize("compression", COMPRESS)
def test_a_line_over_the_limit_is_rejected_and_the_next_one_read(compression: Compression) -> None:
    data = b"a" * 10 + b"\n" + b"b" * 11 + b"\n" + b"c" * 160 + b"\nd"
    assert shown(lines(reader(data, compression), 10, compression)) == [
        ("line 1", b"a" * 10), ("line 2", "size"), ("line 3", "size"), ("line 4", b"d"),
    ]  # fmt: skip


def test_a_compressed_line_without_end_ends_the_input_and_a_plain_one_does_not() -> None:
    data = b"a\n" + bytes(3 << 20) + b"\nb"
    assert shown(lines(reader(data, "zst"), 1000, "zst")) == [("line 1", b"a"), ("line 2", "size")]
    assert shown(lines(reader(data), 1000)) == [("line 1", b"a"), ("line 2", "size"), ("line 3", b"b")]


@pytest.mark.parametrize("compression", COMPRESS)
def test_items(compression: Compression) -> None:
    values = [cbor2.dumps({"a": [1, "b" * 300_000]}), cbor2.dumps(1), cbor2.dumps({})]
    assert [part for _, part in items(reader(b"".join(values), compression), 1 << 20)] == values
    positions = [position for position, _ in items(reader(b"".join(values)), 1 << 20)]
    assert positions[:2] == ["item 1 at byte 0", f"item 2 at byte {len(values[0])}"]


def test_items_that_end_the_input() -> None:
    good = cbor2.dumps({"a": 1})
    assert shown(items(reader(good + b"\x1c" + good), 100))[1] == ("item 2 at byte 4", "archive")
    assert shown(items(reader(good + good[:-1]), 100))[1] == ("item 2 at byte 4", good[:-1])
    assert shown(items(reader(good + b"\x9b" + b"\xff" * 8 + good), 100))[1] == ("item 2 at byte 4", "size")
    assert shown(items(reader(b"\x79\x01\x00" + b"a" * 256 + good), 100)) == [
        ("item 1 at byte 0", "size"), ("item 2 at byte 259", good),
    ]  # fmt: skip


def test_gzip_of_several_members() -> None:
    data = gzip.compress(b"a\n") + gzip.compress(b"") + gzip.compress(b"b\n" * 100_000)
    assert len([*lines(opened(io.BytesIO(data).read, "gz"), 100, "gz")]) == 100_001


@pytest.mark.parametrize(
    "data",
    [b"junk", gzip.compress(b"a")[:-1], gzip.compress(b"a") + b"junk",
     gzip.compress(b"abc" * 9)[:14] + b"\xff" * 30],
)  # fmt: skip
def test_damaged_gzip(data: bytes) -> None:
    with pytest.raises(PithError) as caught:
        [*lines(opened(io.BytesIO(data).read, "gz"), 100, "gz")]
    assert caught.value.code == "archive"


@pytest.mark.parametrize("line", [b"\n", b" \n", b"\t \r\n"], ids=["empty", "space", "white space"])
def test_empty_lines_are_bounded(line: bytes) -> None:
    """ARCH-12: also lines of white space, of which a compressed file of some kilobytes has a million."""
    found = shown(lines(reader(line * 50_000, "zst"), 100, "zst"))
    assert found == [("line 10000", "size")]
    assert shown(lines(reader(line * 50_000 + b" a"), 100)) == [("line 50001", b"a")]


@pytest.mark.parametrize(
    ("piece", "compression", "count"),
    [
        (zstd.compress(b""), "zst", 4_000),
        (bytes.fromhex("502a4d1800000000"), "zst", 20_000),
        (gzip.compress(b""), "gz", 8_000),
    ],
    ids=["empty frames", "skippable frames", "empty members"],
)
def test_time_is_linear_in_empty_pieces(piece: bytes, compression: Compression, count: int) -> None:
    def seconds(number: int) -> float:
        source = opened(io.BytesIO(piece * number).read, compression)
        began = time.process_time()
        assert [*lines(source, 100, compression)] == []
        return time.process_time() - began

    seconds(count // 10)
    best = min(seconds(count) for _ in range(2))
    assert min(seconds(4 * count) for _ in range(2)) < 10 * max(best, 0.01)
