from __future__ import annotations

import hashlib
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import pith_number
from kit.crowds import RECORD
from pithbundle.bundle.number import PithNumber, is_suffix, suffix_of
from pithbundle.bundle.record import Record
from pithbundle.errors import NumberError

SUFFIX = "OMJFN3CZBZK4KRI4XCDIFRLNQH"
FULL = f"pith:2003:{SUFFIX}"
NUMBER = PithNumber(2003, SUFFIX)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

#: Nothing here may ever reach a path or a URL.
BAD_SUFFIXES = [
    "",
    SUFFIX[:-1],
    SUFFIX + "A",
    SUFFIX + "\n",
    "\n" + SUFFIX[1:],
    SUFFIX.lower(),
    SUFFIX[:-1] + "q",
    SUFFIX[:-1] + "0",
    SUFFIX[:-1] + "1",
    SUFFIX[:-1] + "8",
    SUFFIX[:-1] + "9",
    SUFFIX[:-1] + "=",
    SUFFIX[:-1] + "/",
    SUFFIX[:-1] + "\0",
    SUFFIX[:-1] + "Ａ",
    SUFFIX[:-1] + "А",
    SUFFIX[:-1] + "\u200b",
    SUFFIX[:-1] + "\ud800",
    "../" + SUFFIX[3:],
    "%2e%2e%2f" + SUFFIX[9:],
    "..\\" + SUFFIX[3:],
    " " + SUFFIX[1:],
    SUFFIX[:25] + "٣",
]


def test_forms() -> None:
    assert str(NUMBER) == FULL
    assert NUMBER.short == "pith:OMJFN3CZ"
    assert PithNumber.parse(FULL) == NUMBER
    assert str(PithNumber(1, SUFFIX)) == f"pith:0001:{SUFFIX}"
    assert is_suffix(SUFFIX)


@pytest.mark.parametrize("suffix", BAD_SUFFIXES, ids=ascii)
def test_bad_suffixes(suffix: str) -> None:
    assert not is_suffix(suffix)
    with pytest.raises(NumberError):
        PithNumber(2003, suffix)
    with pytest.raises(NumberError) as caught:
        PithNumber.parse(f"pith:2003:{suffix}")
    assert caught.value.code == "suffix"
    assert "A-Z2-7" in caught.value.hint
    # The text of the error may be printed as it is.
    assert not any(char in str(caught.value) for char in "\n\0\u200b\ud800")


@pytest.mark.parametrize("year", [0, -1, 10000, True, 2003.0, "2003", None])
def test_bad_years(year: int) -> None:
    with pytest.raises(NumberError):
        PithNumber(year, SUFFIX)
    with pytest.raises(NumberError):
        PithNumber.of_hash(year, bytes(32))


@pytest.mark.parametrize("suffix", [None, 1, b"OMJFN3CZBZK4KRI4XCDIFRLNQH"])
def test_a_suffix_is_a_string(suffix: str) -> None:
    with pytest.raises(NumberError):
        PithNumber(2003, suffix)


@pytest.mark.parametrize(
    "text",
    [
        "",
        SUFFIX,
        "pith:OMJFN3CZ",
        f"pith:{SUFFIX}",
        f"pith:0000:{SUFFIX}",
        f"pith:203:{SUFFIX}",
        f"pith:02003:{SUFFIX}",
        f"PITH:2003:{SUFFIX}",
        f"Pith:2003:{SUFFIX}",
        f" pith:2003:{SUFFIX}",
        f"pith:2003:{SUFFIX} ",
        f"pith:2003:{SUFFIX}\n",
        f"pith: 2003:{SUFFIX}",
        f"pith:2003/{SUFFIX}",
        f"pith:٢٠٠٣:{SUFFIX}",
        f"pith:+003:{SUFFIX}",
        f"pith:2003::{SUFFIX}",
        f"https://pith.science/pith/{SUFFIX}",
        FULL * 2,
    ],
    ids=ascii,
)
def test_only_the_full_form_parses(text: str) -> None:
    with pytest.raises(NumberError):
        PithNumber.parse(text)


@pytest.mark.parametrize("length", [8, 12, 16])
def test_short_forms(length: int) -> None:
    text = f"pith:{SUFFIX[:length]}"
    assert PithNumber.parse_short(text) == SUFFIX[:length]
    assert NUMBER.matches(text)
    assert not PithNumber(2003, "A" + SUFFIX[1:]).matches(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pith:",
        SUFFIX[:8],
        SUFFIX,
        FULL,
        f"pith:{SUFFIX}",
        "pith:omjfn3cz",
        "pith:OMJFN3CZ\n",
        "pith:OMJFN3C1",
    ]
    + [f"pith:{SUFFIX[:length]}" for length in range(26) if length not in (8, 12, 16)],
)
def test_what_is_no_short_form(text: str) -> None:
    for attempt in (PithNumber.parse_short, NUMBER.matches):
        with pytest.raises(NumberError) as caught:
            attempt(text)
        assert caught.value.code == "suffix"


@pytest.mark.parametrize("sha256", [b"", bytes(31), bytes(33), bytearray(32), "0" * 32, None])
def test_a_hash_is_32_bytes(sha256: bytes) -> None:
    with pytest.raises(NumberError):
        PithNumber.of_hash(2003, sha256)


def test_from_record_takes_a_record() -> None:
    record = Record.from_value(RECORD)
    assert PithNumber.from_record(record) == record.number
    assert str(record.number) == pith_number(RECORD)


@pytest.mark.parametrize("value", [RECORD, None, "pith", 5], ids=["dict", "none", "str", "int"])
def test_from_record_rejects_what_is_no_record(value: Any) -> None:
    with pytest.raises(TypeError, match=rf"^expected a Record, got {type(value).__name__}; use Record"):
        PithNumber.from_record(value)


def test_frozen_and_ordered() -> None:
    with pytest.raises(FrozenInstanceError):
        NUMBER.year = 2004  # type: ignore[misc]
    assert PithNumber(2002, SUFFIX) < NUMBER
    assert {NUMBER: 1}[PithNumber.parse(FULL)] == 1


NUMBERS = st.builds(PithNumber, st.integers(1, 9999), st.text(ALPHABET, min_size=26, max_size=26))


@given(NUMBERS)
def test_what_is_printed_is_parsed(number: PithNumber) -> None:
    assert PithNumber.parse(str(number)) == number
    assert len(str(number)) == 36
    assert number.matches(number.short)


@given(st.integers(1, 9999), st.binary())
def test_of_hash_is_130_bits_of_it(year: int, data: bytes) -> None:
    digest = hashlib.sha256(data).digest()
    number = PithNumber.of_hash(year, digest)
    bits = 0
    for char in number.suffix:
        bits = bits << 5 | ALPHABET.index(char)
    assert bits == int.from_bytes(digest) >> 126


@given(st.text(max_size=40))
def test_any_string_is_a_number_or_rejected(text: str) -> None:
    for parse in (PithNumber.parse, PithNumber.parse_short):
        with pytest.raises(NumberError):
            parse(text)


def test_a_suffix_and_a_full_number_name_a_suffix() -> None:
    assert suffix_of(SUFFIX) == suffix_of(FULL) == SUFFIX
    for text in (*BAD_SUFFIXES, f"pith:0000:{SUFFIX}", f"pith:{SUFFIX[:8]}"):
        with pytest.raises(NumberError):
            suffix_of(text)
