"""One unit: lines in, states and reports of their records out (RECOMP-1, RECOMP-4)."""

from __future__ import annotations

import json

import pytest

from kit.recomputed import bundles, expected, in_cbor, listed, registry, unpacked, verifier
from pithbundle.archive.lines import Line
from pithbundle.bundle.reader import Bundle
from pithbundle.encoding.canonical import encode
from pithbundle.recompute.result import Row, UnitResult
from pithbundle.recompute.unit import compute
from pithbundle.verifier import VerifiedBundle, Verifier


def raw(lines: tuple[Line, ...]) -> bytes:
    return b"".join(line.raw for line in lines)


def of_frames(result: UnitResult) -> list[tuple[int, str, str, int]]:
    """What was rejected: the number of the frame, where in it, the code and the count."""
    return [(frame, *one) for frame, each in result.rejected for one in listed((each,))]


def rows(result: UnitResult, source: int = 7) -> list[Row]:
    return [each.row for each in result.records(source)]


def test_states_and_reports_are_those_of_the_verifier() -> None:
    lines = registry(5)
    result = compute(verifier(), [("json", raw(lines))])
    states, digests = expected(lines)
    assert unpacked(result.states) == states and result.read == 15 and result.rejected == ()
    found = rows(result)
    assert result.digests == digests and result.is_plain
    assert (result.first, result.last) == (found[0].suffix, found[-1].suffix)
    reports = unpacked(result.reports).splitlines()
    assert [each.report for each in result.records()] == reports
    for row, report in zip(found, reports, strict=True):
        of_record = [line for line in lines if line.suffix == row.suffix]
        (made,) = verifier().verify_together((line.digest.hex(), line.data) for line in of_record)
        assert report == encode(made.to_value())
        assert [each["file"] for each in json.loads(report)["inputs"]] == [*row.lines]
        assert row.source == 7


def test_nothing_depends_on_the_order_of_the_lines() -> None:
    lines = registry(5)
    plain = compute(verifier(), [("json", raw(lines))])
    assert compute(verifier(), [("json", raw(lines[::-1] + lines))]).rows == plain.rows
    one = verifier()
    compute(one, [("json", raw(lines[:3]))])
    assert compute(one, [("json", raw(lines))]) == plain
    parts = compute(verifier(), [("json", raw(lines[:4])), ("json", raw(lines[4:]))])
    assert parts == plain


def test_bundles_are_held_only_where_lines_of_a_record_do_not_follow_one_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = registry(5)
    plain = compute(verifier(), [("json", raw(lines))])
    calls: list[Bundle] = []
    real = Verifier._verify

    def verify(self: Verifier, bundle: Bundle) -> VerifiedBundle:
        calls.append(bundle)
        return real(self, bundle)

    monkeypatch.setattr(Verifier, "_verify", verify)
    assert compute(verifier(), [("json", raw(lines))]) == plain and len(calls) == 15
    # Of any order each line is verified at most twice, however often records change.
    calls.clear()
    assert compute(verifier(), [("json", raw(lines[0::3] + lines[1::3] + lines[2::3]))]) == plain
    assert len(calls) == 15 + 5


def test_items_of_cbor() -> None:
    lines = registry(3)
    items = in_cbor(lines)
    both = compute(verifier(), [("json", raw(lines)), ("cbor", b"".join(item.raw for item in items))])
    plain = compute(verifier(), [("json", raw(lines))])
    assert both.states == plain.states and both.read == 18
    assert both.digests == plain.digests
    assert [len(row.lines) for row in rows(both)] == [6, 6, 6]


def test_what_is_no_bundle() -> None:
    lines = registry(2)
    spaced = bundles(0)[0].replace(b",", b" ,", 1)
    result = compute(verifier(), [("json", b"{}\n" + raw(lines) + spaced + b"\n")])
    assert of_frames(result) == [(0, "line 1", "type", 1), (0, "line 8", "archive", 1)]
    assert unpacked(result.states) == expected(lines)[0]
    nothing = compute(verifier(), [("json", b"x\n" * 300)])
    # Equal lines count once.
    assert (nothing.rows, nothing.states, nothing.read) == (None, (), 300)
    assert of_frames(nothing) == [(0, "line 1", "syntax", 1)]
    repeated = compute(verifier(), [("json", b"x\n" * 300_000)])
    assert repeated.read < 5_000 and [entry.code for _, entry in repeated.rejected] == ["syntax", "archive"]
    many = compute(verifier(), [("json", b"".join(b"x%d\n" % number for number in range(300)))])
    assert len(many.rejected) == 102 and many.rejected[-1][1].count == 156


def test_of_each_frame_of_a_unit_what_is_rejected_is_that_of_the_frame_alone() -> None:
    """Numbers of lines, bounds on repeated and rejected lines, equal lines of two frames (RECOMP-19)."""
    lines = registry(3)
    raws = [
        b"x\n" + raw(lines[:2]), b"x\n" * 300_000, b"", b"".join(b"x%d\n" % number for number in range(300)),
        raw(lines[2:5])[:-1], raw(lines[4:]) + b"x",
    ]  # fmt: skip
    together = compute(verifier(), [("json", each) for each in raws])
    apart = [compute(verifier(), [("json", each)]) for each in raws]
    assert [*together.rejected] == [
        (number, entry) for number, result in enumerate(apart) for _, entry in result.rejected
    ]
    assert together.read == sum(each.read for each in apart)
    plain = compute(verifier(), [("json", raw(lines))])
    assert (together.rows, together.states, together.digests) == (plain.rows, plain.states, plain.digests)
    assert UnitResult.from_bytes(together.to_bytes()) == together
