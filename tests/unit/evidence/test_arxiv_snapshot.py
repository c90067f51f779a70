"""Metadata as the snapshot, JSON on each line (ARXIV-1, ARXIV-2)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.arxiv import DATES, Paper
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.errors import InputError, PithError
from pithbundle.evidence import arxiv_snapshot
from pithbundle.evidence.arxiv import MetadataError
from pithbundle.evidence.arxiv_snapshot import read_snapshot

PAPERS = [Paper(f"1203.{n:05}", dates=DATES[: 1 + n % 3], license=None) for n in range(20)]
PAPERS.append(Paper("hep-th/9901001"))
DATA = b"".join(paper.line() for paper in PAPERS)


def read(data: bytes, *wanted: str, limits: Limits = DEFAULT_LIMITS, size: int = 1 << 20) -> dict[str, Any]:
    blocks = (data[at : at + size] for at in range(0, len(data), size))
    return dict(read_snapshot(blocks, wanted, limits))


def test_every_part_is_read() -> None:
    assert read(DATA) == {paper.arxiv_id: paper.metadata for paper in PAPERS}


@given(st.integers(1, 3_000), st.sets(st.sampled_from([paper.arxiv_id for paper in PAPERS])))
def test_blocks_and_other_papers_change_nothing(size: int, ids: set[str]) -> None:
    wanted = [*ids, "9999.99999"]
    expected = {paper.arxiv_id: paper.metadata for paper in PAPERS if paper.arxiv_id in ids}
    assert read(DATA, *wanted, size=size) == expected
    assert read(DATA.rstrip(b"\n"), *wanted, size=size) == expected
    assert read(DATA.replace(b"\n", b"\r\n\n"), *wanted, size=size) == expected


@pytest.mark.parametrize("paper", [Paper("hep-th/9901001"), Paper()])
def test_the_identifier_is_found_however_the_line_is_written(paper: Paper) -> None:
    value = paper.value()
    lines = [
        json.dumps(value, separators=(",", ":")),
        json.dumps(value),
        json.dumps(dict(reversed(value.items()))),
        json.dumps(value, separators=(",", ":")).replace("/", "\\/"),
    ]
    for line in lines:
        assert read(line.encode(), paper.arxiv_id, "1") == {paper.arxiv_id: paper.metadata}, line


def test_an_identifier_elsewhere_in_a_line_is_not_that_of_the_paper() -> None:
    other = json.dumps(Paper("1", abstract="See 1203.00003.").value()).encode() + b"\n"
    inside = b'{"x":{"id":"1203.00003"},"id":"2"}\n{"x":{"id":"1203.00003"}}\n[{"id":"1203.00003"}]\n'
    assert set(read(other + inside + DATA, "1203.00003")) == {"1203.00003"}


def test_only_lines_with_a_wanted_identifier_are_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    real, parsed = parse_json, []

    def counted(data: bytes, limits: Limits) -> Any:
        parsed.append(data)
        return real(data, limits)

    monkeypatch.setattr(arxiv_snapshot.__name__ + ".parse_json", counted)
    of_another = Paper("1", abstract="See 1203.00003.").line()
    junk = b"junk\n" + b'{"id":"1203.000033"}\n' + of_another
    assert set(read(junk + DATA, "1203.00003", "hep-th/9901001")) == {"1203.00003", "hep-th/9901001"}
    assert len(parsed) == 2


def test_blocks_are_read_as_they_are_needed() -> None:
    def blocks() -> Iterator[bytes]:
        yield DATA
        raise AssertionError

    name, _ = next(read_snapshot(blocks(), ["1203.00000"], DEFAULT_LIMITS))
    assert name == "1203.00000"


@pytest.mark.parametrize(
    "changed",
    [
        {"title": 1}, {"title": None}, {"license": 1}, {"categories": ["hep-lat"]}, {"versions": None},
        {"versions": [1]}, {"versions": [{"version": "v1"}]}, {"versions": [{"version": 1, "created": "x"}]},
    ],
)  # fmt: skip
def test_a_part_of_another_type_is_reported(changed: dict[str, Any]) -> None:
    data = json.dumps({**Paper().value(), **changed}).encode()
    (error,) = read(data, Paper().arxiv_id).values()
    assert isinstance(error, MetadataError) and (error.code, error.clause) == ("type", "ARXIV-2")


@pytest.mark.parametrize(
    ("line", "code"),
    [(b"{", "syntax"), (b"[]", "type"), (b'{"id": 1}', "type"), (b'{"id":"1","id":"1"}', "duplicate_key")],
)
def test_a_line_that_is_no_paper_is_one_error(line: bytes, code: str) -> None:
    with pytest.raises(PithError) as caught:
        read(Paper().line() + line)
    assert caught.value.code == code
    assert "line 2" in caught.value.fault.detail


def test_a_line_over_the_limit_is_not_kept() -> None:
    endless = (b"x" * 1_000 for _ in range(100_000))
    with pytest.raises(InputError, match="limit of 10000") as caught:
        next(read_snapshot(endless, ["1"], Limits(size=10_000)))
    assert caught.value.code == "size"
    assert len([*endless]) > 99_900
    with pytest.raises(InputError, match="line 2"):
        read(b"{}\n" + b"x" * 50 + b"\n" + DATA, "1", limits=Limits(size=49))


def test_an_identifier_that_is_not_unicode_is_not_there() -> None:
    """As an argument that is not UTF-8 becomes; any other surrogate likewise."""
    assert read(DATA, "\udcff", "\ud800") == {}
