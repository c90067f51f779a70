"""MERGE-2 to MERGE-9: selection, retraction, equivocation, completeness, and which ledgers join."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from checking import WHEN, checked, merged, read
from forge import (
    AUTHOR,
    DEMO,
    DEMO_NEXT,
    MIRROR,
    Json,
    Signer,
    attached,
    event,
    made_record,
    payloads,
    pith_number,
    policy,
    policy_key,
    receipt,
    without,
)
from forge.tamper import signature_of
from pithbundle.check import check
from pithbundle.errors import MergeError
from pithbundle.kinds import MERGE_1, MergeRules
from pithbundle.ledger import Ledger
from pithbundle.merge import Merged, merge
from pithbundle.number import PithNumber
from pithbundle.policy import Policy
from pithbundle.record import Record
from pithbundle.rules import RULES
from strategies import HOUSE, other_record

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
        claim(strength="weak"),
        attached(DEMO, RECORD, "author_claim", payloads.author_claim(payloads.orcid(1), scheme="x"), WHEN),
        attached(DEMO, RECORD, "author_claim", payloads.author_claim(payloads.orcid(1).lower() + "x"), WHEN),
    ]
    assert sorted(section("author_claims", apart)) == sorted(ids(*apart))
    # Two keys of one signer share its slots.
    next_key = claim(LATE, signer=DEMO_NEXT)
    assert section("author_claims", [claim(), next_key]) == ids(next_key)


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


def test_a_signer_takes_back_its_own_event_whatever_the_times_and_keys() -> None:
    victim = citation("w")
    for when in (EARLY, WHEN, LATE):
        for signer in (DEMO, DEMO_NEXT):
            taken = retracted(victim, when, signer)
            for order in ([victim, taken], [taken, victim]):
                assert section("citations", order) == []
                assert effects(order) == {taken["event_id"]: "applied"}


def test_another_signers_retraction_is_refused() -> None:
    victim = citation("w")
    taken = retracted(victim, signer=AUTHOR)
    assert section("citations", [victim, taken]) == ids(victim)
    assert effects([victim, taken]) == {taken["event_id"]: "refused"}


def test_a_retraction_waits_for_its_target() -> None:
    victim = citation("w")
    taken, nobody = retracted(victim), retracted("sha256:" + "0" * 64)
    assert effects([taken, nobody]) == {taken["event_id"]: "waiting", nobody["event_id"]: "waiting"}
    assert effects([taken, nobody, victim])[taken["event_id"]] == "applied"
    # An event that is listed and not valid is not in the set.
    assert effects([taken, without(victim, ("signature",))])[taken["event_id"]] == "waiting"


@pytest.mark.parametrize("lasting", [retracted("sha256:" + "0" * 64), listing("sha256:" + "0" * 64)])
def test_retractions_and_checkpoints_cannot_be_taken_back(lasting: Json) -> None:
    taken = retracted(lasting)
    assert effects([lasting, taken])[taken["event_id"]] == "refused"
    kept = {"event_retracted": "retractions", "checkpoint": "checkpoints"}[lasting["event_type"]]
    assert lasting["event_id"] in section(kept, [lasting, taken])


def test_an_event_that_does_not_fit_or_is_of_no_kind_can_be_taken_back() -> None:
    misfit = event(DEMO, RECORD, "citation", "graph", {}, WHEN)
    strange = event(DEMO, RECORD, "of the future", "record", {}, WHEN)
    for victim in (misfit, strange):
        taken = retracted(victim)
        result = merged(RECORD, [victim, taken])
        assert effects([victim, taken]) == {taken["event_id"]: "applied"}
        # It stays listed: unrecognised says what was not understood, not what stands.
        assert [one.event_id for one, _ in result.view.unrecognised] == ids(victim)


def test_a_misfit_retraction_does_nothing() -> None:
    victim = citation("w")
    paid = payloads.event_retracted(victim["event_id"])
    for bad in (
        event(DEMO, RECORD, "event_retracted", "record", paid, WHEN),
        event(DEMO, RECORD, "event_retracted", "event", paid | {"reason": 5}, WHEN),
    ):
        assert section("citations", [victim, bad]) == ids(victim)
        assert effects([victim, bad]) == {}


def test_the_next_in_a_slot_stands_when_the_winner_is_taken_back() -> None:
    first, second, third = claim(EARLY), claim(WHEN), claim(LATE)
    events = [first, second, third]
    assert section("author_claims", [*events, retracted(third)]) == ids(second)
    assert section("author_claims", [*events, retracted(third), retracted(second)]) == ids(first)
    assert section("author_claims", [*events, *map(retracted, events)]) == []
    assert section("author_claims", [*events, retracted(first)]) == ids(third)


def test_among_tied_events_the_next_id_stands() -> None:
    tied = sorted([claim(when, note=n) for when in SAME for n in range(2)], key=lambda e: e["event_id"])
    assert section("author_claims", [*tied, retracted(tied[0])]) == ids(tied[1])


def test_retractions_of_one_event_are_all_listed() -> None:
    victim = citation("w")
    taken = [retracted(victim, LATE), retracted(victim, EARLY), retracted(victim, WHEN, AUTHOR)]
    result = merged(RECORD, [victim, *taken])
    assert [one.event_id for one in result.ledger.retractions_of(victim["event_id"])] == ids(
        taken[1], taken[2], taken[0]
    )
    assert result.ledger.retractions_of("sha256:" + "0" * 64) == []
    assert section("citations", [victim, *taken]) == []


def test_what_is_retracted_is_one_question_and_one_set() -> None:
    victim, other, theirs = citation("w"), citation("x"), citation("y", signer=AUTHOR)
    taken = [retracted(victim), retracted(theirs), retracted("sha256:" + "0" * 64)]
    ledger = merged(RECORD, [victim, other, theirs, *taken]).ledger
    assert ledger.retracted() == {victim["event_id"]}
    asked = {one.event_id for one in ledger.events.values() if ledger.is_retracted(one)}
    assert asked == {victim["event_id"]}


# Equivocation (MERGE-8).


def conflicts(events: list[Json]) -> list[Any]:
    state: Any = merged(RECORD, events).state
    assert state["equivocation_count"] == len(state["current"]["equivocations"])
    found: list[Any] = state["current"]["equivocations"]
    return found


def test_two_payloads_of_one_slot_and_instant_are_a_conflict() -> None:
    one, other = claim(SAME[0]), claim(SAME[1], note="x")
    (found,) = conflicts([one, other])
    assert found == {
        "event_ids": sorted(ids(one, other)),
        "event_type": "author_claim",
        "instant": "2026-05-18T01:39:14.000000",
        "signer": "demo.example",
        "slot": ["demo.example", "orcid", payloads.orcid(1), "strong"],
    }


def test_a_restatement_a_revision_and_another_slot_are_none() -> None:
    assert conflicts([claim(SAME[0]), claim(SAME[1]), claim(SAME[2])]) == []
    assert conflicts([claim(EARLY), claim(LATE, note="x")]) == []
    assert conflicts([claim(), claim(number=2, note="x")]) == []
    assert conflicts([claim(), claim(signer=AUTHOR, note="x")]) == []
    assert conflicts([citation("a"), citation("b")]) == []


def test_a_group_holds_restatements_too_and_grows() -> None:
    events = [claim(SAME[0]), claim(SAME[1]), claim(SAME[2], note="x")]
    (found,) = conflicts(events)
    assert found["event_ids"] == sorted(ids(*events))
    (larger,) = conflicts([*events, claim(SAME[0], note="y")])
    assert set(larger["event_ids"]) > set(found["event_ids"])


def test_retracted_events_count() -> None:
    one, other = claim(), claim(note="x")
    before, after = conflicts([one, other]), conflicts([one, other, retracted(one), retracted(other)])
    assert before == after != []


def test_two_keys_of_one_signer_contradict_each_other() -> None:
    (found,) = conflicts([claim(), claim(signer=DEMO_NEXT, note="x")])
    assert found["signer"] == "demo.example"


def test_two_records_created_by_one_signer_conflict_at_any_instants_and_of_two_signers_never() -> None:
    one, other = created(EARLY), created(LATE, note="x")
    (found,) = conflicts([one, other])
    assert (found["slot"], found["instant"], found["event_ids"]) == (None, None, sorted(ids(one, other)))
    assert conflicts([one, created(LATE)]) == []
    assert conflicts([one, created(LATE, AUTHOR, note="x")]) == []
    both = conflicts([one, other, created(EARLY, AUTHOR), created(LATE, AUTHOR, note="y")])
    assert [group["signer"] for group in both] == ["author.example", "demo.example"]


def test_payloads_are_compared_as_canonical_bytes() -> None:
    one = payloads.author_claim(payloads.orcid(1), note={"a": 1, "b": 2})
    same = payloads.author_claim(payloads.orcid(1), note={"b": 2, "a": 1})
    true = payloads.author_claim(payloads.orcid(1), note={"a": True, "b": 2})
    made = [
        attached(DEMO, RECORD, "author_claim", paid, when)
        for paid, when in zip((one, same, true), SAME, strict=True)
    ]
    assert conflicts(made[:2]) == []
    assert len(conflicts(made)) == 1


def test_misfits_contradict_nobody() -> None:
    bad = event(DEMO, RECORD, "author_claim", "graph", claim()["payload"] | {"note": 1}, WHEN)
    assert conflicts([claim(), bad]) == []


def test_groups_stand_by_type_signer_slot_and_instant() -> None:
    def pair(when: str, **options: Any) -> list[Json]:
        return [claim(when, **options), claim(when, note="x", **options)]

    events = [
        *pair(LATE), *pair(EARLY), *pair(WHEN, signer=AUTHOR), *pair(WHEN, number=2),
        *pair(WHEN, signer=MIRROR), created(), created(note="x"),
    ]  # fmt: skip
    found = conflicts(events)
    assert found == conflicts(events[::-1])
    assert [(g["event_type"], g["signer"], (g["instant"] or "")[17:19]) for g in found] == [
        ("author_claim", "author.example", "14"),
        ("author_claim", "demo.example", "13"),
        ("author_claim", "demo.example", "15"),
        ("author_claim", "demo.example", "14"),
        ("author_claim", "mirror.example", "14"),
        ("record_created", "demo.example", ""),
    ]


# Completeness (MERGE-9).


def completeness(events: list[Json]) -> dict[str, tuple[list[str], Any]]:
    told = merged(RECORD, events).ledger.completeness()
    assert [name for name, _, _ in told] == sorted({one["signer"]["signer_id"] for one in events})
    return {name: (absent, as_of) for name, absent, as_of in told}


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


def test_an_empty_checkpoint_misses_nothing_and_says_so() -> None:
    empty = listing()
    assert completeness([empty]) == {"demo.example": ([], ("2026-05-18T01:39:14.000000", empty["event_id"]))}


def test_signers_list_for_themselves_and_anyones_valid_event_counts() -> None:
    theirs = citation("w", signer=AUTHOR)
    mine = listing(*ids(theirs))
    assert completeness([mine, theirs])["demo.example"][0] == []
    assert completeness([mine, theirs])["author.example"] == ([], None)


def test_retracted_misfit_and_unknown_events_are_there_and_misfit_checkpoints_list_nothing() -> None:
    strange = event(DEMO, RECORD, "of the future", "record", {}, WHEN)
    misfit = event(DEMO, RECORD, "citation", "graph", {}, WHEN)
    victim = citation("w")
    held = [strange, misfit, victim, retracted(victim)]
    assert completeness([*held, listing(*ids(*held))])["demo.example"][0] == []
    bad = event(DEMO, RECORD, "checkpoint", "record", payloads.checkpoint(["sha256:" + "0" * 64]), WHEN)
    assert completeness([bad]) == {"demo.example": ([], None)}


# Which bundles and ledgers come together (MERGE-2, MERGE-3).


def test_nothing_at_all_is_no_merge() -> None:
    with pytest.raises(MergeError) as caught:
        merge()
    assert caught.value.code == "type"


def test_bundles_of_two_records_do_not_merge() -> None:
    other = other_record(RECORD)
    with pytest.raises(MergeError) as caught:
        merge(checked(RECORD, []), checked(other, []))
    assert caught.value.code == "subject"
    assert pith_number(other) in str(caught.value)


def test_one_number_of_two_records_is_a_collision() -> None:
    # Made by hand: 130 bits of SHA-256 have no known collision.
    mine = Ledger.of([checked(RECORD, [])])
    posing = Ledger(Record.from_value(other_record(RECORD)), mine.number, mine.policy_sha256)
    with pytest.raises(MergeError) as caught:
        mine.join(posing)
    assert caught.value.code == "collision"


def test_events_checked_under_two_policies_do_not_merge() -> None:
    with pytest.raises(MergeError) as caught:
        merge(checked(RECORD, [], policy(DEMO)), checked(RECORD, [], policy(AUTHOR)))
    assert caught.value.code == "policy"
    # A policy is what it says, not how it is written.
    merge(checked(RECORD, [], policy(DEMO, AUTHOR)), checked(RECORD, [], policy(AUTHOR, DEMO)))


def test_records_are_one_if_their_canonical_bytes_are() -> None:
    merge(checked(RECORD, []), checked(dict(reversed(RECORD.items())), []))


def test_ledgers_join_under_the_same_conditions() -> None:
    mine = Ledger.of([checked(RECORD, [claim()])])
    for other, code in (
        (Ledger.of([checked(other_record(RECORD), [])]), "subject"),
        (Ledger.of([checked(RECORD, [], policy(DEMO))]), "policy"),
        (Ledger.of([checked(RECORD, [])], MergeRules.of("other", *MERGE_1.kinds.values())), "policy"),
    ):
        before = Merged(mine.copy(), ()).state_bytes
        with pytest.raises(MergeError) as caught:
            mine.join(other)
        assert caught.value.code == code
        assert Merged(mine, ()).state_bytes == before


def test_a_ledger_may_begin_empty() -> None:
    record = Record.from_value(RECORD)
    keys = Policy.from_value(policy(*HOUSE))
    ledger = Ledger(record, PithNumber.of_record(record), keys.sha256)
    ledger.join(Ledger.of([checked(RECORD, [claim()])]))
    assert Merged(ledger, ()).state_bytes == merged(RECORD, [claim()]).state_bytes


def test_a_copy_is_of_the_same_record_policy_rules_and_events_and_grows_on_its_own() -> None:
    rules = MergeRules.of("other", *MERGE_1.kinds.values())
    ledger = Ledger.of([checked(RECORD, [claim(), "malformed", without(claim(LATE), ("signature",))])], rules)
    before = Merged(ledger, ()).state_bytes
    twin = ledger.copy()
    assert twin.rules is rules
    assert Merged(twin, ()).state_bytes == before
    twin.join(Ledger.of([checked(RECORD, [citation("w")])], rules))
    assert Merged(ledger, ()).state_bytes == before != Merged(twin, ()).state_bytes


def test_adding_an_event_again_changes_nothing() -> None:
    ledger = Ledger.of([checked(RECORD, [claim()])])
    before = Merged(ledger, ()).state_bytes
    ledger.add(list(ledger.events.values()) * 3)
    assert Merged(ledger, ()).state_bytes == before


# An event signed without its signer is one event of two signers: the smaller signature decides.

RULE = RULES["event-no-signer-digest"]
UNSIGNED_SIGNERS = policy(*(policy_key(one, event_rule=RULE.name) for one in (DEMO, AUTHOR)))


def of_two(kind: str, payload: Json, target: str) -> list[Json]:
    """The same event by both, the one whose signature is smaller first."""
    made = [
        event(one, RECORD, kind, target, payload, when, rule=RULE)
        for one in (DEMO, AUTHOR)
        for when in (WHEN,)
    ]
    assert made[0]["event_id"] == made[1]["event_id"]
    return sorted(made, key=signature_of)


@pytest.mark.parametrize(
    ("kind", "target", "payload"),
    [
        ("author_claim", "record", payloads.author_claim(payloads.orcid(1))),
        ("event_retracted", "event", payloads.event_retracted("sha256:" + "0" * 64)),
        ("checkpoint", "bundle", payloads.checkpoint(["sha256:" + "0" * 64])),
        ("checkpoint", "bundle", payloads.checkpoint([])),
        ("citation", "graph", {}),
        ("of the future", "record", {}),
    ],
)
def test_one_event_of_two_signers_is_the_same_in_any_order(kind: str, target: str, payload: Json) -> None:
    smaller, larger = of_two(kind, payload, target)
    absent = payloads.checkpoint(["sha256:" + "1" * 64])
    beside = [
        event(DEMO, RECORD, "checkpoint", "bundle", absent, WHEN, rule=RULE),
        event(AUTHOR, RECORD, "citation", "record", payloads.citation("w"), WHEN, rule=RULE),
    ]
    for others in ([], beside[:1], beside[1:], beside):
        alone = Ledger.of([checked(RECORD, [smaller, *others], UNSIGNED_SIGNERS)])
        for order in ([smaller, larger], [larger, smaller]):
            ledger = Ledger.of([checked(RECORD, others, UNSIGNED_SIGNERS)])
            for one in order:
                ledger.join(Ledger.of([checked(RECORD, [one], UNSIGNED_SIGNERS)]))
            assert Merged(ledger, ()).state_bytes == Merged(alone, ()).state_bytes
            assert ledger.completeness() == alone.completeness()
            assert ledger.missing() == alone.missing()
            name = smaller["event_id"]
            assert ledger.events[name].signer == alone.events[name].signer == smaller["signer"]["signer_id"]


def test_a_retraction_that_changes_hands_changes_its_effect() -> None:
    victim = event(DEMO, RECORD, "citation", "record", payloads.citation("w"), WHEN, rule=RULE)
    smaller, larger = of_two("event_retracted", payloads.event_retracted(victim["event_id"]), "event")
    states = set()
    for order in itertools.permutations([victim, smaller, larger]):
        ledger = Ledger.of([checked(RECORD, [], UNSIGNED_SIGNERS)])
        for one in order:
            ledger.join(Ledger.of([checked(RECORD, [one], UNSIGNED_SIGNERS)]))
        states.add(Merged(ledger, ()).state_bytes)
    assert len(states) == 1
    by_demo = smaller["signer"]["signer_id"] == "demo.example"
    assert (b'"effect":"applied"' in states.pop()) == by_demo


def test_the_state_says_nothing_of_a_signer_that_is_not_signed() -> None:
    smaller, _ = of_two("citation", payloads.citation("w"), "record")
    result = merge(check(read(RECORD, [smaller]), Policy.from_value(UNSIGNED_SIGNERS)))
    current: Any = result.state["current"]
    (entry,) = current["citations"]
    assert list(entry) == ["event_id", "target", "created_at", "payload"]
    assert smaller["signer"]["public_key_fingerprint"].encode() not in result.state_bytes
