"""Findings checked offline: which class holds, and findings that show nothing (AUDIT-2, AUDIT-13)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kit.audits import VERIFIER, audited
from kit.lying_mirror import KEY, LIES, MARKS, OTHER_POLICY, SEED, LyingMirror
from kit.stores import body, event, suffix
from kit.trees import OTHER_KEY
from pithbundle.digests.head import Head
from pithbundle.mirror.audit.classify import classify
from pithbundle.mirror.audit.evidence import evidence_of
from pithbundle.mirror.audit.finding import Finding, FindingDocument, finding_of
from pithbundle.mirror.audit.mirrors import RecordRead
from pithbundle.mirror.audit.recheck import listed_digest, recheck
from pithbundle.mirror.audit.sides import Reports, read_side
from pithbundle.verifier import Verifier

BASE = "https://l.example"
RECORDS = {SEED: MARKS, 2: (1,), 3: (1, 2)}


def found(name: str, word: str | None = None) -> Finding:
    """The finding of a lie."""
    mirror = LyingMirror.of(RECORDS, BASE)
    LIES[name][0](mirror)
    findings = audited(LyingMirror.of(RECORDS, "https://h.example"), mirror).findings()
    return next(one for one in findings if one.word == (word or LIES[name][1]) and one.mirror == BASE)


def without(finding: Finding, *roles: str) -> Finding:
    return replace(finding, documents=tuple(one for one in finding.documents if one.role not in roles))


def status(finding: Finding, verifier: Verifier = VERIFIER, **pins: Any) -> tuple[int, str | None]:
    result = recheck(finding, verifier, pins or {BASE: KEY})
    assert result.message
    return result.exit_status, result.evidence


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("forged_event", (0, "reproducible")), ("altered_event", (0, "reproducible")),
        ("other_record", (0, "reproducible")), ("other_state", (0, "reproducible")),
        ("digest_of_other", (0, "reproducible")), ("invalid_leaf", (0, "reproducible")),
        ("invalid_head", (0, "reproducible")), ("contradicting_event", (0, "signer")),
        ("omit_event", (3, "observed")), ("moving", (3, "observed")), ("unreachable", (3, "observed")),
    ],
)  # fmt: skip
def test_each_class(name: str, expected: tuple[int, str]) -> None:
    assert status(found(name)) == expected


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("forged_event", "altered"), ("altered_event", "forged"), ("other_record", "forged"),
        ("forged_event", "wrong_record"),
    ],
)  # fmt: skip
def test_a_body_that_does_not_show_the_word_shows_nothing(name: str, other: Any) -> None:
    assert status(replace(found(name), word=other)) == (1, None)


ALTERED = {**event(SEED, 1), "created_at": "2026-01-01T00:00:59Z"}
FORGED = {**event(SEED, 1), "created_at": "2026-01-01T00:00:58Z"}
del FORGED["event_id"]


@pytest.mark.parametrize(
    ("word", "later"),
    [
        ("altered", body(SEED, 2, more=(ALTERED,))), ("forged", body(SEED, 3, more=(FORGED,))),
        ("wrong_record", body(2, 1)), ("wrong_record", body(SEED, 1).replace(b'"pith:', b'"pith:x')),
    ],
)  # fmt: skip
def test_what_a_later_part_shows_has_room_in_a_finding(
    word: Any, later: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last documents are left out: of many parts the one with the altered element too (AUDIT-11)."""
    monkeypatch.setattr("pithbundle.mirror.audit.finding.MAX_DOCUMENTS", 2)
    # Another part is at fault as well, and shows another word.
    others = [body(SEED, 1, more=(FORGED if word == "altered" else ALTERED,)), body(SEED, 2), body(SEED, 3)]
    if word == "wrong_record":
        others = [body(SEED, 1), body(SEED, 2), body(SEED, 3)]
    side = read_side(Reports(VERIFIER), BASE, suffix(SEED), [*others, later])
    read = RecordRead(side, tuple(FindingDocument("bundle", data) for data in (*others, later)))
    compared = classify(suffix(SEED), [side])
    (one,) = (each for each in compared.found if each.word == word)
    made = finding_of(one, evidence_of(one, read, compared.union), VERIFIER, "2026-11-20T00:00:00Z")
    assert made.bodies("bundle")[0] == later and len(made.documents) == 2
    assert status(made) == (0, "reproducible")


def test_documents_that_are_not_there_show_nothing() -> None:
    for name, role in (
        ("forged_event", "bundle"), ("other_state", "state"), ("other_state", "bundle"),
        ("digest_of_other", "head"), ("digest_of_other", "digests"), ("digest_of_other", "bundle"),
        ("invalid_leaf", "head"), ("invalid_leaf", "digests"), ("contradicting_event", "proof"),
    ):  # fmt: skip
        assert status(without(found(name), role)) == (1, None), (name, role)
    assert status(replace(found("forged_event"), suffix="")) == (1, None)


def test_a_body_that_is_honest_accuses_nobody() -> None:
    good = FindingDocument("bundle", body(SEED, *MARKS))
    for name in ("forged_event", "other_record", "other_state", "digest_of_other"):
        finding = without(found(name), "bundle")
        documents = (good, *finding.documents)
        if name == "other_state":
            documents = (FindingDocument("bundle", body(SEED, 1)), *finding.documents)
        expected = (0, "reproducible") if name == "digest_of_other" else (1, None)
        assert status(replace(finding, documents=documents)) == expected, name


def test_a_proof_needs_the_policy_of_the_reader() -> None:
    finding = found("contradicting_event")
    registry = Verifier(OTHER_POLICY)
    assert status(finding) == (0, "signer")
    assert status(finding, registry) == (0, "signer")
    broken = FindingDocument("proof", finding.bodies("proof")[0][:-1])
    assert status(replace(finding, documents=(broken,))) == (1, None)


def test_another_policy_is_named_where_nothing_is_shown() -> None:
    result = recheck(found("digest_of_other"), Verifier(OTHER_POLICY), {})
    assert result.evidence is None and "another policy" in result.message


def test_heads_of_two_generations_show_no_difference() -> None:
    finding = found("digest_of_other")
    (data, *_) = finding.bodies("head")
    head = Head.from_bytes(data)
    later = replace(head, generation=head.generation + 1, previous=head.sha256)
    documents = (*finding.documents, FindingDocument("head", later.to_bytes()))
    assert status(replace(finding, documents=documents)) == (1, None)


def test_a_record_that_the_tree_does_not_list_has_no_digest() -> None:
    files, head = LyingMirror.of(dict.fromkeys(range(1, 200), (1,)), BASE).files()
    assert head.depth == 1
    suffix = next(iter(LyingMirror.of({SEED: (1,)}).entries))
    assert listed_digest(head, files.values(), suffix) is not None
    assert listed_digest(head, files.values(), "A" * 26) is None
    assert listed_digest(head, files.values(), "1" * 26) is None


def test_files_that_are_in_their_form_show_nothing() -> None:
    files, head = LyingMirror.of(dict.fromkeys(range(1, 200), (1,)), BASE).files()
    made = replace(found("invalid_leaf"), documents=())
    document = FindingDocument("head", head.to_bytes())
    root = FindingDocument("digests", files[head.root])
    leaf = FindingDocument("digests", next(data for name, data in files.items() if name != head.root))
    bad = FindingDocument("digests", b"x\n")

    def shown(*documents: FindingDocument) -> str | None:
        return recheck(replace(made, documents=documents), VERIFIER, {}).evidence

    assert shown(document) is None
    assert shown(document, root) is shown(document, root, leaf) is shown(document, leaf, leaf) is None
    assert shown(document, bad) == shown(document, root, bad) == "reproducible"
    # A file that is wrong ends the chain: what comes behind it is of no head.
    assert shown(document, bad, root) is None
    malformed = Head(**{**_members(head), "root": _name(b"x\n")})
    assert shown(FindingDocument("head", malformed.to_bytes()), bad) == "reproducible"
    assert shown(FindingDocument("head", malformed.to_bytes()), bad, root) is None


def _members(head: Head) -> dict[str, Any]:
    return {name: getattr(head, name) for name in head.__slots__}


def _name(data: bytes) -> str:
    from hashlib import sha256

    return sha256(data).hexdigest()


def test_a_signature_is_wrong_only_under_the_pinned_key() -> None:
    _, head = LyingMirror.of(RECORDS, BASE, is_signed=True).files()
    wrong = replace(head, events=head.events + 1)
    finding = replace(found("invalid_leaf"), documents=(FindingDocument("head", wrong.to_bytes()),))
    assert status(finding) == (0, "reproducible")
    assert recheck(finding, VERIFIER, {}).evidence is None
    assert recheck(finding, VERIFIER, {BASE: OTHER_KEY}).evidence is None
    genuine = replace(finding, documents=(FindingDocument("head", head.to_bytes()),))
    assert status(genuine) == (1, None)


def test_a_contradiction_needs_two_heads_of_the_pinned_key() -> None:
    finding = replace(found("contradicting_event"), evidence="mirror", suffix="")
    made = replace(finding, documents=(FindingDocument("contradiction", b"{}"),))
    assert status(made) == (1, None)
    unpinned = recheck(made, VERIFIER, {})
    assert unpinned.evidence is None and "no key is pinned" in unpinned.message
    assert status(replace(made, documents=())) == (1, None)
