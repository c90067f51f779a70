"""The line of a record in digests.txt (RECOMP-5)."""

from __future__ import annotations

from io import BytesIO

import pytest

from pithbundle.record_digests import LINE_BYTES, RecordDigests, lines_of

LINE = RecordDigests("A" * 26, *(digit * 64 for digit in "0a9f"))


def test_a_line_is_read_back() -> None:
    line = LINE.to_bytes()
    assert line == f"{'A' * 26} {'0' * 64} {'a' * 64} {'9' * 64} {'f' * 64}\n".encode()
    assert len(line) == LINE_BYTES and RecordDigests.from_bytes(line) == LINE
    assert LINE.digests == ("0" * 64, "a" * 64, "9" * 64, "f" * 64)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        LINE.to_bytes()[:-1],
        LINE.to_bytes()[:-1] + b"\r\n",
        LINE.to_bytes() + b"\n",
        LINE.to_bytes().upper(),
        LINE.to_bytes().lower(),
        LINE.to_bytes().replace(b" ", b"  ", 1),
        LINE.to_bytes()[1:],
    ],
)
def test_anything_else_is_no_line(line: bytes) -> None:
    assert RecordDigests.from_bytes(line) is None


def test_no_more_of_a_line_is_read_than_one_may_have() -> None:
    file = BytesIO(LINE.to_bytes() + b"0" * 1000)
    first, second, *_ = lines_of(file)
    assert RecordDigests.from_bytes(first) == LINE
    assert len(second) == LINE_BYTES + 1 and RecordDigests.from_bytes(second) is None
