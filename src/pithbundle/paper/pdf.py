"""The texts of a PDF that may contain a Pith Number, read by pypdf (spec PDF-1, PDF-5).

pypdf is an extra: nothing else of the package imports this module before it is needed. It follows what the
file says, so that :mod:`~pithbundle.paper.pdf_process` runs it within bounds.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import IO, Any, Final

from pypdf import Configuration, PdfReader, apply_configuration
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from pithbundle.encoding.limits import Limits
from pithbundle.errors import EvidenceError, PithError
from pithbundle.evidence.bounded_xml import parse_xml
from pithbundle.paper.pdf_numbers import NumberInPdf, ReadPdf, numbers_of, relates_to_another

#: What is read of one file: pages, links, numbers.
_MOST_PAGES: Final = 10_000
_MOST_LINKS: Final = 100_000
_MOST_NUMBERS: Final = 1_000
#: How a file begins, and within how many bytes: readers of PDF accept some before.
_BEGINNING: Final = b"%PDF-"
_BEFORE_BEGINNING: Final = 1_024
#: The characters of a text.
_LONGEST_TEXT: Final = 1 << 16
_XMP: Final = Limits(size=4 << 20, depth=64, nodes=100_000)
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
#: The attribute whose text is the value of its element.
_RESOURCE: Final = f"{_RDF} resource"
_DC: Final = "http://purl.org/dc/elements/1.1/"
#: The members of a trailer that name the catalog and the document information.
_ROOT, _INFO = "/Root", "/Info"
#: What a stream expands to, in bytes.
_MOST_OF_STREAM: Final = 32 << 20
_CONFIGURATION: Final = Configuration(
    maximum_declared_stream_length=_MOST_OF_STREAM,
    array_based_stream_maximum_output_length=_MOST_OF_STREAM,
    lzw_maximum_output_length=_MOST_OF_STREAM,
    run_length_maximum_output_length=_MOST_OF_STREAM,
    zlib_maximum_output_length=_MOST_OF_STREAM,
    # Recovering a damaged stream byte by byte takes a second for each million of them.
    zlib_maximum_recovery_input_length=1 << 18,
    stream_decoding_work_maximum_length=2 * _MOST_OF_STREAM,
    stream_filters_maximum_length=4,
    page_tree_maximum_entries=2 * _MOST_PAGES,
    # No other program is started.
    jbig2dec_binary=None,
    disable_legacy_handling=True,
)


def read_pdf(data: bytes) -> ReadPdf:
    """Return the numbers in the metadata and the links of a PDF (PDF-1).

    Args:
        data: the file.

    Raises:
        EvidenceError: ``pdf_invalid``: it is no PDF that can be read, is encrypted, or is over a bound.
        MemoryError: the memory of the process does not suffice.
    """
    if _BEGINNING not in data[:_BEFORE_BEGINNING]:
        raise _invalid("it does not begin as a PDF does, with %PDF-")
    with apply_configuration(_CONFIGURATION), _repairs() as repaired:
        try:
            reader = _LastRevision(BytesIO(data))
            if reader.is_encrypted:
                raise _invalid("it is encrypted, so that its metadata cannot be read")
            return _Reading(reader).read(repaired)
        except (PithError, MemoryError):
            raise
        except Exception as error:
            raise _invalid(f"pypdf cannot read it: {_reason(error)}") from None


def _invalid(detail: str) -> EvidenceError:
    return EvidenceError("pdf_invalid", detail)


def _reason(error: Exception) -> str:
    """An error of a part of the file, or of pypdf, as one short text."""
    if isinstance(error, PithError):
        return error.fault.message
    return f"{type(error).__name__}: {error}"[:200]


class _Repairs(logging.Handler):
    """The first warning of pypdf, which repairs what it can; without this it would print them."""

    def __init__(self) -> None:
        super().__init__()
        self.first = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the first."""
        self.first = self.first or record.getMessage()[:200]


@contextmanager
def _repairs() -> Iterator[_Repairs]:
    """Take the warnings of pypdf."""
    logger, handler = logging.getLogger("pypdf"), _Repairs()
    before = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield handler
    finally:
        logger.removeHandler(handler)
        logger.propagate = before


class _LastRevision(PdfReader):
    """A reader that takes the document information from the last trailer alone (PDF-1).

    pypdf takes what that trailer does not have from earlier ones: a program that removes metadata by an
    update leaves it out, and the number would be read all the same.
    """

    def _read_xref(self, stream: IO[Any]) -> int | None:
        with self._one_information():
            return super()._read_xref(stream)

    def _process_xref_stream(self, xrefstream: DictionaryObject) -> None:
        with self._one_information():
            super()._process_xref_stream(xrefstream)

    @contextmanager
    def _one_information(self) -> Iterator[None]:
        # The trailers are read from the last one on, and each has a root.
        is_without = _ROOT in self.trailer and _INFO not in self.trailer
        yield
        if is_without:
            self.trailer.pop(_INFO, None)


class _Reading:
    """The reading of one file: a part that cannot be read does not keep the others from it."""

    def __init__(self, reader: PdfReader) -> None:
        self._reader = reader
        #: In their order, each once.
        self._numbers: dict[NumberInPdf, None] = {}
        self._unread: dict[str, str] = {}
        self._links = 0
        self._pages = 0

    def read(self, repaired: _Repairs) -> ReadPdf:
        """Read each part."""
        # Without a catalog it is no document.
        catalog = self._reader.root_object
        self._part("info", self._info)
        self._part("xmp", lambda: self._xmp(catalog))
        self._part("links", self._pages_of_file)
        return ReadPdf(tuple(self._numbers), tuple(self._unread.items()), repaired.first, self._pages)

    def _part(self, name: str, read: Callable[[], None]) -> None:
        """Read one part; what is over a bound ends the reading."""
        try:
            read()
        except (_OverBound, MemoryError):
            raise
        except Exception as error:
            self._unread.setdefault(name, _reason(error))

    def _add(self, found: tuple[NumberInPdf, ...]) -> None:
        self._numbers.update(dict.fromkeys(found))
        if len(self._numbers) > _MOST_NUMBERS:
            raise _OverBound("pdf_invalid", f"more than the limit of {_MOST_NUMBERS} numbers")

    def _info(self) -> None:
        for key, value in (self._reader.metadata or {}).items():
            text = _text(value.get_object())
            if text is not None:
                self._add(numbers_of("info", key.removeprefix("/"), None, text))

    def _xmp(self, catalog: DictionaryObject) -> None:
        stream = _member(catalog, "/Metadata")
        if not isinstance(stream, StreamObject):
            return
        data = stream.get_data().removeprefix(b"\xef\xbb\xbf").rstrip(b"\0")
        found = _XmpTexts(self._add)
        parse_xml(data, _XMP, found, lambda detail, _offset: _invalid(detail))

    def _pages_of_file(self) -> None:
        for page in self._reader.pages:
            self._pages += 1
            if self._pages > _MOST_PAGES:
                raise _OverBound("pdf_invalid", f"more than the limit of {_MOST_PAGES} pages")
            self._part("links", lambda page=page: self._links_of(page))  # type: ignore[misc]

    def _links_of(self, page: DictionaryObject) -> None:
        annotations = _member(page, "/Annots")
        for each in annotations if isinstance(annotations, ArrayObject) else ():
            self._links += 1
            if self._links > _MOST_LINKS:
                raise _OverBound("pdf_invalid", f"more than the limit of {_MOST_LINKS} annotations")
            action = _member(each.get_object(), "/A")
            text = _text(_member(action, "/URI"))
            if text is not None:
                self._add(numbers_of("link", "", self._pages, text))


class _OverBound(EvidenceError):
    """The file is over a bound: nothing more of it is read."""

    def __reduce__(self) -> tuple[object, ...]:
        # What another process receives is the error of the family.
        return EvidenceError, self.args[:2]


def _member(value: PdfObject | None, name: str) -> PdfObject | None:
    """The member of a dictionary; None where there is none, or no dictionary."""
    if not isinstance(value, DictionaryObject) or name not in value:
        return None
    found = value.raw_get(name).get_object()
    return found if isinstance(found, PdfObject) else None


def _text(value: PdfObject | None) -> str | None:
    """A string of the file, cut; None for anything else."""
    if isinstance(value, ByteStringObject):
        return value[:_LONGEST_TEXT].decode("latin-1")
    return str(value)[:_LONGEST_TEXT] if isinstance(value, TextStringObject) else None


class _XmpTexts:
    """The texts of XMP: of each element that has no element in it, and of each attribute."""

    def __init__(self, add: Callable[[tuple[NumberInPdf, ...]], None]) -> None:
        self._add = add
        self._names: list[str] = []
        #: None for an element that has an element in it.
        self._texts: list[str | None] = []
        #: Whether the element, or one that it is in, is about another work.
        self._is_of_another: list[bool] = [False]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if self._texts:
            self._texts[-1] = None
        self._names.append(name)
        self._texts.append("")
        self._is_of_another.append(self._is_of_another[-1] or relates_to_another(_local(name)))
        for each, text in attributes.items():
            self._found(self._own() if each == _RESOURCE else each, text)

    def text(self, text: str) -> None:
        """A part of a text."""
        before = self._texts[-1]
        if before is not None:
            self._texts[-1] = (before + text)[:_LONGEST_TEXT]

    def end(self, _name: str) -> None:
        """An element ends."""
        text = self._texts.pop()
        if text is not None:
            self._found(self._own(), text)
        self._names.pop()
        self._is_of_another.pop()

    def _own(self) -> str:
        """The name of the innermost element; a list is within the element that has a name of its own."""
        return next((each for each in reversed(self._names) if not each.startswith(_RDF)), "")

    def _found(self, name: str, text: str) -> None:
        shown = f"dc:{_local(name)}" if name.rpartition(" ")[0] == _DC else _local(name)
        is_of_another = self._is_of_another[-1] or relates_to_another(_local(name))
        self._add(numbers_of("xmp", shown, None, text, is_of_another=is_of_another))


def _local(name: str) -> str:
    """A name of XMP without its namespace."""
    return name.rpartition(" ")[2]
