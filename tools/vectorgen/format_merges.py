# ruff: noqa: E501  (tables: one vector, one row)
"""Stage merge: exports and proofs of events under several formats (FORMAT-12, PROOF-1, PROOF-2)."""

from __future__ import annotations

from typing import Any

from kit import DEMO, Json, canonical, payloads, policy, policy_key, sha256_hex, to_json
from kit import oracle as merging
from kit.formats import element
from kit.oracle import formats as oracle
from vectorgen.answers import answer
from vectorgen.fixtures import CREATED, RECORD, bundle_of, frame
from vectorgen.format_documents import ONE, body, proof
from vectorgen.format_readings import alias
from vectorgen.vector_file import File, as_json, as_text, part


def _export(
    file: File, name: str, about: str, documents: list[Json], elements: list[Json], kept: tuple[Json, Json]
) -> None:
    """A vector of ``export``: of the elements, which have one id, one is kept under a document."""
    document, one = kept
    claimed = policy(policy_key(DEMO, event_formats=documents))
    file.parts[f"policy-{name}"] = as_text(to_json(claimed))
    raw = DEMO.sign(oracle.message(document, one))
    ok = {
        **answer(RECORD, [oracle.view(document, one)], claimed),
        "elements": [sha256_hex(canonical(oracle.exported(document, one, claimed["keys"][0], raw)))],
    }
    inputs = [bundle_of(each) for each in elements]
    variants = [{"name": "reversed", "args": {"inputs": inputs[::-1]}}] if len(inputs) > 1 else []
    file.add(
        name,
        about,
        "FORMAT-12 EXPORT-1 EXPORT-3",
        "export",
        {"inputs": inputs, "policy": part(f"policy-{name}")},
        {"ok": ok},
        variants=variants,
    )


def _exports(file: File) -> None:
    mixed = {
        **body(excluded=["/id", "/list"]),
        "proof": {
            "roles": {"signature": "/list/1", "event_id": "/id", "key_id": "/key"},
            "constants": {"/list/x": 1},
        },
    }
    one = alias(mixed)
    _export(
        file,
        "mixed-tokens",
        "of a container's tokens one does not index: it is an object",
        [mixed],
        [one],
        (mixed, one),
    )
    array = {**mixed, "proof": {**mixed["proof"], "constants": {"/list/3/x": 1}}}
    one = alias(array)
    _export(file, "array", "an array, its items without a pointer null", [array], [one], (array, one))
    _export(
        file,
        "array-from-object",
        "an object whose members are indexes is exported as an array",
        [array],
        [{**one, "list": {"1": one["list"][1], "3": {"x": 1}}}],
        (array, one),
    )
    numbered = {
        **ONE,
        "body": {
            **ONE["body"],
            "base": "/e/1",
            "excluded": ["/e/1/id", "/e/1/sig"],
            "roles": {name: f"/e/1{where}" for name, where in ONE["body"]["roles"].items()},
        },
        "proof": {"roles": {"signature": "/e/1/sig", "event_id": "/e/1/id", "key_id": "/e/1/key"}},
    }
    one = alias(numbered)
    _export(file, "numbered-base", "only objects lead to the base", [numbered], [one], (numbered, one))
    beside = {
        **body(
            excluded=["/id", "/sig", "/list"],
            roles={**ONE["body"]["roles"], "payload": "/list/0/1", "payload_sha256": "/hash"},
        ),
        "proof": {
            "roles": {"signature": "/sig", "event_id": "/id", "key_id": "/key"},
            "constants": {"/list/1/0": 1, "/list/2": 2, "/list/0/0": 3},
        },
    }
    one = alias(beside)
    _export(
        file,
        "numbered-payload",
        "only objects lead to a payload outside of the content, also to what lies beside it",
        [beside],
        [one],
        (beside, one),
    )
    texts = [{**proof(signature_text=text), "name": text} for text in ("base64", "hex", "base64url")]
    found = sorted(texts, key=oracle.format_sha256)
    _export(
        file,
        "one-signature",
        "one signature in several texts: the format of the smallest digest is kept",
        texts,
        [alias(document) for document in found[::-1]],
        (found[0], alias(found[0])),
    )


def _proofs(file: File) -> None:
    hexed = {**proof(id_text="hex"), "name": "hexed"}
    weak = {**ONE, "name": "weak", "body": {**ONE["body"], "excluded": ["/id", "/sig", "/about"]}}
    claimed = policy(policy_key(DEMO, event_formats=[ONE, hexed, weak]))
    file.parts["policy"] = as_json(claimed)
    pairs = [
        (document, element(document, DEMO, RECORD, "author_claim", "record", payloads.author_claim(payloads.orcid(1), strength=strength), CREATED))
        for document, strength in ((ONE, "strong"), (hexed, "weak"))
    ]  # fmt: skip
    pairs.sort(key=lambda pair: oracle.event_id(*pair))
    raw = [DEMO.sign(oracle.message(*pair)) for pair in pairs]
    keys = sorted(
        (
            {
                "format_sha256": oracle.format_sha256(document),
                "key_id": DEMO.key_id,
                "public_key_hex": DEMO.public_key.hex(),
                "signer_id": DEMO.signer_id,
            }
            for document, _ in pairs
        ),
        key=lambda key: key["format_sha256"],
    )
    events = [
        oracle.exported(document, one, claimed["keys"][0], signature)
        for (document, one), signature in zip(pairs, raw, strict=True)
    ]
    made: dict[str, Any] = {
        "canonical_record": RECORD, "events": events, "keys": keys, "proof_type": "pithbundle_equivocation_proof",
        "proof_version": "1", "rules": merging.NAME,
    }  # fmt: skip
    inputs = [bundle_of(*(one for _, one in pairs))]
    file.add(
        "proof-of-two-formats",
        "a key under two formats is named twice",
        "PROOF-1 FORMAT-7",
        "proof",
        {"inputs": inputs, "policy": part("policy")},
        {"ok": {"proofs": [as_json(made)]}},
    )
    ok = {
        "event_type": "author_claim",
        "signer": DEMO.signer_id,
        "event_ids": [oracle.event_id(*pair) for pair in pairs],
        "statuses": ["active", "active"],
    }
    file.add(
        "proof-holds",
        "events of two formats",
        "PROOF-2 FORMAT-7",
        "verify_proof",
        {"data": as_json(made), "policy": part("policy")},
        {"ok": ok},
    )
    for name, about, code, pointer, changed in (
        ("proof-keys-swapped", "keys are sorted by raw key and format", "encoding", "", {**made, "keys": keys[::-1]}),
        ("proof-one-format", "each pair of key and format is named", "encoding", "", {**made, "keys": keys[:1]}),
        ("proof-not-binding", "a format that does not bind", "key_unknown", "/keys/1", {**made, "keys": [keys[0], {**keys[1], "format_sha256": oracle.format_sha256(weak)}]}),
        ("proof-format-name", "a format is named by its digest", "key_unknown", "/keys/0", {**made, "keys": [{**keys[0], "format_sha256": "one"}, keys[1]]}),
    ):  # fmt: skip
        file.reject(
            name,
            about,
            "PROOF-2 FORMAT-7",
            "verify_proof",
            {"data": as_json(changed), "policy": part("policy")},
            code,
            "proof-holds",
            pointer=pointer,
        )


def files() -> list[File]:
    """The files of this module."""
    file = File(
        "merge", "elements", "Exports and proofs of events under formats of the policy.", {"frame": frame()}
    )
    _exports(file)
    _proofs(file)
    return [file]
