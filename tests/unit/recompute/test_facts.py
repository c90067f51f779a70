"""Counts of records and their sum (RECOMP-6)."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

from kit import DEMO, bundle, made_record, receipt, to_json
from kit.payloads import attached, record_created
from kit.recomputed import bundles, verifier
from kit.stream import instant
from pithbundle import Report
from pithbundle.archive.rejected import Rejections
from pithbundle.encoding.limits import DEFAULT_LIMITS
from pithbundle.encoding.values import Object
from pithbundle.errors import PithError
from pithbundle.recompute.facts import Tally, facts_of


def report(*data: bytes) -> Report:
    (made,) = verifier().verify_together((str(at), each) for at, each in enumerate(data))
    return made


def summary(tally: Tally, rejected: Rejections | None = None) -> Object:
    return tally.to_value(rejected or Rejections(), policy_sha256="p", rules="r", limits=DEFAULT_LIMITS)


def counted(made: Report) -> Object:
    tally = Tally()
    tally.add(len(made.inputs), facts_of(made))
    return summary(tally)


def test_each_member_is_what_the_report_contains() -> None:
    for seed in range(12):
        made = report(*bundles(seed))
        found = counted(made)
        listed = [*made.events, *made.without_id]
        assert found["elements"] == Counter(one.element.verdict.status for one in listed)
        codes = Counter(verdict.code for verdict in made.verdicts if verdict.code)
        assert found["codes"] == codes
        types = Counter(one.element.event.event_type for one in listed if one.element.event)
        assert found["event_types"] == types
        assert found["receipts"] == Counter(one.verdict.status for _, one in made.receipts)
        assert found["unverified"] == len(made.unverified)
        assert made.state is not None and found["equivocations"] == len(made.state.equivocations)
        assert found["outcomes"] == [*made.outcomes] and found["exit_status"] == made.exit_status
        assert found["outcomes_of_records"] == {
            outcome: int(outcome == made.outcome)
            for outcome in ("rejected", "invalid", "conflict", "incomplete", "unverified", "valid")
        }
        missing = sum(len(ids) for _, ids, _ in made.completeness)
        signers = {
            "incomplete": sum(bool(ids) for _, ids, _ in made.completeness),
            "missing": missing,
            "complete": sum(as_of is not None for _, _, as_of in made.completeness),
        }
        assert found["signers"] == {name: count for name, count in signers.items() if count}


def test_receipts_and_their_codes() -> None:
    record = made_record(5)
    good = receipt(DEMO, record, instant(1))
    bad = receipt(DEMO, made_record(6), instant(1))
    events = [
        attached(DEMO, record, "record_created", record_created(record, each), instant(at))
        for at, each in enumerate((good, bad))
    ]
    found = counted(report(to_json(bundle(record, events))))
    assert found["receipts"] == {"invalid": 1, "verified": 1}
    assert found["codes"] == {"signature_invalid": 1}


def test_the_sum_of_records() -> None:
    tally = Tally()
    made = [report(*bundles(seed)) for seed in range(6)]
    for each in made:
        tally.add(len(each.inputs), facts_of(each))
    found = summary(tally)
    assert found["records"] == 6 and found["bundles"] == 18
    outcomes = {outcome for each in made for outcome in each.outcomes if outcome != "valid"}
    assert {*tally.outcomes(Rejections())} == outcomes
    assert found["policy_sha256"] == "p" and found["rules"] == "r"
    assert found["limits"] == asdict(DEFAULT_LIMITS)


def test_rejected_input_is_counted_by_code() -> None:
    rejected = Rejections()
    for _ in range(150):
        rejected.add("a", "", PithError("syntax"))
    rejected.add("a", "", PithError("type"))
    found = summary(Tally(), rejected)
    assert found["rejected"] == {"syntax": 150, "type": 1}
    assert (found["outcome"], found["exit_status"], found["records"]) == ("rejected", 1, 0)
    assert summary(Tally())["outcome"] == "valid"
