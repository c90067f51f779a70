"""RULE-5 by experiment: probing tells which rule made a bundle, and nothing where none did."""

from __future__ import annotations

from typing import Any

import pytest

from checking import WHEN, read
from forge import AUTHOR, DEMO, Json, Signer, event, made_record, payloads, policy, without
from forge.tamper import flipped
from pithbundle.policy import Policy
from pithbundle.probe import Probe, probe
from pithbundle.rules import RULES

RECORD = made_record()
KEYS = Policy.from_value(policy(DEMO, AUTHOR))


def made(number: int, rule: Any, signer: Signer = DEMO) -> Json:
    return event(signer, RECORD, "citation", "record", payloads.citation(f"w{number}"), WHEN, rule=rule)


def probed(events: list[Any], keys: Policy | None = KEYS) -> Probe:
    return probe(read(RECORD, events), keys)


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_the_rule_that_made_a_bundle_is_found_alone_and_first(rule: Any) -> None:
    events = [made(0, rule), made(1, rule, AUTHOR)]
    found = probed(events)
    assert (found.events, found.stated_ids, found.signed) == (2, 2, 2)
    assert len(found.found) == len(RULES)
    assert [one.rule for one in found.settled] == [rule]
    best = found.found[0]
    assert (best.rule, best.ids, best.signatures) == (rule, 2, 2)
    assert best.keys == ((AUTHOR.signer_id, AUTHOR.key_id), (DEMO.signer_id, DEMO.key_id))
    assert all(one.signatures == 0 for one in found.found[1:])
    # The same cover has the same ids, whatever is signed.
    alike = [other for other in RULES.values() if other.left_out == rule.left_out
             and other.payload_only == rule.payload_only]  # fmt: skip
    assert {one.rule for one in found.found if one.ids == 2} == set(alike)


def test_a_rule_is_settled_only_if_it_reproduces_everything() -> None:
    v1, hexed = RULES["event-v1"], RULES["event-full-hex"]
    assert [one.rule for one in probed([made(0, v1), made(1, v1)]).settled] == [v1]
    mixed = probed([made(0, v1), made(1, hexed)])
    assert mixed.settled == ()
    assert [(one.rule.name, one.signatures) for one in mixed.found[:2]] == [
        ("event-v1", 1),
        ("event-full-hex", 1),
    ]
    assert probed([made(0, v1), flipped(made(1, v1))]).settled == ()
    assert probed([made(0, v1), made(1, v1) | {"event_id": "sha256:" + "0" * 64}]).settled == ()


def test_ids_may_be_absent_or_bare_hex() -> None:
    v1 = RULES["event-v1"]
    whole = made(0, v1)
    bare = probed([whole | {"event_id": whole["event_id"][7:]}])
    assert (bare.stated_ids, bare.found[0].ids) == (1, 1)
    none = probed([without(whole, ("event_id",)), without(made(1, v1), ("event_id",)) | {"event_id": "x"}])
    assert (none.stated_ids, none.signed) == (0, 2)
    assert [one.rule for one in none.settled] == [v1]


def test_nothing_signed_settles_nothing() -> None:
    assert probed([]).settled == ()
    unsigned = probed([without(made(0, RULES["event-v1"]), ("signature",))])
    assert (unsigned.events, unsigned.stated_ids, unsigned.signed, unsigned.settled) == (1, 1, 0, ())
    assert unsigned.found[0].ids == 1


def test_the_keys_are_those_of_the_policy_whatever_the_event_says() -> None:
    assert probed([made(0, RULES["event-v1"])], None).found[0].signatures == 0
    posing = made(0, RULES["event-no-signer-digest"]) | {"signer": AUTHOR.described()}
    found = probed([posing]).found[0]
    assert (found.rule.name, found.keys) == ("event-no-signer-digest", ((DEMO.signer_id, DEMO.key_id),))


def test_what_is_no_event_is_left_out() -> None:
    v1 = RULES["event-v1"]
    flat = {"payload_sha256": "ab" * 32, "event_id": 1}
    broken = [None, 7, {}, {"x": 1.0}, flat, made(1, v1) | {"created_at": "never"}]
    over = made(2, v1) | {"more": "x" * 300_000}
    spelt = made(3, v1)
    spelt = spelt | {"signature": spelt["signature"] | {"signature_b64": "x"}}
    found = probed([*broken, made(0, v1), over, spelt])
    assert (found.events, found.stated_ids, found.signed) == (3, 3, 2)
    assert (found.found[0].ids, found.found[0].signatures) == (2, 1)
