# ruff: noqa: E501  (tables: one vector, one row)
"""Stage real: what the registry published. Expected values are its own, read on its pages."""

from __future__ import annotations

import base64
import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from kit import REGISTRY_KEY, Json, bundle, policy, to_json
from kit.tampered import changed
from vectorgen.fixtures import policy_sha256
from vectorgen.records import answer as record_answer
from vectorgen.vector_file import File, as_json, as_text, hexed

FOLDER = Path(__file__).resolve().parents[2] / "vectors" / "real"
GRAPH = "GDXOZPDQTIP2G73CWJKKU6BJJJ"
KEY = bytes.fromhex(REGISTRY_KEY["public_key_hex"])


@cache
def data(name: str) -> Any:
    """One file of the registry's data."""
    return json.loads((FOLDER / f"{name}.json").read_bytes())


class Real(File):
    """A file of vectors over real data; their path is ``real/NAME.vectors.json``."""

    @property
    def path(self) -> str:
        """The path under ``vectors``: the folder contains the data as well."""
        return f"{self.stage}/{self.name}.vectors.json"


def records() -> File:
    """Every real record, its number and hash as the registry published them."""
    file = Real(
        "real", "records", "Real records: the number and the hash that the registry publishes of each."
    )
    seen = set()
    for row in [*data("seed_records"), *data("records"), *data("records_2"), _record_of_graph()]:
        number, record = row["pith_number"], row["canonical_record"]
        if number in seen:
            continue
        seen.add(number)
        expected = record_answer(record)
        if (expected["pith_number"], expected["canonical_sha256"]) != (number, row["canonical_sha256"]):
            raise ValueError(f"{number} does not reproduce")
        derived = dict(expected["aliases"])
        for alias in row.get("source_aliases", []):
            if derived.get(alias["alias_kind"]) != alias["alias_value"]:
                raise ValueError(f"{number}: alias {alias['alias_kind']}")
        file.accept(number[10:], "a record of the registry", "NUM-1 NUM-3 REC-1 REC-5 CANON-1 CANON-2 ALIAS-1", "record", {"data": as_text(to_json(record))},
                    pith_number=number, canonical_sha256=row["canonical_sha256"], aliases=expected["aliases"])  # fmt: skip
    return file


def _record_of_graph() -> Json:
    """The record that follows from the metadata of the graph document, under the number that serves it.

    The document has no record: its title and its abstract, which its excerpt has whole, are hashed here.
    """
    document = data(f"{GRAPH}.graph")
    paper = document["paper"]
    record = {
        "metadata": {
            "abstract_canon_sha256": _canonical_hash(paper["abstract_excerpt"]),
            "cross_cats_sorted": paper["cross_cats"],
            "license": paper["license"],
            "primary_cat": paper["primary_cat"],
            "submitted_at": paper["submitted_at"],
            "title_canon_sha256": _canonical_hash(paper["title"]),
        },
        "schema_version": "1.0",
        "source": document["source"],
    }
    return {
        "pith_number": f"pith:2016:{GRAPH}",
        "canonical_record": record,
        "canonical_sha256": sha256(
            json.dumps(record, sort_keys=True, separators=(",", ":")).encode()
        ).hexdigest(),
    }


def _canonical_hash(text: str) -> str:
    """The hash of an ASCII title or abstract, by the standard library alone."""
    return sha256(" ".join(text.split()).lower().encode("ascii")).hexdigest()


def titles() -> File:
    """Real titles and the hashes in their records, and one abstract."""
    file = Real("real", "titles", "Real titles, and one abstract: the hash that is in the record.")
    text = data("record_document_prefixes")[0]["text"]
    document = json.loads(text[: text.rindex(",")] + "}}}")  # the beginning of a record document, closed
    claimed = document["canonical_record"]["metadata"]["title_canon_sha256"]
    graph = _record_of_graph()
    metadata, paper = graph["canonical_record"]["metadata"], data(f"{GRAPH}.graph")["paper"]
    rows = [
        *data("titles"),
        *(
            {**row, "title_canon_sha256": row["canonical_record"]["metadata"]["title_canon_sha256"]}
            for row in data("records_2")
            if "title" in row
        ),
        {**document, **document["paper"], "title_canon_sha256": claimed},
        {**graph, **paper, "title_canon_sha256": metadata["title_canon_sha256"]},
    ]
    for row in rows:
        file.accept(
            row["pith_number"][10:],
            "a title of the registry",
            "TITLE-1",
            "title",
            {"text": row["title"]},
            sha256=row["title_canon_sha256"],
        )
    file.accept(
        f"{GRAPH}-abstract",
        "an abstract of the registry: the record with its hash has the number of the document",
        "TITLE-2",
        "title",
        {"text": paper["abstract_excerpt"]},
        sha256=metadata["abstract_canon_sha256"],
    )
    return file


def signatures() -> File:
    """Real receipts and integrity signatures, whole and tampered."""
    file = Real(
        "real",
        "signatures",
        "Real signatures by the registry's key over 32 raw bytes; each also with one byte changed.",
    )

    def pair(name: str, about: str, clauses: str, digest: str, encoded: str) -> None:
        message, signature = bytes.fromhex(digest), base64.b64decode(encoded)

        def args(*, key: bytes = KEY, over: bytes = message, by: bytes = signature) -> Json:
            return {"key": hexed(key), "message": hexed(over), "signature": hexed(by)}

        file.accept(name, about, clauses, "verify_signature", args(), valid=True)
        for what, tampered in (
            ("message", args(over=bytes([message[0] ^ 1]) + message[1:])),
            ("signature", args(by=signature[:40] + bytes([signature[40] ^ 1]) + signature[41:])),
            ("key", args(key=bytes([KEY[0] ^ 2]) + KEY[1:])),
            ("hex-text", args(over=digest.encode())),
        ):
            file.add(
                f"{name}-{what}",
                f"{about}, the {what} changed",
                clauses,
                "verify_signature",
                tampered,
                {"ok": {"valid": False}},
                name,
            )

    for row in data("receipts"):
        pair(
            row["pith_number"][10:],
            "a receipt of the registry",
            "SIG-1 SIG-2 KEY-1 RCPT-1",
            row["canonical_sha256"],
            row["signature_b64"],
        )
    for row in data("integrity_events"):
        pair(
            f"integrity-{row['event_id']}",
            "an integrity event of the registry, over its payload_sha256",
            "SIG-1 SIG-2 EVT-7",
            row["payload_sha256"],
            row["signature_b64"],
        )
    return file


def flat_events() -> File:
    """Real integrity events in a bundle of their record, made up but for the id: their payload is not at hand."""
    file = Real(
        "real",
        "integrity",
        "Real integrity events, flat: unbound, since nothing binds a payload to the digest. The record around them is made up, its arXiv id real.",
    )
    base = data("seed_records")[0]["canonical_record"]
    for row in data("integrity_events"):
        record = changed(base, ("source", "id"), row["arxiv_id"])
        event = {
            name: row[name]
            for name in (
                "event_id",
                "event_type",
                "payload_sha256",
                "signature_b64",
                "signing_key_id",
                "created_at",
            )
        }
        event["payload"] = {"arxiv_id": row["arxiv_id"]}
        args = {"data": as_text(to_json(bundle(record, [event]))), "policy": None, "format": None}
        name = str(row["event_id"])
        reported = {
            "pointer": "/events/0",
            "event_id": row["payload_sha256"],
            "verdict": "unbound",
            "code": None,
            "unsigned": [],
        }
        file.accept(
            name,
            "under the built-in policy",
            "EVT-7 POL-5",
            "check",
            args,
            elements=[reported],
            policy_sha256=policy_sha256(policy(REGISTRY_KEY)),
        )
        moved = {**event, "payload": {"arxiv_id": "0704.0001"}}
        args = {**args, "data": as_text(to_json(bundle(record, [moved])))}
        file.add(f"{name}-moved", "its payload of another record: a remark, since the registry's format is unknown", "EVT-8 CHECK-13 POL-5",
                 "check", args, {"ok": {"elements": [{**reported, "code": "subject"}]}}, name)  # fmt: skip
        known = as_json(policy({**REGISTRY_KEY, "event_formats": ["integrity-1"]}))
        file.add(f"{name}-moved-known", "the same under a policy that names a format", "EVT-8", "check", {**args, "policy": known},
                 {"ok": {"elements": [{**reported, "verdict": "invalid", "code": "subject"}]}}, name)  # fmt: skip
    return file


def manifest() -> File:
    """The spellings of the registry's key in the mirrors manifest."""
    file = Real(
        "real",
        "manifest",
        "The registry's key in its mirrors manifest: a hint that is compared and never trusted.",
    )
    claimed = data("pith-mirrors")["mirrors"][0]["public_key"]
    file.accept("key", "both fingerprints", "KEY-1 KEY-3 KEY-4", "public_key", {"key": {"$base64": claimed["public_key_b64"]}},
                fingerprint_hex=claimed["fingerprint_sha256_hex"], fingerprint_base32=claimed["fingerprint_sha256_b32_first128bits"])  # fmt: skip
    file.accept(
        "key-hex",
        "the same key in hex",
        "KEY-1 TEXT-2",
        "spelling",
        {"form": "hex", "text": claimed["public_key_hex"], "length": 32},
        bytes=hexed(KEY),
    )
    file.reject(
        "no-policy",
        "a manifest is no policy",
        "POL-1 POL-3",
        "policy",
        {"data": {"$file": "real/pith-mirrors.json"}},
        "policy",
        "policy",
    )
    file.accept(
        "policy",
        "a policy that pins the key",
        "POL-1 POL-5",
        "policy",
        {"data": as_json(policy(REGISTRY_KEY))},
        policy_sha256=policy_sha256(policy(REGISTRY_KEY)),
    )
    file.accept(
        "demo-bundle",
        "the demo: a real record with its real receipt",
        "RCPT-1 RCPT-2",
        "merge",
        {"inputs": [{"$file": "demo/bundle.json"}], "policy": {"$file": "demo/policy.json"}},
        exit_status=0,
    )
    file.accept(
        "demo-bundle-cbor",
        "the same in CBOR",
        "BUN-1",
        "merge",
        {"inputs": [{"$file": "demo/bundle.cbor"}], "policy": {"$file": "demo/policy.json"}},
        exit_status=0,
    )
    return file


def snapshots() -> File:
    """The digests of snapshots that the registry publishes, and the value whose digest they are."""
    file = Real("real", "snapshots", "Real snapshot_sha256: the digest of an object with the member payload.")
    empty = data(f"{GRAPH}.graph")["claims"]
    file.accept(
        "empty",
        "the snapshot of an empty list",
        "SNAP-1 CANON-2",
        "parse_json",
        {"data": as_json({"payload": empty["items"]})},
        sha256=empty["snapshot_sha256"],
    )
    return file


def files() -> list[File]:
    """The files of the stage."""
    return [records(), titles(), signatures(), flat_events(), manifest(), snapshots()]
