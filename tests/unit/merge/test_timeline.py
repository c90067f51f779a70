"""The timeline: the order of signed times, and changes that lead to the state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from hypothesis import Phase, given, settings

from kit import (
    AUTHOR,
    DEMO,
    MIRROR,
    Json,
    Signer,
    attached,
    event,
    many_events,
    oracle,
    payloads,
    receipt,
    strategies,
)
from kit.demo import RECORD, rich
from kit.results import WHEN, Merged, merged
from pithbundle.merge.rules import MERGE_1
from pithbundle.merge.timeline import Change, Moment

EARLY, LATER, LAST = "2026-05-17T00:00:00Z", "2026-05-19T00:00:00Z", "2026-05-20T00:00:00Z"


def claim(at: str = WHEN, signer: Signer = AUTHOR, **extra: Any) -> Json:
    return attached(signer, RECORD, "author_claim", payloads.author_claim(payloads.orcid(0), **extra), at)


def alias(at: str = WHEN, signer: Signer = DEMO, **extra: Any) -> Json:
    return attached(signer, RECORD, "alias_added", payloads.alias_added("openalex", "W1", **extra), at)


def back(target: Json, at: str, signer: Signer = AUTHOR) -> Json:
    return attached(signer, RECORD, "event_retracted", payloads.event_retracted(target["event_id"]), at)


def reported(*events: Json) -> list[tuple[str, list[str]]]:
    """Change and concerned ids, for the events in the order given; they are merged in another order."""
    found = {moment.event.event_id: moment for moment in merged(RECORD, events[::-1]).ledger.timeline()}
    assert len(found) == len(events)
    return [(found[e["event_id"]].change, [*found[e["event_id"]].others]) for e in events]


def test_a_slot_is_set_and_replaced() -> None:
    one, two = claim(), claim(LATER)
    assert reported(one, two) == [("sets", []), ("replaces", [one["event_id"]])]


def test_of_one_instant_the_second_is_superseded_or_restated() -> None:
    one, two = sorted((claim(note="a"), claim(note="b")), key=oracle.id_of)
    assert reported(one, two) == [("sets", []), ("superseded", [one["event_id"]])]
    zulu, offset = sorted((claim(), claim("2026-05-18T01:39:14+00:00")), key=oracle.id_of)
    assert reported(zulu, offset) == [("sets", []), ("restates", [zulu["event_id"]])]


def test_the_first_record_created_is_current() -> None:
    made = payloads.record_created(RECORD, receipt(DEMO, RECORD, WHEN))
    one = attached(DEMO, RECORD, "record_created", made, WHEN)
    two = attached(MIRROR, RECORD, "record_created", made, LATER)
    assert reported(one, two) == [("sets", []), ("restates", [one["event_id"]])]


def test_events_of_the_selection_all_are_added_and_a_checkpoint_is_listed() -> None:
    cited = [attached(AUTHOR, RECORD, "citation", payloads.citation(w, "cites"), WHEN) for w in "ab"]
    listed = attached(DEMO, RECORD, "checkpoint", payloads.checkpoint([]), LATER)
    assert reported(*cited, listed) == [("adds", []), ("adds", []), ("lists", [])]


def test_a_name_is_added_once() -> None:
    one, two = alias(), alias(LATER, MIRROR, note="again")
    assert reported(one, two) == [("adds", []), ("restates", [one["event_id"]])]
    gone = back(one, LAST, DEMO)
    assert reported(one, two, gone)[2] == ("retracts", [one["event_id"], two["event_id"]])
    assert reported(one, back(one, LAST, DEMO))[1] == ("retracts", [one["event_id"]])


def test_what_is_unrecognised_changes_nothing() -> None:
    strange = event(DEMO, RECORD, "peer_review", "record", {}, WHEN)
    nonconforming = event(DEMO, RECORD, "citation", "record", {}, LATER)
    assert reported(strange, nonconforming) == [("unrecognised", []), ("unrecognised", [])]
    moments = merged(RECORD, [strange, nonconforming]).ledger.timeline()
    assert [moment.section for moment in moments] == [None, None]


def test_a_retraction_brings_the_next_one_back() -> None:
    one, two = claim(), claim(LATER)
    assert reported(one, two, back(two, LAST))[2] == ("retracts", [two["event_id"], one["event_id"]])
    assert reported(one, two, back(one, LAST))[2] == ("retracts", [one["event_id"]])
    assert reported(one, back(one, LAST))[1] == ("retracts", [one["event_id"]])


def test_after_a_retraction_the_slot_is_empty_again() -> None:
    one, two = claim(), claim(LAST)
    assert reported(one, back(one, LATER), two) == [
        ("sets", []),
        ("retracts", [one["event_id"]]),
        ("sets", []),
    ]


def test_what_was_brought_back_is_what_the_next_one_replaces() -> None:
    one, two, three = claim(EARLY), claim(), claim(LAST)
    assert reported(one, two, back(two, LATER), three)[2:] == [
        ("retracts", [two["event_id"], one["event_id"]]),
        ("replaces", [one["event_id"]]),
    ]


def test_a_retraction_of_an_unrecognised_event() -> None:
    strange = event(DEMO, RECORD, "peer_review", "record", {}, WHEN)
    assert reported(strange, back(strange, LATER, DEMO))[1] == ("retracts", [strange["event_id"]])
    nonconforming = event(DEMO, RECORD, "author_claim", "record", {"scheme": "orcid"}, WHEN)
    assert reported(nonconforming, back(nonconforming, LATER, DEMO))[1] == (
        "retracts",
        [nonconforming["event_id"]],
    )
    cited = attached(AUTHOR, RECORD, "citation", payloads.citation("x", "cites"), WHEN)
    assert reported(cited, back(cited, LATER))[1] == ("retracts", [cited["event_id"]])


def test_a_retraction_without_effect() -> None:
    one = claim()
    assert reported(one, back(one, LATER, DEMO))[1] == ("rejected", [one["event_id"]])
    assert reported(back(one, LATER)) == [("waits", [one["event_id"]])]
    waits = back(one, LATER)
    assert reported(waits, back(waits, LAST))[1] == ("rejected", [waits["event_id"]])


def test_an_event_that_is_retracted_before_its_time() -> None:
    """It seemed to set a slot that the state shows empty: its retraction has the earlier signed time."""
    for late in (claim(LATER), alias(LATER, AUTHOR)):
        gone = back(late, WHEN)
        assert reported(gone, late) == [
            ("waits", [late["event_id"]]),
            ("withdrawn", [gone["event_id"]]),
        ]
    current, late = claim(), claim(LATER, note="new")
    early = back(late, EARLY)
    assert reported(early, current, late)[1:] == [("sets", []), ("withdrawn", [early["event_id"]])]


def test_retracted_by_is_of_the_whole_set() -> None:
    one = claim()
    gone, other = back(one, LATER), back(one, LATER, DEMO)
    moments = {
        moment.event.event_id: moment for moment in merged(RECORD, [gone, other, one]).ledger.timeline()
    }
    assert moments[one["event_id"]].retracted_by == (gone["event_id"],)
    assert moments[gone["event_id"]].retracted_by == ()


def test_the_rich_demo_in_order() -> None:
    ledger = merged(RECORD, rich()["events"]).ledger
    moments = ledger.timeline()
    assert [moment.event.order for moment in moments] == sorted(e.order for e in ledger)
    assert [moment.change for moment in moments].count("retracts") == 1


def replayed(moments: Sequence[Moment], result: Merged) -> dict[str, set[str]]:
    """What is current at the end, from the changes alone."""
    shown: dict[str, set[str]] = {}
    for moment in moments:
        name, section = moment.event.event_id, moment.section
        if section is None:
            assert moment.change == "unrecognised"
            continue
        here = shown.setdefault(section, set())
        if section == "retractions":
            here.add(name)
        if moment.change == "retracts":
            target, *following = moment.others
            event_type = MERGE_1.event_types.get(result.ledger[target].event_type)
            if event_type is not None:
                shown.setdefault(event_type.section, set()).discard(target)
                shown[event_type.section] |= {*following}
        elif moment.change in ("sets", "adds", "lists", "replaces"):
            here.add(name)
            here -= {*moment.others}
        else:
            assert section == "retractions" or moment.change in ("restates", "superseded", "withdrawn")
    return shown


@given(
    strategies.event_sets(
        max_size=12,
        conflicts=1,
        types=("author_claim", "record_created", "alias_added", "citation", "pith.integrity.v1"),
    )
)
@settings(max_examples=80)
def test_the_changes_lead_to_the_state(whole: strategies.EventSet) -> None:
    result = merged(whole.record, whole.events)
    moments = result.ledger.timeline()
    assert [m.event.order for m in moments] == sorted(e.order for e in result.ledger)
    shown = replayed(moments, result)
    view = result.view
    for section, current in view.sections.items():
        assert shown.get(section, set()) == {e.event_id for e in current}, section
    named = {alias.event_id for alias in view.source_aliases if alias.event_id}
    assert shown.get("source_aliases", set()) == named
    created = shown.get("receipt", set())
    assert len(created) <= 1
    assert view.receipt is None or created == {view.receipt.event_id}
    last: dict[bytes, Moment] = {}
    for moment in moments:
        event_type = MERGE_1.event_types.get(moment.event.event_type)
        if event_type and event_type.select == "latest" and moment.change in ("sets", "replaces"):
            last[event_type.slot_of(moment.event.signer, moment.event.payload)] = moment
    # The last one to set or replace is still current, unless it was retracted.
    for moment in last.values():
        here = {e.event_id for e in view.sections[str(moment.section)]}
        assert (moment.event.event_id in here) == (not moment.retracted_by)


@given(strategies.event_sets(max_size=14, conflicts=1) | strategies.crowded_sets())
@settings(max_examples=60)
def test_each_change_is_that_of_the_clauses(whole: strategies.EventSet) -> None:
    moments = merged(whole.record, whole.events).ledger.timeline()
    assert [(m.event.event_id, m.change) for m in moments] == oracle.timeline(whole.record, whole.events)


def test_the_strategies_draw_every_change() -> None:
    found: set[str] = set()

    @given(strategies.event_sets(max_size=14, conflicts=1) | strategies.crowded_sets())
    @settings(max_examples=60, phases=[Phase.generate], database=None)
    def look(whole: strategies.EventSet) -> None:
        found.update(change for _, change in oracle.timeline(whole.record, whole.events))

    look()
    assert found == set(get_args(Change))


def test_the_order_of_arrival_is_not_the_order_of_the_timeline() -> None:
    events = list(many_events(RECORD, 60))
    assert merged(RECORD, events).ledger.timeline() == merged(RECORD, events[::-1]).ledger.timeline()
