"""PROBE-10 by experiment: an event inside the payload of another one is not taken for the event."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kit import DEMO, Json, bundle, event, made_record, payloads, policy, policy_key, to_json
from kit.registries import PLACES, Registry, draw, embedding, pith_number
from kit.results import WHEN
from kit.signing import b64, canonical
from pithbundle.bundle.event_format import PITHBUNDLE_EVENT_1
from pithbundle.verifier import Verifier
from pithbundle.verify.policy import Policy
from pithbundle.verify.probing.results import ProbeResult
from pithbundle.verify.probing.run import probe

#: How many preimages are tried: what is embedded is found early or never.
MOST = 10_000


def probed(registry: Registry, most: int = MOST) -> ProbeResult:
    keys = Policy.from_bytes(registry.policy(["unknown"]))
    return probe([registry.bundle()], keys, most=most)


def pointers(event_format: Any) -> dict[str, str]:
    """The base and the pointers of the roles of a body."""
    body = event_format.to_value()["body"]
    found = {role: text for role, text in body["roles"].items() if isinstance(text, str)}
    return {"base": body["base"], **found}


def reads_no_inner_event(registry: Registry, result: ProbeResult) -> None:
    """No format that a policy would list reads anything inside the payload."""
    payload = registry.document["body"]["roles"]["payload"]
    for found in result.found:
        if found.is_binding:
            inside = {
                role: text
                for role, text in pointers(found.event_format).items()
                if text.startswith(payload + "/") or (text == payload) != (role == "payload")
            }
            assert not inside, (registry.seed, inside)
    value = result.policy(Policy.from_bytes(registry.policy(["unknown"])))
    if value is not None:
        report = Verifier(Policy.from_value(value)).verify(registry.bundle())
        assert report.outcome == "valid"


def pairs(count: int, first: int = 0) -> list[Any]:
    """Seeds of an outer and an inner registry: in every second pair of one key, in some of itself."""
    found = []
    for n in range(first, first + count):
        inner = n if n % 5 == 4 else 700 + 7 * n + n % 7 + n % 2
        found.append((n, inner, PLACES[n % 3]))
    return found


@pytest.mark.parametrize(
    ("outer", "inner", "place"),
    [*pairs(25), *(pytest.param(*each, marks=pytest.mark.long) for each in pairs(200, 25))],
)
@pytest.mark.parametrize("known", [True, False])
def test_no_format_reads_an_embedded_event(outer: int, inner: int, place: str, known: bool) -> None:
    registry = embedding(draw(outer), draw(inner), place, known=known)
    result = probed(registry)
    reads_no_inner_event(registry, result)
    assert known or result.status != "settled"


def of_the_built_in_format(seed: int) -> Registry:
    """Events of the built-in format; the key of a drawn registry signs them."""
    registry = draw(seed)
    made = [
        event(DEMO, registry.record, "citation", "record", payloads.citation(f"w{n}"), WHEN) for n in range(3)
    ]
    document: Any = PITHBUNDLE_EVENT_1.to_value()
    return replace(registry, document=dict(document), events=made)


@pytest.mark.parametrize("outer", range(8))
@pytest.mark.parametrize("known", [True, False])
def test_no_format_reads_an_embedded_event_of_the_built_in_format(outer: int, known: bool) -> None:
    registry = embedding(draw(outer), of_the_built_in_format(outer + 7), PLACES[outer % 3], known=known)
    result = probed(registry)
    reads_no_inner_event(registry, result)
    assert known or result.status != "settled"


# In 2, 11 and 20 the embedded events have signatures of their own; in 37 their id is reproduced first.
@pytest.mark.parametrize("outer", [0, 1, 2, 3, 4, 5, 7, 8, 11, 20, 37])
def test_an_event_that_embeds_another_settles_by_its_own_members(outer: int) -> None:
    """The outer types are known: an embedded event hinders nothing, and the roles are the outer ones."""
    inner = 700 + 7 * outer + outer % 7 + 1
    registry = embedding(draw(outer), draw(inner), PLACES[outer % 3], known=True)
    result = probed(registry, most=50_000)
    assert result.status == "settled"
    assert result.best is not None
    of_the_registry = registry.document["body"]["roles"]
    found = pointers(result.best.event_format)
    for role in ("event_type", "subject", "payload", "created_at"):
        assert found[role] == of_the_registry[role]


# -- one doubt each ---------------------------------------------------------------------------------

RECORD = made_record()
NUMBER = pith_number(RECORD)
KEYS = Policy.from_value(policy(policy_key(DEMO)))


def inner(number: int, **more: Any) -> Json:
    """What a third party wrote: a complete event in another form."""
    return {
        "event_type": "citation", "subject": NUMBER, "created_at": 1_780_000_000 + number,
        "payload": payloads.citation(f"w{number}"), "signer_id": DEMO.signer_id, **more,
    }  # fmt: skip


def signed(covered: Json, **more: Any) -> Json:
    """An element whose signature is over these members, beside others."""
    return {**covered, **more, "sig": b64(DEMO.sign(canonical(covered)))}


def cautions(*events: Json, record: Json = RECORD) -> tuple[str, ...]:
    """The cautions of the one format that explains the events."""
    result = probe([to_json(bundle(record, [*events]))], KEYS, most=20_000)
    (found,) = result.found
    assert found.event_format is not None
    assert found.is_binding == found.is_settled == (not found.cautions and not found.missing)
    assert (result.policy(KEYS) is None) == bool(found.cautions)
    return found.cautions


def outer(number: int, **more: Any) -> Json:
    """An event with known type, beside whose roles are others."""
    return {
        "type": "citation", "pith": NUMBER, "at": 1_770_000_000 + number, "by": DEMO.signer_id,
        "data": payloads.citation(f"w{number}"), **more,
    }  # fmt: skip


NESTED = "the payload found is inside /data, which may itself be the payload"


def test_a_comment_that_contains_an_event_is_no_event() -> None:
    comments = [
        signed(
            {"type": "comment_posted", "pith": NUMBER, "at": 7 + n, "by": DEMO.signer_id, "data": inner(n)}
        )
        for n in range(3)
    ]
    assert cautions(*comments) == (NESTED,)


@pytest.mark.parametrize(
    "beside",
    [
        {"pith": NUMBER}, {"code": 7}, {"what": "comment"}, {"what": "Ein Kommentar!"}, {"at": WHEN},
        {"meta": {"what": "comment"}},
    ],
)  # fmt: skip
def test_whatever_is_signed_beside_the_event_is_a_doubt(beside: Json) -> None:
    assert cautions(*(signed({**beside, "data": inner(n)}) for n in range(2))) == (NESTED,)


@pytest.mark.parametrize(
    "beside",
    [
        {}, {"version": "1.0"}, {"alg": "Ed25519"}, {"key": DEMO.key_id}, {"hash": "ab" * 32}, {"is": True},
        {"nothing": None}, {"list": ["comment"]},
    ],
)  # fmt: skip
def test_what_is_known_by_itself_is_no_doubt(beside: Json) -> None:
    assert cautions(*(signed({**beside, "data": inner(n)}) for n in range(2))) == ()


@pytest.mark.parametrize(
    ("beside", "doubtful"),
    [
        ({"what": "comment", "pith": NUMBER}, True),
        ({"what": "comment", "at": WHEN}, True),
        ({"what": "replication"}, True),
        ({"what": "comment"}, False),
        ({"pith": NUMBER, "at": WHEN}, False),
        ({"what": "record", "pith": NUMBER}, False),
        ({"proof": {"what": "comment", "pith": NUMBER}}, True),
        ({"other": b64(b"s" * 64)}, False),
    ],
)
def test_an_unsigned_event_around_the_signed_object_is_a_doubt(beside: Json, doubtful: bool) -> None:
    """Only what is inside is signed: the outer members may be those of the event all the same."""
    events = []
    for number in range(2):
        kept = inner(number)
        events.append({"data": kept, **beside, "sig": b64(DEMO.sign(canonical(kept)))})
    assert bool(cautions(*events)) == doubtful


def test_a_quoted_event_with_its_own_signature_is_no_event() -> None:
    """The outer signature is of a key that the policy has not; the quoted event verifies by itself."""
    quoted = [{"data": signed(inner(n)), "sig": b64(b"s" * 64)} for n in range(2)]
    assert cautions(*quoted) == (NESTED,)
    # What is beside the signature in its own object belongs to the proof.
    proofs = []
    for number in range(2):
        kept = inner(number)
        proof = {"what": "comment", "made": WHEN, "value": b64(DEMO.sign(canonical(kept)))}
        proofs.append({"data": kept, "proof": proof})
    assert cautions(*proofs) == ()


@pytest.mark.parametrize(
    ("group", "beside", "role"),
    [
        ({"kind": "citation"}, {"what": "comment"}, "event_type"),
        ({"subject": NUMBER}, {"other": "pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH"}, "subject"),
        ({"created": WHEN}, {"x": "2026-06-09T00:00:00Z"}, "created_at"),
        ({"scope": "record"}, {"x": "graph"}, "target"),
        ({"signer": DEMO.signer_id}, {"x": "someone"}, ""),
        ({"kind": "citation"}, {"x": "record"}, ""),
        ({"kind": "citation"}, {"x": "v1"}, ""),
    ],
)
def test_a_role_in_an_object_has_no_other_outside(group: Json, beside: Json, role: str) -> None:
    """The object may be the payload, and what is outside may be the role."""
    replaced = {"kind": "type", "subject": "pith", "created": "at", "signer": "by"}
    events = []
    for number in range(2):
        made = outer(number)
        made.pop(replaced.get(next(iter(group)), ""), None)
        events.append(signed({**made, **beside, "data": made["data"], "meta": group}))
    doubt = f"/meta/{next(iter(group))} is inside /meta, and a member outside may be the {role}"
    assert cautions(*events) == ((doubt,) if role else ())


@pytest.mark.parametrize(
    ("beside", "doubt"),
    [
        ({"x": "replication"}, "/type is not the only member that may be the event_type"),
        ({"x": 1_760_000_000}, "/at is not the only member that may be the created_at"),
        ({"meta": {"x": "replication"}}, None),
        ({"updated_by": "x", "n": 1}, None),
        ({"x": "citation"}, None),
    ],
)
def test_a_role_has_no_rival(beside: Json, doubt: str | None) -> None:
    found = cautions(*(signed({**outer(n), **beside}) for n in range(2)))
    assert found == (() if doubt is None else (doubt,))


def test_of_two_numbers_one_is_that_of_the_record() -> None:
    """Where the file states no number, each may be the subject."""
    other = {"other": "pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH"}
    events = [signed({**outer(n), **other}) for n in range(2)]
    assert cautions(*events) == ()
    (found,) = probe([to_json({"events": [*events]})], KEYS, most=20_000).found
    assert found.cautions == ("/other is not the only member that may be the subject",)
    (found,) = probe([to_json({"events": [signed(outer(n)) for n in range(2)]})], KEYS, most=20_000).found
    assert found.cautions == ()
