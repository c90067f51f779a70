"""URLs of captures: form and subject (CAPT-2, CAPT-3)."""

from __future__ import annotations

import pytest

from kit.captures import DATE, STAMP, TARGET, record
from pithbundle.evidence.capture_urls import PROVIDERS, form_of, read_url, subject_of

ARCHIVE = "https://web.archive.org/web"


def form(url: str, captured_at: str = DATE, provider: str = "internet_archive") -> str:
    return form_of(provider, read_url(url), captured_at)


def subject(target: str, arxiv_id: str = "1203.00001") -> str:
    return subject_of(record(arxiv_id), read_url(f"{ARCHIVE}/{STAMP}/{target}"))


@pytest.mark.parametrize("modifier", ["", "id_", "if_", "js_"])
def test_a_capture_has_14_digits_and_the_time_of_the_claim(modifier: str) -> None:
    url = read_url(f"{ARCHIVE}/{STAMP}{modifier}/{TARGET}")
    assert url is not None
    assert (url.stamp, url.modifier, url.target) == (STAMP, modifier, TARGET)
    assert url.is_capture and url.is_original is (modifier == "id_")
    assert form(f"{ARCHIVE}/{STAMP}{modifier}/{TARGET}") == "capture"
    assert form(f"http://Web.Archive.org/{STAMP}{modifier}/{TARGET}") == "capture"


@pytest.mark.parametrize("time", [DATE, "2026-05-20T10:11:12.999+00:00", "2026-05-20T10:11:12.000001Z"])
def test_times_are_compared_to_the_second(time: str) -> None:
    assert form(f"{ARCHIVE}/{STAMP}/{TARGET}", time) == "capture"


@pytest.mark.parametrize("time", ["2026-05-20T10:11:13Z", "2025-05-20T10:11:12Z", "", "20260520101112"])
def test_another_time_differs(time: str) -> None:
    assert form(f"{ARCHIVE}/{STAMP}/{TARGET}", time) == "time_differs"


@pytest.mark.parametrize(
    "middle",
    [
        "2026",
        "2026052010111",
        "20260230101112",
        "20260520251112",
        "*",
        f"{STAMP}*",
        "",
        "id_",
        "00000520101112",
    ],
)
def test_what_names_no_single_capture(middle: str) -> None:
    assert form(f"{ARCHIVE}/{middle}/{TARGET}") == "not_a_capture"
    assert form(f"{ARCHIVE}/{TARGET}") == "not_a_capture"


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_a_name_of_the_archive_with_another_url(provider: str) -> None:
    assert form("https://example.org/x", provider=provider) == "not_a_capture"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/x",
        f"https://a@web.archive.org/web/{STAMP}/{TARGET}",
        f"https://web.archive.org.example/web/{STAMP}/{TARGET}",
    ],
)
def test_another_provider_is_not_checked(url: str) -> None:
    assert form(url, provider="zenodo") == "other_provider"
    assert subject_of(record(), read_url(url)) == "not_recognised"


@pytest.mark.parametrize(
    "rest",
    [
        f"/web.example/{STAMP}/{TARGET}",
        f"/web/{STAMP}/arxiv.org/abs/1203.00001",
        f"/web/{STAMP}idx_/{TARGET}",
        f":443/web/{STAMP}/{TARGET}",
        "/save",
        "",
        "?url=x",
    ],
)
def test_another_url_of_the_archive_is_malformed(rest: str) -> None:
    for provider in ("zenodo", "internet_archive"):
        assert form(f"https://Web.archive.org{rest}", provider=provider) == "malformed"
    assert subject_of(record(), read_url(f"https://web.archive.org{rest}")) == "not_recognised"


def test_more_than_14_digits_are_malformed_and_name_what_they_are_of() -> None:
    url = f"{ARCHIVE}/{STAMP}1/{TARGET}"
    assert form(url, provider="zenodo") == form(url) == "malformed"
    found = read_url(url)
    assert found is not None and (found.stamp, found.is_capture, found.target) == ("", False, TARGET)
    assert subject_of(record(), found) == "exact"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (TARGET, "exact"),
        ("https://arxiv.org/abs/1203.00001", "unversioned"),
        ("https://doi.org/10.48550/arXiv.1203.00001", "unversioned"),
        ("https://arxiv.org/abs/1203.00001v1", "other_version"),
        ("https://arxiv.org/abs/1203.00002v2", "other_paper"),
        ("https://arxiv.org/abs/1203.00001v2?download=1", "not_recognised"),
        ("https://example.org/1203.00001", "not_recognised"),
        (f"https://pith.science/pith/{record().number.suffix}", "record_page"),
        (f"https://pith.science/pith/{record().number.suffix}/", "record_page"),
        (f"https://pith.science/pith/{'A' * 26}", "other_record"),
        (f"https://pith.example/pith/{record().number.suffix}", "not_recognised"),
    ],
)
def test_what_was_captured(target: str, expected: str) -> None:
    assert subject(target) == expected


def test_a_subject_class_makes_no_other_paper() -> None:
    assert subject("https://arxiv.org/abs/math/0309136v2", "math.GT/0309136") == "exact"
    assert subject("https://arxiv.org/abs/math.GT/0309136v2", "math/0309136") == "exact"


def test_of_a_record_that_is_not_of_arxiv_no_paper_is_recognised() -> None:
    assert subject(TARGET, "of-no-form") == "not_recognised"
