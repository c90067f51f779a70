"""zstd: one importer, bounded both ways (ARCH-7)."""

from __future__ import annotations

import random

import pytest

from pithbundle.archive import zstd


def test_levels_and_versions() -> None:
    raw = b"".join(b'{"n":%d}' % number for number in range(10_000))
    assert len(zstd.compress(raw, 19)) < len(zstd.compress(raw, 1))
    assert zstd.compress(raw) == zstd.compress(raw, zstd.DEFAULT_LEVEL)
    assert zstd.VERSION.startswith("1.")


def test_no_more_than_asked_for_is_returned() -> None:
    data = zstd.compress(bytes(10 << 20))
    decompressor = zstd.Decompressor()
    assert sum(map(len, decompressor.pieces(data, 1_000))) == 1_001
    assert not decompressor.is_complete


def test_a_frame_in_pieces() -> None:
    raw = random.Random(3).randbytes(500_000)
    data = zstd.compress(raw)
    decompressor = zstd.Decompressor()
    found = [
        piece
        for at in range(0, len(data), 999)
        for piece in decompressor.pieces(data[at : at + 999], 1 << 20)
    ]
    assert b"".join(found) == raw and decompressor.is_complete
    assert decompressor.pieces(b"more", 10) == []


@pytest.mark.parametrize("level", [3, 22])
def test_the_window_of_a_large_frame_is_bounded(level: int) -> None:
    data = zstd.compress(bytes(20 << 20), level)
    decompressor = zstd.Decompressor()
    assert sum(map(len, decompressor.pieces(data, 20 << 20))) == 20 << 20
