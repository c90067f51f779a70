"""The page of an audit: every text is hostile, and becomes text (AUDIT-16, E1)."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import pytest

from kit.audits import audited
from kit.lying_mirror import LIES, MARKS, SEED, LyingMirror
from kit.markup import MARKUP, Parsed
from pithbundle.escape import visible
from pithbundle.mirror.audit.page import page
from pithbundle.mirror.audit.report import report_value

BASE = "https://l.example"


def report(*lies: str) -> dict[str, Any]:
    return copy.deepcopy(_report(*lies))


@cache
def _report(*lies: str) -> dict[str, Any]:
    mirror = LyingMirror.of({SEED: MARKS, 2: (1,)}, BASE)
    for name in lies:
        LIES[name][0](mirror)
    found = audited(LyingMirror.of({SEED: MARKS, 2: (1,)}, "https://h.example"), mirror)
    names = {each.key: "finding.json" for each, _ in found.kept}
    return report_value(found.audit, names)


def test_it_names_what_was_found() -> None:
    text = " ".join(Parsed(page(report("forged_event"), 1)).text)
    for part in ("Something is wrong", "forged 1", "reproducible", BASE, "finding.json", "seed"):
        assert part in text
    assert "No difference was found" in page(report(), 0).decode()
    assert "Something is missing or not known" in page(report("omit_event"), 3).decode()


def test_words_are_whole_and_what_a_mirror_sent_breaks_anywhere() -> None:
    style = page(report(), 0).decode().partition("</style>")[0]
    assert "th, td:first-child, td span { overflow-wrap: normal; }" in style
    assert "code { font-size: .875em; overflow-wrap: anywhere; }" in style
    for tag, attributes in Parsed(page(report("forged_event"), 1)).elements:
        assert tag != "span" or str(dict(attributes)["class"])[:1] == "e"


def test_it_has_no_script_and_no_link() -> None:
    parsed = Parsed(page(report("forged_event"), 1, [{"ended_at": "x", "wrong": 1, "open": 2}] * 3))
    assert not {tag for tag, _ in parsed.elements} & {"script", "a", "img", "link", "iframe", "form"}
    assert not [name for _, attrs in parsed.elements for name, _ in attrs if name.startswith("on")]
    assert ("http-equiv", "Content-Security-Policy") in parsed.elements[3][1]
    assert "default-src 'none'" in str(dict(parsed.elements[3][1])["content"])


@pytest.mark.parametrize("text", MARKUP)
def test_hostile_texts_add_no_element_and_no_attribute(text: str) -> None:
    tame, wild = report("forged_event"), report("forged_event")
    for one, value in ((tame, "x"), (wild, text)):
        one["seed"] = one["started_at"] = value
        one["found"][0] |= {"message": value, "mirror": value, "suffix": value, "finding": value}
        one["mirrors"][0]["mirror"] = value
        one["mirrors"][0]["head"]["generated_at"] = value
    history: list[Any] = [
        {"ended_at": "x", "wrong": 1, "open": 0},
        {"ended_at": text, "wrong": text, "open": -1},
    ]
    expected = Parsed(page(tame, 1, [history[0], {"ended_at": "x", "wrong": "x", "open": -1}]))
    found = Parsed(page(wild, 1, history))
    assert found.elements == expected.elements
    shown = visible(text, 2_000)
    assert not shown or shown in "".join(found.text)


def test_the_chart_shows_the_last_audits() -> None:
    history: list[Any] = [{"ended_at": f"{at}", "wrong": at % 3, "open": 1} for at in range(80)]
    text = page(report(), 0, history).decode()
    assert text.count("<rect") == 120 and "Findings of each audit" in text
    assert "<svg" not in page(report(), 0, history[:1]).decode()


def test_what_is_not_listed_is_counted() -> None:
    made = report("forged_event")
    made["found_count"] = 5_000
    assert "5000 in all; the first 1 are listed" in page(made, 1).decode()
