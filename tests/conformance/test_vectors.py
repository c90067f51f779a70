"""The vectors: rebuilt and compared, each with its clause and control, and all passed by the package."""

from __future__ import annotations

import io
import json
import re
import tarfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pithbundle.codes import CODES
from pithbundle.conformance.answers import compare_answer
from pithbundle.conformance.protocol import STAGES, Vector, VectorError
from pithbundle.conformance.runner import load, reader
from pithbundle.conformance.vectorfiles import read_vectors, requests
from pithbundle.conformance.worker import answer
from specgen.pages import all_clauses
from vectorgen import clauses
from vectorgen.accumulated import DIGESTS, SEED, oracle_digest, pool
from vectorgen.build import FOLDER, archive, built, files, stale

VECTORS = load(FOLDER)
BY_ID = {vector.id: vector for vector in VECTORS}
GOOD = {"verified", "unknown_type"}


def test_the_files_are_what_the_generator_writes() -> None:
    assert stale() == []


def test_a_changed_byte_is_found(tmp_path: Path) -> None:
    for name, data in built().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert stale(tmp_path) == []
    target = tmp_path / "json" / "values.json"
    target.write_bytes(target.read_bytes().replace(b"minus-zero", b"minus-null", 1))
    (tmp_path / "cbor" / "mine.json").write_bytes(b"{}")
    (tmp_path / "number" / "times.json").unlink()
    assert stale(tmp_path) == ["json/values.json", "number/times.json", "cbor/mine.json"]


def test_the_archive_is_the_same_each_time() -> None:
    packed = archive()
    assert packed == archive()
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        members = tar.getmembers()
    assert [member.name for member in members] == sorted(member.name for member in members)
    assert {(m.mtime, m.uid, m.gid, m.uname, m.gname, m.mode, m.type) for m in members} == {
        (0, 0, 0, "", "", 0o644, tarfile.REGTYPE)
    }
    assert len(members) > 60


@pytest.mark.parametrize("stage", STAGES)
def test_the_package_passes(stage: str) -> None:
    read = reader(FOLDER)
    wrong = []
    for vector in VECTORS:
        if vector.stage != stage:
            continue
        for request in requests(vector, read):
            reported = compare_answer(
                request.expect,
                json.loads(json.dumps(answer({"id": 1, "op": request.op, "args": request.args}))),
            )
            if reported is not None:
                wrong.append((vector.id, request.name, str(reported)))
    assert wrong == []


def test_there_are_enough() -> None:
    assert len(VECTORS) >= 1_500
    assert set(Counter(vector.stage for vector in VECTORS)) == set(STAGES)


def test_every_clause_is_shown_or_has_a_reason() -> None:
    spec, shown = [*all_clauses()], clauses.shown(files())
    assert len(spec) > 150
    assert sorted(set(shown) - set(spec)) == [], "clauses of vectors that the specification does not have"
    assert [name for name in spec if name not in shown and name not in clauses.UNTESTABLE] == []
    assert [name for name in clauses.UNTESTABLE if name in shown or name not in spec] == []


def rejects(vector: Vector) -> bool:
    """Whether a vector expects that something is not accepted."""
    if "error" in vector.expect:
        return True
    ok = vector.expect["ok"]
    statuses = [
        one["verdict"]
        for name in ("elements", "receipts", "verdicts")
        for one in ok.get(name, [])
        if type(one) is dict
    ]
    return ok.get("valid") is False or any(status not in GOOD for status in statuses)


#: These expect a mixture: good and bad elements are in one bundle, which is what they show.
MIXED = re.compile(
    "check/elements/|check/bundles/built-in-policy|check/bundles/keys-in-bundle|receipt/locations/|event/formats/|event/flat/|real/integrity/|mirror/export/junk"
)


def test_every_rejection_names_an_accepted_control() -> None:
    for vector in VECTORS:
        if rejects(vector) and not MIXED.match(vector.id):
            assert vector.control in BY_ID, f"{vector.id} has no control"
        if vector.control is not None:
            control = BY_ID[vector.control]
            assert not rejects(control) or MIXED.match(control.id), (
                f"{vector.id}: its control {control.id} is rejected"
            )


def test_every_code_is_shown() -> None:
    """Every code of the table is expected somewhere, or cannot come from bytes alone."""
    text = json.dumps([vector.expect for vector in VECTORS])
    never = {
        "archive",
        "backend",
        "cache",
        "collision",
        "finding",
        "headers_invalid",
        "warc_invalid",
        "orcid_invalid",
        "ots_invalid",
        "pdf_invalid",
        "store",
        "worker_lost",
        "url",
        "address",
        "http",
        *("tls", "unreachable", "timeout", "requests"),
        "io",
    }
    assert [code for code in CODES if f'"{code}"' not in text] == sorted(
        never & CODES.keys(), key=[*CODES].index
    )


def test_the_files_are_of_the_schema() -> None:
    schema = json.loads((FOLDER / "vectors.schema.json").read_bytes())
    for name, data in built().items():
        if name.endswith(".json") and name != "vectors.schema.json":
            assert invalid(json.loads(data), schema, schema) is None, name


def test_the_schema_rejects() -> None:
    schema = json.loads((FOLDER / "vectors.schema.json").read_bytes())
    good = json.loads(built()["number/forms.json"])
    changes: tuple[Callable[[Any], object], ...] = (
        lambda one: one.update(more=1),
        lambda one: one["vectors"][0].pop("about"),
        lambda one: one["vectors"][0].update(op="x"),
        lambda one: one["vectors"][0].update(clauses=["num-1"]),
        lambda one: one["vectors"][0]["expect"].update(error={"code": "x"}),
        lambda one: one.update(parts={"a": {"$hex": "0"}}),
        lambda one: one.update(stage="x"),
        lambda one: one["vectors"][0].update(clauses=[]),
        lambda one: one.update(parts={"a": {"$repeat": [{"$text": "a"}, -1]}}),
        lambda one: one.update(parts={"a": {"$repeat": [{"$text": "a"}, 1 << 40]}}),
        lambda one: one["vectors"][0].update(control="x"),
        lambda one: one.update(vectors=[]),
    )
    for tamper in changes:
        tampered = json.loads(json.dumps(good))
        tamper(tampered)
        assert invalid(tampered, schema, schema) is not None
        # The runner rejects it too, without the schema.
        with pytest.raises(VectorError):
            read_vectors(json.dumps(tampered).encode(), "x.json")


def invalid(value: Any, rule: Any, root: Any) -> str | None:
    """Why a value is not of a JSON Schema, as far as ours goes; None where it is."""
    known = {
        "$schema",
        "$defs",
        "title",
        "type",
        "const",
        "enum",
        "pattern",
        "minLength",
        "minimum",
        "maximum",
        "minItems",
        "maxItems",
        "uniqueItems",
        "items",
        "prefixItems",
        "properties",
        "required",
        "additionalProperties",
        "oneOf",
        "$ref",
    }
    assert rule.keys() <= known, rule
    if "$ref" in rule:
        return invalid(value, root["$defs"][rule["$ref"].rpartition("/")[2]], root)
    types = {"object": dict, "array": list, "string": str, "integer": int}
    if "type" in rule and type(value) is not types[rule["type"]]:
        return f"not {rule['type']}: {value!r}"
    if ("const" in rule and value != rule["const"]) or ("enum" in rule and value not in rule["enum"]):
        return f"not allowed: {value!r}"
    if "oneOf" in rule and sum(invalid(value, one, root) is None for one in rule["oneOf"]) != 1:
        return f"not one of: {value!r}"
    if type(value) is int and not rule.get("minimum", value) <= value <= rule.get("maximum", value):
        return f"out of range: {value!r}"
    if isinstance(value, str) and ("pattern" in rule and not re.search(rule["pattern"], value)):
        return f"no match: {value!r}"
    if isinstance(value, (str, list)) and len(value) < rule.get("minLength", rule.get("minItems", 0)):
        return f"too short: {value!r}"
    if isinstance(value, list):
        firsts = rule.get("prefixItems", [])
        found = [
            invalid(item, firsts[n] if n < len(firsts) else rule.get("items", {}), root)
            for n, item in enumerate(value)
        ]
        return next((one for one in found if one), None)
    if isinstance(value, dict):
        more = rule.get("additionalProperties", {})
        for name, member in value.items():
            inner = rule.get("properties", {}).get(name, more)
            why = f"no member {name}" if inner is False else invalid(member, inner, root)
            if why:
                return why
        return next((f"without {name}" for name in rule.get("required", []) if name not in value), None)
    return None


def test_the_digest_of_twenty_by_the_oracle() -> None:
    expected = BY_ID["merge/accumulated/20"].expect["ok"]["digest"]
    assert oracle_digest(SEED, 20, pool()) == expected


@pytest.mark.slow
def test_the_digest_of_a_thousand_by_the_oracle() -> None:
    assert oracle_digest(SEED, 1_000, pool()) == DIGESTS[1_000]


@pytest.mark.long
def test_the_digest_of_ten_thousand() -> None:
    (request,) = requests(BY_ID["merge/accumulated/1000"], reader(FOLDER))
    reported = answer({"id": 1, "op": "accumulate", "args": {**request.args, "count": 10_000}})
    assert reported["ok"]["digest"] == DIGESTS[10_000]
    page = (FOLDER / "accumulated.md").read_text()
    assert all(digest in page for digest in DIGESTS.values())
