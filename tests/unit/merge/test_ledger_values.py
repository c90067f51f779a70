"""Ledgers, states, rule sets and entries as values: immutable, copied, pickled, short when printed."""

from __future__ import annotations

import copy
import json
import multiprocessing
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given

from kit import DEMO, Json, attached, crowds, payloads, strategies, to_json
from kit.data import examples
from kit.demo import RECORD, rich
from kit.results import WHEN, checked, ledger_of, merged
from pithbundle.bundle.reader import read_bundle
from pithbundle.merge.event_types import citation
from pithbundle.merge.ledger import Ledger
from pithbundle.merge.rule_sets import EventType, MergeRules, built_in_rules
from pithbundle.merge.rules import MERGE_1
from pithbundle.merge.schema import an_object
from pithbundle.merge.state import State
from pithbundle.verify.checks import check
from pithbundle.verify.policy import Policy

LEDGER = merged(RECORD, rich()["events"]).ledger
STATE = LEDGER.snapshot()

#: What a ledger and its state return, by name.
RESULTS: dict[str, Callable[[Ledger], Any]] = {
    "ledger": lambda ledger: ledger,
    "state": lambda ledger: ledger.snapshot(),
    "events": lambda ledger: [*ledger],
    "bytes": lambda ledger: ledger.snapshot().to_json(),
    "digests": lambda ledger: (
        ledger.events_sha256,
        ledger.snapshot().sha256,
        ledger.snapshot().events_sha256,
    ),
    "trace": lambda ledger: ledger.snapshot().trace(),
    "trace bytes": lambda ledger: ledger.snapshot().trace_json(),
    "explanations": lambda ledger: ledger.snapshot().explain(),
    "timeline": lambda ledger: ledger.timeline(),
    "entries": lambda ledger: dict(ledger.snapshot().sections),
    "sections": lambda ledger: ledger.snapshot().sections,
    "event types": lambda ledger: ledger.rules.event_types,
    "aliases": lambda ledger: ledger.snapshot().source_aliases,
    "receipt": lambda ledger: ledger.snapshot().receipt,
    "equivocations": lambda ledger: ledger.equivocations(),
    "unrecognised": lambda ledger: ledger.snapshot().unrecognised,
    "status": lambda ledger: ledger.snapshot().status(),
    "completeness": lambda ledger: (ledger.missing(), ledger.completeness()),
    "export": lambda ledger: ledger.export(),
    "rules": lambda ledger: ledger.rules,
    "event type": lambda ledger: ledger.rules.event_types["citation"],
}
EACH = pytest.mark.parametrize("name", RESULTS)


def results(ledger: Ledger) -> dict[str, Any]:
    return {name: of(ledger) for name, of in RESULTS.items()}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@EACH
def test_it_pickles(name: str, protocol: int) -> None:
    value = RESULTS[name](LEDGER)
    again = pickle.loads(pickle.dumps(value, protocol))
    assert again == value
    assert repr(again) == repr(value)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_builder_pickles_and_copies_with_what_was_added(protocol: int) -> None:
    """Its copy had the same dict: what was added to one was in the other."""
    more = ledger_of(checked(RECORD, [attached(DEMO, RECORD, "citation", payloads.citation("more"), WHEN)]))
    builder = LEDGER.builder()
    for again in (pickle.loads(pickle.dumps(builder, protocol)), copy.copy(builder), copy.deepcopy(builder)):
        assert again.build() == LEDGER
        assert again.add(more).build() == LEDGER | more
        assert builder.build() == LEDGER


@EACH
def test_it_copies(name: str) -> None:
    value = RESULTS[name](LEDGER)
    assert copy.copy(value) == value
    assert copy.deepcopy(value) == value


def test_it_crosses_a_process_pool() -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        state = pool.submit(Ledger.snapshot, LEDGER).result()
        data = pool.submit(State.to_json, STATE).result()
        (receipt, claims) = (
            pool.submit(copy.deepcopy, each).result() for each in (STATE.receipt, STATE.author_claims)
        )
    assert state == STATE
    assert state.rules is MERGE_1
    assert data == STATE.to_json()
    assert (receipt, claims) == (STATE.receipt, STATE.author_claims)


def test_what_is_unpickled_has_every_view() -> None:
    again: Ledger = pickle.loads(pickle.dumps(LEDGER))
    assert results(again) == results(LEDGER)
    # And joins with what never was away.
    assert again | LEDGER == LEDGER | again == LEDGER


# Rule sets are pickled by name.


def test_a_rule_set_is_pickled_by_its_name() -> None:
    assert pickle.loads(pickle.dumps(MERGE_1)) is MERGE_1
    assert built_in_rules("pithbundle-merge-1") is MERGE_1
    assert len(pickle.dumps(MERGE_1)) < 200
    assert pickle.loads(pickle.dumps(citation.EVENT_TYPE)) is citation.EVENT_TYPE
    assert copy.deepcopy(MERGE_1) is copy.copy(MERGE_1) is MERGE_1


def test_a_custom_rule_set_cannot_be_pickled() -> None:
    made = EventType("peer_review", "record", "peer_reviews", "all", {"review": an_object})
    rules = MergeRules.of("journal-1", *MERGE_1.event_types.values(), made)
    posing = MergeRules.of(MERGE_1.name, made)
    ledger = ledger_of(checked(RECORD, []), rules=rules)
    for value in (rules, posing, ledger, ledger.snapshot()):
        with pytest.raises(TypeError, match="are not built in, so they cannot be pickled"):
            pickle.dumps(value)
    with pytest.raises(TypeError, match="the event type peer_review is of no built-in rule set"):
        pickle.dumps(made)
    # A copy in the same process needs no name.
    assert copy.deepcopy(rules) is copy.copy(rules) is rules
    assert copy.deepcopy(made) is copy.copy(made) is made
    assert copy.deepcopy(rules.event_types["peer_review"]) is made


def test_equal_results_have_equal_hashes() -> None:
    again = ledger_of(checked(RECORD, rich()["events"][::-1]))
    assert hash(again) == hash(LEDGER)
    assert hash(again.snapshot()) == hash(STATE)
    assert len({again, LEDGER}) == len({again.snapshot(), STATE}) == 1
    assert STATE.to_json() != STATE


def test_a_rule_set_keeps_its_own_tables() -> None:
    members = {"review": an_object}
    made = EventType("peer_review", "record", "peer_reviews", "all", members)
    table = {"peer_review": made}
    rules = MergeRules("journal-1", table)
    members.clear()
    table.clear()
    assert [*made.members] == ["review"]
    assert [*rules.event_types] == ["peer_review"]
    with pytest.raises(TypeError):
        made.members["other"] = an_object  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        rules.name = "other"  # type: ignore[misc]
    assert (repr(made), repr(rules)) == ("<EventType peer_review>", "<MergeRules journal-1>")
    assert {made: 1, rules: 2}[rules] == 2


# A result never changes, and its parts agree.


@pytest.mark.parametrize("value", [LEDGER, STATE], ids=["ledger", "state"])
def test_no_attribute_can_be_set(value: Any) -> None:
    names = [name for name in dir(value) if not name.startswith("__")]
    for name in (*names, "anything"):
        with pytest.raises(AttributeError):
            setattr(value, name, None)
        with pytest.raises(AttributeError):
            delattr(value, name)


def test_what_a_caller_does_with_a_result_changes_no_other() -> None:
    ledger = ledger_of(checked(RECORD, rich()["events"]))
    before = results(ledger_of(checked(RECORD, rich()["events"])))
    state = ledger.snapshot()
    ledger.missing().clear()
    ledger.export().clear()
    state.status().clear()
    for section in state.sections.values():
        for entry in section:
            entry.payload.clear()
    for event in ledger:
        event.payload.clear()
    with pytest.raises(TypeError):
        state.sections["citations"] = ()  # type: ignore[index]
    assert results(ledger) == before


def test_the_parts_of_a_result_are_of_one_set_of_events() -> None:
    """The bytes were kept while the ledger continued to grow: trace and timeline were of another set."""
    ledger = ledger_of(checked(RECORD, rich()["events"]))
    state = ledger.snapshot()
    data, before = state.to_json(), len(ledger)
    more = attached(DEMO, RECORD, "citation", payloads.citation("one more"), WHEN)
    grown = ledger | ledger_of(checked(RECORD, [more]))
    assert (len(ledger), len(grown)) == (before, before + 1)
    assert more["event_id"] in grown
    assert more["event_id"] not in ledger
    assert state.to_json() == data
    assert more["event_id"] not in {event_id for decision in state.trace() for event_id in decision.winners}
    assert more["event_id"] not in {moment.event.event_id for moment in ledger.timeline()}
    assert grown.snapshot() != state == ledger.snapshot()


def test_what_a_caller_changes_after_a_check_changes_nothing() -> None:
    """The dict of a payload was that of the bundle: a change of it changed the receipt, slots and counts."""
    bundle = read_bundle(to_json(rich()))
    policy = Policy.from_value(strategies.fixture_policy())
    result = check(bundle, policy, MERGE_1.event_types.keys())
    ledger = ledger_of(result)
    expected = results(ledger_of(check(read_bundle(to_json(rich())), policy, MERGE_1.event_types.keys())))
    for element in bundle.events:
        assert isinstance(element, dict)
        payload: Any = element["payload"]
        payload.clear()
        element.clear()
    assert results(ledger) == expected
    assert ledger.builder().build().snapshot().to_json() == expected["bytes"]


@given(strategies.event_sets(max_size=8, conflicts=1))
@examples(20)
def test_the_parts_of_every_result_agree(whole: strategies.EventSet) -> None:
    ledger = ledger_of(checked(whole.record, whole.events))
    state = ledger.snapshot()
    current = json.loads(state.to_json())["current"]
    assert state is ledger.snapshot()
    assert state.events_sha256 == ledger.events_sha256
    assert state.equivocations == ledger.equivocations()
    assert state.valid_event_count == len(ledger) == len([*ledger]) == len(ledger.timeline())
    for decision in state.trace():
        value: Any = current
        for step in decision.pointer.split("/")[2:]:
            value = value[int(step)] if type(value) is list else value[step]
        if type(value) is dict and "event_id" in value:
            assert decision.winners == (value["event_id"],)
    for section, entries in state.sections.items():
        assert [entry.event_id for entry in entries] == [each["event_id"] for each in current[section]]


def test_views_requested_in_threads_are_the_same() -> None:
    ledger = ledger_of(checked(RECORD, rich()["events"]))
    found: list[Json] = []
    threads = [threading.Thread(target=lambda: found.append(results(ledger))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [results(LEDGER)] * 4


def test_no_payload_is_decoded_for_a_merge(monkeypatch: pytest.MonkeyPatch) -> None:
    """What views need of a payload is kept when the event enters the ledger, while the payload is at hand."""
    parts = [ledger_of(checked(RECORD, [one])) for one in rich()["events"]]

    def decode(*_: object, **__: object) -> None:
        raise AssertionError("a payload was decoded")

    monkeypatch.setattr("pithbundle.merge.entries.decode_canonical", decode)
    monkeypatch.setattr("pithbundle.verify.verdicts.SignedEvent.payload", property(decode))
    builder = parts[0].builder()
    for part in parts[1:]:
        builder.add(part)
    ledger = builder.build()
    state = ledger.snapshot()
    assert state.to_json() == STATE.to_json()
    assert (state.sha256, state.events_sha256) == (STATE.sha256, STATE.events_sha256)
    assert (state.trace(), ledger.timeline()) == (STATE.trace(), LEDGER.timeline())
    assert ledger.completeness() == LEDGER.completeness()
    assert ledger.equivocations() == LEDGER.equivocations()


# Printing.


def test_the_repr_of_a_large_result_is_short() -> None:
    _, ledger = crowds.made("mixed", 5_000)
    assert len(ledger) > 4_000
    for value in (ledger, ledger.snapshot(), ledger.builder(), ledger.rules):
        assert len(repr(value)) < 200
        assert len(str(value)) < 200
    assert str(len(ledger)) in repr(ledger)
    assert ledger.record.number.suffix in repr(ledger.snapshot())
