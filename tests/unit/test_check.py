"""CHECK-1 to CHECK-12: each check by its word, code and place, and what a second fault changes."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

import ed25519_reference as reference
from checking import WHEN, checked, read, said
from forge import (
    AUTHOR,
    DEMO,
    DEMO_NEXT,
    DEMO_OLD,
    MIRROR,
    STRANGER,
    Json,
    Signer,
    attached,
    bundle,
    cbor,
    event,
    event_id,
    flat_event,
    made_record,
    payloads,
    pith_number,
    policy,
    policy_key,
    sign,
    to_json,
)
from forge.core import b64, signed_bytes
from forge.tamper import OTHER_NUMBER, flipped, respelt, signature_of, twin_key, with_signature
from pithbundle.bundle import read_bundle
from pithbundle.check import check
from pithbundle.errors import CODES
from pithbundle.kinds import MERGE_1, MergeRules
from pithbundle.policy import Policy
from pithbundle.rules import RULES
from pithbundle.verdicts import Copy

RECORD = made_record()
ALIAS = payloads.alias_added("openalex", "W1")
SOUND = attached(DEMO, RECORD, "alias_added", ALIAS, WHEN)
ID = SOUND["event_id"]
OTHER_ID = "sha256:" + "ab" * 32
ENVELOPE = ("event_id", "signature")


@dataclass
class Recipe:
    """How one event comes about: its members before it is signed, its key, and what follows."""

    body: Json = field(default_factory=lambda: {k: v for k, v in SOUND.items() if k not in ENVELOPE})
    key: Json = field(default_factory=lambda: policy_key(DEMO))
    with_id: bool = False
    afterwards: list[Callable[[Json], None]] = field(default_factory=list)

    def said(self) -> tuple[str, str | None, str | None]:
        return said(self.copy())

    def copy(self) -> Copy:
        made = sign(self.body, DEMO, RULES[self.key["event_rule"]], with_id=self.with_id)
        made = copy.deepcopy(made)
        for change in self.afterwards:
            change(made)
        (one,) = checked(RECORD, [made], policy(self.key)).copies
        return one


@dataclass(frozen=True)
class Way:
    """One way to fail one check."""

    step: int
    name: str
    spoil: Callable[[Recipe], object]
    expected: tuple[str, str | None, str | None]
    #: What it and another of the same kind both change, so that they cannot be put together.
    excludes: str = ""


def after(change: Callable[[Json], object]) -> Callable[[Recipe], object]:
    return lambda recipe: recipe.afterwards.append(lambda made: (change(made), None)[1])


def in_signature(**changes: Any) -> Callable[[Recipe], object]:
    def change(made: Json) -> None:
        if "signature" in made:
            made["signature"] |= changes

    return after(change)


def signature_text(spell: Callable[[Json], str]) -> Callable[[Recipe], object]:
    def change(made: Json) -> None:
        if "signature" in made:
            made["signature"]["signature_b64"] = spell(made)

    return after(change)


def below(name: str, **changes: Any) -> Callable[[Recipe], object]:
    return lambda recipe: recipe.body.update({name: recipe.body[name] | changes})


WAYS = [
    Way(1, "no target", after(lambda e: e.pop("target")), ("invalid", "type", "/target")),
    Way(1, "a number as time", after(lambda e: e.update(created_at=1)), ("invalid", "type", "/created_at")),
    Way(1, "hour 24", after(lambda e: e.update(created_at="2026-05-18T24:00:00Z")),
        ("invalid", "time", "/created_at")),
    Way(1, "a whole float", after(lambda e: e.update(x=[1.0])), ("invalid", "number_form", "/x/0")),
    Way(2, "no signature", after(lambda e: e.pop("signature", None)), ("not_signed", None, None)),
    Way(2, "signature null", after(lambda e: e.update(signature=None)), ("not_signed", None, None)),
    Way(3, "an upper-case id", after(lambda e: e.update(event_id="sha256:" + "AB" * 32)),
        ("invalid", "encoding", "/event_id"), "id"),
    Way(3, "an id without prefix", after(lambda e: e.update(event_id="ab" * 32)),
        ("invalid", "encoding", "/event_id"), "id"),
    Way(3, "another id", after(lambda e: e.update(event_id=OTHER_ID)),
        ("invalid", "hash_mismatch", "/event_id"), "id"),
    Way(4, "another record", lambda r: r.body.update(subject_pith_number=OTHER_NUMBER),
        ("invalid", "subject", "/subject_pith_number"), "subject"),
    Way(4, "a short number", lambda r: r.body.update(subject_pith_number=pith_number(RECORD)[:5]),
        ("invalid", "subject", "/subject_pith_number"), "subject"),
    Way(5, "another signer_id", lambda r: r.key.update(signer_id="elsewhere"),
        ("unknown_key", "key_unknown", "/signer"), "key"),
    Way(5, "another key_id", lambda r: r.key.update(key_id="elsewhere"),
        ("unknown_key", "key_unknown", "/signer"), "key"),
    Way(5, "another fingerprint", below("signer", public_key_fingerprint="0" * 32),
        ("unknown_key", "key_unknown", "/signer/public_key_fingerprint")),
    Way(5, "another key_id in the signature", in_signature(key_id="elsewhere"),
        ("unknown_key", "key_unknown", "/signature/key_id")),
    Way(6, "a key for other types", lambda r: r.key.update(event_types=["citation", "alias"]),
        ("invalid", "key_role", "/event_type")),
    Way(6, "a revoked key", lambda r: r.key.update(status="revoked"),
        ("invalid", "key_revoked", "/signer/key_id")),
    *[
        Way(7, f"algorithm {word!r}", in_signature(algorithm=word),
            ("invalid", "algorithm", "/signature/algorithm"), "algorithm")
        for word in ("none", "Ed25519", "ed25519 ", "ed25519ph", "HS256", "ed448", "", None, 1, ["ed25519"],
                     {"ed25519": True}, True)
    ],
    Way(8, "no padding", signature_text(lambda e: e["signature"]["signature_b64"][:86]),
        ("invalid", "encoding", "/signature/signature_b64"), "text"),
    Way(8, "unused bits", signature_text(lambda e: respelt(e["signature"]["signature_b64"])),
        ("invalid", "encoding", "/signature/signature_b64"), "text"),
    Way(8, "63 bytes", signature_text(lambda e: b64(signature_of(e)[:63])),
        ("invalid", "encoding", "/signature/signature_b64"), "text"),
    Way(8, "65 bytes", signature_text(lambda e: b64(signature_of(e) + b"\0")),
        ("invalid", "encoding", "/signature/signature_b64"), "text"),
    Way(8, "empty", signature_text(lambda e: ""),
        ("invalid", "encoding", "/signature/signature_b64"), "text"),
    Way(9, "another message", after(lambda e: e.update(payload={"swapped": True})),
        ("invalid", "signature_invalid", "/signature/signature_b64")),
    Way(9, "a signature of zeros", signature_text(lambda e: b64(bytes(64))),
        ("invalid", "signature_invalid", "/signature/signature_b64"), "text"),
    Way(10, "a rule that covers the payload alone", lambda r: r.key.update(event_rule="event-payload-digest"),
        ("unbound", None, None), "rule"),
    Way(10, "a rule without the time", lambda r: r.key.update(event_rule="event-no-time-digest"),
        ("unbound", None, None), "rule"),
    Way(10, "an unknown type", lambda r: r.body.update(event_type="peer_review"),
        ("unknown_type", None, None), "type"),
]  # fmt: skip


@pytest.mark.parametrize("with_id", [True, False])
def test_the_same_event_without_a_fault_is_verified(with_id: bool) -> None:
    one = Recipe(with_id=with_id).copy()
    assert (said(one), one.verdict.step, one.pointer) == (("verified", None, None), 11, "/events/0")


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.step} {way.name}")
def test_each_check_has_its_word_code_and_place(way: Way) -> None:
    recipe = Recipe()
    way.spoil(recipe)
    one = recipe.copy()
    # "another id" is a digest that no signature signs; where one does, see below.
    assert said(one) == way.expected
    assert one.verdict.step == (11 if one.verdict.valid else way.step)
    assert not one.flat


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(first, second, id=f"{first.name} + {second.name}")
        for first, second in itertools.combinations(WAYS, 2)
        if first.step < second.step
        and not (first.excludes and first.excludes == second.excludes)
        # Without a key of the policy there is no rule that could cover too little.
        and not (first.step == 5 and second.excludes == "rule" and first.excludes == "key")
    ],
)
def test_of_two_faults_the_earlier_check_speaks(first: Way, second: Way) -> None:
    recipe = Recipe()
    # A signature that the second takes away cannot be respelt by the first: the later goes first.
    second.spoil(recipe)
    first.spoil(recipe)
    assert recipe.said() == first.expected


# CHECK-3: the id.


def test_a_stated_digest_that_was_signed_is_unbound_and_any_later_fault_makes_it_invalid() -> None:
    moved: Json = {**SOUND, "payload": {"swapped": True}}

    def verdict(made: Json, keys: Json) -> tuple[str, str | None, str | None]:
        return said(checked(RECORD, [made], keys).copies[0])

    known = policy(DEMO)
    assert verdict(moved, known) == ("unbound", "hash_mismatch", "/event_id")
    invalid = ("invalid", "hash_mismatch", "/event_id")
    assert verdict({**moved, "subject_pith_number": OTHER_NUMBER}, known) == invalid
    assert verdict(moved, policy(AUTHOR)) == invalid
    assert verdict(moved, policy(policy_key(DEMO, event_types=["citation"]))) == invalid
    assert verdict(moved, policy(policy_key(DEMO, status="revoked", honours=[ID]))) == invalid
    assert verdict({**moved, "signature": moved["signature"] | {"algorithm": "none"}}, known) == invalid
    assert verdict({**moved, "signature": moved["signature"] | {"signature_b64": ""}}, known) == invalid
    assert verdict(flipped(moved), known) == invalid


def test_a_revoked_key_may_honour_the_recomputed_id_of_an_unbound_event_never_the_stated_one() -> None:
    moved: Json = {**SOUND, "payload": {"swapped": True}}
    keys = policy(policy_key(DEMO, status="revoked", honours=[event_id(moved)]))
    assert said(checked(RECORD, [moved], keys).copies[0]) == ("unbound", "hash_mismatch", "/event_id")


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_swapped_payload_under_every_rule(rule: Any) -> None:
    made = sign({k: v for k, v in SOUND.items() if k not in ENVELOPE}, DEMO, rule)
    keys = policy(policy_key(DEMO, event_rule=rule.name))
    (one,) = checked(RECORD, [{**made, "payload": {"swapped": True}}], keys).copies
    # Where the signature signs canonical bytes, a stated digest does not give the message.
    word = "invalid" if rule.signed == "bytes" else "unbound"
    assert said(one) == (word, "hash_mismatch", "/event_id")


# CHECK-4: the subject's year.


def test_the_year_of_the_subject_is_that_of_the_record_or_of_the_arxiv_id() -> None:
    record = made_record()
    record["source"]["id"], record["metadata"]["submitted_at"] = "0912.1234", "2010-01-02T03:04:05Z"
    suffix = pith_number(record)[10:]
    for year, word in (("2010", "verified"), ("2009", "verified"), ("2011", "invalid"), ("0000", "invalid")):
        made = attached(DEMO, record, "alias_added", ALIAS, WHEN, subject=f"pith:{year}:{suffix}")
        assert checked(record, [made]).copies[0].verdict.word == word


# CHECK-5, CHECK-6: keys and their rights.


def test_keys_of_one_signer_are_one_signer_and_each_signs_under_its_own_name() -> None:
    events = [attached(one, RECORD, "alias_added", ALIAS, WHEN) for one in (DEMO, DEMO_NEXT)]
    result = checked(RECORD, events, policy(DEMO, DEMO_NEXT))
    assert [made.signer for made in result.valid] == ["demo.example"] * 2


def test_a_key_id_of_another_signer_names_no_key() -> None:
    # The same key_id in the policy, under another signer_id, with another raw key.
    twin = Signer(7, "twin.example", DEMO.key_id)
    made = attached(twin, RECORD, "alias_added", ALIAS, WHEN)
    assert said(checked(RECORD, [made], policy(DEMO)).copies[0])[:2] == ("unknown_key", "key_unknown")
    assert said(checked(RECORD, [made], policy(DEMO, twin)).copies[0])[0] == "verified"


@pytest.mark.parametrize(
    ("status", "honours", "expected"),
    [
        ("active", [], "verified"),
        ("retired", [], "verified"),
        ("revoked", [], "invalid"),
        ("revoked", [OTHER_ID], "invalid"),
        ("revoked", [ID], "verified"),
    ],
)
def test_a_status_and_what_a_revoked_key_honours(status: str, honours: list[str], expected: str) -> None:
    keys = policy(policy_key(DEMO, status=status, honours=honours))
    result = checked(RECORD, [SOUND], keys)
    assert [one.verdict.word for one in result.copies] == [expected]
    assert len(result.valid) == (expected == "verified")


def test_the_types_of_a_key_are_compared_exactly() -> None:
    for types, word in ((["alias_added"], "verified"), (["Alias_added", "alias_added "], "invalid")):
        keys = policy(policy_key(DEMO, event_types=types))
        assert checked(RECORD, [SOUND], keys).copies[0].verdict.word == word


def test_without_a_policy_only_the_registrys_key_counts() -> None:
    result = check(read(RECORD, [SOUND]))
    assert result.policy_sha256 == Policy.default().sha256
    assert said(result.copies[0])[0] == "unknown_key"


# CHECK-10: other rules of merge, other known types.


def test_a_type_is_known_if_the_rules_have_its_kind() -> None:
    few = MergeRules.of("few", MERGE_1.kinds["citation"])
    (one,) = check(read(RECORD, [SOUND]), Policy.from_value(policy(DEMO)), rules=few).copies
    assert said(one) == ("unknown_type", None, None)
    assert one.event is not None


# CHECK-11: copies.


def words(events: list[Any], keys: Json | None = None) -> dict[str, tuple[str, str | None]]:
    spoken = checked(RECORD, events, keys).spoken
    return {name: (one.verdict.word, one.verdict.code) for name, one in spoken.items()}


def another_signature(made: Json, nonce: int, signer: Signer = DEMO) -> Json:
    """The event with another valid signature of its own signer: Ed25519 lets the signer choose the nonce."""
    secret = reference.Secret.from_seed(signer.seed)
    r = reference.encode(reference.multiply(nonce, reference.B))
    k = reference.hash_to_scalar(r, signer.public_key, signed_bytes(made))
    return with_signature(made, r + ((nonce + k * secret.scalar) % reference.L).to_bytes(32, "little"))


def test_the_smallest_of_several_valid_signatures_is_kept_in_any_order() -> None:
    copies = [SOUND, *(another_signature(SOUND, nonce) for nonce in (12345, 67890))]
    raw = [signature_of(one) for one in copies]
    assert len(set(raw)) == 3
    for order in itertools.permutations(copies):
        result = checked(RECORD, list(order))
        assert [one.verdict.word for one in result.copies] == ["verified"] * 3
        (kept,) = result.valid
        assert (kept.event_id, kept.signature) == (ID, min(raw))


def test_the_copy_that_got_furthest_speaks_in_any_order() -> None:
    signature = SOUND["signature"]
    ladder = [
        (SOUND, ("verified", None)),
        (flipped(SOUND), ("invalid", "signature_invalid")),
        ({**SOUND, "signature": signature | {"signature_b64": "x"}}, ("invalid", "encoding")),
        ({**SOUND, "signature": signature | {"algorithm": "none"}}, ("invalid", "algorithm")),
        ({**SOUND, "signature": signature | {"key_id": "x"}}, ("unknown_key", "key_unknown")),
        # CHECK-3 stated wrongly and nothing wrong with the rest: a stranger's digest is signed.
        ({**SOUND, "event_id": OTHER_ID}, ("invalid", "hash_mismatch")),
        ({k: v for k, v in SOUND.items() if k != "signature"}, ("not_signed", None)),
    ]
    for place, (better, expected) in enumerate(ladder):
        for worse, _ in ladder[place:]:
            assert words([better, worse]) == words([worse, better]) == {ID: expected}


def test_an_unbound_copy_speaks_before_an_invalid_one_and_after_a_valid_one() -> None:
    other = attached(DEMO, RECORD, "alias_added", payloads.alias_added("x", "y"), WHEN)
    # The body of SOUND, with the signature and the id of another event.
    unbound = {**SOUND, "event_id": other["event_id"], "signature": other["signature"]}
    for worse in (flipped(SOUND), {**SOUND, "event_id": OTHER_ID}):
        assert words([unbound, worse]) == words([worse, unbound]) == {ID: ("unbound", "hash_mismatch")}
    assert words([unbound, SOUND]) == words([SOUND, unbound]) == {ID: ("verified", None)}


def test_among_equals_the_smallest_code_speaks() -> None:
    # Both fail check 3; "encoding" sorts before "hash_mismatch".
    spelt, wrong = {**SOUND, "event_id": ID.upper()}, {**SOUND, "event_id": OTHER_ID}
    assert words([spelt, wrong]) == words([wrong, spelt]) == {ID: ("invalid", "encoding")}


def test_copies_are_joined_by_the_recomputed_id() -> None:
    swapped = {**SOUND, "payload": {"swapped": True}}
    result = checked(RECORD, [SOUND, swapped, copy.deepcopy(SOUND)])
    assert [one.event_id for one in result.copies] == [ID, event_id(swapped), ID]
    assert list(result.spoken) == [ID, event_id(swapped)]
    assert [one.event_id for one in result.valid] == [ID]


def test_malformed_elements_have_no_id_and_are_listed_by_place() -> None:
    result = checked(RECORD, [None, SOUND, {"event_type": "alias_added"}, [1], "x", {"event_type": 5}])
    assert [(one.pointer, one.label) for one in result.malformed] == [
        ("/events/0", None), ("/events/2", "alias_added"), ("/events/3", None), ("/events/4", None),
        ("/events/5", None),
    ]  # fmt: skip
    assert list(result.spoken) == [ID]


# EVT-5: what no signature covers is dropped and named.


def test_members_beside_the_signatures_four_are_named_and_dropped() -> None:
    decorated = {**SOUND, "signature": SOUND["signature"] | {"verified": True, "a/b~": 1}}
    (one,) = checked(RECORD, [decorated]).copies
    assert said(one) == ("verified", None, None)
    assert one.unsigned == ("/signature/a~1b~0", "/signature/verified")
    assert one.event is not None
    assert b"verified" not in one.event.body


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_what_a_rule_leaves_out_is_named_and_never_part_of_a_valid_event(rule: Any) -> None:
    made = sign({k: v for k, v in SOUND.items() if k not in ENVELOPE} | {"more": 1}, DEMO, rule)
    (one,) = checked(RECORD, [made], policy(policy_key(DEMO, event_rule=rule.name))).copies
    covered = {"payload"} if rule.payload_only else made.keys() - rule.left_out
    assert set(one.unsigned) == {f"/{name}" for name in made.keys() - covered - set(ENVELOPE)}
    assert (one.event is not None) == rule.binds


def test_what_a_rule_leaves_out_and_what_stands_beside_the_signature_are_both_named() -> None:
    rule = RULES["event-no-signer-digest"]
    body = {name: value for name, value in SOUND.items() if name not in ENVELOPE}
    made = sign(body, DEMO, rule)
    made = {**made, "signature": made["signature"] | {"note": "hidden"}}
    (one,) = checked(RECORD, [made], policy(policy_key(DEMO, event_rule=rule.name))).copies
    assert one.unsigned == ("/signature/note", "/signer")


def test_an_event_signed_without_its_signer_may_be_of_two_and_the_smaller_signature_decides() -> None:
    rule = RULES["event-no-signer-digest"]
    keys = policy(*(policy_key(one, event_rule=rule.name) for one in (DEMO, AUTHOR)))
    made = [attached(one, RECORD, "alias_added", ALIAS, WHEN, rule=rule) for one in (DEMO, AUTHOR)]
    first = min(made, key=signature_of)
    for order in (made, made[::-1]):
        (kept,) = checked(RECORD, order, keys).valid
        assert kept.signer == first["signer"]["signer_id"]


# CHECK-12, FAULT-3: one bad event spoils nothing else, in JSON and in CBOR.


def test_bad_events_of_every_sort_leave_the_good_one_alone() -> None:
    bad = [flipped(SOUND), {**SOUND, "x": 1.0}, {**SOUND, "x": 2**53}, 7, {}, {**SOUND, "signature": 1}]
    plain = checked(RECORD, [SOUND])
    mixed = checked(RECORD, [*bad, SOUND, *bad])
    assert mixed.valid == plain.valid
    text = to_json(bundle(RECORD, [{**SOUND, "twin": 1}, SOUND]))
    twice = check(read_bundle(twin_key(text, "twin", "target")), Policy.from_value(policy(DEMO)))
    assert said(twice.copies[0]) == ("invalid", "duplicate_key", "/target")
    assert twice.valid == plain.valid


def test_json_and_cbor_give_the_same_verdicts() -> None:
    frame = bundle(RECORD, [SOUND, flipped(SOUND), {**SOUND, "payload": {}}, None, {**SOUND, "é": [1.5]}])
    one = check(read_bundle(to_json(frame)), Policy.from_value(policy(DEMO)))
    other = check(read_bundle(cbor(frame)), Policy.from_value(policy(DEMO)))
    assert one == other


def test_a_shared_cache_changes_no_verdict() -> None:
    cache: dict[tuple[bytes, bytes, bytes], bool] = {}
    keys = Policy.from_value(policy(DEMO))
    given = read(RECORD, [SOUND, flipped(SOUND), attached(MIRROR, RECORD, "alias_added", ALIAS, WHEN)])
    first = check(given, keys, cache=cache)
    assert sorted(cache.values()) == [False, True]
    assert check(given, keys, cache=cache) == first == check(given, keys)
    # A cached answer is for the raw key, the message and the raw signature, never for an id.
    assert {key for key, _, _ in cache} == {DEMO.public_key}


def test_what_the_cache_answers_is_not_computed_again() -> None:
    cache: dict[tuple[bytes, bytes, bytes], bool] = {}
    keys, given = Policy.from_value(policy(DEMO)), read(RECORD, [SOUND])
    check(given, keys, cache=cache)
    # A wrong answer shows that it was asked: no test of time would.
    cache.update(dict.fromkeys(cache, False))
    assert said(check(given, keys, cache=cache).copies[0])[:2] == ("invalid", "signature_invalid")


def test_events_of_one_signer_share_one_copy_of_it() -> None:
    """Most of what an event would else take of memory beside its body."""
    made = [attached(DEMO, RECORD, "alias_added", ALIAS, WHEN.replace("14Z", f"{n}Z")) for n in (15, 16, 17)]
    first, *others = (one.signer_bytes for one in checked(RECORD, made).valid)
    assert first is not None and all(other is first for other in others)


# EVT-7: the flat spelling.


ARXIV_RECORD = made_record()
FINDING = payloads.integrity(ARXIV_RECORD, WHEN)
FLAT = flat_event(DEMO, FINDING, WHEN, 7)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("unbound", None, None)),
        ({"signature_b64": None}, ("not_signed", None, None)),
        ({"signature_b64": None, "payload": {}}, ("not_signed", None, None)),
        ({"payload_sha256": "AB" * 32}, ("invalid", "encoding", "/payload_sha256")),
        ({"payload_sha256": "AB" * 32, "payload": {}}, ("invalid", "encoding", "/payload_sha256")),
        ({"payload_sha256": "AB" * 32, "signature_b64": None}, ("not_signed", None, None)),
        ({"payload": {"arxiv_id": "1"}}, ("invalid", "subject", "/payload/arxiv_id")),
        ({"payload": {}, "signing_key_id": "x"}, ("invalid", "subject", "/payload/arxiv_id")),
        ({"signing_key_id": "x"}, ("unknown_key", "key_unknown", "/signing_key_id")),
        ({"signing_key_id": "x", "signature_b64": "y"}, ("unknown_key", "key_unknown", "/signing_key_id")),
        ({"signature_b64": "x"}, ("invalid", "encoding", "/signature_b64")),
        ({"payload_sha256": "ab" * 32}, ("invalid", "signature_invalid", "/signature_b64")),
        # Nothing that the digest is not known to cover changes the verdict.
        ({"event_id": 8, "created_at": "2027-01-01T00:00:00Z"}, ("unbound", None, None)),
        ({"payload": FINDING | {"note": "swapped"}}, ("unbound", None, None)),
        ({"event_type": "another"}, ("unbound", None, None)),
    ],
)
def test_a_flat_event_is_unbound_at_best(changes: Json, expected: Any) -> None:
    result = checked(ARXIV_RECORD, [{**FLAT, **changes}])
    (one,) = result.copies
    assert said(one) == expected
    steps = {None: 10, "subject": 4, "key_unknown": 5, "encoding": 8, "signature_invalid": 9}
    step = 3 if expected[2] == "/payload_sha256" else steps[expected[1]]
    assert one.verdict.step == (2 if expected[0] == "not_signed" else step)
    assert one.flat
    assert not result.valid
    malformed = changes.get("payload_sha256", "").isupper()
    assert one.event_id == (None if malformed else {**FLAT, **changes}["payload_sha256"])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"event_types": ["citation"]}, ("invalid", "key_role", "/signing_key_id")),
        ({"event_types": ["pith.integrity.v1"]}, ("unbound", None, None)),
        ({"status": "retired"}, ("unbound", None, None)),
        ({"status": "revoked"}, ("invalid", "key_revoked", "/signing_key_id")),
        # A revoked key honours ids of events, and a flat one has none (RCPT-2).
        ({"status": "revoked", "honours": ["sha256:" + FLAT["payload_sha256"]]},
         ("invalid", "key_revoked", "/signing_key_id")),
    ],
)  # fmt: skip
def test_the_key_of_a_flat_event_needs_the_right(changes: Json, expected: Any) -> None:
    (one,) = checked(ARXIV_RECORD, [FLAT], policy(policy_key(DEMO, **changes))).copies
    assert said(one) == expected


def test_a_flat_event_of_a_record_of_another_source_is_compared_by_source_id_alone() -> None:
    record = made_record()
    record["source"] = {"id": "10.1/x", "kind": "doi", "version": 1}
    finding = FINDING | {"arxiv_id": "10.1/x"}
    assert said(checked(record, [flat_event(DEMO, finding, WHEN, 7)]).copies[0]) == ("unbound", None, None)


def test_two_keys_of_one_key_id_may_answer_for_a_flat_event() -> None:
    twin = Signer(7, "a.twin.example", DEMO.key_id)
    for keys in (policy(twin, DEMO), policy(DEMO, twin)):
        assert said(checked(ARXIV_RECORD, [FLAT], keys).copies[0]) == ("unbound", None, None)


def test_a_flat_event_and_an_envelope_never_share_an_id() -> None:
    twice = [FLAT, FLAT, SOUND]
    assert list(checked(ARXIV_RECORD, twice).spoken) == [FLAT["payload_sha256"], ID]


def test_every_code_of_a_verdict_is_in_the_table() -> None:
    assert {way.expected[1] for way in WAYS} - {None} <= CODES.keys()


def test_a_stranger_stays_one_with_a_perfect_signature() -> None:
    made = attached(STRANGER, RECORD, "alias_added", ALIAS, WHEN)
    assert said(checked(RECORD, [made]).copies[0])[0] == "unknown_key"
    posing = {**made, "signer": made["signer"] | {"signer_id": DEMO.signer_id, "key_id": DEMO.key_id}}
    assert said(checked(RECORD, [sign(posing, STRANGER)]).copies[0])[0] == "unknown_key"
    posing["signer"]["public_key_fingerprint"] = DEMO.fingerprint
    as_demo = Signer(6, DEMO.signer_id, DEMO.key_id)
    assert said(checked(RECORD, [sign(posing, as_demo)]).copies[0])[:2] == ("invalid", "signature_invalid")


def test_the_events_of_a_revoked_key_count_by_id_whatever_time_they_claim() -> None:
    early = attached(DEMO_OLD, RECORD, "alias_added", ALIAS, "0001-01-01T00:00:00Z")
    late = event(DEMO_OLD, RECORD, "alias_added", "record", ALIAS, "9999-12-31T23:59:59Z")
    keys = policy(policy_key(DEMO_OLD, status="revoked", honours=[late["event_id"]]))
    assert words([early, late], keys) == {
        early["event_id"]: ("invalid", "key_revoked"),
        late["event_id"]: ("verified", None),
    }
