"""What the number of a record covers of the paper, and what somebody states (PAGE-4)."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kit.pages_of import report_of, snapshot, titled
from kit.payloads import attached
from kit.signing import AUTHOR, DEMO, Json, bundle, policy, to_json
from kit.stream import made_record
from pithbundle import Policy
from pithbundle.bundle.record import Record
from pithbundle.mirror.pages.paper import Paper, paper_of

KEYS = Policy.from_bytes(to_json(policy(DEMO, AUTHOR)))
WHEN = "2026-01-{:02}T00:00:00Z"


def paper(record: Json, *events: Json, elements: tuple[Any, ...] = ()) -> Paper:
    report = report_of([to_json(bundle(record, [*events]))], KEYS)
    assert report.state is not None and report.record is not None
    return paper_of(report.record, report.state, elements)


def test_a_title_counts_if_it_has_the_hash_of_the_record() -> None:
    record = titled("On  pith")
    true, other = snapshot(record, title="On pith"), snapshot(record, title="On bark")
    assert paper(record, attached(DEMO, record, "graph_snapshot", true, WHEN.format(1))).title == "On pith"
    assert paper(record, attached(DEMO, record, "graph_snapshot", other, WHEN.format(1))).title is None


@pytest.mark.parametrize("title", [None, 7, "", "On bark", "\ud800"])
def test_of_elements_that_nobody_can_check_only_that_title_counts(title: Any) -> None:
    record = titled("On pith")
    assert paper(record, elements=({"payload": snapshot(record, title=title)},)).title is None
    mixed: tuple[Any, ...] = (
        1,
        {"payload": []},
        {"payload": snapshot(record, title="On pith", authors_text="Nobody")},
    )
    found = paper(record, elements=mixed)
    assert (found.title, found.authors) == ("On pith", ())


def test_authors_are_those_of_the_latest_snapshot_of_each_signer() -> None:
    record = made_record(1)
    events = [
        attached(signer, record, "graph_snapshot", snapshot(record, authors_text=text), WHEN.format(day))
        for signer, text, day in ((DEMO, "A. Old", 1), (DEMO, "A. New", 2), (AUTHOR, "B. Other", 1))
    ]
    assert paper(record, *events).authors == (("author.example", "B. Other"), ("demo.example", "A. New"))


def test_a_link_is_made_of_an_arxiv_id_alone() -> None:
    record = made_record(1)
    assert paper(record).url == f"https://arxiv.org/abs/{record['source']['id']}"
    other = copy.deepcopy(record)
    other["source"] |= {"kind": "other", "id": "javascript:alert(1)"}
    assert Record.from_value(other).arxiv_id is None
    found = paper(other)
    assert (found.url, found.source_id) == (None, "javascript:alert(1)")
