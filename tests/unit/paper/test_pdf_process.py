"""Reading a PDF in a process of its own (PDF-5)."""

from __future__ import annotations

import pytest

from kit.pdfs import PAPER
from pithbundle.errors import EvidenceError
from pithbundle.paper.pdf import read_pdf
from pithbundle.paper.pdf_process import read_apart


def test_another_process_reads_the_same() -> None:
    assert read_apart(PAPER) == read_pdf(PAPER)


def test_its_error_is_that_of_the_family() -> None:
    with pytest.raises(EvidenceError, match="does not begin as a PDF does") as caught:
        read_apart(b"no PDF")
    assert caught.value.code == "pdf_invalid"
