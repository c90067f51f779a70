"""Documents of the registry on the command line: verify, number, inspect, diff (DOC-1 to DOC-10, TRUNC-1)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kit import changed, without
from kit.command_line import FIRST_WORDS, HOSTILE, assert_harmless, hostile_arguments, run
from kit.data import REPO, real
from kit.documents import (
    ABSTRACT,
    GRAPH,
    beginnings,
    graph_document,
    real_graph,
    real_integrity,
    real_manifest,
    record_document,
    record_value,
)
from kit.runs import spread
from pithbundle.bundle.record import Record
from pithbundle.encoding.cbor import cbor_bytes

DEMO = REPO / "vectors" / "demo"
POLICY = ("--policy", str(DEMO / "policy.json"))
RECORD = Record.from_value(record_value())
WORDS = FIRST_WORDS | {
    "DIFFERENT:", "EQUAL:", "INVALID:", "NOTHING", "REJECTED:", "UNVERIFIED:", "VALID:",
    "document", "fact", "incomplete", "left", "only", "record", "right", "rejected",
}  # fmt: skip
DOCUMENTS: dict[str, Any] = {
    "record document": record_document(),
    "graph document": graph_document(),
    "integrity": real_integrity()[:1],
    "manifest": real_manifest(),
    "key": real_manifest()["mirrors"][0]["public_key"],
    "state": {
        "state_type": "pith_open_graph_state",
        "pith_number": str(RECORD.number),
        "current": {
            "canonical_record": RECORD.value,
            "source_aliases": [{"alias_kind": "arxiv", "alias_value": "1505.05859"}],
        },
    },
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, value: Any) -> str:
    Path(name).write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
    return name


def verified(*arguments: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(run("verify", "--json", *arguments).stdout)
    return result


def found(document: dict[str, Any]) -> dict[str, str]:
    return {one["pointer"]: one["status"] for one in document["findings"]}


# --- verify ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize(
    "encode", [lambda value: json.dumps(value).encode(), cbor_bytes], ids=["json", "cbor"]
)
def test_every_document_is_unverified_at_best(name: str, encode: Any) -> None:
    data = encode(DOCUMENTS[name])
    if data[:1] == b"\x81":  # an array: as CBOR only with --from, since detection is of maps
        return
    result = run("verify", "-", stdin=data)
    assert result.status == 3 and result.out.startswith("UNVERIFIED: a")


def test_a_record_document_that_does_not_recompute_is_rejected() -> None:
    path = write("x.json", {**record_document(), "canonical_sha256": "0" * 64})
    value = verified(path)
    assert (value["outcome"], value["exit_status"], value["documents"]) == ("rejected", 1, [])
    (rejected,) = value["rejected"]
    assert (rejected["code"], rejected["clause"], rejected["pointer"]) == (
        "hash_mismatch",
        "DOC-4",
        "/canonical_sha256",
    )
    text = run("verify", path)
    assert text.status == 1 and text.out.startswith("REJECTED: the document cannot be used")
    assert "forged" not in text.out


def test_contradictions_are_reported_and_accuse_nobody() -> None:
    value = changed(record_document(), ("paper", "title"), "Another title")
    path = write("x.json", changed(value, ("paper", "license"), "http://other.example/"))
    result = run("verify", path)
    assert result.status == 3
    assert result.out.splitlines()[0] == (
        "UNVERIFIED: a record document, 1 member differ, 1 member not reproduced; nothing of it is signed"
    )
    assert "differs     /paper/license" in result.out and "not reproduced /paper/title" in result.out
    for word in ("forged", "altered", "invalid", "INVALID"):
        assert word not in result.out


def test_the_abstract_of_the_user() -> None:
    path, abstract = write("x.json", record_document()), write("abstract.txt", ABSTRACT.encode())
    (document,) = verified(path, "--abstract", abstract)["documents"]
    assert found(document)["/paper/abstract_excerpt"] == "agrees"
    assert document["number_status"] == "reproduced"
    (document,) = verified(write("g.json", graph_document(ABSTRACT)), "--abstract", abstract)["documents"]
    assert (document["pith_number"], document["number_status"]) == (str(RECORD.number), "derived")
    for data, code in ((b"\xff", "utf8"), (b"a\0", "string")):
        result = run("verify", "--json", path, "--abstract", write("bad.txt", data))
        assert (result.status, json.loads(result.stdout)["error"]["code"]) == (2, code)
    assert run("verify", "-", "--abstract", "-", stdin=b"x").status == 2


def test_a_document_among_several_files_has_the_result_that_it_has_alone() -> None:
    """Each named file is judged by itself (REPORT-6); in a folder other documents are skipped (CLI-11)."""
    graph, bundle = write("g.json", real_graph()), str(DEMO / "bundle.json")
    bad = write("bad.json", {**record_document(), "canonical_sha256": "0" * 64})
    flat = write("flat.json", [{**real_integrity()[0], "payload_sha256": "0" * 64}])
    result = run("verify", "-v", graph, bundle, bad, flat, *POLICY)
    assert result.status == 1
    assert (
        "UNVERIFIED    g.json  unverified: a graph document, whose content is not signed [DOC-3]"
        in result.out
    )
    assert "FAIL          bad.json  rejected: canonical_sha256 differs" in result.out
    assert "1 bundle: 1 valid; 3 documents: 1 rejected, 2 unverified" in result.out
    assert "derived from the metadata" in result.out
    value = json.loads(run("verify", "--json", "-v", graph, bundle, bad, flat, *POLICY).stdout)
    assert value["summary"]["documents"] == {"total": 3, "rejected": 1, "invalid": 0, "unverified": 2}
    types = [one["document_type"] for one in value["files"]]
    assert types == ["graph", "bundle", "record_document", "integrity"]
    assert value["files"][0]["document_report"]["number_status"] == "derived"
    assert [one["exit_status"] for one in value["files"]] == [3, 0, 1, 3]
    assert run("verify", ".", *POLICY).status == 3
    assert run("verify", "--together", graph, *POLICY).status == 1


def test_the_abstract_is_of_one_document() -> None:
    graph, bundle = write("g.json", real_graph()), str(DEMO / "bundle.json")
    quiet = run("verify", "--quiet", graph)
    assert (quiet.status, len(quiet.out.splitlines())) == (3, 1)
    abstract = write("a.txt", ABSTRACT.encode())
    for arguments in ((bundle,), (graph, bundle), (graph, "--together")):
        result = run("verify", *arguments, "--abstract", abstract)
        assert result.status == 2 and "--abstract" in result.err


def test_a_document_of_many_findings_is_cut_short() -> None:
    parts = {f"p{index}": {"count": 1, "snapshot_sha256": "0"} for index in range(250)}
    result = run("verify", write("x.json", {**graph_document(), **parts}))
    assert "more members" in result.out
    many = [{**real_integrity()[0], "event_id": index} for index in range(250)]
    assert "more signatures" in run("verify", write("y.json", many)).out


def test_limits_apply() -> None:
    path = write("x.json", real_integrity())
    value = verified(path, "--limit", "events=5")
    assert [one["code"] for one in value["rejected"]] == ["events"]


# --- number ----------------------------------------------------------------------------


def numbers(*arguments: str) -> Any:
    return json.loads(run("number", "--json", *arguments).stdout)["results"]


def test_the_number_of_every_document_with_a_record() -> None:
    for name in ("record document", "state"):
        (one,) = numbers(write("x.json", DOCUMENTS[name]))
        assert (one["pith_number"], one["derived"], one["truncated"]) == (str(RECORD.number), False, None)
    (one,) = numbers(write("x.json", real_graph()))
    assert one["pith_number"].endswith(GRAPH) and one["derived"]
    for name in ("manifest", "key", "integrity"):
        result = run("number", write("x.json", DOCUMENTS[name]))
        assert result.status == 1 and "has no record, and so no number" in result.err


def test_a_claim_of_a_state_that_differs() -> None:
    (one,) = numbers(
        write("x.json", {**DOCUMENTS["state"], "pith_number": "pith:2015:AAAAAAAAAAAAAAAAAAAAAAAAAA"})
    )
    assert [fault["pointer"] for fault in one["faults"]] == ["/pith_number"]
    bare = run("number", write("x.json", without(DOCUMENTS["state"], ("current",))))
    assert bare.status == 1 and "/current/canonical_record" in bare.out


def test_a_graph_document_that_derives_no_number() -> None:
    result = run("number", "--json", write("x.json", graph_document(ABSTRACT)))
    (one,) = json.loads(result.stdout)["results"]
    assert (result.status, one["error"]["clause"]) == (1, "DOC-7")
    (one,) = numbers(
        write("x.json", graph_document(ABSTRACT)), "--abstract", write("a.txt", ABSTRACT.encode())
    )
    assert one["pith_number"] == str(RECORD.number)


@pytest.mark.parametrize(
    ("name", "complete"),
    [
        ("bundle_prefixes", 7),
        ("state_prefixes", 5),
        ("state_prefixes_claims", 1),
        ("record_document_prefixes", 0),
    ],
)
def test_the_beginnings_of_real_documents(name: str, complete: int) -> None:
    """Every record that is complete gives the number under which the registry serves it, and its hash."""
    texts = beginnings(name)
    urls = [row["source_url"] for row in json.loads(real(f"{name}.json").read_bytes())]
    recomputed = 0
    for text, url in zip(texts, urls, strict=True):
        path = write("x.json", text.encode())
        assert run("number", path).status == 1
        result = run("number", "--truncated", "--json", path)
        (one,) = json.loads(result.stdout)["results"]
        assert one["truncated"].startswith("/")
        suffix = url.split("/")[4].removesuffix(".json")
        if "pith_number" in one:
            recomputed += 1
            assert one["pith_number"][10:] == suffix and one["faults"] == []
            assert f'"{one["canonical_sha256"]}"' in text or '"canonical_sha256"' not in text
            assert "the record is complete" in run("number", "--truncated", path).out
        else:
            assert result.status == 3 and one["claims"]["pith_number"][10:] == suffix
        shown = run("inspect", "--truncated", path)
        assert shown.status == 0 and "the file is cut in /" in shown.out and suffix in shown.out
        assert (
            json.loads(run("inspect", "--truncated", "--json", path).stdout)["truncated"] == one["truncated"]
        )
    assert recomputed == complete


def test_a_document_cut_anywhere_never_has_another_number() -> None:
    data = json.dumps(record_document()).encode()
    for cut in range(0, len(data), 7):
        result = run("number", "--truncated", "--json", "-", stdin=data[:cut])
        for one in json.loads(result.stdout)["results"]:
            assert one.get("pith_number") in (None, str(RECORD.number))
            assert result.status == (0 if "pith_number" in one else 3), (cut, one)


def test_a_list_of_records_that_is_cut() -> None:
    data = json.dumps([RECORD.value, record_document()]).encode()
    first, second = numbers("--truncated", write("x.json", data[:-20]))
    assert first["pith_number"] == str(RECORD.number) and second["claims"]["pith_number"] == str(
        RECORD.number
    )
    assert first["truncated"] == second["truncated"]
    assert run("number", "--truncated", write("x.json", b"[")).status == 0


def test_a_state_or_graph_document_that_is_cut_before_its_record() -> None:
    for value in (DOCUMENTS["state"], graph_document()):
        data = json.dumps(value).encode()
        for cut in (60, 90):
            result = run("number", "--truncated", "-", stdin=data[:cut])
            assert result.status == 3 and result.out.startswith("incomplete"), result.out


def test_cbor_is_not_read_truncated() -> None:
    for command in ("number", "inspect"):
        assert run(command, "--truncated", "--from", "cbor", "-", stdin=b"\xa0").status == 2


# --- diff ------------------------------------------------------------------------------


def test_diff_of_a_record_document_and_a_bundle() -> None:
    value = json.loads((DEMO / "bundle.json").read_bytes())["canonical_record"]
    document = write("x.json", {"record_type": "pith_number_record", "canonical_record": value})
    result = run("diff", document, str(DEMO / "bundle.json"), *POLICY)
    assert result.status == 0 and result.out.startswith("EQUAL: 11 facts agree")
    assert "of event 4be2c9cfc47e, signed" in result.out
    value = json.loads(run("diff", "--json", str(DEMO / "bundle.json"), document, *POLICY).stdout)
    assert (value["outcome"], value["same_record"]) == ("equal", True)
    assert {fact["how"] for fact in value["facts"]} == {"agrees", "only left"}


def test_diff_of_what_has_nothing_in_common() -> None:
    left = write("x.json", {"claims": {}, "paper": {}})
    right = write("y.json", {**without(DOCUMENTS["state"], ("current",))})
    result = run("diff", left, right)
    assert result.status == 1 and "no fact is in both" in result.out
    many = write("z.json", {**graph_document(), **{f"m{index}": index for index in range(250)}})
    result = run(
        "diff", many, write("w.json", {**graph_document(), **{f"m{index}": "x" for index in range(250)}})
    )
    assert result.status == 1 and "more facts" in result.out
    assert "more facts" in run("diff", many, left).out


def test_diff_with_what_has_no_facts() -> None:
    graph = write("g.json", real_graph())
    for other in (
        write("m.json", real_manifest()),
        write("b.json", {"bundle_type": "pith_open_graph_bundle"}),
    ):
        assert run("diff", graph, other).status == 2
    assert run("diff", graph, write("f.json", b'{"claims":1.0,"paper":1}')).status == 2


# --- hostile text ----------------------------------------------------------------------


def commands(path: str) -> list[list[str]]:
    return [
        ["verify", "-"], ["number", "-"], ["number", "--truncated", "-"], ["inspect", "-"],
        ["inspect", "--truncated", "-"], ["diff", "-", path], ["diff", path, "-"],
    ]  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_hostile_text_at_every_location(name: str) -> None:
    check_hostile(name, [next(iter(HOSTILE.values()))])


@pytest.mark.parametrize("name", spread(DOCUMENTS, slow=["record document"]))
def test_every_hostile_text_at_every_location(name: str) -> None:
    check_hostile(name, list(HOSTILE.values())[1:])


def check_hostile(name: str, texts: list[str]) -> None:
    other = write("other.json", graph_document())
    for text in texts:
        for index, (where, value) in enumerate(hostile_arguments(DOCUMENTS[name], text)):
            data = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
            arguments = commands(other)
            # Each command in turn; as JSON every other time. Cut where it hurts, for --truncated.
            args = arguments[index % len(arguments)]
            data = data[:-2] if "--truncated" in args else data
            result = run(*args, stdin=data)
            assert_harmless(result, WORDS)
            as_json = run(*args, "--json", stdin=data)
            assert as_json.stdout.isascii() and json.loads(as_json.stdout), where
