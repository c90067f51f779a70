"""A badge as SVG: a scalable picture without fonts, scripts, times or references (spec BADGE-3)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

from pithbundle.badge.widths import text_width
from pithbundle.encoding.values import Object

_LABEL, _BELOW, _INK, _PAPER = "#24292f", "#f3f4f6", "#24292f", "#ffffff"
_GREEN, _BROWN, _GREY, _RED = "#1e6b34", "#8a4b00", "#4f4f4f", "#a01c1c"
#: The colour behind the words by state, under white letters. Green is of ``valid`` alone.
COLOURS: Final[Mapping[str, str]] = {
    "rejected": _RED, "invalid": _RED, "conflict": _RED, "incomplete": _BROWN, "partly": _GREY,
    "unchecked": _GREY, "record_only": _GREY, "noted": _BROWN, "valid": _GREEN,
}  # fmt: skip
#: The sign before the words by state, as a path in a square of 16 pixels. No two are alike, so that
#: nothing is known by its colour alone; drawn, because a font may lack them.
GLYPHS: Final[Mapping[str, str]] = {
    "rejected": "M8 2a6 6 0 1 0 .1 0zM4 4l8 8",
    "invalid": "M3.5 3.5l9 9m0-9l-9 9",
    "conflict": "M3 6h10M3 10h10M11 3L5 13",
    "incomplete": "M3 8h.1M8 8h.1M13 8h.1",
    "partly": "M8 2a6 6 0 1 0 .1 0zM8 2v12M5 4v8",
    "unchecked": "M5 6a3 3 0 1 1 4.2 2.7Q8 9.3 8 10.5M8 13.5h.1",
    "record_only": "M4 2h5l3 3v9H4zM6 8h4M6 11h4",
    "noted": "M8 2l6.5 12h-13zM8 6.5v3.5M8 12h.1",
    "valid": "M2.5 8.5l4 4 7-9",
}

_SIZE, _SMALL = 12, 10
_TOP, _HEIGHT, _ROUND, _PAD, _SIGN = 24, 42, 4, 8, 16


def draw(
    state: str,
    label: str,
    words: str,
    below: Sequence[str],
    title: str,
    description: str,
    metadata: Object,
) -> bytes:
    """Return a badge of two lines as SVG.

    Args:
        state: decides colour and sign.
        label: the left part of the first line; it and all other texts are of printable ASCII.
        words: the right part.
        below: the parts of the second line.
        title: the name of the picture for a reader who does not see it.
        description: what it rests on.
        metadata: what a program reads.
    """
    # In ASCII and in one order: the same on every machine.
    data = json.dumps(metadata, sort_keys=True, separators=(",", ":"))
    # Several badges may be in one document, where each id has to be unique.
    name = f"pith-badge-{sha256(data.encode()).hexdigest()[:16]}"
    second = "  ".join(below)
    left = text_width(label, _SIZE) + 2 * _PAD
    inner = max(text_width(words, _SIZE), text_width(second, _SMALL) - left - _SIGN - _PAD // 2)
    width = left + _PAD + _SIGN + _PAD // 2 + inner + _PAD
    start, corner = left + _PAD, _ROUND
    arc = f"a{corner} {corner} 0 0"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_HEIGHT}" '
        f'viewBox="0 0 {width} {_HEIGHT}" role="img" aria-labelledby="{name}-title" '
        f'aria-describedby="{name}-desc">',
        f'<title id="{name}-title">{_escaped(title)}</title>',
        f'<desc id="{name}-desc">{_escaped(description)}</desc>',
        f"<metadata>{_escaped(data)}</metadata>",
        f'<path fill="{_LABEL}" d="M{left} 0H{corner}{arc} 0 -{corner} {corner}V{_TOP}H{left}z"/>',
        f'<path fill="{COLOURS[state]}" '
        f'd="M{left} 0H{width - corner}{arc} 1 {corner} {corner}V{_TOP}H{left}z"/>',
        f'<path fill="{_BELOW}" d="M0 {_TOP}H{width}V{_HEIGHT - corner}{arc} 1 -{corner} {corner}'
        f'H{corner}{arc} 1 -{corner} -{corner}z"/>',
        f'<path fill="none" stroke="{_PAPER}" stroke-width="1.8" stroke-linecap="round" '
        f'stroke-linejoin="round" transform="translate({start} {(_TOP - _SIGN) // 2})" d="{GLYPHS[state]}"/>',
        f'<g font-family="sans-serif" font-size="{_SIZE}" fill="{_PAPER}">',
        _text(label, _PAD, 16, _SIZE),
        _text(words, start + _SIGN + _PAD // 2, 16, _SIZE),
        "</g>",
        f'<g font-family="sans-serif" font-size="{_SMALL}" fill="{_INK}">',
        *_row(below),
        "</g>",
        "</svg>",
    ]
    return "\n".join([*lines, ""]).encode("ascii")


def _row(parts: Sequence[str]) -> list[str]:
    found, x = [], _PAD
    for part in parts:
        found.append(_text(part, x, 36, _SMALL))
        x += text_width(part + "  ", _SMALL)
    return found


def _text(text: str, x: int, y: int, size: int) -> str:
    fitted = f'textLength="{text_width(text, size)}" lengthAdjust="spacingAndGlyphs"'
    return f'<text x="{x}" y="{y}" {fitted}>{_escaped(text)}</text>'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
