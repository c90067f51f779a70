"""Metadata as an ``.abs`` file (ARXIV-1, ARXIV-2)."""

from __future__ import annotations

import contextlib
import time

import pytest

from kit.arxiv import DATES, Paper
from kit.processor import slowness
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.errors import PithError
from pithbundle.evidence.arxiv_abs import read_abs


@pytest.mark.parametrize("paper", [Paper(), Paper("hep-th/9901001", dates=DATES, license=None)])
def test_every_part_is_read(paper: Paper) -> None:
    data = paper.abs()
    for each in (data, data.replace(b"\n", b"\r\n"), data.replace(b"arXiv:", b"Paper: ")):
        found = read_abs(each, DEFAULT_LIMITS)
        assert found.record == paper.metadata.record and found.versions == paper.metadata.versions


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"\\\\\n  An", b"\\\\\n\\\\\n  An", "syntax"),
        (b"\\\\\n  An", b"\\\\\n" * 9 + b"  An", "syntax"),
        (b"second line.\n", b"second line.\n\\\\\n", "syntax"),
        (b"\\\\\narXiv", b"arXiv", "syntax"),
        (b"-----", b"x----", "syntax"),
        (b"From: ", b"From ", "syntax"),
        (b"From: ", b" From: ", None),
        (b"\\\\\narXiv", b"\\\\\n  x\narXiv", "syntax"),
        (b"From: ", b"Title: x\nFrom: ", "syntax"),
        (b"From: ", b"Paper: x\nFrom: ", "type"),
        (b"arXiv:", b"arxiv:", "type"),
        (b"Categories", b"Categorie", "type"),
        (b"Title", b"T\xff", "utf8"),
        (b"(revised v2)", b"(revised v1)", "type"),
        (b"(revised v2)", b"(withdrawn)", None),
        (b"GMT   (15kb,D)", b"GMT", None),
        (b"GMT   (15kb,D)", b"EDT", "time"),
    ],
)
def test_what_is_no_such_file_is_one_error(old: bytes, new: bytes, code: str | None) -> None:
    data = Paper().abs()
    assert old in data
    try:
        read_abs(data.replace(old, new, 1), DEFAULT_LIMITS)
    except PithError as error:
        assert error.code == code
    else:
        assert code is None


def test_the_limit_on_the_size_holds() -> None:
    with pytest.raises(PithError) as caught:
        read_abs(Paper().abs(), Limits(size=100))
    assert caught.value.code == "size"


@pytest.mark.parametrize(
    "field",
    [b"Note: x" + b"\n x" * 400_000, b"Date (revised v3): x" + b" " * 200_000 + b"x"],
    ids=["lines", "spaces"],
)
def test_a_long_field_is_read_once(field: bytes) -> None:
    """A field was copied for each of its lines, and a run of spaces was tried at each of them."""
    data = Paper().abs().replace(b"From: ", field + b"\nFrom: ")
    started = time.process_time()
    with contextlib.suppress(PithError):
        read_abs(data, DEFAULT_LIMITS)
    assert time.process_time() - started < 2 * slowness()
