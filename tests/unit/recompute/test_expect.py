"""Comparing outputs, record by record (RECOMP-11)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from kit import made_record
from kit.archives import write
from kit.payloads import alias_added, attached, author_claim
from kit.recomputed import POLICY_BYTES, registry, run
from kit.signing import AUTHOR, DEMO, UNKNOWN_SIGNER, bundle, to_json
from kit.stream import instant
from pithbundle import Policy, Verifier
from pithbundle.archive.lines import Line, line_of
from pithbundle.errors import ArchiveError
from pithbundle.recompute.expect import EXIT_STATUS, ComparisonSummary, OutputComparison, RecordDifference
from pithbundle.recompute.outputs import OutputReader, OutputRecord
from pithbundle.recompute.run import recompute

#: The suffix of the record of these tests.
RECORD: Final = made_record(1)


def compared(ours: Path, theirs: Path) -> tuple[ComparisonSummary, list[RecordDifference]]:
    seen: list[int] = []
    comparison = OutputComparison(OutputReader(str(ours)), OutputReader(str(theirs)), progress=seen.append)
    differences = [*comparison]
    assert seen == sorted(seen) and max(seen, default=0) == comparison.summary.ours
    return comparison.summary, differences


def lines_of(*groups: Iterable[Any]) -> list[Line]:
    """Bundles of one record."""
    return [line_of(to_json(bundle(RECORD, [*events]))) for events in groups]


def claim(number: int, **changes: Any) -> Any:
    payload = author_claim(f"a{number}")
    return {**attached(AUTHOR, RECORD, "author_claim", payload, instant(number)), **changes}


FORMS: Final = ("", "states", "digests.txt")


@pytest.mark.parametrize("form", FORMS)
def test_equal_outputs(tmp_path: Path, form: str) -> None:
    lines = registry(5)
    run(tmp_path, lines[0::2], lines[1::2], name="one")
    run(tmp_path, lines, name="two", jobs=1)
    found, differences = compared(tmp_path / "one", tmp_path / "two" / form)
    assert differences == [] and (found.ours, found.theirs) == (5, 5)
    assert (found.result, found.exit_status, found.differing) == ("same", 0, 0)


@pytest.mark.parametrize("form", FORMS)
def test_records_of_one_side(tmp_path: Path, form: str) -> None:
    lines = registry(5)
    first, last = lines[0].suffix, lines[-1].suffix
    run(tmp_path, [line for line in lines if line.suffix != first], name="one")
    run(tmp_path, [line for line in lines if line.suffix != last], name="two")
    found, differences = compared(tmp_path / "one", tmp_path / "two" / form)
    assert [(one.suffix, one.group, one.how, one.result) for one in differences] == [
        (first, "signed", "only theirs", "different"),
        (last, "signed", "only ours", "different"),
    ]
    assert (found.ours, found.theirs, found.exit_status) == (4, 4, 1)
    assert found.hows == {"only ours": 1, "only theirs": 1}


CASES: dict[str, tuple[list[Any], list[Any], dict[str, tuple[str, str]]]] = {
    # Ours, theirs, and group and result by the form of the other side.
    "an event less": (
        [claim(1)], [claim(1), claim(2)],
        {form: ("signed", "different") for form in FORMS},
    ),
    "an event less, and one that cannot be checked": (
        [claim(1), attached(UNKNOWN_SIGNER, RECORD, "author_claim", author_claim("u"), instant(3))],
        [claim(1), claim(2)],
        {form: ("signed", "not_comparable") for form in FORMS},
    ),
    "an event less, and an element of an unknown format, which has no id": (
        [claim(1), {"a": 1}], [claim(1), claim(2)],
        {form: ("signed", "not_comparable") for form in FORMS},
    ),
    "another unverified element": (
        [claim(1), attached(UNKNOWN_SIGNER, RECORD, "author_claim", author_claim("u"), instant(3))],
        [claim(1)],
        # A state counts unverified elements no more than it contains them.
        {"": ("unverified", "unverified_differs"), "states": ("", "same"),
         "digests.txt": ("unverified", "unverified_differs")},
    ),
    "another invalid element": (
        [claim(1), claim(2, created_at=instant(7))], [claim(1)],
        {"": ("labels", "same"), "states": ("labels", "same"), "digests.txt": ("", "same")},
    ),
    "an alias less": (
        [claim(1)],
        [claim(1), attached(DEMO, RECORD, "alias_added", alias_added("doi", "10.5555/more"), instant(2))],
        # In a state nothing shows who signed an alias.
        {"": ("signed", "different"), "states": ("unsigned", "same"),
         "digests.txt": ("signed", "different")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_groups_and_results(
    tmp_path: Path, case: tuple[list[Any], list[Any], dict[str, tuple[str, str]]], form: str
) -> None:
    ours, theirs, results = case
    run(tmp_path, lines_of(ours), name="one")
    run(tmp_path, lines_of(theirs), name="two")
    found, differences = compared(tmp_path / "one", tmp_path / "two" / form)
    group, result = results[form]
    assert [(one.group, one.result) for one in differences] == ([(group, result)] if group else [])
    assert (found.result, found.exit_status) == (result, EXIT_STATUS[found.result])
    for one in differences:
        value = json.loads(json.dumps(one.to_value()))
        assert value["group"] == group and value["suffix"] == one.suffix
        assert bool(value["differences"]) == (form != "digests.txt" and bool(one.differences))


@pytest.mark.parametrize(
    ("at", "group", "result"),
    [
        (0, "signed", "different"), (1, "signed", "different"), (2, "signed", "different"),
        (3, "unverified", "unverified_differs"),
    ],
)  # fmt: skip
def test_each_digest_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, group: str, result: str
) -> None:
    """Also that of the state, where record and events are equal: what follows from them is signed content."""
    run(tmp_path, lines_of([claim(1)]), name="one")
    ours, theirs = (OutputReader(str(tmp_path / "one" / form)) for form in ("", "digests.txt"))
    (record,) = theirs.records()
    assert record.digests is not None
    first, second, third, fourth = ("0" * 64 if at == each else record.digests[each] for each in range(4))
    changed = replace(record, digests=(first, second, third, fourth))
    monkeypatch.setattr(theirs, "records", lambda: iter([changed]))
    (difference,) = OutputComparison(ours, theirs)
    assert (difference.group, difference.result) == (group, result)


def test_the_gravest_result_counts(tmp_path: Path) -> None:
    def noted(*results: tuple[str, bool]) -> ComparisonSummary:
        found = ComparisonSummary()
        for group, comparable in results:
            found.note(RecordDifference("A" * 26, group, "differs", comparable))  # type: ignore[arg-type]
        return found

    assert noted(("signed", False), ("signed", True), ("unverified", True)).result == "different"
    assert noted(("unverified", True), ("signed", False)).result == "not_comparable"
    assert noted(("labels", True), ("unverified", True)).result == "unverified_differs"
    assert noted(("labels", True), ("unsigned", False)).result == "same"


@pytest.mark.parametrize("what", ["policy", "limits"])
def test_an_output_of_another_policy_or_other_limits_accuses_nobody(tmp_path: Path, what: str) -> None:
    write(tmp_path / "in", lines_of([claim(1), claim(2)]))
    policy = Policy.from_bytes(POLICY_BYTES)
    value = json.loads(POLICY_BYTES)
    value["keys"] = value["keys"][:1]
    other = Verifier(Policy.from_bytes(to_json(value)))
    if what == "limits":
        other = Verifier(policy, limits=replace(Verifier(policy).limits, events=1))
    recompute([str(tmp_path / "in")], str(tmp_path / "one"), Verifier(policy))
    recompute([str(tmp_path / "in")], str(tmp_path / "two"), other)
    found, (difference,) = compared(tmp_path / "one", tmp_path / "two")
    assert found.basis == ({"policy": "policy_sha256"}.get(what, what),)
    assert (difference.group, found.result) == ("signed", "not_comparable")


def changed(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode() + b"\n"


def test_a_state_of_other_rules_is_not_comparable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = run(tmp_path, lines_of([claim(1)]), name="one")
    value = json.loads(read.states)
    value["merge_version"] = "other"
    value["current"]["citations"] = [1]
    theirs = OutputRecord(read.digests[:26].decode(), None, changed(value))
    comparison = OutputComparison(
        OutputReader(str(tmp_path / "one")), OutputReader(str(tmp_path / "one" / "states"))
    )
    monkeypatch.setattr(comparison._theirs, "records", lambda: iter([theirs]))
    (difference,) = comparison
    assert (difference.group, difference.result) == ("signed", "not_comparable")


@pytest.mark.parametrize(
    "change",
    [lambda state: state.replace(b"{", b'{"state_type":1,', 1), lambda state: state[:-9]],
    ids=["a name twice", "cut"],
)
def test_a_state_that_cannot_be_read_ends_the_comparison(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[bytes], bytes]
) -> None:
    read = run(tmp_path, lines_of([claim(1)]), name="one")
    theirs = OutputRecord(read.digests[:26].decode(), None, change(read.states[:-1]))
    comparison = OutputComparison(
        OutputReader(str(tmp_path / "one")), OutputReader(str(tmp_path / "one" / "states"))
    )
    monkeypatch.setattr(comparison._theirs, "records", lambda: iter([theirs]))
    with pytest.raises(ArchiveError, match=f"the state of {theirs.suffix} cannot be read"):
        list(comparison)
