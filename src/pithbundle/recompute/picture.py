"""``summary.svg``: the counts of ``summary.json`` as a picture (spec RECOMP-13).

Pure, and a function of the summary: no font is measured, no library draws, and the same counts give the
same bytes. A viewer chooses light or dark. Types of events are text of bundles: they are drawn, never
interpreted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from pithbundle.encoding.values import Object
from pithbundle.escape import visible
from pithbundle.outcomes import EXIT_STATUS

#: Units of the picture: its width, a margin, the gap between two columns, a row of bars.
_WIDTH: Final = 880
_MARGIN: Final = 28
_GAP: Final = 40
_ROW: Final = 22
_COLUMN: Final = (_WIDTH - 2 * _MARGIN - _GAP) // 2
#: Where the bars of a column begin, and the room for the count at its end.
_LABEL: Final = 170
_COUNT: Final = 84
#: The least width of a part of the bar of outcomes, with the gap behind it.
_LEAST: Final = 4
#: The rows of one chart, and the characters of a label.
_ROWS: Final = 10
_CHARACTERS: Final = 24

#: The class of the colour of each outcome and status; what has none is neutral.
_CLASSES: Final[Mapping[str, str]] = {
    "valid": "good", "verified": "good", "unknown_type": "good", "complete": "good",
    "unverified": "unknown", "unbound": "unknown", "unknown_format": "unknown", "unknown_key": "unknown",
    "not_signed": "unknown", "not_checked": "unknown",
    "incomplete": "warn", "events missing": "warn", "conflict": "conflict",
    "invalid": "bad", "rejected": "bad",
}  # fmt: skip
#: Colours on white and on dark grey, each with a contrast of 3 to 1 at least; names are printed beside them.
_STYLE: Final = (
    "svg{font:14px 'Helvetica Neue',Arial,sans-serif;"
    "--paper:#ffffff;--ink:#1c2127;--soft:#5b6570;--line:#e4e8ec;"
    "--good:#1b7f4b;--unknown:#6b7787;--warn:#b26a00;--conflict:#8a4fbf;--bad:#c22f2f;--plain:#2c6fbb}"
    "@media(prefers-color-scheme:dark){svg{--paper:#14181d;--ink:#e8ecf1;--soft:#9aa6b4;--line:#2b323b;"
    "--good:#3fbf7f;--unknown:#8d9aab;--warn:#e0a03c;--conflict:#b98be6;--bad:#f07171;--plain:#66a3e8}}"
    ".paper{fill:var(--paper)}text{fill:var(--ink)}.h1{font-size:24px;font-weight:bold}.h2{font-weight:bold}"
    ".soft{fill:var(--soft)}.small{font-size:12px}.n{text-anchor:end;font-variant-numeric:tabular-nums}"
    ".track{fill:var(--line)}.good{fill:var(--good)}.unknown{fill:var(--unknown)}.warn{fill:var(--warn)}"
    ".conflict{fill:var(--conflict)}.bad{fill:var(--bad)}.plain{fill:var(--plain)}"
)


@dataclass(frozen=True, slots=True)
class _Chart:
    """A list of bars: names with counts, and how many of them are not drawn."""

    title: str
    rows: tuple[tuple[str, int], ...]
    left: int
    left_count: int

    @property
    def height(self) -> int:
        return _ROW * (1 + max(1, len(self.rows)) + bool(self.left)) + 18


def summary_svg(summary: Mapping[str, Any]) -> bytes:
    """Return the picture of a summary (RECOMP-6) as the bytes of an SVG file in ASCII."""
    charts = [
        _chart("Elements by status", summary["elements"]),
        _chart("Valid events by type", summary["event_types"]),
        _chart("Receipts by status", summary["receipts"]),
        _chart("Completeness of signers", _signers(summary["signers"])),
        _chart("Codes of elements and receipts", summary["codes"]),
        _chart("Rejected input by code", summary["rejected"]),
    ]
    body: list[str] = [*_head(summary)]
    top = 190
    for left, right in zip(charts[::2], charts[1::2], strict=True):
        body += _drawn(left, _MARGIN, top)
        body += _drawn(right, _MARGIN + _COLUMN + _GAP, top)
        top += max(left.height, right.height)
    height = top + 34
    body.append(_text(_MARGIN, height - 18, _basis(summary), "soft small"))
    title, description = _title(summary), _description(summary, charts)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
        f'height="{height}" role="img" aria-labelledby="title desc">',
        f'<title id="title">{_xml(title)}</title>',
        f'<desc id="desc">{_xml(description)}</desc>',
        f"<style>{_STYLE}</style>",
        f'<rect class="paper" width="{_WIDTH}" height="{height}"/>',
        *body,
        "</svg>",
    ]
    return ("\n".join(lines) + "\n").encode("ascii")


def _title(summary: Mapping[str, Any]) -> str:
    return f"{_number(summary['records'])} records of {_number(summary['bundles'])} bundles"


def _basis(summary: Mapping[str, Any]) -> str:
    policy, rules = str(summary["policy_sha256"]), str(summary["rules"])
    return f"Policy {policy[:16]}..., rules {_label(rules, 60)}. The numbers are those of summary.json."


def _description(summary: Mapping[str, Any], charts: Sequence[_Chart]) -> str:
    """All that is drawn, in words."""
    parts = [f"Outcome: {', '.join(summary['outcomes'])}."]
    records = [(name, count) for name, count in _outcomes(summary) if count]
    for title, rows in (("Records by outcome", records), *((chart.title, chart.rows) for chart in charts)):
        parts.append(f"{title}: {', '.join(f'{name} {_number(count)}' for name, count in rows) or 'none'}.")
    parts.append(f"Conflicts: {_number(summary['equivocations'])}.")
    parts.append(f"Unverified elements: {_number(summary['unverified'])}.")
    return " ".join(parts)


def _outcomes(summary: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The records by outcome, the best first."""
    counts: Object = summary["outcomes_of_records"]
    return [(outcome, int(str(counts[outcome]))) for outcome in reversed(EXIT_STATUS)]


def _signers(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts of signers, and the number of events under a name of its own."""
    return {"events missing" if name == "missing" else name: count for name, count in counts.items()}


def _head(summary: Mapping[str, Any]) -> Iterator[str]:
    """The title, and one bar that is divided by the outcomes of the records."""
    yield _text(_MARGIN, 48, _title(summary), "h1")
    counts = [("conflicts", summary["equivocations"]), ("unverified elements", summary["unverified"])]
    counts.append(("rejected", sum(summary["rejected"].values())))
    yield _text(_MARGIN, 72, "; ".join(f"{name}: {_number(count)}" for name, count in counts), "soft")
    rows = [(name, count) for name, count in _outcomes(summary) if count]
    total = sum(count for _, count in rows)
    width = _WIDTH - 2 * _MARGIN
    yield f'<rect class="track" x="{_MARGIN}" y="90" width="{width}" height="26" rx="4"/>'
    before = 0
    for number, (name, count) in enumerate(rows):
        # However small its share is, what is there is drawn; a gap is between two parts.
        shared = width - _LEAST * len(rows)
        start = _LEAST * number + shared * before // total
        end = _LEAST * (number + 1) + shared * (before + count) // total
        yield (
            f'<rect class="{_class(name)}" x="{_MARGIN + start}" y="90" width="{end - start - 1}" '
            f'height="26"><title>{name}: {_number(count)}</title></rect>'
        )
        before += count
        at, line = _MARGIN + number % 3 * (width // 3), 130 + number // 3 * _ROW
        yield f'<rect class="{_class(name)}" x="{at}" y="{line}" width="12" height="12" rx="2"/>'
        yield _text(at + 18, line + 11, f"{name} {_number(count)} ({_share(count, total)})", "small")
    if not rows:
        yield _text(_MARGIN, 141, "no record", "soft small")


def _chart(title: str, counts: Mapping[str, int]) -> _Chart:
    """The most frequent names first; of equal counts in the order of the names."""
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    left = rows[_ROWS:] if len(rows) > _ROWS + 1 else []
    shown = rows[: len(rows) - len(left)]
    return _Chart(
        title,
        tuple((_label(name, _CHARACTERS), count) for name, count in shown),
        len(left),
        sum(count for _, count in left),
    )


def _drawn(chart: _Chart, x: int, top: int) -> Iterator[str]:
    yield _text(x, top + 14, chart.title, "h2")
    most = max((count for _, count in chart.rows), default=0)
    width = _COLUMN - _LABEL - _COUNT
    at = top + _ROW
    for name, count in chart.rows:
        size = max(2, width * count // most)
        yield _text(x, at + 14, name, "small")
        yield f'<rect class="track" x="{x + _LABEL}" y="{at + 3}" width="{width}" height="14" rx="3"/>'
        yield (
            f'<rect class="{_class(name)}" x="{x + _LABEL}" y="{at + 3}" width="{size}" height="14" rx="3">'
            f"<title>{_xml(name)}: {_number(count)}</title></rect>"
        )
        yield _text(x + _COLUMN, at + 15, _number(count), "n small")
        at += _ROW
    if chart.left:
        yield _text(x, at + 14, f"and {_number(chart.left)} more", "soft small")
        yield _text(x + _COLUMN, at + 15, _number(chart.left_count), "n soft small")
    if not chart.rows:
        yield _text(x, at + 14, "none", "soft small")


def _class(name: str) -> str:
    return _CLASSES.get(name, "plain")


def _text(x: int, y: int, text: str, classes: str) -> str:
    return f'<text class="{classes}" x="{x}" y="{y}">{_xml(text)}</text>'


def _label(text: str, limit: int) -> str:
    """Text of a bundle on one line and of a bounded width: what is not ASCII is an escape."""
    shown = visible(text, limit).replace("\u2026", "...")
    shown = "".join(char if char.isascii() else f"\\u{{{ord(char):x}}}" for char in shown)
    return shown if len(shown) <= limit else shown[: limit - 3] + "..."


def _xml(text: str) -> str:
    return escape(text)


def _number(count: int) -> str:
    """A count with its digits in groups of three."""
    return f"{count:,}"


def _share(count: int, total: int) -> str:
    """A percentage that is never rounded to none or to all."""
    tenths = (2000 * count + total) // (2 * total)
    tenths = 1000 if count == total else min(999, max(1, tenths))
    return f"{tenths // 10}.{tenths % 10} %"
