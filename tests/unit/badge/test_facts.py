"""What a badge states of a record (BADGE-1, BADGE-2)."""

from __future__ import annotations

import pytest

from kit.badges import CASES, KEYS, report_of_case, reported
from kit.pages_of import hostile_bundle, report_of
from pithbundle.badge import COLOURS, STATES, badge_of
from pithbundle.outcomes import MEANING

ARABIC = "<script>\u0661alert(1)</script>"


@pytest.mark.parametrize("name", CASES)
def test_each_state_and_its_words(name: str) -> None:
    state, words, _ = CASES[name]
    report = report_of_case(name)
    badge = badge_of(report)
    assert (badge.state, badge.words) == (state, words)
    assert badge.title == f"Pith Number {badge.pith_number}: {words}"
    assert report.state is not None and report.record is not None
    assert badge.description.count(report.state.status_line()) == 1
    assert (badge.policy_sha256, badge.canonical_sha256) == (KEYS.sha256, report.record.hex)
    assert (badge.events_sha256, badge.state_sha256) == (report.state.events_sha256, report.state.sha256)


def test_a_rejected_input_comes_first() -> None:
    elements = CASES["altered"][2]
    badge = badge_of(reported(elements, b"{", b"[]"))
    assert (badge.state, badge.words) == ("rejected", "2 inputs rejected")
    assert MEANING["rejected"] in badge.description and MEANING["invalid"] in badge.description
    with pytest.raises(ValueError, match="every input was rejected"):
        badge_of(report_of([b"{"], KEYS))


def test_every_state_is_shown() -> None:
    assert {state for state, _, _ in CASES.values()} | {"rejected"} == {*STATES}


@pytest.mark.parametrize("name", CASES)
def test_green_is_of_a_valid_outcome_with_nothing_to_note_alone(name: str) -> None:
    state = CASES[name][0]
    report = report_of_case(name)
    green = COLOURS[badge_of(report).state] == COLOURS["valid"]
    assert green == (state == "valid")
    assert not green or (report.outcome == "valid" and report.signature_verifies)


@pytest.mark.parametrize("name", CASES)
def test_valid_is_claimed_of_as_many_signatures_as_verify(name: str) -> None:
    report = report_of_case(name)
    badge = badge_of(report)
    events = sum(one.element.verdict.valid for one in (*report.events, *report.without_id))
    verified = events + len({one.sha256 for _, one in report.receipts if one.verdict.valid})
    assert badge.valid_signatures == verified
    claims = " valid" in badge.words
    assert claims == (badge.state in ("valid", "noted", "partly"))
    assert not claims or badge.words.startswith(f"{verified} signature")


def test_the_order_of_elements_and_their_repetition_change_nothing() -> None:
    elements = CASES["both"][2]
    first = badge_of(reported(elements)).svg()
    assert badge_of(reported([*reversed(elements), *elements])).svg() == first


def test_no_text_of_an_event_is_in_it() -> None:
    places = ("title", "authors", "license", "signer", "type", "reason", "claim", "note")
    data, keys = hostile_bundle(dict.fromkeys(places, ARABIC))
    badge = badge_of(report_of([data], keys))
    assert b"script" not in badge.svg() and badge.svg().isascii()
    assert "script" not in repr(badge)
