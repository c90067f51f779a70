"""REPORT-1, REPORT-2: what a report names, what it comes to, and that it is strict JSON."""

from __future__ import annotations

import copy
import itertools
import pickle
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit import (
    AUTHOR,
    DEMO,
    UNKNOWN_SIGNER,
    Json,
    attached,
    demo,
    event,
    flat_event,
    made_record,
    payloads,
    policy,
    policy_key,
    receipt,
    strategies,
    without,
)
from kit.formats import FAMILY
from kit.results import WHEN, check, checked, ledger_of, read, report_on
from kit.tampered import flipped
from pithbundle.bundle.event_format import PITHBUNDLE_EVENT_1
from pithbundle.codes import CODES
from pithbundle.encoding.canonical import canonical_bytes
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import portable
from pithbundle.errors import BundleError
from pithbundle.joined import Location
from pithbundle.newtypes import Pointer
from pithbundle.outcomes import EXIT_STATUS, Outcome, outcome_value, together
from pithbundle.report import Clock, FileReport, Rejection, Report
from pithbundle.verify.policy import Policy

RECORD = made_record()
GOOD = attached(DEMO, RECORD, "alias_added", payloads.alias_added("x", "1"), WHEN)
NONCONFORMING = event(DEMO, RECORD, "citation", "graph", {}, WHEN)
STRANGE = event(DEMO, RECORD, "of the future", "record", {}, WHEN)
UNSIGNED = without(
    attached(DEMO, RECORD, "alias_added", payloads.alias_added("x", "2"), WHEN), ("signature",)
)
UNKNOWN = attached(UNKNOWN_SIGNER, RECORD, "alias_added", payloads.alias_added("x", "3"), WHEN)
ALTERED = {**attached(DEMO, RECORD, "alias_added", payloads.alias_added("x", "4"), WHEN), "payload": {}}
FORGED = flipped(attached(DEMO, RECORD, "alias_added", payloads.alias_added("x", "5"), WHEN))
FLAT = flat_event(DEMO, payloads.integrity(RECORD, WHEN), WHEN, 1)


LISTING = attached(DEMO, RECORD, "checkpoint", payloads.checkpoint([GOOD["event_id"]]), WHEN)


def at(number: int, index: int) -> Json:
    return {"input": number, "file": f"{number}.json", "index": index, "pointer": f"/events/{index}"}


def retraction(target: str) -> Json:
    return attached(DEMO, RECORD, "event_retracted", payloads.event_retracted(target), WHEN)


def finding(severity: str = "advisory") -> Json:
    return attached(
        DEMO, RECORD, "pith.integrity.v1", payloads.integrity(RECORD, WHEN, severity=severity), WHEN
    )


def created(shown: Any) -> Json:
    return attached(DEMO, RECORD, "record_created", payloads.record_created(RECORD, shown), WHEN)


def claim(**extra: Any) -> Json:
    return attached(DEMO, RECORD, "author_claim", payloads.author_claim(payloads.orcid(1), **extra), WHEN)


SOUND_RECEIPT = receipt(DEMO, RECORD, WHEN)


def reported(*events: list[Any], rejected: tuple[Rejection, ...] = (), **changes: Any) -> Report:
    names = (f"{number}.json" for number in range(len(events)))
    return report_on(*(checked(RECORD, each, **changes) for each in events), names=names, rejected=rejected)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_report_that_was_read_pickles_and_copies(protocol: int) -> None:
    report = report_on(checked(made_record(), []))
    value = report.to_value()
    for again in (pickle.loads(pickle.dumps(report, protocol)), copy.copy(report), copy.deepcopy(report)):
        assert again == report
        assert again.to_value() == value


@pytest.mark.parametrize(
    ("events", "outcome"),
    [
        ([], "unverified"),
        ([GOOD], "valid"),
        ([STRANGE], "valid"),
        ([GOOD, LISTING], "valid"),
        ([LISTING], "incomplete"),
        ([LISTING, UNSIGNED], "incomplete"),
        ([LISTING, retraction(LISTING["event_id"])], "valid"),
        ([LISTING, FORGED], "invalid"),
        ([GOOD, STRANGE, NONCONFORMING], "valid"),
        ([created(SOUND_RECEIPT)], "valid"),
        ([GOOD, UNSIGNED], "unverified"),
        ([GOOD, UNKNOWN], "unverified"),
        ([GOOD, {}], "unverified"),
        ([GOOD, FLAT], "unverified"),
        ([created(without(SOUND_RECEIPT, ("signature_b64",)))], "unverified"),
        ([created(SOUND_RECEIPT | {"key_id": "x"})], "unverified"),
        ([GOOD, FORGED], "invalid"),
        ([GOOD, ALTERED], "invalid"),
        ([GOOD, None], "unverified"),
        ([created({})], "invalid"),
        ([created(SOUND_RECEIPT | {"algorithm": "x"})], "invalid"),
        # Each of these is valid; together they contradict each other.
        ([finding(), finding(severity="critical")], "conflict"),
        ([finding(), finding(severity="critical"), LISTING], "conflict"),
        ([finding()], "valid"),
        ([UNSIGNED, UNKNOWN, FORGED], "invalid"),
        # Of occurrences of one event the best decides.
        ([GOOD, flipped(GOOD), without(GOOD, ("signature",))], "valid"),
    ],
)
def test_an_outcome_is_the_worst_that_was_found(events: list[Any], outcome: str) -> None:
    report = reported(events)
    assert report.outcome == outcome
    value = report.to_value()
    assert (value["outcome"], value["exit_status"]) == (outcome, EXIT_STATUS[report.outcome])


def test_the_exit_statuses_are_those_of_the_spec() -> None:
    assert [*EXIT_STATUS.items()] == [
        ("rejected", 1), ("invalid", 1), ("conflict", 1), ("incomplete", 3), ("unverified", 3), ("valid", 0),
    ]  # fmt: skip


def test_all_outcomes_that_hold_are_listed_the_first_one_decides() -> None:
    gone = Rejection("gone.json", BundleError("type"))
    everything = [LISTING, UNSIGNED, FORGED, finding(), finding(severity="critical")]
    report = reported(everything, rejected=(gone,))
    assert report.outcomes == ("rejected", "invalid", "conflict", "incomplete", "unverified")
    value = report.to_value()
    assert (value["outcome"], value["outcomes"]) == ("rejected", [*report.outcomes])
    assert (value["exit_status"], report.exit_status) == (1, 1)
    assert reported([GOOD]).outcomes == ("valid",)
    assert reported([FORGED]).outcomes == ("invalid", "unverified")


@pytest.mark.parametrize(
    ("outcomes", "first"),
    [
        ([], "valid"), (["valid", "valid"], "valid"), (["valid", "unverified"], "unverified"),
        (["unverified", "conflict", "valid", "invalid"], "invalid"),
    ],
)  # fmt: skip
def test_the_outcomes_of_several_reports_are_those_of_one(outcomes: list[Outcome], first: str) -> None:
    found = together(outcomes)
    assert found[0] == first
    assert ("valid" in found) == (first == "valid")
    assert outcome_value(found)["exit_status"] == EXIT_STATUS[found[0]]


def test_a_rejected_input_gives_the_outcome_rejected_and_the_others_go_on() -> None:
    gone = Rejection(
        "gone.json", BundleError("hash_mismatch", "reason", pointer="/canonical_sha256", offset=7)
    )
    report = reported([GOOD], rejected=(gone,))
    assert report.outcome == "rejected"
    value: Any = report.to_value()
    assert value["rejected"] == [
        {
            "file": "gone.json", "code": "hash_mismatch", "clause": "BUN-3", "message": "reason",
            "pointer": "/canonical_sha256", "offset": 7,
        }
    ]  # fmt: skip
    assert [one["event_id"] for one in value["events"]] == [GOOD["event_id"]]
    alone: Any = report_on(rejected=[gone]).to_value()
    assert (alone["outcome"], alone["inputs"], alone["events"]) == ("rejected", [], [])
    assert "state_sha256" not in alone
    assert "policy_sha256" not in alone


def test_what_any_element_of_an_id_carries_unsigned_is_named() -> None:
    """Not what the last one carries, nor the deciding one alone (EVT-5)."""
    seen, noted = ({**GOOD, "signature": {**GOOD["signature"], name: 1}} for name in ("seen", "note"))
    forged = flipped({**GOOD, "signature": {**GOOD["signature"], "forged": 1}})
    for elements in itertools.permutations([seen, noted, forged, GOOD]):
        ((listed,), ()) = (report := reported(list(elements))).events, report.without_id
        assert listed.unsigned == ("/signature/forged", "/signature/note", "/signature/seen")
        halves = reported([*elements[:2]], [*elements[2:]])
        assert halves.events[0].unsigned == listed.unsigned


def test_events_are_listed_once_with_verdict_locations_and_unsigned_members() -> None:
    dressed = {**GOOD, "signature": GOOD["signature"] | {"seen": 1}}
    value: Any = reported([FORGED, dressed], [GOOD, FORGED, dressed]).to_value()
    forged, good = value["events"]
    assert good == {
        "event_id": GOOD["event_id"], "event_type": "alias_added", "verdict": "verified", "code": None,
        "created_at": WHEN, "signer": "demo.example", "key_id": DEMO.key_id,
        "public_key_fingerprint": DEMO.fingerprint,
        "location": at(0, 1), "locations": [at(0, 1), at(1, 0), at(1, 2)], "not_applied": [],
        "unsigned": ["/signature/seen"], "remarks": [],
        "event_format": {"name": "pithbundle-event-1", "format_sha256": PITHBUNDLE_EVENT_1.sha256},
    }  # fmt: skip
    assert (forged["verdict"], forged["code"], forged["clause"]) == (
        "invalid", "signature_invalid", "CHECK-9",
    )  # fmt: skip
    assert forged["pointer"] == "/signature/signature_b64"
    assert (forged["location"], forged["locations"]) == (at(0, 0), [at(0, 0), at(1, 1)])
    assert "signer" not in forged
    assert "not_applied" not in forged
    assert "created_at" not in forged


def test_an_element_that_is_not_valid_has_the_fingerprint_of_the_key_that_it_names() -> None:
    """Several keys can have one name: without it it is unknown whose signature does not verify (POL-6)."""
    malformed = {**FORGED, "created_at": "never"}
    found: Any = reported([FORGED, UNSIGNED, UNKNOWN, malformed]).to_value()
    shown = [one.get("public_key_fingerprint") for one in [*found["events"], *found["without_id"]]]
    assert shown == [DEMO.fingerprint, DEMO.fingerprint, None, DEMO.fingerprint]


def test_over_several_inputs_the_element_that_got_furthest_decides() -> None:
    for order, decides in (([[GOOD], [flipped(GOOD)]], 0), ([[flipped(GOOD)], [GOOD]], 1)):
        report = reported(*order)
        ((one),) = report.events
        assert one.element.verdict.status == "verified"
        assert one.location == Location(decides, f"{decides}.json", 0, Pointer("/events/0"))
        assert [(each.input, each.index) for each in one.locations] == [(0, 0), (1, 0)]
        assert report.outcome == "valid"


def test_elements_without_an_id_are_named_by_location() -> None:
    value: Any = reported([None, GOOD, {"event_type": "x", "signature": {}}]).to_value()
    assert [
        (one["location"], one["event_type"], one["verdict"], one["code"]) for one in value["without_id"]
    ] == [(at(0, 0), None, "unknown_format", "type"), (at(0, 2), "x", "unknown_format", None)]


def test_an_event_is_located_in_the_input_that_has_the_deciding_element() -> None:
    """The bad signature of the second input was once reported as being in the first."""
    value: Any = reported([GOOD, UNKNOWN], [NONCONFORMING, FORGED]).to_value()
    located = {one["event_id"]: one["location"] for one in value["events"]}
    assert located[FORGED["event_id"]] == at(1, 1)
    assert located[UNKNOWN["event_id"]] == at(0, 1)


def test_what_an_element_claims_is_reported_where_its_key_is_unknown() -> None:
    value: Any = reported([GOOD, UNKNOWN]).to_value()
    good, unknown = value["events"]
    assert unknown["claim"] == {"signer_id": UNKNOWN_SIGNER.signer_id, "key_id": UNKNOWN_SIGNER.key_id}
    assert "claim" not in good


def test_why_a_valid_event_has_no_part_in_the_state_is_reported() -> None:
    taken, both = retraction(GOOD["event_id"]), retraction(NONCONFORMING["event_id"])
    waiting = retraction("sha256:" + "0" * 64)
    value: Any = reported([GOOD, NONCONFORMING, STRANGE, claim(), taken, both, waiting]).to_value()
    assert [one["not_applied"] for one in value["events"]] == [
        ["retracted"], ["type", "retracted"], [], [], [], [], [],
    ]  # fmt: skip


def test_receipts_are_named_once_for_each_event() -> None:
    made = created(SOUND_RECEIPT)
    value: Any = reported([made, made], [made]).to_value()
    assert value["receipts"] == [
        {
            "location": {**at(0, 0), "pointer": "/events/0/payload/receipt"}, "event_id": made["event_id"],
            "key_id": DEMO.key_id, "signer": "demo.example",
            "public_key_fingerprint": DEMO.fingerprint, "verdict": "verified", "code": None,
        }
    ]  # fmt: skip


def test_receipts_of_flat_elements_that_state_one_digest_are_each_named() -> None:
    def flat(claimed: Any) -> Json:
        return {**FLAT, "payload": {**FLAT["payload"], "receipt": claimed}}

    good, bad = flat(SOUND_RECEIPT), flat(SOUND_RECEIPT | {"algorithm": "x"})
    for elements in ([good, bad], [bad, good]):
        for found in (reported(elements), reported(*([one] for one in elements))):
            assert sorted(receipt.verdict.status for _, receipt in found.receipts) == ["invalid", "verified"]
            assert found.outcome == "invalid"


def test_of_a_receipt_that_is_checked_in_one_input_only_the_check_is_reported() -> None:
    made = created(SOUND_RECEIPT)
    known = checked(RECORD, [made])
    (receipt_of,) = known.receipts
    verdict = replace(receipt_of.verdict, status="not_checked")
    unknown = replace(known, receipts=(replace(receipt_of, verdict=verdict),))
    for first, second, where in ((known, unknown, 0), (unknown, known, 1)):
        report = report_on(first, second)
        ((location, found),) = report.receipts
        assert (found.verdict.status, location.input) == ("verified", where)
    assert report_on(unknown).outcome == "valid"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a.json", "a.json"), ("\udc80b", "\ufffdb"), ("\ufffe\0\u00e9", "\ufffd\ufffd\u00e9")],
)
def test_the_name_of_a_file_is_a_string_of_the_data_model(name: str, shown: str) -> None:
    value: Any = report_on(
        checked(RECORD, [GOOD]), names=[name], rejected=[Rejection(name, BundleError("type"))]
    ).to_value()
    assert portable(name) == shown
    assert [one["file"] for one in (*value["inputs"], *value["rejected"])] == [shown, shown]
    assert value["events"][0]["location"]["file"] == shown


def test_what_differs_in_the_frame_is_named_and_changes_no_outcome() -> None:
    report = reported([GOOD], short_pith_number="pith:AAAAAAAA")
    value: Any = report.to_value()
    (mismatch,) = value["inputs"][0]["mismatches"]
    assert (mismatch["code"], mismatch["pointer"]) == ("subject", "/short_pith_number")
    assert report.outcome == "valid"


def test_digests_rules_counters_conflicts_and_completeness_are_those_of_the_merge() -> None:
    listing = attached(
        DEMO, RECORD, "checkpoint", payloads.checkpoint([GOOD["event_id"], UNSIGNED["event_id"]]), WHEN
    )
    report = reported([GOOD, finding(), finding("critical"), listing, NONCONFORMING, FORGED])
    assert report.ledger is not None
    state, value = report.ledger.snapshot(), report.to_value()
    assert (value["state_sha256"], value["events_sha256"]) == (state.sha256, state.events_sha256)
    assert value["policy_sha256"] == report.inputs[0].policy_sha256
    assert value["rules"] == "pithbundle-merge-1"
    assert (value["event_count"], value["valid_event_count"], value["invalid_event_count"]) == (6, 5, 1)
    (conflict,) = state.equivocations
    assert value["equivocations"] == [
        {"event_type": "pith.integrity.v1", "signer": "demo.example", "event_ids": [*conflict.event_ids]}
    ]
    assert value["unrecognised"] == [
        {"event_id": NONCONFORMING["event_id"], "event_type": "citation", "code": "type"}
    ]
    assert value["completeness"] == [
        {"signer": "demo.example", "missing": [UNSIGNED["event_id"]], "as_of": None}
    ]
    whole: Any = reported([listing, GOOD, UNSIGNED | {"signature": flipped(GOOD)["signature"]}]).to_value()
    assert whole["completeness"][0]["missing"] == [UNSIGNED["event_id"]]
    held: Any = reported([attached(DEMO, RECORD, "checkpoint", payloads.checkpoint([]), WHEN)]).to_value()
    assert held["completeness"][0]["as_of"][0] == "2026-05-18T01:39:14.000000"


UNBOUNDED = Limits(size=1 << 40, nodes=1 << 40)


@given(st.data())
@settings(max_examples=30)
def test_a_report_is_a_value_of_the_model_whatever_was_in_the_input(data: st.DataObject) -> None:
    whole = data.draw(strategies.event_sets(max_size=4))
    events = [*whole.events, *data.draw(strategies.junk(whole)), *data.draw(st.lists(strategies.values()))]
    hostile = data.draw(strategies.texts())
    result = check(
        read(whole.record, events, short_pith_number=hostile, source_aliases=[{"alias_kind": hostile}]),
        Policy.from_value(policy(DEMO, AUTHOR)),
    )
    value = report_on(result, result).to_value()
    assert parse_json(canonical_bytes(value, UNBOUNDED), UNBOUNDED) == value


def test_the_demo_is_reported_as_expected() -> None:
    keys = Policy.from_value(demo.demo_policy())
    result = check(read(demo.RECORD, demo.plain()["events"]), keys)
    assert report_on(result).outcome == "valid"
    for row in demo.expected():
        assert row["code"] is None or row["code"] in CODES


def test_an_invalid_receipt_is_not_hidden_by_another_event_with_the_same_id() -> None:
    """Under a format that covers the payload alone, a payload can be the content of another event."""
    rule = FAMILY["event-payload-digest"]
    sound, broken = SOUND_RECEIPT, {**SOUND_RECEIPT, "kind": "pith_receipt", "signature_b64": "x"}
    whole = event(
        DEMO, RECORD, "record_created", "record", created(sound)["payload"], WHEN, extra={"receipt": broken}
    )
    content = {name: value for name, value in whole.items() if name not in ("event_id", "signature")}
    nested = event(AUTHOR, RECORD, "record_created", "record", content, WHEN, document=rule)
    assert nested["event_id"] == whole["event_id"]
    keys = policy(DEMO, policy_key(AUTHOR, event_formats=[rule]))
    found = [
        report_on(*(checked(RECORD, part, keys) for part in parts))
        for parts in ([[whole, nested]], [[nested, whole]], [[whole], [nested]], [[nested], [whole]])
    ]
    assert [sorted(one.verdict.status for _, one in report.receipts) for report in found] == [
        ["invalid", "verified"]
    ] * 4
    assert {report.outcomes for report in found} == {("invalid",)}


def test_the_hint_of_a_rejection_is_its_own_or_that_of_its_code() -> None:
    error = BundleError("type")
    assert Rejection("a", error).hint == error.hint
    assert Rejection("a", error, "do this").hint == "do this"


def test_a_set_of_old_events_is_stale_by_the_clock_of_the_caller() -> None:
    clock = Clock("2030-01-01T00:00:00.000000Z", "2029-01-01T00:00:00.000000Z")
    (warning,) = report_on(checked(RECORD, [GOOD]), clock=clock).warnings
    assert (warning.code, warning.event_id, warning.detail) == ("warn_stale", GOOD["event_id"], WHEN)


def test_no_public_way_makes_a_report_with_another_ledger() -> None:
    """Without the ledger a conflict was reported as valid, and the ledger of another record was accepted."""
    conflict = reported([finding(), finding("critical")])
    assert conflict.outcome == "conflict"
    for ledger in (None, conflict.ledger):
        with pytest.raises(TypeError, match=r"a report is made by Verifier\.verify_each"):
            Report(conflict.inputs, ledger)
    with pytest.raises(TypeError, match=r"a report is made by Verifier\.verify_each"):
        replace(conflict, ledger=None)


def test_a_report_has_the_ledger_of_its_inputs_alone() -> None:
    report = reported([GOOD])
    assert Report._of(report.inputs, report.ledger) == report
    wrong = [
        None,
        ledger_of(checked(RECORD, [])),
        ledger_of(checked(RECORD, [claim()])),
        ledger_of(checked(RECORD, [GOOD, claim()])),
        ledger_of(checked(RECORD, [GOOD], policy(DEMO))),
        ledger_of(checked(strategies.other_record(RECORD), [])),
    ]
    for ledger in wrong:
        with pytest.raises(ValueError, match="the ledger of a report must be that of its inputs"):
            Report._of(report.inputs, ledger)
    with pytest.raises(ValueError, match="the ledger of a report"):
        Report._of((), report.ledger)


def test_an_input_has_the_results_of_the_checks() -> None:
    found = checked(RECORD, [GOOD, FORGED], short_pith_number="pith:AAAAAAAA")
    (given,) = report_on(found, names=["x" * 500]).inputs
    assert (given.record, given.policy_sha256, given.events, given.receipts, given.mismatches) == (
        found.record, found.policy_sha256, found.events, found.receipts, found.mismatches,
    )  # fmt: skip
    assert not hasattr(given, "valid") and not hasattr(given, "ids_without_valid_event")
    assert len(repr(given)) < 200


def test_a_report_on_a_file_is_made_by_a_verifier() -> None:
    with pytest.raises(TypeError, match="made by Verifier"):
        FileReport()
