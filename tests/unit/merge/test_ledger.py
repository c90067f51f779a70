"""MERGE-2 to MERGE-9: selection, retraction, equivocation, completeness, and which ledgers join."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit import (
    AUTHOR,
    DEMO,
    DEMO_NEXT,
    MIRROR,
    Json,
    Signer,
    attached,
    event,
    made_record,
    oracle,
    payloads,
    pith_number,
    policy,
    receipt,
    strategies,
    without,
)
from kit.results import WHEN, check, checked, empty_ledger, ledger_of, merge, merged, read
from kit.strategies import FIXTURE_SIGNERS, other_record
from kit.tampered import signature_of, signed_again
from pithbundle.bundle.record import Record
from pithbundle.errors import MergeError
from pithbundle.merge.ledger import Ledger
from pithbundle.merge.rule_sets import EventType, MergeRules
from pithbundle.merge.rules import MERGE_1
from pithbundle.verify.policy import Policy

RECORD = made_record()
EARLY, LATE = "2026-05-18T01:39:13Z", "2026-05-18T01:39:15Z"
#: One instant in three spellings.
SAME = ("2026-05-18T01:39:14Z", "2026-05-18T01:39:14+00:00", "2026-05-18T01:39:14.000000Z")


def claim(
    when: str = WHEN, *, signer: Signer = DEMO, number: int = 1, strength: str = "strong", **extra: Any
) -> Json:
    payload = payloads.author_claim(payloads.orcid(number), strength=strength, **extra)
    return attached(signer, RECORD, "author_claim", payload, when)


def citation(work: str, when: str = WHEN, signer: Signer = DEMO) -> Json:
    return attached(signer, RECORD, "citation", payloads.citation(work), when)


def created(when: str = WHEN, signer: Signer = DEMO, **extra: Any) -> Json:
    paid = payloads.record_created(RECORD, receipt(DEMO, RECORD, WHEN), **extra)
    return attached(signer, RECORD, "record_created", paid, when)


def retracted(target: Json | str, when: str = WHEN, signer: Signer = DEMO) -> Json:
    named = target if isinstance(target, str) else target["event_id"]
    return attached(signer, RECORD, "event_retracted", payloads.event_retracted(named), when)


def listing(*ids: str, when: str = WHEN, signer: Signer = DEMO) -> Json:
    return attached(signer, RECORD, "checkpoint", payloads.checkpoint(ids), when)


def section(name: str, events: list[Json]) -> list[str]:
    current: Any = merged(RECORD, events).state["current"]
    return [entry["event_id"] for entry in current[name]]


def ids(*events: Json) -> list[str]:
    return [one["event_id"] for one in events]


# Selection (MERGE-4, MERGE-5).


def test_each_shows_all_by_instant_and_id() -> None:
    events = [citation(f"w{n}", when) for n in range(3) for when in (LATE, *SAME, EARLY)]
    expected = sorted(events, key=lambda e: (e["created_at"][:19], e["event_id"]))
    assert section("citations", events) == ids(*expected)
    assert section("citations", events[::-1]) == ids(*expected)


def test_latest_shows_the_greatest_instant_of_each_slot() -> None:
    old, new = claim(EARLY), claim(LATE)
    for order in itertools.permutations([old, claim(WHEN), new]):
        assert section("author_claims", list(order)) == ids(new)
    micro = claim("2026-05-18T01:39:15.000001+00:00")
    assert section("author_claims", [new, micro]) == ids(micro)


def test_latest_breaks_a_tie_of_instants_by_the_smallest_id_in_any_spelling() -> None:
    tied = [claim(when, note=n) for when in SAME for n in range(3)]
    smallest = min(ids(*tied))
    for order in (tied, tied[::-1], tied[4:] + tied[:4]):
        assert section("author_claims", order) == [smallest]


def test_a_slot_is_the_signer_and_its_members_and_nothing_is_normalised() -> None:
    apart = [
        claim(),
        claim(signer=AUTHOR),
        claim(number=2),
        attached(DEMO, RECORD, "author_claim", payloads.author_claim(payloads.orcid(1), scheme="x"), WHEN),
        attached(DEMO, RECORD, "author_claim", payloads.author_claim(payloads.orcid(1).lower() + "x"), WHEN),
    ]
    assert sorted(section("author_claims", apart)) == sorted(ids(*apart))
    # Two keys of one signer share its slots.
    next_key = claim(LATE, signer=DEMO_NEXT)
    assert section("author_claims", [claim(), next_key]) == ids(next_key)
    # The strength is what a slot decides about, not a part of it: another one is a revision.
    weaker = claim(LATE, strength="weak")
    assert section("author_claims", [claim(), weaker]) == ids(weaker)


def test_the_slot_of_a_finding_is_detector_and_evidence() -> None:
    def finding(when: str, **changes: Any) -> Json:
        paid = payloads.integrity(RECORD, EARLY, **changes)
        return attached(DEMO, RECORD, "pith.integrity.v1", paid, when)

    first, newer = finding(EARLY), finding(LATE, verdict_class="rescinded", severity="informational")
    other, evidence = finding(EARLY, detector="x"), finding(EARLY, evidence={"y": 1})
    assert section("integrity_findings", [first, newer]) == ids(newer)
    assert sorted(section("integrity_findings", [first, other, evidence])) == sorted(
        ids(first, other, evidence)
    )


def test_once_shows_the_smallest_over_all_signers_whatever_the_instant() -> None:
    first = created(EARLY, AUTHOR)
    others = [created(), created(LATE), created(LATE, MIRROR)]
    for order in itertools.permutations([first, *others]):
        found = merged(RECORD, list(order))
        assert found.view.receipt is not None
        assert found.view.receipt.event_id == first["event_id"]
    tied = [created(when, note=n) for when in SAME for n in range(2)]
    found = merged(RECORD, tied)
    assert found.view.receipt is not None
    assert found.view.receipt.event_id == min(ids(*tied))


# Retraction (MERGE-7).


def effects(events: list[Json]) -> dict[str, str]:
    current: Any = merged(RECORD, events).state["current"]
    return {entry["event_id"]: entry["effect"] for entry in current["retractions"]}


def test_a_signer_retracts_its_own_event_whatever_the_times_and_keys() -> None:
    victim = citation("w")
    for when in (EARLY, WHEN, LATE):
        for signer in (DEMO, DEMO_NEXT):
            taken = retracted(victim, when, signer)
            for order in ([victim, taken], [taken, victim]):
                assert section("citations", order) == []
                assert effects(order) == {taken["event_id"]: "applied"}


def test_another_signers_retraction_is_rejected() -> None:
    victim = citation("w")
    taken = retracted(victim, signer=AUTHOR)
    assert section("citations", [victim, taken]) == ids(victim)
    assert effects([victim, taken]) == {taken["event_id"]: "rejected"}


def test_a_retraction_waits_for_its_target() -> None:
    victim = citation("w")
    taken, nobody = retracted(victim), retracted("sha256:" + "0" * 64)
    assert effects([taken, nobody]) == {taken["event_id"]: "waiting", nobody["event_id"]: "waiting"}
    assert effects([taken, nobody, victim])[taken["event_id"]] == "applied"
    # An event that is listed and not valid is not in the set.
    assert effects([taken, without(victim, ("signature",))])[taken["event_id"]] == "waiting"


def test_a_retraction_cannot_be_retracted() -> None:
    lasting = retracted("sha256:" + "0" * 64)
    taken = retracted(lasting)
    assert effects([lasting, taken])[taken["event_id"]] == "rejected"
    assert lasting["event_id"] in section("retractions", [lasting, taken])


def test_a_checkpoint_can_be_retracted_by_its_signer_only() -> None:
    lists = listing("sha256:" + "0" * 64)
    taken = retracted(lists)
    for order in ([lists, taken], [taken, lists]):
        assert effects(order) == {taken["event_id"]: "applied"}
        assert section("checkpoints", order) == []
        assert section("retractions", order) == ids(taken)
    foreign = retracted(lists, signer=AUTHOR)
    assert effects([lists, foreign]) == {foreign["event_id"]: "rejected"}
    assert section("checkpoints", [lists, foreign]) == ids(lists)


def test_an_unrecognised_event_can_be_retracted() -> None:
    nonconforming = event(DEMO, RECORD, "citation", "graph", {}, WHEN)
    strange = event(DEMO, RECORD, "of the future", "record", {}, WHEN)
    for victim in (nonconforming, strange):
        taken = retracted(victim)
        result = merged(RECORD, [victim, taken])
        assert effects([victim, taken]) == {taken["event_id"]: "applied"}
        # It stays listed: unrecognised lists what was not understood, not what is current.
        assert [one.event_id for one in result.view.unrecognised] == ids(victim)


def test_a_nonconforming_retraction_has_no_effect() -> None:
    victim = citation("w")
    paid = payloads.event_retracted(victim["event_id"])
    for bad in (
        event(DEMO, RECORD, "event_retracted", "record", paid, WHEN),
        event(DEMO, RECORD, "event_retracted", "event", paid | {"reason": 5}, WHEN),
    ):
        assert section("citations", [victim, bad]) == ids(victim)
        assert effects([victim, bad]) == {}


def test_the_next_in_a_slot_is_current_when_the_winner_is_retracted() -> None:
    first, second, third = claim(EARLY), claim(WHEN), claim(LATE)
    events = [first, second, third]
    assert section("author_claims", [*events, retracted(third)]) == ids(second)
    assert section("author_claims", [*events, retracted(third), retracted(second)]) == ids(first)
    assert section("author_claims", [*events, *map(retracted, events)]) == []
    assert section("author_claims", [*events, retracted(first)]) == ids(third)


def test_among_tied_events_the_next_id_is_current() -> None:
    tied = sorted([claim(when, note=n) for when in SAME for n in range(2)], key=lambda e: e["event_id"])
    assert section("author_claims", [*tied, retracted(tied[0])]) == ids(tied[1])


def test_retractions_of_one_event_are_all_listed() -> None:
    victim = citation("w")
    taken = [retracted(victim, LATE), retracted(victim, EARLY), retracted(victim, WHEN, AUTHOR)]
    result = merged(RECORD, [victim, *taken])
    # That of another signer is not applied.
    found = result.ledger.retractions_of(victim["event_id"])
    assert [one.event_id for one in found] == ids(taken[1], taken[0])
    assert result.ledger.retractions_of("sha256:" + "0" * 64) == ()
    assert section("citations", [victim, *taken]) == []


def test_what_is_retracted_is_one_question_and_one_set() -> None:
    victim, other, theirs = citation("w"), citation("x"), citation("y", signer=AUTHOR)
    taken = [retracted(victim), retracted(theirs), retracted("sha256:" + "0" * 64)]
    ledger = merged(RECORD, [victim, other, theirs, *taken]).ledger
    assert ledger.retracted == {victim["event_id"]}
    assert {one.event_id for one in ledger if ledger.retractions_of(one.event_id)} == ledger.retracted


# Equivocation (MERGE-8).


def conflicts(events: list[Json]) -> list[Any]:
    state: Any = merged(RECORD, events).state
    assert state["equivocation_count"] == len(state["current"]["equivocations"])
    found: list[Any] = state["current"]["equivocations"]
    return found


def finding(when: str = WHEN, **changes: Any) -> Json:
    return attached(DEMO, RECORD, "pith.integrity.v1", payloads.integrity(RECORD, EARLY, **changes), when)


def test_two_strengths_of_one_slot_and_instant_are_a_conflict() -> None:
    one, other = claim(SAME[0]), claim(SAME[1], strength="weak")
    (found,) = conflicts([one, other])
    assert found == {
        "event_ids": sorted(ids(one, other)),
        "event_type": "author_claim",
        "instant": "2026-05-18T01:39:14.000000",
        "signer": "demo.example",
        "slot": ["demo.example", "orcid", payloads.orcid(1)],
    }


@pytest.mark.parametrize(
    ("member", "value"),
    [("finding_type", "x"), ("verdict_class", "rescinded"), ("severity", "critical")],
)
def test_each_deciding_member_of_a_finding_decides_alone(member: str, value: str) -> None:
    one, other = finding(), finding(SAME[1], **{member: value})
    (found,) = conflicts([one, other])
    assert found["event_ids"] == sorted(ids(one, other))
    assert found["slot"] == [
        "demo.example",
        *(one["payload"][name] for name in ("detector", "evidence_hash")),
    ]


def test_only_deciding_members_make_a_conflict() -> None:
    """The rotation of a registry's key, or a later receipt, was reported as a conflict."""
    assert conflicts([claim(), claim(note="x"), claim(note={"a": 1})]) == []
    assert conflicts([finding(), finding(note="x", paper_version=2, detector_version="9.9.9")]) == []
    receipts = [receipt(DEMO, RECORD, WHEN), receipt(DEMO, RECORD, LATE), receipt(DEMO_NEXT, RECORD, WHEN)]
    made = [
        attached(DEMO, RECORD, "record_created", payloads.record_created(RECORD, one), when)
        for one in receipts
        for when in (WHEN, LATE)
    ]
    assert conflicts(made) == []
    assert merged(RECORD, made).view.receipt is not None


def test_a_revision_and_another_slot_are_no_conflict() -> None:
    assert conflicts([claim(SAME[0]), claim(SAME[1]), claim(SAME[2])]) == []
    assert conflicts([claim(EARLY), claim(LATE, strength="weak")]) == []
    assert conflicts([claim(), claim(number=2, strength="weak")]) == []
    assert conflicts([claim(), claim(signer=AUTHOR, strength="weak")]) == []
    assert conflicts([citation("a"), citation("b")]) == []


def test_event_types_without_deciding_members_never_conflict() -> None:
    assert {name for name, event_type in MERGE_1.event_types.items() if event_type.deciding} == {
        "author_claim", "pith.integrity.v1",
    }  # fmt: skip
    twice = [
        created(), created(note="x"), citation("a"), citation("a", SAME[1]), listing(),
        listing("sha256:" + "0" * 64),
        retracted("sha256:" + "0" * 64), retracted("sha256:" + "1" * 64),
    ]  # fmt: skip
    assert conflicts(twice) == []


def test_a_group_contains_restatements_too_and_grows() -> None:
    events = [claim(SAME[0]), claim(SAME[1], note="x"), claim(SAME[2], strength="weak")]
    (found,) = conflicts(events)
    assert found["event_ids"] == sorted(ids(*events))
    (larger,) = conflicts([*events, claim(SAME[0], note="y")])
    assert set(larger["event_ids"]) > set(found["event_ids"])


def test_retracted_events_count() -> None:
    one, other = claim(), claim(strength="weak")
    before, after = conflicts([one, other]), conflicts([one, other, retracted(one), retracted(other)])
    assert before == after != []


def test_two_keys_of_one_signer_contradict_each_other() -> None:
    (found,) = conflicts([claim(), claim(signer=DEMO_NEXT, strength="weak")])
    assert found["signer"] == "demo.example"


def test_deciding_members_are_compared_as_canonical_bytes_null_where_absent() -> None:
    """Under other rules a deciding member may be optional and of any value: 1, 1.0 and true differ."""
    event_type = EventType("x.statement", "record", "sayings", "latest", {}, deciding=("a", "b"))
    rules = MergeRules.of("test", *MERGE_1.event_types.values(), event_type)

    def count(*payloads_of: Json) -> int:
        made = [event(DEMO, RECORD, "x.statement", "record", paid, WHEN) for paid in payloads_of]
        result = check(read(RECORD, made), Policy.from_value(policy(*FIXTURE_SIGNERS)), rules=rules)
        return len(merge(result, rules=rules).view.equivocations)

    assert (
        count({"a": {"x": 1, "y": 2}}, {"a": {"y": 2, "x": 1}, "b": None}, {"a": {"x": 1, "y": 2}, "c": 1})
        == 0
    )
    for one, other in (({"a": 1}, {"a": True}), ({}, {"a": 0}), ({"a": 1}, {"b": 1}), ({"a": "1"}, {"a": 1})):
        assert count(one, other) == 1


def test_nonconforming_events_contradict_nothing() -> None:
    bad = event(DEMO, RECORD, "author_claim", "graph", claim(strength="weak")["payload"], WHEN)
    assert conflicts([claim(), bad]) == []


def test_groups_are_ordered_by_type_signer_slot_and_instant() -> None:
    def pair(when: str, **options: Any) -> list[Json]:
        return [claim(when, **options), claim(when, strength="weak", **options)]

    events = [
        finding(), finding(severity="critical"), *pair(LATE), *pair(EARLY), *pair(WHEN, signer=AUTHOR),
        *pair(WHEN, number=2), *pair(WHEN, signer=MIRROR),
    ]  # fmt: skip
    found = conflicts(events)
    assert found == conflicts(events[::-1])
    assert [(g["event_type"], g["signer"], g["instant"][17:19]) for g in found] == [
        ("author_claim", "author.example", "14"),
        ("author_claim", "demo.example", "13"),
        ("author_claim", "demo.example", "15"),
        ("author_claim", "demo.example", "14"),
        ("author_claim", "mirror.example", "14"),
        ("pith.integrity.v1", "demo.example", "14"),
    ]


# Completeness (MERGE-9).


def completeness(events: list[Json]) -> dict[str, tuple[list[str], Any]]:
    reported = merged(RECORD, events).ledger.completeness()
    assert [name for name, _, _ in reported] == sorted({one["signer"]["signer_id"] for one in events})
    return {name: ([*absent], as_of) for name, absent, as_of in reported}


def test_without_a_checkpoint_nothing_is_known() -> None:
    assert completeness([]) == {}
    assert completeness([claim()]) == {"demo.example": ([], None)}


def test_nothing_that_a_signer_listed_is_missing_as_of_its_greatest_checkpoint() -> None:
    one, other = claim(), citation("w")
    first, second = listing(*ids(one), when=EARLY), listing(*ids(one, other), when=LATE)
    as_of = ("2026-05-18T01:39:15.000000", second["event_id"])
    assert completeness([one, other, second, first]) == {"demo.example": ([], as_of)}
    assert completeness([first, one]) == {
        "demo.example": ([], ("2026-05-18T01:39:13.000000", first["event_id"]))
    }


def test_ids_of_any_checkpoint_are_missed_until_a_valid_event_has_them() -> None:
    one, other = claim(), citation("w")
    old, new = listing(*ids(one, other), when=EARLY), listing(when=LATE)
    assert completeness([old, new]) == {"demo.example": (sorted(ids(one, other)), None)}
    assert completeness([old, new, one]) == {"demo.example": (ids(other), None)}
    invalid = without(other, ("signature",))
    assert completeness([old, new, one, invalid])["demo.example"] == (ids(other), None)
    assert completeness([old, new, one, other])["demo.example"][0] == []


def test_with_an_empty_checkpoint_nothing_is_missing() -> None:
    empty = listing()
    assert completeness([empty]) == {"demo.example": ([], ("2026-05-18T01:39:14.000000", empty["event_id"]))}


def test_signers_list_for_themselves_and_anyones_valid_event_counts() -> None:
    theirs = citation("w", signer=AUTHOR)
    mine = listing(*ids(theirs))
    assert completeness([mine, theirs])["demo.example"][0] == []
    assert completeness([mine, theirs])["author.example"] == ([], None)


def test_retracted_and_unrecognised_events_are_not_missing_and_nonconforming_checkpoints_list_nothing() -> (
    None
):
    strange = event(DEMO, RECORD, "of the future", "record", {}, WHEN)
    nonconforming = event(DEMO, RECORD, "citation", "graph", {}, WHEN)
    victim = citation("w")
    held = [strange, nonconforming, victim, retracted(victim)]
    assert completeness([*held, listing(*ids(*held))])["demo.example"][0] == []
    bad = event(DEMO, RECORD, "checkpoint", "record", payloads.checkpoint(["sha256:" + "0" * 64]), WHEN)
    assert completeness([bad]) == {"demo.example": ([], None)}


def test_a_retracted_checkpoint_lists_nothing() -> None:
    one, other, absent = claim(), citation("w"), "sha256:" + "0" * 64
    old, new = listing(absent, *ids(one), when=EARLY), listing(*ids(one, other), when=LATE)
    back = retracted(old)
    as_of = ("2026-05-18T01:39:15.000000", new["event_id"])
    for order in itertools.permutations([old, new, back, one, other]):
        assert completeness([*order]) == {"demo.example": ([], as_of)}
    # The older one still lists what both list, and is the greatest that is not retracted.
    shared = listing(absent, *ids(one, other), when=LATE)
    back = retracted(shared)
    for order in itertools.permutations([old, shared, back, one]):
        assert completeness([*order]) == {"demo.example": ([absent], None)}
    earlier = ("2026-05-18T01:39:13.000000", (first := listing(*ids(one), when=EARLY))["event_id"])
    assert completeness([first, shared, back, one]) == {"demo.example": ([], earlier)}
    # With none left nothing is known.
    assert completeness([old, retracted(old)]) == {"demo.example": ([], None)}
    assert merged(RECORD, [old, retracted(old)]).ledger.missing() == {}
    # Somebody else's retraction and a second one change nothing.
    assert completeness([old, retracted(old, signer=AUTHOR)])["demo.example"][0] == sorted(
        [absent, *ids(one)]
    )
    twice = [retracted(old, when) for when in SAME]
    assert completeness([old, *twice, new, one, other])["demo.example"] == ([], as_of)


@given(st.data())
@settings(max_examples=30)
def test_completeness_that_grew_is_completeness_from_all(data: st.DataObject) -> None:
    """Adding events one at a time, looked at in between, against the oracle."""
    whole = data.draw(strategies.event_sets(max_size=5, types=("citation",), unknown=False))
    lists = data.draw(st.lists(strategies.checkpoint_over(whole.record, whole.events), max_size=5))
    taken = [data.draw(strategies.retraction(whole.record, lists)) for _ in range(4)] if lists else []
    events = data.draw(st.permutations([*whole.events, *lists, *taken]))
    ledger = ledger_of(checked(whole.record, []))
    for index, one in enumerate(events):
        ledger |= ledger_of(checked(whole.record, [one]))
        reported = {name: ([*absent], as_of) for name, absent, as_of in ledger.completeness()}
        assert reported == oracle.missing(events[: index + 1], whole.record)


# Which bundles and ledgers come together (MERGE-2, MERGE-3).


def test_bundles_of_two_records_do_not_merge() -> None:
    other = other_record(RECORD)
    with pytest.raises(MergeError) as caught:
        merge(checked(RECORD, []), checked(other, []))
    assert caught.value.code == "subject"
    assert pith_number(other) in str(caught.value)


def test_one_number_of_two_records_is_a_collision() -> None:
    # Made by hand: 130 bits of SHA-256 have no known collision.
    mine = ledger_of(checked(RECORD, []))
    record = replace(Record.from_value(other_record(RECORD)), number=mine.record.number)
    posing = Ledger._of_checked(record, mine.policy_sha256, MERGE_1, ())
    with pytest.raises(MergeError) as caught:
        mine | posing
    assert caught.value.code == "collision"


def test_events_checked_under_two_policies_do_not_merge() -> None:
    with pytest.raises(MergeError) as caught:
        merge(checked(RECORD, [], policy(DEMO)), checked(RECORD, [], policy(AUTHOR)))
    assert caught.value.code == "policy"
    # Policies are equal by content, not by spelling.
    merge(checked(RECORD, [], policy(DEMO, AUTHOR)), checked(RECORD, [], policy(AUTHOR, DEMO)))


def test_records_are_one_if_their_canonical_bytes_are() -> None:
    merge(checked(RECORD, []), checked(dict(reversed(RECORD.items())), []))


def same_name() -> MergeRules:
    """Another definition under the name of the built-in rule set: every event conforms."""
    loose = [replace(each, members={}, match=None) for each in MERGE_1.event_types.values()]
    return MergeRules.of(MERGE_1.name, *loose)


def reordered() -> MergeRules:
    """The built-in rule set with its event types in another order: its states list other sections first."""
    return MergeRules.of(MERGE_1.name, *[*MERGE_1.event_types.values()][::-1])


def test_a_ledger_accepts_no_events_of_another_record_policy_or_rule_set() -> None:
    mine = ledger_of(checked(RECORD, [claim()]))
    before = mine.snapshot().to_json()
    other_name = MergeRules.of("other", *MERGE_1.event_types.values())
    for other, code, words in (
        (ledger_of(checked(other_record(RECORD), [])), "subject", "merge takes bundles of one record"),
        (ledger_of(checked(RECORD, [], policy(DEMO))), "policy", "different policies"),
        (ledger_of(checked(RECORD, []), rules=other_name), "policy", "pithbundle-merge-1 and other"),
        (
            ledger_of(checked(RECORD, []), rules=same_name()),
            "policy",
            "two definitions of pithbundle-merge-1",
        ),
        (
            ledger_of(checked(RECORD, []), rules=reordered()),
            "policy",
            "two definitions of pithbundle-merge-1",
        ),
    ):
        builder = mine.builder()
        with pytest.raises(MergeError, match=words) as caught:
            mine | other
        assert caught.value.code == code
        with pytest.raises(MergeError, match=words):
            builder.add(other)
        assert builder.build() == mine
        assert mine.snapshot().to_json() == before


def test_a_ledger_accepts_ledgers_only() -> None:
    """No public way takes loose events: one of another record once gave a wrong state."""
    mine, theirs = ledger_of(checked(RECORD, [claim()])), checked(other_record(RECORD), [])
    for other in (None, [], theirs, [*mine], mine.snapshot()):
        with pytest.raises(TypeError):
            mine | other  # type: ignore[operator]
    public = {name for name in dir(mine) if not name.startswith("_")}
    assert public == {
        "builder", "completeness", "contradiction", "equivocations", "events_sha256", "export",
        "ids_without_valid_event", "missing", "policy_sha256", "record", "retracted",
        "retractions_of", "rules", "snapshot", "timeline",
    }  # fmt: skip


def test_no_public_way_makes_a_ledger_of_unchecked_events() -> None:
    """A ledger was made of any event and payload, and kept the caller's dict."""
    mine = ledger_of(checked(RECORD, [claim()]))
    members: tuple[Any, ...] = (mine.record, mine.policy_sha256, mine.rules, frozenset(), {})
    names = ("record", "policy_sha256", "rules", "ids_without_valid_event", "events")
    for arguments, named in ((members, {}), ((), dict(zip(names, members, strict=True))), ((), {})):
        with pytest.raises(TypeError, match=r"a ledger is made by Verifier\.verify, by ledger \| ledger or"):
            Ledger(*arguments, **named)
    with pytest.raises(TypeError, match="a ledger is made by"):
        replace(mine, policy_sha256="another")
    with pytest.raises(AttributeError):
        Ledger.of_checked  # type: ignore[attr-defined]  # noqa: B018


def test_equal_definitions_of_one_name_are_one_rule_set() -> None:
    twin = MergeRules.of(MERGE_1.name, *MERGE_1.event_types.values())
    one, other = ledger_of(checked(RECORD, [claim()])), ledger_of(checked(RECORD, []), rules=twin)
    assert (one | other) == (other | one) == one
    assert hash(twin) == hash(MERGE_1)


def test_a_ledger_may_begin_empty() -> None:
    ledger = empty_ledger(checked(RECORD, [])) | ledger_of(checked(RECORD, [claim()]))
    assert ledger.snapshot().to_json() == merged(RECORD, [claim()]).state_bytes


def test_a_ledger_and_its_views_never_change() -> None:
    given = [claim(), "malformed", without(claim(LATE), ("signature",))]
    ledger = ledger_of(checked(RECORD, given))
    before = ledger.snapshot().to_json()
    builder = ledger.builder()
    first = builder.build()
    builder.add(ledger_of(checked(RECORD, [citation("w")])))
    assert ledger.snapshot().to_json() == before == first.snapshot().to_json()
    assert builder.build().snapshot().to_json() != before
    assert builder.build() != ledger == first
    for name in ("record", "rules", "policy_sha256", "ids_without_valid_event", "_events", "anything"):
        with pytest.raises(AttributeError):
            setattr(ledger, name, None)
    ledger.missing().clear()
    ledger.export().clear()
    assert ledger.snapshot().to_json() == before


def test_a_ledger_is_a_set_of_signed_events() -> None:
    one, other = claim(LATE), citation("w", EARLY)
    ledger = ledger_of(checked(RECORD, [one, other]))
    assert len(ledger) == 2
    assert [event.event_id for event in ledger] == ids(other, one)
    assert one["event_id"] in ledger
    assert "sha256:" + "0" * 64 not in ledger
    assert ledger[one["event_id"]].created_at == one["created_at"]
    with pytest.raises(KeyError):
        ledger["sha256:" + "0" * 64]
    assert ledger != [*ledger]


def test_the_ids_without_a_valid_event_count_until_one_has_a_valid_event() -> None:
    tampered = {**claim(), "signature": {**claim()["signature"], "signature_b64": "A" * 86 + "=="}}
    bad, good = ledger_of(checked(RECORD, [tampered])), ledger_of(checked(RECORD, [claim()]))
    assert bad.snapshot().event_count == bad.snapshot().invalid_event_count == 1
    assert (bad | good).snapshot().invalid_event_count == 0
    assert bad | good == good | bad == good
    assert bad != empty_ledger(checked(RECORD, []))


def test_adding_an_event_again_changes_nothing() -> None:
    ledger = ledger_of(checked(RECORD, [claim()]))
    before = ledger.snapshot().to_json()
    assert (ledger | ledger | ledger).snapshot().to_json() == before


# Of two valid signatures of one event the smaller is kept, and nothing else changes.


@pytest.mark.parametrize(
    "made",
    [
        claim(), citation("w"), retracted(claim()), retracted(claim(), signer=AUTHOR),
        retracted(listing(when=LATE)), listing(), listing("sha256:" + "0" * 64), listing(when=LATE),
        event(DEMO, RECORD, "citation", "graph", {}, WHEN),
        event(DEMO, RECORD, "of the future", "record", {}, WHEN),
    ],
    ids=lambda made: f"{made['event_type']}-{made['event_id'][7:13]}",
)  # fmt: skip
def test_the_smaller_signature_is_kept_in_every_order(made: Json) -> None:
    signed = sorted((made, *(signed_again(made, nonce) for nonce in (12345, 67890))), key=signature_of)
    smallest = signature_of(signed[0])
    beside = [claim(), retracted(listing(when=LATE)), listing("sha256:" + "1" * 64)]
    others = [one for one in beside if one["event_id"] != made["event_id"]]
    expected = ledger_of(checked(RECORD, [signed[0], *others]))
    for order in itertools.permutations(signed):
        ledger = ledger_of(checked(RECORD, others))
        for one in order:
            ledger |= ledger_of(checked(RECORD, [one]))
        assert ledger[made["event_id"]].signature == smallest
        assert ledger == expected
        assert ledger.snapshot().to_json() == expected.snapshot().to_json()
        assert ledger.completeness() == expected.completeness()
        assert ledger.export() == expected.export()
        # Every view shows the signature that is kept.
        assert all(event is ledger[event.event_id] for event in ledger)
        named = ledger.retractions_of(str(made["payload"].get("event_id")))
        assert all(one is ledger[one.event_id] for one in named)


def test_limits_of_another_type_are_a_type_error() -> None:
    wrong: Any = 5
    with pytest.raises(TypeError, match="limits must be Limits, not int"):
        empty_ledger(checked(RECORD, [])).export(wrong)


def test_only_a_ledger_is_added() -> None:
    wrong: Any = "a"
    with pytest.raises(TypeError, match="ledger must be a Ledger, not str"):
        empty_ledger(checked(RECORD, [])).builder().add(wrong)


def test_records_of_one_suffix_and_two_years_have_two_numbers() -> None:
    """MERGE-2 compares complete numbers: the message was "two records have the number" of two numbers."""
    mine = ledger_of(checked(RECORD, []))
    number = replace(mine.record.number, year=mine.record.number.year + 1)
    record = replace(Record.from_value(other_record(RECORD)), number=number)
    with pytest.raises(MergeError) as caught:
        mine | Ledger._of_checked(record, mine.policy_sha256, MERGE_1, ())
    assert caught.value.code == "subject"
