"""The example at the beginning of each page: bytes of committed vectors, and what is computed from them.

Everything that has a formula is recomputed, by the operations of the conformance worker.
"""

from __future__ import annotations

import json
import re
from base64 import b32encode, b64decode, b64encode
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from typing import Any, Final

from pithbundle import Policy, Verifier
from pithbundle.archive.frames import decompress
from pithbundle.archive.lines import line_of
from pithbundle.archive.manifest import IndexEntry, Manifest, PackInfo, pack_name, read_index
from pithbundle.archive.rejected import Rejections
from pithbundle.archive.zstd import compress
from pithbundle.badge import badge_of
from pithbundle.bundle.number import PithNumber
from pithbundle.citation import Work, cite, work_of
from pithbundle.conformance.runner import load, reader
from pithbundle.conformance.vectorfiles import requests
from pithbundle.conformance.worker import answer
from pithbundle.digests.delta import Change, Delta
from pithbundle.digests.head import Head as MirrorHead
from pithbundle.digests.lines import LeafLine, lines_of_digests
from pithbundle.digests.tree import build
from pithbundle.encoding.canonical import canonical_bytes
from pithbundle.encoding.json_truncated import read_truncated
from pithbundle.encoding.limits import DEFAULT_LIMITS
from pithbundle.encoding.parsed import pointer_to
from pithbundle.errors import NetworkError
from pithbundle.escape import visible
from pithbundle.evidence import (
    Block,
    CaptureClaim,
    Headers,
    Proof,
    check_author,
    check_capture,
    check_proof,
    content_of,
    read_headers,
)
from pithbundle.evidence.arxiv import ArxivMetadata
from pithbundle.evidence.arxiv_files import read_metadata
from pithbundle.graph import GraphBuilder, claims_of_bundles
from pithbundle.graph import work_of as node_of
from pithbundle.graph.rows import edge_value
from pithbundle.mirror.answers import Choice
from pithbundle.mirror.audit.classify import Found
from pithbundle.mirror.audit.finding import finding_name, finding_of, read_finding
from pithbundle.mirror.audit.sample import sample_of
from pithbundle.mirror.manifest import read_manifest
from pithbundle.mirror.pages.place import PUBLISHED
from pithbundle.mirror.pages.record import Download, record_page
from pithbundle.mirror.pages.rendering import CONTENT_POLICY
from pithbundle.mirror.parts import Part, Parts
from pithbundle.mirror.serve.responses import Rendered, rendered
from pithbundle.net.addresses import not_public
from pithbundle.net.urls import parse_url
from pithbundle.paper.latex import preamble
from pithbundle.recompute.facts import Tally
from pithbundle.recompute.unit import compute
from pithbundle.store.entry import Head
from pithbundle.verify.probing.elements import elements_of
from pithbundle.verify.probing.lenient import read_lenient
from pithbundle.verify.probing.recipes import Recipe
from pithbundle.verify.probing.shapes import shapes_of
from specgen.pages import REPO

VECTORS: Final = REPO / "vectors"
METADATA: Final[Any] = {
    "id": "1203.00001",
    "title": "A Title in\n  Two Lines",
    "abstract": "  An abstract.\n",
    "categories": "hep-lat math.NT hep-ph",
    "license": None,
    "versions": [
        {"version": "v2", "created": "Wed, 7 Mar 2012 10:00:00 GMT"},
        {"version": "v1", "created": "Thu, 1 Mar 2012 09:00:00 GMT"},
    ],
}
INPUT: Final = '{"b": [1, 0.5, "\\u00e9\\/\\n"], "a": null}'
TWO_FAULTS: Final = '{"b": [0.10, 1], "a": 1, "a": 2}'
TEXT_LEVEL: Final = TWO_FAULTS.removesuffix("}") + "]"
TIMESTAMP: Final = "2026-05-18T01:39:14.078Z"
TITLE: Final = "  On  the \u00c9tale\tcohomology of $K3$ Surfaces"
BEGINNING: Final = (
    '{"pith_number":"pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH",'
    '"canonical_record":{"source":{"kind":"arxiv","version":1'
)
ITEMS: Final[list[Any]] = [{"claim_id": "C1", "status": "machine_extracted"}]
_URLS: Final = (
    "https://Mirror.example:443/pith/OMJFN3CZBZK4KRI4XCDIFRLNQH/bundle.json",
    "https://[2606:4700:0::1111]:8443",
    "http://mirror.example/",
    "https://user@mirror.example/",
    "https://mirror.example/a/%2e%2e/b",
    "https://0x7f.1/",
    "https://127.0.0.1/",
    "https://[::ffff:127.0.0.1]/",
)
_ADDRESSES: Final = (
    "93.184.216.34",
    "10.0.0.1",
    "169.254.169.254",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "fec0::1",
)
HOSTILE: Final = "verified\r\x1b[32m \u202eelif\\"


@cache
def _all_vectors() -> Mapping[str, Any]:
    return {vector.id: vector for vector in load(VECTORS)}


def _args(vector: str) -> dict[str, Any]:
    """The arguments of a committed vector."""
    return dict(next(iter(requests(_all_vectors()[vector], reader(VECTORS)))).args)


def _ok(op: str, **args: Any) -> dict[str, Any]:
    reported = answer({"id": 1, "op": op, "args": args})
    assert "ok" in reported, reported
    found: dict[str, Any] = reported["ok"]
    return found


def _b64(data: bytes) -> str:
    return b64encode(data).decode()


def _text(data: str) -> str:
    return b64decode(data).decode()


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _rows(values: list[Any]) -> str:
    """A JSON array, one value a line."""
    return "[\n" + ",\n".join(f"  {json.dumps(value)}" for value in values) + "\n]"


@cache
def _demo() -> Mapping[str, Any]:
    value: dict[str, Any] = json.loads((VECTORS / "demo" / "bundle.json").read_text(encoding="utf-8"))
    return value


def _record() -> dict[str, Any]:
    return _ok("record", data=_b64(json.dumps(_demo()["canonical_record"]).encode()))


def _one_event() -> tuple[dict[str, Any], str]:
    """A bundle with one event, and the policy of its key."""
    args = _args("event/valid/base")
    return json.loads(_text(args["data"])), args["policy"]


def _altered() -> bytes:
    """The same bundle with the event once more, its payload altered."""
    bundle, _ = _one_event()
    event = bundle["events"][0]
    altered = {**event, "payload": {**event["payload"], "alias_value": "altered"}}
    return json.dumps({**bundle, "events": [event, altered]}).encode()


def _encoding() -> dict[str, str]:
    data = _b64(INPUT.encode())
    parsed = _ok("parse_json", data=data)
    canonical = b64decode(parsed["canonical"])
    return {
        "input": INPUT,
        "canonical bytes": canonical.decode(),
        "canonical bytes in hex": canonical.hex(),
        "SHA-256": parsed["sha256"],
        "CBOR in hex": b64decode(_ok("cbor", data=data)["cbor"]).hex(),
        "instant": f"{TIMESTAMP}  ->  {_ok('time', text=TIMESTAMP)['instant']}",
    }


def _error(data: str) -> str:
    reported = answer({"id": 1, "op": "parse_json", "args": {"data": _b64(data.encode())}})
    return json.dumps({"error": reported["error"]})


def _errors() -> dict[str, str]:
    return {
        "input": TWO_FAULTS,
        "error": _error(TWO_FAULTS),
        "input with a text-level fault": TEXT_LEVEL,
        "error of the text level": _error(TEXT_LEVEL),
    }


def _records() -> dict[str, str]:
    record = _record()
    return {
        "record": _pretty(_demo()["canonical_record"]),
        "canonical hash": record["canonical_sha256"],
        "Pith Number": record["pith_number"],
        "aliases": _rows(record["aliases"]),
        "title": json.dumps(TITLE, ensure_ascii=False),
        "title_canon_sha256": _ok("title", text=TITLE)["sha256"],
    }


def _keys() -> dict[str, str]:
    receipt = _demo()["events"][0]["payload"]["receipt"]
    built_in = json.loads(_text(_ok("policy", data=None)["effective"]))["keys"][0]["public_key_hex"]
    key = _b64(bytes.fromhex(built_in))
    message = _record()["canonical_sha256"]
    signature = b64decode(receipt["signature_b64"])
    verified = _ok(
        "verify_signature", key=key, message=_b64(bytes.fromhex(message)), signature=_b64(signature)
    )
    assert verified == {"valid": True}
    digest = sha256(bytes.fromhex(built_in)).digest()
    return {
        "public key": built_in,
        "fingerprints": _pretty(
            {"fingerprint_hex": digest[:16].hex(), "fingerprint_base32": b32encode(digest)[:26].decode()}
        ),
        "message": message,
        "signature": receipt["signature_b64"],
        "R": signature[:32].hex(),
        "S": signature[32:].hex(),
    }


def _policy() -> dict[str, str]:
    given = json.loads(_text(_one_event()[1]))
    key = {name: given["keys"][0][name] for name in ("signer_id", "key_id", "public_key_hex")}
    short = _pretty({**given, "keys": [key]})
    effective = _ok("policy", data=_b64(short.encode()))
    return {
        "policy": short,
        "effective policy": _text(effective["effective"]),
        "policy_sha256": effective["policy_sha256"],
    }


def _bundles() -> dict[str, str]:
    bundle, policy = _one_event()
    event = bundle["events"][0]
    content = {name: value for name, value in event.items() if name not in ("event_id", "signature")}
    parsed = _ok("parse_json", data=_b64(json.dumps(content).encode()))
    shortest = {name: bundle[name] for name in sorted(bundle) if not name.startswith("s")}
    checked = _ok("check", data=_b64(json.dumps(shortest).encode()), policy=policy, format=None)
    assert checked["events"][0]["event_id"] == event["event_id"] == f"sha256:{parsed['sha256']}"
    return {
        "bundle": _pretty(shortest),
        "signed content": _text(parsed["canonical"]),
        "event id": event["event_id"],
    }


def _checks() -> dict[str, str]:
    _, policy = _one_event()
    return {
        "answer of the operation check": _pretty(
            _ok("check", data=_b64(_altered()), policy=policy, format=None)
        )
    }


def _merge() -> dict[str, str]:
    args = _args("merge/retractions/base")
    merged = _ok("merge", **args)
    current = json.loads(_text(merged["state"]))["current"]
    events = json.loads(_text(args["inputs"][0]))["events"]
    shown = ("event_id", "event_type", "created_at", "payload")
    return {
        "events": _pretty([{name: event[name] for name in shown} for event in events]),
        "author_claims of the state": _pretty(current["author_claims"]),
        "retractions of the state": _pretty(current["retractions"]),
        "digests": _pretty({name: merged[name] for name in ("state_sha256", "events_sha256")}),
    }


def _state() -> dict[str, str]:
    merged = _ok("merge", **_args("merge/sets/empty"))
    return {
        "state": _text(merged["state"]),
        "digests": _pretty({name: merged[name] for name in ("state_sha256", "events_sha256")}),
        "trace": _text(merged["trace"]),
    }


def _reports() -> dict[str, str]:
    bundle, policy = _one_event()
    good = json.dumps(bundle).encode()
    found = [
        _ok("merge", inputs=[_b64(data) for data in inputs], policy=policy)
        for inputs in ([good], [_altered()], [good, b"{}"])
    ]
    shown = ("outcomes", "exit_status")
    return {
        "outcomes": _rows([{name: one[name] for name in shown} for one in found]),
        "string of an input": json.dumps(HOSTILE),
        "displayed": visible(HOSTILE),
    }


def _documents() -> dict[str, str]:
    found = read_truncated(BEGINNING.encode())
    snapshot = canonical_bytes({"payload": ITEMS})
    return {
        "beginning of a document": BEGINNING,
        "complete values": _pretty(found.parsed.whole()),
        "innermost open container": pointer_to(found.open or ()),
        "items": _pretty(ITEMS),
        "snapshot_sha256": sha256(snapshot).hexdigest(),
    }


def _arxiv() -> dict[str, str]:
    (metadata,) = read_metadata([json.dumps(METADATA).encode()]).values()
    assert isinstance(metadata, ArxivMetadata)
    return {
        "metadata": _pretty(METADATA),
        "record": _pretty(metadata.record.value),
        "number": str(metadata.record.number),
    }


def _latex() -> dict[str, str]:
    number = "pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH"
    return {
        "Pith Number": number,
        "lines": "\n".join(preamble(PithNumber.parse(number).suffix)),
    }


def _probing() -> dict[str, str]:
    element = {
        "q": "citation",
        "about": "pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH",
        "at": "2026-06-01T00:00:00Z",
        "n": 1.0,
    }
    (found,) = elements_of(0, read_lenient(json.dumps([element]).encode()))
    members = shapes_of([found])[0]["members"]
    (preimage,) = Recipe(excluded=(("q",),)).preimages(found)
    return {
        "element": _pretty(element),
        "shape": "\n".join(f"{name}: {kind}" for name, kind in members.items()),  # type: ignore[union-attr]
        "preimage": preimage.decode(),
    }


def _archives() -> dict[str, str]:
    """An archive of one bundle without events. Its frame is stored: no version of zstd decides its bytes."""
    bundle, _ = _one_event()
    shown = ("bundle_type", "bundle_version", "pith_number", "canonical_record", "canonical_sha256")
    text = json.dumps({**{name: bundle[name] for name in shown}, "events": []}, separators=(",", ":"))
    line = line_of(text.encode())
    # One segment, a size of two bytes less 256, a checksum; one block, the last, stored.
    head = b"\x28\xb5\x2f\xfd\x64" + (line.raw_size - 256).to_bytes(2, "little")
    block = (line.raw_size << 3 | 1).to_bytes(3, "little")
    checksum = compress(line.raw)[-4:]
    frame = head + block + line.raw + checksum
    assert decompress(frame, line.raw_size) == line.raw
    content, file = sha256(line.raw).hexdigest(), sha256(frame).hexdigest()
    info = PackInfo(
        pack_name(content, "json"), line.suffix, line.suffix, 1, 1, line.raw_size, len(frame), content, file
    )
    index = IndexEntry(line.suffix, 0, len(frame), line.raw_size).to_bytes()
    assert read_index(index) is not None
    manifest = Manifest((info,), "1.5.7").to_bytes()
    assert Manifest.from_bytes(manifest).packs == (info,)
    rows = [line.raw[at : at + 40].hex() for at in range(0, line.raw_size, 40)]
    return {
        "line": text,
        "suffix and digest": f"{line.suffix}\n{line.digest.hex()}",
        "frame in hex": "\n".join([head.hex(), block.hex(), *rows, checksum.hex()]),
        "index": index.decode().rstrip(),
        "pith-archive.json": manifest.decode().rstrip(),
    }


def _recompute() -> dict[str, str]:
    """The output for the line of the page on archives, under the built-in policy."""
    line = _archives()["line"].encode()
    found = compute(Verifier(Policy.registry()), [("json", line + b"\n")])
    (row,) = found.records()
    tally = Tally()
    tally.add_counts(found.counts)
    verifier = Verifier(Policy.registry())
    summary = tally.to_value(
        Rejections(),
        policy_sha256=verifier.policy.sha256,
        rules=verifier.rules.name,
        limits=DEFAULT_LIMITS,
    )
    return {
        "state": row.state.decode(),
        "digests.txt": row.digests.decode().rstrip(),
        "summary.json": json.dumps(summary, indent=2),
    }


def _store() -> dict[str, str]:
    """The entry of the bundle of the page on archives, its frame stored; the leaf digest of its record."""
    data = _archives()["line"].encode()
    line = line_of(data)
    frame_bytes = len(data) + 14  # head, head of the block, checksum
    digest = sha256(data).hexdigest()
    head = Head(
        1, "local", "2026-11-20T00:00:00Z", "", "", line.suffix, "json", digest, len(data), frame_bytes,
        "0" * 32,
    )  # fmt: skip
    written = head.to_bytes()
    digests = _recompute()["digests.txt"].split()[1:]
    return {
        "head": written[8:].decode(),
        "beginning of the entry in hex": written[:8].hex(),
        "digests": "\n".join(digests),
        "leaf digest": sha256(bytes.fromhex("".join(digests))).hexdigest()[:32],
    }


def _mirror() -> dict[str, str]:
    """The digests of a mirror with the record of the page on recomputation, and its next delta."""
    (line,) = lines_of_digests([_recompute()["digests.txt"].encode() + b"\n"])
    files: dict[str, bytes] = {}
    tree = build([line], 1, files.__setitem__)
    head = MirrorHead(
        "mirror.example", Verifier(Policy.registry()).rules.name, Policy.registry().sha256, 1,
        "2026-11-20T00:00:00Z", tree.records, 0, tree.root, archive="pith-archive.json",
    )  # fmt: skip
    assert MirrorHead.from_bytes(head.to_bytes()) == head
    after = LeafLine(line.suffix, sha256(b"another bundle").hexdigest()[:32])
    delta = Delta(tree.root, build([after], 1).root, None, (Change(line.suffix, line.digest, after.digest),))
    return {
        "leaf": files[tree.root].decode().rstrip(),
        "head.json": head.to_bytes().decode(),
        "delta": delta.to_bytes().decode().rstrip(),
        "names": f"leaf   {tree.root}.txt\ndelta  {delta.name}.txt",
    }


def _formats() -> dict[str, str]:
    data = _args("policy/formats/pithbundle-event-1")["data"]
    found = _ok("format", data=data)
    effective = json.loads(_text(found["effective"]))
    return {
        "format document": _pretty({"name": found["name"], **effective}),
        "format_sha256": found["format_sha256"],
    }


def _net() -> dict[str, str]:
    return {
        "urls": "\n".join(map(_read_url, _URLS)),
        "addresses": "\n".join(f"{one}: {not_public(one) or 'public'}" for one in _ADDRESSES),
    }


def _read_url(text: str) -> str:
    try:
        return f"{text}\n  -> {parse_url(text).url}"
    except NetworkError as error:
        return f"{text}\n  rejected: {error.code}"


def _sync() -> dict[str, str]:
    """The mirrors of the registry's own manifest, and the list of two parts of the record of the page."""
    manifest = (VECTORS / "real" / "pith-mirrors.json").read_bytes()
    suffix = _archives()["suffix and digest"].split()[0]
    parts = tuple(Part(65_536 + at, sha256(b"part %d" % at).hexdigest()) for at in range(2))
    made = Parts(suffix, 5_001, parts).to_bytes()
    assert Parts.from_bytes(made, suffix).to_bytes() == made
    return {
        "requests": "\n".join(
            f"{one.base}\n  {one.file_url('pith-digests/head.json')}\n  {one.bundle_url(suffix)}"
            for one in read_manifest(manifest).mirrors
        ),
        "parts.json": made.decode(),
    }


def _audit() -> dict[str, str]:
    """A finding that says that a mirror could not be reached, its name, and a sample."""
    base, policy = "https://mirror.example", Policy.registry()
    message = f"{base}/pith-digests/head.json: the exchange did not end in 30 seconds"
    found = Found("unreachable", base, "", (), "timeout", message)
    made = finding_of(found, (), Verifier(policy), "2026-11-20T00:00:00Z").to_bytes()
    assert read_finding(made).message == message
    return {
        "finding": made.decode(),
        "name": finding_name(found.key),
        "sample": "\n".join(sample_of([letter * 26 for letter in "ABCD"], "0" * 32, 2)),
    }


def _pages() -> dict[str, str]:
    demo = VECTORS / "demo"
    data, policy = (demo / "bundle.json").read_bytes(), Policy.from_file(demo / "policy.json")
    (report,) = Verifier(policy).verify_together([("bundle.json", data)])
    suffix = str(report.record and report.record.number.suffix)
    download = Download(f"pith/{suffix}/bundle.json", "bundle.json", len(data), sha256(data).hexdigest())
    page = record_page(report, [data], [download], PUBLISHED, policy.sha256).decode()
    links = dict.fromkeys(re.findall('href="([^"#]+)"', page))
    return {"content policy": CONTENT_POLICY, "links": "\n".join(links)}


def _serve() -> dict[str, str]:
    """The answers to an ambiguous name, and to an address at which nothing is."""

    def text(made: Rendered) -> str:
        fields = "\n".join(f"{name.decode()}: {value.decode()}" for name, value in made.fields)
        return f"{made.status}\n{fields}\n\n{made.body.decode()}".rstrip("\n")

    return {
        "choices": text(rendered("pith/OMJFN3CZ", Choice(("OMJFN3CZ" + "A" * 18, "OMJFN3CZ" + "B" * 18)))),
        "not_found": text(rendered("index.php", None)),
    }


def _evidence() -> dict[str, str]:
    """The first block of Bitcoin, and a proof whose digest is its Merkle root."""
    header = bytes.fromhex(
        "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f61"
        "7fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c"
    )
    root = header[36:68]
    parts = (
        bytes.fromhex("004f70656e54696d657374616d7073000050726f6f6600bf89e2e884e89294"),
        b"\x01\x08" + root,
        bytes.fromhex("000588960d73d719010100"),
    )
    proof = Proof.from_bytes(b"".join(parts))
    block = Block.from_text("0:000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f")
    known = read_headers([("header", header)], blocks=[block])
    found = [check_proof(proof, root, headers) for headers in (known, Headers())]
    return {
        "proof": "\n".join(part.hex() for part in parts),
        "header": "\n".join(header[at : at + 40].hex() for at in (0, 40)),
        "findings": "\n".join(f"{one.status}: {one.sentence}" for one in found),
    }


def _captures() -> dict[str, str]:
    """A claim of a capture with and without a file, and five spellings of one iD."""
    (metadata,) = read_metadata([json.dumps(METADATA).encode()]).values()
    assert isinstance(metadata, ArxivMetadata)
    file = b"%PDF-1.5"
    claim = {
        "provider": "internet_archive",
        "url": "https://web.archive.org/web/20260520000000id_/https://arxiv.org/pdf/1203.00001v2",
        "captured_at": "2026-05-20T00:00:00Z",
        "content_sha256": sha256(file).hexdigest(),
    }
    files = [content_of("paper.pdf", [file])]
    found = [check_capture(metadata.record, CaptureClaim(**claim), given) for given in (files, [])]
    groups = "0000-0002-1825-0097"
    starts = ("", "orcid.org/", "http://orcid.org/", "https://orcid.org/")
    spellings = [*(start + groups for start in starts), groups.replace("-", "")]
    authors = [check_author(metadata.record, "orcid", each) for each in spellings]
    return {
        "claim": _pretty(claim),
        "findings": "\n".join(
            f"{one.form}, {one.subject}, {one.content.status}: {one.sentence}" for one in found
        ),
        "persons": "\n".join(f"{one.form}: {one.person} by {one.identifier}" for one in authors),
    }


def _cited() -> Work:
    """The paper of the metadata on another page, with a title that its record covers."""
    (metadata,) = read_metadata([json.dumps(METADATA).encode()]).values()
    assert isinstance(metadata, ArxivMetadata)
    return work_of(metadata.record, metadata.title, "Ada Example and Ben Example")


def _badge() -> dict[str, str]:
    demo = VECTORS / "demo"
    verifier = Verifier(Policy.from_file(demo / "policy.json"))
    (report,) = verifier.verify_together([("bundle.json", (demo / "bundle.json").read_bytes())])
    made = badge_of(report)
    return {
        "title": made.title,
        "description": made.description.replace(". ", ".\n"),
        "metadata": _pretty(made.to_value()),
        "picture": f"{sha256(made.svg()).hexdigest()}, {len(made.svg())} bytes",
        "citation": cite(_cited(), "bibtex").decode().rstrip("\n"),
        "links": cite(_cited(), "signposting").decode().rstrip("\n"),
    }


def _graph() -> dict[str, str]:
    spellings = (
        "arXiv:1203.00001v2",
        "https://doi.org/10.48550/arXiv.1203.00001",
        "DOI:10.1000/X",
        "1203.00001",
    )
    demo = VECTORS / "demo"
    builder = GraphBuilder()
    verifier = Verifier(Policy.from_file(demo / "policy.json"))
    builder.add(claims_of_bundles(verifier, [(demo / "rich.json").read_bytes()]))
    edge = next(edge for edge in builder.build().edges if edge.claim.kind == "citation")
    return {
        "works": "\n".join(f"{one:42} {node_of(one).id}" for one in spellings),
        "edge": _pretty(edge_value(edge, verified=True)),
    }


_EXAMPLES: Final[dict[str, Callable[[], dict[str, str]]]] = {
    "encoding": _encoding,
    "errors": _errors,
    "records": _records,
    "keys": _keys,
    "formats": _formats,
    "policy": _policy,
    "bundles": _bundles,
    "checks": _checks,
    "merge": _merge,
    "state": _state,
    "reports": _reports,
    "documents": _documents,
    "arxiv": _arxiv,
    "latex": _latex,
    "probing": _probing,
    "archives": _archives,
    "recompute": _recompute,
    "store": _store,
    "mirror": _mirror,
    "net": _net,
    "sync": _sync,
    "audit": _audit,
    "pages": _pages,
    "serve": _serve,
    "evidence": _evidence,
    "captures": _captures,
    "badge": _badge,
    "graph": _graph,
}


@cache
def blocks(page: str) -> Mapping[str, str]:
    """The content of each titled block of a page."""
    return _EXAMPLES[page]()
