"""``pithbundle evidence`` with files of captures and records of ORCID (CAPT-9, ORCID-7)."""

from __future__ import annotations

import importlib
import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from unittest.mock import Mock

import pytest

from kit import DEMO, UNKNOWN_SIGNER, attached, bundle, made_record, payloads, policy, to_json
from kit.arxiv import Paper
from kit.captures import PERSON, external_id, orcid_json, orcid_xml, response, warc_record, work, zipped
from kit.command_line import assert_harmless, run
from pithbundle.bundle.reader import read_bundle

RECORD: Final = made_record()
ARXIV_ID: Final = str(RECORD["source"]["id"])
WHEN: Final = "2026-05-18T01:39:14Z"
TIME: Final = "2026-05-17T10:11:12Z"
BODY: Final = b"%PDF-1.5"
WORDS: Final = {
    "VALID:", "record", "evidence", "capture", "unversioned", "matches", "well_formed", "listed", "not_given",
    "UNVERIFIED:", "claims", "person",
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    capture = payloads.storage_attestation(RECORD, TIME, content_sha256=sha256(BODY).hexdigest())
    events = [
        attached(DEMO, RECORD, "storage_attestation", capture, WHEN),
        attached(DEMO, RECORD, "author_claim", payloads.author_claim(PERSON), WHEN),
    ]
    Path("policy.json").write_bytes(to_json(policy(DEMO)))
    Path("bundle.json").write_bytes(to_json(bundle(RECORD, events)))
    Path("paper.pdf").write_bytes(BODY)
    target = f"https://arxiv.org/abs/{ARXIV_ID}"
    Path("a.warc.gz").write_bytes(zipped(warc_record(response(BODY), WARC_Target_URI=target, WARC_Date=TIME)))
    summary = work(external_id(ARXIV_ID, normalized=f"arXiv:{ARXIV_ID}"))
    Path("a.json").write_bytes(orcid_json(summary))
    Path("a.xml").write_bytes(orcid_xml(summary))


def evidence(*args: str) -> dict[str, Any]:
    result = run("evidence", "bundle.json", "--policy", "policy.json", "--json", *args)
    value = json.loads(result.stdout)
    assert value["exit_status"] == result.status
    return {each["kind"]: each for each in value["of_entries"]}


def test_without_files_form_and_subject_alone_are_known() -> None:
    found = evidence()
    assert {kind: each["status"] for kind, each in found.items()} == {
        "capture_form": "capture",
        "capture_subject": "unversioned",
        "capture_content": "not_given",
        "author_form": "well_formed",
        "author_listing": "not_given",
    }


@pytest.mark.parametrize(
    ("option", "path", "form"), [("--file", "paper.pdf", "file"), ("--warc", "a.warc.gz", "payload")]
)
def test_a_file_and_a_payload_are_the_content(option: str, path: str, form: str) -> None:
    content = evidence(option, path)["capture_content"]
    assert (content["status"], content["effect"], content["details"]["match"]["form"]) == (
        "matches",
        "supports",
        form,
    )


@pytest.mark.parametrize("path", ["a.json", "a.xml"])
def test_a_saved_record_lists_the_paper(path: str) -> None:
    listing = evidence("--orcid", path)["author_listing"]
    assert (listing["status"], listing["effect"]) == ("listed", "supports")


def test_the_text_has_each_finding() -> None:
    args = ("--file", "paper.pdf", "--warc", "a.warc.gz", "--orcid", "a.xml")
    result = run("evidence", "bundle.json", "--policy", "policy.json", *args)
    assert result.status == 3 and "stored: the SHA-256 of the file paper.pdf" in result.out
    lines = result.out.splitlines()
    assert f"  rests on    identifier {PERSON}" in lines
    assert f"              person https://orcid.org/{PERSON}" in lines
    assert lines[-2:] == [f"person        https://orcid.org/{PERSON}: 1 claim", f"  spelt       {PERSON}"]
    assert_harmless(result, WORDS)


def test_one_person_in_several_spellings_is_listed_once() -> None:
    spellings = (PERSON, PERSON.replace("-", ""), f"https://orcid.org/{PERSON}")
    events = [attached(DEMO, RECORD, "author_claim", payloads.author_claim(each), WHEN) for each in spellings]
    unknown = attached(UNKNOWN_SIGNER, RECORD, "author_claim", payloads.author_claim(PERSON), WHEN)
    Path("bundle.json").write_bytes(to_json(bundle(RECORD, [*events, unknown])))
    result = run("evidence", "bundle.json", "--policy", "policy.json")
    shown = result.out.partition("\nperson ")[2]
    assert shown.splitlines()[0].endswith(f"{PERSON}: 4 claims, 1 of them without a verified signature")
    value = json.loads(run("evidence", "bundle.json", "--policy", "policy.json", "--json").stdout)
    (person,) = value["persons"]
    assert (person["orcid"], sorted(person["spellings"])) == (spellings[2], sorted(spellings))
    assert [each["event_id"] is None for each in person["claims"]] == [False] * 3 + [True]


def test_each_bundle_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Mock(wraps=read_bundle)
    monkeypatch.setattr("pithbundle.verifier.read_bundle", counted)
    for module in ("pithbundle.cli.commands.evidence", "pithbundle.cli.load"):
        assert "read_bundle" not in vars(importlib.import_module(module))
    evidence("--file", "paper.pdf")
    assert counted.call_count == 1


def test_the_record_is_compared_with_metadata() -> None:
    paper = Paper()
    Path("own.json").write_bytes(to_json(bundle(dict(paper.metadata.record.value), [])))
    Path("a.jsonl").write_bytes(to_json(paper.value()))
    Path("b.jsonl").write_bytes(to_json(paper.but(title="<b>").value()))
    args = ("evidence", "own.json", "--policy", "policy.json", "--arxiv", "a.jsonl", "--arxiv", "b.jsonl")
    result = run(*args, "--html", "out.html")
    assert result.status == 3 and "metadata      2 findings\nreproduced    arxiv_metadata: " in result.out
    assert "title A Title <in> Two & a Half Lines" in result.out
    assert "metadata/title_canon_sha256 another text" in result.out and "<b>" not in result.out
    page = Path("out.html").read_text()
    assert "Metadata of arXiv" in page and "agrees with the record" in page and "contradicts" not in page
    value = json.loads(run(*args, "--json").stdout)
    assert [one["status"] for one in value["of_files"]] == ["reproduced", "edited"]
    assert run("evidence", "own.json", "--arxiv", "paper.pdf").status == 2


@pytest.mark.parametrize(("option", "code"), [("--warc", "warc_invalid"), ("--orcid", "orcid_invalid")])
def test_another_file_is_an_error_of_the_arguments(option: str, code: str) -> None:
    result = run("evidence", "bundle.json", "--policy", "policy.json", option, "policy.json")
    assert result.status == 2 and code in result.err and "policy.json" in result.err


@pytest.mark.parametrize("option", ["--file", "--warc", "--orcid"])
def test_a_missing_file_is_an_error_of_the_arguments(option: str) -> None:
    result = run("evidence", "bundle.json", option, "missing")
    assert result.status == 2 and "missing" in result.err


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pithbundle.evidence.warc", raising=False)
    monkeypatch.setitem(sys.modules, "warcio.statusandheaders", None)
    monkeypatch.setitem(sys.modules, "warcio", None)
    result = run("evidence", "bundle.json", "--policy", "policy.json", "--warc", "a.warc.gz")
    assert result.status == 2 and "a WARC file needs warcio" in result.err and "[warc]" in result.err
