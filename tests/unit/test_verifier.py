"""The verifier: what it accepts, what it returns, and that its cache is bounded."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from typing import Any

import pytest

from kit import DEMO, attached, bundle, made_record, payloads, to_json
from kit.documents import ABSTRACT, real_integrity, real_manifest, record_document
from kit.results import WHEN
from kit.strategies import fixture_policy
from pithbundle import (
    MERGE_1,
    Clock,
    DocumentError,
    DocumentReport,
    InputError,
    InvalidKeyError,
    Limits,
    MergeError,
    MergeRules,
    OutcomeError,
    PithError,
    Policy,
    ProofError,
    RecordError,
    Report,
    VerifiedBundle,
    Verifier,
)
from pithbundle.encoding.cbor import cbor_bytes
from pithbundle.proof import proof_of
from pithbundle.report import one_record

POLICY = Policy.from_value(fixture_policy())
RECORD = made_record()
EVENTS = [
    attached(DEMO, RECORD, "alias_added", payloads.alias_added("x", str(number)), WHEN) for number in range(5)
]
DATA = to_json(bundle(RECORD, EVENTS))


def verifier(**options: Any) -> Verifier:
    return Verifier(POLICY, **options)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_like_input_is_accepted(kind: type[Any]) -> None:
    verified = verifier().verify(kind(DATA))
    assert verified.outcome == "valid"
    assert len(verified.events) == len(verified.ledger) == 5
    assert verified.policy_sha256 == POLICY.sha256


def test_the_encoding_is_detected_or_named() -> None:
    cbor = cbor_bytes(bundle(RECORD, EVENTS))
    assert verifier().verify(cbor).events == verifier().verify(cbor, encoding="cbor").events
    with pytest.raises(PithError):
        verifier().verify(DATA, encoding="cbor")


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: Verifier("policy.json"), "policy must be a Policy, not str"),  # type: ignore[arg-type]
        (lambda: Verifier(POLICY, rules="merge-1"), "rules must be MergeRules, not str"),  # type: ignore[arg-type]
        (lambda: Verifier(POLICY, limits=5), "limits must be Limits, not int"),  # type: ignore[arg-type]
        (lambda: Verifier(POLICY, cache_size=-1), "cache_size must be an int from 0, not -1"),
        (lambda: verifier().verify("bundle.json"), "expected bytes, got str"),  # type: ignore[arg-type]
        (lambda: verifier().verify(DATA, encoding="xml"), "encoding must be"),  # type: ignore[arg-type]
        (lambda: verifier().verify_document("state.json"), "expected bytes, got str"),  # type: ignore[arg-type]
        (lambda: verifier().verify_document(b"{}", encoding="xml"), "encoding must be"),  # type: ignore[arg-type]
        (lambda: verifier().verify_document(b"{}", abstract=b"x"), "abstract must be a str"),  # type: ignore[arg-type]
        (lambda: DocumentReport(), "made by Verifier.verify_document"),
        (lambda: verifier().verify(DATA).report(5), "name of an input must be a str, not int"),  # type: ignore[arg-type]
    ],
)
def test_wrong_argument_types_are_type_errors(call: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call()


@pytest.mark.parametrize("name", ["policy", "rules", "limits", "cache_size"])
def test_what_a_verifier_was_made_with_is_read_only(name: str) -> None:
    mine = verifier()
    with pytest.raises(AttributeError):
        setattr(mine, name, getattr(mine, name))


def test_the_limits_are_applied() -> None:
    with pytest.raises(PithError) as caught:
        verifier(limits=Limits(size=100)).verify(DATA)
    assert caught.value.code == "size"


@pytest.mark.parametrize("size, kept", [(0, 0), (3, 1), (5, 5), (100, 5)])
def test_the_cache_is_bounded(size: int, kept: int) -> None:
    mine = verifier(cache_size=size)
    assert mine.verify(DATA).events == mine.verify(DATA).events
    assert len(mine._cache) == kept


def test_representations_are_short() -> None:
    assert len(repr(verifier().verify(DATA))) < 200
    assert len(repr(verifier())) < 200


def test_the_built_in_policy_is_named() -> None:
    assert Verifier(Policy.registry()).verify(DATA).outcome == "unverified"


OTHER = made_record(7)
OTHERS = to_json(bundle(OTHER, [attached(DEMO, OTHER, "alias_added", payloads.alias_added("x", "1"), WHEN)]))
CONFLICT = [
    attached(DEMO, RECORD, "author_claim", payloads.author_claim(payloads.orcid(1), strength=strength), WHEN)
    for strength in ("strong", "weak")
]


def parts() -> list[tuple[str, bytes]]:
    """The events in two inputs, with an event in both, another record and an input that is no bundle."""
    one, two = (to_json(bundle(RECORD, part)) for part in (EVENTS[:3], EVENTS[2:]))
    return [("one", one), ("other", OTHERS), ("bad", b"{"), ("two", two)]


def test_each_input_is_verified_by_itself() -> None:
    asked: list[str] = []

    def inputs() -> Iterator[tuple[str, bytes]]:
        for name, data in parts():
            asked.append(name)
            yield name, data

    found = verifier().verify_each(inputs())
    first = next(found)
    assert asked == ["one"]
    assert (first.name, first.outcome, first.exit_status, first.rejection) == ("one", "valid", 0, None)
    first.raise_for_outcome()
    assert first.report is not None and first.report.ledger is not None and len(first.report.ledger) == 3
    _, bad, two = found
    assert (bad.name, bad.outcomes, bad.exit_status, bad.report) == ("bad", ("rejected",), 1, None)
    with pytest.raises(InputError):
        bad.raise_for_outcome()
    assert two.report is not None and two.report.inputs[0].name == "two"


def test_inputs_of_one_record_are_merged_and_rejections_are_in_every_report() -> None:
    one, other = verifier().verify_together(parts())
    assert [given.name for given in one.inputs] == ["one", "two"]
    assert (
        one.ledger is not None and one.record is not None and one.state is not None and one.rules is not None
    )
    assert one.ledger == verifier().verify(DATA).ledger
    assert one.state.to_json() == verifier().verify(DATA).ledger.snapshot().to_json()
    assert str(one.record.number) == str(one.state.record.number)
    assert [len(listed.locations) for listed in one.events] == [1, 1, 2, 1, 1]
    assert other.ledger is not None and len(other.ledger) == 1
    for report in (one, other):
        assert [(bad.name, bad.error.code) for bad in report.rejected] == [("bad", "syntax")]
        assert report.outcome == "rejected"
        with pytest.raises(OutcomeError, match="rejected: an input was rejected as a whole"):
            report.raise_for_outcome()


def test_where_no_input_is_left_one_report_has_the_rejections() -> None:
    (report,) = verifier().verify_together([("a", b"{"), ("b", b"[")])
    assert [bad.name for bad in report.rejected] == ["a", "b"]
    assert (report.record, report.ledger, report.state, report.rules, report.outcome) == (
        *(None,) * 4,
        "rejected",
    )
    assert verifier().verify_together([]) == []
    assert len(repr(report)) < 200


def test_two_records_of_one_number_are_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    """128 bits of a hash cannot be made to collide here, so the suffix is cut to nothing."""
    monkeypatch.setattr("pithbundle.bundle.number.base32_prefix", lambda digest: "A" * 26)
    inputs = []
    twin = {**RECORD, "metadata": {**RECORD["metadata"], "license": "another"}}
    for name, record in (("one", RECORD), ("other", twin)):
        value = bundle(record, [], omit=["source_aliases", "short_pith_number"])
        number = f"pith:{record['metadata']['submitted_at'][:4]}:{'A' * 26}"
        inputs.append((name, to_json({**value, "pith_number": number})))
    (report,) = verifier().verify_together(inputs)
    assert [(bad.name, bad.error.code) for bad in report.rejected] == [
        ("one", "collision"),
        ("other", "collision"),
    ]
    assert report.record is None


@pytest.mark.parametrize(
    "inputs, message",
    [
        ([(1, DATA)], "must be a str, not int"),
        ([("a", "x")], "bytes"),
        ({"a": DATA}, "each input must be a pair of a name and bytes, not str"),
        ("ab", "each input must be a pair of a name and bytes, not str"),
        ([DATA], "each input must be a pair of a name and bytes, not bytes"),
        ([("a", DATA, "json")], "each input must be a pair of a name and bytes, not tuple"),
        (5, "inputs must be pairs of a name and bytes, not int"),
    ],
)
def test_wrong_inputs_are_type_errors(inputs: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        verifier().verify_together(inputs)
    with pytest.raises(TypeError, match=message):
        list(verifier().verify_each(inputs))


def test_an_outcome_that_is_not_valid_is_raised() -> None:
    conflict = verifier().verify(to_json(bundle(RECORD, CONFLICT)))
    assert conflict.outcomes == ("conflict",)
    with pytest.raises(OutcomeError) as caught:
        conflict.raise_for_outcome()
    assert (caught.value.outcome, caught.value.outcomes) == ("conflict", ("conflict",))
    verifier().verify(DATA).raise_for_outcome()


def test_a_proof_is_verified() -> None:
    ledger = verifier().verify(to_json(bundle(RECORD, CONFLICT))).ledger
    (group,) = ledger.equivocations()
    proof = proof_of(ledger, group)
    assert verifier().verify_proof(memoryview(proof)).group == group
    with pytest.raises(ProofError):
        verifier().verify_proof(proof + b" ")
    with pytest.raises(TypeError, match="expected bytes, got str"):
        verifier().verify_proof("proof.json")  # type: ignore[arg-type]


def test_a_verifier_checks_under_its_own_rules() -> None:
    few = MergeRules.of("few", *list(MERGE_1.event_types.values())[:1])
    found = verifier(rules=few).verify(DATA)
    assert {element.verdict.status for element in found.events} == {"unknown_type"}
    assert found.ledger.rules is few


def test_what_a_caller_does_with_the_record_changes_no_result() -> None:
    verified = verifier().verify(DATA)
    before = verified.ledger.export()
    value: Any = verified.record.value
    value["source"]["id"] = "another"
    value.clear()
    again = verifier().verify(DATA)
    assert verified.ledger.export() == before == again.ledger.export()
    assert verified.record.value == again.record.value


def test_a_rejection_does_not_refer_to_the_input() -> None:
    data = b'{"a": ' + b"[" * 20_000
    given = [("a", data)]
    (one,) = verifier().verify_each(given)
    (together,) = verifier().verify_together(given)
    assert one.rejection is not None
    for rejection in (one.rejection, *together.rejected):
        error = rejection.error
        assert (error.__traceback__, error.__cause__, error.__context__) == (None, None, None)


def test_a_rejection_is_raised_as_a_new_error_each_time() -> None:
    (one,) = verifier().verify_each([("a", b"{")])
    assert one.rejection is not None
    depths = []
    for _ in range(3):
        with pytest.raises(InputError) as caught:
            one.raise_for_outcome()
        assert caught.value == one.rejection.error
        depths.append(len(caught.traceback))
    assert len({*depths}) == 1
    assert one.rejection.error.__traceback__ is None


def test_the_encoding_of_every_input_is_named() -> None:
    given = [("a", DATA), ("b", cbor_bytes(bundle(RECORD, EVENTS)))]
    assert [one.outcome for one in verifier().verify_each(given)] == ["valid", "valid"]
    named = verifier().verify_each(given, encoding="cbor")
    assert [one.outcome for one in named] == ["rejected", "valid"]
    (report,) = verifier().verify_together(given, encoding="cbor")
    assert [one.name for one in report.rejected] == ["a"]
    assert [one.name for one in report.inputs] == ["b"]


def test_every_report_has_the_clock() -> None:
    clock = Clock("2026-01-01T00:00:00.000000")
    (each,) = verifier().verify_each([("a", DATA)], clock=clock)
    (report,) = verifier().verify_together([("a", DATA)], clock=clock)
    alone = verifier().verify(DATA).report("a", clock=clock)
    assert each.report is not None
    for one in (each.report, report, alone):
        assert one.clock == clock
        assert {warning.code for warning in one.warnings} == {"warn_future"}
    assert verifier().verify_together([("a", DATA)])[0].clock is None
    with pytest.raises(TypeError, match="clock must be a Clock, not float"):
        verifier().verify_together([("a", DATA)], clock=1.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="clock must be a Clock, not str"):
        next(verifier().verify_each([("a", DATA)], clock="now"))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="clock must be a Clock, not int"):
        verifier().verify(DATA).report(clock=5)  # type: ignore[arg-type]


def test_advice_is_requested_while_the_data_of_a_rejected_input_is_available() -> None:
    asked: list[tuple[str, bytes, str]] = []

    def advise(name: str, data: bytes, error: PithError) -> str:
        asked.append((name, data, error.code))
        return f"fetch {name} again"

    given: list[tuple[str, bytes | PithError]]
    given = [("a", DATA), ("b", b"{"), ("c", InputError.over_limit("size", 5))]
    _, *rejected = verifier().verify_each(given, advise=advise)
    (report,) = verifier().verify_together(given, advise=advise)
    assert asked == [("b", b"{", "syntax"), ("c", b"", "size")] * 2
    for rejections in ([one.rejection for one in rejected], report.rejected):
        assert [one and (one.name, one.hint) for one in rejections] == [
            ("b", "fetch b again"),
            ("c", "fetch c again"),
        ]
    (plain,) = verifier().verify_each([("c", InputError.over_limit("size", 5))])
    assert plain.rejection is not None
    assert (plain.rejection.error.code, plain.rejection.advice) == ("size", "")


def test_one_record_is_required() -> None:
    one, _ = reports = verifier().verify_together(parts())
    assert one_record([one]) is one
    with pytest.raises(MergeError) as caught:
        one_record(reports)
    assert caught.value.code == "subject"
    (rejections,) = verifier().verify_together([("a", b"{")])
    assert one_record([rejections]) is rejections


def test_outcomes_are_computed_once_and_travel_with_the_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    verified = verifier().verify(DATA)
    untouched = verifier().verify(DATA)
    asked = 0
    report = VerifiedBundle.report

    def counted(bundle: VerifiedBundle) -> Report:
        nonlocal asked
        asked += 1
        return report(bundle)

    monkeypatch.setattr(VerifiedBundle, "report", counted)
    assert (verified.outcomes, verified.outcome, verified.outcomes) == (("valid",), "valid", ("valid",))
    assert asked == 1
    assert verified == untouched
    assert hash(verified.events) == hash(untouched.events)
    for again in (pickle.loads(pickle.dumps(verified)), copy.deepcopy(verified)):
        assert again == verified
        assert again.outcomes == ("valid",)
    assert asked == 1


# -- other documents of the registry ----------------------------------------------------------


def test_a_document_is_verified_under_the_policy_and_the_limits() -> None:
    data = to_json(record_document())
    report = verifier().verify_document(memoryview(data), abstract=ABSTRACT)
    assert (report.document_type, report.description) == ("record_document", "a record document")
    assert (report.outcome, report.encoding, report.policy_sha256) == ("unverified", "json", POLICY.sha256)
    assert report.record is not None and report.number_status == "reproduced"
    assert ("/paper/abstract_excerpt", "agrees") in {(one.pointer, one.status) for one in report.findings}
    cbor = cbor_bytes(record_document())
    read = [verifier().verify_document(each).findings for each in (data, cbor)]
    assert {*read[0]} == {*read[1]}
    with pytest.raises(InputError, match="size"):
        verifier(limits=Limits(size=10)).verify_document(data)


def test_the_keys_and_signatures_of_documents_are_looked_up_in_the_policy() -> None:
    registry = Verifier(Policy.registry())
    key = registry.policy.keys[0]
    found = [one.verify_document(to_json(real_manifest())).keys[0].key for one in (registry, verifier())]
    assert found == [key, None]
    integrity = registry.verify_document(to_json(real_integrity()))
    assert {(one.status, one.key) for one in integrity.signatures} == {("unbound", key)}
    value = integrity.to_value()
    assert value["signatures"] and value == integrity.to_value() and value is not integrity.to_value()


@pytest.mark.parametrize(
    ("value", "error", "code"),
    [
        (bundle(RECORD, EVENTS), DocumentError, "type"),
        ([], DocumentError, "type"),
        ({**record_document(), "canonical_sha256": "ab" * 32}, DocumentError, "hash_mismatch"),
        ({**record_document(), "canonical_record": {}}, RecordError, "type"),
        ({"public_key_hex": "00" * 32}, InvalidKeyError, "key_invalid"),
    ],
)
def test_a_document_that_is_rejected(value: Any, error: type[PithError], code: str) -> None:
    with pytest.raises(error) as caught:
        verifier().verify_document(to_json(value))
    assert (type(caught.value), caught.value.code) == (error, code)


def test_a_verified_bundle_is_made_by_a_verifier() -> None:
    with pytest.raises(TypeError, match="made by Verifier"):
        VerifiedBundle()


def test_a_copy_of_a_verifier_begins_with_an_empty_cache() -> None:
    mine = verifier(cache_size=7)
    found = mine.verify(DATA)
    other = pickle.loads(pickle.dumps(mine))
    assert (other.policy, other.rules, other.limits, other.cache_size) == (
        mine.policy,
        mine.rules,
        mine.limits,
        7,
    )
    assert mine._cache and not other._cache
    assert other.verify(DATA).events == found.events
