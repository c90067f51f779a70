from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pithbundle.encoding.timestamps import instant, is_submitted_at

ACCEPTED = {
    "2026-05-17T23:38:50Z": "2026-05-17T23:38:50.000000",
    "2026-05-17T23:38:50+00:00": "2026-05-17T23:38:50.000000",
    "2026-05-18T01:39:14.078722Z": "2026-05-18T01:39:14.078722",
    "2026-05-19T20:27:21.688265+00:00": "2026-05-19T20:27:21.688265",
    "0001-01-01T00:00:00Z": "0001-01-01T00:00:00.000000",
    "9999-12-31T23:59:59.999999Z": "9999-12-31T23:59:59.999999",
    "2024-02-29T00:00:00Z": "2024-02-29T00:00:00.000000",
    "2000-02-29T12:00:00Z": "2000-02-29T12:00:00.000000",
    "0004-02-29T12:00:00Z": "0004-02-29T12:00:00.000000",
    "2026-04-30T00:00:00.000000Z": "2026-04-30T00:00:00.000000",
    "2026-05-17T23:38:50.123Z": "2026-05-17T23:38:50.123000",
    "2026-05-17T23:38:50.009+00:00": "2026-05-17T23:38:50.009000",
    "2026-05-17T23:38:50.000Z": "2026-05-17T23:38:50.000000",
}

#: One thing wrong with each.
MALFORMED = [
    "",
    " ",
    "Z",
    "now",
    "2026",
    "2026-05-17",
    "2026-05-17Z",
    "20260517T233850Z",
    "2026-05-17T23:38Z",
    "2026-05-17T23Z",
    "2026-05-17T233850Z",
    "2026-W20-7T23:38:50Z",
    "2026-137T23:38:50Z",
    "2026-05-17 23:38:50Z",
    "2026-05-17t23:38:50Z",
    "2026-05-17T23:38:50z",
    "2026-05-17_23:38:50Z",
    "2026-05-17\u200923:38:50Z",
    "2026-05-17T23:38:50",
    "2026-05-17T23:38:50 Z",
    "2026-05-17T23:38:50ZZ",
    "2026-05-17T23:38:50Z ",
    " 2026-05-17T23:38:50Z",
    "2026-05-17T23:38:50Z\n",
    "\n2026-05-17T23:38:50Z",
    "2026-05-17T23:38:50Z\0",
    "\ufeff2026-05-17T23:38:50Z",
    "2026-05-17T23:38:50\u200bZ",
    "2026-05-17T23:38:50+0000",
    "2026-05-17T23:38:50+00",
    "2026-05-17T23:38:50-00:00",
    "2026-05-17T23:38:50\u221200:00",
    "2026-05-17T23:38:50+00:00Z",
    "2026-05-17T23:38:50+00:00:00",
    "2026-05-17T23:38:50+00:00[UTC]",
    "2026-05-17T23:38:50+01:00",
    "2026-05-17T23:38:50-07:00",
    "2026-05-17T23:38:50+00:01",
    "2026-05-17T23:38:50+24:00",
    "2026-05-17T23:38:50UTC",
    "2026-05-17T23:38:50GMT",
    "2026-05-17T23:38:50.Z",
    "2026-05-17T23:38:50.1Z",
    "2026-05-17T23:38:50.12Z",
    "2026-05-17T23:38:50.1234Z",
    "2026-05-17T23:38:50.12345Z",
    "2026-05-17T23:38:50.1234567Z",
    "2026-05-17T23:38:50.123456789Z",
    "2026-05-17T23:38:50,123456Z",
    "2026-05-17T23:38:50:123456Z",
    "2026-05-17T23:38:50.123456",
    "2026-05-17T23:38:50.12345\u0663Z",
    "2026-05-17T23:38:50.-12345Z",
    "2026-05-17T23:38:50.12_456Z",
    "2026-05-17T24:00:00Z",
    "2026-05-17T24:00:00.000000Z",
    "2026-05-17T25:00:00Z",
    "2026-05-17T23:60:00Z",
    "2026-05-17T23:59:60Z",
    "2016-12-31T23:59:60Z",
    "2026-05-17T23:59:61Z",
    "2026-05-17T3:38:50Z",
    "2026-05-17T23:8:50Z",
    "2026-05-17T23:38:5Z",
    "2026-5-17T23:38:50Z",
    "2026-05-7T23:38:50Z",
    "0000-01-01T00:00:00Z",
    "0000-02-29T00:00:00Z",
    "26-05-17T23:38:50Z",
    "10000-01-01T00:00:00Z",
    "+2026-05-17T23:38:50Z",
    "-001-05-17T23:38:50Z",
    "+002026-05-17T23:38:50Z",
    "2026-00-17T23:38:50Z",
    "2026-13-17T23:38:50Z",
    "2026-05-00T23:38:50Z",
    "2026-05-32T23:38:50Z",
    "2026-04-31T23:38:50Z",
    "2026-06-31T23:38:50Z",
    "2026-09-31T23:38:50Z",
    "2026-11-31T23:38:50Z",
    "2026-02-30T23:38:50Z",
    "2026-02-29T23:38:50Z",
    "1900-02-29T23:38:50Z",
    "2100-02-29T23:38:50Z",
    "9999-02-29T23:38:50.000000Z",
    "２０２６-05-17T23:38:50Z",
    "٢٠٢٦-05-17T23:38:50Z",
    "2026-05-17T23:38:5\u0660Z",
    "2026\u201005\u201017T23:38:50Z",
    "2026-05-17T23\uff1a38:50Z",
    "2026/05/17T23:38:50Z",
    "17-05-2026T23:38:50Z",
    "2026-05-17T23.38.50Z",
    "2026-05-17T-1:38:50Z",
    "2026-05-17T+1:38:50Z",
    "2026-05-17T 1:38:50Z",
    "1779061130",
    "1779061130.5",
    "1e9",
    "2026-05-17T11:38:50PMZ",
    "Sun, 17 May 2026 23:38:50 GMT",
    "2026-05-17T23:38:50.123456\ud800Z",
    "2026-05-17T23:38:50Z" * 2,
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_accepted(text: str) -> None:
    assert instant(text) == ACCEPTED[text]
    assert is_submitted_at(text) is (len(text) == 20)


@pytest.mark.parametrize("text", MALFORMED, ids=ascii)
def test_malformed(text: str) -> None:
    assert instant(text) is None
    assert not is_submitted_at(text)


def test_the_table_is_worth_its_length() -> None:
    """Distinct, and a ready-made parser would have taken many of them."""
    assert len(set(MALFORMED)) == len(MALFORMED) >= 79
    taken = 0
    for text in MALFORMED:
        try:
            datetime.fromisoformat(text)
        except ValueError:
            continue
        taken += 1
    assert taken >= 20


def written(time: datetime, micro: bool, zulu: bool) -> str:
    text = f"{time.year:04d}-{time:%m-%dT%H:%M:%S}"
    return text + (f".{time.microsecond:06d}" if micro else "") + ("Z" if zulu else "+00:00")


TIMES = st.datetimes() | st.integers(0, 10**7).map(
    lambda micros: datetime(2026, 2, 28, 23, 59, 55) + timedelta(microseconds=micros)
)
FORMS = st.tuples(st.booleans(), st.booleans())


@given(TIMES, FORMS, TIMES, FORMS)
def test_instants_sort_as_the_times_they_name(
    one: datetime, one_form: tuple[bool, bool], two: datetime, two_form: tuple[bool, bool]
) -> None:
    first, second = instant(written(one, *one_form)), instant(written(two, *two_form))
    assert first is not None and second is not None
    one = one if one_form[0] else one.replace(microsecond=0)
    two = two if two_form[0] else two.replace(microsecond=0)
    assert (first < second, first == second) == (one < two, one == two)
    assert first == written(one, True, True)[:-1]


def test_every_day_of_four_centuries_and_no_other() -> None:
    """The pattern's calendar against datetime's, over one whole cycle and its neighbours."""
    for year in [*range(1, 9), *range(1896, 2305), *range(9996, 10000)]:
        for month in range(14):
            for day in range(33):
                try:
                    real = bool(datetime(year, month, day, tzinfo=UTC))
                except ValueError:
                    real = False
                text = f"{year:04d}-{month:02d}-{day:02d}T00:00:00Z"
                assert is_submitted_at(text) is real
                assert (instant(text) is not None) is real


@given(st.text(alphabet="0123456789-T:.Z+", max_size=34))
def test_no_string_raises(text: str) -> None:
    result = instant(text)
    assert result is None or (len(result) == 26 and result[:19] == text[:19])
