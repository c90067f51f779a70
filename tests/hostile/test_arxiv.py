"""Hostile metadata of arXiv and answers of nodes: a finding or one error, within bounds (ARXIV-1, NODE-2)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

import pytest

from kit.arxiv import Paper
from kit.memory import peak_kib, printed_apart
from kit.mutants import outcomes
from kit.nodes import BITCOIN
from kit.processor import slowness
from pithbundle.errors import PithError
from pithbundle.evidence import HeaderFetch, compare, read_headers, read_metadata
from pithbundle.evidence.arxiv import MetadataError

SEED: Final = 1529
#: The memory of a process that reads the worst files, in KiB.
MOST_KIB: Final = 256 << 10
PAPER: Final = Paper()
RECORD: Final = PAPER.metadata.record
#: What a node says of itself.
INFO: Final = (
    b'{"chain":"main","blocks":3,"headers":3,"initialblockdownload":false,"warnings":["'
    + b'","'.join([b"a"] * 90)
    + b'"]}'
)


def oai(*papers: Paper) -> bytes:
    inside = "".join(each.element() for each in papers)
    return f'<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{inside}</OAI-PMH>'.encode()


def of_metadata(data: bytes, wanted: tuple[str, ...]) -> str:
    found = read_metadata([data[at : at + 700] for at in range(0, len(data), 700)], wanted)
    texts = []
    for metadata in found.values():
        if isinstance(metadata, MetadataError):
            texts.append(str(metadata))
        else:
            compared = compare(metadata, RECORD)
            texts.append(json.dumps([compared.reason, [each.agrees for each in compared.members]]))
    return f"the papers of the file are {texts}"


def of_headers(data: bytes) -> str:
    return f"the headers of the file: {read_headers([('a', data)]).files}"


def of_node(data: bytes) -> str:
    """An answer, first on the node and then with headers."""
    fetch = HeaderFetch()
    info, _, body = data.partition(b"|")
    fetch.accept(info)
    if fetch.path is not None:
        fetch.accept(body)
    return f"a fetch of {fetch.count} headers, which is {fetch.outcome}"


#: What reads mutants, and of what they are.
READERS: Final[dict[str, tuple[Callable[[bytes], str], tuple[bytes, ...]]]] = {
    "one paper": (lambda data: of_metadata(data, ()), (PAPER.line(), oai(PAPER), PAPER.abs())),
    "a paper of a snapshot": (
        lambda data: of_metadata(data, (PAPER.arxiv_id,)),
        (PAPER.line() + Paper("hep-th/9901001").line(), json.dumps(PAPER.value()).encode()),
    ),
    "headers": (of_headers, (BITCOIN, BITCOIN[:80])),
    "a node": (of_node, (INFO + b"|" + BITCOIN, INFO + b"|" + BITCOIN[:80])),
}


def outcome(read: Callable[[bytes], str], data: bytes) -> str:
    """The finding, or the code of the one error; no other exception."""
    try:
        return read(data)
    except PithError as error:
        assert error.clause and "\n" not in str(error)
        return error.code


def tried(name: str, count: int) -> tuple[set[str], float]:
    read, samples = READERS[name]
    return outcomes(lambda data: outcome(read, data), samples, count, SEED)


@pytest.mark.parametrize("name", READERS)
def test_a_mutant_has_a_finding_or_one_error(name: str) -> None:
    assert "finding" in tried(name, 200)[0]


@pytest.mark.long
@pytest.mark.parametrize("name", READERS)
def test_100000_mutants_have_a_finding_or_one_error(name: str) -> None:
    seen, slowest = tried(name, 100_000)
    assert "finding" in seen and slowest < slowness()
    assert peak_kib() < MOST_KIB


BOMBS: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "a DTD": ("one paper", lambda: b'<!DOCTYPE a [<!ENTITY b "%b">]><a>' % (b"c" * 9_999) + b"&b;" * 99_999),
    "open elements": ("one paper", lambda: b"<a>" * 1_000_000),
    "blanks before a document": ("one paper", lambda: b" " * 4_000_000 + b"<a/>"),
    "open arrays": ("one paper", lambda: b'{"a":' + b"[" * 1_000_000),
    "many papers": ("one paper", lambda: PAPER.line() * 5_000),
    "empty lines": ("a paper of a snapshot", lambda: b"{}\n" + b"\n" * 1_000_000),
    "a long line": ("a paper of a snapshot", lambda: b'{"id":"1' + b"0" * 4_000_000),
    "many members named id": ("a paper of a snapshot", lambda: b"{" + b'"id":"1",' * 400_000),
    "many lines of the paper": ("a paper of a snapshot", lambda: b'{"id":"1"}\n' * 300_000),
    "many versions": (
        "a paper of a snapshot",
        lambda: PAPER.but(dates=tuple((f"v{n}", PAPER.dates[0][1]) for n in range(1, 10_000))).line(),
    ),
    "a border without an end": ("one paper", lambda: b"-" * 4_000_000),
    "many borders": ("one paper", lambda: b"\\\\\n" * 1_000_000),
    "a long answer": ("a node", lambda: INFO + b"|" + BITCOIN * 20_000),
    "a deep answer": ("a node", lambda: b"[" * 150_000),
    "the same header": ("headers", lambda: BITCOIN[:80] * 10_000),
}
MEASURE: Final = """
import time
from hostile.test_arxiv import BOMBS, READERS, outcome
from kit.memory import peak_kib
for name, (reader, make) in BOMBS.items():
    data = make()
    started = time.process_time()
    code = outcome(READERS[reader][0], data)[:30].replace(";", ",")
    print(name, code, time.process_time() - started, peak_kib(), sep=";")
"""


@pytest.mark.slow
def test_every_bomb_costs_little_time_and_memory() -> None:
    found = printed_apart(MEASURE)
    assert [name for name, *_ in found] == [*BOMBS]
    bound = slowness()
    for name, _, seconds, peak in found:
        assert float(seconds) < bound and int(peak) < MOST_KIB, name
