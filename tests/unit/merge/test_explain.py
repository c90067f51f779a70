"""Explaining a pointer into the state: the decisions of the trace, with their signed events."""

from __future__ import annotations

import typing

import pytest
from hypothesis import given, settings

from kit import AUTHOR, attached, payloads, strategies
from kit.demo import RECORD, rich
from kit.results import WHEN, merged
from pithbundle.encoding.canonical import canonical_bytes
from pithbundle.errors import InputError
from pithbundle.merge.explain import LOSING, SENTENCES
from pithbundle.merge.selection import ReasonCode
from pithbundle.merge.state import State
from pithbundle.merge.trace import CLAUSES

FINDING = "/current/integrity_findings/0"


def demo() -> State:
    return merged(RECORD, rich()["events"]).view


@pytest.mark.parametrize("pointer", ["", "/current"])
def test_all_of_the_state(pointer: str) -> None:
    view = demo()
    assert [reason.decision for reason in view.explain(pointer)] == [*view.trace()]


def test_a_section_and_an_entry_and_a_pointer_inside_one() -> None:
    view = demo()
    section = [reason.decision.pointer for reason in view.explain("/current/replications")]
    assert section == ["/current/replications/0", "/current/replications/1"]
    for pointer in (FINDING, f"{FINDING}/payload/severity", f"{FINDING}/event_id"):
        assert [reason.decision.pointer for reason in view.explain(pointer)] == [FINDING]


@pytest.mark.parametrize(
    "pointer",
    ["/", "current", "/current/", "/current/integrity_findings/9", "/current/integrity_finding",
     "/current/checkpoints/00", "/pith_number", "/current/receipts", "/unrecognised/0", "\x1b[2J"],
)  # fmt: skip
def test_a_pointer_with_nothing_to_explain(pointer: str) -> None:
    with pytest.raises(InputError) as caught:
        demo().explain(pointer)
    assert caught.value.code == "type"
    assert caught.value.pointer == pointer
    assert caught.value.clause == "EXPLAIN-1"
    assert caught.value.hint == (
        "give /current/ and the name of a section, as State.sections lists them, or no pointer for all"
    )


def test_entry_one_is_not_entry_ten() -> None:
    events = [
        attached(AUTHOR, RECORD, "citation", payloads.citation(f"doi:10.1/{n}", "cites"), WHEN)
        for n in range(11)
    ]
    found = merged(RECORD, events).view.explain("/current/citations/1")
    assert [reason.decision.pointer for reason in found] == ["/current/citations/1"]


def test_a_reason_names_the_signed_events() -> None:
    view = demo()
    (reason,) = view.explain(FINDING)
    assert reason.clause == "MERGE-5"
    (winner,) = reason.winners
    value = reason.to_value()
    assert value["winners"] == [
        {
            "event_id": winner.event_id,
            "event_type": "pith.integrity.v1",
            "created_at": winner.created_at,
            "signer": "demo.example",
            "key_id": "demo-2026-05",
        }
    ]
    losers = typing.cast("list[dict[str, str]]", value["losers"])
    assert {lost["reason"] for lost in losers} == {"superseded"}
    assert {lost["clause"] for lost in losers} == {"MERGE-5"}
    assert all(lost["signer"] == "demo.example" for lost in losers)


def test_every_reason_has_its_clause_and_its_sentence() -> None:
    words = set(typing.get_args(ReasonCode))
    assert words == CLAUSES.keys() == SENTENCES.keys() | LOSING.keys()


@given(strategies.event_sets(types=("author_claim", "record_created", "alias_added")))
@settings(max_examples=30)
def test_every_step_is_explained_by_events_of_the_set(whole: strategies.EventSet) -> None:
    view = merged(whole.record, whole.events).view
    for reason in view.explain():
        assert reason.decision.reason in SENTENCES
        assert [event.event_id for event in reason.winners] == [*reason.decision.winners]
        for lost, event in reason.losers:
            assert lost.reason in LOSING
            assert event.event_id == lost.event_id
        assert canonical_bytes(reason.to_value())
        # An entry's own pointer finds that entry and no other.
        assert [found.decision for found in view.explain(reason.decision.pointer)] == [reason.decision]
