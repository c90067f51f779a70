"""A badge as SVG: readable, accessible, alone (BADGE-3, BADGE-4)."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from kit.badges import CASES, report_of_case
from pithbundle.badge import COLOURS, GLYPHS, STATES, Badge, badge_of
from pithbundle.badge.drawing import draw
from pithbundle.badge.widths import text_width

SVG = "{http://www.w3.org/2000/svg}"
#: Every element that a badge has: no script, style, link, image, use, animation or foreign object.
ELEMENTS = {"svg", "title", "desc", "metadata", "path", "g", "text"}
ATTRIBUTES = {
    "width", "height", "viewBox", "role", "aria-labelledby", "aria-describedby", "id", "fill", "d", "stroke",
    "stroke-width", "stroke-linecap", "stroke-linejoin", "transform", "font-family", "font-size", "x", "y",
    "textLength", "lengthAdjust",
}  # fmt: skip


def made(name: str) -> Badge:
    return badge_of(report_of_case(name))


def parsed(badge: Badge) -> ElementTree.Element:
    return ElementTree.fromstring(badge.svg())


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_the_contrast_of_wcag_is_computed() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", CASES)
def test_letters_and_signs_are_readable(name: str) -> None:
    svg = parsed(made(name))
    label, words, below, sign = svg.findall(f"{SVG}path")
    on_top, under = svg.findall(f"{SVG}g")
    for letters, behind in ((on_top, label), (on_top, words), (under, below)):
        assert contrast(letters.attrib["fill"], behind.attrib["fill"]) >= 4.5
    assert contrast(sign.attrib["stroke"], words.attrib["fill"]) >= 4.5
    assert all(int(each.attrib["font-size"]) >= 10 for each in (on_top, under))


def test_no_state_is_known_by_its_colour_alone() -> None:
    assert set(COLOURS) == set(GLYPHS) == set(STATES)
    assert len({*GLYPHS.values()}) == len(STATES)
    assert [state for state in STATES if COLOURS[state] == COLOURS["valid"]] == ["valid"]
    red, green, blue = (int(COLOURS["valid"][at : at + 2], 16) for at in (1, 3, 5))
    assert green > red + blue / 2
    for state in STATES[:-1]:
        red, green, blue = (int(COLOURS[state][at : at + 2], 16) for at in (1, 3, 5))
        assert green <= max(red, blue), state


@pytest.mark.parametrize("name", CASES)
def test_it_is_alone(name: str) -> None:
    data = made(name).svg()
    assert data.isascii() and data.endswith(b"</svg>\n")
    for element in parsed(made(name)).iter():
        assert element.tag.removeprefix(SVG) in ELEMENTS
        assert {*element.attrib} <= ATTRIBUTES
    assert re.findall(rb"https?:[^\"]*", data) == [b"http://www.w3.org/2000/svg"]
    assert not re.search(rb"url\(|[0-9]{4}-[0-9]{2}-[0-9]{2}|<!|<\?|&(?!amp;|lt;|gt;)", data)
    assert {each.attrib.get("font-family") for each in parsed(made(name)).iter(f"{SVG}g")} == {"sans-serif"}


@pytest.mark.parametrize("name", CASES)
def test_it_is_named_for_whom_does_not_see_it(name: str) -> None:
    badge, svg = made(name), parsed(made(name))
    first, second, *_ = svg
    assert svg.attrib["role"] == "img"
    assert (first.tag, first.text) == (f"{SVG}title", badge.title)
    assert (second.tag, second.text) == (f"{SVG}desc", badge.description)
    assert svg.attrib["aria-labelledby"] == first.attrib["id"]
    assert svg.attrib["aria-describedby"] == second.attrib["id"]


def test_ids_are_unique_for_each_badge() -> None:
    ids = [
        element.attrib["id"]
        for name in CASES
        for element in parsed(made(name)).iter()
        if "id" in element.attrib
    ]
    badges = {made(name).svg() for name in CASES}
    assert len({*ids}) == 2 * len(badges)


@pytest.mark.parametrize("name", CASES)
def test_texts_are_within_the_picture_and_beside_each_other(name: str) -> None:
    badge, svg = made(name), parsed(made(name))
    width = int(svg.attrib["width"])
    rows: dict[str, list[tuple[int, int]]] = {}
    for text in svg.iter(f"{SVG}text"):
        x, length = int(text.attrib["x"]), int(text.attrib["textLength"])
        rows.setdefault(text.attrib["y"], []).append((x, x + length))
        assert text.attrib["lengthAdjust"] == "spacingAndGlyphs"
        assert length >= text_width(text.text or "", 10)
    for spans in rows.values():
        edges = [edge for span in spans for edge in span]
        assert [0, *edges, width] == sorted({0, *edges, width})
    shown = [text.text for text in svg.iter(f"{SVG}text")]
    assert shown[:2] == [badge.short_number, badge.words]
    assert shown[2:5] == [
        f"policy {badge.policy_sha256[:8]}",
        f"events {badge.events_sha256[:8]}",
        f"state {badge.state_sha256[:8]}",
    ]
    below = [f"not checked {badge.unverified_sha256[:8]}"] if badge.unverified_elements else []
    assert shown[5:] == below


@pytest.mark.parametrize("name", CASES)
def test_the_metadata_is_the_object(name: str) -> None:
    badge = made(name)
    text = parsed(badge).findtext(f"{SVG}metadata") or ""
    assert json.loads(text) == badge.to_value()
    assert [*json.loads(text)] == sorted(json.loads(text))


def test_texts_of_a_caller_never_become_markup() -> None:
    text = "</title><script>&\"'"
    data = draw("valid", text, text, [text], text, text, {"rules": text + "\u202e"})
    svg = ElementTree.fromstring(data)
    assert {element.tag.removeprefix(SVG) for element in svg.iter()} == ELEMENTS
    assert svg.findtext(f"{SVG}title") == svg.findtext(f"{SVG}desc") == text
    assert [each.text for each in svg.iter(f"{SVG}text")] == [text] * 3
    assert json.loads(svg.findtext(f"{SVG}metadata") or "") == {"rules": text + "\u202e"}
