"""What is read of a PDF, and what is rejected (PDF-1, PDF-5)."""

from __future__ import annotations

import logging
import pickle
from io import BytesIO

import pytest
from pypdf import PdfWriter

from kit.latex import LINK, SUFFIX
from kit.pdfs import NUMBER, PAPER, link, page, pdf, stream, with_info, with_xmp, xmp
from pithbundle.errors import EvidenceError
from pithbundle.paper import pdf as module
from pithbundle.paper.pdf import read_pdf

OTHER = SUFFIX[::-1]


def numbers(data: bytes) -> list[tuple[str, str, int | None, str | None, bool]]:
    """What a file has that is read without a fault."""
    found = read_pdf(data)
    assert (found.unread, found.repair) == ((), "")
    return [(each.place, each.name, each.page, each.number, each.names) for each in found.numbers]


def test_what_the_package_writes() -> None:
    assert numbers(PAPER) == [
        ("info", "PithNumber", None, NUMBER, True),
        ("link", "", 1, NUMBER, False),
    ]
    assert read_pdf(PAPER).pages == 1


def test_a_file_without_metadata_has_no_number() -> None:
    assert numbers(pdf()) == []
    assert numbers(with_info(b"/Title (A Title) /Number 7 /Name /PithNumber")) == []


def test_strings_in_each_form() -> None:
    utf16 = b"<" + ("\ufeff" + NUMBER).encode("utf-16-be").hex().encode() + b">"
    text = NUMBER.encode()
    found = numbers(with_info(b"/A <%s> /B %s /C 5 0 R /D (%s \x9f)" % (text.hex().encode(), utf16, text),
                              {5: b"(%s)" % text}))  # fmt: skip
    assert [(name, number) for _, name, _, number, _ in found] == [(name, NUMBER) for name in "ABCD"]


def test_xmp_has_texts_lists_and_attributes() -> None:
    data = xmp(
        f"<dc:identifier>{NUMBER}</dc:identifier>"
        f"<dc:subject><rdf:Bag><rdf:li>pith:2003:{OTHER}</rdf:li></rdf:Bag></dc:subject>"
        f'<p:q xmlns:p="urn:p" p:id="{LINK}">see {NUMBER}</p:q>'
    )
    for given in (with_xmp(data), with_xmp(b"\xef\xbb\xbf" + data.partition(b"?>")[2] + b"\0\0")):
        assert numbers(given) == [
            ("xmp", "dc:identifier", None, NUMBER, True),
            ("xmp", "dc:subject", None, f"pith:2003:{OTHER}", True),
            ("xmp", "id", None, NUMBER, True),
            ("xmp", "q", None, NUMBER, False),
        ]
    assert numbers(pdf({1: b"<< /Type /Catalog /Pages 2 0 R /Metadata 5 0 R >>", 5: b"<< >>"})) == []


@pytest.mark.parametrize(
    ("elements", "name"),
    [
        ("<dc:relation><rdf:Bag><rdf:li>{}</rdf:li></rdf:Bag></dc:relation>", "dc:relation"),
        ("<dc:source>{}</dc:source>", "dc:source"),
        ('<c:cites xmlns:c="http://purl.org/spar/cito/" rdf:resource="{}"/>', "cites"),
        ('<a:DerivedFrom xmlns:a="urn:a" a:documentID="{}"/>', "documentID"),
        ('<a:x xmlns:a="urn:a" a:references="{}"/>', "references"),
    ],
)
def test_an_element_about_another_work_mentions_its_number(elements: str, name: str) -> None:
    after = f"<dc:identifier>{NUMBER}</dc:identifier>"
    assert numbers(with_xmp(xmp(elements.format(f"pith:{OTHER}") + after))) == [
        ("xmp", name, None, f"pith:{OTHER}", False),
        ("xmp", "dc:identifier", None, NUMBER, True),
    ]


def test_a_text_around_an_element_is_not_joined() -> None:
    assert numbers(with_xmp(xmp(f"<dc:identifier>pith:<dc:b/>{SUFFIX}</dc:identifier>"))) == []
    resource = xmp(f'<dc:identifier rdf:resource="{LINK}"/>')
    assert numbers(with_xmp(resource)) == [("xmp", "dc:identifier", None, NUMBER, True)]


def test_links_have_their_page_and_each_number_is_once_on_a_page() -> None:
    two = link(LINK.encode()) * 2 + link(b"https://example.org/")
    rest = b"<< /Subtype /Text >> 7 << /A 5 >>"
    kids = b"<< /Type /Pages /Kids [3 0 R 6 0 R 7 0 R] /Count 3 >>"
    bare = b"<< /Type /Page /Parent 2 0 R /Annots 5 >>"
    assert numbers(pdf({2: kids, 3: page(rest), 6: page(two), 7: bare})) == [("link", "", 2, NUMBER, False)]


def test_a_part_that_cannot_be_read_does_not_hide_the_others() -> None:
    found = read_pdf(with_info(b"/PithNumber (%s) /A 9 0 R" % NUMBER.encode(), {9: b"[" * 5_000}))
    assert [each.number for each in found.numbers] == [NUMBER]
    assert dict(found.unread)["info"].startswith("RecursionError: ")
    damaged = read_pdf(with_xmp(b"<a>"))
    assert dict(damaged.unread)["xmp"] == "not XML in UTF-8: no element found"
    bomb = read_pdf(with_xmp(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'))
    assert "a document type" in dict(bomb.unread)["xmp"]
    no_pages = read_pdf(PAPER.replace(b"/Type /Pages", b"/Type /Other"))
    assert no_pages.numbers[0].number == NUMBER


@pytest.mark.parametrize("is_stream", [False, True])
def test_document_information_that_an_update_removes_is_not_read(is_stream: bool) -> None:
    before = with_info(b"/PithNumber (%s)" % NUMBER.encode())
    members = b"/Size 6 /Root 1 0 R /Prev %d" % before.rindex(b"xref\n0 1")
    if is_stream:
        row = b"\1" + len(before).to_bytes(3, "big") + b"\0"
        table = b"5 0 obj\n%s\nendobj\n" % stream(row, b"/Type /XRef /W [1 3 1] /Index [5 1] " + members)
    else:
        table = b"xref\n4 1\n0000000000 00001 f \ntrailer\n<< %s >>\n" % members
    found = read_pdf(before + table + b"startxref\n%d\n%%%%EOF\n" % len(before))
    assert (found.numbers, found.unread, found.repair) == ((), (), "")
    assert numbers(before) == [("info", "PithNumber", None, NUMBER, True)]


def test_a_file_that_needs_a_repair_is_reported_as_that(caplog: pytest.LogCaptureFixture) -> None:
    moved = read_pdf(b"\n" * 40 + PAPER)
    assert [each.number for each in moved.numbers] == [NUMBER, NUMBER] and moved.repair
    assert caplog.records == [] and logging.getLogger("pypdf").propagate


def encrypted() -> bytes:
    writer, out = PdfWriter(), BytesIO()
    writer.add_blank_page(9, 9)
    writer.encrypt("", "owner", algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"", "it does not begin as a PDF does, with %PDF-"),
        (b" " * 1_020 + PAPER, "it does not begin as a PDF does, with %PDF-"),
        (b"%PDF-1.7\n", "pypdf cannot read it: "),
        (PAPER[:-200], "pypdf cannot read it: "),
        (encrypted(), "it is encrypted, so that its metadata cannot be read"),
        (pdf({1: b"7"}), "pypdf cannot read it: PdfReadError: Cannot find Root object"),
    ],
)
def test_another_file_is_rejected(data: bytes, detail: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        read_pdf(data)
    assert (caught.value.code, caught.value.clause) == ("pdf_invalid", "PDF-5")
    assert detail in caught.value.fault.detail


@pytest.mark.parametrize(
    ("bound", "data", "detail"),
    [
        ("_MOST_NUMBERS", with_info(b"/A (%s) /B (%s)" % (NUMBER.encode(), OTHER.encode())), "1 numbers"),
        ("_MOST_LINKS", pdf({3: page(link(b"a") * 2)}), "1 annotations"),
        ("_MOST_PAGES", pdf({2: b"<< /Type /Pages /Kids [3 0 R 3 0 R] >>"}), "1 pages"),
    ],
)
def test_what_is_over_a_bound_is_rejected_and_is_no_part(
    bound: str, data: bytes, detail: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = data.replace(OTHER.encode(), b"pith:" + OTHER.encode())
    read_pdf(data)
    monkeypatch.setattr(module, bound, 1)
    with pytest.raises(EvidenceError, match=f"more than the limit of {detail}") as caught:
        read_pdf(data)
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is EvidenceError and again == EvidenceError.of(caught.value.fault)


def test_short_memory_is_no_fault_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def short(*_: object) -> bool:
        raise MemoryError

    monkeypatch.setattr(module, "numbers_of", short)
    with pytest.raises(MemoryError):
        read_pdf(PAPER)


def test_a_text_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LONGEST_TEXT", 40)
    assert numbers(with_info(b"/A (%s %s)" % (b"x" * 40, NUMBER.encode()))) == []
    assert numbers(with_xmp(xmp(f"<dc:x>{'x' * 40}&#32;{NUMBER}</dc:x>"))) == []
