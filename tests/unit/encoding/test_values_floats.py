"""One text of each float (DATA-3), against exact arithmetic: ties, several shortest texts, drawn doubles."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

import pytest

from kit.cbor import cbor
from pithbundle.encoding.canonical import canonical_bytes
from pithbundle.encoding.cbor import cbor_bytes, parse_cbor
from pithbundle.encoding.json_reader import parse_json
from pithbundle.errors import InputError
from vectorgen import decimals


def halves() -> Iterator[float]:
    """Doubles whose exact text has 17 or 18 digits, the last of them a 5, of every size."""
    stream = random.Random("ties")
    for places in range(2, 22):
        least = max(-(-(10**16) // 5**places), -(-(2**places) // 10**4))
        most = min(10**18 // 5**places, 2**53 - 1)
        for _ in range(120):
            number = (stream.randint(least, most) | 1) / 2**places
            if 1e-4 <= number < 1e16:
                yield number


@cache
def ties() -> tuple[float, ...]:
    return tuple(number for number in halves() if decimals.is_tie(number))


def drawn() -> Iterator[float]:
    stream = random.Random("drawn")
    for _ in range(2_000):
        number = 10 ** stream.uniform(-4, 15.6)
        if number != int(number):
            yield number


def check(number: float) -> None:
    """Readers and writers use one text; the reader rejects every other text of the same length."""
    text = decimals.shortest(number).encode()
    assert repr(number).encode() == canonical_bytes(number) == text
    assert canonical_bytes([number]) == b"[" + text + b"]"
    assert parse_json(text) == parse_cbor(cbor(number)) == number
    assert cbor_bytes(parse_json(text)) == cbor(number)
    for other in decimals.others(number):
        with pytest.raises(InputError) as caught:
            parse_json(other.encode())
        assert (caught.value.code, caught.value.offset) == ("number_form", 0), other


def test_the_two_of_the_specification() -> None:
    assert decimals.TIES[:2] == (0.000122547149658203125, 0.75000762939453125)
    assert decimals.shortest(0.000122547149658203125) == "0.00012254714965820312"
    assert decimals.shortest(-0.75000762939453125) == "-0.7500076293945312"


def test_ties_of_every_size_go_to_the_even_digit() -> None:
    assert len(ties()) > 500
    assert all(decimals.shortest(number)[-1] in "02468" for number in ties())
    for number in ties():
        check(number)
        check(-number)


def test_drawn_doubles() -> None:
    several = 0
    for number in drawn():
        check(number)
        several += len(decimals.candidates(number)) > 1
    assert several > 500
