"""ORCID iDs: spellings, checksum and ranges (ORCID-1, ORCID-2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.payloads import orcid
from pithbundle.evidence.orcid import form_of, has_checksum, sixteen

CANONICAL = "https://orcid.org/0000-0002-1825-0097"
SPELLINGS = (
    "0000-0002-1825-0097", "0000000218250097", "orcid.org/0000-0002-1825-0097",
    "http://orcid.org/0000-0002-1825-0097", CANONICAL,
)  # fmt: skip


@pytest.mark.parametrize("text", [*SPELLINGS, "https://orcid.org/0000000218250097"])
def test_five_spellings_have_one_canonical_form(text: str) -> None:
    assert form_of(text) == ("well_formed", CANONICAL)


@pytest.mark.parametrize("text", ["0000-0001-5109-3700", "0000-0002-1694-233X", "0009-0000-0000-0009"])
def test_public_ones_are_well_formed(text: str) -> None:
    assert form_of(text) == ("well_formed", f"https://orcid.org/{text}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0000-0002-1825-009",
        "0000-0002-1825-00977",
        "0000-0002-1694-233x",
        "0000-0002-18250097",
        "00000002-1825-0097",
        " 0000-0002-1825-0097",
        "0000-0002-1825-0097\n",
        "0000\u20130002\u20131825\u20130097",
        "\uff10000-0002-1825-0097",
        "X000-0002-1825-0097",
        "https://orcid.org/0000-0002-1825-0097/",
        "https://www.orcid.org/0000-0002-1825-0097",
        "ftp://orcid.org/0000-0002-1825-0097",
        "https://orcid.org.example/0000-0002-1825-0097",
        "https://ORCID.org/0000-0002-1825-0097",
        "orcid:0000-0002-1825-0097",
        "٠٠٠٠-0002-1825-0097",
    ],
)
def test_other_texts_are_no_spelling(text: str) -> None:
    assert form_of(text) == ("not_orcid", None)


@given(st.integers(0, 10**15 - 1))
def test_the_checksum_is_that_of_the_standard(number: int) -> None:
    text = orcid(number)
    characters = sixteen(text)
    assert characters is not None and has_checksum(characters)
    # The other form of MOD 11-2: the sum of the digits by the powers of two.
    values = [10 if each == "X" else int(each) for each in characters]
    assert sum(value << 15 - at for at, value in enumerate(values)) % 11 == 1
    for other in "0123456789X".replace(characters[-1], ""):
        assert form_of(text[:-1] + other) == ("bad_checksum", None)


@pytest.mark.parametrize(
    ("number", "form"),
    [
        (14_999_999, "out_of_range"), (15_000_000, "well_formed"), (34_999_999, "well_formed"),
        (35_000_000, "out_of_range"), (899_999_999_999, "out_of_range"), (900_000_000_000, "well_formed"),
        (900_099_999_999, "well_formed"), (900_100_000_000, "out_of_range"),
    ],
)  # fmt: skip
def test_the_ends_of_the_ranges(number: int, form: str) -> None:
    assert form_of(orcid(number)) == (form, f"https://orcid.org/{orcid(number)}")
