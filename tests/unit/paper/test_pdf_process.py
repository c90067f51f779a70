"""Reading a PDF in a process of its own (PDF-5)."""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import Future, ProcessPoolExecutor

import pytest

from kit.pdfs import PAPER
from pithbundle.errors import EvidenceError
from pithbundle.paper import pdf_process
from pithbundle.paper.pdf import read_pdf
from pithbundle.paper.pdf_process import read_apart
from pithbundle.spawning import submitted


def test_another_process_reads_the_same() -> None:
    assert read_apart(PAPER) == read_pdf(PAPER)


def test_its_error_is_that_of_the_family() -> None:
    with pytest.raises(EvidenceError, match="does not begin as a PDF does") as caught:
        read_apart(b"no PDF")
    assert caught.value.code == "pdf_invalid"


def test_an_interrupt_ends_the_process_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(pool: ProcessPoolExecutor, *_: object) -> Future[None]:
        submitted(pool, time.sleep, 20)
        raise KeyboardInterrupt

    monkeypatch.setattr(pdf_process, "submitted", interrupted)
    before = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        read_apart(PAPER)
    assert time.monotonic() - before < 10 and multiprocessing.active_children() == []
