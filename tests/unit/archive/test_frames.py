"""Frames of zstd: heads, bounds, damage, streams (ARCH-7, ARCH-8, ARCH-11; threats C1, C2)."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pithbundle import PithError
from pithbundle.archive import zstd
from pithbundle.archive.frames import (
    MAGIC,
    Stream,
    decompress,
    decompressed,
    frame_head,
    frame_parts,
    next_magic,
    read_frame,
)

MOST = 1 << 20
#: The library below, to make what is never written.
BACKEND: Any = vars(zstd)["_zstd"]
#: A skippable frame with three bytes.
SKIPPABLE = bytes.fromhex("502a4d1803000000") + b"abc"
EMPTY = zstd.compress(b"")


def stream(data: bytes) -> Stream:
    return Stream(io.BytesIO(data).read)


def code(data: bytes, most: int = MOST) -> str:
    with pytest.raises(PithError) as caught:
        read_frame(stream(data), most)
    return caught.value.code


def content(data: bytes) -> bytes:
    return b"".join(decompressed(stream(data)))


def stored(content: bytes, size: int | None = None, *, checksum: bytes | None = None) -> bytes:
    """A frame whose block is stored; it may state another size than it has."""
    claimed = len(content) if size is None else size
    head = MAGIC + b"\xa4" + claimed.to_bytes(4, "little")
    end = zstd.compress(content)[-4:] if checksum is None else checksum
    return head + (len(content) << 3 | 1).to_bytes(3, "little") + content + end


class TestSource:
    def test_peek_take_skip(self) -> None:
        found = Stream(io.BytesIO(b"abcdefgh").read)
        assert (found.peek(3), found.position) == (b"abc", 0)
        assert (found.take(2), found.position) == (b"ab", 2)
        assert (found.skip(3), found.some(), found.position) == (3, b"fgh", 8)
        assert (found.take(1), found.some(), found.skip(5)) == (b"", b"", 0)

    def test_short_reads_are_continued(self) -> None:
        pieces = iter([b"a", b"bc", b"d"])
        assert Stream(lambda _: next(pieces, b"")).take(4) == b"abcd"


@pytest.mark.parametrize("size", [0, 1, 100, 255, 256, 65_791, 65_792, 1 << 20, (9 << 20) + 7])
def test_what_is_written_is_read(size: int) -> None:
    raw = random.Random(size).randbytes(size // 2) + bytes(size - size // 2)
    data = zstd.compress(raw)
    head = frame_head(data[:18])
    assert head is not None
    assert (head.content_size, head.has_checksum, head.has_dictionary) == (size, True, False)
    assert head.window <= zstd.MAX_WINDOW
    assert read_frame(stream(data + b"rest"), size) == (raw, len(data))


@given(st.binary(max_size=300), st.binary(max_size=30), st.integers(1, 22))
def test_a_frame_is_read_to_its_end_and_not_further(raw: bytes, rest: bytes, level: int) -> None:
    data = zstd.compress(raw, level)
    given_stream = stream(data + rest)
    assert read_frame(given_stream, MOST) == (raw, len(data))
    assert given_stream.take(30) == rest


@pytest.mark.parametrize("seed", range(3))
def test_no_flipped_bit_and_no_cut_gives_other_bytes(seed: int) -> None:
    drawn = random.Random(seed)
    raw = b"".join(b'{"n":%d,"s":"%x"}\n' % (n, drawn.getrandbits(64)) for n in range(200))
    data = zstd.compress(raw)
    for _ in range(200):
        at = drawn.randrange(len(data) * 8)
        flipped = bytearray(data)
        flipped[at // 8] ^= 1 << at % 8
        try:
            found, _ = read_frame(stream(bytes(flipped)), MOST)
        except PithError as error:
            assert error.code in ("archive", "size")
        else:
            assert found == raw  # a bit that means nothing
    for end in drawn.sample(range(len(data)), 50):
        assert code(data[:end]) == "archive"


def test_what_no_pack_has_is_rejected_before_it_is_decompressed() -> None:
    streaming = BACKEND.ZstdCompressor()
    without_size = streaming.compress(b"a" * 100) + streaming.flush()
    without_checksum = BACKEND.compress(b"a" * 100)
    dictionary = BACKEND.train_dict([b"%d abc def" % n * 10 for n in range(2_000)], 2_000)
    options = {BACKEND.CompressionParameter.checksum_flag: 1}
    with_dictionary = BACKEND.compress(b"abc", options=options, zstd_dict=dictionary)
    for data in (without_size, without_checksum, with_dictionary, SKIPPABLE, b"", b"junk" * 9, EMPTY[:5]):
        assert code(data) == "archive"
    assert code(b"\x28\xb5\x2f\xfd\x2c" + b"\0" * 12) == "archive"  # a reserved bit


class TestBounds:
    def test_a_claimed_size_over_the_limit(self) -> None:
        data = zstd.compress(bytes(MOST + 1))
        assert len(data) < 200 and code(data) == "size"
        assert code(stored(b"a", 1 << 31)) == "size"

    @pytest.mark.parametrize("size", [0, 4, 6, MOST])
    def test_a_false_size(self, size: int) -> None:
        assert code(stored(b"hello", size)) == "archive"

    def test_a_window_of_1_gib(self) -> None:
        head = MAGIC + b"\x44" + bytes([20 << 3]) + (300 - 256).to_bytes(2, "little")
        assert code(head + bytes(40)) == "size"
        with pytest.raises(PithError) as caught:
            content(head + bytes(40))
        assert caught.value.code == "size" and "8388608" in str(caught.value)

    def test_blocks_without_end(self) -> None:
        head = MAGIC + b"\x64" + (0).to_bytes(2, "little")
        assert code(head + bytes(3) * 1_000_000) == "archive"

    def test_a_block_that_is_too_large_or_reserved(self) -> None:
        head = MAGIC + b"\x64" + (0).to_bytes(2, "little")
        assert code(head + (((1 << 17) + 1) << 3).to_bytes(3, "little") + bytes(200_000)) == "archive"
        assert code(head + (5 << 3 | 6).to_bytes(3, "little") + bytes(200)) == "archive"

    def test_a_wrong_checksum(self) -> None:
        assert code(stored(b"hello", checksum=b"abcd")) == "archive"
        assert read_frame(stream(stored(b"hello")), MOST)[0] == b"hello"

    def test_more_than_is_claimed_is_not_decompressed(self) -> None:
        with pytest.raises(PithError, match="another size"):
            decompress(zstd.compress(bytes(1000)), 10)


class TestStreams:
    def test_frames_of_any_encoder(self) -> None:
        streaming = BACKEND.ZstdCompressor()
        large = b"abc" * 1_000_000
        data = streaming.compress(large) + streaming.flush()
        assert content(data) == large
        assert content(EMPTY + SKIPPABLE + zstd.compress(b"a") + data + EMPTY) == b"a" + large
        assert content(b"") == b""

    def test_pieces_are_small(self) -> None:
        data = zstd.compress(bytes(50 << 20))
        assert len(data) < 10_000
        assert max(map(len, decompressed(stream(data)))) <= 1 << 18

    @pytest.mark.parametrize(
        "data",
        [
            b"junk",
            zstd.compress(b"a") + b"junk",
            zstd.compress(b"abc" * 99)[:-1],
            SKIPPABLE[:-1],
            SKIPPABLE[:6],
            stored(b"hello", checksum=b"abcd"),
            stored(b"hello", 4),
        ],
    )
    def test_damage(self, data: bytes) -> None:
        with pytest.raises(PithError) as caught:
            content(data)
        assert caught.value.code == "archive"

    def test_a_dictionary(self) -> None:
        dictionary = BACKEND.train_dict([b"%d abc def" % n * 10 for n in range(2_000)], 2_000)
        with pytest.raises(PithError, match="dictionary"):
            content(BACKEND.compress(b"abc", zstd_dict=dictionary))


def test_the_next_magic_is_found_across_pieces() -> None:
    for before in (0, 1, 5, (1 << 18) - 6, (1 << 18) - 1, 1 << 18, 700_000):
        found = stream(bytes(before) + MAGIC + b"x")
        assert next_magic(found) and found.position == before
    assert not next_magic(stream(bytes(700_000)))
    assert not next_magic(stream(b"\x28\xb5\x2f"))
    assert not next_magic(stream(b""))


def test_the_parts_of_a_frame_are_all_its_bytes() -> None:
    data = zstd.compress(random.Random(1).randbytes(400_000))
    head = frame_head(data)
    assert head is not None
    parts = [*frame_parts(stream(data + b"x"), head)]
    assert b"".join(parts) == data and len(parts) > 4


def zstd_program(arguments: Iterable[str], data: bytes) -> bytes:
    return subprocess.run(["zstd", *arguments], input=data, capture_output=True, check=True).stdout


@pytest.mark.skipif(shutil.which("zstd") is None, reason="no program zstd, an independent reader")
@pytest.mark.parametrize("level", [1, 3, 19])
def test_the_program_zstd_reads_what_is_written_and_the_other_way_round(level: int) -> None:
    parts = [b"a" * 1000, random.Random(2).randbytes(300_000), b"abc\n" * 99]
    data = b"".join(zstd.compress(part, level) for part in parts)
    assert zstd_program(["-dc"], data) == b"".join(parts)
    assert content(zstd_program([f"-{level}", "-c"], b"".join(parts))) == b"".join(parts)
