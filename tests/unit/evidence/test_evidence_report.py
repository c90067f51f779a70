"""The report on evidence, from bundles to an outcome (EVID-17, EVID-19)."""

from __future__ import annotations

from typing import Any, Final

import pytest

from kit import (
    DEMO,
    UNKNOWN_SIGNER,
    Json,
    attached,
    bundle,
    made_record,
    mined,
    ots,
    payloads,
    policy,
    to_json,
)
from kit.mined import extended
from kit.ots import bitcoin, proof
from kit.signing import canonical_hash
from pithbundle import Policy, Verifier, read_bundle
from pithbundle.evidence import (
    Checkpoints,
    EvidenceReport,
    Headers,
    Material,
    check_claims,
    check_evidence,
    check_proofs,
    claims_of,
    read_headers,
)

RECORD: Final = made_record()
DIGEST: Final = bytes.fromhex(canonical_hash(RECORD))
WHEN: Final = "2026-05-18T01:39:14Z"
CITING: Final = "pith:2017:J2LUZ564FUOB74RUDD6Q7Q3WSE"
VERIFIER: Final = Verifier(Policy.from_bytes(to_json(policy(DEMO))))
GOOD: Final = proof(ots.REVERSE + bitcoin(3), digest=DIGEST)
BAD: Final = proof(ots.SHA256 + bitcoin(3), digest=DIGEST)


def chain() -> Headers:
    data = extended(b"", 10, roots={3: DIGEST[::-1]})
    return read_headers([("chain", data)], checkpoints=Checkpoints(()), network=mined.network(data))


def anchor(data: bytes, signer: Any = DEMO) -> Json:
    return attached(signer, RECORD, "timestamp_anchor", payloads.timestamp_anchor(RECORD, data), WHEN)


def checked(*events: Json, headers: Headers | None = None, proofs: Any = ()) -> EvidenceReport:
    data = to_json(bundle(RECORD, list(events)))
    (report,) = VERIFIER.verify_together([("a", data)])
    found = check_evidence(report, [read_bundle(data)], Material(headers or Headers(), tuple(proofs)))
    # Nothing of it changes what the verification came to.
    assert report.state is not None
    again = VERIFIER.verify(data).report()
    assert again.state is not None and again.state.to_json() == report.state.to_json()
    return found


def test_a_proof_against_a_mined_chain_is_confirmed_from_bundle_to_outcome() -> None:
    report = checked(anchor(GOOD), headers=chain())
    (one,) = report.of_entries
    assert (one.status, one.sentence) == ("confirmed", "existed by block 3, header time 2011-03-13T07:21:40Z")
    assert (report.outcome, report.exit_status, report.verification) == ("checked", 0, "valid")
    value: Any = report.to_value()
    assert [value[name] for name in ("of_unverified_elements", "of_files", "missing_blocks")] == [[], [], []]
    assert value["persons"] == [] and value["checkpoints_sha256"] == Checkpoints(()).sha256
    (file,) = value["headers"]
    assert (file["file"], file["count"], file["first"], file["last"], file["strength"]) == (
        "chain",
        10,
        0,
        9,
        "chain",
    )
    assert len(repr(report)) <= 300 and len(repr(report.material)) <= 300


def test_claims_without_a_verified_signature_are_apart_and_give_3() -> None:
    report = checked(anchor(GOOD), anchor(GOOD, UNKNOWN_SIGNER), headers=chain())
    assert [len(each) for each in (report.of_entries, report.of_unverified_elements, report.of_files)] == [
        1,
        1,
        0,
    ]
    assert report.of_unverified_elements[0].status == "confirmed"
    assert (report.outcome, report.exit_status, report.verification) == ("not_checked", 3, "unverified")


@pytest.mark.parametrize(
    ("events", "proofs", "outcome", "status"),
    [
        ([], [], "checked", 0),
        ([anchor(GOOD)], [("a", GOOD)], "checked", 0),
        ([anchor(proof(bitcoin(19), digest=DIGEST))], [], "not_checked", 3),
        ([anchor(GOOD)], [("a", b"")], "not_checked", 3),
        ([anchor(BAD)], [("a", b"")], "contradicted", 1),
        ([anchor(GOOD)], [("a", BAD)], "contradicted", 1),
        ([anchor(BAD, UNKNOWN_SIGNER)], [], "contradicted", 1),
    ],
)
def test_the_outcome_is_the_worst_of_the_findings(
    events: Any, proofs: Any, outcome: str, status: int
) -> None:
    # Without any event a bundle has nothing that is signed.
    other = attached(DEMO, RECORD, "citation", payloads.citation(CITING), WHEN)
    report = checked(other, *events, headers=chain(), proofs=proofs)
    assert (report.outcome, report.exit_status) == (outcome, status)
    assert len(report.of_files) == len(proofs)


def test_other_types_are_passed_over_and_files_come_last() -> None:
    other = attached(DEMO, RECORD, "citation", payloads.citation(CITING), WHEN)
    data = to_json(bundle(RECORD, [other, anchor(GOOD)]))
    (report,) = VERIFIER.verify_together([("a", data)])
    assert report.record is not None
    found = check_claims(claims_of(report), report.record, Material(proofs=(("f", GOOD),)))
    assert [one.file for one in found] == [None, "f"]


def test_inputs_that_are_all_rejected_have_no_report_on_evidence() -> None:
    (report,) = VERIFIER.verify_together([("a", b"{}")])
    with pytest.raises(ValueError, match="rejected"):
        check_evidence(report, (), Material())


def test_proofs_of_a_digest_alone_need_no_verification() -> None:
    found = check_proofs(DIGEST, Material(chain(), proofs=(("a", GOOD),)))
    assert (found.outcome, found.verification, found.digest) == ("checked", None, DIGEST)
    assert [one.status for one in found.of_files] == ["confirmed"]
    other = check_proofs(bytes(32), Material(chain(), proofs=(("a", GOOD), ("b", b"x"))))
    assert [one.status for one in other.of_files] == ["other_digest", "unreadable"]
    assert other.to_value()["digest"] == "0" * 64 and other.outcome == "contradicted"
    with pytest.raises(ValueError, match="32 bytes"):
        check_proofs(b"", Material())
