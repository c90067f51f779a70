"""Targets: compact forms, work, and the change after an epoch (EVID-9, EVID-11)."""

from __future__ import annotations

import pytest

from pithbundle.evidence.difficulty import SPAN, bits_of, reachable, retarget, target_of, work_of

LIMIT = 0xFFFF << 208


@pytest.mark.parametrize(
    ("bits", "target"),
    [
        (0x1D00FFFF, LIMIT),
        (0x03123456, 0x123456),
        (0x02123456, 0x1234),
        (0x01123456, 0x12),
        (0x04123456, 0x12345600),
        (0x05009234, 0x92340000),
        (0x207FFFFF, 0x7FFFFF << 232),
        (0x2100FFFF, 0xFFFF << 240),
        # No target: zero, negative, over 256 bits.
        (0x00123456, None),
        (0x1D000000, None),
        (0x04923456, None),
        (0x01FEDCBA, None),
        (0x22010000, None),
        (0xFF123456, None),
    ],
)
def test_compact_forms(bits: int, target: int | None) -> None:
    assert target_of(bits) == target
    if target and target > 0xFFFF:
        assert bits_of(target) == bits


def test_a_compact_form_has_no_sign() -> None:
    assert bits_of(0x80) == 0x02008000
    assert bits_of(0x12345678) == 0x04123456


def test_the_work_of_the_greatest_target_is_that_of_the_first_block() -> None:
    assert work_of(LIMIT) == 0x100010001


def test_an_epoch_of_two_weeks_changes_nothing_and_another_at_most_by_four() -> None:
    target = 0x1234 << 100
    assert retarget(target, SPAN, LIMIT) == bits_of(target)
    assert retarget(target, SPAN // 2, LIMIT) == bits_of(target // 2)
    assert retarget(target, -5, LIMIT) == retarget(target, 1, LIMIT) == bits_of(target // 4)
    assert retarget(target, 9 * SPAN, LIMIT) == bits_of(target * 4)
    assert retarget(LIMIT, 9 * SPAN, LIMIT) == bits_of(LIMIT)


def test_what_an_epoch_can_lead_to() -> None:
    target = 0x1234 << 100
    assert [reachable(target, other, LIMIT) for other in (target // 4, target, target * 4)] == [True] * 3
    assert not reachable(target, target // 4 - (1 << 100), LIMIT)
    assert not reachable(target, target * 4 + 1, LIMIT)
