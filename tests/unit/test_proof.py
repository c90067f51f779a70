"""Portable proofs: what verifies by itself under a policy, and that nothing else does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit import (
    AUTHOR,
    DEMO,
    DEMO_NEXT,
    Json,
    Signer,
    attached,
    canonical,
    event,
    payloads,
    policy,
    policy_key,
    strategies,
    to_json,
)
from kit.demo import RECORD
from kit.formats import FAMILY
from kit.oracle.formats import format_sha256
from kit.results import WHEN, checked, ledger_of, merged
from pithbundle.encoding.json_reader import parse_json
from pithbundle.errors import PithError
from pithbundle.merge.rule_sets import MergeRules
from pithbundle.merge.rules import MERGE_1
from pithbundle.proof import ProofError, check_proof, describe, is_proof, proof_of
from pithbundle.verify.policy import Policy

FIXTURE_POLICY = Policy.from_value(strategies.fixture_policy())


def claim(signer: Signer = AUTHOR, **extra: Any) -> Json:
    return attached(signer, RECORD, "author_claim", payloads.author_claim(payloads.orcid(1), **extra), WHEN)


def proven(*events: Json, keys: Json | None = None) -> bytes:
    ledger = merged(RECORD, events, keys).ledger
    (group,) = ledger.equivocations()
    return proof_of(ledger, group)


def demo() -> bytes:
    return proven(claim(), claim(strength="weak"))


def test_the_second_event_is_the_smallest_whose_deciding_members_differ() -> None:
    """Of three events the two of the smallest ids may decide alike: together they prove nothing."""
    same = [claim(), claim(note="decides the same")]
    largest = max(one["event_id"] for one in same)
    others = [
        next(made for n in range(start, 99) if (made := claim(n=n, strength="weak"))["event_id"] > largest)
        for start in (0, 50)
    ]
    smallest = min(one["event_id"] for one in same)
    found = check_proof(proven(*same, *others), FIXTURE_POLICY)
    assert found.group.event_ids == (smallest, min(one["event_id"] for one in others))


def changed(**members: Any) -> bytes:
    return canonical({**json.loads(demo()), **members})


def code_of(data: bytes, keys: Policy = FIXTURE_POLICY) -> tuple[str, str | None]:
    with pytest.raises(PithError) as caught:
        check_proof(data, keys)
    return caught.value.code, caught.value.pointer


def test_a_proof_is_checked_alone() -> None:
    one, two = sorted((claim(), claim(strength="weak")), key=lambda made: made["event_id"])
    found = check_proof(demo(), FIXTURE_POLICY)
    assert [event.event_id for event in found.events] == [one["event_id"], two["event_id"]]
    assert found.group.event_ids == (one["event_id"], two["event_id"])
    assert found.statuses == ("active", "active")
    assert describe(found) == {
        "pith_number": "pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH",
        "rules": "pithbundle-merge-1",
        "signer": "author.example",
        "event_type": "author_claim",
        "events": [
            {
                "event_id": made["event_id"],
                "event_type": "author_claim",
                "created_at": WHEN,
                "signer": "author.example",
                "key_id": "author-1",
                "public_key_fingerprint": AUTHOR.fingerprint,
                "status": "active",
            }
            for made in (one, two)
        ],
    }
    assert is_proof(parse_json(demo()))
    assert demo() == canonical(json.loads(demo()))


@pytest.mark.parametrize("value", [None, [], {}, {"proof_type": "x"}, {"proof_type": ["x"]}, "proof_type"])
def test_what_does_not_claim_to_be_a_proof(value: Any) -> None:
    assert not is_proof(value)
    assert code_of(to_json(value)) == ("type", "/proof_type")


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"status": "retired"}, "retired"), ({"status": "revoked"}, "revoked"),
     ({"status": "revoked", "accepted_event_ids": ["sha256:" + "0" * 64]}, "revoked")],
)  # fmt: skip
def test_a_key_revoked_later_signed_both_events(changes: Json, status: str) -> None:
    found = check_proof(demo(), Policy.from_value(policy(policy_key(AUTHOR, **changes))))
    assert found.statuses == (status, status)


def test_two_keys_of_one_signer() -> None:
    data = proven(claim(DEMO), claim(DEMO_NEXT, strength="weak"))
    keys = Policy.from_value(policy(policy_key(DEMO, status="retired"), DEMO_NEXT))
    assert sorted(check_proof(data, keys).statuses) == ["active", "retired"]
    # By raw key: here the later key_id comes first.
    assert [key["key_id"] for key in json.loads(data)["keys"]] == ["demo-2026-06", "demo-2026-05"]
    # With one of the two keys alone this cannot be decided.
    assert code_of(data, Policy.from_value(policy(DEMO))) == ("key_unknown", "/keys/0")
    assert code_of(data, Policy.from_value(policy(DEMO_NEXT))) == ("key_unknown", "/keys/1")


def test_the_built_in_policy_does_not_know_the_test_keys() -> None:
    with pytest.raises(ProofError) as caught:
        check_proof(demo(), Policy.registry())
    assert caught.value.code == "key_unknown"


@pytest.mark.parametrize(
    ("keys", "named", "words"),
    [
        (policy(DEMO), "pithbundle-event-1", "no key of this signer_id, key_id and public_key_hex"),
        (policy(policy_key(AUTHOR, event_formats=["unknown"])), "pithbundle-event-1",
         'does not list the event format of the proof for it; if the signer uses pithbundle-event-1, '
         'add it to "event_formats" of the key'),
        (policy(policy_key(AUTHOR, event_formats=[FAMILY["event-full-hex"], "unknown"])),
         "pithbundle-event-1",
         "does not list the event format of the proof for it; if the signer uses pithbundle-event-1"),
        (policy(policy_key(AUTHOR, event_formats=[FAMILY["event-payload-hex"]])), "event-payload-hex",
         "names no event format that binds"),
        (policy(AUTHOR), "event-payload-hex", "does not list the event format of the proof for it at"),
        (policy(AUTHOR), "event-v2", "does not list the event format of the proof for it at"),
        (policy(AUTHOR), [], "does not list the event format of the proof for it at"),
        (policy(policy_key(AUTHOR, event_formats=["unknown"])), "unknown", "does not list the event format"),
    ],
)  # fmt: skip
def test_a_key_that_differs_from_the_policy_has_its_own_message(keys: Json, named: Any, words: str) -> None:
    (key,) = json.loads(demo())["keys"]
    if isinstance(named, str) and named in FAMILY:
        named = format_sha256(FAMILY[named])
    data = changed(keys=[{**key, "format_sha256": named}])
    with pytest.raises(ProofError, match=re.escape(words)) as caught:
        check_proof(data, Policy.from_value(keys))
    assert (caught.value.code, caught.value.pointer) == ("key_unknown", "/keys/0")
    assert caught.value.hint == "check it under the policy that you verify this signer with"


def test_the_rejections_of_a_proof_name_the_clause_that_checks_it() -> None:
    for data in (changed(proof_version="2"), changed(rules="x"), demo() + b"\n"):
        with pytest.raises(ProofError) as caught:
            check_proof(data, FIXTURE_POLICY)
        assert caught.value.clause == "PROOF-2"
        assert caught.value.hint.startswith("get the proof again")


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        (policy(policy_key(AUTHOR, public_key_hex=DEMO.public_key.hex())), ("key_unknown", "/keys/0")),
        (policy(policy_key(AUTHOR, event_formats=[FAMILY["event-full-hex"]])), ("key_unknown", "/keys/0")),
        (policy(policy_key(AUTHOR, event_formats=["unknown"])), ("key_unknown", "/keys/0")),
        (policy(policy_key(AUTHOR, signer_id="other.example")), ("key_unknown", "/keys/0")),
        (policy(policy_key(AUTHOR, key_id="author-2")), ("key_unknown", "/keys/0")),
        (policy(policy_key(AUTHOR, event_types=["citation"])), ("key_role", "/events/0/event_type")),
    ],
)
def test_under_a_policy_that_does_not_carry_it(keys: Json, code: tuple[str, str]) -> None:
    assert code_of(demo(), Policy.from_value(keys)) == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", ("syntax", None)),
        (b"\xa0", ("utf8", None)),
        (b"[", ("syntax", None)),
        (changed(proof_version="2"), ("version", "/proof_version")),
        (changed(proof_version=1), ("version", "/proof_version")),
        (changed(rules="pith-open-graph-merge-v1"), ("version", "/rules")),
        (changed(canonical_record=None), ("type", "/canonical_record")),
        (changed(canonical_record={**RECORD, "note": 1}), ("subject", "/events/0/subject_pith_number")),
        (changed(events={}), ("type", "/events")),
        (changed(events=[claim()]), ("type", "/events")),
        (changed(events=[claim()] * 3), ("type", "/events")),
        (changed(events=[claim(), claim()]), ("type", "/events")),
        (changed(events=[claim(), "x"]), ("type", "/events/1")),
        (changed(events=json.loads(demo())["events"][::-1]), ("encoding", "")),
        (changed(keys={}), ("type", "/keys")),
        (changed(keys=[None]), ("key_unknown", "/keys/0")),
        (changed(keys=[None, 1]), ("key_unknown", "/keys/0")),
        (changed(keys=[*json.loads(demo())["keys"], None]), ("key_unknown", "/keys/1")),
        (changed(keys=[]), ("type", "/keys")),
        (changed(keys=json.loads(demo())["keys"] * 2), ("encoding", "")),
        (changed(keys=json.loads(demo())["keys"] * 3), ("type", "/keys")),
        (changed(note="not in any proof"), ("encoding", "")),
        (demo() + b"\n", ("encoding", "")),
        (json.dumps(json.loads(demo()), indent=1).encode(), ("encoding", "")),
    ],
)  # fmt: skip
def test_the_first_claim_that_fails_is_named(data: bytes, code: tuple[str, str | None]) -> None:
    found, position = code_of(data)
    assert found == code[0]
    assert (position or None) == (code[1] or None)


def pair(one: Json, two: Json) -> bytes:
    return changed(events=sorted((one, two), key=lambda made: made.get("event_id", "")))


def test_events_that_do_not_contradict_each_other() -> None:
    other_slot = attached(AUTHOR, RECORD, "author_claim", payloads.author_claim(payloads.orcid(2)), WHEN)
    claims = payloads.author_claim(payloads.orcid(1), strength="weak")
    later = attached(AUTHOR, RECORD, "author_claim", claims, "2026-05-19T00:00:00Z")
    nonconforming = attached(AUTHOR, RECORD, "author_claim", {"scheme": "orcid"}, WHEN)
    cited = [attached(AUTHOR, RECORD, "citation", payloads.citation(w, "cites"), WHEN) for w in "ab"]
    for data in (pair(claim(), other_slot), pair(claim(), later), pair(claim(), nonconforming), pair(*cited),
                 pair(claim(), claim(note="another"))):  # fmt: skip
        assert code_of(data) == ("type", "/events")


def test_a_type_that_the_rules_do_not_know_contradicts_nothing() -> None:
    made = [event(AUTHOR, RECORD, "peer_review", "record", {"n": n}, WHEN) for n in range(2)]
    assert code_of(pair(*made)) == ("type", "/events/0")


def test_an_event_that_names_another_signer_as_its_own() -> None:
    """Two signers may sign different claims: that is no conflict, and no proof of one."""
    data = changed(
        events=sorted((claim(), claim(DEMO, strength="weak")), key=lambda made: made["event_id"]),
        keys=[
            {
                **{name: key[name] for name in ("key_id", "public_key_hex", "signer_id")},
                "format_sha256": format_sha256(FAMILY[key["event_formats"][0]]),
            }
            for key in policy(AUTHOR, DEMO)["keys"]
        ],
    )
    assert code_of(data) == ("type", "/events")


def test_under_other_rules_it_is_another_question() -> None:
    rules = MergeRules.of("other", *MERGE_1.event_types.values())
    with pytest.raises(ProofError, match="other rules than other"):
        check_proof(demo(), FIXTURE_POLICY, rules=rules)


# Tampering: every byte, and every leaf.


def test_no_byte_of_a_proof_can_be_another() -> None:
    data = demo()
    for position in range(len(data)):
        for other in {data[position] ^ 0x01, data[position] ^ 0x20, 0x20, 0x30}:
            if other == data[position]:
                continue
            with pytest.raises(PithError):
                check_proof(data[:position] + bytes([other]) + data[position + 1 :], FIXTURE_POLICY)
        with pytest.raises(PithError):
            check_proof(data[:position] + data[position + 1 :], FIXTURE_POLICY)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict | list):
        for step in value if isinstance(value, dict) else range(len(value)):
            yield from leaves(value[step], (*path, step))


@pytest.mark.parametrize("rule", ["pithbundle-event-1", "event-full-prefixed", "event-full-bytes"])
def test_no_leaf_of_a_proof_can_be_another(rule: str) -> None:
    keys = policy(policy_key(AUTHOR, event_formats=[FAMILY[rule]]))
    events = [
        event(AUTHOR, RECORD, "author_claim", "record",
              payloads.author_claim(payloads.orcid(1), strength=strength), WHEN, document=FAMILY[rule])
        for strength in payloads.STRENGTHS
    ]  # fmt: skip
    data = proven(*events, keys=keys)
    assert check_proof(data, Policy.from_value(keys)).group.signer == "author.example"
    tried = 0
    for path in leaves(json.loads(data)):
        tampers: tuple[Any, ...] = (None, "", "x", 0, [], {}, "drop", "add")
        for tamper in tampers:
            value = json.loads(data)
            above, spot = value, value
            for step in path:
                above, spot = spot, spot[step]
            if tamper == "add":
                if not isinstance(spot, dict):
                    continue
                spot["added"] = 1
            elif not path:
                value = tamper
            elif tamper == "drop":
                del above[path[-1]]
            elif spot == tamper:
                continue
            else:
                above[path[-1]] = tamper
            tried += 1
            with pytest.raises(PithError):
                check_proof(canonical(value), Policy.from_value(keys))
    assert tried > 400


# What sets prove, and that it lasts.

CROWDED = strategies.crowded_sets()


@given(CROWDED)
@settings(max_examples=60)
def test_every_conflict_of_a_set_has_a_proof_that_checks(whole: strategies.EventSet) -> None:
    ledger = merged(whole.record, whole.events).ledger
    for group in ledger.equivocations():
        found = check_proof(proof_of(ledger, group), FIXTURE_POLICY)
        assert {*found.group.event_ids} <= {*group.event_ids}
        assert (found.group.signer, found.group.event_type) == (group.signer, group.event_type)
        assert (found.group.slot, found.group.instant) == (group.slot, group.instant)
        assert str(found.number) == str(ledger.record.number)


@given(st.data())
@settings(max_examples=30)
def test_more_input_never_removes_a_proof(data: st.DataObject) -> None:
    whole = data.draw(CROWDED)
    size = data.draw(st.integers(0, len(whole.events)))
    before = ledger_of(checked(whole.record, whole.events[:size]))
    old = [(group, proof_of(before, group)) for group in before.equivocations()]
    after = before | merged(whole.record, whole.events).ledger
    now = {(g.event_type, g.signer, g.slot, g.instant): g for g in after.equivocations()}
    for group, proof in old:
        grown = now[group.event_type, group.signer, group.slot, group.instant]
        assert {*group.event_ids} <= {*grown.event_ids}
        # The old file still verifies, and so does the one that would be written now.
        check_proof(proof, FIXTURE_POLICY)
        check_proof(proof_of(after, grown), FIXTURE_POLICY)


@given(st.binary(max_size=200) | strategies.values(max_leaves=8).map(to_json))
@settings(max_examples=60)
def test_anything_else_is_rejected(data: bytes) -> None:
    with pytest.raises(PithError):
        check_proof(data, FIXTURE_POLICY)


@given(st.dictionaries(
    st.sampled_from(("canonical_record", "events", "keys", "proof_version", "rules")),
    strategies.values(max_leaves=5), min_size=1,
))  # fmt: skip
@settings(max_examples=60)
def test_any_value_in_any_member_is_rejected(members: Json) -> None:
    with pytest.raises(PithError):
        check_proof(changed(**members), FIXTURE_POLICY)
