"""Hostile PDF files: a finding or one error, within bounds (PDF-5)."""

from __future__ import annotations

import random
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from kit.memory import peak_kib, printed_apart
from kit.pdfs import NUMBER, PAPER, link, page, pdf, stream, with_info, with_xmp, xmp
from kit.processor import slowness
from pithbundle.errors import EvidenceError
from pithbundle.paper import pdf_process
from pithbundle.paper.pdf import read_pdf
from pithbundle.paper.pdf_process import read_apart

SEED: Final = 1560
#: The memory of a process that reads mutants, in KiB.
MOST_KIB: Final = 256 << 10


def with_object_streams() -> bytes:
    """A PDF whose objects are compressed, with a cross-reference stream."""
    members = {
        1: b"<< /Type /Catalog /Pages 2 0 R /Metadata 7 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    }
    members |= {
        3: page(link(b"https://pith.science/pith/" + NUMBER[5:].encode())),
        4: b"<< /A (%s) >>" % NUMBER.encode(),
    }
    head, body = b"", b""
    for number, value in members.items():
        head += b"%d %d " % (number, len(body))
        body += value + b" "
    packed = zlib.compress(head + body)
    out = b"%PDF-1.7\n"
    at = {}
    for number, value in (
        (6, stream(packed, b"/Type /ObjStm /N 4 /First %d /Filter /FlateDecode" % len(head))),
        (7, stream(zlib.compress(xmp(f"<dc:identifier>{NUMBER}</dc:identifier>")), b"/Filter /FlateDecode")),
    ):
        at[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, value)
    at[5] = len(out)
    rows = b"".join(
        b"\2" + (6).to_bytes(3, "big") + bytes([number - 1]) if number in members
        else b"\1" + at[number].to_bytes(3, "big") + b"\0" if number else bytes(5)
        for number in range(8)
    )  # fmt: skip
    table = stream(
        zlib.compress(rows), b"/Type /XRef /Size 8 /W [1 3 1] /Root 1 0 R /Info 4 0 R /Filter /FlateDecode"
    )
    return out + b"5 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, at[5])


PACKED: Final = with_object_streams()
SEEDS: Final = (PAPER, PACKED, with_xmp(xmp(f"<dc:identifier>{NUMBER}</dc:identifier>")))
#: What a mutation writes: parts of the format, of other lengths and meanings.
TOKENS: Final = (
    b" 0 R", b"obj", b"endobj", b"<<", b">>", b"[", b"]", b"(", b")", b"stream\n", b"/Prev 9 ", b"/Kids ",
    b"-1 ", b"/Length 999999999 ", b"/Filter [/FlateDecode /LZWDecode /ASCII85Decode] ", b"/Encrypt 3 0 R ",
    b"startxref\n0\n", b"%%EOF", b"9999999999",
)  # fmt: skip


def mutants(count: int, seed: int) -> Iterator[bytes]:
    draw = random.Random(seed)
    for _ in range(count):
        data = bytearray(draw.choice(SEEDS))
        for _ in range(draw.randint(1, 4)):
            at = draw.randrange(len(data) + 1)
            to = min(len(data), at + draw.choice((0, 1, 1, 2, 40)))
            new = draw.choice(
                (b"", bytes([draw.randrange(256)]), draw.choice(TOKENS), bytes(data[:at][-30:]) * 3)
            )
            data[at:to] = new
        if draw.random() < 0.1:
            del data[draw.randrange(len(data) + 1) :]
        yield bytes(data)


def outcome(data: bytes, read: Callable[..., object] = read_pdf) -> str:
    """The finding, or the code of the one error; no other exception."""
    try:
        return repr(read(data))
    except EvidenceError as error:
        assert error.code == "pdf_invalid" and error.hint
        return error.code


def of_mutants(count: int, seed: int) -> tuple[int, int, float, int]:
    """How many were rejected, how many still have the number, the most seconds for one, the most memory."""
    rejected = numbers = 0
    slowest = 0.0
    for data in mutants(count, seed):
        before = time.process_time()
        found = outcome(data)
        slowest = max(slowest, time.process_time() - before)
        rejected += found == "pdf_invalid"
        numbers += NUMBER in found
    return rejected, numbers, slowest / slowness(), peak_kib()


def test_a_file_with_object_streams_has_its_numbers() -> None:
    found = read_pdf(PACKED)
    assert (found.unread, found.repair) == ((), "") and found.status(None) == "present"
    assert [each.place for each in found.numbers] == ["info", "xmp", "link"]


def check_mutants(count: int, seed: int) -> None:
    script = f"from hostile.test_pdf import of_mutants; print(*of_mutants({count}, {seed}), sep=';')"
    ((rejected, numbers, slowest, peak),) = printed_apart(script)
    assert 0 < int(rejected) < count and 0 < int(numbers) < count
    assert float(slowest) < 1 and int(peak) < MOST_KIB


def test_a_mutant_is_a_finding_or_one_error() -> None:
    check_mutants(50, SEED)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_2000_mutants(seed: int) -> None:
    check_mutants(500, SEED + 1 + seed)


ZEROS: Final = zlib.compress(bytes(64 << 20), 9)
DEEP: Final = b"[" * 200_000
#: Files that would take hours, all of the memory or the whole stack.
WORST: Final[dict[str, Callable[[], bytes]]] = {
    "a bomb": lambda: with_xmp(ZEROS, b"/Filter /FlateDecode"),
    "a bomb in a bomb": lambda: with_xmp(zlib.compress(ZEROS), b"/Filter [/FlateDecode /FlateDecode]"),
    "many filters": lambda: with_xmp(b"", b"/Filter [%s]" % (b"/ASCIIHexDecode " * 9_000)),
    "pages of themselves": lambda: pdf({2: b"<< /Type /Pages /Kids [2 0 R] >>"}),
    "a tree of 2 to the 38 pages": lambda: pdf(
        {n: b"<< /Type /Pages /Kids [%d 0 R %d 0 R] >>" % (n + 1, n + 1) for n in range(2, 40)}
        | {40: b"<< /Type /Page >>"}
    ),
    "deep arrays": lambda: with_info(b"/A 5 0 R", {5: DEEP}),
    "deep dictionaries": lambda: with_info(b"/A 5 0 R", {5: b"<< /A " * 5_000}),
    "an object of itself": lambda: with_info(b"/A 5 0 R", {5: b"5 0 R"}),
    "tables of themselves": lambda: pdf({}, b"/Prev 9 /XRefStm 9"),
    "an object stream of itself": lambda: PACKED.replace(b"/Type /ObjStm", b"/Extends 6 0 R /Type /ObjStm"),
    "a long number": lambda: with_info(b"/A " + b"9" * 200_000),
    "open strings": lambda: with_info(b"/A " + b"(" * 200_000),
    "lines alone": lambda: b"%PDF-1.7\n" + b"\n" * (1 << 20),
}


@pytest.mark.parametrize("name", WORST)
def test_the_worst_files_are_a_finding_or_one_error(name: str) -> None:
    data = WORST[name]()
    before = time.process_time()
    found = outcome(data)
    assert (time.process_time() - before) / slowness() < 5
    assert NUMBER not in found or name == "an object stream of itself"


@pytest.mark.parametrize(
    ("data", "members", "reason"),
    [
        (ZEROS, b"/Filter /FlateDecode", "LimitReachedError: "),
        (xmp(f"<dc:a>{' ' * (4 << 20)}</dc:a>"), b"", "the limit is 4194304"),
    ],
)
def test_xmp_over_a_bound_is_a_part_that_is_not_read(data: bytes, members: bytes, reason: str) -> None:
    catalog = b"<< /Type /Catalog /Pages 2 0 R /Metadata 5 0 R >>"
    found = read_pdf(with_info(b"/A (%s)" % NUMBER.encode(), {1: catalog, 5: stream(data, members)}))
    assert [each.number for each in found.numbers] == [NUMBER] and found.exit_status(None) == 3
    assert reason in dict(found.unread)["xmp"]


def searching() -> bytes:
    """References to objects that are not there: for each pypdf searches the whole file."""
    missing = b"".join(b"%d 0 R " % number for number in range(100, 20_000))
    return pdf({3: page(missing), 9: stream(b"x" * (8 << 20))})


def test_a_process_that_takes_too_long_or_too_much_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    # A process that is started has the constants of the module: the bounds are given to it.
    monkeypatch.setattr(pdf_process, "_LIMITS", pdf_process.Bounds(seconds=1, memory=224 << 20))
    with pytest.raises(EvidenceError, match="more than the limit of 1 second"):
        read_apart(searching())
    monkeypatch.setattr(pdf_process, "_LIMITS", pdf_process.Bounds(seconds=9, memory=1 << 20))
    with pytest.raises(EvidenceError, match="memory"):
        read_apart(with_xmp(ZEROS, b"/Filter /FlateDecode"))
