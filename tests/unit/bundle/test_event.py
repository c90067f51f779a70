"""EVT-1 to EVT-7, LIM-6: the form of an event, its first fault in order, its body and its limits."""

from __future__ import annotations

import hashlib
import itertools
from typing import Any

import pytest
from hypothesis import given

from kit import (
    DEMO,
    Json,
    attached,
    bundle,
    canonical,
    changed,
    event,
    event_id,
    flat_event,
    made_record,
    payloads,
    policy,
    sign,
    strategies,
    to_json,
    without,
)
from kit.results import WHEN, check, checked, read, said
from kit.signing import body
from pithbundle.bundle.event import Envelope, FlatEvent, SignedContent, read_event, signed_content
from pithbundle.bundle.event_formats import EVENT_FORMATS, EVENT_V1
from pithbundle.bundle.reader import read_bundle
from pithbundle.encoding.limits import Limits
from pithbundle.errors import Fault
from pithbundle.verify.policy import Policy

RECORD = made_record()
SOUND = attached(DEMO, RECORD, "alias_added", payloads.alias_added("openalex", "W1"), WHEN)
FLAT = flat_event(DEMO, payloads.integrity(RECORD, WHEN), WHEN, 7)
MISSING = object()


def fault(value: Any) -> tuple[str, str | None]:
    found = read_event(value)
    assert isinstance(found, Fault)
    return found.code, found.pointer


def tampered(value: Json, path: tuple[str, ...], new: Any) -> Json:
    made: Json = without(value, path) if new is MISSING else changed(value, path, new)
    return made


def test_an_unknown_member_among_four_of_a_signature_is_named() -> None:
    made = changed(SOUND, ("signature", "Algorithm"), "ed25519")
    del made["signature"]["algorithm"]
    found = read_event(made)
    assert isinstance(found, Envelope)
    assert found.unsigned == ("/signature/Algorithm",)


def test_a_sound_event_is_read_whole() -> None:
    found = read_event(SOUND)
    assert isinstance(found, Envelope)
    assert (found.event_type, found.target, found.created_at) == ("alias_added", "record", WHEN)
    assert (found.signer_id, found.key_id) == (DEMO.signer_id, DEMO.key_id)
    assert found.claimed_id == SOUND["event_id"]
    assert found.instant == "2026-05-18T01:39:14.000000"


@pytest.mark.parametrize("value", [None, True, 1, 1.5, "text", [], [SOUND]])
def test_an_event_is_an_object(value: Any) -> None:
    assert fault(value) == ("type", "")


TEXTS = ["created_at", "event_type", "subject_pith_number", "target"]
SIGNER = ["key_id", "public_key_fingerprint", "signer_id", "signer_type"]
SIGNATURE = ["key_id", "kind", "signature_b64"]

#: Every required member, in the order in which faults are looked for.
MEMBERS: list[tuple[tuple[str, ...], list[Any]]] = [
    (("created_at",), [MISSING, None, 1, True, [], {}]),
    (("event_id",), [None, 1, [], {}]),
    (("event_type",), [MISSING, None, 1, [], {}]),
    (("payload",), [MISSING, None, 1, "text", []]),
    *[
        (("signature", name), [MISSING, None, 1, [], {}] + (["pith_receipt", ""] if name == "kind" else []))
        for name in SIGNATURE
    ],
    (("signer",), [MISSING, None, 1, "text", []]),
    *[(("signer", name), [MISSING, None, 1, [], {}]) for name in SIGNER],
    (("subject_pith_number",), [MISSING, None, 1, [], {}]),
    (("target",), [MISSING, None, 1, [], {}]),
]


@pytest.mark.parametrize(
    ("path", "wrong"), MEMBERS, ids=lambda path: "/".join(path) if type(path) is tuple else ""
)
def test_each_member_is_there_and_of_its_type(path: tuple[str, ...], wrong: list[Any]) -> None:
    for value in wrong:
        # A missing member is pointed at where it would be (ERR-1).
        assert fault(tampered(SOUND, path, value)) == ("type", "/" + "/".join(path))


@pytest.mark.parametrize("value", [1, "text", [], True])
def test_a_signature_is_an_object_null_or_absent(value: Any) -> None:
    assert fault({**SOUND, "signature": value}) == ("type", "/signature")
    for none in ({**SOUND, "signature": None}, without(SOUND, ("signature",))):
        found = read_event(none)
        assert isinstance(found, Envelope)
        assert found.signature is None


def test_an_id_may_be_absent_and_is_any_string_here() -> None:
    for made in (without(SOUND, ("event_id",)), {**SOUND, "event_id": ""}, {**SOUND, "event_id": "x"}):
        assert isinstance(read_event(made), Envelope)


def test_of_two_faults_the_first_by_name_is_reported() -> None:
    for (first, wrong), (second, other) in itertools.combinations(MEMBERS, 2):
        if first[: len(second)] == second or second[: len(first)] == first:
            continue
        both = tampered(tampered(SOUND, second, other[-1]), first, wrong[-1])
        assert fault(both) == ("type", "/" + "/".join(first))


def test_members_come_before_the_time_and_the_time_before_the_limits() -> None:
    late = {**SOUND, "created_at": "2026-05-18T24:00:00Z"}
    assert fault(late) == ("time", "/created_at")
    assert fault({**late, "target": 1}) == ("type", "/target")
    deep = {**late, "more": nested(30)}
    assert said(checked(RECORD, [deep]).events[0]) == ("invalid", "time", "/created_at")
    assert said(checked(RECORD, [{**deep, "created_at": WHEN}]).events[0])[:2] == ("invalid", "depth")


def test_a_value_level_fault_comes_before_every_other() -> None:
    for made in ({"x": 1.0}, {**SOUND, "x": 1.0, "target": 1}, {**FLAT, "signer": 1.0}):
        assert said(checked(RECORD, [made]).events[0])[:2] == ("invalid", "number_form")


# EVT-7: the flat spelling.


@pytest.mark.parametrize("mark", ["payload_sha256", "signature_b64", "signing_key_id"])
@pytest.mark.parametrize("member", ["signature", "signer", "subject_pith_number", "target"])
def test_an_event_of_both_spellings_is_none(mark: str, member: str) -> None:
    assert fault({**SOUND, mark: FLAT[mark]}) == ("type", "")
    assert fault({**FLAT, member: SOUND[member]}) == ("type", "")
    assert fault({mark: None, member: None}) == ("type", "")


def test_a_flat_event_is_read() -> None:
    found = read_event(FLAT)
    assert isinstance(found, FlatEvent)
    assert (found.payload_sha256, found.signing_key_id) == (FLAT["payload_sha256"], DEMO.key_id)
    unsigned = read_event(without(FLAT, ("signature_b64",)))
    assert isinstance(unsigned, FlatEvent)
    assert unsigned.signature_text is None


FLAT_MEMBERS: list[tuple[str, list[Any]]] = [
    ("created_at", [MISSING, None, 1]),
    ("event_id", [MISSING, None, "7", 7.5, True]),
    ("event_type", [MISSING, None, 1]),
    ("payload", [MISSING, None, [], "text"]),
    ("payload_sha256", [MISSING, None, 1]),
    ("signature_b64", [1, [], True]),
    ("signing_key_id", [MISSING, None, 1]),
]


@pytest.mark.parametrize(("name", "wrong"), FLAT_MEMBERS, ids=lambda name: name if type(name) is str else "")
def test_each_flat_member_is_there_and_of_its_type(name: str, wrong: list[Any]) -> None:
    for value in wrong:
        assert fault(tampered(FLAT, (name,), value)) == ("type", f"/{name}")


def test_of_two_flat_faults_the_first_by_name_is_reported_and_the_time_last() -> None:
    for (first, wrong), (second, other) in itertools.combinations(FLAT_MEMBERS, 2):
        both = tampered(tampered(FLAT, (second,), other[-1]), (first,), wrong[-1])
        assert fault(both) == ("type", f"/{first}")
    assert fault({**FLAT, "created_at": "today"}) == ("time", "/created_at")
    assert fault({**FLAT, "created_at": "today", "signing_key_id": 1}) == ("type", "/signing_key_id")


# EVT-3, EVT-4: body, digest and id.


@pytest.mark.parametrize("rule", EVENT_FORMATS.values(), ids=list(EVENT_FORMATS))
def test_the_body_is_what_the_rule_covers(rule: Any) -> None:
    made = event(DEMO, RECORD, "x", "y", {"é": [1.5]}, WHEN, rule=rule, extra={"more": {"b": 1, "a": 2}})
    found = read_event(made)
    assert isinstance(found, Envelope)
    bound = signed_content(found, rule)
    assert isinstance(bound, SignedContent)
    covered = canonical(body(made, rule))
    assert (bound.canonical, bound.digest) == (covered, hashlib.sha256(covered).digest())
    assert bound.event_id == made["event_id"] == event_id(made, rule)
    assert bound.payload == canonical(made["payload"])


@given(strategies.objects(strategies.values(max_leaves=5)), strategies.objects(strategies.scalars()))
def test_the_id_of_any_event_is_that_of_its_canonical_body(payload: Json, extra: Json) -> None:
    extra = {name: value for name, value in extra.items() if name not in (*SOUND, *FLAT)}
    made = sign({**SOUND, "payload": payload, **extra}, DEMO)
    (one,) = checked(RECORD, [made], policy(DEMO)).events
    assert (one.verdict.status, one.id) == ("verified", made["event_id"])


@pytest.mark.parametrize("name", sorted(body(SOUND)))
def test_every_member_of_the_body_is_in_the_id(name: str) -> None:
    other = {**SOUND["signer"], "more": 1} if name == "signer" else {"x": 1} if name == "payload" else "x"
    assert event_id({**SOUND, name: other}) != SOUND["event_id"]
    found = read_event({**SOUND, name: other if name != "created_at" else WHEN[:-1] + "+00:00"})
    assert isinstance(found, Envelope)
    bound = signed_content(found, EVENT_V1)
    assert isinstance(bound, SignedContent)
    assert bound.event_id != SOUND["event_id"]


# LIM-6: one event.


def nested(depth: int) -> Any:
    made: Any = []
    for _ in range(depth - 1):
        made = [made]
    return made


def code_of(made: Json, limits: Limits | None = None) -> tuple[str, str | None, str | None]:
    data = to_json(bundle(RECORD, [made, SOUND]))
    result = check(read_bundle(data, limits=limits or Limits()), Policy.from_value(policy(DEMO)))
    assert said(result.events[1]) == ("verified", None, None)
    return said(result.events[0])


def grown(name: str, value: Any) -> Json:
    return sign({**SOUND, name: value}, DEMO)


def test_depth_24_is_an_event_and_25_is_none() -> None:
    assert code_of(grown("more", nested(23))) == ("verified", None, None)
    assert code_of(grown("more", nested(24))) == ("invalid", "depth", "")
    assert code_of(grown("payload", {"x": nested(22)}))[0] == "verified"
    assert code_of(grown("payload", {"x": nested(23)})) == ("invalid", "depth", "")
    assert code_of(grown("payload", {"x": {"y": nested(22)}})) == ("invalid", "depth", "")


def test_what_is_outside_the_body_is_not_measured() -> None:
    made = grown("payload", {"x": nested(22)})
    dressed = {**made, "signature": made["signature"] | {"more": nested(40)}}
    assert code_of(dressed)[0] == "verified"


def test_20000_values_are_an_event_and_one_more_is_none() -> None:
    others = 1 + 6 + 4 + 2  # the event, its members, the signer's and the payload's
    assert len(body(SOUND)) == 6
    room = 20_000 - others - 1
    assert code_of(grown("more", [0] * room))[0] == "verified"
    assert code_of(grown("more", [0] * (room + 1))) == ("invalid", "nodes", "")
    assert code_of(grown("more", [[]] * (room + 1))) == ("invalid", "nodes", "")


def test_262144_bytes_are_an_event_and_one_more_is_none() -> None:
    size = len(canonical(body(grown("more", ""))))
    room = 262_144 - size
    assert code_of(grown("more", "x" * room))[0] == "verified"
    assert code_of(grown("more", "x" * (room + 1))) == ("invalid", "event_size", "")
    # Canonical bytes, not those that came: an escape of six is one, é is two.
    assert code_of(grown("more", "é" * (room // 2)))[0] == "verified"
    assert code_of(grown("more", "\x01" * (room // 6)))[0] == "verified"
    assert code_of(grown("more", "\x01" * (room // 6 + 1)))[1] == "event_size"


def test_the_size_is_that_of_the_whole_event_under_every_rule() -> None:
    keys = policy({**policy(DEMO)["keys"][0], "event_formats": ["event-payload-digest"]})
    made = sign({**SOUND, "more": "x" * 262_144}, DEMO, EVENT_FORMATS["event-payload-digest"])
    assert said(checked(RECORD, [made], keys).events[0]) == ("invalid", "event_size", "")


def test_level_by_level_depth_then_values_then_size() -> None:
    wide = {"deep": nested(30), "wide": [0] * 21_000, "long": "x" * 300_000}
    # The level that holds the 20,001st value is the third; the 25th comes later.
    assert code_of(grown("more", wide))[1] == "nodes"
    assert code_of(grown("more", {"deep": nested(30), "long": "x" * 300_000}))[1] == "depth"
    assert code_of(grown("more", {"wide": [0] * 21_000, "long": "x" * 300_000}))[1] == "nodes"
    bottom: Any = [0] * 21_000
    for _ in range(24):
        bottom = [bottom]
    assert code_of(grown("more", bottom))[1] == "depth"


def test_a_limit_of_the_input_changes_no_verdict() -> None:
    for limits in (Limits(bundle_depth=200), Limits(size=1 << 30, nodes=1 << 30)):
        assert code_of(grown("more", nested(24)), limits) == ("invalid", "depth", "")
        assert code_of(grown("more", nested(23)), limits) == ("verified", None, None)


def test_an_event_over_a_limit_has_no_id() -> None:
    (one,) = checked(RECORD, [grown("more", nested(30))]).events
    assert (one.id, one.claimed_type) == (None, "alias_added")
    assert read(RECORD, [grown("more", nested(30))]).events
