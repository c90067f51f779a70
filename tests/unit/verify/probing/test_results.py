"""PROBE-7 by experiment: from a rule to a document and a policy, or to words; what settles."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest

from kit import AUTHOR, DEMO, Json, Signer, bundle, event, made_record, payloads, policy, policy_key, to_json
from kit.registries import Key, verifies
from kit.results import WHEN
from kit.signing import b64, canonical
from pithbundle.bundle.event_format import PITHBUNDLE_EVENT_1, EventFormat
from pithbundle.errors import PolicyError
from pithbundle.merge.rules import MERGE_1
from pithbundle.verifier import Verifier
from pithbundle.verify.policy import Policy
from pithbundle.verify.probing.known_types import KNOWN_TYPES
from pithbundle.verify.probing.results import Found, ProbeResult
from pithbundle.verify.probing.run import probe

RECORD = made_record()
KEYS = Policy.from_value(policy(DEMO, AUTHOR))


def made(number: int, signer: Signer = DEMO) -> Json:
    return event(signer, RECORD, "citation", "record", payloads.citation(f"w{number}"), WHEN)


def probed(events: list[Any], keys: Policy = KEYS, most: int = 20_000) -> ProbeResult:
    return probe([to_json(bundle(RECORD, events))], keys, most=most)


def document(found: Found) -> Json:
    """The document of a found format."""
    assert found.event_format is not None
    value: Any = found.event_format.to_value()
    return dict(value)


def body(event_format: EventFormat) -> Json:
    """The body of a format's document."""
    value: Any = event_format.to_value()["body"]
    return dict(value)


def resigned(one: Json, signer: Signer = DEMO, *, at: str = "sig", **excluded: Any) -> Json:
    """An event of another layout: its members without id and signature are signed, the rest is not."""
    kept = {name: value for name, value in one.items() if name not in ("event_id", "signature")}
    return {**kept, **excluded, at: b64(signer.sign(hashlib.sha256(canonical(kept)).digest()))}


def test_the_table_of_types_is_that_of_the_merge_rules() -> None:
    assert KNOWN_TYPES.keys() == MERGE_1.event_types.keys()
    for name, (target, members) in KNOWN_TYPES.items():
        assert MERGE_1.event_types[name].target == target
        if name != "record_created":
            assert members <= MERGE_1.event_types[name].members.keys()


def test_a_built_in_format_is_named() -> None:
    """It may require more than the elements show: no equivalent document is written (FORMAT-1)."""
    keys = Policy.from_value(policy(policy_key(DEMO, event_formats=["unknown"]), AUTHOR))
    result = probed([made(0), made(1, AUTHOR)], keys)
    assert (result.status, result.inputs) == ("settled", ("settled",))
    best = result.best
    assert best is not None and best.is_settled
    assert best.event_format == PITHBUNDLE_EVENT_1
    assert best.listed == "pithbundle-event-1"
    assert best.ids == best.elements == ((0, 0), (0, 1))
    assert {key.key_id for key in best.keys} == {DEMO.key_id, AUTHOR.key_id}
    # All is ASCII: escapes make no difference, and the plainer format is taken.
    assert [body(each)["escape"] for each in best.alternatives] == ["ascii"]
    assert best.recipe.endswith("hash with SHA-256; sign the raw digest")
    assert len(repr(result)) <= 200
    value: Any = result.policy(keys)
    assert {key["key_id"]: key["event_formats"] for key in value["keys"]} == {
        DEMO.key_id: ["pithbundle-event-1"],
        AUTHOR.key_id: ["pithbundle-event-1"],
    }


def test_the_policy_lists_the_document_in_place_of_unknown() -> None:
    keys = Policy.from_value(
        policy(policy_key(DEMO, event_formats=["integrity-1", "unknown"]), policy_key(AUTHOR))
    )
    result = probed([resigned(made(n)) for n in range(2)], keys)
    value: Any = result.policy(keys)
    formats = {key["key_id"]: key["event_formats"] for key in value["keys"]}
    assert result.best is not None
    assert formats == {
        DEMO.key_id: [document(result.best), "integrity-1"], AUTHOR.key_id: ["pithbundle-event-1"],
    }  # fmt: skip
    # What is written can be read, and names the digest of what it is.
    written = EventFormat.from_value(document(result.best))
    assert written.name == "found-" + written.sha256[:8]
    assert Policy.from_value(value).sha256 != keys.sha256
    assert probed([], keys).policy(keys) is None


def test_a_rule_whose_document_no_reader_accepts_is_in_words() -> None:
    """A document has at most 32 pointers (FORMAT-1): so many members that state the key are too many."""
    events = []
    for number in range(2):
        kept = {name: value for name, value in made(number).items() if name not in ("event_id", "signature")}
        kept |= {f"a{n}": DEMO.key_id for n in range(25)}
        events.append({**kept, "sig": b64(DEMO.sign(canonical(kept)))})
    result = probed(events)
    assert result.status == "in_words"
    (found,) = result.found
    assert found.event_format is None and found.listed is None
    assert found.obstacles == (
        "its document is rejected at the document: 36 pointers; a format has at most 32",
    )


def test_one_lucky_match_is_no_result() -> None:
    """One of several events of one shape is explained: partial, and the document is not settled."""
    altered = [made(n) | {"created_at": "2026-06-02T00:00:00Z"} for n in range(3)]
    result = probed([made(0), *altered])
    assert result.status == "partial"
    assert result.best is not None and not result.best.is_settled
    assert result.unexplained == ((0, 1), (0, 2), (0, 3))
    assert result.shapes[0]["count"] == 3
    assert probed([made(0)]).status == "settled"


def test_a_rule_that_leaves_out_a_role_does_not_settle() -> None:
    """The time is not signed: a format can state it, and it does not bind."""
    events = []
    for number in range(2):
        one = {
            name: value
            for name, value in made(number).items()
            if name not in ("event_id", "signature", "created_at")
        }
        events.append({**one, "created_at": WHEN, "sig": b64(DEMO.sign(canonical(one)))})
    result = probed(events)
    assert result.status == "partial"
    (found,) = result.found
    assert found.missing == ("created_at",)
    assert found.event_format is not None
    assert result.best is None and result.policy(KEYS) is None


@pytest.mark.parametrize(
    ("form", "obstacle"),
    [
        ("base32", "signatures are written in base32"),
        ("HEX", "signatures are written in HEX"),
        ("ed25519: and hex", "signatures are written in ed25519: and hex"),
    ],
)
def test_a_text_form_that_no_format_has_is_an_obstacle(form: str, obstacle: str) -> None:
    events = []
    for number in range(2):
        one = {name: value for name, value in made(number).items() if name not in ("event_id", "signature")}
        raw = DEMO.sign(canonical(one))
        text = {
            "base32": base64.b32encode(raw).decode(),
            "HEX": raw.hex().upper(),
            "ed25519: and hex": "ed25519:" + raw.hex(),
        }
        events.append({**one, "sig": text[form]})
    result = probed(events)
    assert result.status == "in_words"
    assert result.found[0].obstacles == (obstacle,)
    assert result.found[0].event_format is None


def test_base64_without_padding_is_distinguished_from_base64url_over_all_events() -> None:
    events = []
    for number in range(12):
        one = resigned(made(number))
        events.append({**one, "sig": one["sig"].rstrip("=")})
    assert probed(events).found[0].obstacles == ("signatures are written in base64 without padding",)


def test_times_that_no_format_has_leave_the_role_open() -> None:
    events = [resigned(made(n) | {"created_at": "2026-06-01T02:00:00+02:00"}) for n in range(2)]
    (found,) = probed(events).found
    assert found.missing == ("created_at",)


def test_an_id_in_another_text_is_no_role_and_no_obstacle() -> None:
    events = []
    for number in range(2):
        one = {name: value for name, value in made(number).items() if name not in ("event_id", "signature")}
        digest = hashlib.sha256(canonical(one)).digest()
        events.append({**one, "cid": base64.b32encode(digest).decode(), "sig": b64(DEMO.sign(digest))})
    result = probed(events)
    assert result.status == "settled"
    assert result.best is not None and result.best.event_format is not None
    assert "event_id" not in document(result.best)["proof"]["roles"]


def test_constants_stand_for_what_is_not_written() -> None:
    events = []
    for number in range(2):
        one = made(number)
        kept = {name: one[name] for name in ("event_type", "subject_pith_number", "payload", "created_at")}
        events.append({**kept, "sig": b64(DEMO.sign(canonical(kept)))})
    result = probed(events, Policy.from_value(policy(DEMO)))
    best = result.best
    assert best is not None and best.event_format is not None
    assert document(best)["body"]["roles"]["target"] == {"constant": "record"}
    assert document(best)["body"]["roles"]["signer_id"] == {"constant": DEMO.signer_id}
    assert document(best)["proof"]["roles"]["key_id"] == {"constant": DEMO.key_id}


def test_events_of_two_signers_need_a_member_that_says_which() -> None:
    events = []
    for number, signer in enumerate((DEMO, AUTHOR)):
        one = made(number, signer)
        kept = {name: one[name] for name in ("event_type", "subject_pith_number", "payload", "created_at")}
        events.append({**kept, "sig": b64(signer.sign(canonical(kept)))})
    (found,) = probed(events).found
    assert found.missing == ("signer_id",)
    assert "no member states the key, and there are several" in found.obstacles


def test_an_object_under_a_wrappers_name_is_the_base() -> None:
    """{"event": {...}} is the element without its proof, or the object under a wrapper: fewest excluded."""
    events = []
    for number in range(2):
        one = {name: value for name, value in made(number).items() if name not in ("event_id", "signature")}
        raw = DEMO.sign(canonical({"event": one}))
        events.append({"event": one, "sig": b64(raw), "a": 1, "b": 2, "kid": DEMO.key_id})
    result = probed(events)
    best = result.best
    assert best is not None and best.event_format is not None
    found = document(best)["body"]
    assert (found["base"], found["excluded"], found["wrapper"]) == ("/event", [], "event")
    assert {body(each)["base"] for each in best.alternatives} == {""}


def test_numbers_outside_the_model_are_an_obstacle_only_if_all_have_them() -> None:
    def numbered(number: int, spelling: str) -> bytes:
        one = {name: value for name, value in made(number).items() if name not in ("event_id", "signature")}
        text = canonical({**one, "n": "@"}).replace(b'"@"', spelling.encode())
        return text[:-1] + b',"sig":"' + b64(DEMO.sign(text)).encode() + b'"}'

    for spellings, status in (
        (("1.0", "1e-05", "-0"), "in_words"),
        ((str(2**60), "0.10", "1" * 30), "in_words"),
        (("1.0", "7", "0.5"), "settled"),
    ):
        text = b",".join(numbered(number, spelling) for number, spelling in enumerate(spellings))
        data = to_json(bundle(RECORD, [])).replace(b'"events":[]', b'"events":[' + text + b"]")
        result = probe([data], KEYS, most=50_000)
        assert result.status == status, spellings


def test_found_and_unexplained_elements_are_counted() -> None:
    receipt = payloads.record_created(
        RECORD, {"sig": b64(DEMO.sign(hashlib.sha256(canonical(RECORD)).digest()))}
    )
    result = probed([made(0), made(1), {"payload": receipt, "kid": DEMO.key_id}, 7, {"x": 1}])
    assert (result.elements, result.signatures) == (4, 3)
    assert result.receipts == ((0, 2),)
    assert result.unexplained == ((0, 2),)
    assert result.status == "settled"


def test_ids_alone_give_a_partial_result_in_words() -> None:
    result = probed([made(0), made(1)], Policy.registry())
    assert result.status == "partial"
    assert {pointer for _, pointer, _ in result.reproduced} == {"/event_id"}
    bare = probed([{name: value for name, value in made(n).items() if name != "signature"} for n in range(2)])
    assert bare.status == "in_words" or bare.status == "partial"
    assert "no signature verifies, only ids are reproduced" in bare.found[0].obstacles


def test_a_found_document_is_one_that_verifies_by_itself() -> None:
    key = Key(1, "registry.example", "k-1")
    keys = Policy.from_value(json.loads(_policy_of(key)))
    events = [resigned_by(key, made(n)) for n in range(3)]
    result = probed(events, keys)
    assert result.best is not None and result.best.event_format is not None
    number = events[0]["subject_pith_number"]
    assert all(verifies(one, document(result.best), key, number) for one in events)


def resigned_by(key: Key, one: Json) -> Json:
    kept = {name: value for name, value in one.items() if name not in ("event_id", "signature", "signer")}
    kept["by"] = key.signer_id
    return {**kept, "kid": key.key_id, "sig": b64(key.sign(canonical(kept)))}


def _policy_of(key: Key) -> bytes:
    from kit.registries import policy as policy_bytes

    return policy_bytes(key.in_policy(["unknown"]))


def test_what_disagrees_with_most_is_no_role() -> None:
    """Two words for the algorithm, key ids in a covered array, payloads that lack what their type needs."""
    events = []
    for number, word in enumerate(("ed25519", "EdDSA", "ed25519")):
        kept = {name: value for name, value in made(number).items() if name not in ("event_id", "signature")}
        kept |= {"tags": [DEMO.key_id, 1], "payload": {"other": "x" * (number + 1)}}
        events.append({**kept, "alg": word, "sig": b64(DEMO.sign(canonical(kept)))})
    events.append({**events[0], "sig": events[1]["sig"]})
    best = probed(events).best
    assert best is not None and best.event_format is not None
    proof: Any = document(best)["proof"]
    assert "algorithm" not in proof["roles"]
    assert proof["roles"]["key_id"] == ["/signer/key_id"]


def test_a_hashed_payload_is_the_payload_only_if_nothing_inside_fits_better() -> None:
    """A digest of another object is covered too: that with the members of its type is the payload."""
    events = []
    for number in range(2):
        kept = {name: value for name, value in made(number).items() if name not in ("event_id", "signature")}
        other = {"n": number}
        kept["other_sha256"] = hashlib.sha256(canonical(other)).hexdigest()
        events.append({**kept, "other": other, "sig": b64(DEMO.sign(canonical(kept)))})
    best = probed(events).best
    assert best is not None and best.event_format is not None
    roles = document(best)["body"]["roles"]
    assert roles["payload"] == "/payload"
    assert "payload_sha256" not in roles


def test_one_event_that_is_written_otherwise_does_not_hide_the_format_of_all_others() -> None:
    events = [resigned(made(number)) for number in range(4)]
    events[2]["sig"] = base64.b64decode(events[2]["sig"]).hex().upper()
    result = probed(events)
    assert result.status == "settled"
    assert result.best is not None and len(result.best.elements) == 4
    assert document(result.best)["proof"]["signature_text"] == "base64"


#: Names that no pointer of a format can have, and names that a pointer escapes.
_HOSTILE = ["k" * 257, "-", "\x00", "\ue000", "\uffff", "", "a/b~c", "unknown"]


@pytest.mark.parametrize("name", _HOSTILE)
def test_a_document_that_is_written_is_accepted_whatever_names_a_bundle_has(name: str) -> None:
    """What others added to one element is no reason to find no format for all (PROBE-7)."""
    events = [resigned(made(number)) for number in range(3)]
    events.append({**resigned(made(3)), name: "added"})
    result = probed(events)
    assert result.status == "settled"
    assert result.best is not None and result.best.event_format is not None
    again = EventFormat.from_value(document(result.best))
    assert again == result.best.event_format
    assert Policy.from_value(result.policy(KEYS)).formats
    beyond = name not in ("", "a/b~c", "unknown")
    assert result.best.not_verified == (((0, 3),) if beyond else ())


def junk(count: int) -> Json:
    return {f"junk_{number:02}": number for number in range(count)}


def test_junk_that_is_more_than_a_format_can_exclude_is_in_words_if_most_have_it() -> None:
    steps = [resigned(made(number), **junk(8 * number)) for number in range(6)]
    most = [resigned(made(6 + number), **junk(40)) for number in range(6)]
    result = probed([*steps, *most], most=100_000)
    assert result.status == "in_words"
    [found] = result.found
    assert found.event_format is None and len(found.elements) == 12
    assert "a format has at most 32" in found.obstacles[0]
    assert all(f'"{name}"' in found.recipe for name in junk(40))


def test_junk_that_few_have_is_excluded_as_far_as_a_format_can() -> None:
    few = [resigned(made(number), **junk(8 * number)) for number in range(6)]
    most = [resigned(made(6 + number)) for number in range(6)]
    result = probed([*few, *most], most=100_000)
    assert result.status == "settled"
    assert result.best is not None
    assert EventFormat.from_value(document(result.best)).is_binding
    assert result.best.not_verified != ()
    assert {*result.best.not_verified} < {(0, number) for number in range(6)}


def test_a_policy_keeps_what_its_keys_list_and_lists_what_was_found() -> None:
    """Only ``unknown`` is left out: it would take its effect from the format (PROBE-9)."""
    other = probed([resigned(made(0), at="s2"), resigned(made(1), at="s2")]).best
    assert other is not None
    kept = [document(other), "integrity-1"]
    keys = Policy.from_value(policy(policy_key(DEMO, event_formats=[*kept, "unknown"]), AUTHOR))
    result = probed([resigned(made(0)), resigned(made(1))], keys)
    assert result.best is not None
    value: Any = result.policy(keys)
    listed = {key["key_id"]: key["event_formats"] for key in value["keys"]}
    assert len(listed[DEMO.key_id]) == 3
    assert all(one in listed[DEMO.key_id] for one in [*kept, document(result.best)])
    assert listed[AUTHOR.key_id] == ["pithbundle-event-1"]
    again = Policy.from_value(value)
    assert again.to_value() == value
    # A second time nothing is added, and a format that has a name keeps it.
    assert result.policy(again) == value
    renamed: Any = {**document(result.best), "name": "mine"}
    named = Policy.from_value(policy(policy_key(DEMO, event_formats=[renamed])))
    assert result.policy(named) == named.to_value()


def test_a_policy_of_eight_formats_has_no_room() -> None:
    full = []
    for number in range(8):
        one = probed([resigned(made(0), at=f"s{number}"), resigned(made(1), at=f"s{number}")]).best
        assert one is not None
        full.append(document(one))
    keys = Policy.from_value(policy(policy_key(DEMO, event_formats=full)))
    result = probed([resigned(made(0)), resigned(made(1))], keys)
    assert result.status == "settled"
    with pytest.raises(PolicyError) as caught:
        result.policy(keys)
    assert caught.value.code == "policy"


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    "signature",
    [
        {"kind": "ed25519", "algorithm": "ed25519"},
        {"kind": "ed25519-over-digest", "algorithm": "ed25519"},
        {"kind": "ed25519", "alg": "Ed25519"},
        {"a_word": "EdDSA-made-up", "z": "EdDSA"},
    ],
)
def test_the_algorithm_is_the_member_named_so_or_with_the_exact_word(signature: Json, order: int) -> None:
    """Whatever the order of members in the file (PROBE-7)."""
    events = []
    for number in range(2):
        one = made(number)
        value = {**signature, "sig": one["signature"]["signature_b64"]}
        events.append({**one, "signature": dict([*value.items()][::order])})
    result = probed(events)
    assert result.best is not None
    proof: Any = document(result.best)["proof"]
    name = [*signature][1]
    assert proof["roles"]["algorithm"] == f"/signature/{name}"
    assert proof["algorithm_text"] == signature[name]


def state_of(events: list[Any]) -> bytes:
    report = Verifier(KEYS).verify(to_json(bundle(RECORD, events))).report()
    assert report.state is not None
    return report.state.to_json()


def test_a_state_settles_the_rule_of_ids_and_shows_no_signature() -> None:
    events = [made(number) for number in range(3)]
    result = probe([], KEYS, states=[state_of(events)], most=20_000)
    assert result.status == "in_words"
    [found] = result.found
    assert len(found.ids) == len(found.elements) == 3
    assert found.keys == ()
    assert found.obstacles == (
        "no signature verifies, only ids are reproduced",
        "the built-in event format pithbundle-event-1 makes the same ids",
    )


def test_ids_that_no_built_in_format_makes_are_those_of_none() -> None:
    value = json.loads(state_of([made(0), made(1)]))
    for entry in value["current"]["citations"]:
        entry["seq"] = 1.0
        inner = {
            "event_type": "citation", "subject_pith_number": value["pith_number"],
            **{name: entry[name] for name in ("target", "created_at", "signer", "payload", "seq")},
        }  # fmt: skip
        entry["event_id"] = "sha256:" + hashlib.sha256(canonical(inner)).hexdigest()
    result = probe([], KEYS, states=[to_json(value)], most=200_000)
    [found] = result.found
    assert [each for each in found.obstacles if "built-in" in each] == []
