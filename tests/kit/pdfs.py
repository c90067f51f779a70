"""PDF files made by hand, byte by byte: well-formed ones, and what nobody who means well writes."""

from __future__ import annotations

from typing import Final

from kit.latex import LINK, SUFFIX

NUMBER: Final = f"pith:{SUFFIX}"
_CATALOG: Final = b"<< /Type /Catalog /Pages 2 0 R >>"
_PAGES: Final = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
_PAGE: Final = b"<< /Type /Page /Parent 2 0 R >>"
_XMP: Final = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">{}</rdf:Description>'
    '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)


def pdf(objects: dict[int, bytes] | None = None, trailer: bytes = b"") -> bytes:
    """A PDF of one page, with objects in place of its own or beside them."""
    all_of_it = {1: _CATALOG, 2: _PAGES, 3: _PAGE, **(objects or {})}
    out, table = b"%PDF-1.7\n", b"xref\n0 1\n0000000000 65535 f \n"
    for number, value in all_of_it.items():
        table += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, value)
    end = b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
    return out + table + end % (max(all_of_it) + 1, trailer, len(out))


def with_info(members: bytes, objects: dict[int, bytes] | None = None) -> bytes:
    """A PDF with document information."""
    return pdf({**(objects or {}), 4: b"<< %s >>" % members}, b"/Info 4 0 R")


def stream(data: bytes, members: bytes = b"") -> bytes:
    """An object that is a stream."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), members, data)


def with_xmp(data: bytes, members: bytes = b"") -> bytes:
    """A PDF whose catalog has XMP."""
    catalog = b"<< /Type /Catalog /Pages 2 0 R /Metadata 4 0 R >>"
    return pdf({1: catalog, 4: stream(data, members)})


def xmp(elements: str) -> bytes:
    """XMP with such elements."""
    return _XMP.format(elements).encode()


def link(uri: bytes) -> bytes:
    """An annotation that is a link."""
    return b"<< /Subtype /Link /A << /S /URI /URI (%s) >> >>" % uri


def page(annotations: bytes) -> bytes:
    """A page with annotations."""
    return b"<< /Type /Page /Parent 2 0 R /Annots [%s] >>" % annotations


#: What the package for LaTeX writes: the document information and a link.
PAPER: Final = with_info(
    b"/Title (A Title) /PithNumber (%s)" % NUMBER.encode(), {3: page(link(LINK.encode()))}
)
