"""RIPEMD-160 by its published vectors, with hashlib and without (EVID-3)."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from pithbundle.evidence.ripemd160 import plain, ripemd160

#: Those of its authors.
VECTORS = {
    "": "9c1185a5c5e9fc54612808977ee8f548b2258d31",
    "a": "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe",
    "abc": "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc",
    "message digest": "5d0689ef49d2fae572b881b123a85ffa21595f36",
    "abcdefghijklmnopqrstuvwxyz": "f71c27109c692c1b56bbdceb5b9d2865b3708dbc",
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq": "12a053384a9c0c88e405a06c27dcf49ada62eb2b",
    "1234567890" * 8: "9b752e45573d4b39f4dbd3323cab82bf63326bfb",
}


@pytest.mark.parametrize("text", VECTORS, ids=len)
def test_the_published_vectors(text: str) -> None:
    assert plain(text.encode()).hex() == ripemd160(text.encode()).hex() == VECTORS[text]


def test_a_build_of_hashlib_without_it_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def new(*_: Any, **__: Any) -> Any:
        raise ValueError("unsupported hash type ripemd160")

    with_it = [ripemd160(bytes(range(size))) for size in (0, 55, 56, 64, 130)]
    monkeypatch.setattr(hashlib, "new", new)
    assert [ripemd160(bytes(range(size))) for size in (0, 55, 56, 64, 130)] == with_it
