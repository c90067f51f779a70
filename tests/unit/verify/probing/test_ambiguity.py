"""PROBE-10 by experiment: an event inside the payload of another one is not taken for the event."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from kit import DEMO, Json, bundle, event, made_record, payloads, policy, policy_key, to_json
from kit.registries import PLACES, Registry, draw, embedding, pith_number
from kit.results import WHEN
from kit.runs import spread
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
    spread(pairs(225), ordinary=pairs(5)),
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


@pytest.mark.parametrize("outer", spread(range(8), ordinary=(0, 1)))
@pytest.mark.parametrize("known", [True, False])
def test_no_format_reads_an_embedded_event_of_the_built_in_format(outer: int, known: bool) -> None:
    registry = embedding(draw(outer), of_the_built_in_format(outer + 7), PLACES[outer % 3], known=known)
    result = probed(registry)
    reads_no_inner_event(registry, result)
    assert known or result.status != "settled"


# In 2, 11 and 20 the embedded events have signatures of their own; in 37 their id is reproduced first.
@pytest.mark.parametrize("outer", spread((0, 1, 2, 3, 4, 5, 7, 8, 11, 20, 37), ordinary=(2, 11, 37)))
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
        {"meta": {"what": "comment"}}, {"@type": ["Event", "Comment"]}, {"is_comment": True}, {"type": "12"},
        {"day": "2026-05-18"}, {"meta": [{"what": "comment"}]}, {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}},
        {"type_id": 7}, {"seq": "comment"}, {"id": NUMBER}, {"validFrom": WHEN},
    ],
)  # fmt: skip
def test_whatever_is_signed_beside_the_event_is_a_doubt(beside: Json) -> None:
    assert cautions(*(signed({**beside, "data": inner(n)}) for n in range(2))) == (NESTED,)


@pytest.mark.parametrize(
    "beside",
    [
        {}, {"format": "1.0"}, {"alg": "Ed25519"}, {"key": DEMO.key_id}, {"hash": "ab" * 32},
        {"nothing": None}, {"list": ["v1", [], "pith_event"]}, {"version": "1"}, {"schema_version": 1},
        {"kind": "pith_event", "seq": 7, "node": "eu-1"},
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
        ({"what": ["comment", {"of": NUMBER}]}, True),
        ({"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}, "pith": NUMBER}, True),
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


@pytest.mark.parametrize(
    ("name", "doubtful"), [("data", False), ("it", False), ("CommentPosted", True), ("reply", True)]
)
def test_the_name_of_an_object_may_be_a_type(name: str, doubtful: bool) -> None:
    found = cautions(*(signed({name: inner(n)}) for n in range(2)))
    assert found == ((f"the payload found is inside /{name}, which may itself be the payload",) * doubtful)


@pytest.mark.parametrize(
    ("beside", "more", "doubtful"),
    [
        ({}, {}, False),
        ({"seq": 7}, {"version": 2}, False),
        ({"about": NUMBER}, {}, True),
        ({"z": "a word"}, {}, True),
        ({}, {"z": "a word"}, True),
        ({"z": {"cites": "w"}}, {}, True),
        ({}, {"z": "replication"}, True),
    ],
)
def test_an_object_in_an_event_of_roles_alone_is_a_part_of_it(
    beside: Json, more: Json, doubtful: bool
) -> None:
    """The type outside is known, the payload has its members, and there is nothing else."""
    events = []
    for number in range(2):
        part = {"created": WHEN, **more, "value": payloads.citation(f"w{number}")}
        events.append(signed({"type": "citation", "pith": NUMBER, **beside, "part": part}))
    assert bool(cautions(*events)) == doubtful
    # Where the payload is not of the type, the object is the payload, and no time is outside of it.
    others = [signed({"type": "replication", "pith": NUMBER, "part": each["part"]}) for each in events]
    assert probe([to_json(bundle(RECORD, [*others]))], KEYS).policy(KEYS) is None


def test_of_two_numbers_one_is_that_of_the_record() -> None:
    """Where the file states no number, each may be the subject."""
    other = {"other": "pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH"}
    events = [signed({**outer(n), **other}) for n in range(2)]
    assert cautions(*events) == ()
    (found,) = probe([to_json({"events": [*events]})], KEYS, most=20_000).found
    assert found.cautions == ("/pith is not the only member that may be the subject",)
    (found,) = probe([to_json({"events": [signed(outer(n)) for n in range(2)]})], KEYS, most=20_000).found
    assert found.cautions == ()


# -- what a third party may have written beside the payload -----------------------------------------

WHENS = [f"2026-01-01T00:00:0{number}Z" for number in range(3)]
OTHER = "pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH"


def without(number: int, *names: str, **more: Any) -> Json:
    """An outer event with other members in place of some."""
    return {name: value for name, value in outer(number).items() if name not in names} | more


def evil(number: int) -> Json:
    """What looks like the payload of a citation."""
    return {**payloads.citation(f"evil {number}"), "pad": "x" * 100}


def digest(value: Json) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def may_be(path: str, role: str) -> str:
    return f"{path} is not the only member that may be the {role}"


@pytest.mark.parametrize("name", ["context", "content", "payload"])
@pytest.mark.parametrize("claims", [payloads.citation("w"), {"cites": "w"}, [{"cites": "w"}]])
def test_an_object_beside_the_payload_may_be_the_payload(name: str, claims: Any) -> None:
    """Neither a longer object, nor one that fits better, nor one with a better name is it by that."""
    events = [signed(without(n, "data", claim=claims, n=n, **{name: evil(n)})) for n in range(3)]
    # An object that fits and is named as the payload is it, unless another fits too.
    named = claims in ({"cites": "w"}, [{"cites": "w"}]) and name != "context"
    assert cautions(*events) == (() if named else (may_be(f"/{name}", "payload"),))


@pytest.mark.parametrize(
    "beside",
    [
        payloads.citation("w"), {"payload": "a text"}, {"p": '{"citing_work": "w"}'},
        {"p": "eyJjaXRpbmdfd29yayI6InciLCJyZWxhdGlvbnNoaXAiOiJleHRlbmRzIn0="}, {"payload_sha256": "ab" * 32},
    ],
)  # fmt: skip
def test_a_payload_that_is_no_object_is_not_replaced_by_one(beside: Json) -> None:
    """The payload is the members of the event, a string, or not there."""
    events = [signed(without(n, "data", context=evil(n), **beside)) for n in range(3)]
    assert cautions(*events) == (may_be("/context", "payload"),)


@pytest.mark.parametrize(
    "beside",
    [payloads.citation("w"), {"claim": {"cites": "w"}}, {"cites": "w"}, {"payload": "a text"}],
)
@pytest.mark.parametrize("name", ["attachment_sha256", "data_sha256"])
def test_an_attachment_is_not_the_payload(beside: Json, name: str) -> None:
    """The registry signed the digest of what somebody else attached."""
    events = []
    for number in range(3):
        covered = without(number, "data", **{name: digest(evil(number))}, **beside)
        events.append(signed(covered, content=evil(number)))
    assert cautions(*events) == (may_be("/content", "payload"),)


def test_a_hashed_payload_is_not_replaced_by_a_context() -> None:
    """The payload is covered by its digest alone, and the context as it is."""
    events = []
    for number in range(3):
        claims = payloads.citation(f"w{number}")
        covered = without(number, "data", context=evil(number), ph=digest(claims))
        events.append(signed(covered, claim=claims))
    assert cautions(*events) == (may_be("/context", "payload"),)
    hashed = []
    for number in range(3):
        claims = payloads.citation(f"w{number}")
        hashed.append(signed(without(number, "data", payload_sha256=digest(claims), note="x"), data=claims))
    assert cautions(*hashed) == ()


@pytest.mark.parametrize(
    ("name", "other"), [("ph", "x_sha256"), ("payload_hash", "payload_sha256"), ("ph", "data_sha256")]
)
def test_another_digest_may_be_that_of_the_payload(name: str, other: str) -> None:
    """The payload is not there, or not what its digest is of: what is attached is not the payload by that."""
    events = []
    for number in range(3):
        more = {name: "ab" * 32, other: digest(evil(number))}
        events.append(signed(without(number, "data", **more), att=evil(number)))
    assert cautions(*events) == (may_be("/att", "payload"),)


@pytest.mark.parametrize("beside", [{"p": [payloads.citation("w")]}, {"p": {"a": 1}}, {"ph": "ab" * 32}])
def test_an_object_that_does_not_fit_is_the_payload_only_if_nothing_else_may_be(beside: Json) -> None:
    events = [signed(without(n, "data", data2={"n": n}, **beside)) for n in range(3)]
    assert cautions(*events) == ((may_be("/data2", "payload"),) if "ph" not in beside else ())
    events = [signed(without(n, "data", re={"number": n}, **beside)) for n in range(3)]
    assert cautions(*events) == (may_be("/re", "payload"),)


@pytest.mark.parametrize(
    "time",
    [
        1_770_000_000.5, 1_770_000_000_000_000, "1770000000", "2026-01-02", "20260102",
        "Mon, 04 May 2026 10:00:00 GMT", "4 May 2026", "04.05.2026",
    ],
)  # fmt: skip
def test_a_time_in_another_form_is_a_time(time: Any) -> None:
    """That of a context is not the time of the event because it is the only one that a format can state."""
    events = [signed(without(n, "at", at=time, context={"when": WHENS[n]})) for n in range(3)]
    assert "/context/when is inside /context, and a member outside may be the created_at" in cautions(*events)


@pytest.mark.parametrize("kind", [7, ["Event", "Comment"], "12", "urn:example:" + "x" * 90])
def test_a_type_in_another_form_is_a_type(kind: Any) -> None:
    events = [signed(without(n, "type", type=kind, context={"kind": "citation"})) for n in range(3)]
    assert "/context/kind is inside /context, and a member outside may be the event_type" in cautions(*events)
    events = [signed(without(n, "type", type=kind, category="citation")) for n in range(3)]
    assert cautions(*events) == (may_be("/category", "event_type"),)


def test_a_number_of_each_event_may_be_its_type() -> None:
    """Where the name of the type found is none of a type."""
    events = [signed(without(n, "type", code=7, comment="citation")) for n in range(3)]
    assert cautions(*events) == (may_be("/comment", "event_type"),)
    events = [signed(without(n, "type", comment="citation", **({"code": 7} if n else {}))) for n in range(3)]
    assert cautions(*events) == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pith", "pith:OMJFN3CZ"), ("of", "https://example.org/OMJFN3CZBZK4KRI4XCDIFRLNQH"), ("of", OTHER),
        ("of", "OMJFN3CZBZK4KRI4XCDIFRLNQH"), ("of", "2605.11111"), ("of", "10.1000/182"),
        ("record_sha256", "ab" * 32),
    ],
)  # fmt: skip
def test_a_record_in_another_form_is_a_subject(name: str, value: str) -> None:
    events = [signed(without(n, "pith", context={"re": NUMBER}, **{name: value})) for n in range(3)]
    assert "/context/re is inside /context, and a member outside may be the subject" in cautions(*events)


def test_an_event_about_another_record_is_not_moved_to_one_that_it_names() -> None:
    events = [signed(without(n, "pith", pith=OTHER, about=NUMBER)) for n in range(3)]
    assert cautions(*events) == (may_be("/about", "subject"),)
    events = [signed(without(n, "pith", subject="arxiv:2605.11111", about=NUMBER)) for n in range(3)]
    assert cautions(*events) == (may_be("/about", "subject"),)


def test_one_element_with_another_member_is_enough() -> None:
    """Outer types under names that differ, or that are no words in some elements."""
    names = ("what", "note", "label")
    assert cautions(*(signed({names[n]: "comment", "data": inner(n)}) for n in range(3))) == (NESTED,)
    kinds = ("comment", None, 7)
    assert cautions(*(signed({"what": kinds[n], "data": inner(n)}) for n in range(3))) == (NESTED,)


def test_a_covered_header_with_the_signature_in_it_is_a_header() -> None:
    """Only what is not covered beside the signature belongs to the proof."""
    events = []
    for number in range(3):
        header = {"type": "comment_posted", "subject": NUMBER, "time": 7 + number, "signer": DEMO.signer_id}
        covered = {"header": header, "data": inner(number)}
        signature = b64(DEMO.sign(canonical(covered)))
        events.append({**covered, "header": {**header, "sig": signature}})
    assert cautions(*events) == (NESTED,)


@pytest.mark.parametrize("beside", [{"type": "replication"}, {"of": NUMBER}])
def test_a_known_type_or_number_beside_the_signature_is_a_doubt(beside: Json) -> None:
    events = []
    for number in range(3):
        kept = inner(number)
        events.append({"data": kept, "header": {**beside, "sig": b64(DEMO.sign(canonical(kept)))}})
    assert cautions(*events) == (NESTED,)


@pytest.mark.parametrize(
    "beside",
    [
        {"note": "x", "n": 7}, {"tags": ["a"]}, {"links": {"a": 1}}, {"signer_type": "registry"},
        {"content_type": "application/json"}, {"meta": {"key": DEMO.key_id}}, {"type_version": "1"},
        {"kind": "pith_event"}, {"hash": "20260818" + "e1" * 28}, {"note": "It may be 12 marks, 4 decisions"},
    ],
)  # fmt: skip
def test_other_members_of_an_event_are_no_doubt(beside: Json) -> None:
    assert cautions(*(signed({**outer(n), **beside}) for n in range(3))) == ()


def test_a_word_that_all_events_share_is_a_constant() -> None:
    """Another document of the same key with the same members, as a comment, is not read as an event."""
    events = [signed({**outer(n), "kind": "pith_event"}) for n in range(3)]
    result = probe([to_json(bundle(RECORD, [*events]))], KEYS, most=20_000)
    assert result.best is not None and result.best.event_format is not None
    body: Any = result.best.event_format.to_value()["body"]
    assert body["constants"] == {"/kind": "pith_event"}
    found = Policy.from_value(result.policy(KEYS))
    comment = signed({**outer(3), "kind": "comment"})
    report = Verifier(found).verify(to_json(bundle(RECORD, [*events, comment])))
    assert [each.verdict.status for each in report.events] == ["verified"] * 3 + ["unknown_format"]
