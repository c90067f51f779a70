"""Files of numbers (SYNC-13)."""

from __future__ import annotations

import pytest

from kit.stores import suffix
from pithbundle.errors import NumberError
from pithbundle.mirror.numbers import read_numbers

ONE, TWO = suffix(1), suffix(2)


def test_the_accepted_forms() -> None:
    data = f"pith:2026:{ONE}\r\n\n  {TWO}\t\n{ONE}\n".encode()
    assert read_numbers(data) == (ONE, TWO)
    assert read_numbers(b"") == read_numbers(b"\n \n") == ()
    assert read_numbers(ONE.encode()) == (ONE,)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"junk", "neither a Pith Number nor a suffix"),
        (ONE.lower().encode(), "neither"),
        (ONE[:-1].encode(), "neither"),
        (f"{ONE} {TWO}".encode(), "neither"),
        (f"pith:26:{ONE}".encode(), "neither"),
        (f"pith:0000:{ONE}".encode(), "neither"),
        (f"pith:{ONE[:8]}".encode(), "a short form names no record for certain"),
        (f"https://pith.science/pith/{ONE}".encode(), "neither"),
        (b"../../etc/passwd", "neither"),
        (b"\xff\xfe", "neither"),
        (b"\xef\xbb\xbf" + ONE.encode(), "neither"),
        (ONE.encode() + b"\0", "neither"),
        (b"x" * 10_000, "xxx..."),
    ],
)
def test_an_error_names_the_line(line: bytes, why: str) -> None:
    data = ONE.encode() + b"\n\n" + line + b"\n" + TWO.encode() + b"\n"
    with pytest.raises(NumberError) as caught:
        read_numbers(data)
    assert caught.value.code == "suffix" and caught.value.clause == "SYNC-13"
    message = caught.value.fault.detail
    assert message.startswith("line 3: ") and why in message and len(message) < 300
