"""The registry's own data: every number, hash, alias, title and signature, and what breaks them."""

from __future__ import annotations

import copy
import hashlib
import json
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest

from kit.data import real
from pithbundle.bundle.number import PithNumber
from pithbundle.bundle.record import Record
from pithbundle.bundle.titles import title_sha256
from pithbundle.ed25519.strict import PublicKey, verify_strict
from pithbundle.encoding.canonical import canonical_bytes, sha256_hex
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.spellings import base64_bytes, hex_bytes
from pithbundle.encoding.timestamps import instant
from pithbundle.errors import NumberError, RecordError
from pithbundle.verify.policy import Policy
from pithbundle.verify.probing.run import probe

Json = Any  # data of unknown shape, accessed by name


def load(name: str) -> Json:
    return parse_json(real(name).read_bytes())


RECORDS: list[Json] = load("seed_records.json") + load("records.json") + load("records_2.json")
RECEIPTS: list[Json] = load("receipts.json")
INTEGRITY: list[Json] = load("integrity_events.json")
GRAPH: Json = load("GDXOZPDQTIP2G73CWJKKU6BJJJ.graph.json")
TITLES: list[Json] = load("titles.json") + [
    {**entry, "title_canon_sha256": entry["canonical_record"]["metadata"]["title_canon_sha256"]}
    for entry in load("records_2.json")
    if "title" in entry
]
MIRROR: Json = load("pith-mirrors.json")["mirrors"][0]
BY_NUMBER = {entry["pith_number"]: entry for entry in RECORDS}
WHOLE = "pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH"
KEY = Policy.registry().keys[0].public_key


def ident(entry: Json) -> str:
    return str(entry.get("pith_number") or entry.get("source_url"))


def raw(text: str, length: int = 64) -> bytes:
    found = base64_bytes(text, length) if length == 64 else hex_bytes(text, length)
    assert found is not None
    return found


def shuffled(value: Json, stream: random.Random) -> Json:
    """The same value with the members of every object in another order."""
    if isinstance(value, dict):
        return {name: shuffled(value[name], stream) for name in stream.sample([*value], len(value))}
    return value


def leaves(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of everything in a value that is not an object, and of every object."""
    if path:
        yield path
    if isinstance(value, dict):
        for name in value:
            yield from leaves(value[name], (*path, name))
    elif isinstance(value, list):
        for index in range(len(value)):
            yield from leaves(value[index], (*path, index))


def changed(value: Json, path: tuple[str | int, ...], new: Json) -> Json:
    value = copy.deepcopy(value)
    inner = value
    for step in path[:-1]:
        inner = inner[step]
    if new is Ellipsis:
        del inner[path[-1]]
    else:
        inner[path[-1]] = new
    return value


def test_all_of_it_is_here() -> None:
    assert len(RECORDS) == len(BY_NUMBER) == 124
    assert (len(RECEIPTS), len(INTEGRITY), len(TITLES)) == (10, 6, 31)
    assert sum("source_aliases" in entry for entry in RECORDS) == 72


@pytest.mark.parametrize("entry", RECORDS, ids=ident)
def test_record(entry: Json) -> None:
    value = entry["canonical_record"]
    record = Record.from_value(value)
    assert record.hex == entry["canonical_sha256"]
    number = Record.from_value(value).number
    assert str(number) == entry["pith_number"]
    assert number == PithNumber.parse(entry["pith_number"]) == PithNumber.of_hash(number.year, record.sha256)
    # The registry's own one-liner.
    line = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert record.canonical == line == canonical_bytes(value)
    # In all 124 the two possible sources of the year agree.
    assert record.years == (number.year,)
    assert record.arxiv_id == value["source"]["id"]


@pytest.mark.parametrize("entry", RECORDS, ids=ident)
def test_member_order_does_not_matter(entry: Json) -> None:
    stream = random.Random(entry["pith_number"])
    expected = Record.from_value(entry["canonical_record"])
    for _ in range(25):
        value = shuffled(entry["canonical_record"], stream)
        assert Record.from_value(value) == expected
        spaced = json.dumps(value, indent=stream.randrange(3), ensure_ascii=True).encode()
        assert Record.from_value(parse_json(spaced)) == expected


@pytest.mark.parametrize("entry", [e for e in RECORDS if "source_aliases" in e], ids=ident)
def test_aliases(entry: Json) -> None:
    record = Record.from_value(entry["canonical_record"])
    derived = record.aliases
    claimed = tuple((alias["alias_kind"], alias["alias_value"]) for alias in entry["source_aliases"])
    assert derived == claimed
    short = dict(derived)
    for length in (8, 12, 16):
        assert record.number.matches("pith:" + short[f"pith_short_{length}"])


@pytest.mark.parametrize("entry", RECORDS, ids=ident)
def test_every_leaf_of_a_record_counts(entry: Json) -> None:
    """Changed, of another type, removed or joined by another member: never the same number."""
    value = entry["canonical_record"]
    suffix = PithNumber.parse(entry["pith_number"]).suffix
    for path in leaves(value):
        new: Json
        for new in (..., None, "x", "", 2, 1.5, True, [], {}, ["cs.XX"], "0" * 64, "2001-02-03T04:05:06Z"):
            other = changed(value, path, new)
            if json.dumps(other) == json.dumps(value):
                continue
            try:
                assert Record.from_value(other).number.suffix != suffix
            except RecordError as error:
                assert error.pointer is not None
    for path in [(), ("metadata",), ("source",)]:
        assert Record.from_value(changed(value, (*path, "extra"), "")).number.suffix != suffix


@pytest.mark.parametrize("entry", TITLES, ids=ident)
def test_title(entry: Json) -> None:
    assert title_sha256(entry["title"]) == entry["title_canon_sha256"]
    assert (
        title_sha256("\n " + entry["title"].upper().replace(" ", "\t\r\n") + " ")
        == entry["title_canon_sha256"]
    )
    for other in (entry["title"] + ".", entry["title"].replace(" ", "", 1) + "x"):
        assert title_sha256(other) != entry["title_canon_sha256"]
    if entry["pith_number"] in BY_NUMBER:
        record = BY_NUMBER[entry["pith_number"]]["canonical_record"]
        assert record["metadata"]["title_canon_sha256"] == entry["title_canon_sha256"]


def test_the_empty_snapshot() -> None:
    """What the registry calls an empty snapshot is the hash of an empty payload."""
    expected = "258153158e38e3291e3d48162225fcdb2d5a3ed65a07baac614ab91432fd4f57"
    assert sha256_hex(canonical_bytes({"payload": []})) == expected
    assert all(expected in entry["text"] for entry in load("state_prefixes.json"))


def test_every_snapshot_of_the_graph_document_is_empty() -> None:
    empty = sha256_hex(canonical_bytes({"payload": GRAPH["claims"]["items"]}))
    parts = [part for part in GRAPH.values() if "snapshot_sha256" in part]
    assert [part["snapshot_sha256"] for part in parts] == [empty] * 4


def test_the_built_in_key_is_the_one_of_the_manifest() -> None:
    claimed = MIRROR["public_key"]
    assert (
        KEY
        == PublicKey.from_hex(claimed["public_key_hex"])
        == PublicKey.from_base64(claimed["public_key_b64"])
    )
    assert KEY.fingerprint_hex == claimed["fingerprint_sha256_hex"]
    assert KEY.fingerprint_base32 == claimed["fingerprint_sha256_b32_first128bits"]
    assert Policy.registry().keys[0].key_id == claimed["key_id"]


SIGNED = [
    *[pytest.param(entry["canonical_sha256"], entry["signature_b64"], id=ident(entry)) for entry in RECEIPTS],
    *[pytest.param(entry["payload_sha256"], entry["signature_b64"], id=ident(entry)) for entry in INTEGRITY],
]


@pytest.mark.parametrize(("digest_hex", "signature_b64"), SIGNED)
def test_signature_over_the_raw_digest(digest_hex: str, signature_b64: str) -> None:
    digest, signature = raw(digest_hex, 32), raw(signature_b64)
    assert KEY.verify(digest, signature)
    for other in (
        digest_hex.encode(),
        ("sha256:" + digest_hex).encode(),
        hashlib.sha256(digest).digest(),
        b"",
    ):
        assert not KEY.verify(other, signature)


@pytest.mark.parametrize(("digest_hex", "signature_b64"), SIGNED)
def test_any_byte_changed_breaks_it(digest_hex: str, signature_b64: str) -> None:
    """Every byte of hash, key and signature, by one bit at either end, all bits, and one more."""
    parts = {"key": KEY.raw, "hash": raw(digest_hex, 32), "signature": raw(signature_b64)}
    for name, part in parts.items():
        for at in range(len(part)):
            for new in {part[at] ^ 1, part[at] ^ 0x80, part[at] ^ 0xFF, (part[at] + 1) % 256}:
                tampered = {**parts, name: part[:at] + bytes([new]) + part[at + 1 :]}
                assert not verify_strict(tampered["key"], tampered["hash"], tampered["signature"])


def test_no_signature_verifies_over_another_digest() -> None:
    pairs = [(raw(param.values[0], 32), raw(param.values[1])) for param in SIGNED]  # type: ignore[arg-type]
    for digest, _ in pairs:
        assert sum(KEY.verify(digest, signature) for _, signature in pairs) == 1


@pytest.mark.parametrize("entry", RECEIPTS, ids=ident)
def test_a_receipt_names_the_number_of_its_hash(entry: Json) -> None:
    number = PithNumber.parse(entry["pith_number"])
    assert PithNumber.of_hash(number.year, raw(entry["canonical_sha256"], 32)) == number
    assert entry["key_id"] == "pith-v1-2026-05"
    assert instant(entry["first_computed"]) is not None


def test_record_and_receipt_whole() -> None:
    """The one paper whose record and receipt are both here: any leaf changed, the receipt fails."""
    (receipt,) = [entry for entry in RECEIPTS if entry["pith_number"] == WHOLE]
    value = BY_NUMBER[WHOLE]["canonical_record"]
    signature = raw(receipt["signature_b64"])
    assert KEY.verify(Record.from_value(value).sha256, signature)
    seen = 0
    for path in leaves(value):
        inner = value
        for step in path:
            inner = inner[step]
        news: list[Json] = [...]
        if isinstance(inner, str):
            # Each character replaced, excluded and doubled.
            for at in range(len(inner)):
                for put in ("0", "1", "f", "Z", "", inner[at] * 2):
                    news.append(inner[:at] + put + inner[at + 1 :])
            news += ["", inner + " ", inner.upper(), inner + "\u200b"]
        elif isinstance(inner, int):
            news += [inner + 1, str(inner), True]
        elif isinstance(inner, list):
            news += [["hep-th"], {}, None]
        for new in news:
            other = changed(value, path, new)
            if other == value and type(new) is type(inner):
                continue
            seen += 1
            try:
                digest = Record.from_value(other).sha256
            except RecordError:
                # Not a record: still not what was signed.
                digest = hashlib.sha256(
                    json.dumps(other, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
                ).digest()
            assert not KEY.verify(digest, signature)
    assert seen > 1000


@pytest.mark.parametrize("entry", INTEGRITY, ids=ident)
def test_times_of_integrity_events(entry: Json) -> None:
    found = instant(entry["created_at"])
    assert found is not None and entry["created_at"] == found + "+00:00"


@pytest.mark.parametrize(
    "name", ["bundle_prefixes.json", "state_prefixes.json", "state_prefixes_claims.json"]
)
def test_records_and_times_in_the_prefixes(name: str) -> None:
    for entry in load(name):
        text = entry["text"]
        start = text.index('"canonical_record":') + len('"canonical_record":')
        value, _ = json.JSONDecoder().raw_decode(text[start:])
        number = Record.from_value(value).number
        claimed = re.search('"pith_number":"([^"]*)"', text)
        assert claimed is not None and claimed[1] == str(number)
        assert number.suffix in entry["source_url"]
        times = re.findall('"(?:created_at|signed_at)":"([^"]*)"', text)
        assert times and all(instant(time) for time in times)
        short = re.search('"short_pith_number":"([^"]*)"', text)
        assert short is None or short[1] == number.short


def test_a_short_number_is_no_number() -> None:
    with pytest.raises(NumberError):
        PithNumber.parse("pith:OMJFN3CZ")


def test_probe_does_not_settle_the_event_whose_payload_is_probably_known() -> None:
    """The graph document is very probably the payload of this event; what its id hashes is not known.

    Everything that probing knows was tried once: 6,770,114 preimages, in a minute of one core.
    """
    signer = {
        "key_id": "pith-v1-2026-05",
        "public_key_fingerprint": KEY.fingerprint_hex,
        "signer_id": "pith.science",
        "signer_type": "pith_registry",
    }
    entry = {
        "event_id": "sha256:9824ae234f6b4067be8c32df63e474837df134485fc50e6155200a2065c1ccca",
        "target": "graph",
        "created_at": "2026-05-17T23:45:41Z",
        "signer": signer,
        "payload": {"graph_snapshot": GRAPH},
    }
    state: Json = {
        "pith_number": "pith:2016:GDXOZPDQTIP2G73CWJKKU6BJJJ",
        "current": {"graph_snapshots": [entry]},
    }
    result = probe([], Policy.registry(), states=[canonical_bytes(state)], most=20_000)
    assert result.status == "not_settled"
    assert result.preimages >= 20_000
    assert result.found == ()


def test_probe_finds_that_integrity_events_sign_their_claimed_digest() -> None:
    result = probe([canonical_bytes({"events": INTEGRITY})], Policy.registry(), most=2_000)
    assert result.status == "partial"
    assert {pointer for _, pointer in result.signed_digests} == {"/payload_sha256"}
    assert len(result.signed_digests) == len(INTEGRITY)
