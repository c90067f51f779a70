"""The result of a unit and its block of bytes (RECOMP-1)."""

from __future__ import annotations

import pickle
import random
from hashlib import sha256

import pytest

from kit.recomputed import registry, unpacked, verifier
from pithbundle.archive.borders import frames
from pithbundle.archive.lines import Line
from pithbundle.archive.zstd import FASTEST_LEVEL, compress
from pithbundle.errors import ArchiveError
from pithbundle.recompute.facts import Tally
from pithbundle.recompute.result import MAGIC, RecordResult, Row, UnitResult, result_of
from pithbundle.recompute.unit import compute

A, B = "A" * 26, "B" * 26


def computed() -> UnitResult:
    raw = b"".join(line.raw for line in registry(5))
    return compute(verifier(), [("json", b"no bundle\n" + raw)])


def row(suffix: str, *, collides: bool = False) -> RecordResult:
    found = Row(suffix, ("0a", "0b"), (("elements", "verified", 2),), collides)
    return RecordResult(found, *((b"",) * 3 if collides else (b"digests\n", b"state", b"report")))


@pytest.mark.parametrize(
    "result", [computed(), result_of([]), result_of([row(A), row(B, collides=True)], 7)], ids=["", "0", "2"]
)
def test_a_block_gives_the_result_again(result: UnitResult) -> None:
    block = result.to_bytes()
    again = UnitResult.from_bytes(block)
    assert again == result and again.to_bytes() == block
    assert pickle.loads(pickle.dumps(result)) == result
    assert [*again.records(3)] == [*result.records(3)]


def test_rejected_lines_are_in_the_block() -> None:
    ((frame, entry),) = UnitResult.from_bytes(computed().to_bytes()).rejected
    assert (frame, entry.path, entry.position, entry.code) == (0, "", "line 1", "syntax")
    assert entry.count == 1


def test_every_damage_of_a_block_is_noticed() -> None:
    block = computed().to_bytes()
    drawn = random.Random(1)
    for _ in range(200):
        damaged = bytearray(block)
        at = drawn.randrange(len(block))
        damaged[at] ^= 1 << drawn.randrange(8)
        with pytest.raises(ArchiveError, match="damaged"):
            UnitResult.from_bytes(bytes(damaged))
    for size in (0, 1, 31, 32, 33, len(MAGIC), len(MAGIC) + 4, len(block) // 2, len(block) - 1):
        with pytest.raises(ArchiveError, match="damaged"):
            UnitResult.from_bytes(block[:size])
    with pytest.raises(ArchiveError, match="damaged"):
        UnitResult.from_bytes(block + b"x")


@pytest.mark.parametrize(
    "head", [b"", b"{", b"[]", b"{}", b"7", b'{"rows":[1]}', b'{"rows":[["A"]]}', b"[" * 100_000, b"\xff"]
)
def test_a_block_with_the_right_digest_of_something_else(head: bytes) -> None:
    content = MAGIC + len(head).to_bytes(4) + head
    with pytest.raises(ArchiveError, match="damaged"):
        UnitResult.from_bytes(content + sha256(content).digest())


def test_a_block_of_another_version_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("pithbundle.recompute.result.MAGIC", MAGIC.replace(b"2", b"1"))
        block = computed().to_bytes()
    with pytest.raises(ArchiveError, match="another version"):
        UnitResult.from_bytes(block)


def test_the_frames_are_those_of_the_rows_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pithbundle.archive.borders.MAX_LINES", 2)
    result = computed()
    for packed, each in (
        (result.states, [Line(found.row.suffix, b"", found.state, "json") for found in result.records()]),
        (result.reports, [Line(found.row.suffix, b"", found.report, "json") for found in result.records()]),
    ):
        made = [frame.lines for frame in frames(each)]
        assert len(made) == len(packed) > 1
        for frame, lines in zip(packed, made, strict=True):
            raw = b"".join(line.raw for line in lines)
            expected = compress(raw, FASTEST_LEVEL), len(raw), len(lines)
            assert (frame.data, frame.raw_size, frame.lines) == expected
            assert (frame.first, frame.last) == (lines[0].suffix, lines[-1].suffix)


def test_the_counts_are_the_sum_of_the_rows() -> None:
    result, tally = computed(), Tally()
    for each in result.records():
        tally.add(len(each.row.lines), each.row.facts)
    assert result.counts == tally.counts() and result.counts[:2] == (5, 15)
    assert result_of([row(A), row(B)]).counts == (2, 4, (("elements", "verified", 4),))
    assert result_of([row(A), row(B, collides=True)]).counts == (1, 2, (("elements", "verified", 2),))


def test_what_is_plain() -> None:
    assert computed().is_plain and result_of([row(A), row(B)]).is_plain
    assert not result_of([row(A), row(A)]).is_plain
    assert not result_of([row(A), row(B, collides=True)]).is_plain


def test_a_row_without_a_state_takes_no_room() -> None:
    result = result_of([row(A, collides=True), row(B)])
    assert [each.state for each in result.records()] == [b"", b"state"]
    assert [each.digests for each in result.records()] == [b"", b"digests\n"]
    assert unpacked(result.states) == b"state\n"
    assert [*result_of([row(A, collides=True)]).records()] == [row(A, collides=True)]
    assert (result.first, result.last, result_of([]).first, result_of([]).last) == (A, B, "", "")


def test_states_and_reports_that_are_not_wanted() -> None:
    result = result_of([row(A)])
    (without,) = result.records(outputs=False)
    assert without == RecordResult(row(A).row, b"digests\n", b"", b"")


def test_a_row_keeps_the_source_that_it_has() -> None:
    (found,) = result_of([row(A)]).records(3)
    assert found.row.source == 3
    (again,) = result_of([found]).records(9)
    assert again.row.source == 3
