"""Verdicts as values: which statuses are valid, and which occurrence decides (CHECK-10, CHECK-11)."""

from __future__ import annotations

import itertools

import pytest

from kit import demo
from kit.results import checked
from pithbundle.errors import Fault
from pithbundle.verify.policy import Policy
from pithbundle.verify.verdicts import (
    STEP_FORM,
    STEP_ID,
    STEP_MEANING,
    STEP_UNBOUND,
    STEP_VALID,
    CheckedEvent,
    Verdict,
)


@pytest.mark.parametrize(
    ("status", "valid"),
    [
        ("verified", True),
        ("unknown_type", True),
        ("unbound", False),
        ("unknown_key", False),
        ("not_signed", False),
        ("invalid", False),
        ("not_checked", False),
    ],
)
def test_two_statuses_are_valid(status: str, valid: bool) -> None:
    assert Verdict(status, 1).valid is valid  # type: ignore[arg-type]


def test_a_code_is_the_faults() -> None:
    assert Verdict("not_signed", 2).code is None
    assert Verdict("invalid", 4, Fault("subject")).code == "subject"


def test_rank_is_valid_unbound_others_then_how_far_then_the_smallest_code() -> None:
    ladder = [
        Verdict("verified", STEP_VALID),
        Verdict("unbound", STEP_UNBOUND),
        Verdict("unbound", STEP_MEANING, Fault("ambiguous")),
        Verdict("unbound", STEP_ID, Fault("hash_mismatch")),
        Verdict("unbound", STEP_FORM, Fault("time")),
        Verdict("invalid", 10, Fault("signature_invalid")),
        Verdict("invalid", 7, Fault("key_revoked")),
        Verdict("invalid", 7, Fault("key_role")),
        Verdict("not_signed", 3),
        Verdict("unknown_key", 1, Fault("key_unknown")),
        Verdict("invalid", 0, Fault("type")),
    ]
    for better, worse in itertools.combinations(ladder, 2):
        assert better.rank < worse.rank
        first, second = (
            CheckedEvent(0, "x", None, better),
            CheckedEvent(1, "x", None, worse),
        )
        assert first.before(second)
        assert not second.before(first)
    same = CheckedEvent(0, "x", None, ladder[4])
    assert not same.before(same)


def test_representations_name_what_identifies_a_value() -> None:
    result = checked(demo.RECORD, demo.plain()["events"], demo.demo_policy())
    assert repr(result) == f"CheckedBundle({result.record.number}, events=2, receipts=1)"
    assert repr(result.receipts[0]).startswith("ReceiptVerdict(/events/")
    policy = Policy.from_value(demo.demo_policy())
    assert repr(policy) == f"Policy(keys={len(policy.keys)}, sha256={policy.sha256})"
    assert repr(result.events[0]).startswith("CheckedEvent(/events/0, event_id=")
