from __future__ import annotations

import copy
import hashlib
import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import ed25519_reference as ed
from kit.data import REPO
from kit.formats import FAMILY, OURS, SIGNED_HEX
from kit.oracle.formats import effective, format_sha256
from pithbundle.bundle.event_format import BUILT_IN, INTEGRITY_1, PITHBUNDLE_EVENT_1, EventFormat
from pithbundle.ed25519.strict import PublicKey
from pithbundle.encoding.canonical import canonical_bytes
from pithbundle.errors import FileError, InputError, PolicyError
from pithbundle.verify.policy import MAX_KEYS, Policy, PolicyKey

Json = Any  # the tests build wrong policies on purpose

SCHEMA: Json = json.loads((REPO / "src" / "pithbundle" / "verify" / "policy.schema.json").read_bytes())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
REGISTRY = "b2d552b68890857171a78b36a5dccf368a953413288c353f7c9d9d6f94b709b3"
IDS = [f"sha256:{n:064x}" for n in (3, 1, 2)]


def raw_key(name: str) -> str:
    """The public key, in hex, of a seed that is the hash of a name."""
    return ed.encode(ed.Secret.from_seed(hashlib.sha256(name.encode()).digest()).public).hex()


ALICE, BOB = raw_key("alice"), raw_key("bob")


def key(**changes: Json) -> dict[str, Json]:
    value: dict[str, Json] = {"signer_id": "alice", "key_id": "a1", "public_key_hex": ALICE, **changes}
    return {name: member for name, member in value.items() if member is not Ellipsis}


def policy(*keys: Json, **changes: Json) -> dict[str, Json]:
    value: dict[str, Json] = {"policy_type": "pithbundle_policy", "policy_version": "1", "keys": [*keys]}
    value.update(changes)
    return {name: member for name, member in value.items() if member is not Ellipsis}


def rejection(value: Json) -> PolicyError:
    before = copy.deepcopy(value)
    with pytest.raises(PolicyError) as caught:
        Policy.from_value(value)
    assert value == before
    return caught.value


FULL = policy(
    key(
        signer_id="bob",
        public_key_hex=BOB,
        status="revoked",
        accepted_event_ids=IDS,
        event_types=["z", "alias_added"],
    ),
    key(event_types="*", status="retired", accepted_event_ids=[], event_formats=["unknown", SIGNED_HEX]),
)


def test_the_default_is_the_registry() -> None:
    default = Policy.registry()
    (only,) = default.keys
    assert (only.signer_id, only.key_id) == ("pith.science", "pith-v1-2026-05")
    assert only.public_key.hex == REGISTRY
    assert (only.event_types, only.status, only.accepted_event_ids) == (None, "active", frozenset())
    assert (only.format_names, only.formats) == (("integrity-1", "unknown"), (INTEGRITY_1,))
    assert only.lists_unknown
    assert only.may_sign("anything at all")
    assert default is Policy.registry()
    assert default.key("pith.science", "pith-v1-2026-05", only.fingerprint) is only
    assert default.key("pith.science", "pith-v1-2026-05", only.public_key.fingerprint_base32) is None
    assert default.keys_of("pith.science", "pith-v1-2026-05") == (only,)
    assert default.keys_of("pith.science", "pith-v1-2026-06") == ()
    assert default.keys_of("", "pith-v1-2026-05") == ()
    # Frozen: reports of two releases compare by it.
    assert default.sha256 == "fde76d3fa27f94b02d960b683d4a6236cd85d9bfa0f0e8437fb4e67dd9cfd2c4"


def test_the_effective_policy_is_sorted_and_filled_in() -> None:
    made = Policy.from_value(FULL)
    assert made.to_value() == {
        "policy_type": "pithbundle_policy",
        "policy_version": "1",
        "keys": [
            {
                "signer_id": "alice",
                "key_id": "a1",
                "public_key_hex": ALICE,
                "event_types": "*",
                "status": "retired",
                "accepted_event_ids": [],
                "event_formats": [{"name": SIGNED_HEX["name"], **effective(SIGNED_HEX)}, "unknown"],
            },
            {
                "signer_id": "bob",
                "key_id": "a1",
                "public_key_hex": BOB,
                "event_types": ["alias_added", "z"],
                "status": "revoked",
                "accepted_event_ids": sorted(IDS),
                "event_formats": ["pithbundle-event-1"],
            },
        ],
    }
    hashed = json.loads(json.dumps(made.to_value()))
    hashed["keys"][0]["event_formats"] = [format_sha256(SIGNED_HEX), "unknown"]
    hashed["keys"][1]["event_formats"] = [format_sha256(OURS)]
    assert made.effective() == hashed
    written = json.dumps(hashed, sort_keys=True, separators=(",", ":")).encode()
    assert made.sha256 == hashlib.sha256(written).hexdigest()
    assert Policy.from_value(made.to_value()) == made
    assert Policy.from_bytes(json.dumps(FULL).encode()) == made
    assert [found.signer_id for found in made.keys_with_id("a1")] == ["alice", "bob"]
    assert made.keys_with_id("a2") == ()
    (bob,) = made.keys_of("bob", "a1")
    assert bob.may_sign("z") and not bob.may_sign("Z") and not bob.may_sign("")
    assert bob.accepted_event_ids == frozenset(IDS)


def test_order_does_not_matter() -> None:
    entries = [key(key_id=f"k{n}", public_key_hex=raw_key(f"k{n}"), event_types=["b", "a"]) for n in range(6)]
    expected = Policy.from_value(policy(*entries))
    for seed in range(20):
        shuffled = [dict(random.Random(seed).sample([*entry.items()], len(entry))) for entry in entries]
        random.Random(seed).shuffle(shuffled)
        made = Policy.from_value(dict(reversed(policy(*shuffled).items())))
        assert made == expected
        assert hash(made) == hash(expected)
        assert made.sha256 == expected.sha256


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (
            {
                "event_types": "*",
                "status": "active",
                "accepted_event_ids": [],
                "event_formats": ["pithbundle-event-1"],
            },
            True,
        ),
        ({"event_types": ["a"]}, False),
        ({"status": "retired"}, False),
        ({"status": "revoked"}, False),
        ({"status": "revoked", "accepted_event_ids": IDS[:1]}, False),
        ({"event_formats": [FAMILY["event-no-time-prefixed"]]}, False),
        ({"event_formats": ["unknown"]}, False),
        ({"event_formats": ["pithbundle-event-1", "unknown"]}, False),
        ({"signer_id": "Alice"}, False),
        ({"key_id": "a1 "}, False),
        ({"public_key_hex": BOB}, False),
    ],
)
def test_the_digest_covers_everything_in_a_policy(change: dict[str, Json], same: bool) -> None:
    made = Policy.from_value(policy(key(**change)))
    assert (made.sha256 == Policy.from_value(policy(key())).sha256) is same
    VALIDATOR.validate(policy(key(**change)))


LONG = "x" * 256
GOOD = [policy(key()), FULL, policy(key(signer_id=LONG)), policy(key(signer_id="é" * 128, key_id="\u202e"))]


def label(item: Json) -> str:
    return str(item["name"]) if isinstance(item, dict) else str(item)


@pytest.mark.parametrize("value", [*GOOD, Policy.registry().to_value()])
def test_good(value: Json) -> None:
    made: Json = Policy.from_value(value).to_value()
    read = {one["public_key_hex"]: one for one in made["keys"]}
    assert len(read) == len(value["keys"])
    for key in value["keys"]:
        one = read[key["public_key_hex"]]
        for name, member in key.items():
            if isinstance(member, list):
                assert sorted(map(label, one[name])) == sorted(map(label, member))
            else:
                assert one[name] == member
    VALIDATOR.validate(value)


#: What is wrong, where, whether the JSON Schema finds it too, and a part of the message.
BAD: list[tuple[Json, str, bool, str]] = [
    (None, "", True, "object"),
    ([], "", True, "object"),
    ("pithbundle_policy", "", True, "object"),
    ({}, "/policy_type", True, "pithbundle_policy"),
    (policy(key(), policy_type="policy"), "/policy_type", True, "pithbundle_policy"),
    (policy(key(), policy_type=None), "/policy_type", True, "pithbundle_policy"),
    (policy(key(), policy_version=...), "/policy_version", True, '"1"'),
    (policy(key(), policy_version=1), "/policy_version", True, '"1"'),
    (policy(key(), policy_version="2"), "/policy_version", True, '"1"'),
    (policy(key(), name="mine"), "/name", True, "keys"),
    (policy(key(), **{"z": 1, "a/b": 1}), "/a~1b", True, "keys"),
    ({**policy(key()), 10**5000: 1}, "", False, "member name"),
    ({**policy({**key(), None: 1})}, "/keys/0", False, "member name"),
    (policy(keys=...), "/keys", True, "array"),
    (policy(keys={}), "/keys", True, "array"),
    (policy(keys="*"), "/keys", True, "array"),
    (policy(), "/keys", True, "at least one"),
    (policy(*[0] * (MAX_KEYS + 1)), "/keys", True, "1000"),
    (policy(key(), 1), "/keys/1", True, "object"),
    (policy(key(public_key=ALICE)), "/keys/0/public_key", True, "public_key_hex"),
    (policy(key(Status="active")), "/keys/0/Status", True, "status"),
    (policy(key(signer_id=...)), "/keys/0/signer_id", True, "string"),
    (policy(key(signer_id="")), "/keys/0/signer_id", True, "string"),
    (policy(key(signer_id=None)), "/keys/0/signer_id", True, "string"),
    (policy(key(signer_id=7)), "/keys/0/signer_id", True, "string"),
    (policy(key(signer_id=LONG + "x")), "/keys/0/signer_id", True, "256"),
    (policy(key(signer_id="é" * 129)), "/keys/0/signer_id", False, "256"),
    (policy(key(signer_id="\0")), "/keys/0/signer_id", False, "string"),
    (policy(key(signer_id="\ud800")), "/keys/0/signer_id", False, "string"),
    (policy(key(key_id=...)), "/keys/0/key_id", True, "string"),
    (policy(key(key_id=[])), "/keys/0/key_id", True, "string"),
    (policy(key(public_key_hex=...)), "/keys/0/public_key_hex", True, "64"),
    (policy(key(public_key_hex=None)), "/keys/0/public_key_hex", True, "64"),
    (policy(key(public_key_hex=ALICE.upper())), "/keys/0/public_key_hex", True, "64"),
    (policy(key(public_key_hex=ALICE[2:])), "/keys/0/public_key_hex", True, "64"),
    (policy(key(event_types=[])), "/keys/0/event_types", True, '"*"'),
    (policy(key(event_types=None)), "/keys/0/event_types", True, "array"),
    (policy(key(event_types="a")), "/keys/0/event_types", True, "array"),
    (policy(key(event_types={})), "/keys/0/event_types", True, "array"),
    (policy(key(event_types=["a", "b", "a"])), "/keys/0/event_types/2", True, "twice"),
    (policy(key(event_types=["a", 1])), "/keys/0/event_types/1", True, "string"),
    (policy(key(event_types=[""])), "/keys/0/event_types/0", True, "string"),
    (policy(key(status="Active")), "/keys/0/status", True, "retired"),
    (policy(key(status=None)), "/keys/0/status", True, "retired"),
    (policy(key(status=["active"])), "/keys/0/status", True, "retired"),
    (policy(key(accepted_event_ids=IDS)), "/keys/0/accepted_event_ids", True, "revoked"),
    (policy(key(status="retired", accepted_event_ids=IDS)), "/keys/0/accepted_event_ids", True, "revoked"),
    (policy(key(status="revoked", accepted_event_ids="*")), "/keys/0/accepted_event_ids", True, "array"),
    (
        policy(key(status="revoked", accepted_event_ids=[IDS[0], IDS[0]])),
        "/keys/0/accepted_event_ids/1",
        True,
        "twice",
    ),
    (
        policy(key(status="revoked", accepted_event_ids=[IDS[0], IDS[1].upper()])),
        "/keys/0/accepted_event_ids/1",
        True,
        "sha256:",
    ),
    (
        policy(key(status="revoked", accepted_event_ids=[IDS[0][7:]])),
        "/keys/0/accepted_event_ids/0",
        True,
        "sha256:",
    ),
    (policy(key(status="revoked", accepted_event_ids=[1])), "/keys/0/accepted_event_ids/0", True, "sha256:"),
    (policy(key(event_formats="pithbundle-event-1")), "/keys/0/event_formats", True, "list"),
    (policy(key(event_formats=None)), "/keys/0/event_formats", True, "list"),
    (policy(key(event_formats=[])), "/keys/0/event_formats", True, "list"),
    (policy(key(event_formats=["event-v2"])), "/keys/0/event_formats/0", True, "pithbundle-event-1"),
    (policy(key(event_formats=["unknown", 1])), "/keys/0/event_formats/1", True, "pithbundle-event-1"),
    (policy(key(event_formats=["unknown", "unknown"])), "/keys/0/event_formats/1", True, "twice"),
    (
        policy(key(event_formats=["pithbundle-event-1", "pithbundle-event-1"])),
        "/keys/0/event_formats/1",
        True,
        "twice",
    ),
    (
        policy(key(event_formats=["pithbundle-event-1", "event-full-id"])),
        "/keys/0/event_formats/1",
        True,
        "one",
    ),
    (
        policy(key(event_formats=["pithbundle-event-1", "unknown", "event-full-id"])),
        "/keys/0/event_formats/2",
        True,
        "one",
    ),
    # The order of POL-7 within a key.
    (policy(key(public_key_hex="x", signer_id="")), "/keys/0/public_key_hex", True, "64"),
    (policy(key(signer_id="", key_id="")), "/keys/0/signer_id", True, "string"),
    (policy(key(key_id="", event_types=[])), "/keys/0/key_id", True, "string"),
    (policy(key(event_types=[], status="x")), "/keys/0/event_types", True, '"*"'),
    (policy(key(status="x", accepted_event_ids="x")), "/keys/0/status", True, "retired"),
    (policy(key(accepted_event_ids=["x"])), "/keys/0/accepted_event_ids", True, "revoked"),
    (policy(key(accepted_event_ids=IDS, event_formats=[])), "/keys/0/accepted_event_ids", True, "revoked"),
    # Clashes, key by key: the raw key first.
    (policy(key(), key(public_key_hex=BOB), key()), "/keys/2/public_key_hex", False, "/keys/0"),
    (policy(key(), key(key_id="a2")), "/keys/1/public_key_hex", False, "/keys/0"),
    (policy(key(), key(signer_id="bob")), "/keys/1/public_key_hex", False, "/keys/0"),
]


@pytest.mark.parametrize(("value", "pointer", "schema_sees", "expected"), BAD)
def test_bad(value: Json, pointer: str, schema_sees: bool, expected: str) -> None:
    error = rejection(value)
    assert (error.code, error.pointer) == ("policy", pointer)
    assert expected in error.fault.detail
    if expected != "member name":  # JSON has no other names
        assert VALIDATOR.is_valid(value) is not schema_sees


@pytest.mark.parametrize("raw", ["00" * 32, "01" + "00" * 31, "ff" * 32, "02" + "00" * 31])
def test_a_key_that_is_not_acceptable(raw: str) -> None:
    error = rejection(policy(key(), key(key_id="a2", public_key_hex=raw)))
    assert (error.code, error.pointer) == ("key_invalid", "/keys/1/public_key_hex")


def test_several_keys_of_one_signer_and_one_key_id_of_several() -> None:
    made = Policy.from_value(policy(key(), key(key_id="a2", public_key_hex=BOB)))
    assert [(k.signer_id, k.key_id) for k in made.keys] == [("alice", "a1"), ("alice", "a2")]
    made = Policy.from_value(policy(key(), key(signer_id="b", public_key_hex=BOB)))
    assert len(made.keys_with_id("a1")) == 2


def named(count: int, **changes: Any) -> list[Json]:
    return [key(**{"public_key_hex": raw_key(f"n{n}"), **changes}) for n in range(count)]


def test_four_keys_share_a_name_and_the_fingerprint_chooses() -> None:
    made = Policy.from_value(policy(*named(4)))
    assert [one.public_key.raw for one in made.keys] == sorted(one.public_key.raw for one in made.keys)
    assert made.keys_of("alice", "a1") == made.keys == made.keys_with_id("a1")
    for one in made.keys:
        assert made.key("alice", "a1", one.fingerprint) is one
    assert made.key("alice", "a1", "") is None
    error = rejection(policy(*named(5)))
    assert (error.code, error.pointer) == ("policy", "/keys/4/key_id")
    assert "4 keys at most" in error.fault.detail


def test_sixteen_keys_share_a_key_id() -> None:
    # Four signers of four keys, then a fifth signer.
    keys = [one | {"signer_id": f"s{n // 4}"} for n, one in enumerate(named(17))]
    assert len(Policy.from_value(policy(*keys[:16])).keys_with_id("a1")) == 16
    error = rejection(policy(*keys))
    assert (error.code, error.pointer) == ("policy", "/keys/16/key_id")
    assert "16 keys at most" in error.fault.detail
    # The fifth key of a pair is named before the seventeenth of its key_id.
    keys[16]["signer_id"] = "s0"
    assert "4 keys at most" in rejection(policy(*keys)).fault.detail


def test_a_file_is_read_under_the_strict_profile() -> None:
    text = json.dumps(policy(key()))
    for data in (b"", b"\xef\xbb\xbf" + text.encode(), text.replace("{", '{"keys": [], ', 1).encode()):
        with pytest.raises(InputError):
            Policy.from_bytes(data)


def test_built_from_parts_the_same_rules_hold() -> None:
    public_key = PublicKey.from_hex(ALICE)
    good = PolicyKey("alice", "a1", public_key)
    assert Policy((good,)) == Policy.from_value(policy(key()))
    wrong: list[dict[str, Json]] = [
        {"signer_id": ""},
        {"key_id": 1},
        {"event_types": frozenset()},
        {"event_types": frozenset({""})},
        {"status": "gone"},
        {"accepted_event_ids": frozenset(IDS)},
        {"status": "revoked", "accepted_event_ids": frozenset({"x"})},
        {"event_formats": ("x",)},
        {"event_formats": ()},
        {"event_formats": ("pithbundle-event-1", "event-full-id")},
    ]
    for change in wrong:
        with pytest.raises(PolicyError):
            PolicyKey(**{"signer_id": "alice", "key_id": "a1", "public_key": public_key, **change})
    for keys in ((), (good, good), (good,) * (MAX_KEYS + 1)):
        with pytest.raises(PolicyError) as caught:
            Policy(keys)
        assert caught.value.code == "policy"


def test_the_schema_names_every_rule_and_member() -> None:
    VALIDATOR.check_schema(SCHEMA)
    members = SCHEMA["$defs"]["key"]["properties"]
    assert SCHEMA["$defs"]["event_format"]["anyOf"][0]["enum"] == sorted(BUILT_IN)
    assert members["event_formats"]["default"] == ["pithbundle-event-1"]
    assert set(members) == set(Policy.registry().keys[0].to_value())
    assert SCHEMA["properties"]["keys"]["maxItems"] == MAX_KEYS


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["*", "", "active", *IDS])
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = st.sampled_from([*Policy.registry().keys[0].to_value(), "other"])


@given(MEMBERS, ANYTHING)
def test_any_value_is_a_policy_or_rejected(member: str, new: Json) -> None:
    for value in (new, policy(new), policy(keys=new), policy({**key(status="revoked"), member: new})):
        try:
            made = Policy.from_value(value)
        except PolicyError as error:
            assert error.code in ("policy", "key_invalid", "format") and error.pointer is not None
        else:
            assert Policy.from_value(made.to_value()) == made
            assert VALIDATOR.is_valid(value)


def test_a_file_is_read_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_bytes(canonical_bytes(Policy.registry().to_value()))
    assert Policy.from_file(path) == Policy.from_file(str(path)) == Policy.registry()
    with pytest.raises(FileError):
        Policy.from_file(tmp_path / "absent.json")


def test_a_later_change_of_the_collections_given_changes_no_right() -> None:
    public_key = PublicKey.from_hex(ALICE)
    event_types: Any = {"alias_added"}
    accepted: Any = {IDS[0]}
    one = PolicyKey("alice", "a1", public_key, event_types, "revoked", accepted)
    keys: Any = [one]
    policy = Policy(keys)
    event_types.add("author_claim")
    accepted.clear()
    keys.clear()
    assert policy.keys == (one,)
    assert not one.may_sign("author_claim")
    assert one.accepted_event_ids == {IDS[0]}
    assert (type(one.event_types), type(one.accepted_event_ids)) == (frozenset, frozenset)
    assert policy == Policy.from_value(policy.to_value())


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda good: Policy([1]), "keys must be PolicyKeys, not int"),  # type: ignore[list-item]
        (lambda good: Policy(1), "keys must be PolicyKeys, not int"),  # type: ignore[arg-type]
        (lambda good: Policy.from_file(None), "path must be a str or a path, not NoneType"),  # type: ignore[arg-type]
        (lambda good: PolicyKey("a", "a1", ALICE), "public_key must be a PublicKey, not str"),  # type: ignore[arg-type]
        (lambda good: PolicyKey("a", "a1", good, "alias_added"), "event_types must be a frozenset"),  # type: ignore[arg-type]
        (
            lambda good: PolicyKey("a", "a1", good, None, "revoked", None),  # type: ignore[arg-type]
            "accepted_event_ids must be a frozenset",
        ),
    ],
)
def test_wrong_argument_types_are_type_errors(call: Json, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call(PublicKey.from_hex(ALICE))


def test_the_constructors_take_any_collection() -> None:
    """As they always did when they ran; the types say it too: this module is checked by mypy."""
    key = PublicKey.from_hex(ALICE)
    given = [PolicyKey("a", "a1", key, ["citation"], "revoked", [IDS[0]], ["unknown", "pithbundle-event-1"])]
    listed: list[EventFormat | str] = ["unknown", PITHBUNDLE_EVENT_1]
    formats = iter(listed)
    once = PolicyKey("a", "a1", key, frozenset({"citation"}), "revoked", {IDS[0]}, formats)
    assert Policy(given) == Policy(tuple(given)) == Policy(one for one in [once])
    assert replace(once, status="revoked") == once
    assert [type(each) for each in (Policy(given).keys, once.event_formats)] == [tuple, tuple]
