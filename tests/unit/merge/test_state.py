"""STATE-1 to STATE-7: members and their order, entries, aliases, counters, and the two digests."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest

from kit import (
    AUTHOR,
    DEMO,
    UNKNOWN_SIGNER,
    Json,
    aliases,
    attached,
    demo,
    event,
    flat_event,
    made_record,
    oracle,
    payloads,
    policy,
    policy_key,
    receipt,
    without,
)
from kit.data import real
from kit.results import WHEN, check, checked, merge, merged, read
from kit.tampered import flipped
from pithbundle.merge.rule_sets import MergeRules
from pithbundle.merge.rules import MERGE_1
from pithbundle.merge.state import State
from pithbundle.verify.policy import Policy

RECORD = made_record()
MEMBERS = [
    "state_type", "state_version", "pith_number", "merge_version", "event_count", "valid_event_count",
    "invalid_event_count", "equivocation_count", "current", "unrecognised",
]  # fmt: skip
SECTIONS = [
    "canonical_record", "source_aliases", "graph_snapshots", "receipt", "timestamp_anchors",
    "storage_attestations", "author_claims", "citations", "replications", "integrity_findings",
    "retractions", "checkpoints", "equivocations",
]  # fmt: skip
RICH = merged(demo.RECORD, demo.rich()["events"], demo.demo_policy())


def ordered(data: bytes) -> Any:
    """A state with objects as lists of pairs, so that the order of members can be seen."""
    return json.loads(data, object_pairs_hook=lambda pairs: pairs)


def alias(alias_kind: str, value: str, when: str = WHEN, **options: Any) -> Json:
    signer = options.pop("signer", DEMO)
    return attached(signer, RECORD, "alias_added", payloads.alias_added(alias_kind, value, **options), when)


def test_the_bytes_are_compact_utf8_without_a_newline() -> None:
    data = RICH.state_bytes
    assert data == json.dumps(json.loads(data), separators=(",", ":"), ensure_ascii=False).encode()
    assert "Ada Müller 数学".encode() in data


@pytest.mark.parametrize("events", [[], demo.rich()["events"]])
def test_members_are_in_the_registrys_order_and_always_present(events: list[Json]) -> None:
    result = merged(demo.RECORD, events, demo.demo_policy())
    state = ordered(result.state_bytes)
    assert [name for name, _ in state] == MEMBERS
    assert [name for name, _ in dict(state)["current"]] == SECTIONS


def test_the_order_of_members_is_the_one_seen_in_published_states() -> None:
    for one in json.loads(real("state_prefixes.json").read_bytes()):
        text: str = one["text"]
        places = [text.find(f'"{name}":') for name in MEMBERS[:9]]
        assert places == sorted(places)
        # The prefixes end inside the first snapshot, so the later sections are not seen.
        sections = [text.find(f'"{name}":', places[-1]) for name in SECTIONS[:3]]
        assert -1 not in sections
        assert sections == sorted(sections)
        start = text.index('"graph_snapshots":[{')
        names = ["event_id", "target", "created_at", "signer", "payload"]
        places = [text.find(f'"{name}":', start) for name in names]
        assert -1 not in places[:4]
        assert places == sorted(places)


def test_an_empty_state_is_the_record_and_what_follows_from_it() -> None:
    state: Any = merged(RECORD, []).state
    assert state["current"] == {
        "canonical_record": RECORD,
        "source_aliases": [without(one, ("created_at",)) for one in aliases(RECORD, WHEN)],
        "receipt": None,
        **{name: [] for name in SECTIONS if name not in ("canonical_record", "source_aliases", "receipt")},
    }
    assert [state[name] for name in MEMBERS[4:8]] == [0, 0, 0, 0]
    assert state["unrecognised"] == []
    assert state["merge_version"] == "pithbundle-merge-1"


def test_an_entry_has_its_members_in_order_and_what_is_below_is_canonical() -> None:
    current = dict(ordered(RICH.state_bytes))["current"]
    for name, entries in current:
        if name in SECTIONS[4:-1]:
            for entry in entries:
                names = [member for member, _ in entry]
                tail = ["effect"] if name == "retractions" else []
                assert names == ["event_id", "target", "created_at", "signer", "payload", *tail]
                signer = [member for member, _ in dict(entry)["signer"]]
                assert signer == sorted(signer)


def test_what_is_shown_is_signed_and_what_is_not_is_nowhere() -> None:
    one = alias("openalex", "W1")
    dressed = {**one, "signature": one["signature"] | {"seen_by": "UNSIGNED"}}
    moved = merged(RECORD, [dressed])
    assert moved.state_bytes == merged(RECORD, [one]).state_bytes
    assert b"UNSIGNED" not in moved.state_bytes
    assert b"signature_b64" not in moved.state_bytes
    # Unknown members are signed and so part of the id, but a state lists five members.
    extra = event(DEMO, RECORD, "citation", "record", payloads.citation("w"), WHEN, extra={"more": "SIGNED"})
    assert b"SIGNED" not in merged(RECORD, [extra]).state_bytes


def test_times_are_shown_as_written() -> None:
    for when in ("2026-05-18T01:39:14+00:00", "2026-05-18T01:39:14.000000Z"):
        assert f'"created_at":"{when}"'.encode() in merged(RECORD, [alias("x", "y", when)]).state_bytes


# Aliases.


def shown(events: list[Json], record: Json = RECORD) -> list[Json]:
    current: Any = merged(record, events).state["current"]
    found: list[Json] = current["source_aliases"]
    return found


def test_derived_and_signed_aliases_are_one_list_by_kind_and_value() -> None:
    signed = [alias("openalex", value) for value in ("W2", "W10", "w1", "~", "!")] + [alias("a", "z")]
    found = shown(signed)
    names = [(one["alias_kind"], one["alias_value"]) for one in found]
    assert names == sorted(names, key=lambda pair: (pair[0].encode(), pair[1].encode()))
    derived = [one for one in aliases(RECORD, WHEN) if one["alias_kind"] != "openalex"]
    assert {(one["alias_kind"], one["alias_value"]) for one in derived} <= set(names)
    assert len(found) == len(derived) + 6


def test_an_alias_is_listed_once_with_the_time_of_its_first_event() -> None:
    events = [
        alias("openalex", "W1", "2026-05-18T01:39:15Z"),
        alias("openalex", "W1", "2026-05-18T01:39:14.000000Z", signer=AUTHOR),
        alias("openalex", "W1", "2026-05-18T01:39:14+00:00"),
    ]
    tied = min(events[1:], key=lambda e: e["event_id"])
    (one,) = [a for a in shown(events) if a["alias_kind"] == "openalex"]
    assert one == {"alias_kind": "openalex", "alias_value": "W1", "created_at": tied["created_at"]}
    taken = attached(
        DEMO if tied is events[2] else AUTHOR, RECORD, "event_retracted",
        payloads.event_retracted(tied["event_id"]), WHEN,
    )  # fmt: skip
    (after,) = [a for a in shown([*events, taken]) if a["alias_kind"] == "openalex"]
    (left,) = [e for e in events[1:] if e is not tied]
    assert after["created_at"] == left["created_at"]


def test_a_derived_alias_that_is_signed_has_a_time_and_loses_it_when_retracted() -> None:
    source = RECORD["source"]["id"]
    signed = alias("arxiv", source)
    taken = attached(DEMO, RECORD, "event_retracted", payloads.event_retracted(signed["event_id"]), WHEN)
    assert shown([signed])[0] == {"alias_kind": "arxiv", "alias_value": source, "created_at": WHEN}
    assert shown([signed, taken]) == shown([])


def test_claimed_aliases_and_their_times_enter_no_state() -> None:
    frame = [{"alias_kind": "openalex", "alias_value": "W9", "created_at": WHEN}]
    plain, other = read(RECORD, []), read(RECORD, [], source_aliases=frame)
    assert merge(check(plain)).state_bytes == merge(check(other)).state_bytes


def test_a_record_outside_arxiv_has_the_short_forms_alone() -> None:
    record = made_record()
    record["source"] = {"id": "10.1/x", "kind": "doi", "version": 1}
    assert [one["alias_kind"] for one in shown([], record)] == [
        "pith_short_12",
        "pith_short_16",
        "pith_short_8",
    ]


# Counters.


def test_counters_count_distinct_ids() -> None:
    good, strange = alias("x", "1"), event(DEMO, RECORD, "of the future", "record", {}, WHEN)
    nonconforming = event(DEMO, RECORD, "citation", "graph", {}, WHEN)
    bad = [
        flipped(alias("x", "2")),
        without(alias("x", "3"), ("signature",)),
        attached(UNKNOWN_SIGNER, RECORD, "alias_added", payloads.alias_added("x", "4"), WHEN),
        {**alias("x", "5"), "payload": {}},
        flat_event(DEMO, payloads.integrity(RECORD, WHEN), WHEN, 1),
    ]
    malformed = [None, {}, {**good, "created_at": "never"}, {"payload_sha256": "x"}]
    events = [good, strange, nonconforming, *bad, *malformed]
    state: Any = merged(RECORD, [*events, *events[::-1], flipped(good)]).state
    assert [state[name] for name in MEMBERS[4:8]] == [5, 3, 2, 0]


def test_an_id_with_an_invalid_and_a_valid_element_counts_as_valid() -> None:
    good = alias("x", "1")
    result = merge(checked(RECORD, [flipped(good)]), checked(RECORD, [good]))
    assert (result.view.event_count, result.view.valid_event_count, result.view.invalid_event_count) == (
        1, 1, 0,
    )  # fmt: skip


def test_unrecognised_is_ordered_by_instant_and_id() -> None:
    events = [
        event(DEMO, RECORD, alias_kind, "elsewhere", {"n": n}, when)
        for n, when in enumerate((WHEN, "2026-05-18T01:39:14+00:00", "2026-05-18T01:39:13Z"))
        for alias_kind in ("citation", "of the future")
    ]
    found: Any = merged(RECORD, events).state["unrecognised"]
    expected = sorted(events, key=lambda e: (e["created_at"][:19], e["event_id"]))
    assert [one["event_id"] for one in found] == [one["event_id"] for one in expected]
    assert [list(one) for one in found] == [["code", "event_id", "event_type"]] * 6
    codes = {"citation": "type", "of the future": "unknown_type"}
    assert [one["code"] for one in found] == [codes[one["event_type"]] for one in found]


# Digests, recomputed with the standard library alone.


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize("result", [RICH, merged(RECORD, [])], ids=["rich", "empty"])
def test_the_digests_are_those_of_the_spec(result: Any) -> None:
    state = json.loads(result.state_bytes)
    record = hashlib.sha256(canonical(state["current"]["canonical_record"])).digest()
    assert state["pith_number"].endswith(":" + base64.b32encode(record).decode()[:26])
    hashed = {
        "canonical_sha256": record.hex(),
        "current": state["current"],
        "pith_number": state["pith_number"],
        "rules": "pithbundle-merge-1",
    }
    assert result.state_sha256 == hashlib.sha256(canonical(hashed)).hexdigest()
    ids = canonical(sorted(event.event_id for event in result.ledger))
    assert result.events_sha256 == hashlib.sha256(ids).hexdigest()


def test_counters_and_unrecognised_are_not_in_the_digest() -> None:
    good = alias("x", "1")
    strange = event(DEMO, RECORD, "of the future", "record", {}, WHEN)
    plain = merged(RECORD, [good])
    more = merged(RECORD, [good, strange, flipped(alias("x", "2"))])
    assert more.state_bytes != plain.state_bytes
    assert more.state_sha256 == plain.state_sha256
    assert more.events_sha256 != plain.events_sha256
    assert merged(RECORD, [good, flipped(alias("x", "2"))]).events_sha256 == plain.events_sha256


def test_everything_shown_is_in_the_digest() -> None:
    """One change of what is current, one change of the digest."""
    base = [
        attached(DEMO, RECORD, "record_created",
                 payloads.record_created(RECORD, receipt(DEMO, RECORD, WHEN)), WHEN),
        alias("openalex", "W1"),
        attached(DEMO, RECORD, "author_claim", payloads.author_claim(payloads.orcid(1)), WHEN),
    ]  # fmt: skip
    digests = {merged(RECORD, base).state_sha256}
    changes = [
        base[1:],
        base[:2],
        [base[0], base[2]],
        [*base, attached(DEMO, RECORD, "citation", payloads.citation("w"), WHEN)],
        [*base, attached(DEMO, RECORD, "event_retracted",
                         payloads.event_retracted("sha256:" + "0" * 64), WHEN)],
        [*base, attached(DEMO, RECORD, "author_claim",
                         payloads.author_claim(payloads.orcid(1), strength="weak"), WHEN)],
    ]  # fmt: skip
    digests |= {merged(RECORD, events).state_sha256 for events in changes}
    assert len(digests) == 1 + len(changes)


def test_two_policies_that_admit_the_same_events_give_the_same_state() -> None:
    events = [alias("x", "1"), attached(DEMO, RECORD, "citation", payloads.citation("w"), WHEN)]
    one = merged(RECORD, events, policy(DEMO))
    other = merged(RECORD, events, policy(policy_key(DEMO, status="retired"), AUTHOR))
    assert one.state_bytes == other.state_bytes
    assert one.state_sha256 == other.state_sha256


def test_another_rule_set_states_its_own_name() -> None:
    few = MergeRules.of("few", *list(MERGE_1.event_types.values())[:4])
    given = read(RECORD, [alias("x", "1"), attached(DEMO, RECORD, "citation", payloads.citation("w"), WHEN)])
    keys = Policy.from_value(policy(DEMO))
    result = merge(check(given, keys, rules=few), rules=few)
    state: Any = result.state
    assert state["merge_version"] == "few"
    assert [one["code"] for one in state["unrecognised"]] == ["unknown_type"]
    assert result.state_sha256 != merge(check(given, keys)).state_sha256


def test_a_state_of_more_than_one_inputs_limits_reads_back() -> None:
    deep: Any = []
    for _ in range(20):
        deep = [deep]
    events = [
        attached(DEMO, RECORD, "graph_snapshot", {"graph_snapshot": {"at": n, "deep": deep}}, WHEN)
        for n in range(3)
    ]
    assert merged(RECORD, events).state == oracle.state_of(RECORD, events, [])


def test_a_state_is_made_by_a_ledger_and_has_entries_of_classes() -> None:
    with pytest.raises(TypeError, match="made by Ledger"):
        State()
    view = merged(RECORD, []).view
    for other in (int, "AuthorClaim", None):
        with pytest.raises(TypeError, match="must be a class of entries"):
            view.entries(other)  # type: ignore[type-var, arg-type]
