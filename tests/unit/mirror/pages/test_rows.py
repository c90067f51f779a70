"""The rows of a page: what each event states and changed, and where it leads (PAGE-5)."""

from __future__ import annotations

import pytest

from kit.data import REPO
from kit.pages_of import report_of
from kit.payloads import attached, citation
from kit.signing import AUTHOR, DEMO, UNKNOWN_SIGNER, Json, bundle, pith_number, policy, to_json
from kit.stores import body, unverified
from kit.stream import made_record
from pithbundle import Policy
from pithbundle.mirror.pages import rows
from pithbundle.mirror.pages.place import PUBLISHED, SERVED
from pithbundle.mirror.pages.rows import rows_of, sections_of, unchecked_of
from pithbundle.report import Report

DATA = REPO / "vectors" / "demo"
KEYS = Policy.from_bytes(to_json(policy(DEMO, AUTHOR)))


def made(report: Report) -> tuple[rows.Row, ...]:
    assert report.ledger is not None and report.state is not None
    conflicts = {name for group in report.state.equivocations for name in group.event_ids}
    return rows_of(report, report.ledger.timeline(), conflicts)


@pytest.fixture(scope="module")
def rich() -> Report:
    return report_of([(DATA / "rich.json").read_bytes()], Policy.from_file(DATA / "policy.json"))


def test_the_latest_event_is_first_and_each_has_its_status(rich: Report) -> None:
    found = made(rich)
    assert [row.change for row in found][:4] == ["lists", "unrecognised", "replaces", "superseded"]
    assert {row.event_type: row.status for row in found}["peer_review"] == "unknown_type"
    assert sum(row.in_conflict for row in found) == 2
    assert {row.key_status for row in found} == {"", "retired", "revoked"}
    assert found[0].members == (("event_ids", "17 ids"),)
    assert found[1].members == () and found[1].not_applied == ()
    (retraction,) = (row for row in found if row.event_type == "event_retracted")
    assert retraction.relations == (("retracts", "727e16f0df25", True),)
    assert retraction.members == (("reason", "another work's identifier"),)


def test_an_event_that_is_not_listed_gets_no_link(rich: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_EVENTS", 5)
    found = made(rich)
    assert len(found) == 5
    (moment,) = (row for row in found if row.change == "replaces")
    assert moment.relations == (("replaces", "5ca7d45028b9", True),)
    assert not any(listed for row in found for words, _, listed in row.relations if words == "retracts")


def test_an_event_that_is_not_applied_has_the_reason() -> None:
    record = made_record(1)
    wrong = attached(DEMO, record, "citation", {"citing_work": "x"}, "2026-01-01T00:00:00Z")
    (row,) = made(report_of([to_json(bundle(record, [wrong]))], KEYS))
    assert (row.change, row.tone, row.members) == ("unrecognised", "doubtful", ())
    (reason,) = row.not_applied
    assert reason.startswith("schema error at /payload/relationship [type, KIND-2]: ")


def test_what_cannot_be_checked_is_a_claim() -> None:
    nameless: Json = {"event_type": "x", "payload": {}}
    report = report_of([body(1, 1, more=(unverified(1, 2), nameless))], KEYS)
    first, second = unchecked_of(report.unverified)
    assert (first.status, first.claimed_type) == ("unknown_key", "storage_attestation")
    assert first.claims == f"{UNKNOWN_SIGNER.signer_id} {UNKNOWN_SIGNER.key_id}"
    assert first.meaning and second.status in ("unknown_key", "not_signed", "unknown_format")
    assert made(report)[0].event_type == "storage_attestation" and len(made(report)) == 1


def test_a_link_leads_to_a_work_with_a_pith_number_alone() -> None:
    record, other = made_record(1), made_record(2)
    number = pith_number(other)
    works = (number, "javascript:alert(1)", "https://evil.example/", f"{number}/..", "doi:10.1/x")
    events = [
        attached(DEMO, record, "citation", citation(work), f"2026-01-{day:02}T00:00:00Z")
        for day, work in enumerate(works, 1)
    ]
    report = report_of([to_json(bundle(record, events))], KEYS)
    assert report.state is not None
    for place, link in ((PUBLISHED, "../../pith/{}/index.html"), (SERVED, "../pith/{}")):
        (section,) = sections_of(report.state, place, set())
        assert (section.heading, section.count) == ("Cited by", len(report.state.citations))
        links = [row.link for row in section.rows if row.link]
        assert links == [link.format(number.rpartition(":")[2])]
