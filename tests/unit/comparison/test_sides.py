"""Comparing bundles, states and reports: empty for equals, the same seen from either side."""

from __future__ import annotations

import copy
import json
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
    made_record,
    payloads,
    policy,
    policy_key,
    strategies,
)
from kit.demo import RECORD, rich
from kit.results import WHEN, Merged, checked, merge, report_on
from pithbundle.comparison.sides import (
    Diff,
    Judged,
    Side,
    SideError,
    diff,
    diff_sides,
    side_of_report,
    side_of_value,
)
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.json_reader import parse_json
from pithbundle.errors import PithError
from pithbundle.report import Rejection, Report


def made(record: Json, events: Any, keys: Json | None = None) -> tuple[Report, Merged]:
    found = checked(record, events, keys)
    result = merge(found)
    return report_on(found), result


def bundle_side(record: Json, events: Any, keys: Json | None = None) -> Side:
    return side_of_report(made(record, events, keys)[0])


def sides(record: Json, events: Any, keys: Json | None = None) -> dict[str, Side]:
    report, result = made(record, events, keys)
    return {
        "bundle": side_of_report(report),
        "state": side_of_value(result.state),
        "report": side_of_value(parse_json(json.dumps(report.to_value()).encode())),
    }


def empty(found: Diff) -> bool:
    return found.equal and not found.events and not found.state and not found.decisions and not found.labels


def test_a_difference_is_shown_in_one_short_line() -> None:
    side = bundle_side(RECORD, [])
    assert (
        repr(diff_sides(side, side)) == "Diff(equal=True, same_record=True, events=0, state=0, decisions=0)"
    )


def mirrored(one: Diff, other: Diff) -> bool:
    return (
        one.equal == other.equal
        and one.same_record == other.same_record
        and [(c.event_id, c.left, c.right) for c in one.events]
        == [(c.event_id, c.right, c.left) for c in other.events]
        and {(w, a, b) for w, a, b in one.decisions} == {(w, b, a) for w, a, b in other.decisions}
        and [(n, a, b) for n, a, b in one.labels] == [(n, b, a) for n, a, b in other.labels]
        and sorted((d.how.replace("ours", "t").replace("theirs", "o"), encode(d.ours), encode(d.theirs))
                   for d in one.state)
        == sorted((d.how.replace("ours", "o").replace("theirs", "t"), encode(d.theirs), encode(d.ours))
                  for d in other.state)
    )  # fmt: skip


def alias(value: str, signer: Any = DEMO) -> Json:
    return attached(signer, RECORD, "alias_added", payloads.alias_added("openalex", value), WHEN)


def cited(value: str) -> Json:
    return attached(AUTHOR, RECORD, "citation", payloads.citation(value, "cites"), WHEN)


@pytest.mark.parametrize("left", ["bundle", "state", "report"])
@pytest.mark.parametrize("right", ["bundle", "state", "report"])
def test_forms_of_one_bundle_do_not_differ(left: str, right: str) -> None:
    events = [*rich()["events"], alias("W9", UNKNOWN_SIGNER)]
    both = sides(RECORD, events)
    assert empty(diff_sides(both[left], both[right]))


@given(strategies.event_sets(max_size=6))
@settings(max_examples=30)
def test_nothing_differs_from_itself(whole: strategies.EventSet) -> None:
    for side in sides(whole.record, whole.events).values():
        assert empty(diff_sides(side, side))


@given(st.data())
@settings(max_examples=40)
def test_seen_from_the_other_side_it_is_the_mirror_image(data: st.DataObject) -> None:
    whole = data.draw(strategies.event_sets())
    cut = data.draw(st.integers(0, len(whole.events)))
    junk = data.draw(strategies.junk(whole))
    left = sides(whole.record, [*whole.events[:cut], *junk])
    right = sides(whole.record, whole.events[cut // 2 :])
    for one in left.values():
        for other in right.values():
            assert mirrored(diff_sides(one, other), diff_sides(other, one)), (one.form, other.form)


@given(st.data())
@settings(max_examples=40)
def test_bundles_are_equal_iff_their_verdicts_on_every_event_are(data: st.DataObject) -> None:
    whole = data.draw(strategies.event_sets())
    arranged = data.draw(strategies.arrangements(whole.events))
    assert empty(diff_sides(bundle_side(whole.record, whole.events), bundle_side(whole.record, arranged)))
    cut = data.draw(st.integers(0, len(whole.events)))
    part = diff_sides(bundle_side(whole.record, whole.events), bundle_side(whole.record, whole.events[:cut]))
    assert part.equal == (cut == len(whole.events))
    assert len(part.events) == len(whole.events) - cut
    assert all(change.right is None and change.left is not None for change in part.events)


def test_an_event_that_one_side_lacks() -> None:
    one, two = cited("a"), cited("b")
    left, right = sides(RECORD, [one, two]), sides(RECORD, [one])
    for form in ("bundle", "state", "report"):
        found = diff_sides(left[form], right[form])
        assert not found.equal
        assert [change.event_id for change in found.events] == [two["event_id"]]
    entry = diff_sides(left["bundle"], right["bundle"]).state
    assert {difference.how for difference in entry if difference.group == "signed"} == {"only ours"}


def test_a_verdict_that_differs_is_reported_with_both_codes() -> None:
    event = cited("a")
    left, right = bundle_side(RECORD, [event]), bundle_side(RECORD, [event], policy(DEMO))
    (change,) = diff_sides(left, right).events
    assert change.left == Judged("citation", "verified", None)
    assert change.right == Judged("citation", "unknown_key", "key_unknown")
    assert [name for name, _, _ in diff_sides(left, right).labels] == [
        "policy_sha256", "events_sha256", "state_sha256", "unverified_sha256",
    ]  # fmt: skip


def test_unverified_elements_are_counted_and_their_identities_are_a_label() -> None:
    left = sides(RECORD, [cited("a"), cited("b")], policy(policy_key(UNKNOWN_SIGNER)))
    right = sides(RECORD, [cited("a"), cited("c")], policy(policy_key(UNKNOWN_SIGNER)))
    for form in ("bundle", "report"):
        assert (left[form].unverified, right[form].unverified) == (2, 2)
        assert diff_sides(left[form], right[form]).unverified_differ
        assert not diff_sides(left[form], left[form]).unverified_differ
        found = diff_sides(left[form], right[form])
        assert found.only_unverified_differ and not found.equal and len(found.events) == 2
        assert not diff_sides(left[form], left[form]).only_unverified_differ
    # An event that one side verifies, or another record, is a difference.
    other = {**sides(RECORD, [cited("a")]), "other": bundle_side(made_record(1), [])}
    for name in ("bundle", "other"):
        assert not diff_sides(left["bundle"], other[name]).only_unverified_differ
    assert left["state"].unverified == 0
    report = made(RECORD, [])[0].to_value()
    assert side_of_value({**report, "unverified_count": "2"}).unverified == 0
    strange: Any = {**report, "unverified": [None, {"element_sha256": 1}, {"element_sha256": "a"}]}
    assert side_of_value(strange).identities == {"a": {"element_sha256": "a"}}
    assert side_of_value({**report, "unverified": 1}).identities == {}


def test_an_entry_that_is_current_for_another_reason() -> None:
    claim = payloads.author_claim(payloads.orcid(1))
    old, new = (attached(AUTHOR, RECORD, "author_claim", claim, at) for at in (WHEN, "2026-05-19T00:00:00Z"))
    found = diff_sides(bundle_side(RECORD, [new]), bundle_side(RECORD, [old, new]))
    assert found.decisions == (((new["event_id"],), "only", "newest"),)
    assert [change.event_id for change in found.events] == [old["event_id"]]
    assert not found.state or all(difference.group == "labels" for difference in found.state)


def test_another_record() -> None:
    other = strategies.other_record(RECORD)
    found = diff_sides(bundle_side(RECORD, []), bundle_side(other, []))
    assert not found.same_record
    assert not found.equal


def test_two_reports_that_name_no_record_are_not_equal() -> None:
    nothing = report_on(rejected=[Rejection("x", PithError("syntax"))])
    assert not diff(nothing, nothing).equal
    value = parse_json(json.dumps(nothing.to_value()).encode())
    assert not diff_sides(side_of_value(value), side_of_value(value)).equal


def test_an_element_that_could_not_be_checked_is_compared_by_its_claimed_id() -> None:
    """Of an unknown format no id is computed, and the event was reported as absent."""
    event = cited("a")
    opaque = policy(policy_key(AUTHOR, event_formats=["unknown"]))
    known, unknown = (made(RECORD, [event], keys)[0] for keys in (policy(AUTHOR), opaque))
    written = side_of_value(parse_json(json.dumps(unknown.to_value()).encode()))
    for side in (side_of_report(unknown), written):
        (change,) = diff_sides(side, side_of_report(known)).events
        assert change.event_id == event["event_id"]
        assert change.left == Judged("citation", "unknown_format", None, claimed=True)
        assert change.right == Judged("citation", "verified", None)


def test_reports_and_states_are_compared() -> None:
    one, other = (made(RECORD, events)[0] for events in ([cited("a")], [cited("b")]))
    assert one.state is not None and other.state is not None
    assert diff(one, one).equal and diff(one.state, one.state).equal and diff(one, one.state).equal
    for left, right in ((one, other), (one.state, other.state), (one, other.state)):
        assert not diff(left, right).equal
    with pytest.raises(TypeError, match="must be a Report or a State, not str"):
        diff("state.json", one)  # type: ignore[arg-type]


def test_an_entry_of_a_report_without_an_id_is_passed_over() -> None:
    report: Any = parse_json(json.dumps(report_on(checked(RECORD, [cited("a")])).to_value()).encode())
    odd = {**report, "events": [1, {}, *report["events"]], "without_id": [1, {}, {"claimed_event_id": 1}]}
    assert side_of_value(odd) == side_of_value(report)


def test_a_report_on_checks_alone_names_its_record_too() -> None:
    found = checked(RECORD, [cited("a")])
    alone: Any = parse_json(json.dumps(report_on(found).to_value()).encode())
    del alone["pith_number"]
    assert empty(diff_sides(side_of_value(alone), bundle_side(RECORD, [cited("a")])))
    odd: tuple[Any, ...] = ([], None, [1], [{"pith_number": 1}])
    for inputs in odd:
        assert not diff_sides(
            side_of_value({**alone, "inputs": inputs}), bundle_side(RECORD, [cited("a")])
        ).same_record


def test_a_state_need_not_know_the_event_that_lost_but_must_not_show_one_that_is_not_valid() -> None:
    claim = payloads.author_claim(payloads.orcid(1))
    old, new = (attached(AUTHOR, RECORD, "author_claim", claim, at) for at in (WHEN, "2026-05-19T00:00:00Z"))
    state = sides(RECORD, [old, new])["state"]
    report = sides(RECORD, [old, new])["report"]
    assert diff_sides(report, state).equal
    assert diff_sides(state, report).equal
    doubtful = sides(RECORD, [old, new], policy(DEMO))["report"]
    for found in (diff_sides(state, doubtful), diff_sides(doubtful, state)):
        assert [change.event_id for change in found.events] == [new["event_id"]]
    assert not diff_sides(state, sides(RECORD, [old])["report"]).equal


@pytest.mark.parametrize("repeat", ["same", "other"])
def test_an_entry_that_a_state_shows_twice_differs_from_either_side(repeat: str) -> None:
    """Of two equal ids only the last was looked at, and on the left not even counted."""
    state: Any = made(RECORD, [cited("a")])[1].state
    twice: Any = copy.deepcopy(state)
    entry = copy.deepcopy(twice["current"]["citations"][0])
    if repeat == "other":
        entry["created_at"] = "2026-05-19T00:00:00Z"
    twice["current"]["citations"].insert(0, entry)
    plain, odd = side_of_value(state), side_of_value(twice)
    assert not diff_sides(plain, odd).equal
    assert not diff_sides(odd, plain).equal
    assert empty(diff_sides(odd, side_of_value(copy.deepcopy(twice))))


@pytest.mark.parametrize("value", [None, 1, [], {}, {"state_type": 1}, {"report_type": "x"}, "report"])
def test_what_is_no_side(value: Any) -> None:
    with pytest.raises(SideError) as caught:
        side_of_value(value)
    assert caught.value.code == "type"


@given(st.data())
@settings(max_examples=80)
def test_a_hostile_state_or_report_is_a_side_and_never_an_error(data: st.DataObject) -> None:
    member = data.draw(st.sampled_from(("state_type", "report_type")))
    value = data.draw(strategies.values(max_leaves=6))
    members = {
        "state_type": ("current", "unrecognised", "pith_number", "merge_version"),
        "report_type": ("events", "pith_number", "rules", "policy_sha256"),
    }[member]
    hostile = {
        member: {"state_type": "pith_open_graph_state", "report_type": "pithbundle_report"}[member],
        **{name: data.draw(hostile_members(value)) for name in members},
    }
    side = side_of_value(hostile)
    found = diff_sides(side, side_of_value(copy.deepcopy(hostile)))
    assert found.equal == found.same_record == (side.pith_number is not None)
    assert not (found.events or found.state or found.decisions or found.labels)
    own = sides(RECORD, [cited("a")])
    for other in own.values():
        assert mirrored(diff_sides(side, other), diff_sides(other, side))
        assert not diff_sides(side, other).equal


@st.composite
def hostile_members(draw: st.DrawFn, value: Any) -> Any:
    entry = st.fixed_dictionaries(
        {}, optional={name: st.just(value) | st.sampled_from((None, 1, "x", ["x"])) for name in
                      ("event_id", "event_type", "code", "verdict")},
    )  # fmt: skip
    rows = st.lists(entry | st.just(value), max_size=3)
    return draw(rows | st.just(value) | st.fixed_dictionaries({"citations": rows, "source_aliases": rows}))


def test_a_diff_of_any_report_is_hashable() -> None:
    one = bundle_side(RECORD, [])
    value: Any = {"report_type": "pithbundle_report", "rules": {"a": 1}, "events_sha256": "other"}
    other = side_of_value(value)
    assert other.labels == {"events_sha256": "other"}
    found = diff_sides(one, other)
    assert hash(found) == hash(diff_sides(one, other))
    assert [name for name, _, _ in found.labels] == ["events_sha256"]


def test_a_diff_with_differences_of_objects_is_hashable() -> None:
    one, other = (made(RECORD, [alias(name)])[1].ledger.snapshot() for name in ("A1", "A2"))
    found = diff(one, other)
    assert found.state
    assert hash(found) == hash(diff(one, other))
