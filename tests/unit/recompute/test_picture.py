"""The picture of a summary (RECOMP-13)."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any, Final
from xml.etree import ElementTree

import pytest

from pithbundle.outcomes import EXIT_STATUS
from pithbundle.recompute.picture import _STYLE, summary_svg

_SVG: Final = "{http://www.w3.org/2000/svg}"
#: Larger than what any fixed width font would need for a character of 12 units.
_CHARACTER: Final = 7.3


def summary(**changes: Any) -> dict[str, Any]:
    value: dict[str, Any] = {
        "outcome": "invalid", "outcomes": ["invalid", "incomplete"], "policy_sha256": "ab" * 32,
        "rules": "pithbundle-merge-1", "bundles": 1234567, "records": 100001,
        "rejected": {"archive": 2, "syntax": 40},
        "outcomes_of_records": {
            "rejected": 0, "invalid": 1, "conflict": 3, "incomplete": 4000, "unverified": 0, "valid": 95997,
        },
        "elements": {"verified": 300, "invalid": 5, "unknown_key": 7}, "receipts": {"verified": 9},
        "codes": {"hash_mismatch": 5}, "event_types": {"record_created": 200, "citation": 100},
        "signers": {"complete": 11, "incomplete": 12, "missing": 13}, "equivocations": 21, "unverified": 22,
    }  # fmt: skip
    return {**value, **changes}


def parsed(value: dict[str, Any]) -> ElementTree.Element:
    data = summary_svg(value)
    assert data.isascii() and data.endswith(b"</svg>\n")
    # What is parsed was made by this program.
    return ElementTree.fromstring(data)


def texts(root: ElementTree.Element) -> list[str]:
    return [str(each.text) for each in root.iter(f"{_SVG}text")]


def rects(root: ElementTree.Element, name: str) -> list[dict[str, str]]:
    return [each.attrib for each in root.iter(f"{_SVG}rect") if each.attrib["class"] == name]


def test_every_number_is_drawn_and_in_the_description() -> None:
    root = parsed(summary())
    title, description = root.findtext(f"{_SVG}title"), root.findtext(f"{_SVG}desc")
    assert title == "100,001 records of 1,234,567 bundles"
    assert root.attrib["role"] == "img" and root.attrib["aria-labelledby"] == "title desc"
    shown = " ".join(texts(root))
    for words in (
        "verified 300", "invalid 5", "unknown_key 7", "verified 9", "hash_mismatch 5", "record_created 200",
        "citation 100", "complete 11", "incomplete 12", "events missing 13", "archive 2", "syntax 40",
        "valid 95,997", "incomplete 4,000", "conflict 3", "invalid 1",
    ):  # fmt: skip
        assert words in str(description) and words in shown, words
    assert "Conflicts: 21." in str(description) and "Unverified elements: 22." in str(description)
    assert "conflicts: 21; unverified elements: 22; rejected: 42" in shown
    assert "Outcome: invalid, incomplete." in str(description)


def test_the_order_of_the_members_changes_nothing() -> None:
    value = summary()
    turned = {
        name: dict(reversed(member.items())) if isinstance(member, dict) else member
        for name, member in reversed(value.items())
    }
    assert summary_svg(turned) == summary_svg(value)


def test_hostile_text_is_drawn_and_never_interpreted() -> None:
    hostile = [
        "<script>alert(1)</script>", "a\u202eb", "\x1b[31m", "x" * 4000, "数学", "&lt;", "]]>", "\ud800",
        '"/><a href="http://x">', "\x00",
    ]  # fmt: skip
    root = parsed(summary(event_types={name: 1 for name in hostile}, rules="<b>\u202e"))
    tags = {each.tag.removeprefix(_SVG) for each in root.iter()}
    assert tags == {"svg", "title", "desc", "style", "rect", "text"}
    attributes = {name for each in root.iter() for name in each.attrib}
    assert not {name for name in attributes if name.startswith("on") or "href" in name or "style" in name}
    shown = texts(root)
    assert "&lt;" in shown and "\\u{6570}\\u{5b66}" in shown
    assert all(text.isascii() and text.isprintable() for text in shown)
    assert all(len(text) <= 110 for text in shown)


def test_labels_fit_before_their_bars() -> None:
    root = parsed(summary(event_types={"W" * 100: 10**9, "m" * 24: 1}))
    at = {each.attrib["y"]: each for each in root.iter(f"{_SVG}text") if each.attrib["class"] == "small"}
    for each in at.values():
        assert len(str(each.text)) * _CHARACTER < 250


def test_only_the_most_frequent_are_listed() -> None:
    codes = {f"code_{number:02}": number for number in range(1, 14)}
    shown = texts(parsed(summary(codes=codes)))
    assert "code_13" in shown and "code_04" in shown and "code_03" not in shown
    assert "and 3 more" in shown and "6" in shown
    # One more than fits takes the place of the line that would count it.
    eleven = texts(parsed(summary(codes=dict([*codes.items()][:11]))))
    assert "code_01" in eleven and not any(text.startswith("and ") for text in eleven)


def test_a_small_share_is_seen_and_never_rounded_to_none() -> None:
    counts = dict.fromkeys(EXIT_STATUS, 1) | {"valid": 10**12}
    root = parsed(summary(outcomes_of_records=counts, records=10**12 + 5))
    bars = [each.attrib for each in root.iter(f"{_SVG}rect") if each.attrib.get("y") == "90"][1:]
    assert len(bars) == len(EXIT_STATUS) and all(int(each["width"]) >= 3 for each in bars)
    ends = [(int(each["x"]), int(each["x"]) + int(each["width"])) for each in bars]
    assert all(one[1] < other[0] for one, other in pairwise(ends))
    assert ends[-1][1] <= 880 - 28
    shown = " ".join(texts(root))
    assert "valid 1,000,000,000,000 (99.9 %)" in shown and "conflict 1 (0.1 %)" in shown


def test_bars_are_to_scale() -> None:
    root = parsed(summary(elements={"verified": 100, "invalid": 50, "unknown_key": 1}))
    (good, *_), (bad, *_) = (
        [each for each in rects(root, name) if each["height"] == "14"] for name in ("good", "bad")
    )
    assert int(good["width"]) == 2 * int(bad["width"])


def test_nothing_at_all() -> None:
    names = ("rejected", "elements", "receipts", "codes", "event_types", "signers")
    empty: dict[str, dict[str, int]] = {name: {} for name in names}
    outcomes = dict.fromkeys(EXIT_STATUS, 0)
    root = parsed(summary(**empty, outcomes_of_records=outcomes, records=0, bundles=0, outcomes=["valid"]))
    assert texts(root).count("none") == 6 and "no record" in texts(root)
    assert "Records by outcome: none." in str(root.findtext(f"{_SVG}desc"))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_colours_have_contrast(dark: bool) -> None:
    style = _STYLE.split("@media(prefers-color-scheme:dark)")[dark]
    colours = dict(re.findall(r"--(\w+):(#[0-9a-f]{6})", style))
    assert colours.keys() >= {"paper", "ink", "soft", "good", "unknown", "warn", "conflict", "bad", "plain"}

    def contrast(one: str, other: str) -> float:
        low, high = sorted((luminance(colours[one]), luminance(colours[other])))
        return (high + 0.05) / (low + 0.05)

    for name in colours.keys() - {"paper", "line"}:
        assert contrast(name, "paper") >= (4.5 if name in ("ink", "soft") else 3), name
        assert contrast(name, "line") >= 2, name
