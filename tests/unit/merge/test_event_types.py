"""KIND-1 to KIND-13: what conforms to each event type, and a variant with one difference that does not.

Every case runs every stage, from a signed event to ``unrecognised`` or a section of the state.
"""

from __future__ import annotations

from typing import Any, Final

import pytest

from kit import (
    DEMO,
    TARGETS,
    Json,
    aliases,
    attached,
    canonical_hash,
    event,
    made_record,
    oracle,
    payloads,
    receipt,
    without,
)
from kit.results import WHEN, merged
from kit.signing import b64
from pithbundle.bundle.record import Record
from pithbundle.merge.rules import MERGE_1

RECORD: Final = made_record()
OTHER: Final = made_record(1)
HASH: Final = canonical_hash(RECORD)
IDS: Final = ["sha256:" + digit * 64 for digit in "0123"]
DERIVED: Final = {one["alias_kind"]: one["alias_value"] for one in aliases(RECORD, WHEN)}

#: One conforming payload of each event type, with every optional member.
FULL: Final[dict[str, Json]] = {
    "record_created": payloads.record_created(RECORD, receipt(DEMO, RECORD, WHEN)),
    "alias_added": payloads.alias_added("openalex", "W1"),
    "graph_snapshot": payloads.graph_snapshot(RECORD),
    "timestamp_anchor": payloads.timestamp_anchor(RECORD),
    "storage_attestation": payloads.storage_attestation(RECORD, WHEN, content_sha256="ab" * 32),
    "author_claim": payloads.author_claim(payloads.orcid(1)),
    "citation": payloads.citation("doi:10.1/x"),
    "replication": payloads.replication("Ada", "claim-1", url="https://example.org"),
    "pith.integrity.v1": payloads.integrity(
        RECORD, WHEN, paper_version=1, snippet="s", note="n", ref_index=0, detected_doi="d",
        detected_arxiv_id="a", external_url="e", resolved_title="r", detector_url="u",
    ),
    "event_retracted": payloads.event_retracted(IDS[0], "wrong"),
    "checkpoint": payloads.checkpoint(IDS),
}  # fmt: skip

REQUIRED: Final = {
    "record_created": ["canonical_record", "canonical_sha256", "receipt"],
    "alias_added": ["alias_kind", "alias_value"],
    "graph_snapshot": ["graph_snapshot"],
    "timestamp_anchor": ["canonical_sha256", "proof_b64"],
    "storage_attestation": ["provider", "url", "captured_at"],
    "author_claim": ["scheme", "identifier", "strength"],
    "citation": ["citing_work", "relationship"],
    "replication": ["claimant", "claim", "kind", "outcome", "moderation"],
    "pith.integrity.v1": [
        "event_type", "detector", "detector_version", "finding_type", "verdict_class", "severity",
        "arxiv_id", "evidence_hash", "evidence", "audited_at",
    ],
    "event_retracted": ["event_id"],
    "checkpoint": ["event_ids"],
}  # fmt: skip

#: Members that are not texts.
OTHERWISE: Final = {
    "canonical_record", "receipt", "graph_snapshot", "evidence", "event_ids", "paper_version", "ref_index",
}  # fmt: skip

HEX: Final[tuple[list[Any], list[Any]]] = (
    [],
    ["", "ab" * 31, "ab" * 33, "AB" * 32, "ab" * 31 + "ag", "0x" + "ab" * 31, "é" * 64],
)
NAME: Final = (
    ["a", "z" + "9_.-" * 15 + "abc", "a" * 64],
    ["", "A", "9a", "_a", ".a", "a" * 65, "a b", "aB", "é", "a\n", "a/"],
)
TOKEN: Final = (
    ["!", "~", "x" * 512, "10.1/x", "<script>"],
    ["", " ", "a b", "x" * 513, "\x7f", "é", "a\n", "\t"],
)
URL: Final = (
    ["http://x", "https://" + "x" * 2040, "https://[", "http://é"[:-1] + "e"],
    ["https://", "https://" + "x" * 2041, "ftp://x", "HTTPS://x", "https:/x", "https://a b",
     "https://é", " https://x", "https://x\n", "javascript:alert(1)", ""],
)  # fmt: skip
LABEL: Final = (
    ["a", "Z", "9", "a" * 128, "a_.:-Z9"],
    ["", "_a", "a" * 129, "a b", "é", "a\n", "a/b", "٣"],
)
TIME: Final = (
    ["0001-01-01T00:00:00Z", "2024-02-29T23:59:59.999999+00:00", "9999-12-31T00:00:00Z"],
    ["", "2023-02-29T00:00:00Z", "2024-02-29T24:00:00Z", "2024-02-29t00:00:00Z", "2024-02-29T00:00:00",
     "2024-02-29T00:00:00+01:00", "2024-02-29T00:00:60Z", "0000-01-01T00:00:00Z", "2024-02-29T00:00:00.5Z"],
)  # fmt: skip
EVENT_ID: Final[tuple[list[Any], list[Any]]] = (
    [],
    ["", "sha256:", "ab" * 31, "sha256:" + "AB" * 32, "sha256:" + "ab" * 31, "SHA256:" + "ab" * 32,
     "sha256:" + "ab" * 33, "sha512:" + "ab" * 32],
)  # fmt: skip


def prose(longest: int) -> tuple[list[Any], list[Any]]:
    # Lengths are UTF-8 bytes: é takes two, 𐀀 four.
    fits = ["x", " ", "x" * longest, "é" * (longest // 2), "𐀀" * (longest // 4), "\u202e<b>\n"]
    return fits, ["", "x" * (longest + 1), "é" * (longest // 2) + "x", "𐀀" * (longest // 4) + "x"]


WORDS: Final = {
    ("author_claim", "strength"): ["strong", "weak"],
    ("citation", "relationship"): [
        "supports", "refutes", "extends", "uses_method", "depends_on", "replaces", "compares", "cites",
    ],
    ("replication", "kind"): ["replication", "falsification", "formal_bridge"],
    ("replication", "outcome"): ["supports", "refutes", "inconclusive"],
    ("replication", "moderation"): ["pending", "accepted", "rejected"],
    ("pith.integrity.v1", "event_type"): ["pith.integrity.v1"],
    ("pith.integrity.v1", "verdict_class"): [
        "incontrovertible", "cross_source", "threshold_with_margin", "rescinded",
    ],
    ("pith.integrity.v1", "severity"): ["critical", "advisory", "informational"],
}  # fmt: skip

#: Conforming and nonconforming strings, by event type and member.
TEXTS: Final[dict[tuple[str, str], tuple[list[Any], list[Any]]]] = {
    ("record_created", "canonical_sha256"): HEX,
    ("alias_added", "alias_kind"): (
        ["a", "z" + "9_" * 31 + "a", "a" * 64],
        ["", "A", "9a", "_a", "a" * 65, "a.b", "a-b", "a b", "é", "a\n", "open\u200balex"],
    ),
    ("alias_added", "alias_value"): TOKEN,
    ("timestamp_anchor", "canonical_sha256"): HEX,
    ("timestamp_anchor", "proof_b64"): (
        [b64(b"x"), b64(b"xy"), b64(b"xyz"), b64(bytes(range(256)) * 40), "++//"],
        ["", "=", "==", "====", "eA", "eA=", "eA===", "eB==", "eHl=", "eHk", "eA==eA==", "e A=", "-_-_",
         "eHl6\n", " eHl6", "éééé", "eHl6="],
    ),
    ("storage_attestation", "provider"): NAME,
    ("storage_attestation", "url"): URL,
    ("storage_attestation", "content_sha256"): HEX,
    ("author_claim", "scheme"): NAME,
    ("author_claim", "identifier"): TOKEN,
    ("citation", "citing_work"): TOKEN,
    ("replication", "claimant"): prose(512),
    ("replication", "claim"): prose(4096),
    ("replication", "url"): URL,
    ("pith.integrity.v1", "detector"): LABEL,
    ("pith.integrity.v1", "finding_type"): LABEL,
    ("pith.integrity.v1", "detector_version"): (
        ["0.0.0", "999999999.1.000000001"],
        ["", "1.0", "1.0.0.0", "1234567890.0.0", "1.0.a", "v1.0.0", "1.0.0-rc", "1..0", "1.0.0\n", "٣.0.0"],
    ),
    ("pith.integrity.v1", "evidence_hash"): HEX,
    **{
        ("pith.integrity.v1", name): prose(65_536)
        for name in ("snippet", "note", "detected_doi", "detected_arxiv_id", "external_url",
                     "resolved_title", "detector_url")
    },
    ("event_retracted", "event_id"): EVENT_ID,
    ("event_retracted", "reason"): prose(4096),
}  # fmt: skip

TIMES: Final = [("storage_attestation", "captured_at"), ("pith.integrity.v1", "audited_at")]


def code_of(event_type: str, payload: Any, target: str | None = None) -> str | None:
    """The code under ``unrecognised``; None for an event in its section."""
    made = event(DEMO, RECORD, event_type, TARGETS[event_type] if target is None else target, payload, WHEN)
    result = merged(RECORD, [made])
    assert (result.view.valid_event_count, result.view.invalid_event_count) == (1, 0)
    code = oracle.schema_error(made, RECORD)
    if code is None:
        assert result.view.unrecognised == ()
        return None
    (found,) = result.view.unrecognised
    assert (found.event_id, found.event_type, found.code) == (made["event_id"], event_type, code)
    assert result.state["unrecognised"] == [
        {"code": code, "event_id": made["event_id"], "event_type": event_type}
    ]
    return found.code


KINDS = pytest.mark.parametrize("event_type", FULL)


def test_there_is_a_row_for_every_event_type_and_member() -> None:
    assert list(FULL) == list(MERGE_1.event_types) == list(oracle.EVENT_TYPES)
    for name, event_type in MERGE_1.event_types.items():
        assert FULL[name].keys() == event_type.members.keys()
        assert REQUIRED[name] == [
            member for member in event_type.members if member not in event_type.optional
        ]
        target, section, select, slot, checks = oracle.EVENT_TYPES[name]
        assert (event_type.target, event_type.section, event_type.select, event_type.slot) == (
            target,
            section,
            select,
            slot,
        )
        assert list(event_type.members) == [member.removesuffix("?") for member in checks]


@KINDS
def test_a_full_payload_conforms_and_other_members_change_nothing(event_type: str) -> None:
    assert code_of(event_type, FULL[event_type]) is None
    assert code_of(event_type, {**FULL[event_type], "unknown": {"é": [1.5, None]}}) is None


@KINDS
def test_the_target_is_that_of_the_event_type(event_type: str) -> None:
    for target in {"record", "graph", "event", "bundle", "", "Record", "record "} - {TARGETS[event_type]}:
        assert code_of(event_type, FULL[event_type], target) == "type"


@pytest.mark.parametrize(
    ("event_type", "member"), [(event_type, member) for event_type in FULL for member in FULL[event_type]]
)
def test_a_member_may_be_absent_or_null_only_if_it_is_optional(event_type: str, member: str) -> None:
    expected = "type" if member in REQUIRED[event_type] else None
    assert code_of(event_type, without(FULL[event_type], (member,))) == expected
    assert code_of(event_type, {**FULL[event_type], member: None}) == expected


@pytest.mark.parametrize(
    ("event_type", "member"), [(event_type, member) for event_type in FULL for member in FULL[event_type]]
)
def test_the_json_type_of_a_member_is_exact(event_type: str, member: str) -> None:
    wrong: list[Any] = [True, False, 1.5, [FULL[event_type][member]], {"of": FULL[event_type][member]}]
    if member in OTHERWISE:
        wrong += ["text", "1", ""]
    if member not in ("paper_version", "ref_index"):
        wrong += [0, 1]
    if type(FULL[event_type][member]) is dict:
        wrong.pop(4)
    for value in wrong:
        if type(value) is list and member == "event_ids":
            continue
        assert code_of(event_type, {**FULL[event_type], member: value}) == "type", value


@pytest.mark.parametrize(("event_type", "member"), WORDS)
def test_only_the_strings_of_the_list_conform(event_type: str, member: str) -> None:
    for value in WORDS[event_type, member]:
        assert code_of(event_type, {**FULL[event_type], member: value}) is None
        for near in (value.upper(), value + " ", " " + value, value[:-1], "", "\u200b" + value, value + "\n"):
            assert code_of(event_type, {**FULL[event_type], member: near}) == "type", near


@pytest.mark.parametrize(("event_type", "member"), TEXTS)
def test_strings_match_their_grammar_from_end_to_end(event_type: str, member: str) -> None:
    fits, nonconforming = TEXTS[event_type, member]
    for text in fits:
        assert code_of(event_type, {**FULL[event_type], member: text}) is None, text[:80]
    for text in nonconforming:
        assert code_of(event_type, {**FULL[event_type], member: text}) == "encoding", text[:80]


@pytest.mark.parametrize(("event_type", "member"), TIMES)
def test_times_are_of_the_one_grammar(event_type: str, member: str) -> None:
    for text in TIME[0]:
        assert code_of(event_type, {**FULL[event_type], member: text}) is None, text
    for text in TIME[1]:
        assert code_of(event_type, {**FULL[event_type], member: text}) == "time", text


@pytest.mark.parametrize(("member", "smallest"), [("paper_version", 1), ("ref_index", 0)])
def test_integers_start_where_they_start(member: str, smallest: int) -> None:
    event_type = "pith.integrity.v1"
    for number in (smallest, smallest + 1, 2**53 - 1):
        assert code_of(event_type, {**FULL[event_type], member: number}) is None
    for number in (smallest - 1, -(2**53) + 1):
        assert code_of(event_type, {**FULL[event_type], member: number}) == "type"


def test_the_ids_of_a_checkpoint_ascend() -> None:
    def code(ids: list[Any]) -> str | None:
        return code_of("checkpoint", {"event_ids": ids})

    assert code([]) is None
    assert code(IDS) is None
    assert code([IDS[0], IDS[0]]) == "encoding"
    assert code([IDS[1], IDS[0]]) == "encoding"
    assert code([*IDS, IDS[0]]) == "encoding"
    assert code([IDS[0].upper()]) == "encoding"
    assert code([IDS[0], 1]) == "type"
    assert code([None]) == "type"
    assert code([IDS[1], IDS[0], 1]) == "encoding"  # the first fault decides


def test_the_first_schema_error_decides_target_first_match_last() -> None:
    tampered = payloads.citation("a b", "likes")
    assert code_of("citation", tampered) == "encoding"
    assert code_of("citation", tampered, "graph") == "type"
    assert code_of("citation", payloads.citation("ab", "likes")) == "type"
    finding = {**FULL["pith.integrity.v1"], "arxiv_id": "elsewhere"}
    assert code_of("pith.integrity.v1", finding) == "subject"
    assert code_of("pith.integrity.v1", {**finding, "audited_at": "yesterday"}) == "time"
    assert code_of("pith.integrity.v1", {**finding, "note": 1}) == "type"
    assert code_of("pith.integrity.v1", {**finding, "detector": "", "audited_at": "x"}) == "encoding"
    assert code_of("pith.integrity.v1", {**finding, "audited_at": "x", "snippet": ""}) == "time"


def test_a_schema_error_has_the_place_of_what_does_not_conform() -> None:
    def fault_of(name: str, payload: Json, target: str = "record") -> tuple[str, str] | None:
        return MERGE_1.event_types[name].schema_fault(target, payload, Record.from_value(RECORD))

    finding = {**FULL["pith.integrity.v1"], "arxiv_id": "elsewhere"}
    assert fault_of("citation", payloads.citation("ab")) is None
    assert fault_of("citation", payloads.citation("a b", "likes")) == ("encoding", "/payload/citing_work")
    assert fault_of("citation", payloads.citation("a b"), "graph") == ("type", "/target")
    assert fault_of("citation", {"relationship": "cites"}) == ("type", "/payload/citing_work")
    assert fault_of("pith.integrity.v1", finding) == ("subject", "/payload")
    assert fault_of("pith.integrity.v1", {**finding, "note": 1}) == ("type", "/payload/note")
    assert fault_of("pith.integrity.v1", {**finding, "note": None, "audited_at": "x"}) == (
        "time", "/payload/audited_at",
    )  # fmt: skip


# Matches: equality with the record.


def test_record_created_contains_exactly_this_record() -> None:
    full = FULL["record_created"]
    assert code_of("record_created", {**full, "canonical_sha256": canonical_hash(OTHER)}) == "hash_mismatch"
    assert code_of("record_created", {**full, "canonical_record": OTHER}) == "hash_mismatch"
    assert code_of("record_created", {**full, "canonical_record": {}}) == "hash_mismatch"
    reordered = dict(reversed(RECORD.items()))
    assert code_of("record_created", {**full, "canonical_record": reordered}) is None
    more = {**RECORD, "unknown": None}
    assert code_of("record_created", {**full, "canonical_record": more}) == "hash_mismatch"


def test_one_and_true_are_equal_in_python_and_not_in_a_match() -> None:
    assert RECORD["source"]["version"] >= 1
    record = made_record()
    record["source"]["version"] = 1
    lookalike = {**record, "source": record["source"] | {"version": True}}
    assert lookalike == record
    paid = payloads.record_created(record, receipt(DEMO, record, WHEN))
    fits = attached(DEMO, record, "record_created", paid, WHEN)
    posing = attached(DEMO, record, "record_created", {**paid, "canonical_record": lookalike}, WHEN)
    assert [one.code for one in merged(record, [fits, posing]).view.unrecognised] == ["hash_mismatch"]


def test_a_timestamp_anchor_is_of_this_record() -> None:
    full = FULL["timestamp_anchor"]
    assert code_of("timestamp_anchor", {**full, "canonical_sha256": canonical_hash(OTHER)}) == "hash_mismatch"


@pytest.mark.parametrize(
    "event_type", ["arxiv", "arxiv_version", "pith_short_8", "pith_short_12", "pith_short_16"]
)
def test_a_signed_alias_of_a_derived_kind_has_the_derived_value(event_type: str) -> None:
    value = DERIVED[event_type]
    assert code_of("alias_added", payloads.alias_added(event_type, value)) is None
    for other in (value[:-1], value + "0", value.lower() + "x", DERIVED["doi"]):
        assert code_of("alias_added", payloads.alias_added(event_type, other)) == "subject"


@pytest.mark.parametrize("event_type", ["doi", "arxiv_id", "arxivx", "pith", "openalex"])
def test_aliases_of_other_kinds_may_have_any_value(event_type: str) -> None:
    assert code_of("alias_added", payloads.alias_added(event_type, "10.48550/arxiv.elsewhere")) is None


def test_a_record_that_is_not_of_arxiv_has_no_arxiv_alias() -> None:
    record = made_record()
    record["source"] = {"id": "10.1/x", "kind": "doi", "version": 1}
    for event_type in ("arxiv", "arxiv_version"):
        made = attached(DEMO, record, "alias_added", payloads.alias_added(event_type, "10.1/x"), WHEN)
        assert [one.code for one in merged(record, [made]).view.unrecognised] == ["subject"]


@KINDS
def test_what_does_not_conform_is_valid_listed_and_in_no_section(event_type: str) -> None:
    made = event(DEMO, RECORD, event_type, "elsewhere", FULL[event_type], WHEN)
    result, empty = merged(RECORD, [made]), merged(RECORD, [])
    assert result.state["current"] == empty.state["current"]
    assert result.state_sha256 == empty.state_sha256
    assert result.events_sha256 != empty.events_sha256


@KINDS
def test_every_event_type_is_deep_enough_in_its_section(event_type: str) -> None:
    made = attached(DEMO, RECORD, event_type, FULL[event_type], WHEN)
    result = merged(RECORD, [made])
    assert result.state_bytes == oracle.to_bytes(
        oracle.state_of(RECORD, [made], []) | _receipt(result.state, event_type)
    )


def _receipt(state: Json, event_type: str) -> Json:
    # The model was given no key: it knows of no verified receipt.
    if event_type == "record_created":
        assert state["current"]["receipt"] == FULL[event_type]["receipt"]
        return {"current": state["current"]}
    return {}
