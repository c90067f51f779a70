"""A report on evidence as one file, which loads nothing and links to nothing (PAGE-15)."""

from __future__ import annotations

import base64
import re
from hashlib import sha256

import pytest

from kit.markup import MARKUP, Parsed, tame
from kit.mined import extended, network
from kit.ots import REVERSE, bitcoin, pending, proof
from kit.pages_of import PLACES, hostile_bundle, report_of, snapshot, titled
from kit.payloads import attached, author_claim, orcid, timestamp_anchor
from kit.signing import DEMO, UNKNOWN_SIGNER, bundle, canonical_hash, policy, to_json
from pithbundle import Policy, read_bundle
from pithbundle.escape import visible
from pithbundle.evidence import (
    Block,
    Checkpoints,
    Headers,
    Material,
    check_evidence,
    check_proofs,
    read_headers,
)
from pithbundle.mirror.pages import evidence_report
from pithbundle.mirror.pages.evidence_report import evidence_page

TITLE = "On pith"
RECORD = titled(TITLE)
DIGEST = bytes.fromhex(canonical_hash(RECORD))
WHEN = "2026-05-18T01:39:14Z"
KEYS = Policy.from_bytes(to_json(policy(DEMO)))
CHAIN = extended(b"", 4, roots={2: DIGEST[::-1]})


def headers(data: bytes, *blocks: Block) -> Headers:
    return read_headers([("h.bin", data)], checkpoints=Checkpoints(()), network=network(data), blocks=blocks)


def page(material: Material, data: bytes | None = None, keys: Policy = KEYS) -> bytes:
    if data is None:
        stamp = proof(REVERSE + bitcoin(2), digest=DIGEST)
        paper = snapshot(RECORD, title=TITLE)
        events = [
            attached(DEMO, RECORD, "graph_snapshot", paper, WHEN),
            attached(DEMO, RECORD, "timestamp_anchor", timestamp_anchor(RECORD, stamp), WHEN),
            attached(DEMO, RECORD, "author_claim", author_claim(orcid(1_500_000_0)), WHEN),
            attached(UNKNOWN_SIGNER, RECORD, "author_claim", author_claim(orcid(1)), WHEN),
        ]
        data = to_json(bundle(RECORD, events))
    report = report_of([data], keys)
    bundles = [read_bundle(data)]
    return evidence_page(check_evidence(report, bundles, material), report, bundles)


def text_of(made: bytes) -> str:
    return " ".join(" ".join(Parsed(made).text).split())


def test_it_shows_each_claim_under_its_heading_and_how_strong_the_headers_are() -> None:
    text = text_of(page(Material(headers(CHAIN), proofs=(("a.ots", proof(pending())),))))
    for part in (
        "On pith This title has the hash that the number covers.",
        "contradicted A claim or proof does not agree",
        "Claims with a verified signature 2",
        "timestamp confirmed supports the claim existed by block 2, header time",
        "strength chain, linked to the first block",
        "Does not show when it was made before that",
        "EVID-20",
        "Proofs in files 1",
        "a.ots",
        "Claims without a verified signature 1",
        "Persons 2",
        "h.bin 4 headers, blocks 0 to 3 are known chain: linked to the first block",
        "proofs in files 1 file contents of captures none",
        KEYS.sha256,
    ):
        assert part in text, part


def test_headers_that_show_nothing_say_why() -> None:
    first = Block(0, bytes(32))
    text = text_of(page(Material(headers(b"x" * 80, first))))
    assert "h.bin 0 headers show nothing the file violates a rule: header 0" in text
    assert f"{first} you named this block, and no file has its header" in text


def test_proofs_of_a_digest_alone() -> None:
    found = check_proofs(DIGEST, Material(proofs=(("a.ots", proof(pending(), digest=DIGEST)),)))
    text = text_of(evidence_page(found, None))
    assert "Proofs of one digest" in text and DIGEST.hex() in text and "pith:" not in text
    assert "not checked to its end" in text and "1 open" in text


def test_a_proof_in_a_file_contradicts_no_claim() -> None:
    """Whoever gives a proof of something else has claimed nothing, and nothing false (EVID-20)."""
    found = check_proofs(DIGEST, Material(proofs=(("a.ots", proof(pending())), ("b.ots", b"x"))))
    text = text_of(evidence_page(found, None))
    assert "does not hold for this digest" in text and "leaves it open" in text
    assert "Does not show when the digest existed, or that it did not." in text
    assert "the claim" not in text, text


def test_no_claim_is_no_praise() -> None:
    data = to_json(bundle(RECORD, [attached(DEMO, RECORD, "graph_snapshot", snapshot(RECORD), WHEN)]))
    made = page(Material(), data)
    assert "nothing to check There is no claim that evidence can speak of." in text_of(made)
    assert b'class="verdict open"' in made and b'class="verdict good"' not in made


def test_a_rejected_file_is_named() -> None:
    data = to_json(bundle(RECORD, []))
    report = report_of([data, b"<b>"], KEYS)
    made = evidence_page(check_evidence(report, [read_bundle(data)], Material()), report)
    assert "Rejected files 1 part 1: " in text_of(made)


def test_it_loads_nothing_and_its_policy_names_its_style() -> None:
    made = page(Material(headers(CHAIN))).decode()
    (policy_text,) = re.findall('http-equiv="Content-Security-Policy" content="([^"]+)"', made)
    (style,) = re.findall("<style>(.*?)</style>", made, re.DOTALL)
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    assert policy_text.replace("&#39;", "'") == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    names = {name for _, attrs in Parsed(made.encode()).elements for name, _ in attrs}
    assert not names & {"href", "src", "style", "action", "srcset"} and "url(" not in style
    assert not {tag for tag, _ in Parsed(made.encode()).elements} & {
        "script",
        "link",
        "img",
        "a",
        "iframe",
        "form",
    }


def test_what_is_not_shown_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence_report, "MOST_CLAIMS", 1)
    text = text_of(page(Material()))
    assert "1 more claim; --json prints them all." in text
    assert "Persons 2" in text and "1 more person; --json prints them all." in text


def test_a_warc_file_without_a_payload_was_given() -> None:
    assert "captures in WARC files none" in text_of(page(Material()))
    assert "captures in WARC files 0 payloads" in text_of(page(Material(payloads=())))


def hostile(text: str) -> Parsed:
    data, keys = hostile_bundle(dict.fromkeys(PLACES, text) | {"signer": "x"})
    named = Material(headers=read_headers([(text, b"x")]), proofs=((text, b"x"),))
    return Parsed(page(named, data, keys))


def test_hostile_texts_add_no_element_attribute_or_url() -> None:
    form = hostile("x").form
    for text in MARKUP[::3]:
        found = hostile(tame(text))
        assert found.form == form, text
        assert visible(tame(text), 600).strip() in found.texts, text
