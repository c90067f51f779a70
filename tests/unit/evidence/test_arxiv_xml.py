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


@pytest.mark.parametrize("around", ["{}", "<a>{}</a>", "<version><a>{}</a></version>"])
def test_a_part_of_a_part_is_none(around: str) -> None:
    another = around.format("<title>Another</title>")
    inside = Paper().element().replace("<authors>", f"<comments>{another}</comments><authors>", 1)
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


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("<title>", "<title>Another</title><title>", "two elements title"),
        ("<abstract>", '<version version="v3"><size>1kb</size></version><abstract>', "not one date"),
        ("</version>", f"<date>{DATES[0][1]}</date></version>", "not one date"),
    ],
)
def test_a_part_that_is_missing_or_there_twice_rejects_that_paper_alone(
    old: str, new: str, words: str
) -> None:
    """A newest version without a date was passed over: the number was that of the one before it."""
    bad = Paper().element().replace(old, new, 1)
    (_, error), (_, found) = read(f"<all>{bad}{Paper('1203.00002').element()}</all>".encode())
    assert isinstance(error, MetadataError) and (error.code, error.clause) == ("type", "ARXIV-2")
    assert words in str(error) and found == Paper("1203.00002").metadata


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<a>" * 40 + b"</a>" * 40, "depth"),
        (b"<a>" + b" " * (4 << 20) + b"</a>", "size"),
    ],
)
def test_limits_hold(data: bytes, code: str) -> None:
    with pytest.raises(PithError) as caught:
        read(data)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "data",
    [b'<a xmlns="%b"/>', b'<a xmlns:p="%b" p:b=""/>', b"<%b/>", b'<a %b=""/>'],
    ids=["namespace", "prefix", "element", "attribute"],
)
def test_a_long_name_is_rejected(data: bytes) -> None:
    """The parser repeats a namespace: 4 MB with a long one took hours, or hundreds of gigabytes."""
    assert [code_of(data % (b"x" * size)) for size in (256, 257)] == ["type", "syntax"]


def test_attributes_are_counted() -> None:
    assert [code_of(b'<a b="" c=""/>', Limits(nodes=nodes)) for nodes in (3, 2)] == ["type", "nodes"]


def code_of(data: bytes, limits: Limits = DEFAULT_LIMITS) -> str:
    with pytest.raises(PithError) as caught:
        read(data, limits)
    return caught.value.code
