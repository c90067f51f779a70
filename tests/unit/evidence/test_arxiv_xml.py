"""Metadata as XML (ARXIV-1, ARXIV-2)."""

from __future__ import annotations

import pytest

from kit.arxiv import DATES, Paper, xml
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.errors import PithError
from pithbundle.evidence.arxiv import ArxivMetadata, MetadataError
from pithbundle.evidence.arxiv_xml import read_xml


def read(data: bytes, limits: Limits = DEFAULT_LIMITS) -> list[tuple[str, ArxivMetadata | MetadataError]]:
    return list(read_xml(data, limits))


def test_every_part_is_read() -> None:
    papers = [Paper(), Paper("hep-th/9901001", dates=DATES, license=None)]
    assert read(xml(*papers)) == [(each.arxiv_id, each.metadata) for each in papers]
    assert read(Paper().element().encode()) == [(Paper().arxiv_id, Paper().metadata)]


def test_elements_of_another_namespace_are_no_parts() -> None:
    inside = Paper().element().replace("<title>", '<title xmlns="urn:x">Another</title><title>', 1)
    assert read(inside.encode()) == [(Paper().arxiv_id, Paper().metadata)]


def test_a_part_of_a_part_is_none() -> None:
    inside = Paper().element().replace("<authors>", "<authors><title>Another</title>", 1)
    assert read(inside.encode()) == [(Paper().arxiv_id, Paper().metadata)]


def test_one_bad_paper_leaves_the_others() -> None:
    bad = Paper("1203.00002", dates=())
    (_, first), (name, error) = read(xml(Paper(), bad))
    assert first == Paper().metadata
    assert isinstance(error, MetadataError) and (name, error.code) == ("1203.00002", "type")


@pytest.mark.parametrize(
    "before",
    [
        "<!DOCTYPE x>",
        '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    ],
)
def test_a_document_type_is_rejected(before: str) -> None:
    with pytest.raises(MetadataError, match="document type") as caught:
        read(xml(Paper(), before=before))
    assert (caught.value.code, caught.value.clause) == ("syntax", "ARXIV-1")


@pytest.mark.parametrize(
    "data",
    [
        b"<", b"<a>", b"<a></b>", xml(Paper())[:-1], xml(Paper()) + b"x",
        xml(Paper()).replace(b"Title", b"T\xff"),
        xml(Paper(title="&x;")).replace(b"&amp;x;", b"&x;"), xml(Paper()).decode().encode("utf-16"),
        xml(Paper()).replace(b"<title>", b"<title>\x01"),
    ],
)  # fmt: skip
def test_what_is_no_xml_is_one_error(data: bytes) -> None:
    with pytest.raises(MetadataError) as caught:
        read(data)
    assert caught.value.code == "syntax" and caught.value.offset is not None


def test_another_declared_encoding_changes_nothing() -> None:
    paper = Paper(title="Erdős")
    data = xml(paper).replace(b'encoding="UTF-8"', b'encoding="ISO-8859-1"')
    assert read(data) == [(paper.arxiv_id, paper.metadata)]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'<dc xmlns="http://www.openarchives.org/OAI/2.0/oai_dc/"/>', "oai_dc"),
        (b'<arXiv xmlns="http://arxiv.org/OAI/arXiv/"/>', "form arXiv"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"/>', "license"),
        (b"<arXivRaw/>", "no paper"),
    ],
)
def test_another_form_is_named(data: bytes, words: str) -> None:
    with pytest.raises(MetadataError, match=words) as caught:
        read(data)
    assert (caught.value.code, caught.value.clause) == ("type", "ARXIV-2")


def test_a_part_that_is_there_twice_is_rejected() -> None:
    inside = Paper().element().replace("<title>", "<title>Another</title><title>", 1)
    with pytest.raises(MetadataError, match="two elements title"):
        read(inside.encode())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<a>" * 40 + b"</a>" * 40, "depth"),
        (b"<a>" + b"<b/>" * 200_000 + b"</a>", "nodes"),
        (b"<a>" + b" " * (4 << 20) + b"</a>", "size"),
    ],
)
def test_limits_hold(data: bytes, code: str) -> None:
    with pytest.raises(PithError) as caught:
        read(data)
    assert caught.value.code == code
