"""LAW-1 to LAW-4 on canonical bytes, each law its own property; and the oracle.

Sets of events are built compatible (strategies.event_sets), so no drawn case is thrown away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kit import Json, attached, cbor, oracle, payloads, strategies, to_json
from kit.data import examples
from kit.results import Merged, check, empty_ledger, ledger_of, merge, one_by_one
from pithbundle.bundle.reader import read_bundle
from pithbundle.encoding.canonical import canonical_bytes
from pithbundle.merge.ledger import Ledger
from pithbundle.verify.policy import Policy
from pithbundle.verify.verdicts import CheckedBundle

KEYS = strategies.fixture_policy()
POLICY = Policy.from_value(KEYS)
FEW = examples(25)


def checked(frame: Json) -> CheckedBundle:
    return check(read_bundle(to_json(frame)), POLICY)


def merged(*frames: Json) -> Merged:
    return merge(*map(checked, frames))


def essence(result: Merged) -> tuple[bytes, bytes, str, str]:
    """What LAW-2 concerns."""
    state: Any = result.state
    return (
        canonical_bytes(state["current"]),
        canonical_bytes(state["unrecognised"]),
        result.state_sha256,
        result.events_sha256,
    )


def seen(ledger: Ledger) -> tuple[bytes, str, tuple[Any, ...], dict[str, bytes]]:
    """Everything that a ledger answers: state, ids, completeness, and the one signature kept."""
    return (
        ledger.snapshot().to_json(),
        ledger.events_sha256,
        ledger.completeness(),
        {event.event_id: event.signature for event in ledger},
    )


# The oracle.


@given(strategies.event_sets(max_size=12, conflicts=1))
@examples(120)
def test_the_state_is_the_one_that_the_oracle_computes(whole: strategies.EventSet) -> None:
    result = merged(whole.bundle())
    expected = oracle.state_of(whole.record, whole.events, KEYS["keys"])
    assert result.state_bytes == oracle.to_bytes(expected)
    assert result.state == expected
    assert result.state_sha256 == oracle.state_sha256(expected)
    assert result.events_sha256 == oracle.events_sha256(map(oracle.id_of, whole.events))
    reported = {name: ([*absent], as_of) for name, absent, as_of in result.ledger.completeness()}
    assert reported == oracle.missing(whole.events, whole.record)


#: A conflict among other events, and sets of little else.
SETS = strategies.event_sets(conflicts=1)
CROWDED = strategies.crowded_sets()


def test_the_strategies_draw_conflicts() -> None:
    """Laws on conflicts that none was drawn for are no laws: 80 sets once had 7 groups."""
    drawn: list[tuple[int, int]] = []

    @given(CROWDED)
    @settings(max_examples=80, phases=[Phase.generate], database=None)
    def count(whole: strategies.EventSet) -> None:
        found = merged(whole.bundle()).view.equivocations
        drawn.append((len(found), sum(len(group.event_ids) > 2 for group in found)))

    count()
    assert sum(groups for groups, _ in drawn) >= 200
    # Groups of more than two, and several in one set.
    assert sum(large for _, large in drawn) >= 20
    assert sum(groups > 1 for groups, _ in drawn) >= 20


@given(CROWDED)
@examples(80)
def test_the_model_agrees_where_events_meet_in_slots(whole: strategies.EventSet) -> None:
    expected = oracle.to_bytes(oracle.state_of(whole.record, whole.events, KEYS["keys"]))
    assert merged(whole.bundle()).state_bytes == expected


# LAW-1: on every byte.


@given(st.data())
@FEW
def test_order_and_repetition_change_nothing(data: st.DataObject) -> None:
    whole = data.draw(SETS)
    arranged = data.draw(strategies.arrangements(whole.events))
    assert seen(merged(whole.bundle(arranged)).ledger) == seen(merged(whole.bundle()).ledger)


@given(st.data())
@FEW
def test_grouping_changes_nothing(data: st.DataObject) -> None:
    whole = data.draw(SETS)
    first, second, third = (
        ledger_of(checked(whole.bundle(part)))
        for part in (*data.draw(strategies.partitions(whole.events, max_parts=3)), [], [])[:3]
    )
    left = first | second | third
    right = first | (second | third)
    backwards = third | second | first
    assert seen(left) == seen(right) == seen(backwards)
    assert left == right == backwards
    assert hash(left) == hash(right) == hash(backwards)
    built = second.builder().add(first).add(third).add(second).build()
    assert (seen(built), built) == (seen(left), left)


@given(SETS)
@FEW
def test_merging_a_set_with_itself_changes_nothing(whole: strategies.EventSet) -> None:
    once = merged(whole.bundle())
    assert seen(merged(whole.bundle(), whole.bundle()).ledger) == seen(once.ledger)
    ledger = ledger_of(checked(whole.bundle()))
    assert seen(ledger | ledger) == seen(once.ledger)
    assert ledger | ledger == once.ledger


@given(SETS)
@FEW
def test_an_empty_set_changes_nothing(whole: strategies.EventSet) -> None:
    empty, full = whole.bundle([]), whole.bundle()
    expected = seen(merged(full).ledger)
    assert seen(merged(full, empty).ledger) == seen(merged(empty, full).ledger) == expected


@given(st.data())
@FEW
def test_split_and_merged_again_is_the_whole(data: st.DataObject) -> None:
    whole = data.draw(SETS)
    parts = data.draw(strategies.deliveries(whole))
    assert seen(merged(*parts).ledger) == seen(merged(whole.bundle()).ledger)


@given(st.data())
@FEW
def test_json_and_cbor_and_the_order_of_members_change_nothing(data: st.DataObject) -> None:
    whole = data.draw(SETS)
    frame = data.draw(strategies.reordered(whole.bundle()))
    binary = check(read_bundle(cbor(frame)), POLICY)
    spaced = check(read_bundle(to_json(frame, indent=1)), POLICY)
    expected = seen(merged(whole.bundle()).ledger)
    assert seen(merge(binary).ledger) == seen(merge(spaced).ledger) == expected
    assert seen(merge(binary, spaced).ledger) == expected


@given(st.data())
@FEW
def test_one_event_at_a_time_is_all_at_once_and_looking_in_between_changes_nothing(
    data: st.DataObject,
) -> None:
    whole = data.draw(SETS)
    given_ = checked(whole.bundle())
    builder = empty_ledger(given_).builder()
    slow = empty_ledger(given_)
    for ledger in data.draw(st.permutations(one_by_one(given_))):
        slow |= ledger
        builder.add(ledger)
        if data.draw(st.booleans()):
            assert seen(builder.build()) == seen(slow)
    assert seen(slow) == seen(builder.build()) == seen(ledger_of(given_))


# LAW-2: junk.


@given(st.data())
@examples(40)
def test_junk_among_the_events_changes_no_state_and_no_digest(data: st.DataObject) -> None:
    whole = data.draw(strategies.event_sets(max_size=6, conflicts=1))
    mixed = data.draw(st.permutations([*whole.events, *data.draw(strategies.junk(whole))]))
    plain, result = merged(whole.bundle()), merged(whole.bundle(mixed))
    assert essence(result) == essence(plain)
    # The counters count the junk, and nothing else changes.
    assert result.view.valid_event_count == plain.view.valid_event_count
    assert len(result.state_bytes) >= len(plain.state_bytes)


@given(st.data())
@FEW
def test_the_counters_too_are_of_the_set_of_listed_ids(data: st.DataObject) -> None:
    whole = data.draw(strategies.event_sets(max_size=4))
    mixed = [*whole.events, *data.draw(strategies.junk(whole))]
    parts = data.draw(strategies.partitions(mixed))
    assert seen(merged(*map(whole.bundle, parts)).ledger) == seen(merged(whole.bundle(mixed)).ledger)


# LAW-3: types of the future.


@given(st.data())
@FEW
def test_unknown_types_change_neither_current_nor_its_digest(data: st.DataObject) -> None:
    whole = data.draw(strategies.event_sets(unknown=False, checkpoints=False, conflicts=1))
    strange = data.draw(
        st.lists(
            strategies.unknown_events(whole.record), min_size=1, max_size=3, unique_by=strategies.event_key
        )
    )
    named = {one["payload"].get("event_id") for one in whole.events}
    plain, result = merged(whole.bundle()), merged(whole.bundle([*whole.events, *strange]))
    assert not named & {oracle.id_of(one) for one in strange}
    assert result.state["current"] == plain.state["current"]
    assert result.state_sha256 == plain.state_sha256
    added = len({oracle.id_of(one) for one in strange})
    assert len(result.view.unrecognised) == len(plain.view.unrecognised) + added


# LAW-4: conflicts grow, retraction commutes.


def groups(result: Merged) -> dict[tuple[str, str, bytes, str], frozenset[str]]:
    return {
        (g.event_type, g.signer, g.slot, g.instant): frozenset(g.event_ids) for g in result.view.equivocations
    }


@given(st.data())
@FEW
def test_equivocations_only_grow(data: st.DataObject) -> None:
    whole = data.draw(CROWDED)
    size = data.draw(st.integers(0, len(whole.events)))
    before = groups(merged(whole.bundle(whole.events[:size])))
    after = groups(merged(whole.bundle()))
    assert before.keys() <= after.keys()
    assert all(before[name] <= after[name] for name in before)


@given(st.data())
@FEW
def test_retraction_commutes_with_everything(data: st.DataObject) -> None:
    whole = data.draw(strategies.event_sets(retractions=False, checkpoints=False, conflicts=1))
    taken: list[Json] = [
        attached(
            next(one for one in strategies.FIXTURE_SIGNERS if one.key_id == event["signer"]["key_id"]),
            whole.record, "event_retracted", payloads.event_retracted(oracle.id_of(event)),
            data.draw(strategies.instants()),
        )
        for event in data.draw(st.lists(st.sampled_from(whole.events), unique_by=id) if whole.events
                               else st.just([]))
    ]  # fmt: skip
    every: Sequence[Json] = data.draw(st.permutations([*whole.events, *taken]))
    cut = data.draw(st.integers(0, len(every)))
    late = merged(whole.bundle(whole.events), whole.bundle(taken))
    early = merged(whole.bundle(taken), whole.bundle(whole.events))
    mixed = merged(whole.bundle(every[:cut]), whole.bundle(every[cut:]))
    assert late.state_bytes == early.state_bytes == mixed.state_bytes
    expected = {oracle.id_of(event) for event in whole.events} - {one["payload"]["event_id"] for one in taken}
    current: Any = late.state["current"]
    shown = {entry["event_id"] for name in SECTIONS for entry in current[name]}
    assert shown <= expected


SECTIONS = (
    "graph_snapshots", "timestamp_anchors", "storage_attestations", "author_claims", "citations",
    "replications", "integrity_findings",
)  # fmt: skip
