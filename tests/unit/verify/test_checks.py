"""CHECK-1 to CHECK-12: each check by its status, code and pointer, and what a second fault changes."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from kit import (
    DEMO,
    DEMO_NEXT,
    DEMO_OLD,
    MIRROR,
    UNKNOWN_SIGNER,
    Json,
    Signer,
    attached,
    event,
    event_id,
    made_record,
    payloads,
    pith_number,
    policy,
    policy_key,
    sign,
)
from kit.formats import FAMILY, OURS, renamed
from kit.results import WHEN, check, read, verdict_of, verdicts_by_id
from kit.results import checked_as_ours as checked
from kit.tampered import (
    OTHER_NUMBER,
    TAMPERED,
    Tampered,
    flipped,
    signature_of,
    tampered,
    with_signature,
)
from pithbundle.codes import CODES
from pithbundle.merge.rule_sets import MergeRules
from pithbundle.merge.rules import MERGE_1
from pithbundle.verify.policy import Policy
from pithbundle.verify.verdicts import CheckedEvent

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
    afterwards: list[Callable[[Json], Json]] = field(default_factory=list)

    def verdict(self) -> tuple[str, str | None, str | None]:
        return verdict_of(self.copy())

    def made(self) -> Json:
        made = sign(self.body, DEMO, _document(self.key["event_formats"][0]), with_id=self.with_id)
        for change in self.afterwards:
            made = change(made)
        return made

    def copy(self) -> CheckedEvent:
        (one,) = checked(RECORD, [self.made()], policy(self.key)).events
        return one


def _document(listed: Any) -> Json:
    return OURS if isinstance(listed, str) else listed


@dataclass(frozen=True)
class Way:
    """One way to fail one check."""

    step: int
    name: str
    tamper: Callable[[Recipe], object]
    expected: tuple[str, str | None, str | None]
    #: What it and another of the same kind both change, so that they cannot be put together.
    excludes: str = ""


def after(change: Callable[[Json], Json]) -> Callable[[Recipe], object]:
    return lambda recipe: recipe.afterwards.append(change)


def of_table(step: int, name: str, excludes: str = "") -> Way:
    """The tampered event of a name, after it was signed."""
    row = tampered(name)
    return Way(step, name, after(row.make), (row.verdict, row.code, row.pointer), excludes)


def below(name: str, **changes: Any) -> Callable[[Recipe], object]:
    return lambda recipe: recipe.body.update({name: recipe.body[name] | changes})


WAYS = [
    of_table(0, "whole_float", "format"),
    Way(1, "another signer_id", lambda r: r.key.update(signer_id="elsewhere"),
        ("unknown_key", "key_unknown", "/signer/signer_id"), "key"),
    Way(1, "another key_id", lambda r: r.key.update(key_id="elsewhere"),
        ("unknown_key", "key_unknown", "/signer/key_id"), "key"),
    Way(1, "another fingerprint", below("signer", public_key_fingerprint="0" * 32),
        ("unknown_key", "key_unknown", "/signer/public_key_fingerprint")),
    of_table(1, "other_signature_key_id", "signature"),
    of_table(3, "unsigned", "signature"),
    Way(3, "signature null", after(lambda e: {**e, "signature": None}), ("not_signed", None, None),
        "signature"),
    of_table(0, "no_target", "format"),
    of_table(0, "created_at_is_number"),
    of_table(4, "hour_24"),
    Way(4, "an id that is a number", after(lambda e: {**e, "event_id": 1}),
        ("invalid", "type", "/event_id"), "id"),
    of_table(4, "depth_25", "format"),
    Way(5, "another record", lambda r: r.body.update(subject_pith_number=OTHER_NUMBER),
        ("invalid", "subject", "/subject_pith_number"), "subject"),
    Way(5, "a short number", lambda r: r.body.update(subject_pith_number=pith_number(RECORD)[:5]),
        ("invalid", "subject", "/subject_pith_number"), "subject"),
    Way(6, "a key for other types", lambda r: r.key.update(event_types=["citation", "alias"]),
        ("invalid", "key_role", "/event_type")),
    Way(6, "a revoked key", lambda r: r.key.update(status="revoked"),
        ("invalid", "key_revoked", "/signer/key_id")),
    *[of_table(7, row.name, "algorithm") for row in TAMPERED if row.code == "algorithm"],
    Way(8, "an upper-case id", after(lambda e: {**e, "event_id": "sha256:" + "AB" * 32}),
        ("invalid", "encoding", "/event_id"), "id"),
    Way(8, "an id without prefix", after(lambda e: {**e, "event_id": "ab" * 32}),
        ("invalid", "encoding", "/event_id"), "id"),
    of_table(8, "unpadded_base64", "text"),
    of_table(8, "respelt_base64", "text"),
    of_table(8, "short_signature", "text"),
    Way(8, "65 bytes", after(lambda e: with_signature(e, signature_of(e) + b"\0")),
        ("invalid", "encoding", "/signature/signature_b64"), "text"),
    of_table(8, "form_empty", "text"),
    of_table(9, "id_zero", "id"),
    Way(10, "another message", after(lambda e: {**e, "payload": {"swapped": True}}),
        ("invalid", "signature_invalid", "/signature/signature_b64")),
    of_table(10, "zero_signature", "text"),
    Way(12, "a format that covers the payload alone",
        lambda r: r.key.update(event_formats=[FAMILY["event-payload-digest"]]),
        ("unbound", None, None), "format"),
    Way(12, "a format without the time",
        lambda r: r.key.update(event_formats=[FAMILY["event-no-time-digest"]]),
        ("unbound", None, None), "format"),
    Way(12, "a format without the signer",
        lambda r: r.key.update(event_formats=[FAMILY["event-no-signer-digest"]]),
        ("unbound", None, None), "format"),
    Way(13, "an unknown type", lambda r: r.body.update(event_type="peer_review"),
        ("unknown_type", None, None), "type"),
]  # fmt: skip


@pytest.mark.parametrize("row", TAMPERED, ids=lambda row: row.name)
def test_each_tampered_event_has_its_status_code_and_pointer(row: Tampered) -> None:
    (one,) = checked(RECORD, [row.make(SOUND)]).events
    assert verdict_of(one) == (row.verdict, row.code, row.pointer)


@pytest.mark.parametrize("with_id", [True, False])
def test_the_same_event_without_a_fault_is_verified(with_id: bool) -> None:
    one = Recipe(with_id=with_id).copy()
    assert (verdict_of(one), one.verdict.step, one.pointer) == (("verified", None, None), 13, "/events/0")


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.step} {way.name}")
def test_each_check_has_its_status_code_and_pointer(way: Way) -> None:
    recipe = Recipe()
    way.tamper(recipe)
    one = recipe.copy()
    assert verdict_of(one) == way.expected
    assert one.verdict.step == way.step


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(first, second, id=f"{first.name} + {second.name}")
        for first, second in itertools.combinations(WAYS, 2)
        if first.step < second.step and not (first.excludes and first.excludes == second.excludes)
    ],
)
def test_of_two_faults_the_earlier_check_decides(first: Way, second: Way) -> None:
    recipe = Recipe()
    # A signature that the second takes away cannot be respelt by the first: the later goes first.
    second.tamper(recipe)
    first.tamper(recipe)
    assert recipe.verdict() == first.expected


# CHECK-3: the id.


def mismatch(made: Json, keys: Json | None = None) -> str:
    """The message about an event whose id differs."""
    (one,) = checked(RECORD, [made], keys).events
    assert verdict_of(one) == ("invalid", "hash_mismatch", "/event_id")
    assert one.verdict.fault is not None
    return one.verdict.fault.detail


def test_one_altered_letter_is_invalid_and_the_message_reports_an_altered_element() -> None:
    altered = {**SOUND, "payload": {**ALIAS, "alias_value": "W2"}}
    assert mismatch(altered) == (
        "the signature is genuine, but for other content: this element was altered; "
        f"its id is {event_id(altered)}"
    )


def test_a_genuine_event_under_another_id_is_invalid_and_the_message_reports_it() -> None:
    wrong = {**SOUND, "event_id": OTHER_ID}
    assert mismatch(wrong) == f"the content is genuine; the claimed id is not its id, {ID}"
    # The claimed id is that of another genuine event of the same signer: nothing changes.
    other = attached(DEMO, RECORD, "alias_added", payloads.alias_added("x", "y"), WHEN)
    wrong = {**SOUND, "event_id": other["event_id"]}
    assert mismatch(wrong) == f"the content is genuine; the claimed id is not its id, {ID}"


def test_a_signature_of_neither_content_is_reported_as_no_genuine_one() -> None:
    forged = flipped({**SOUND, "payload": {}})
    assert mismatch(forged) == (
        f"no genuine signature, neither for this content nor for the claimed id; its id is {event_id(forged)}"
    )


@pytest.mark.parametrize("rule", FAMILY.values(), ids=list(FAMILY))
def test_a_swapped_payload_is_invalid_under_every_format(rule: Any) -> None:
    made = sign({k: v for k, v in SOUND.items() if k not in ENVELOPE}, DEMO, rule)
    keys = policy(policy_key(DEMO, event_formats=[rule]))
    detail = mismatch({**made, "payload": {"swapped": True}}, keys)
    # Where the signature signs canonical bytes, a claimed digest does not give the message.
    assert detail.startswith(
        "no genuine signature" if rule["proof"].get("signs") == "bytes" else "the signature is genuine, but"
    )


def test_a_revoked_key_accepts_the_recomputed_id_never_the_claimed_one() -> None:
    moved: Json = {**SOUND, "payload": {"swapped": True}}
    for accepted, code in ((event_id(moved), "hash_mismatch"), (ID, "key_revoked")):
        keys = policy(policy_key(DEMO, status="revoked", accepted_event_ids=[accepted]))
        assert verdict_of(checked(RECORD, [moved], keys).events[0])[:2] == ("invalid", code)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda e: e.update(created_at="never"),
        lambda e: e.update(event_id=1),
        lambda e: e.update(more=[0] * 20_000),
    ],
)
def test_the_key_and_the_signature_come_before_the_form(tamper: Callable[[Json], object]) -> None:
    made = copy.deepcopy(SOUND)
    tamper(made)
    nobody = {**made, "signer": {**made["signer"], "signer_id": "nobody"}}
    at = "/signer/signer_id"
    cases: list[tuple[Json, tuple[str, str | None, str | None]]] = [
        (nobody, ("unknown_key", "key_unknown", at)),
        ({**nobody, "signature": None}, ("unknown_key", "key_unknown", at)),
        ({**made, "signature": None}, ("not_signed", None, None)),
    ]
    for element, expected in cases:
        (one,) = checked(RECORD, [element]).events
        assert (verdict_of(one), one.event_id) == (expected, None)
    (one,) = checked(RECORD, [made]).events
    assert (one.verdict.status, one.event_id) == ("invalid", None)


@pytest.mark.parametrize(
    ("signer", "expected"),
    [
        # What lacks a role or a required member is read by no format, whatever else it contains.
        ("x", ("unknown_format", None, None)),
        ({}, ("unknown_format", None, None)),
        ({"signer_id": "nobody", "key_id": "x"}, ("unknown_format", None, None)),
        (DEMO.described() | {"public_key_fingerprint": 1}, ("unknown_format", None, None)),
        (DEMO.described() | {"signer_id": "nobody"}, ("unknown_key", "key_unknown", "/signer/signer_id")),
        (DEMO.described() | {"public_key_fingerprint": "x"},
         ("unknown_key", "key_unknown", "/signer/public_key_fingerprint")),
    ],
)  # fmt: skip
def test_an_element_is_read_before_its_key_is_looked_up(signer: Any, expected: Any) -> None:
    (one,) = checked(RECORD, [{**SOUND, "signer": signer}]).events
    assert verdict_of(one) == expected


# CHECK-13: a key whose format is unknown.

UNKNOWN = policy(policy_key(DEMO, event_formats=["unknown"]))
BOTH = policy(policy_key(DEMO, event_formats=["unknown", "pithbundle-event-1"]))


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.step} {way.name}")
def test_beside_unknown_nothing_is_invalid_and_the_code_stays(way: Way) -> None:
    recipe = Recipe()
    way.tamper(recipe)
    recipe.key["event_formats"] = [*recipe.key["event_formats"], "unknown"]
    one = recipe.copy()
    word = "unbound" if way.expected[0] == "invalid" else way.expected[0]
    word = "unknown_format" if way.name == "whole_float" else word
    assert verdict_of(one) == (word, *way.expected[1:])
    assert one.verdict.step == way.step


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.step} {way.name}")
def test_of_unknown_alone_no_format_is_tried(way: Way) -> None:
    recipe = Recipe()
    way.tamper(recipe)
    made = recipe.made()
    recipe.key["event_formats"] = ["unknown"]
    (one,) = checked(RECORD, [made], policy(recipe.key)).events
    code = "number_form" if way.name == "whole_float" else None
    assert (one.verdict.status, one.verdict.code, one.event_id) == ("unknown_format", code, None)
    assert not one.unsigned


def test_a_key_that_does_not_list_the_format_is_no_candidate() -> None:
    keys = policy(policy_key(DEMO, event_formats=["unknown"]), policy_key(MIRROR))
    (one,) = checked(RECORD, [SOUND], keys).events
    assert (verdict_of(one), one.event_id) == (("unknown_format", None, None), None)


def test_under_the_built_in_policy_the_registrys_events_are_never_invalid() -> None:
    signer = {"signer_id": "pith.science", "signer_type": "pith_registry", "key_id": "pith-v1-2026-05",
              "public_key_fingerprint": Policy.registry().keys[0].fingerprint}  # fmt: skip
    signature = {**SOUND["signature"], "key_id": "pith-v1-2026-05"}
    base = {**SOUND, "signer": signer, "signature": signature}
    for made in (
        base,
        {**base, "event_id": "an id of another form"},
        {**base, "payload_sha256": "ab" * 32},
        {**base, "created_at": 1779070754},
        {**base, "signature": {"value": "x"}},
        {**base, "signature": "x"},
        {**base, "signature": None},
        {},
    ):
        (one,) = check(read(RECORD, [made])).events
        assert (verdict_of(one), one.event_id) == (("unknown_format", None, None), None)


def test_of_several_agreeing_keys_one_that_lists_unknown_is_enough() -> None:
    """Without a fingerprint, which this format does not demand, the pair names several keys."""
    loose = renamed(OURS, "loose", body={"required": {"/signer": "object"}})
    twin = Signer(7, DEMO.signer_id, DEMO.key_id)
    whole = attached(DEMO, RECORD, "alias_added", ALIAS, WHEN)
    nameless = {**whole, "signer": {k: v for k, v in whole["signer"].items() if "finger" not in k}}
    for formats, other, status in (
        ([loose], [loose], "invalid"),
        ([loose], ["unknown"], "unbound"),
        (["unknown"], [loose, "unknown"], "unbound"),
        (["unknown"], ["unknown"], "unknown_format"),
    ):
        for one, two in ((DEMO, twin), (twin, DEMO)):
            keys = policy(policy_key(one, event_formats=formats), policy_key(two, event_formats=other))
            (found,) = checked(RECORD, [nameless], keys).events
            assert (found.verdict.status, found.key) == (status, None)


# CHECK-4: the subject's year.


def test_the_year_of_the_subject_is_that_of_the_record_or_of_the_arxiv_id() -> None:
    record = made_record()
    record["source"]["id"], record["metadata"]["submitted_at"] = "0912.1234", "2010-01-02T03:04:05Z"
    suffix = pith_number(record)[10:]
    for year, word in (("2010", "verified"), ("2009", "verified"), ("2011", "invalid"), ("0000", "invalid")):
        made = attached(DEMO, record, "alias_added", ALIAS, WHEN, subject=f"pith:{year}:{suffix}")
        assert checked(record, [made]).events[0].verdict.status == word


# CHECK-5, CHECK-6: keys and their rights.


def test_keys_of_one_signer_are_one_signer_and_each_signs_under_its_own_name() -> None:
    events = [attached(one, RECORD, "alias_added", ALIAS, WHEN) for one in (DEMO, DEMO_NEXT)]
    result = checked(RECORD, events, policy(DEMO, DEMO_NEXT))
    assert [made.signer for made in result.valid] == ["demo.example"] * 2


def test_of_several_keys_of_one_name_the_fingerprint_chooses() -> None:
    """A registry that issues a new key under an old name: both verify under one policy (POL-6)."""
    twin = Signer(7, DEMO.signer_id, DEMO.key_id)
    events = [attached(one, RECORD, "alias_added", ALIAS, WHEN) for one in (DEMO, twin)]
    result = checked(RECORD, events, policy(DEMO, twin))
    assert [one.verdict.status for one in result.events] == ["verified"] * 2
    assert [one.fingerprint for one in result.events] == [DEMO.fingerprint, twin.fingerprint]
    assert [made.key.public_key.raw for made in result.valid] == [DEMO.public_key, twin.public_key]
    assert [made.signer for made in result.valid] == [DEMO.signer_id] * 2
    # Status and rights belong to the raw key.
    keys = policy(policy_key(DEMO, status="revoked"), policy_key(twin, event_types=["citation"]))
    assert [verdict_of(one)[1] for one in checked(RECORD, events, keys).events] == ["key_revoked", "key_role"]
    # A signature of the one under the fingerprint of the other is none.
    posing = {**events[0], "signature": events[1]["signature"]}
    assert verdict_of(checked(RECORD, [posing], policy(DEMO, twin)).events[0])[1] == "signature_invalid"


def test_a_key_id_of_another_signer_names_no_key() -> None:
    # The same key_id in the policy, under another signer_id, with another raw key.
    twin = Signer(7, "twin.example", DEMO.key_id)
    made = attached(twin, RECORD, "alias_added", ALIAS, WHEN)
    assert verdict_of(checked(RECORD, [made], policy(DEMO)).events[0])[:2] == ("unknown_key", "key_unknown")
    assert verdict_of(checked(RECORD, [made], policy(DEMO, twin)).events[0])[0] == "verified"


@pytest.mark.parametrize(
    ("status", "accepted_event_ids", "expected"),
    [
        ("active", [], "verified"),
        ("retired", [], "verified"),
        ("revoked", [], "invalid"),
        ("revoked", [OTHER_ID], "invalid"),
        ("revoked", [ID], "verified"),
    ],
)
def test_a_status_and_what_a_revoked_key_accepts(
    status: str, accepted_event_ids: list[str], expected: str
) -> None:
    keys = policy(policy_key(DEMO, status=status, accepted_event_ids=accepted_event_ids))
    result = checked(RECORD, [SOUND], keys)
    assert [one.verdict.status for one in result.events] == [expected]
    assert len(result.valid) == (expected == "verified")


def test_the_types_of_a_key_are_compared_exactly() -> None:
    for types, word in ((["alias_added"], "verified"), (["Alias_added", "alias_added "], "invalid")):
        keys = policy(policy_key(DEMO, event_types=types))
        assert checked(RECORD, [SOUND], keys).events[0].verdict.status == word


def test_without_a_policy_only_the_registrys_key_counts() -> None:
    result = check(read(RECORD, [SOUND]))
    assert result.policy_sha256 == Policy.registry().sha256
    # Nor is an event of another format known to it.
    assert verdict_of(result.events[0])[0] == "unknown_format"


# CHECK-10: other merge rules, other known types.


def test_a_type_is_known_if_the_rules_have_it() -> None:
    few = MergeRules.of("few", MERGE_1.event_types["citation"])
    (one,) = check(read(RECORD, [SOUND]), Policy.from_value(policy(DEMO)), rules=few).events
    assert verdict_of(one) == ("unknown_type", None, None)
    assert one.event is not None


def test_every_code_of_a_verdict_is_in_the_table() -> None:
    assert {way.expected[1] for way in WAYS} - {None} <= CODES.keys()


def test_an_unknown_signer_stays_unknown_with_a_perfect_signature() -> None:
    made = attached(UNKNOWN_SIGNER, RECORD, "alias_added", ALIAS, WHEN)
    assert verdict_of(checked(RECORD, [made]).events[0])[0] == "unknown_key"
    posing = {**made, "signer": made["signer"] | {"signer_id": DEMO.signer_id, "key_id": DEMO.key_id}}
    assert verdict_of(checked(RECORD, [sign(posing, UNKNOWN_SIGNER)]).events[0])[0] == "unknown_key"
    posing["signer"]["public_key_fingerprint"] = DEMO.fingerprint
    as_demo = Signer(6, DEMO.signer_id, DEMO.key_id)
    assert verdict_of(checked(RECORD, [sign(posing, as_demo)]).events[0])[:2] == (
        "invalid",
        "signature_invalid",
    )


def test_the_events_of_a_revoked_key_count_by_id_whatever_time_they_claim() -> None:
    early = attached(DEMO_OLD, RECORD, "alias_added", ALIAS, "0001-01-01T00:00:00Z")
    late = event(DEMO_OLD, RECORD, "alias_added", "record", ALIAS, "9999-12-31T23:59:59Z")
    keys = policy(policy_key(DEMO_OLD, status="revoked", accepted_event_ids=[late["event_id"]]))
    assert verdicts_by_id(RECORD, [early, late], keys) == {
        early["event_id"]: ("invalid", "key_revoked"),
        late["event_id"]: ("verified", None),
    }
