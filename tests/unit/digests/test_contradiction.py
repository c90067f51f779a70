"""Heads of one mirror that contradict each other (MIRROR-7)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from kit.signing import UNKNOWN_SIGNER, canonical
from kit.trees import KEY, OTHER_KEY, Files, changed, head, lines, signed
from pithbundle.digests.contradiction import check_contradiction, contradiction_of, contradictions_among
from pithbundle.digests.head import Head
from pithbundle.errors import DigestError

LINES = lines(10)
ONE = Files().build(LINES)
OTHER = Files().build([changed(LINES[0]), *LINES[1:]])
FIRST = signed(head(ONE, 5))
SECOND = signed(head(OTHER, 5, previous="f" * 64))


def reason(one: Head, other: Head) -> str | None:
    found = contradiction_of(one, other, KEY)
    again = contradiction_of(other, one, KEY)
    assert found == again
    return None if found is None else found.reason


def test_one_generation_with_another_root_or_policy() -> None:
    assert reason(FIRST, SECOND) == "generation"
    assert reason(FIRST, signed(head(ONE, 5, previous="f" * 64, policy_sha256="b" * 64))) == "generation"
    assert reason(signed(head(ONE)), signed(head(OTHER))) == "generation"


def test_two_heads_after_one() -> None:
    assert reason(FIRST, signed(head(OTHER, 6, previous=FIRST.previous))) == "previous"
    assert reason(FIRST, signed(head(ONE, 5, generated_at="2026-11-21T00:00:00Z"))) == "previous"


@pytest.mark.parametrize(
    "other",
    [
        FIRST,
        signed(head(OTHER, 6)),
        signed(head(ONE, 5, previous="f" * 64, events=7)),
        signed(head(OTHER, 5, origin="other.example")),
        head(OTHER, 5),
        replace(SECOND, events=SECOND.events + 1),
        head(OTHER, 5).signed(OTHER_KEY, UNKNOWN_SIGNER.sign(head(OTHER, 5).message)),
    ],
    ids=["itself", "the next", "another previous", "another origin", "unsigned", "altered", "another key"],
)
def test_what_is_no_contradiction(other: Head) -> None:
    assert reason(FIRST, other) is None


def test_two_first_heads_have_no_previous_in_common() -> None:
    assert reason(signed(head(ONE)), signed(head(ONE, events=1))) is None


def test_a_signature_is_no_part_of_what_identifies_a_head() -> None:
    assert reason(FIRST, signed(replace(FIRST, signature=None))) is None
    assert FIRST.sha256 == head(ONE, 5).sha256


def test_the_evidence_is_checked_alone() -> None:
    found = contradiction_of(SECOND, FIRST, KEY)
    assert found is not None
    assert found.heads == tuple(sorted((FIRST, SECOND), key=lambda one: one.sha256))
    assert check_contradiction(found.to_bytes(), KEY) == found
    with pytest.raises(DigestError, match="under this key the two heads do not contradict"):
        check_contradiction(found.to_bytes(), OTHER_KEY)


def evidence(**changes: Any) -> bytes:
    found = contradiction_of(SECOND, FIRST, KEY)
    assert found is not None
    return canonical({**json.loads(found.to_bytes()), **changes})


TEXTS = json.loads(evidence())["heads"]


@pytest.mark.parametrize(
    ("data", "code", "why"),
    [
        (b"{", "digest_invalid", "not JSON|ends|expected|end"),
        (b"[]", "digest_invalid", "contradiction_type must be"),
        (evidence(contradiction_type="x"), "digest_invalid", "contradiction_type must be"),
        (evidence(contradiction_version="2"), "version", "contradiction_version must be"),
        (evidence(more=1), "digest_invalid", "and no others"),
        (evidence(heads=TEXTS[:1]), "digest_invalid", "two heads"),
        (evidence(heads={}), "digest_invalid", "two heads"),
        (evidence(heads=[1, TEXTS[0]]), "digest_invalid", "a head is a string"),
        (evidence(heads=[TEXTS[0], TEXTS[0]]), "digest_invalid", "do not contradict"),
        (
            evidence(heads=[TEXTS[0], TEXTS[0].replace(":5,", ":-5,", 1)]),
            "digest_invalid",
            "generation is not",
        ),
        (evidence(heads=TEXTS[::-1]), "digest_invalid", "not written as this evidence is"),
        (evidence(reason="previous"), "digest_invalid", "not written as this evidence is"),
        (evidence() + b"\n", "digest_invalid", "not written as this evidence is"),
    ],
    ids=range(13),
)
def test_evidence_that_is_none(data: bytes, code: str, why: str) -> None:
    with pytest.raises(DigestError, match=why) as caught:
        check_contradiction(data, KEY)
    assert caught.value.code == code


def test_one_contradiction_of_many_and_how_many_further_heads() -> None:
    after = signed(head(OTHER, 6, previous=FIRST.previous))
    found = contradictions_among([FIRST, SECOND, after], (), KEY)
    assert found is not None and found[1] == 1
    assert found[0] == contradiction_of(*found[0].heads, KEY)
    # The same, whatever the order.
    assert contradictions_among([after, SECOND, FIRST], [FIRST], KEY) == found


def test_heads_of_others_alone_and_heads_without_a_signature_are_in_none() -> None:
    later = signed(head(ONE, 9, previous="e" * 64))
    assert contradictions_among([later], [FIRST, SECOND], KEY) is None
    unsigned = head(OTHER, 9, previous="d" * 64)
    assert contradictions_among([later], [unsigned, FIRST, SECOND], KEY) is None
    # Of those of others only the ones that contradict a head of its own count.
    agrees = signed(head(ONE, 5, previous="b" * 64))
    others = [SECOND, signed(head(OTHER, 5, previous="a" * 64)), agrees, later]
    mixed = contradictions_among([FIRST], others, KEY)
    assert mixed is not None and mixed[1] == 1 and FIRST in mixed[0].heads
    assert contradictions_among([], [FIRST, SECOND], KEY) is None
