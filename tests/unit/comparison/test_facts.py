"""Facts: what a record document or a graph document agrees on with another side (DIFF-3)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kit import DEMO, bundle, changed, event, policy, policy_key, without
from kit.documents import ABSTRACT, graph_document, real_graph, record_document, record_value
from pithbundle.bundle.document import DocumentError, read_document
from pithbundle.bundle.record import Record
from pithbundle.comparison.facts import (
    Facts,
    are_equal,
    compare_facts,
    facts_of_document,
    facts_of_report,
)
from pithbundle.report import Report
from pithbundle.verifier import Verifier
from pithbundle.verify.policy import Policy

SHORT = "A short abstract."
RECORD = Record.from_value(record_value(abstract=SHORT))
GRAPH = graph_document(SHORT)
DOCUMENT = record_document(abstract=SHORT)
SNAPSHOT_A = {"graph_snapshot": {"x": "a"}}
SNAPSHOT_B = {"graph_snapshot": {"x": "b"}}
POLICY = Policy.from_bytes(json.dumps(policy(policy_key(DEMO))).encode())


def facts(value: Any) -> Facts:
    return facts_of_document(read_document(json.dumps(value).encode()))


def compared(left: Facts, right: Facts) -> dict[str, str]:
    return {fact.name: fact.how for fact in compare_facts(left, right)}


def snapshot(**members: Any) -> Any:
    return {**without(GRAPH, ("source",)), **members}


def signed(snapshot: Any, created_at: str = "2026-05-17T23:45:41Z") -> Any:
    payload = {"graph_snapshot": snapshot}
    return event(DEMO, RECORD.value, "graph_snapshot", "graph", payload, created_at)


def verified(*events: Any) -> Report:
    data = json.dumps(bundle(RECORD.value, [*events])).encode()
    return Verifier(POLICY).verify(data).report("bundle.json")


def state(*snapshots: Any) -> Any:
    return {
        "state_type": "pith_open_graph_state",
        "pith_number": str(RECORD.number),
        "current": {"canonical_record": RECORD.value, "graph_snapshots": [*snapshots]},
    }


def test_a_record_document_and_its_graph_document_agree() -> None:
    left, right = facts(DOCUMENT), facts(GRAPH)
    assert left.pith_number == right.pith_number == str(RECORD.number)
    found = compared(left, right)
    assert found["canonical_sha256"] == "agrees"
    assert {how for name, how in found.items() if name.startswith(("record/", "paper/"))} == {"agrees"}
    assert {name for name, how in found.items() if how == "only right"} == {
        f"graph/{name}"
        for name in ("author_claims", "builder_version", "claims", "formal_canon", "references")
    }  # fmt: skip
    assert "differs" not in found.values() and "only left" not in found.values()
    assert len(repr(left)) < 100
    assert are_equal(compare_facts(left, right))


def test_what_differs() -> None:
    left = facts(DOCUMENT)
    found = compared(left, facts(changed(GRAPH, ("paper", "title"), "Another title")))
    assert {name for name, how in found.items() if how == "differs"} == {
        "canonical_sha256", "paper/title", "record/metadata/title_canon_sha256"
    }  # fmt: skip
    found = compared(left, facts(changed(GRAPH, ("source", "version"), True)))
    assert found["record/source/version"] == "differs" and found["canonical_sha256"] == "only left"
    found = compared(left, facts(changed(GRAPH, ("paper", "authors_text"), "B. Author")))
    assert [name for name, how in found.items() if how == "differs"] == ["paper/authors_text"]


def test_a_graph_document_whose_abstract_was_cut_has_fewer_facts() -> None:
    found = compared(facts(record_document()), facts(graph_document(ABSTRACT)))
    assert found["record/metadata/abstract_canon_sha256"] == found["canonical_sha256"] == "only left"
    assert found["record/metadata/title_canon_sha256"] == "agrees"
    assert facts(graph_document(ABSTRACT)).pith_number is None


def test_a_graph_document_and_a_verified_snapshot() -> None:
    report = verified(signed(snapshot()))
    right = facts_of_report(report)
    found = compared(facts(GRAPH), right)
    assert {*found.values()} == {"agrees"}
    assert right.snapshot_event == str(report.events[0].element.event_id)
    other = facts_of_report(verified(signed(snapshot(builder_version="builder-2"))))
    found = compared(facts(GRAPH), other)
    assert [name for name, how in found.items() if how != "agrees"] == ["graph/builder_version"]


def test_a_snapshot_that_is_not_verified_is_no_fact() -> None:
    unsigned = without(signed(snapshot()), ("signature",))
    right = facts_of_report(verified(unsigned))
    found = compared(facts(GRAPH), right)
    assert found["graph/claims"] == "only left" and found["canonical_sha256"] == "agrees"
    assert right.snapshot_event is None


def test_the_newest_snapshot_decides() -> None:
    old, new = (
        signed(snapshot(builder_version="old")),
        signed(snapshot(builder_version="new"), "2026-05-18T00:00:00Z"),
    )
    for events in ((old, new), (new, old)):
        assert facts_of_report(verified(*events)).values["graph/builder_version"] == "new"
    entries = [
        {"event_id": "b", "created_at": "2026-01-01T00:00:00Z", "payload": SNAPSHOT_B},
        {"event_id": "a", "created_at": "2026-01-01T00:00:00+00:00", "payload": SNAPSHOT_A},
        {"event_id": 5, "created_at": 5, "payload": {"graph_snapshot": {"x": "old"}}},
        {"payload": {"graph_snapshot": []}},
        {"payload": []},
        5,
    ]  # fmt: skip
    for order in (entries, entries[::-1]):
        found = facts(state(*order))
        assert (found.values["graph/x"], found.snapshot_event) == ("a", "a")


def test_states() -> None:
    assert {*compared(facts(DOCUMENT), facts(state())).values()} == {"agrees", "only left"}
    whole = state({"event_id": "e", "created_at": "x", "payload": {"graph_snapshot": snapshot()}})
    assert {*compared(facts(GRAPH), facts(whole)).values()} == {"agrees"}
    assert facts({**state(), "current": None}).values == {}
    odd = facts(state({"payload": {"graph_snapshot": {"paper": 5, "source": {}, "y": 1}}}))
    assert odd.values["graph/y"] == 1


def test_sides_without_a_common_fact_are_not_equal() -> None:
    empty = facts({"paper": {}, "claims": {}})
    found = compare_facts(facts({**state(), "current": None}), empty)
    assert {fact.how for fact in found} == {"only right"} and not are_equal(found)


def test_another_paper() -> None:
    assert not are_equal(compare_facts(facts(DOCUMENT), facts_of_document(read_document(real_graph()))))
    found = compared(facts(DOCUMENT), facts_of_document(read_document(real_graph())))
    assert found["canonical_sha256"] == found["record/source/id"] == "differs"


@pytest.mark.parametrize("value", [bundle(RECORD.value, []), RECORD.value, {}, []])
def test_what_has_no_facts(value: Any) -> None:
    with pytest.raises(DocumentError) as caught:
        facts(value)
    assert (caught.value.code, caught.value.clause) == ("type", "DIFF-3")


def test_a_rejected_bundle_has_no_facts() -> None:
    (report,) = Verifier(POLICY).verify_together([("x", b"{}")])
    with pytest.raises(DocumentError):
        facts_of_report(report)


def test_a_record_that_is_cut_gives_no_facts_of_it() -> None:
    data = json.dumps(DOCUMENT).encode()
    found = facts_of_document(read_document(data[:-3], truncated=True))
    assert found.pith_number is None
    assert {name.partition("/")[0] for name in found.values} == {"paper"}
