"""The page of a record: what it shows, and that it follows from the record alone (PAGE-1 to PAGE-7)."""

from __future__ import annotations

import json

import pytest

from kit.data import REPO
from kit.markup import Parsed
from kit.pages_of import page_of, report_of, snapshot, titled
from kit.payloads import attached, checkpoint
from kit.signing import DEMO, bundle, policy, to_json
from kit.stores import POLICY, body, event, invalid, unverified
from pithbundle import Policy, Verifier
from pithbundle.digests.lines import leaf_digest
from pithbundle.mirror.pages.place import PUBLISHED, SERVED
from pithbundle.mirror.pages.record import Download, record_page

DATA = REPO / "vectors" / "demo"
RICH = (DATA / "rich.json").read_bytes()
KEYS = Policy.from_file(DATA / "policy.json")


def text_of(page: bytes) -> str:
    return " ".join(" ".join(Parsed(page).text).split())


def test_it_shows_what_the_command_line_prints() -> None:
    page = page_of([RICH], KEYS)
    text = text_of(page)
    report = report_of([RICH], KEYS)
    assert report.state is not None
    for part in (
        "pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH",
        "conflict found by this mirror events of one signer contradict each other",
        *report.state.status_line().split("; "),
        "pith.integrity.v1: 2 events signed by demo.example contradict each other",
        "demo.example retracts 727e16f0df25 applied",
        "Cited by 1",
        "Timeline 18",
        "nothing that demo.example listed by 2026-06-22T00:00:00.000000 2d2d1b2974e7 is missing",
        "receipt verified pith.science pith-v1-2026-05",
        report.state.sha256,
        report.state.events_sha256,
        KEYS.sha256,
        "pithbundle verify bundle.json --policy policy.json",
    ):
        assert part in text, part


def test_it_follows_from_its_arguments_alone() -> None:
    assert page_of([RICH], KEYS) == page_of([RICH], KEYS)
    assert page_of([RICH], KEYS, SERVED) != page_of([RICH], KEYS, PUBLISHED)


def test_links_are_relative_or_those_of_arxiv() -> None:
    links = [
        value
        for _, attrs in Parsed(page_of([RICH], KEYS)).elements
        for name, value in attrs
        if name == "href"
    ]
    assert "../../pith-pages/page.css" in links and "../../pith/S/bundle.json" in links
    assert {link for link in links if link and ":" in link} == {"https://arxiv.org/abs/hep-lat/0305021"}
    ids = {
        f"#{value}"
        for _, attrs in Parsed(page_of([RICH], KEYS)).elements
        for name, value in attrs
        if name == "id"
    }
    assert {link for link in links if link and link.startswith("#")} <= ids


def test_a_title_is_the_heading_and_authors_are_a_statement() -> None:
    record = titled("On pith")
    paper = snapshot(record, title="On pith", authors_text="A. Author")
    data = to_json(bundle(record, [attached(DEMO, record, "graph_snapshot", paper, "2026-01-01T00:00:00Z")]))
    page = page_of([data], POLICY)
    text = text_of(page)
    # To copy, so with one backslash and on its own lines.
    suffix = report_of([data], POLICY).record.number.suffix  # type: ignore[union-attr]
    # The command is one that runs: it needs to know of what record.
    assert f"<code>pithbundle latex {suffix} -o FOLDER</code>".encode() in page
    assert f"<code>\\usepackage{{pithbundle}}\n\\pithnumber{{{suffix}}}</code>".encode() in page
    assert b"\n  title = {{On pith}},\n" in page and b"A. Author}" not in page
    assert "On pith This title has the hash that the number covers." in text
    assert "A. Author stated by demo.example, not covered by the number" in text
    assert "valid found by this mirror" in text


def test_the_title_of_an_element_that_nobody_can_check_counts_if_it_has_the_hash() -> None:
    record = titled("On pith")
    paper = snapshot(record, title="On pith", authors_text="A. Author")
    data = to_json(bundle(record, [attached(DEMO, record, "graph_snapshot", paper, "2026-01-01T00:00:00Z")]))
    page = page_of([data], Policy.registry())
    text = text_of(page)
    assert "On pith This title has the hash that the number covers." in text
    assert "A. Author" not in text
    assert "unverified found by this mirror" in text
    assert "1 element not checked" in text
    assert "No event of this record is valid under the policy of this mirror." in text


def test_the_digest_is_that_of_the_line_of_the_record() -> None:
    parts = [body(1, 1, more=(unverified(1, 2),)), body(1, 3)]
    report = report_of(parts, POLICY)
    assert report.state is not None and report.record is not None
    four = report.record.hex, report.state.events_sha256, report.state.sha256, report.unverified_sha256
    text = text_of(page_of(parts, POLICY))
    assert leaf_digest(*four) in text
    assert "1 element not checked" in text


def test_what_a_checkpoint_lists_and_is_missing_is_in_plain_sight() -> None:
    listed = checkpoint([event(1, 1)["event_id"], "sha256:" + "ab" * 32])
    record = titled("x")
    made = attached(DEMO, record, "checkpoint", listed, "2026-01-01T00:00:00Z")
    keys = Policy.from_bytes(to_json(policy(DEMO)))
    text = text_of(page_of([to_json(bundle(record, [made]))], keys))
    assert "incomplete found by this mirror" in text
    assert "Missing 2 events that demo.example listed: " in text and "abababababab" in text


@pytest.mark.parametrize("count", [1_000, 1_001])
def test_a_thousand_events_are_listed_and_the_others_counted(count: int) -> None:
    page = page_of([body(1, *range(count))], POLICY)
    assert page.count(b"<li id=") == 1_000
    assert ("1 earlier event; the bundle has them all." in text_of(page)) == (count > 1_000)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("bundle.json", "state.json"), ["bundle.json"]),
        (("bundle.cbor", "state.json"), ["bundle.cbor"]),
        (("bundle.cbor", "bundle.json"), ["bundle.json"]),
        (("parts/1.json", "parts/2.json", "parts.json", "bundle.json"), ["parts/1.json", "parts/2.json"]),
    ],
)
def test_the_browser_is_given_all_bundles(labels: tuple[str, ...], expected: list[str]) -> None:
    downloads = [Download(label, label, 1, "ab" * 32) for label in labels]
    page = record_page(report_of([RICH], KEYS), [RICH], downloads, PUBLISHED, KEYS.sha256)
    attributes = (dict(attrs) for _, attrs in Parsed(page).elements)
    (given,) = (json.loads(each["data-check"] or "") for each in attributes if "data-check" in each)
    assert given["parts"] == expected and given["root"] == "../../"
    report = report_of([RICH], KEYS)
    assert report.state is not None and given["claimed"]["state_sha256"] == report.state.sha256


def test_a_report_without_a_record_has_no_page() -> None:
    (report,) = Verifier(POLICY).verify_together([("x", b"{")])
    with pytest.raises(ValueError, match="no record"):
        record_page(report, [], [], PUBLISHED, POLICY.sha256)


def test_an_invalid_element_is_not_hidden() -> None:
    """A store serves none; a page that is made of one says so."""
    text = text_of(page_of([body(1, 1, more=(invalid(1, 2),))], POLICY))
    assert "invalid found by this mirror an event or a receipt is invalid" in text
