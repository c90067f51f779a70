"""What the bundles of a record claim of it (GRAPH-2)."""

from __future__ import annotations

import pytest

from kit import UNKNOWN_SIGNER, Json, made_record, payloads, policy
from kit.graphs import FIRST, SECOND, VERIFIER, bundle_of, claim_in, made
from pithbundle import Policy, Verifier
from pithbundle.bundle.reader import read_bundle
from pithbundle.bundle.record import Record
from pithbundle.graph.claims import Claim, Finding, Occurrence, claims_of, record_node
from pithbundle.graph.reading import claims_of_bundles

CITATION = payloads.citation("DOI:10.1000/X", "supports")
REPLICATION = payloads.replication("Ada", "claim 1", outcome="refutes", url="https://example.org/1")


def finding(**changes: str) -> Json:
    return payloads.integrity(made_record(1), "2026-06-01T00:00:00Z", **changes)


def test_claims_of_valid_events_are_read_from_the_state() -> None:
    events = [
        made(FIRST, 1, "citation", CITATION), made(FIRST, 1, "replication", REPLICATION),
        made(FIRST, 1, "pith.integrity.v1", finding()),
        made(FIRST, 1, "author_claim", payloads.author_claim("x")),
        made(FIRST, 1, "citation", {"citing_work": "a b", "relationship": "supports"}),
    ]  # fmt: skip
    found = claims_of_bundles(VERIFIER, [bundle_of(1, events)])
    suffix, signer = found.record.suffix, FIRST.signer_id
    citation, replication, reported = found.verified
    assert citation == (
        Claim(suffix, "citation", "doi:10.1000/x", "supports", signer),
        Occurrence(events[0]["event_id"], "DOI:10.1000/X", False),
    )
    assert replication[0] == Claim(
        suffix, "replication", "claimant:Ada", "refutes", signer, "replication", "pending", "claim 1",
        "https://example.org/1",
    )  # fmt: skip
    assert isinstance(reported, Finding) and reported.signer == signer and not reported.retracted
    assert (found.unverified, found.unread) == ((), 0)


def test_what_is_retracted_is_read_if_it_conforms() -> None:
    gone = [
        made(FIRST, 1, "citation", CITATION), made(FIRST, 1, "pith.integrity.v1", finding()),
        made(FIRST, 1, "author_claim", payloads.author_claim("x")),
        made(FIRST, 1, "citation", {"citing_work": ""}),
    ]  # fmt: skip
    takes = [made(FIRST, 1, "event_retracted", payloads.event_retracted(one["event_id"]), 5) for one in gone]
    claim, reported = sorted(claims_of_bundles(VERIFIER, [bundle_of(1, gone + takes)]).verified, key=len)
    assert claim[1] == Occurrence(gone[0]["event_id"], "DOI:10.1000/X", True)
    assert isinstance(reported, Finding) and reported.retracted


def test_a_retraction_by_another_signer_retracts_nothing() -> None:
    event = made(FIRST, 1, "citation", CITATION)
    takes = made(SECOND, 1, "event_retracted", payloads.event_retracted(event["event_id"]), 5)
    (read,) = claims_of_bundles(VERIFIER, [bundle_of(1, [event, takes])]).verified
    assert not claim_in(read)[1].retracted


def test_claims_of_unverified_elements_are_apart() -> None:
    flat = finding()
    elements = [
        made(UNKNOWN_SIGNER, 1, "citation", CITATION), made(UNKNOWN_SIGNER, 1, "replication", REPLICATION),
        {"event_type": "citation", "payload": CITATION, "signer": {"signer_id": 1}}, flat,
        {"event_type": "citation", "payload": {"citing_work": 1}}, {"event_type": "citation"}, {"q": 1},
        {"event_type": "another", "payload": CITATION}, {"event_type": "citation", **CITATION},
        {"event_type": "citation", "payload": CITATION, "signer": {"signer_id": 1}},
    ]  # fmt: skip
    verifier = Verifier(Policy.from_value(policy({**policy(FIRST)["keys"][0], "event_formats": ["unknown"]})))
    found = claims_of_bundles(verifier, [bundle_of(1, elements)])
    assert found.verified == ()
    signers = [each.signer if isinstance(each, Finding) else each[0].signer for each in found.unverified]
    assert signers.count(UNKNOWN_SIGNER.signer_id) == 2 and signers.count("") == 3
    assert found.unread == 3
    ids = [each.id if isinstance(each, Finding) else each[1].id for each in found.unverified]
    assert len({*ids}) == 5 and all(len(each) == 64 for each in ids)


def test_an_element_of_a_known_key_has_its_signer() -> None:
    unsigned = {
        name: each for name, each in made(FIRST, 1, "citation", CITATION).items() if name != "signature"
    }
    (read,) = claims_of_bundles(VERIFIER, [bundle_of(1, [unsigned])]).unverified
    assert claim_in(read)[0].signer == FIRST.signer_id


def test_an_invalid_element_is_no_claim() -> None:
    altered = made(FIRST, 1, "citation", CITATION)
    altered["payload"] = payloads.citation("doi:10.1000/y", "refutes")
    found = claims_of_bundles(VERIFIER, [bundle_of(1, [altered])])
    assert (found.verified, found.unverified, found.unread, found.record.outcome) == ((), (), 0, "invalid")


def test_a_record_without_an_arxiv_id_is_named_by_its_number() -> None:
    value = made_record(1)
    value["source"] = {"id": "x", "kind": "another", "version": 1}
    record = Record.from_value(value)
    assert record_node(record, "valid").work == ("pith", record.number.suffix)


def test_bundles_and_report_are_of_one_reading() -> None:
    data = bundle_of(1, [])
    (report,) = VERIFIER.verify_together([("x", data)])
    assert claims_of(report, [read_bundle(data)]).record.number == str(report.record and report.record.number)
    for bundles in ([], [read_bundle(bundle_of(2, []))]):
        with pytest.raises(ValueError, match="not those of the report"):
            claims_of(report, bundles)
    with pytest.raises(ValueError, match="not those of the report"):
        claims_of(VERIFIER.verify_together([("x", b"{}")])[0], [])
