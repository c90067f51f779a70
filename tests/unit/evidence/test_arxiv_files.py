"""A file of metadata in any form (ARXIV-1)."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.arxiv import Paper, metadata_in, xml
from kit.data import fuzz_count
from pithbundle.encoding.limits import Limits
from pithbundle.errors import PithError
from pithbundle.evidence.arxiv import ArxivMetadata, MetadataError
from pithbundle.evidence.arxiv_files import read_metadata

#: One paper in each form; white space before the first byte changes nothing.
FORMS = {"xml": xml(Paper()), "snapshot": Paper().line(), "abs": Paper().abs()}
OTHER = Paper("1203.00002", title="Another")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("wanted", [(), (Paper().arxiv_id,), (Paper().arxiv_id, "1")])
@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_the_form_is_recognised(form: str, wanted: tuple[str, ...], size: int) -> None:
    data = FORMS[form]
    if form == "snapshot":
        data = b"\n \n" + data
    found = read_metadata([data[at : at + size] for at in range(0, len(data), size)], wanted)
    (metadata,) = found.values()
    assert isinstance(metadata, ArxivMetadata) and metadata.record == Paper().metadata.record


@pytest.mark.parametrize("form", FORMS)
def test_a_paper_that_is_not_there_is_not_found(form: str) -> None:
    assert read_metadata([FORMS[form]], ["1203.9"]) == {}


@pytest.mark.parametrize("data", [xml(Paper(), OTHER), Paper().line() + OTHER.line()])
def test_of_several_papers_one_is_named(data: bytes) -> None:
    assert read_metadata([data], [OTHER.arxiv_id]) == {OTHER.arxiv_id: OTHER.metadata}
    with pytest.raises(MetadataError, match="several papers") as caught:
        read_metadata([data])
    assert (caught.value.code, caught.value.clause) == ("type", "ARXIV-2")


def test_the_first_metadata_of_a_paper_counts_and_ends_the_reading() -> None:
    def blocks() -> Iterator[bytes]:
        yield Paper().line()
        yield Paper(title="Later").line()
        raise AssertionError

    assert read_metadata(blocks(), [Paper().arxiv_id]) == {Paper().arxiv_id: Paper().metadata}


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "syntax"), (b" \n", "syntax"), (b"%PDF", "syntax"), (b"\x1f\x8b", "syntax"), (b"{}", "type"),
     (b"<a/>", "type"), (b"--", "syntax")],
)  # fmt: skip
def test_another_file_is_one_error(data: bytes, code: str) -> None:
    with pytest.raises(PithError) as caught:
        read_metadata([data])
    assert caught.value.code == code


@pytest.mark.parametrize("beginning", [b"<", b"-", b" ", b"{"])
def test_a_file_without_an_end_is_read_up_to_the_limit(beginning: bytes) -> None:
    def blocks() -> Iterator[bytes]:
        yield beginning
        for _ in range(200):
            yield b" " * 1_000
        raise AssertionError

    with pytest.raises(PithError) as caught:
        read_metadata(blocks(), ["1"], Limits(size=100_000))
    assert caught.value.code in ("size", "syntax")


@pytest.mark.fuzz
@pytest.mark.parametrize("form", FORMS)
@given(data=st.data())
def test_any_bytes_give_metadata_or_one_error(form: str, data: st.DataObject) -> None:
    for _ in range(max(1, fuzz_count(0) // 10_000)):
        changed = bytearray(FORMS[form])
        for _ in range(data.draw(st.integers(1, 3))):
            at = data.draw(st.integers(0, len(changed) - 1))
            cut = data.draw(st.integers(0, 3))
            changed[at : at + cut] = data.draw(st.binary(max_size=3))
        try:
            found = read_metadata([bytes(changed)], data.draw(st.sampled_from([(), (Paper().arxiv_id,)])))
        except PithError:
            continue
        for metadata in found.values():
            assert isinstance(metadata, MetadataError) or metadata.record.source_kind == "arxiv"


def test_the_authors_are_read_from_each_form_and_change_no_number() -> None:
    for data in (Paper().line(), Paper().abs(), xml(Paper())):
        (found,) = metadata_in(data).values()
        assert found.authors == "Ada & Ben"
        assert found.record == Paper(authors="").metadata.record
    nobody = {name: member for name, member in Paper().value().items() if name != "authors"}
    (without,) = metadata_in(json.dumps(nobody).encode()).values()
    assert without == Paper(authors="").metadata
